// An HTTP server for tests that answers with exactly the bytes it is told to, broken ones included,
// or with none: what no HTTP library's server can be made to do. On loopback, HTTP/1.1, connections
// are kept. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace ursa::testing {

struct SeenRequest {
  std::string method;
  std::string target;                          // path and query, as sent
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

struct ScriptedAnswer {
  enum class Then {
    kKeep,   // waits for the next request
    kClose,  // closes in an orderly way
    kReset,  // sends RST
  };
  std::string bytes;  // status line, headers and body; may be empty
  Then then = Then::kKeep;
  std::chrono::milliseconds per_byte{0};  // a slow drip
};

// "HTTP/1.1 <status> Scripted", the headers given (lines that end in "\r\n"), Content-Length, body.
ScriptedAnswer Answer(int status, const std::string& headers = {}, const std::string& body = {});

class ScriptedServer {
 public:
  // `script` is called with each request, numbered from 1.
  using Script = std::function<ScriptedAnswer(const SeenRequest& request, size_t number)>;
  explicit ScriptedServer(Script script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  // "http://127.0.0.1:<port>"
  [[nodiscard]] std::string Endpoint() const;
  [[nodiscard]] std::vector<SeenRequest> Requests() const;
  [[nodiscard]] size_t Connections() const { return connections_; }

 private:
  void Accept();
  void Serve(int connection);
  // False where the connection has ended.
  bool ReadRequest(int connection, std::string& buffer, SeenRequest& request) const;
  bool ReadMore(int connection, std::string& buffer) const;
  void Send(int connection, const ScriptedAnswer& answer) const;

  const Script script_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> done_ = false;
  std::atomic<size_t> connections_ = 0;
  mutable std::mutex mutex_;
  std::vector<SeenRequest> requests_;
  std::vector<std::thread> servers_;
  std::thread acceptor_;
};

}  // namespace ursa::testing
