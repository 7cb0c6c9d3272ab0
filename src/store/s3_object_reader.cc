#include "store/s3_object_reader.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace ursa::store {
namespace {

constexpr int kWhole = 200;
constexpr int kPartial = 206;
constexpr int kNotSatisfiable = 416;
constexpr uint64_t kKeptBytesMax = uint64_t{5} << 30;

std::optional<uint64_t> ReadNumber(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty()
             ? std::optional(number)
             : std::nullopt;
}

struct ContentRange {
  uint64_t first = 0;
  uint64_t last = 0;
  uint64_t size = 0;
};

// "bytes 0-9/443"
std::optional<ContentRange> ReadContentRange(std::string_view text) {
  constexpr std::string_view kUnit = "bytes ";
  const size_t dash = text.find('-');
  const size_t slash = text.find('/');
  if (!text.starts_with(kUnit) || dash == std::string_view::npos ||
      slash == std::string_view::npos || slash < dash) {
    return std::nullopt;
  }
  const auto first = ReadNumber(text.substr(kUnit.size(), dash - kUnit.size()));
  const auto last = ReadNumber(text.substr(dash + 1, slash - dash - 1));
  const auto size = ReadNumber(text.substr(slash + 1));
  if (!first || !last || !size || *first > *last || *last >= *size) {
    return std::nullopt;
  }
  return ContentRange{*first, *last, *size};
}

std::string Unquoted(std::string_view etag) {
  if (etag.starts_with("W/")) {
    etag.remove_prefix(2);
  }
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag = etag.substr(1, etag.size() - 2);
  }
  return std::string(etag);
}

}  // namespace

Result<ObjectInfo> ReadInfo(std::string_view key, const HttpHead& head) {
  ObjectInfo info;
  info.key = key;
  const auto wrong = [&](const char* header) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the service's answer about {} has no usable {}", key, header));
  };
  const auto length = ReadNumber(head.Find("content-length").value_or(""));
  if (!length) {
    return wrong("Content-Length");
  }
  info.size_bytes = *length;
  info.etag = Unquoted(head.Find("etag").value_or(""));
  if (info.etag.empty()) {
    return wrong("ETag");
  }
  const std::string modified(head.Find("last-modified").value_or(""));
  const time_t seconds = curl_getdate(modified.c_str(), nullptr);
  if (seconds < 0) {
    return wrong("Last-Modified");
  }
  info.last_modified = TimeNs{std::chrono::seconds{seconds}};
  return info;
}

std::string RangeHeader(const ByteRange& range) {
  switch (range.kind) {
    case ByteRange::Kind::kWhole:
      return {};
    case ByteRange::Kind::kFrom:
      return range.offset + (range.length - 1) < range.offset
                 ? fmt::format("bytes={}-", range.offset)
                 : fmt::format("bytes={}-{}", range.offset, range.offset + range.length - 1);
    case ByteRange::Kind::kLast:
      return fmt::format("bytes=-{}", range.length);
  }
  return {};
}

ObjectReader::ObjectReader(std::string_view key, std::string name, const ByteRange& range,
                           std::string_view if_match, const ObjectSink* sink)
    : name_(std::move(name)), range_(range), if_match_(if_match), sink_(sink) {
  info_.key = key;
}

tl::unexpected<Error> ObjectReader::Wrong(const std::string& what) const {
  return Fail(ErrorCode::kCorrupt, "reading " + name_ + ": " + what);
}

Result<void> ObjectReader::Begin(const HttpHead& head) {
  if (head.status == kNotSatisfiable) {
    beyond_end_ = true;
    return {};
  }
  URSA_TRY(info_, ReadInfo(info_.key, head));
  if (!if_match_.empty() && info_.etag != if_match_) {
    return Fail(ErrorCode::kPreconditionFailed, name_ + " has changed since it was looked at");
  }
  if (range_.kind != ByteRange::Kind::kWhole) {
    URSA_CHECK(BeginRange(head));
  } else if (head.status != kWhole) {
    return Wrong(fmt::format("the service answers {} where all of it was asked for", head.status));
  } else {
    expected_ = {0, info_.size_bytes};
  }
  if (sink_ != nullptr) {
    return {};
  }
  if (expected_.length > kKeptBytesMax) {
    return Fail(ErrorCode::kUnsupported, name_ + " is larger than 5 GiB");
  }
  bytes_.reserve(expected_.length);
  return {};
}

Result<void> ObjectReader::BeginRange(const HttpHead& head) {
  const uint64_t body_bytes = info_.size_bytes;
  if (head.status == kWhole && body_bytes == 0) {
    return {};  // of an empty object any range is empty
  }
  if (head.status != kPartial) {
    return Wrong("the service ignores ranges: it answers with the whole object");
  }
  const std::string_view text = head.Find("content-range").value_or("");
  const auto range = ReadContentRange(text);
  if (!range) {
    return Wrong(fmt::format("the service answers with an unreadable range ('{}')", text));
  }
  info_.size_bytes = range->size;
  expected_ = Resolve(range_, range->size);
  if (range->first != expected_.offset || range->last - range->first + 1 != expected_.length ||
      body_bytes != expected_.length) {
    return Wrong(fmt::format("the service answers with another range ({})", text));
  }
  return {};
}

Result<void> ObjectReader::Take(std::string_view bytes) {
  if (beyond_end_) {
    return {};
  }
  if (bytes.size() > expected_.length - taken_bytes_) {
    return Wrong("the service sends more than it announced");
  }
  const uint64_t offset = expected_.offset + taken_bytes_;
  taken_bytes_ += bytes.size();
  if (sink_ != nullptr) {
    return (*sink_)({bytes, offset, info_});
  }
  bytes_.append(bytes);
  return {};
}

bool ObjectReader::Restart() {
  if (sink_ != nullptr && taken_bytes_ > 0) {
    return false;
  }
  taken_bytes_ = 0;
  beyond_end_ = false;
  bytes_.clear();
  return true;
}

Result<void> ObjectReader::CheckWhole() const {
  return taken_bytes_ == expected_.length ? Result<void>() : Wrong("its end did not come");
}

Object ObjectReader::TakeObject() {
  return Object{std::move(bytes_), expected_.offset, info_.size_bytes, info_.last_modified,
                info_.etag};
}

}  // namespace ursa::store
