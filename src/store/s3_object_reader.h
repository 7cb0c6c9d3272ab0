// What an answer to a GET of an object must look like: the range that was asked for, of the version
// that was asked for, whole. Anything else is an error before its bytes are used.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/object_store.h"
#include "store/s3_client.h"

namespace ursa::store {

// Size, time and etag in the headers of a GET or HEAD; kCorrupt where one is missing. The size is
// Content-Length.
Result<ObjectInfo> ReadInfo(std::string_view key, const HttpHead& head);

// The Range header for a range, "" for the whole object.
std::string RangeHeader(const ByteRange& range);

class ObjectReader final : public S3Reader {
 public:
  // `name` is for messages. Bytes go to `sink`, or are kept where there is none.
  ObjectReader(std::string_view key, std::string name, const ByteRange& range,
               std::string_view if_match, const ObjectSink* sink);

  Result<void> Begin(const HttpHead& head) override;
  Result<void> Take(std::string_view bytes) override;
  // Bytes given to a sink can't be taken back.
  bool Restart() override;

  // kCorrupt unless all came; after the last byte.
  [[nodiscard]] Result<void> CheckWhole() const;
  // The range starts at or beyond the end of the object (416): `Info` is not known.
  [[nodiscard]] bool IsBeyondEnd() const { return beyond_end_; }
  [[nodiscard]] const ObjectInfo& Info() const { return info_; }
  [[nodiscard]] Object TakeObject();

 private:
  Result<void> BeginRange(const HttpHead& head);
  [[nodiscard]] tl::unexpected<Error> Wrong(const std::string& what) const;

  const std::string name_;
  const ByteRange range_;
  const std::string if_match_;
  const ObjectSink* const sink_;
  ObjectInfo info_;         // size_bytes of the whole object
  ResolvedRange expected_;  // what the answer holds
  uint64_t taken_bytes_ = 0;
  bool beyond_end_ = false;
  std::string bytes_;
};

}  // namespace ursa::store
