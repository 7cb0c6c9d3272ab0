// A store that counts what is asked of another one, and fails calls on demand. For tests.
//
// Calls are numbered from 1 in the order in which they start, over all kinds; a stream is a Head
// and a Get for each of its pieces. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "store/object_store.h"

namespace ursa::store {

// One call, as it was made.
struct StoreCall {
  enum class Kind { kGet, kHead, kList, kPut, kCopy, kDelete };
  Kind kind;
  std::string key;      // the prefix of a List; what a Copy writes
  uint64_t bytes = 0;   // returned by a Get, given to a Put
  uint64_t offset = 0;  // of the first byte that a Get returned
};

// Says whether call number `number` fails, and how; none lets it through.
using FaultRule = std::function<std::optional<Error>(size_t number, const StoreCall& call)>;

class FaultInjectingStore final : public ObjectStore {
 public:
  // `store` must live longer.
  explicit FaultInjectingStore(ObjectStore& store);

  using ReadableStore::Get;
  Result<Object> Get(std::string_view key, ByteRange range,
                     std::string_view if_match) const override;
  Result<ObjectInfo> Head(std::string_view key) const override;
  Result<ListPage> List(std::string_view prefix, const ListOptions& options) const override;
  [[nodiscard]] bool IsRemote() const override { return remote_ || store_.IsRemote(); }
  [[nodiscard]] std::string Uri() const override;
  Result<void> Put(std::string_view key, std::string_view bytes, PutCondition condition) override;
  Result<void> Copy(std::string_view from, std::string_view to, std::string_view if_match) override;
  Result<void> Delete(std::string_view key) override;

  // Calls from now on are judged by `rule`; none: all succeed.
  void SetRule(FaultRule rule);
  // A Put that fails by the rule is done all the same, so that its outcome is unknown.
  void SetFailAfterPut(bool after);
  // Says from now on that it is remote, whatever the other store says.
  void SetRemote(bool remote = true) { remote_ = remote; }
  // Every call so far, in the order in which they started.
  [[nodiscard]] std::vector<StoreCall> Calls() const;
  void ForgetCalls();

 private:
  // Counts a call and says whether it fails.
  std::optional<Error> Judge(StoreCall call, size_t& index) const;

  ObjectStore& store_;
  mutable std::mutex mutex_;
  mutable std::vector<StoreCall> calls_;
  FaultRule rule_;
  bool fail_after_put_ = false;
  bool remote_ = false;
};

// The rules that a crash loop needs: only the Nth call fails, or every call from the Nth on.
FaultRule FailOnce(size_t number, Error error);
FaultRule FailFrom(size_t number, Error error);

}  // namespace ursa::store
