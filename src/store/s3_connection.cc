#include "store/s3_connection.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <utility>

namespace ursa::store {
namespace {

constexpr long kSlowestBytesPerSecond = 1024;
constexpr long kReceiveBufferBytes = 256L * 1024;
constexpr long kShortBufferBytes = 16L * 1024;
constexpr long kSendBufferBytes = 1024L * 1024;
constexpr int kFinalStatusMin = 200;
constexpr size_t kHeaderBytesMax = size_t{64} * 1024;
constexpr size_t kUsualHeaders = 16;

// libcurl's own set-up, once a process, before the first handle.
void InitializeCurl() {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)initialized;
}

using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

void Append(HeaderList& list, const std::string& line) {
  if (curl_slist* longer = curl_slist_append(list.get(), line.c_str()); longer != nullptr) {
    (void)list.release();
    list.reset(longer);
  }
}

bool HasBody(const HttpRequest& request) {
  return request.method == "PUT" || request.method == "POST";
}

// "Name: value" as it is sent. "Name;" is libcurl's way to write a header without a value.
HeaderList MakeHeaders(const HttpRequest& request) {
  HeaderList list(nullptr, &curl_slist_free_all);
  for (const auto& [name, value] : request.headers) {
    Append(list, value.empty() ? name + ";" : name + ": " + value);
  }
  // Neither was asked for, and neither is signed.
  if (HasBody(request)) {
    Append(list, "Content-Type:");
    Append(list, "Expect:");
  }
  return list;
}

// Failures before a byte of the request has left.
bool IsBeforeSending(CURLcode code) {
  return code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY ||
         code == CURLE_COULDNT_CONNECT || code == CURLE_PEER_FAILED_VERIFICATION ||
         code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CONNECT_ERROR;
}

bool IsTransient(CURLcode code) {
  constexpr std::array kCodes = {
      CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY,
      CURLE_COULDNT_CONNECT,      CURLE_OPERATION_TIMEDOUT,
      CURLE_SEND_ERROR,           CURLE_RECV_ERROR,
      CURLE_GOT_NOTHING,          CURLE_PARTIAL_FILE,
      CURLE_SSL_CONNECT_ERROR,    CURLE_WEIRD_SERVER_REPLY,
  };
  return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

std::string Advice(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return "; its certificate is not trusted: name the file of its authority as ca_bundle, or "
             "correct endpoint";
    case CURLE_SSL_CACERT_BADFILE:
      return "; ca_bundle must name a readable file of PEM certificates";
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return "; check endpoint and the network";
    default:
      return "";
  }
}

}  // namespace

std::optional<std::string_view> HttpHead::Find(std::string_view name) const {
  for (const auto& [header, value] : headers) {
    if (header == name) {
      return value;
    }
  }
  return std::nullopt;
}

// A handle, its connection, and what stays the same from request to request.
struct HttpConnections::Handle {
  explicit Handle(const HttpSettings& settings) : curl(curl_easy_init()) {
    if (curl != nullptr) {
      SetProtocol();
      SetConnection(settings);
    }
  }
  ~Handle() { curl_easy_cleanup(curl); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  template <typename Value>
  void Set(CURLoption option, Value value) const {
    curl_easy_setopt(curl, option, value);
  }

  void SetProtocol() {
    Set(CURLOPT_ERRORBUFFER, message.data());
    Set(CURLOPT_PATH_AS_IS, 1L);
    Set(CURLOPT_PROTOCOLS_STR, "http,https");
    Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    Set(CURLOPT_FOLLOWLOCATION, 0L);
    Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    Set(CURLOPT_USERAGENT, "ursa");
    Set(CURLOPT_NOPROGRESS, 0L);
  }

  void SetConnection(const HttpSettings& settings) const {
    Set(CURLOPT_NOSIGNAL, 1L);
    Set(CURLOPT_MAXCONNECTS, 1L);
    Set(CURLOPT_TCP_KEEPALIVE, 1L);
    Set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(settings.connect_timeout.count()));
    Set(CURLOPT_LOW_SPEED_LIMIT, kSlowestBytesPerSecond);
    Set(CURLOPT_SSL_VERIFYPEER, 1L);
    Set(CURLOPT_SSL_VERIFYHOST, 2L);
    Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!settings.ca_bundle.empty()) {
      // Instead of the system's, which libcurl may know as a directory too.
      Set(CURLOPT_CAINFO, settings.ca_bundle.c_str());
      Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    if (settings.without_proxy) {
      Set(CURLOPT_NOPROXY, "*");
    }
  }

  CURL* const curl;
  std::array<char, CURL_ERROR_SIZE> message{};  // of the last failure
};

// Gives a handle back whatever happens.
struct HttpConnections::HandleReturner {
  HttpConnections& owner;
  std::unique_ptr<Handle> handle;
  ~HandleReturner() {
    const std::lock_guard lock(owner.mutex_);
    owner.idle_.push_back(std::move(handle));
    owner.returned_.notify_one();
  }
};

// One request on one handle: what libcurl calls back into.
class HttpConnections::Transfer {
 public:
  Transfer(Handle& handle, const HttpRequest& request, HttpReader& reader,
           const std::stop_token& cut)
      : handle_(handle),
        request_(request),
        reader_(reader),
        cut_(cut),
        headers_(MakeHeaders(request)) {
    SetWhatIsSent();
    SetCallbacks();
  }

  tl::expected<HttpHead, HttpFailure> Run() {
    handle_.message[0] = '\0';
    const CURLcode code = curl_easy_perform(handle_.curl);
    if (failure_) {
      return tl::unexpected(HttpFailure{*std::move(failure_), true, false, true});
    }
    if (code == CURLE_OK && begun_) {
      return std::move(head_);
    }
    if (code == CURLE_ABORTED_BY_CALLBACK) {
      return tl::unexpected(
          HttpFailure{{ErrorCode::kInterrupted, "interrupted", {}, {}}, false, false, true});
    }
    curl_off_t sent_bytes = 0;
    long request_bytes = 0;
    curl_easy_getinfo(handle_.curl, CURLINFO_SIZE_UPLOAD_T, &sent_bytes);
    curl_easy_getinfo(handle_.curl, CURLINFO_REQUEST_SIZE, &request_bytes);
    HttpFailure failure;
    failure.transient = IsTransient(code) || code == CURLE_OK;
    failure.maybe_sent = !IsBeforeSending(code) && (request_bytes > 0 || sent_bytes > 0);
    const std::string reason =
        handle_.message[0] != '\0' ? handle_.message.data() : curl_easy_strerror(code);
    failure.error = {ErrorCode::kUnavailable, reason + Advice(code), {}, {}};
    return tl::unexpected(std::move(failure));
  }

 private:
  template <typename Value>
  void Set(CURLoption option, Value value) {
    handle_.Set(option, value);
  }

  // Everything that a request before it on this handle may have left otherwise.
  void SetWhatIsSent() {
    Set(CURLOPT_URL, request_.url.c_str());
    Set(CURLOPT_HTTPHEADER, headers_.get());
    Set(CURLOPT_FRESH_CONNECT, request_.send_once ? 1L : 0L);
    Set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request_.stall_timeout.count()));
    Set(CURLOPT_BUFFERSIZE, request_.short_answer ? kShortBufferBytes : kReceiveBufferBytes);
    Set(CURLOPT_HTTPGET, 1L);
    Set(CURLOPT_CUSTOMREQUEST, static_cast<const char*>(nullptr));
    if (request_.method == "HEAD") {
      Set(CURLOPT_NOBODY, 1L);
    } else if (HasBody(request_)) {
      Set(CURLOPT_UPLOAD_BUFFERSIZE, kSendBufferBytes);
      Set(CURLOPT_POST, 1L);
      Set(CURLOPT_POSTFIELDS, request_.body.empty() ? "" : request_.body.data());
      Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
      Set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    } else if (request_.method != "GET") {
      Set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    }
  }

  void SetCallbacks() {
    Set(CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
    Set(CURLOPT_HEADERDATA, this);
    Set(CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
    Set(CURLOPT_WRITEDATA, this);
    Set(CURLOPT_XFERINFOFUNCTION, &Transfer::OnProgress);
    Set(CURLOPT_XFERINFODATA, this);
  }

  // Nothing may be thrown through libcurl. Answers `size` to go on, anything else to end.
  template <typename Function>
  size_t Guarded(size_t size, const Function& function) {
    try {
      Result<void> result = function();
      if (result) {
        return size;
      }
      failure_ = std::move(result).error();
    } catch (const std::exception& exception) {
      failure_ = Error{ErrorCode::kUnavailable, exception.what(), {}, {}};
    }
    return size + 1;
  }

  static size_t OnHeader(char* bytes, size_t, size_t size, void* self) {
    auto* transfer = static_cast<Transfer*>(self);
    return transfer->Guarded(size, [&] { return transfer->TakeHeader({bytes, size}); });
  }

  static size_t OnBody(char* bytes, size_t, size_t size, void* self) {
    auto* transfer = static_cast<Transfer*>(self);
    return transfer->Guarded(size, [&] { return transfer->reader_.Take({bytes, size}); });
  }

  static int OnProgress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Transfer*>(self)->cut_.stop_requested() ? 1 : 0;
  }

  Result<void> TakeHeader(std::string_view line) {
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) {
      line.remove_suffix(1);
    }
    if (begun_) {
      return {};  // a trailer
    }
    header_bytes_ += line.size();
    if (header_bytes_ > kHeaderBytesMax) {
      return Fail(ErrorCode::kCorrupt, "the server sent more than 64 KiB of headers");
    }
    if (line.starts_with("HTTP/")) {
      head_ = {};
      head_.headers.reserve(kUsualHeaders);
      const size_t space = std::min(line.find(' ') + 1, line.size());
      std::from_chars(line.data() + space, line.data() + line.size(), head_.status);
      return {};
    }
    if (!line.empty()) {
      AddHeader(line);
      return {};
    }
    // An interim answer (100) has another one behind it.
    if (head_.status < kFinalStatusMin) {
      return {};
    }
    begun_ = true;
    return reader_.Begin(head_);
  }

  void AddHeader(std::string_view line) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      return;
    }
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const size_t begin = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
    const size_t end = line.find_last_not_of(" \t") + 1;
    head_.headers.emplace_back(std::move(name), line.substr(begin, std::max(begin, end) - begin));
  }

  Handle& handle_;
  const HttpRequest& request_;
  HttpReader& reader_;
  const std::stop_token cut_;
  const HeaderList headers_;
  HttpHead head_;
  size_t header_bytes_ = 0;
  bool begun_ = false;
  std::optional<Error> failure_;
};

HttpConnections::HttpConnections(HttpSettings settings) : settings_(std::move(settings)) {
  InitializeCurl();
}

HttpConnections::~HttpConnections() = default;

tl::expected<HttpHead, HttpFailure> HttpConnections::Perform(const HttpRequest& request,
                                                             HttpReader& reader,
                                                             const std::stop_token& cut) {
  const auto failed = [](ErrorCode code, const char* message) {
    return tl::unexpected(HttpFailure{{code, message, {}, {}}, false, false, false});
  };
  std::unique_ptr<Handle> handle;
  {
    std::unique_lock lock(mutex_);
    const auto available = [&] { return !idle_.empty() || handles_ < settings_.connections; };
    if (!returned_.wait(lock, cut, available)) {
      return failed(ErrorCode::kInterrupted, "interrupted");
    }
    if (idle_.empty()) {
      handle = std::make_unique<Handle>(settings_);
      ++handles_;
    } else {
      handle = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  const HandleReturner returner{*this, std::move(handle)};
  if (returner.handle->curl == nullptr) {
    return failed(ErrorCode::kUnavailable, "libcurl cannot be started: memory is exhausted");
  }
  return Transfer(*returner.handle, request, reader, cut).Run();
}

}  // namespace ursa::store
