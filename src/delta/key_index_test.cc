#include "delta/key_index.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <string>

namespace ursa::delta {
namespace {

TEST(KeyIndex, IsAMapFromKeysToNumbers) {
  EXPECT_TRUE(rc::check("find(key) = the first number with it", [] {
    const auto keys = *rc::gen::container<std::vector<std::string>>(
        rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab"))));
    const auto key_at = [&](size_t number) { return std::string_view(keys[number]); };
    KeyIndex index(keys.size());
    std::map<std::string, size_t> map;
    for (size_t i = 0; i < keys.size(); ++i) {
      RC_ASSERT(index.Add(keys[i], i, key_at) == map.emplace(keys[i], i).second);
    }
    for (const std::string& key : keys) {
      RC_ASSERT(index.Find(key, key_at) == map.at(key));
    }
    RC_ASSERT(!index.Find("c", key_at).has_value());
  }));
}

}  // namespace
}  // namespace ursa::delta
