#include "delta/table_property.h"

#include <gmock/gmock.h>

#include "delta/testing_log.h"
#include "store/fault_injecting.h"

namespace ursa::delta {
namespace {

class CountingRandom final : public Random {
 public:
  uint64_t Next() override { return ++state_ * 0x9E3779B97F4A7C15ULL; }

 private:
  uint64_t state_ = 0;
};

class TablePropertyTest : public LogTest {
 protected:
  TablePropertyTest() { CreateTable(); }

  Result<SnapshotPtr> Set(store::ObjectStore& store, const std::optional<std::string>& value) {
    return SetProperty(store, LoadSnapshot(memory_, "t").value(), "ursa.sealed", value,
                       {"Ursa/test", std::chrono::seconds{1}, {}, clock_, random_});
  }
  std::map<std::string, std::string> Properties() {
    return LoadSnapshot(memory_, "t").value()->metadata.configuration;
  }

  CountingRandom random_;
};

TEST_F(TablePropertyTest, IsSetAndRemovedByOneCommitEach) {
  EXPECT_EQ((*Set(memory_, "7"))->version, 1);
  EXPECT_EQ(Properties(), (std::map<std::string, std::string>{{"ursa.sealed", "7"}}));
  EXPECT_EQ((*Set(memory_, "7"))->version, 1);
  EXPECT_EQ((*Set(memory_, std::nullopt))->version, 2);
  EXPECT_TRUE(Properties().empty());
  EXPECT_EQ((*Set(memory_, std::nullopt))->version, 2);
}

TEST_F(TablePropertyTest, GoesOnFromWhatAnotherWriterCommittedMeanwhile) {
  store::FaultInjectingStore racing(memory_);
  bool raced = false;
  racing.SetRule([&](size_t, const store::StoreCall& call) -> std::optional<Error> {
    if (call.kind == store::StoreCall::Kind::kPut && !raced) {
      raced = true;
      PutEntry(1, {AddLine("theirs")});
    }
    return std::nullopt;
  });
  const auto sealed = Set(racing, "7");
  ASSERT_TRUE(sealed) << sealed.error().ToString();
  EXPECT_EQ((*sealed)->version, 2);
  EXPECT_TRUE((*sealed)->files.contains("theirs"));
}

TEST_F(TablePropertyTest, KeepsEverythingElseOfTheMetadata) {
  const auto before = LoadSnapshot(memory_, "t").value();
  const auto after = Set(memory_, "7").value();
  EXPECT_EQ(after->metadata.id, before->metadata.id);
  EXPECT_EQ(after->metadata.schema_string, before->metadata.schema_string);
}

}  // namespace
}  // namespace ursa::delta
