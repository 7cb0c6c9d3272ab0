#include "store/object_store.h"

#include <algorithm>
#include <utility>

namespace ursa::store {
namespace {

constexpr uint64_t kPieceBytesMax = uint64_t{8} << 20;

}  // namespace

Result<ObjectInfo> ReadableStore::GetStream(std::string_view key, ByteRange range,
                                            std::string_view if_match,
                                            const ObjectSink& sink) const {
  URSA_TRY(ObjectInfo info, Head(key));
  if (!if_match.empty() && if_match != info.etag) {
    return Fail(ErrorCode::kPreconditionFailed, "the object " + info.key + " has changed");
  }
  ResolvedRange rest = Resolve(range, info.size_bytes);
  while (rest.length > 0) {
    const auto wanted = ByteRange::From(rest.offset, std::min(rest.length, kPieceBytesMax));
    URSA_TRY(const Object piece, Get(key, wanted, info.etag));
    if (piece.bytes.size() != wanted.length || piece.offset != rest.offset) {
      return Fail(ErrorCode::kCorrupt,
                  "a part of the object " + info.key + " is not what was asked");
    }
    URSA_CHECK(sink({piece.bytes, piece.offset, info}));
    rest.offset += wanted.length;
    rest.length -= wanted.length;
  }
  return info;
}

Result<void> ObjectStore::Copy(std::string_view from, std::string_view to,
                               std::string_view if_match) {
  URSA_CHECK(CheckKey(to));
  URSA_TRY(const Object object, Get(from, ByteRange::Whole(), if_match));
  return Put(to, object.bytes, PutCondition::kNone);
}

ResolvedRange Resolve(const ByteRange& range, uint64_t size_bytes) {
  switch (range.kind) {
    case ByteRange::Kind::kWhole:
      return {0, size_bytes};
    case ByteRange::Kind::kFrom: {
      const uint64_t offset = std::min(range.offset, size_bytes);
      return {offset, std::min(range.length, size_bytes - offset)};
    }
    case ByteRange::Kind::kLast: {
      const uint64_t length = std::min(range.length, size_bytes);
      return {size_bytes - length, length};
    }
  }
  return {};
}

Result<void> CheckKey(std::string_view key) {
  size_t start = 0;
  while (true) {
    const size_t slash = key.find('/', start);
    const std::string_view part = key.substr(start, slash - start);
    if (part.empty() || part == "." || part == ".." || part.find('\0') != std::string_view::npos) {
      return Fail(ErrorCode::kInvalid,
                  "the key '" + std::string(key) + "' is not a relative path of plain names");
    }
    if (slash == std::string_view::npos) {
      return {};
    }
    start = slash + 1;
  }
}

Result<bool> ReadableStore::HasAnyFolder(std::string_view prefix) const {
  ListOptions options;
  options.delimiter = "/";
  while (true) {
    URSA_TRY(const ListPage page, List(prefix, options));
    if (!page.prefixes.empty() || !page.next) {
      return !page.prefixes.empty();
    }
    options.start_after = *page.next;
  }
}

Result<std::vector<ObjectInfo>> ListAll(const ReadableStore& store, std::string_view prefix) {
  return ListRest(store, prefix, {}, {});
}

Result<std::vector<ObjectInfo>> ListRest(const ReadableStore& store, std::string_view prefix,
                                         std::string start_after, std::vector<ObjectInfo> objects) {
  ListOptions options;
  options.start_after = std::move(start_after);
  while (true) {
    URSA_TRY(ListPage page, store.List(prefix, options));
    objects.insert(objects.end(), std::make_move_iterator(page.objects.begin()),
                   std::make_move_iterator(page.objects.end()));
    if (!page.next) {
      return objects;
    }
    options.start_after = std::move(*page.next);
  }
}

}  // namespace ursa::store
