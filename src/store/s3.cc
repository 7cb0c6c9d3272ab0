#include "store/s3.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <utility>

#include "store/s3_client.h"
#include "store/s3_copy.h"
#include "store/s3_listing.h"
#include "store/s3_object_reader.h"

namespace ursa::store {
namespace {

// Pages in a row that hold nothing to show, e.g. "folders" only.
constexpr int kEmptyPagesMax = 1000;
constexpr int kFirstRefusal = 300;
constexpr uint64_t kShortBytes = uint64_t{16} << 10;

// A reader of an answer whose body does not matter.
class NoReader final : public S3Reader {
 public:
  Result<void> Begin(const HttpHead&) override { return {}; }
  Result<void> Take(std::string_view) override { return {}; }
  bool Restart() override { return true; }
};

S3Request ReadRequest(const char* method, std::string_view key) {
  S3Request request;
  request.method = method;
  request.key = key;
  request.doing = "reading";
  request.can_be_cut = true;
  return request;
}

class S3Reading : public ReadableStore {
 public:
  explicit S3Reading(std::unique_ptr<S3Client> client) : client_(std::move(client)) {}

  using ReadableStore::Get;
  Result<Object> Get(std::string_view key, ByteRange range,
                     std::string_view if_match) const override {
    ObjectReader reader(key, client_->Name(key), range, if_match, nullptr);
    URSA_TRY(const ObjectInfo info, Read(key, range, if_match, reader));
    Object object = reader.TakeObject();
    if (object.bytes.empty()) {
      object.offset = Resolve(range, info.size_bytes).offset;
      object.size_bytes = info.size_bytes;
      object.last_modified = info.last_modified;
      object.etag = info.etag;
    }
    return object;
  }

  Result<ObjectInfo> GetStream(std::string_view key, ByteRange range, std::string_view if_match,
                               const ObjectSink& sink) const override {
    ObjectReader reader(key, client_->Name(key), range, if_match, &sink);
    return Read(key, range, if_match, reader);
  }

  Result<ObjectInfo> Head(std::string_view key) const override;
  Result<ListPage> List(std::string_view prefix, const ListOptions& options) const override;
  [[nodiscard]] bool IsRemote() const override { return true; }
  [[nodiscard]] std::string Uri() const override { return "s3://" + client_->Settings().bucket; }

  [[nodiscard]] const S3Client& Client() const { return *client_; }

 private:
  // Reads a range into `reader`, and says of what.
  Result<ObjectInfo> Read(std::string_view key, const ByteRange& range, std::string_view if_match,
                          ObjectReader& reader) const;
  // The object's info where no byte of it is wanted or there.
  Result<ObjectInfo> HeadMatching(std::string_view key, std::string_view if_match) const;
  // Reads one byte, to have the service's reason for refusing a HEAD, which has no body.
  Result<ObjectInfo> HeadByReading(std::string_view key) const;
  Result<S3Listing> ReadListing(std::string_view prefix, const ListOptions& options,
                                const std::string& continuation) const;

  const std::unique_ptr<S3Client> client_;
};

Result<ObjectInfo> S3Reading::Read(std::string_view key, const ByteRange& range,
                                   std::string_view if_match, ObjectReader& reader) const {
  URSA_CHECK(CheckKey(key));
  if (range.kind != ByteRange::Kind::kWhole && range.length == 0) {
    return HeadMatching(key, if_match);  // HTTP has no empty ranges
  }
  S3Request request = ReadRequest("GET", key);
  if (std::string header = RangeHeader(range); !header.empty()) {
    request.headers.emplace_back("range", std::move(header));
    request.short_answer = range.length <= kShortBytes;
    request.accepts = S3Request::Accepts::kRangeRefusal;
  }
  if (!if_match.empty()) {
    request.headers.emplace_back("if-match", "\"" + std::string(if_match) + "\"");
  }
  URSA_CHECK(client_->Send(request, reader));
  if (!reader.IsBeyondEnd()) {
    URSA_CHECK(reader.CheckWhole());
    return reader.Info();
  }
  URSA_TRY(ObjectInfo info, HeadMatching(key, if_match));
  if (Resolve(range, info.size_bytes).length > 0) {
    return Fail(ErrorCode::kCorrupt, "reading " + client_->Name(key) +
                                         ": the service refuses a range that the object has");
  }
  return info;
}

Result<ObjectInfo> S3Reading::HeadMatching(std::string_view key, std::string_view if_match) const {
  URSA_TRY(ObjectInfo info, Head(key));
  if (!if_match.empty() && info.etag != if_match) {
    return Fail(ErrorCode::kPreconditionFailed,
                client_->Name(key) + " has changed since it was looked at");
  }
  return info;
}

Result<ObjectInfo> S3Reading::Head(std::string_view key) const {
  URSA_CHECK(CheckKey(key));
  S3Request request = ReadRequest("HEAD", key);
  request.accepts = S3Request::Accepts::kAnyRefusal;
  NoReader reader;
  URSA_TRY(const HttpHead head, client_->Send(request, reader));
  return head.status < kFirstRefusal ? ReadInfo(key, head) : HeadByReading(key);
}

Result<ObjectInfo> S3Reading::HeadByReading(std::string_view key) const {
  const ByteRange first = ByteRange::From(0, 1);
  S3Request request = ReadRequest("GET", key);
  request.headers.emplace_back("range", RangeHeader(first));
  ObjectReader reader(key, client_->Name(key), first, {}, nullptr);
  URSA_CHECK(client_->Send(request, reader));
  return reader.Info();
}

Result<S3Listing> S3Reading::ReadListing(std::string_view prefix, const ListOptions& options,
                                         const std::string& continuation) const {
  S3Request request = ReadRequest("GET", "");
  request.doing = "listing " + std::string(prefix) + "* in";
  request.query = {{"list-type", "2"},
                   {"encoding-type", "url"},
                   {"prefix", std::string(prefix)},
                   {"max-keys", std::to_string(client_->Settings().list_entries_max)}};
  if (!options.delimiter.empty()) {
    request.query.emplace_back("delimiter", options.delimiter);
  }
  if (!continuation.empty()) {
    request.query.emplace_back("continuation-token", continuation);
  } else if (!options.start_after.empty()) {
    request.query.emplace_back("start-after", options.start_after);
  }
  TextReader reader;
  URSA_CHECK(client_->Send(request, reader));
  URSA_TRY_CONTEXT(S3Listing listing, ParseListing(reader.Text()),
                   request.doing + " " + client_->Name(""));
  return listing;
}

Result<ListPage> S3Reading::List(std::string_view prefix, const ListOptions& options) const {
  std::string continuation;
  std::string after = options.start_after;
  for (int page = 0; page < kEmptyPagesMax; ++page) {
    URSA_TRY(S3Listing listing, ReadListing(prefix, options, continuation));
    URSA_CHECK_CONTEXT(CheckListing(listing, prefix, options.start_after, after),
                       "listing " + client_->Name(prefix) + "*");
    const std::string last(listing.Last());
    Tidy(listing, options.start_after);
    if (!listing.truncated) {
      return ListPage{std::move(listing.objects), std::move(listing.prefixes), {}};
    }
    if (!listing.objects.empty() || !listing.prefixes.empty()) {
      return ListPage{std::move(listing.objects), std::move(listing.prefixes), last};
    }
    continuation = std::move(listing.continuation);
    after = std::max(after, last);
  }
  return Fail(ErrorCode::kCorrupt, "listing " + client_->Name(prefix) +
                                       "*: the service answers with one empty page after another");
}

class S3 final : public ObjectStore {
 public:
  explicit S3(std::unique_ptr<S3Client> client) : reading_(std::move(client)) {}

  using ReadableStore::Get;
  Result<Object> Get(std::string_view key, ByteRange range,
                     std::string_view if_match) const override {
    return reading_.Get(key, range, if_match);
  }
  Result<ObjectInfo> GetStream(std::string_view key, ByteRange range, std::string_view if_match,
                               const ObjectSink& sink) const override {
    return reading_.GetStream(key, range, if_match, sink);
  }
  Result<ObjectInfo> Head(std::string_view key) const override { return reading_.Head(key); }
  Result<ListPage> List(std::string_view prefix, const ListOptions& options) const override {
    return reading_.List(prefix, options);
  }
  [[nodiscard]] bool IsRemote() const override { return reading_.IsRemote(); }
  [[nodiscard]] std::string Uri() const override { return reading_.Uri(); }
  Result<void> Put(std::string_view key, std::string_view bytes, PutCondition condition) override;
  Result<void> Copy(std::string_view from, std::string_view to, std::string_view if_match) override;
  Result<void> Delete(std::string_view key) override;

 private:
  const S3Reading reading_;
};

Result<void> S3::Put(std::string_view key, std::string_view bytes, PutCondition condition) {
  URSA_CHECK(CheckKey(key));
  const S3Client& client = reading_.Client();
  if (bytes.size() > client.Settings().put_bytes_max) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("{} is larger than {} bytes, the most that is put at once",
                            client.Name(key), client.Settings().put_bytes_max));
  }
  S3Request request;
  request.method = "PUT";
  request.key = key;
  request.body = bytes;
  request.doing = "writing";
  if (condition == PutCondition::kIfAbsent) {
    request.once = true;
    request.headers.emplace_back("if-none-match", "*");
  }
  TextReader reader;
  URSA_CHECK(client.Send(request, reader));
  return {};
}

Result<void> S3::Copy(std::string_view from, std::string_view to, std::string_view if_match) {
  URSA_CHECK(CheckKey(from));
  URSA_CHECK(CheckKey(to));
  URSA_TRY(const ObjectInfo info, Head(from));
  if (!if_match.empty() && if_match != info.etag) {
    return Fail(ErrorCode::kPreconditionFailed,
                reading_.Client().Name(from) + " has changed since it was looked at");
  }
  return CopyWithin(reading_.Client(), info, to,
                    [this](std::string_view key) { return Head(key); });
}

Result<void> S3::Delete(std::string_view key) {
  URSA_CHECK(CheckKey(key));
  S3Request request;
  request.method = "DELETE";
  request.key = key;
  request.doing = "deleting";
  NoReader reader;
  const auto deleted = reading_.Client().Send(request, reader);
  if (!deleted && deleted.error().code != ErrorCode::kNotFound) {
    return Propagate(deleted.error());
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<ReadableStore>> OpenS3ForReading(S3Settings settings) {
  URSA_TRY(auto client, S3Client::Make(std::move(settings), true));
  return std::make_unique<S3Reading>(std::move(client));
}

Result<std::unique_ptr<ObjectStore>> OpenS3(S3Settings settings) {
  URSA_TRY(auto client, S3Client::Make(std::move(settings), false));
  return std::make_unique<S3>(std::move(client));
}

Result<Nanoseconds> MeasureS3ClockAhead(S3Settings settings) {
  URSA_TRY(const auto client, S3Client::Make(std::move(settings), true));
  S3Request request = ReadRequest("HEAD", "");
  // Whatever it answers, it says what time it is.
  request.accepts = S3Request::Accepts::kAnyRefusal;
  NoReader reader;
  URSA_TRY(const HttpHead head, client->Send(request, reader));
  const time_t theirs = curl_getdate(std::string(head.Find("date").value_or("")).c_str(), nullptr);
  if (theirs < 0) {
    return Fail(ErrorCode::kCorrupt, client->Settings().endpoint + " does not say what time it is");
  }
  return client->Settings().clock.Now() - TimeNs{std::chrono::seconds{theirs}};
}

}  // namespace ursa::store
