// What every object store has to do, as tests that run against each of them:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance, testing::Values(StoreUnderTest{make}));
//
// Source: object_store.h.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "store/object_store.h"

namespace ursa::store {

// `make` gives a store with nothing in it, each time another one.
struct StoreUnderTest {
  std::function<std::shared_ptr<ObjectStore>()> make;
};

class StoreConformance : public testing::TestWithParam<StoreUnderTest> {
 protected:
  StoreConformance() : owner_(GetParam().make()), store_(*owner_) {}

  void PutAll(const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
      const auto put = store_.Put(key, "content of " + key, PutCondition::kNone);
      ASSERT_TRUE(put.has_value()) << put.error().ToString();
    }
  }

  // Every object and prefix, page after page, as one list of names in the order of the pages.
  std::vector<std::string> Walk(std::string_view prefix, ListOptions options) {
    std::vector<std::string> names;
    for (int pages = 0; pages < 1000; ++pages) {
      const auto page = store_.List(prefix, options);
      EXPECT_TRUE(page.has_value()) << page.error().ToString();
      if (!page) {
        return names;
      }
      std::vector<std::string> here = page->prefixes;
      for (const ObjectInfo& object : page->objects) {
        here.push_back(object.key);
      }
      std::sort(here.begin(), here.end());
      names.insert(names.end(), here.begin(), here.end());
      if (!page->next) {
        return names;
      }
      options.start_after = *page->next;
    }
    ADD_FAILURE() << "the listing does not end";
    return names;
  }

  const std::shared_ptr<ObjectStore> owner_;
  ObjectStore& store_;
};

template <typename T>
void ExpectCode(const Result<T>& result, ErrorCode code, const std::string& what) {
  ASSERT_FALSE(result.has_value()) << what << " succeeded";
  EXPECT_EQ(ErrorCodeName(result.error().code), ErrorCodeName(code))
      << what << ": " << result.error().ToString();
}

TEST_P(StoreConformance, GivesBackTheBytesThatWerePut) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) {
    every_byte += static_cast<char>(byte);
  }
  for (const std::string& bytes : {std::string(), std::string("x"), every_byte}) {
    ASSERT_TRUE(store_.Put("a/b.bin", bytes, PutCondition::kNone).has_value());
    const auto object = store_.Get("a/b.bin");
    ASSERT_TRUE(object.has_value()) << object.error().ToString();
    EXPECT_EQ(object->bytes, bytes);
    EXPECT_EQ(object->offset, 0U);
    EXPECT_EQ(object->size_bytes, bytes.size());
    EXPECT_NE(object->etag, "");
  }
}

TEST_P(StoreConformance, NamesAnAbsentObject) {
  PutAll({"a/b"});
  const ObjectSink no_sink = [](const ObjectPiece&) { return Result<void>(); };
  for (const char* absent : {"nothing", "a/c", "a", "a/b/c"}) {
    ExpectCode(store_.Get(absent), ErrorCode::kNotFound, "Get");
    ExpectCode(store_.Get(absent, ByteRange::Last(1)), ErrorCode::kNotFound, "Get");
    ExpectCode(store_.Get(absent, ByteRange::From(0, 0)), ErrorCode::kNotFound, "Get");
    ExpectCode(store_.GetStream(absent, ByteRange::Whole(), {}, no_sink), ErrorCode::kNotFound,
               "GetStream");
    ExpectCode(store_.Head(absent), ErrorCode::kNotFound, "Head");
    ExpectCode(store_.Copy(absent, "copy", {}), ErrorCode::kNotFound, "Copy");
    EXPECT_THAT(store_.Head(absent).error().message, testing::HasSubstr(absent));
  }
}

TEST_P(StoreConformance, ReadsRangesFromAnOffset) {
  ASSERT_TRUE(store_.Put("k", "0123456789", PutCondition::kNone).has_value());
  struct Case {
    uint64_t offset, length;
    std::string bytes;
  };
  for (const Case& c : {Case{0, 10, "0123456789"}, Case{0, 1, "0"}, Case{3, 4, "3456"},
                        Case{9, 1, "9"}, Case{8, 100, "89"}, Case{4, 0, ""}, Case{10, 1, ""},
                        Case{11, 5, ""}, Case{10, 0, ""}, Case{2, UINT64_MAX, "23456789"}}) {
    const auto object = store_.Get("k", ByteRange::From(c.offset, c.length));
    ASSERT_TRUE(object.has_value()) << object.error().ToString();
    EXPECT_EQ(object->bytes, c.bytes) << c.offset << ", " << c.length;
    EXPECT_EQ(object->offset, std::min<uint64_t>(c.offset, 10));
    EXPECT_EQ(object->size_bytes, 10U);
    EXPECT_EQ(object->etag, store_.Head("k")->etag);
  }
}

TEST_P(StoreConformance, ReadsTheLastBytes) {
  ASSERT_TRUE(store_.Put("k", "0123456789", PutCondition::kNone).has_value());
  struct Case {
    uint64_t length, offset;
    std::string bytes;
  };
  for (const Case& c : {Case{1, 9, "9"}, Case{10, 0, "0123456789"}, Case{4, 6, "6789"},
                        Case{11, 0, "0123456789"}, Case{0, 10, ""}}) {
    const auto object = store_.Get("k", ByteRange::Last(c.length));
    ASSERT_TRUE(object.has_value()) << object.error().ToString();
    EXPECT_EQ(object->bytes, c.bytes) << c.length;
    EXPECT_EQ(object->offset, c.offset);
    EXPECT_EQ(object->size_bytes, 10U);
  }
}

TEST_P(StoreConformance, ReadsNothingOfAnEmptyObject) {
  ASSERT_TRUE(store_.Put("k", "", PutCondition::kNone).has_value());
  for (const ByteRange& range : {ByteRange::Whole(), ByteRange::From(0, 1), ByteRange::From(5, 5),
                                 ByteRange::Last(1), ByteRange::Last(0)}) {
    const auto object = store_.Get("k", range);
    ASSERT_TRUE(object.has_value()) << object.error().ToString();
    EXPECT_EQ(object->bytes, "");
    EXPECT_EQ(object->size_bytes, 0U);
    EXPECT_EQ(object->offset, 0U);
    EXPECT_NE(object->etag, "");
  }
}

TEST_P(StoreConformance, RefusesAnotherVersionThanTheOneThatIsAskedFor) {
  ASSERT_TRUE(store_.Put("k", "the first version", PutCondition::kNone).has_value());
  const std::string etag = store_.Get("k")->etag;
  EXPECT_EQ(store_.Get("k", ByteRange::From(4, 5), etag)->bytes, "first");
  ASSERT_TRUE(store_.Put("k", "now the second version", PutCondition::kNone).has_value());
  const ObjectSink no_sink = [](const ObjectPiece&) { return Result<void>(); };
  for (const ByteRange& range : {ByteRange::Whole(), ByteRange::From(4, 5), ByteRange::Last(3),
                                 ByteRange::From(0, 0), ByteRange::From(1000, 1)}) {
    ExpectCode(store_.Get("k", range, etag), ErrorCode::kPreconditionFailed, "Get");
    ExpectCode(store_.GetStream("k", range, etag, no_sink), ErrorCode::kPreconditionFailed,
               "GetStream");
  }
}

TEST_P(StoreConformance, PutsIfAbsentOnce) {
  ASSERT_TRUE(store_.Put("a/k", "first", PutCondition::kIfAbsent).has_value());
  ExpectCode(store_.Put("a/k", "second", PutCondition::kIfAbsent), ErrorCode::kAlreadyExists,
             "Put");
  EXPECT_EQ(store_.Get("a/k")->bytes, "first");
  ASSERT_TRUE(store_.Delete("a/k").has_value());
  EXPECT_TRUE(store_.Put("a/k", "third", PutCondition::kIfAbsent).has_value());
}

TEST_P(StoreConformance, PutsAheadWhatIsAbsentOnce) {
  ASSERT_TRUE(store_.PutAhead("a/k", "first").has_value());
  ExpectCode(store_.PutAhead("a/k", "second"), ErrorCode::kAlreadyExists, "PutAhead");
  ASSERT_TRUE(store_.Put("b/names-it", "a/k", PutCondition::kIfAbsent).has_value());
  EXPECT_EQ(store_.Get("a/k")->bytes, "first");
}

TEST_P(StoreConformance, LetsOneOfManyWritersWin) {
  for (int round = 0; round < 5; ++round) {
    const std::string key = "log/" + std::to_string(round);
    std::atomic<int> winners = 0;
    std::atomic<int> losers = 0;
    std::string winner;
    std::vector<std::thread> writers;
    for (int writer = 0; writer < 8; ++writer) {
      writers.emplace_back([&, writer] {
        const std::string bytes = "writer " + std::to_string(writer);
        const auto put = store_.Put(key, bytes, PutCondition::kIfAbsent);
        if (put) {
          winner = bytes;
          ++winners;
        } else if (put.error().code == ErrorCode::kAlreadyExists) {
          ++losers;
        }
      });
    }
    for (std::thread& writer : writers) {
      writer.join();
    }
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(losers, 7);
    EXPECT_EQ(store_.Get(key)->bytes, winner);
  }
}

TEST_P(StoreConformance, SaysTheSameOfAnObjectInEveryWay) {
  ASSERT_TRUE(store_.Put("a/k", "12345", PutCondition::kNone).has_value());
  const auto head = store_.Head("a/k");
  ASSERT_TRUE(head.has_value()) << head.error().ToString();
  const auto listed = ListAll(store_, "a/");
  ASSERT_TRUE(listed.has_value() && listed->size() == 1);
  EXPECT_EQ(head->key, "a/k");
  EXPECT_EQ(listed->front().key, "a/k");
  EXPECT_EQ(head->size_bytes, 5U);
  EXPECT_EQ(listed->front().size_bytes, 5U);
  EXPECT_EQ(head->etag, store_.Get("a/k")->etag);
  EXPECT_EQ(head->etag, listed->front().etag);
  EXPECT_GT(head->last_modified, kEarliestPlausible);
  // A header has whole seconds, a listing may have more.
  EXPECT_EQ(std::chrono::floor<std::chrono::seconds>(head->last_modified),
            std::chrono::floor<std::chrono::seconds>(listed->front().last_modified));
}

TEST_P(StoreConformance, DeletesWhatIsThereAndWhatIsNot) {
  PutAll({"a/b", "a/c"});
  EXPECT_TRUE(store_.Delete("a/b").has_value());
  EXPECT_TRUE(store_.Delete("a/b").has_value());
  EXPECT_TRUE(store_.Delete("x/y/z").has_value());
  ExpectCode(store_.Get("a/b"), ErrorCode::kNotFound, "Get");
  EXPECT_EQ(Walk("", {}), std::vector<std::string>{"a/c"});
}

TEST_P(StoreConformance, ListsInTheOrderOfBytes) {
  const std::vector<std::string> keys = {"A",   "a-b", "a.b",       "a/b", "a/b-",         "a/b0",
                                         "a/c", "a0",  "a\xc3\xa4", "b",   "b\xe6\x97\xa5"};
  std::vector<std::string> shuffled = keys;
  std::reverse(shuffled.begin(), shuffled.end());
  PutAll(shuffled);
  EXPECT_EQ(Walk("", {}), keys);
  EXPECT_EQ(Walk("a/b", {}), (std::vector<std::string>{"a/b", "a/b-", "a/b0"}));
  EXPECT_EQ(Walk("a/", {}), (std::vector<std::string>{"a/b", "a/b-", "a/b0", "a/c"}));
  EXPECT_EQ(Walk("nothing/", {}), std::vector<std::string>{});
  EXPECT_EQ(Walk("a/b/", {}), std::vector<std::string>{});
}

TEST_P(StoreConformance, FoldsKeysAtTheDelimiter) {
  PutAll({"r/1/x", "r/1/y/z", "r/1.txt", "r/2/x", "r/3", "s/1"});
  EXPECT_EQ(Walk("r/", {"/", ""}), (std::vector<std::string>{"r/1.txt", "r/1/", "r/2/", "r/3"}));
  EXPECT_EQ(Walk("", {"/", ""}), (std::vector<std::string>{"r/", "s/"}));
  EXPECT_EQ(Walk("r/1", {"/", ""}), (std::vector<std::string>{"r/1.txt", "r/1/"}));
  EXPECT_EQ(Walk("r/1/", {"/", ""}), (std::vector<std::string>{"r/1/x", "r/1/y/"}));
}

TEST_P(StoreConformance, SaysWhetherAFolderBelowAPrefixHasAnObject) {
  EXPECT_FALSE(store_.HasAnyFolder("").value());
  EXPECT_FALSE(store_.HasAnyFolder("a/").value());
  PutAll({"a/b/c/d", "e"});
  for (const char* held : {"", "a/", "a/b/"}) {
    EXPECT_TRUE(store_.HasAnyFolder(held).value()) << held;
  }
  for (const char* absent : {"b/", "a/b/c/", "e/"}) {
    EXPECT_FALSE(store_.HasAnyFolder(absent).value()) << absent;
  }
}

TEST_P(StoreConformance, ListsAfterAName) {
  PutAll({"r/1/x", "r/1/y", "r/2/x", "r/3", "r/4/x"});
  EXPECT_EQ(Walk("r/", {"", "r/1/y"}), (std::vector<std::string>{"r/2/x", "r/3", "r/4/x"}));
  EXPECT_EQ(Walk("r/", {"", "r/2"}), (std::vector<std::string>{"r/2/x", "r/3", "r/4/x"}));
  EXPECT_EQ(Walk("r/", {"/", "r/1/"}), (std::vector<std::string>{"r/2/", "r/3", "r/4/"}));
  EXPECT_EQ(Walk("r/", {"/", "r/3"}), (std::vector<std::string>{"r/4/"}));
  EXPECT_EQ(Walk("r/", {"/", "r/4/"}), std::vector<std::string>{});
  EXPECT_EQ(Walk("r/", {"/", "r/4/x"}), std::vector<std::string>{});
  EXPECT_EQ(Walk("r/", {"", "a"}).size(), 5U);
  EXPECT_EQ(Walk("r/", {"", "z"}), std::vector<std::string>{});
}

TEST_P(StoreConformance, ListsEachNameOnceOverManyPages) {
  std::vector<std::string> keys;
  std::vector<std::string> folded;
  for (int directory = 10; directory < 17; ++directory) {
    for (int file = 0; file < directory - 9; ++file) {
      keys.push_back("p/" + std::to_string(directory) + "/" + std::to_string(file));
    }
    folded.push_back("p/" + std::to_string(directory) + "/");
    keys.push_back("p/" + std::to_string(directory) + "z");
    folded.push_back(keys.back());
  }
  PutAll(keys);
  EXPECT_EQ(Walk("p/", {}), keys);
  EXPECT_EQ(Walk("p/", {"/", ""}), folded);
  EXPECT_EQ(ListAll(store_, "p/")->size(), keys.size());
}

TEST_P(StoreConformance, TakesKeysOfEveryPrintableByte) {
  std::vector<std::string> keys;
  for (char byte = ' '; byte < 0x7F; ++byte) {
    if (byte != '/') {
      keys.push_back(std::string("k/x") + byte + "y");
    }
  }
  keys.insert(keys.end(), {"k/y z+%2B%", "k/y\xc3\xbc\xe6\x97\xa5\xf0\x9f\x90\xbb"});
  PutAll(keys);
  EXPECT_EQ(Walk("k/", {}), keys);
  for (const std::string& key : keys) {
    const auto object = store_.Get(key);
    ASSERT_TRUE(object.has_value()) << object.error().ToString();
    EXPECT_EQ(object->bytes, "content of " + key);
  }
  EXPECT_EQ(Walk("k/", {"", keys[3]}).size(), keys.size() - 4);
  ASSERT_TRUE(store_.Copy(keys.back(), "k/z&<?", {}).has_value());
  EXPECT_EQ(store_.Get("k/z&<?")->bytes, "content of " + keys.back());
}

TEST_P(StoreConformance, RefusesKeysThatAreNoPlainNames) {
  PutAll({"a/b"});
  for (const std::string& key :
       {std::string(), std::string("/a"), std::string("a//b"), std::string("a/"),
        std::string("a/../b"), std::string(".."), std::string("a/./b"), std::string("a\0b", 3)}) {
    ExpectCode(store_.Get(key), ErrorCode::kInvalid, "Get");
    ExpectCode(store_.Head(key), ErrorCode::kInvalid, "Head");
    ExpectCode(store_.Put(key, "x", PutCondition::kNone), ErrorCode::kInvalid, "Put");
    ExpectCode(store_.Copy("a/b", key, {}), ErrorCode::kInvalid, "Copy");
    ExpectCode(store_.Copy(key, "a/c", {}), ErrorCode::kInvalid, "Copy");
    ExpectCode(store_.Delete(key), ErrorCode::kInvalid, "Delete");
  }
}

// An object that is larger than a piece, and no two of whose pieces are the same.
inline std::string LargeBytes(size_t size_bytes) {
  std::string bytes(size_bytes, '\0');
  uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1'664'525U + 1'013'904'223U;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

TEST_P(StoreConformance, StreamsPiecesWithoutGaps) {
  const std::string bytes = LargeBytes((size_t{9} << 20) + 7);
  ASSERT_TRUE(store_.Put("large", bytes, PutCondition::kNone).has_value());
  struct Case {
    ByteRange range;
    size_t offset, length;
  };
  for (const Case& c :
       {Case{ByteRange::Whole(), 0, bytes.size()}, Case{ByteRange::From(5, 3), 5, 3},
        Case{ByteRange::From(1, size_t{9} << 20), 1, size_t{9} << 20},
        Case{ByteRange::Last(8), bytes.size() - 8, 8},
        Case{ByteRange::From(bytes.size(), 9), bytes.size(), 0}}) {
    std::string taken;
    const auto info =
        store_.GetStream("large", c.range, {}, [&](const ObjectPiece& piece) -> Result<void> {
          EXPECT_EQ(piece.offset, c.offset + taken.size());
          EXPECT_EQ(piece.object.size_bytes, bytes.size());
          taken.append(piece.bytes);
          return {};
        });
    ASSERT_TRUE(info.has_value()) << info.error().ToString();
    EXPECT_EQ(info->size_bytes, bytes.size());
    EXPECT_TRUE(taken == bytes.substr(c.offset, c.length));
  }
}

TEST_P(StoreConformance, GoesOnWithAStreamThatEndedEarly) {
  const std::string bytes = LargeBytes((size_t{9} << 20) + 7);
  ASSERT_TRUE(store_.Put("large", bytes, PutCondition::kNone).has_value());
  std::string taken;
  std::string etag;
  const auto take = [&](const ObjectPiece& piece) -> Result<void> {
    if (!taken.empty() && etag.empty()) {
      etag = piece.object.etag;
      return Fail(ErrorCode::kConflict, "enough for now");
    }
    taken.append(piece.bytes);
    return {};
  };
  const auto ended = store_.GetStream("large", ByteRange::Whole(), {}, take);
  ExpectCode(ended, ErrorCode::kConflict, "GetStream");
  EXPECT_EQ(ended.error().message, "enough for now");
  ASSERT_LT(taken.size(), bytes.size());
  const ByteRange rest = ByteRange::From(taken.size(), bytes.size() - taken.size());
  ASSERT_TRUE(store_.GetStream("large", rest, etag, take).has_value());
  EXPECT_TRUE(taken == bytes);
}

TEST_P(StoreConformance, CopiesOneVersion) {
  ASSERT_TRUE(store_.Put("a/from", "the bytes", PutCondition::kNone).has_value());
  ASSERT_TRUE(store_.Put("b/to", "old", PutCondition::kNone).has_value());
  const std::string etag = store_.Head("a/from")->etag;
  ASSERT_TRUE(store_.Copy("a/from", "b/to", etag).has_value());
  EXPECT_EQ(store_.Get("b/to")->bytes, "the bytes");
  ASSERT_TRUE(store_.Put("a/from", "other bytes", PutCondition::kNone).has_value());
  ExpectCode(store_.Copy("a/from", "b/to", etag), ErrorCode::kPreconditionFailed, "Copy");
  EXPECT_EQ(store_.Get("b/to")->bytes, "the bytes");
  ASSERT_TRUE(store_.Copy("a/from", "c/new", {}).has_value());
  EXPECT_EQ(store_.Get("c/new")->bytes, "other bytes");
}

TEST_P(StoreConformance, SaysWhereItIs) {
  EXPECT_NE(store_.Uri().find("://"), std::string::npos) << store_.Uri();
}

}  // namespace ursa::store
