// How a claim is listed:
//
//   1. One page is read that begins right before the first member's keys and stays below what all
//      members' prefixes have in common.
//   2. Whoever's keys lie wholly in what the page covers is served, and so are the neighbours
//   behind
//      the claim, unless somebody has claimed them meanwhile.
//   3. Where the page was worth its keys, the next claim is as long as this one was found to be;
//   else
//      prefixes are listed by themselves for a while.
//   4. Members that were not served are given back, if nobody has claimed what lies behind them;
//      else the claim goes on with 1. from the first of them, or leaves them to their takers where
//      the page was not worth it.

#include "store/shared_listing.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace ursa::store {
namespace {

constexpr size_t kFirstClaim = 32;
constexpr size_t kClaimMax = 1000;  // a page has no more keys
// What listing a key costs a server, in requests: Ceph's gateway takes 16 us a key, 600 us a
// request.
constexpr size_t kKeysWorthARequest = 40;
// So many prefixes are listed by themselves after sharing was in vain for the first time.
constexpr size_t kAloneFirst = 64;
constexpr size_t kAloneMax = 4096;

// A key before all that begin with `prefix`, but for names that end in ".~". (The prefix itself
// without its slash is one too, and may have thousands of keys like "name-old/..." behind it.)
std::string Before(std::string_view prefix) {
  return std::string(prefix.substr(0, prefix.size() - 1)) + ".~";
}

std::string_view CommonPrefix(std::string_view a, std::string_view b) {
  const auto [end, other] = std::ranges::mismatch(a, b);
  (void)other;
  return a.substr(0, static_cast<size_t>(end - a.begin()));
}

// Whether all keys below `prefix` come after all below `other`.
bool IsBehind(std::string_view prefix, std::string_view other) {
  return prefix > other && !prefix.starts_with(other);
}

// Whether every key below `prefix` lies in the page, if it begins before them.
bool Covers(const ListPage& page, std::string_view prefix) {
  return !page.next || (*page.next > prefix && !page.next->starts_with(prefix));
}

// Moves what lies below `prefix` out of the page, from entry `at` on, which is left behind it.
std::vector<ObjectInfo> TakeBelow(ListPage& page, std::string_view prefix, size_t& at) {
  while (at < page.objects.size() && page.objects[at].key < prefix) {
    ++at;
  }
  std::vector<ObjectInfo> objects;
  while (at < page.objects.size() && page.objects[at].key.starts_with(prefix)) {
    objects.push_back(std::move(page.objects[at++]));
  }
  return objects;
}

}  // namespace

SharedListing::SharedListing(const ReadableStore& store, size_t count, PrefixOf prefix_of,
                             size_t jobs)
    : store_(store),
      count_(count),
      prefix_of_(std::move(prefix_of)),
      ahead_(jobs),
      size_(kFirstClaim),
      alone_next_(kAloneFirst) {}

Result<std::vector<ObjectInfo>> SharedListing::Take(size_t number) {
  if (!store_.IsRemote()) {
    return ListAll(store_, prefix_of_(number));
  }
  Slot found = Find(number);
  if (!found.rest_after) {
    return std::move(found.objects);
  }
  return ListRest(store_, prefix_of_(number), *std::move(found.rest_after),
                  std::move(found.objects));
}

std::optional<std::vector<ObjectInfo>> SharedListing::TakeShared(size_t number) {
  if (!store_.IsRemote()) {
    return std::nullopt;
  }
  Slot found = Find(number);
  return found.rest_after ? std::nullopt : std::optional(std::move(found.objects));
}

SharedListing::Slot SharedListing::Find(size_t number) {
  std::unique_lock lock(mutex_);
  if (IsTimeToReadAhead(number)) {
    List(TakeClaim(), lock);
  }
  auto slot = slots_.find(number);
  while (slot == slots_.end() || !slot->second.settled) {
    if (number >= frontier_) {
      List(TakeClaim(), lock);
    } else {
      settled_.wait(lock);
    }
    slot = slots_.find(number);
  }
  Slot found = std::move(slot->second);
  slots_.erase(slot);
  return found;
}

bool SharedListing::IsTimeToReadAhead(size_t number) const {
  return size_ > 1 && has_learned_ && number < frontier_ && frontier_ < count_ &&
         frontier_ - number <= ahead_;
}

size_t SharedListing::ClaimSize() {
  if (size_ > 1) {
    return size_;
  }
  if (alone_ > 0) {
    --alone_;
    return 1;
  }
  return kFirstClaim;
}

SharedListing::Claim SharedListing::TakeClaim() {
  const size_t size = ClaimSize();
  Claim claim;
  for (; frontier_ < count_ && claim.members.size() < size; ++frontier_) {
    std::string prefix = prefix_of_(frontier_);
    if (prefix.empty()) {
      continue;
    }
    if (!claim.members.empty() && !IsBehind(prefix, claim.members.back().prefix)) {
      break;
    }
    slots_[frontier_];
    claim.members.push_back({frontier_, std::move(prefix)});
  }
  claim.end = frontier_;
  return claim;
}

void SharedListing::List(Claim claim, std::unique_lock<std::mutex>& lock) {
  bool is_worth_it = claim.members.size() > 1;
  for (size_t first = 0; first < claim.members.size();) {
    const Member& member = claim.members[first];
    if (first > 0 && frontier_ == claim.end) {
      GiveBack(claim, first);
      break;
    }
    if (!is_worth_it || first + 1 == claim.members.size()) {
      Settle(member.number, {}, "");
      ++first;
      continue;
    }
    ListOptions options;
    options.start_after = Before(member.prefix);
    const std::string common(CommonPrefix(member.prefix, claim.members.back().prefix));
    lock.unlock();
    auto page = store_.List(common, options);
    lock.lock();
    const size_t served = page ? Deal(*page, claim, first, common, is_worth_it) : 0;
    if (!page) {
      is_worth_it = Learn(0, 0, false);
    }
    if (served == 0) {
      SettleInPart(member, page ? *std::move(page) : ListPage());
    }
    first += std::max<size_t>(served, 1);
    settled_.notify_all();
  }
  settled_.notify_all();
}

size_t SharedListing::Deal(ListPage& page, Claim& claim, size_t first, std::string_view common,
                           bool& is_worth_it) {
  size_t at = 0;
  size_t dealt = 0;
  const auto serve = [&](size_t number, std::string_view prefix) {
    std::vector<ObjectInfo> objects = TakeBelow(page, prefix, at);
    dealt += objects.size();
    Settle(number, std::move(objects), {});
  };
  size_t member = first;
  for (; member < claim.members.size() && Covers(page, claim.members[member].prefix); ++member) {
    serve(claim.members[member].number, claim.members[member].prefix);
  }
  const size_t served = member - first;
  size_t beyond = 0;
  std::string last = claim.members.back().prefix;
  for (; member == claim.members.size() && frontier_ == claim.end && frontier_ < count_;
       claim.end = ++frontier_) {
    std::string prefix = prefix_of_(frontier_);
    if (prefix.empty()) {
      continue;
    }
    if (!IsBehind(prefix, last) || !prefix.starts_with(common) || !Covers(page, prefix)) {
      break;
    }
    serve(frontier_, prefix);
    last = std::move(prefix);
    ++beyond;
  }
  is_worth_it = Learn(served + beyond, page.objects.size() - dealt, !page.next);
  return served;
}

bool SharedListing::Learn(size_t served, size_t in_vain, bool is_whole) {
  if (served == 0 || (served - 1) * kKeysWorthARequest < in_vain) {
    size_ = 1;
    alone_ = alone_next_;
    alone_next_ = std::min(2 * alone_next_, kAloneMax);
    return false;
  }
  has_learned_ = true;
  alone_next_ = kAloneFirst;
  size_ = std::clamp<size_t>(is_whole ? 2 * std::max(size_, served) : served, 2, kClaimMax);
  return true;
}

void SharedListing::Settle(size_t number, std::vector<ObjectInfo> objects,
                           std::optional<std::string> rest_after) {
  slots_[number] = {true, std::move(objects), std::move(rest_after)};
}

void SharedListing::SettleInPart(const Member& member, ListPage page) {
  size_t at = 0;
  std::vector<ObjectInfo> objects = TakeBelow(page, member.prefix, at);
  const bool has_begun = page.next && page.next->starts_with(member.prefix);
  Settle(member.number, std::move(objects), has_begun ? *std::move(page.next) : "");
}

void SharedListing::GiveBack(const Claim& claim, size_t first) {
  for (size_t i = first; i < claim.members.size(); ++i) {
    slots_.erase(claim.members[i].number);
  }
  frontier_ = claim.members[first].number;
}

}  // namespace ursa::store
