#include "store/fault_injecting.h"

#include <utility>

namespace ursa::store {

FaultInjectingStore::FaultInjectingStore(ObjectStore& store) : store_(store) {}

std::optional<Error> FaultInjectingStore::Judge(StoreCall call, size_t& index) const {
  FaultRule rule;
  size_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    index = calls_.size();
    number = index + 1;
    calls_.push_back(call);
    rule = rule_;
  }
  // Outside of the lock: a rule may call the store itself.
  return rule ? rule(number, call) : std::nullopt;
}

Result<Object> FaultInjectingStore::Get(std::string_view key, ByteRange range,
                                        std::string_view if_match) const {
  size_t index = 0;
  if (auto error = Judge({StoreCall::Kind::kGet, std::string(key), 0, 0}, index)) {
    return tl::unexpected(std::move(*error));
  }
  auto object = store_.Get(key, range, if_match);
  if (object) {
    const std::lock_guard lock(mutex_);
    if (index < calls_.size()) {
      calls_[index].bytes = object->bytes.size();
      calls_[index].offset = object->offset;
    }
  }
  return object;
}

Result<ObjectInfo> FaultInjectingStore::Head(std::string_view key) const {
  size_t index = 0;
  if (auto error = Judge({StoreCall::Kind::kHead, std::string(key), 0, 0}, index)) {
    return tl::unexpected(std::move(*error));
  }
  return store_.Head(key);
}

Result<ListPage> FaultInjectingStore::List(std::string_view prefix,
                                           const ListOptions& options) const {
  size_t index = 0;
  if (auto error = Judge({StoreCall::Kind::kList, std::string(prefix), 0, 0}, index)) {
    return tl::unexpected(std::move(*error));
  }
  return store_.List(prefix, options);
}

std::string FaultInjectingStore::Uri() const { return store_.Uri(); }

Result<void> FaultInjectingStore::Put(std::string_view key, std::string_view bytes,
                                      PutCondition condition) {
  size_t index = 0;
  auto error = Judge({StoreCall::Kind::kPut, std::string(key), bytes.size(), 0}, index);
  if (error && !fail_after_put_) {
    return tl::unexpected(std::move(*error));
  }
  auto put = store_.Put(key, bytes, condition);
  return error ? tl::unexpected(std::move(*error)) : put;
}

Result<void> FaultInjectingStore::Copy(std::string_view from, std::string_view to,
                                       std::string_view if_match) {
  size_t index = 0;
  if (auto error = Judge({StoreCall::Kind::kCopy, std::string(to), 0, 0}, index)) {
    return tl::unexpected(std::move(*error));
  }
  return store_.Copy(from, to, if_match);
}

Result<void> FaultInjectingStore::Delete(std::string_view key) {
  size_t index = 0;
  if (auto error = Judge({StoreCall::Kind::kDelete, std::string(key), 0, 0}, index)) {
    return tl::unexpected(std::move(*error));
  }
  return store_.Delete(key);
}

void FaultInjectingStore::SetRule(FaultRule rule) {
  const std::lock_guard lock(mutex_);
  rule_ = std::move(rule);
}

void FaultInjectingStore::SetFailAfterPut(bool after) { fail_after_put_ = after; }

std::vector<StoreCall> FaultInjectingStore::Calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

void FaultInjectingStore::ForgetCalls() {
  const std::lock_guard lock(mutex_);
  calls_.clear();
}

FaultRule FailOnce(size_t number, Error error) {
  return [number, error](size_t call, const StoreCall&) {
    return call == number ? std::optional(error) : std::nullopt;
  };
}

FaultRule FailFrom(size_t number, Error error) {
  return [number, error](size_t call, const StoreCall&) {
    return call >= number ? std::optional(error) : std::nullopt;
  };
}

}  // namespace ursa::store
