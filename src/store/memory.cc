#include "store/memory.h"

namespace ursa::store {
namespace {

constexpr size_t kPageEntriesMax = 1000;

}  // namespace

MemoryStore::MemoryStore(Clock& clock, std::string uri) : clock_(clock), uri_(std::move(uri)) {}

std::string MemoryStore::Uri() const { return uri_; }

Result<const MemoryStore::Entry*> MemoryStore::Find(std::string_view key) const {
  URSA_CHECK(CheckKey(key));
  const auto found = objects_.find(key);
  if (found == objects_.end()) {
    return Fail(ErrorCode::kNotFound, "there is no object " + uri_ + "/" + std::string(key));
  }
  return &found->second;
}

Result<Object> MemoryStore::Get(std::string_view key, ByteRange range,
                                std::string_view if_match) const {
  const std::lock_guard lock(mutex_);
  URSA_TRY(const Entry* entry, Find(key));
  if (!if_match.empty() && if_match != entry->info.etag) {
    return Fail(ErrorCode::kPreconditionFailed, "the object " + std::string(key) + " has changed");
  }
  const uint64_t size = entry->bytes.size();
  const auto [offset, length] = Resolve(range, size);
  return Object{entry->bytes.substr(offset, length), offset, size, entry->info.last_modified,
                entry->info.etag};
}

Result<ObjectInfo> MemoryStore::Head(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  URSA_TRY(const Entry* entry, Find(key));
  return entry->info;
}

Result<ListPage> MemoryStore::List(std::string_view prefix, const ListOptions& options) const {
  const std::lock_guard lock(mutex_);
  ListPage page;
  std::string last;
  for (auto object = objects_.lower_bound(prefix);
       object != objects_.end() && object->first.starts_with(prefix); ++object) {
    const std::string& key = object->first;
    const size_t cut =
        options.delimiter.empty() ? std::string::npos : key.find(options.delimiter, prefix.size());
    const std::string name =
        cut == std::string::npos ? key : key.substr(0, cut + options.delimiter.size());
    if (name <= options.start_after || name == last) {
      continue;
    }
    if (page.objects.size() + page.prefixes.size() == kPageEntriesMax) {
      page.next = last;
      return page;
    }
    if (cut == std::string::npos) {
      page.objects.push_back(object->second.info);
    } else {
      page.prefixes.push_back(name);
    }
    last = name;
  }
  return page;
}

Result<void> MemoryStore::Put(std::string_view key, std::string_view bytes,
                              PutCondition condition) {
  URSA_CHECK(CheckKey(key));
  const std::lock_guard lock(mutex_);
  if (condition == PutCondition::kIfAbsent && objects_.find(key) != objects_.end()) {
    return Fail(ErrorCode::kAlreadyExists, "there is an object " + std::string(key) + " already");
  }
  const ObjectInfo info{std::string(key), bytes.size(), clock_.Now(), std::to_string(++puts_)};
  objects_.insert_or_assign(std::string(key), Entry{std::string(bytes), info});
  return {};
}

Result<void> MemoryStore::Delete(std::string_view key) {
  URSA_CHECK(CheckKey(key));
  const std::lock_guard lock(mutex_);
  if (const auto found = objects_.find(key); found != objects_.end()) {
    objects_.erase(found);
  }
  return {};
}

}  // namespace ursa::store
