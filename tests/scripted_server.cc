#include "scripted_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

namespace ursa::testing {
namespace {

constexpr int kPollMilliseconds = 20;

bool WaitFor(int descriptor, const std::atomic<bool>& done) {
  while (!done) {
    pollfd waiting{descriptor, POLLIN, 0};
    if (poll(&waiting, 1, kPollMilliseconds) > 0) {
      return true;
    }
  }
  return false;
}

std::map<std::string, std::string> ParseHeaders(const std::string& lines) {
  std::map<std::string, std::string> headers;
  for (size_t start = 0; start < lines.size();) {
    const size_t end = std::min(lines.find("\r\n", start), lines.size());
    const size_t colon = lines.find(':', start);
    if (colon < end) {
      std::string name = lines.substr(start, colon - start);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      const size_t value = std::min(lines.find_first_not_of(' ', colon + 1), end);
      headers[name] = lines.substr(value, end - value);
    }
    start = end + 2;
  }
  return headers;
}

}  // namespace

ScriptedAnswer Answer(int status, const std::string& headers, const std::string& body) {
  return {"HTTP/1.1 " + std::to_string(status) + " Scripted\r\n" + headers +
          "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
}

ScriptedServer::ScriptedServer(Script script) : script_(std::move(script)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, SOMAXCONN) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot listen on loopback");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

ScriptedServer::~ScriptedServer() {
  done_ = true;
  acceptor_.join();
  for (std::thread& server : servers_) {
    server.join();
  }
  close(listener_);
}

std::string ScriptedServer::Endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }

std::vector<SeenRequest> ScriptedServer::Requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void ScriptedServer::Accept() {
  while (WaitFor(listener_, done_)) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection >= 0) {
      ++connections_;
      servers_.emplace_back([this, connection] { Serve(connection); });
    }
  }
}

void ScriptedServer::Serve(int connection) {
  const int no_delay = 1;
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof(no_delay));
  std::string buffer;
  SeenRequest request;
  while (ReadRequest(connection, buffer, request)) {
    size_t number = 0;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      number = requests_.size();
    }
    const ScriptedAnswer answer = script_(request, number);
    Send(connection, answer);
    if (answer.then == ScriptedAnswer::Then::kReset) {
      const linger reset{1, 0};
      setsockopt(connection, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    }
    if (answer.then != ScriptedAnswer::Then::kKeep) {
      break;
    }
  }
  close(connection);
}

bool ScriptedServer::ReadMore(int connection, std::string& buffer) const {
  std::array<char, 65536> bytes{};
  const ssize_t count =
      WaitFor(connection, done_) ? recv(connection, bytes.data(), bytes.size(), 0) : 0;
  buffer.append(bytes.data(), count > 0 ? static_cast<size_t>(count) : 0);
  return count > 0;
}

bool ScriptedServer::ReadRequest(int connection, std::string& buffer, SeenRequest& request) const {
  size_t end = 0;
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!ReadMore(connection, buffer)) {
      return false;
    }
  }
  const std::string head = buffer.substr(0, end + 2);
  buffer.erase(0, end + 4);
  const size_t line_end = head.find("\r\n");
  const size_t first = head.find(' ');
  const size_t second = head.find(' ', first + 1);
  request.method = head.substr(0, first);
  request.target = head.substr(first + 1, second - first - 1);
  request.headers = ParseHeaders(head.substr(line_end + 2));
  const auto length = request.headers.find("content-length");
  const size_t body_bytes = length == request.headers.end() ? 0 : std::stoul(length->second);
  while (buffer.size() < body_bytes) {
    if (!ReadMore(connection, buffer)) {
      return false;
    }
  }
  request.body = buffer.substr(0, body_bytes);
  buffer.erase(0, body_bytes);
  return true;
}

void ScriptedServer::Send(int connection, const ScriptedAnswer& answer) const {
  const size_t step = answer.per_byte.count() > 0 ? 1 : std::max<size_t>(answer.bytes.size(), 1);
  for (size_t sent = 0; sent < answer.bytes.size() && !done_;) {
    const size_t wanted = std::min(step, answer.bytes.size() - sent);
    const ssize_t count = send(connection, answer.bytes.data() + sent, wanted, MSG_NOSIGNAL);
    if (count <= 0) {
      return;
    }
    sent += static_cast<size_t>(count);
    std::this_thread::sleep_for(answer.per_byte);
  }
}

}  // namespace ursa::testing
