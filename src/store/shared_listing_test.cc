#include "store/shared_listing.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <atomic>
#include <set>

#include "base/parallel.h"

namespace ursa::store {
namespace {

using ::testing::SizeIs;

// Keys that can be listed, in pages of any size; counts the pages.
class PagedStore final : public ReadableStore {
 public:
  PagedStore(std::set<std::string> keys, size_t page_entries)
      : keys_(std::move(keys)), page_entries_(page_entries) {}

  using ReadableStore::Get;
  Result<Object> Get(std::string_view, ByteRange, std::string_view) const override {
    return Fail(ErrorCode::kUnsupported, "this store only lists");
  }
  Result<ObjectInfo> Head(std::string_view) const override {
    return Fail(ErrorCode::kUnsupported, "this store only lists");
  }
  Result<ListPage> List(std::string_view prefix, const ListOptions& options) const override {
    ++lists_;
    if (fails_ && fails_(prefix)) {
      return Fail(ErrorCode::kUnavailable, "this page fails");
    }
    ListPage page;
    for (auto key = keys_.lower_bound(std::string(prefix));
         key != keys_.end() && key->starts_with(prefix); ++key) {
      if (*key <= options.start_after) {
        continue;
      }
      if (page.objects.size() == page_entries_) {
        page.next = page.objects.back().key;
        return page;
      }
      page.objects.push_back({*key, 1, {}, "etag"});
    }
    return page;
  }
  [[nodiscard]] bool IsRemote() const override { return is_remote_; }
  [[nodiscard]] std::string Uri() const override { return "paged://test"; }

  std::set<std::string> keys_;
  const size_t page_entries_;
  bool is_remote_ = true;
  std::function<bool(std::string_view prefix)> fails_;
  mutable std::atomic<size_t> lists_ = 0;
};

std::vector<std::string> KeysOf(const std::vector<ObjectInfo>& objects) {
  std::vector<std::string> keys;
  std::ranges::transform(objects, std::back_inserter(keys), &ObjectInfo::key);
  return keys;
}

// What each prefix was given, by `jobs` threads.
std::vector<Result<std::vector<ObjectInfo>>> TakeAll(const ReadableStore& store,
                                                     const std::vector<std::string>& prefixes,
                                                     size_t jobs) {
  std::vector<Result<std::vector<ObjectInfo>>> taken(prefixes.size());
  SharedListing listing(
      store, prefixes.size(), [&](size_t i) { return prefixes[i]; }, jobs);
  const auto done = OrderedParallelMap(
      prefixes.size(), jobs, jobs * 8, {}, [&](size_t i) { taken[i] = listing.Take(i); },
      [](size_t) { return Result<void>(); });
  EXPECT_TRUE(done.has_value());
  return taken;
}

// `recordings` folders of `keys` keys each, and the prefix of every `step`-th.
struct Folders {
  std::set<std::string> keys;
  std::vector<std::string> prefixes;
};

Folders MakeFolders(size_t recordings, size_t keys, size_t step) {
  Folders folders;
  for (size_t i = 0; i < recordings; ++i) {
    const std::string prefix = fmt::format("recordings/rec_{:06}/", i);
    for (size_t key = 0; key < keys; ++key) {
      folders.keys.insert(prefix + fmt::format("eeg_0/{:04}", key));
    }
    if (i % step == 0) {
      folders.prefixes.push_back(prefix);
    }
  }
  return folders;
}

void ExpectAllTaken(const PagedStore& store, const std::vector<std::string>& prefixes,
                    size_t jobs) {
  const auto taken = TakeAll(store, prefixes, jobs);
  const size_t lists = store.lists_;
  for (size_t i = 0; i < prefixes.size(); ++i) {
    ASSERT_TRUE(taken[i].has_value()) << prefixes[i];
    EXPECT_EQ(KeysOf(*taken[i]), KeysOf(ListAll(store, prefixes[i]).value())) << prefixes[i];
  }
  store.lists_ = lists;
}

TEST(SharedListing, GivesNeighboursTheirListingsFromOnePage) {
  const Folders folders = MakeFolders(2000, 10, 1);
  for (const size_t jobs : {1, 32}) {
    const PagedStore store(folders.keys, 1000);
    ExpectAllTaken(store, folders.prefixes, jobs);
    EXPECT_LE(store.lists_, 26U) << jobs;  // 20 pages hold all keys
  }
}

TEST(SharedListing, ListsEachByItselfWhereFewAreSelected) {
  const Folders folders = MakeFolders(20'000, 10, 100);
  const PagedStore store(folders.keys, 1000);
  ExpectAllTaken(store, folders.prefixes, 8);
  EXPECT_LE(store.lists_, folders.prefixes.size());
}

TEST(SharedListing, TellsFromFewPagesThatNothingLiesBelowMany) {
  const Folders folders = MakeFolders(2000, 10, 1);
  const PagedStore store({"r/z"}, 1000);
  SharedListing listing(
      store, folders.prefixes.size(), [&](size_t i) { return folders.prefixes[i]; }, 1);
  for (size_t i = 0; i < folders.prefixes.size(); ++i) {
    const auto taken = listing.TakeShared(i);
    ASSERT_TRUE(taken && taken->empty()) << folders.prefixes[i];
  }
  EXPECT_LE(store.lists_, 10U);
}

TEST(SharedListing, ListsNoneByItselfForWhoTakesWhatIsShared) {
  const Folders folders = MakeFolders(20'000, 10, 100);
  const PagedStore store(folders.keys, 1000);
  SharedListing listing(
      store, folders.prefixes.size(), [&](size_t i) { return folders.prefixes[i]; }, 1);
  size_t unknown = 0;
  for (size_t i = 0; i < folders.prefixes.size(); ++i) {
    unknown += listing.TakeShared(i) ? 0 : 1;
  }
  EXPECT_GE(unknown, folders.prefixes.size() / 2);
  EXPECT_LE(store.lists_, folders.prefixes.size() - unknown + 8);
}

TEST(SharedListing, ReadsOnWhereAPrefixHasManyPages) {
  Folders folders = MakeFolders(100, 3, 1);
  for (const size_t large : {0, 17, 50, 99}) {
    for (size_t key = 0; key < 2500; ++key) {
      folders.keys.insert(folders.prefixes[large] + fmt::format("mic_0/{:05}", key));
    }
  }
  const PagedStore store(folders.keys, 1000);
  ExpectAllTaken(store, folders.prefixes, 4);
  EXPECT_LE(store.lists_, 100U);
}

TEST(SharedListing, SharesAgainWhereTheSelectionGetsDense) {
  Folders folders = MakeFolders(20'000, 10, 100);
  const Folders dense = MakeFolders(20'000, 10, 1);
  folders.prefixes.insert(folders.prefixes.end(), dense.prefixes.begin() + 19'901,
                          dense.prefixes.end());
  std::vector<std::string> more;
  for (size_t i = 0; i < 2000; ++i) {
    more.push_back(fmt::format("recordings/sec_{:06}/", i));
    folders.keys.insert(more.back() + "a");
  }
  folders.prefixes.insert(folders.prefixes.end(), more.begin(), more.end());
  const PagedStore store(folders.keys, 1000);
  ExpectAllTaken(store, folders.prefixes, 8);
  EXPECT_LE(store.lists_, 500U);  // 200 are far apart, 2,099 are neighbours
}

TEST(SharedListing, FailsOnlyWhomItsOwnListingFails) {
  const Folders folders = MakeFolders(100, 10, 1);
  PagedStore store(folders.keys, 1000);
  const std::string broken = folders.prefixes[42];
  store.fails_ = [&](std::string_view prefix) {
    return prefix == broken || !prefix.ends_with('/');
  };
  const auto taken = TakeAll(store, folders.prefixes, 4);
  for (size_t i = 0; i < taken.size(); ++i) {
    EXPECT_EQ(taken[i].has_value(), i != 42) << i;
  }
  EXPECT_THAT(taken[43].value(), SizeIs(10));
}

TEST(SharedListing, ListsEachByItselfOnAStoreThatIsNotRemote) {
  const Folders folders = MakeFolders(100, 10, 1);
  PagedStore store(folders.keys, 1000);
  store.is_remote_ = false;
  ExpectAllTaken(store, folders.prefixes, 4);
  EXPECT_EQ(store.lists_, 100U);
}

TEST(SharedListing, PassesOverWhoHasNoPrefix) {
  Folders folders = MakeFolders(100, 10, 1);
  for (size_t i = 0; i < 100; i += 3) {
    folders.prefixes[i].clear();
  }
  const PagedStore store(folders.keys, 1000);
  SharedListing listing(
      store, 100, [&](size_t i) { return folders.prefixes[i]; }, 1);
  for (size_t i = 0; i < 100; ++i) {
    if (!folders.prefixes[i].empty()) {
      EXPECT_THAT(listing.Take(i).value(), SizeIs(10)) << i;
    }
  }
  EXPECT_LE(store.lists_, 4U);
}

TEST(SharedListing, IsNotMisledByNamesThatBeginAlike) {
  std::set<std::string> keys;
  for (const char* name : {"a", "a-", "a.", "a.~", "a/b", "a0", "ab", "b"}) {
    for (int i = 0; i < 5; ++i) {
      keys.insert(fmt::format("r/{}/{}", name, i));
    }
  }
  keys.insert({"r/a", "r/a/", "r/ab", "r/b/"});
  for (const size_t page : {1, 2, 3, 7, 1000}) {
    const PagedStore store(keys, page);
    ExpectAllTaken(store, {"r/a-/", "r/a/", "r/a/b/", "r/a0/", "r/ab/", "r/b/", "r/c/"}, 3);
    ExpectAllTaken(store, {"r/b/", "r/a/", "r/a/", "r/ab/"}, 1);
  }
}

// Many small folders whose names differ by what stands around '/' in the order of bytes.
TEST(SharedListing, IsTheSameAsSingleListings) {
  rc::check("what is shared is what each prefix's own listing gives", [] {
    const auto name = rc::gen::nonEmpty(
        rc::gen::container<std::string>(rc::gen::element('a', 'b', '-', '.', '0', '~')));
    std::set<std::string> names;
    std::set<std::string> keys;
    for (int folders = *rc::gen::inRange(0, 60); folders > 0; --folders) {
      const std::string folder = *name;
      names.insert(folder);
      for (int objects = *rc::gen::inRange(0, 12); objects > 0; --objects) {
        keys.insert("r/" + folder + *rc::gen::element("/", "", "/x/") + *name);
      }
    }
    std::vector<std::string> prefixes;
    for (const std::string& one : names) {
      if (*rc::gen::inRange(0, 4) > 0) {
        prefixes.push_back("r/" + one + "/");
      }
    }
    if (*rc::gen::inRange(0, 4) > 0) {
      std::ranges::sort(prefixes);
    }
    const PagedStore store(std::move(keys), *rc::gen::element<size_t>(1, 2, 3, 5, 10, 30, 1000));
    const auto jobs = *rc::gen::element<size_t>(1, 4);
    const auto taken = TakeAll(store, prefixes, jobs);
    SharedListing listing(
        store, prefixes.size(), [&](size_t i) { return prefixes[i]; }, jobs);
    for (size_t i = 0; i < prefixes.size(); ++i) {
      const auto alone = KeysOf(ListAll(store, prefixes[i]).value());
      RC_ASSERT(KeysOf(taken[i].value()) == alone);
      const auto shared = listing.TakeShared(i);
      RC_ASSERT((!shared || KeysOf(*shared) == alone));
    }
  });
}

}  // namespace
}  // namespace ursa::store
