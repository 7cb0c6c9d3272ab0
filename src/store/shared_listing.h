// Listings of many prefixes that share pages.
//
// A page of a remote store holds a thousand keys, and a prefix that a command works on often ten:
// one listing that runs over a hundred neighbours costs one request instead of a hundred, and gives
// each of them what its own listing would have given.
//
// Neighbours in the order of their numbers are claimed together, as many as the page before served.
// Keys in between that belong to nobody cost the server time, so where a page holds many of them
// for the requests that it saves, each prefix is listed by itself again, and sharing is tried again
// later, less and less often. Every request gives at least one whole prefix, or the next page of
// one: there are never more of them than prefixes (and pages of their own).
//
// A shared page that fails fails nobody: those whose keys it was to hold are listed by themselves.
// On a store that is not remote each prefix is listed by itself. Memory: at most some pages are
// waiting to be taken. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "store/object_store.h"

namespace ursa::store {

class SharedListing {
 public:
  // Prefix `number`, of 0 .. count - 1, which ends in a slash; "" for one that nobody will take.
  // Any order is right, but only ascending neighbours share. Called by any thread.
  using PrefixOf = std::function<std::string(size_t number)>;

  // `store` must live longer. Up to `jobs` threads take.
  SharedListing(const ReadableStore& store, size_t count, PrefixOf prefix_of, size_t jobs);

  // All objects below prefix `number`, as ListAll gives them. Each number that has a prefix is
  // taken once, in about the order of the numbers.
  Result<std::vector<ObjectInfo>> Take(size_t number);

  // The same where pages that neighbours share say it all; none where prefix `number` would have to
  // be listed by itself, which is for who can find out otherwise. In place of Take.
  std::optional<std::vector<ObjectInfo>> TakeShared(size_t number);

 private:
  // Neighbours that are listed together, in ascending order.
  struct Member {
    size_t number;
    std::string prefix;
  };
  struct Claim {
    std::vector<Member> members;
    size_t end = 0;  // the number behind it
  };

  // What is known of a prefix that was claimed.
  struct Slot {
    bool settled = false;             // false: somebody is listing it
    std::vector<ObjectInfo> objects;  // from its beginning
    // Where not all are here: its taker goes on after this key, "" for all of them.
    std::optional<std::string> rest_after;
  };

  // What is known of prefix `number`, of a remote store, once somebody knows it.
  Slot Find(size_t number);
  // Whether whoever takes `number` reads the next page first, so that nobody else waits for it.
  [[nodiscard]] bool IsTimeToReadAhead(size_t number) const;
  // The next members, from frontier_ on.
  Claim TakeClaim();
  size_t ClaimSize();
  // Lists the members: all of them are settled or given back. `lock` is open while a page is read.
  void List(Claim claim, std::unique_lock<std::mutex>& lock);
  // Settles whom the page serves, from member `first` on, and whom behind the claim, as far as they
  // are below `common`; how many members.
  size_t Deal(ListPage& page, Claim& claim, size_t first, std::string_view common,
              bool& is_worth_it);
  // How the next claims are made: after a page that served so many, and held so many keys of
  // nobody. Whether it was worth it.
  bool Learn(size_t served, size_t in_vain, bool is_whole);
  void Settle(size_t number, std::vector<ObjectInfo> objects,
              std::optional<std::string> rest_after);
  // Of a member whose keys the page does not have to their end.
  void SettleInPart(const Member& member, ListPage page);
  void GiveBack(const Claim& claim, size_t first);

  const ReadableStore& store_;
  const size_t count_;
  const PrefixOf prefix_of_;
  const size_t ahead_;  // claims begin so far before their members are taken
  std::mutex mutex_;
  std::condition_variable settled_;
  std::unordered_map<size_t, Slot> slots_;
  size_t frontier_ = 0;       // the first number that nobody has claimed
  size_t size_;               // of the next claim; 1: prefixes are listed by themselves
  bool has_learned_ = false;  // of a page how many it serves
  size_t alone_ = 0;          // so many are listed by themselves before sharing is tried again
  size_t alone_next_;         // how many the next time
};

}  // namespace ursa::store
