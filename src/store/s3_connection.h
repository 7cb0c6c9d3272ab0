// HTTP requests on a bounded number of connections that are kept for the next one (libcurl).
//
// One request is sent once and its answer read once; what to make of either, and whether to try
// again, is the caller's. Thread-safe; requests beyond the number of connections wait for one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/s3_signing.h"

namespace ursa::store {

struct HttpRequest {
  std::string method;  // GET, HEAD, PUT, POST, DELETE
  std::string url;
  HttpHeaders headers;
  std::string_view body;
  std::chrono::seconds stall_timeout{60};
  // On a connection of its own: libcurl sends a request again by itself where a connection that was
  // kept turns out to be dead, which for a conditional PUT may be after it took effect.
  bool send_once = false;
  // Some KiB at most are to be expected; more are taken all the same.
  bool short_answer = false;
};

// Status and headers of an answer.
struct HttpHead {
  int status = 0;
  HttpHeaders headers;
  // The first header of that (lower-case) name.
  [[nodiscard]] std::optional<std::string_view> Find(std::string_view name) const;
};

// Takes an answer. An error of either function ends the transfer.
class HttpReader {
 public:
  virtual ~HttpReader() = default;
  virtual Result<void> Begin(const HttpHead& head) = 0;
  virtual Result<void> Take(std::string_view bytes) = 0;
};

// Why there is no whole answer.
struct HttpFailure {
  Error error;
  bool by_reader = false;  // the reader's own error
  bool transient = false;  // trying again may help
  bool maybe_sent = true;  // false: the server has certainly not seen the request
};

struct HttpSettings {
  size_t connections = 1;
  std::chrono::seconds connect_timeout{10};
  std::string ca_bundle;
  bool without_proxy = false;
};

class HttpConnections {
 public:
  explicit HttpConnections(HttpSettings settings);
  ~HttpConnections();
  HttpConnections(const HttpConnections&) = delete;
  HttpConnections& operator=(const HttpConnections&) = delete;

  // Sends the request and gives the answer to `reader`. `cut` ends the transfer at once.
  tl::expected<HttpHead, HttpFailure> Perform(const HttpRequest& request, HttpReader& reader,
                                              const std::stop_token& cut);

 private:
  class Transfer;
  struct Handle;
  struct HandleReturner;

  const HttpSettings settings_;
  std::mutex mutex_;
  std::condition_variable_any returned_;
  std::vector<std::unique_ptr<Handle>> idle_;
  size_t handles_ = 0;
};

}  // namespace ursa::store
