// An object store in memory, for tests. Thread-safe; behaves as the conformance suite says.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "base/environment.h"
#include "store/object_store.h"

namespace ursa::store {

class MemoryStore final : public ObjectStore {
 public:
  // Objects are modified at the time that `clock` says.
  explicit MemoryStore(Clock& clock, std::string uri = "memory://test");

  using ReadableStore::Get;
  Result<Object> Get(std::string_view key, ByteRange range,
                     std::string_view if_match) const override;
  Result<ObjectInfo> Head(std::string_view key) const override;
  Result<ListPage> List(std::string_view prefix, const ListOptions& options) const override;
  [[nodiscard]] std::string Uri() const override;
  Result<void> Put(std::string_view key, std::string_view bytes, PutCondition condition) override;
  Result<void> Delete(std::string_view key) override;

 private:
  struct Entry {
    std::string bytes;
    ObjectInfo info;
  };
  [[nodiscard]] Result<const Entry*> Find(std::string_view key) const;

  Clock& clock_;
  const std::string uri_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> objects_;
  uint64_t puts_ = 0;
};

}  // namespace ursa::store
