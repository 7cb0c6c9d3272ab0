#include "plan/change_line.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "plan/testing_plan.h"

namespace ursa::plan {
namespace {

class ChangeLineTest : public PlanCatalogTest {
 protected:
  // A change of each kind, with every type that the catalog's columns have.
  static std::vector<Change> Changes() {
    Change update = ParticipantsChange(1, {"unknown"}, {"maya", "noa"});
    update.relied = {{"start_time", TimeUs{Microseconds{1'778'164'222'120'000}}}};
    update.relied_rows = {RelyOnParticipant("maya", "Maya"), RelyOnParticipant("noa", "Noa")};
    catalog::Modality modality = TestModality(2, "accelerometer");
    modality.domain_intervals = {{0, 1.5}, {2.25, 1e9}};
    modality.sample_rate_hz = 52.5;
    return {DurationChange(1, 100, 42),
            update,
            InsertRecording(7, 3),
            InsertParticipant("maya"),
            Insert(catalog::kModalities, ToRow(modality)),
            Inverse(InsertRecording(8, 4))};
  }

  // What a JSON parser makes of a line; the space keeps the short way off.
  static Result<Change> Parsed(const std::string& line) { return ParseChange(" " + line); }
};

TEST_F(ChangeLineTest, IsReadWithoutAParserWhereItIsWrittenAsPlansAre) {
  for (const Change& change : Changes()) {
    const std::string line = ChangeToLine(change);
    const auto taken = TakeChangeLine(line);
    ASSERT_TRUE(taken) << line;
    EXPECT_EQ(ChangeToLine(*taken), line);
  }
}

TEST_F(ChangeLineTest, IsLeftToTheParserWhereItHasEscapes) {
  Change change = DurationChange(1, 100, 42);
  change.locator = "a \"quoted\" Zoë";
  EXPECT_FALSE(TakeChangeLine(ChangeToLine(change)));
  const auto parsed = ParseChange(ChangeToLine(change));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->locator, change.locator);
}

TEST_F(ChangeLineTest, IsLeftToTheParserWhereAColumnStandsTwice) {
  std::string line = ChangeToLine(DurationChange(1, 100, 42));
  const std::string twice = R"("duration_us":{"before":1,"after":2},)";
  line.insert(line.find("\"duration_us\""), twice);
  EXPECT_FALSE(TakeChangeLine(line));
  const auto parsed = ParseChange(line);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->columns.size(), 2U);
}

TEST_F(ChangeLineTest, MeansWhatAParserReadsWhateverByteOfItChanges) {
  EXPECT_TRUE(rc::check("take(line) = parse(line)", [] {
    const auto changes = Changes();
    std::string line = ChangeToLine(*rc::gen::elementOf(changes));
    const auto position = *rc::gen::inRange<size_t>(0, line.size());
    const char byte = *rc::gen::elementOf(std::string("0123456789-.e,:[]{}\"\\ nulltrabcdef"));
    if (*rc::gen::arbitrary<bool>()) {
      line[position] = byte;
    } else {
      line.insert(position, 1, byte);
    }
    if (const auto taken = TakeChangeLine(line)) {
      const auto parsed = Parsed(line);
      RC_ASSERT(parsed.has_value());
      RC_ASSERT(ChangeToLine(*parsed) == ChangeToLine(*taken));
    }
  }));
}

}  // namespace
}  // namespace ursa::plan
