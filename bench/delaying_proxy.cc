// A TCP proxy on loopback that hands on what clients send after a delay, and counts: connections,
// and requests by method (a GET with list-type=2 is a LIST). Requests of one connection come one
// after the other, so that each begins a read. usage: delaying_proxy UPSTREAM_PORT DELAY_MS prints
// its port; at SIGTERM, a line of JSON
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace {

using Time = std::chrono::steady_clock::time_point;
constexpr size_t kReadBytes = size_t{1} << 18;

void Check(bool ok, const char* what) {
  if (!ok) {
    std::perror(what);
    std::exit(1);
  }
}

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Sends all of it; the receiver reads, as it waits for this.
bool SendAll(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

struct Pair {
  int client;
  int server;
};

struct Delayed {
  Time due;
  std::shared_ptr<Pair> pair;
  std::string bytes;
};

class Proxy {
 public:
  Proxy(int upstream_port, int delay_ms)
      : upstream_port_(upstream_port), delay_(delay_ms), poll_(epoll_create1(0)) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof address;
    Check(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
    Check(listen(listener_, 1024) == 0, "listen");
    Check(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
    Watch(listener_);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    signals_ = signalfd(-1, &signals, 0);
    Watch(signals_);
  }

  void Run() {
    std::array<epoll_event, 256> events;
    while (true) {
      const int count =
          epoll_wait(poll_, events.data(), static_cast<int>(events.size()), WaitMilliseconds());
      for (int i = 0; i < count; ++i) {
        const int descriptor = events[static_cast<size_t>(i)].data.fd;
        if (descriptor == signals_) {
          return Print();
        }
        descriptor == listener_ ? Accept() : Read(descriptor);
      }
      SendDue();
    }
  }

 private:
  void Watch(int descriptor) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    Check(epoll_ctl(poll_, EPOLL_CTL_ADD, descriptor, &event) == 0, "epoll_ctl");
  }

  [[nodiscard]] int WaitMilliseconds() const {
    if (delayed_.empty()) {
      return -1;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        delayed_.front().due - std::chrono::steady_clock::now());
    return static_cast<int>(std::max<int64_t>(left.count(), 0));
  }

  void Accept() {
    auto pair = std::make_shared<Pair>();
    pair->client = accept(listener_, nullptr, nullptr);
    pair->server = socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = Loopback(upstream_port_);
    Check(connect(pair->server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
          "connect");
    for (const int descriptor : {pair->client, pair->server}) {
      const int on = 1;
      setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      pairs_[descriptor] = pair;
      Watch(descriptor);
    }
    ++connections_;
    at_once_ = std::max(at_once_, pairs_.size() / 2);
  }

  void Read(int descriptor) {
    const auto found = pairs_.find(descriptor);
    if (found == pairs_.end()) {
      return;
    }
    const std::shared_ptr<Pair> pair = found->second;
    const ssize_t size = read(descriptor, buffer_.data(), buffer_.size());
    if (size <= 0) {
      return Close(*pair);
    }
    const std::string_view bytes(buffer_.data(), static_cast<size_t>(size));
    if (descriptor == pair->client) {
      Count(bytes);
      delayed_.push_back({std::chrono::steady_clock::now() + delay_, pair, std::string(bytes)});
    } else if (!SendAll(pair->client, bytes)) {
      Close(*pair);
    }
  }

  void SendDue() {
    const Time now = std::chrono::steady_clock::now();
    for (; !delayed_.empty() && delayed_.front().due <= now; delayed_.pop_front()) {
      const Delayed& delayed = delayed_.front();
      if (pairs_.contains(delayed.pair->server) && !SendAll(delayed.pair->server, delayed.bytes)) {
        Close(*delayed.pair);
      }
    }
  }

  void Close(const Pair& pair) {
    for (const int descriptor : {pair.client, pair.server}) {
      pairs_.erase(descriptor);
      close(descriptor);
    }
  }

  void Count(std::string_view bytes) {
    const std::string_view line = bytes.substr(0, bytes.find('\r'));
    if (!line.ends_with("HTTP/1.1")) {
      return;
    }
    const bool is_list = line.find("list-type=2") != std::string_view::npos;
    if (is_logging_) {
      std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
    }
    ++requests_[is_list ? "LIST" : std::string(line.substr(0, line.find(' ')))];
  }

  void Print() const {
    std::printf("{\"connections\": %zu, \"at_once\": %zu", connections_, at_once_);
    for (const auto& [method, count] : requests_) {
      std::printf(", \"%s\": %zu", method.c_str(), count);
    }
    std::printf("}\n");
  }

  const int upstream_port_;
  const std::chrono::milliseconds delay_;
  const int poll_;
  int listener_ = -1;
  int signals_ = -1;
  std::string buffer_ = std::string(kReadBytes, '\0');
  std::map<int, std::shared_ptr<Pair>> pairs_;
  std::deque<Delayed> delayed_;  // in the order in which they are due
  size_t connections_ = 0;
  size_t at_once_ = 0;  // of them
  const bool is_logging_ = std::getenv("LOG") != nullptr;
  std::map<std::string, size_t> requests_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: delaying_proxy UPSTREAM_PORT DELAY_MS\n", stderr);
    return 3;
  }
  Proxy(std::atoi(argv[1]), std::atoi(argv[2])).Run();
  return 0;
}
