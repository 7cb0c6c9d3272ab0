#include "plan/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <filesystem>
#include <fstream>

#include "plan/guards.h"
#include "plan/plan_reader.h"

namespace ursa::plan {
namespace {

using delta::Value;
using testing::HasSubstr;

SpoolOptions SmallSpool() { return {std::filesystem::temp_directory_path(), 256}; }

PlanHeader Header() {
  PlanHeader header;
  header.command = "fix-durations-inplace";
  header.catalog_uri = "memory://test/ursa/catalog";
  header.tables["recordings"] = {"id-1", 5};
  header.tool = "Ursa/test";
  header.created_at = "2026-05-07T14:30:22.120000Z";
  return header;
}

Change DurationChange(int number, int64_t after) {
  Change change;
  change.table = catalog::FindTable(catalog::kRecordings);
  change.key = {Sha256Hex(std::to_string(number))};
  change.locator = "rec_20260507_143022_" + std::to_string(1000 + number);
  change.columns = {{"duration_us", Value(), Value(after)}, {"duration_known_wrong", true, false}};
  change.relied = {{"start_time", TimeUs{Microseconds{1'778'164'222'120'000}}}};
  return change;
}

Plan MakePlan(int changes, PlanHeader header = Header()) {
  PlanBuilder builder(std::move(header), SmallSpool());
  for (int i = 0; i < changes; ++i) {
    EXPECT_TRUE(builder.Add(DurationChange(i, i * 1000)));
  }
  builder.AddBrake({"max_indeterminate", 3, 2, "too many"});
  return std::move(builder).Finish();
}

std::string FileOf(const Plan& plan) {
  std::string bytes;
  EXPECT_TRUE(plan.Write([](size_t) { return true; },
                         [&](std::string_view piece) -> Result<void> {
                           bytes += piece;
                           return {};
                         }));
  return bytes;
}

Result<Plan> Read(std::string_view bytes, size_t piece = 7) {
  PlanReader reader("saved.jsonl", SmallSpool());
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    URSA_CHECK(reader.Take(bytes.substr(0, piece)));
  }
  return std::move(reader).Finish();
}

TEST(Change, ComesBackFromItsLineAsItWas) {
  const std::string line = ChangeToLine(DurationChange(1, 42));
  const auto parsed = ParseChange(line);
  ASSERT_TRUE(parsed) << parsed.error().ToString();
  EXPECT_EQ(ChangeToLine(*parsed), line);
}

TEST(Change, TheInverseOfAnUpdateSwapsBeforeAndAfterAndReliesOnNothing) {
  const Change inverse = Inverse(DurationChange(1, 42));
  EXPECT_EQ(inverse.columns[0].before, Value(int64_t{42}));
  EXPECT_TRUE(inverse.columns[0].after.IsNull());
  EXPECT_TRUE(inverse.relied.empty());
}

TEST(Change, TheInverseOfAnInsertIsADelete) {
  Change insert = DurationChange(1, 42);
  insert.kind = ChangeKind::kInsert;
  EXPECT_EQ(Inverse(insert).kind, ChangeKind::kDelete);
  EXPECT_EQ(Inverse(Inverse(insert)).kind, ChangeKind::kInsert);
}

TEST(Plan, KeepsItsChangesInOrderBeyondWhatMemoryIsAllowed) {
  const Plan plan = MakePlan(50);
  for (size_t i = 0; i < plan.Count(); ++i) {
    const auto change = plan.ChangeAt(i);
    ASSERT_TRUE(change);
    EXPECT_EQ(change->columns[0].after, Value(static_cast<int64_t>(i) * 1000));
  }
}

TEST(Plan, TheSameChangesGiveTheSameChangesDigestWhateverTheyAreMadeFrom) {
  PlanHeader later = Header();
  later.tables["recordings"].version = 6;
  const Plan first = MakePlan(3);
  const Plan second = MakePlan(3, later);
  EXPECT_EQ(first.ChangesDigest(), second.ChangesDigest());
  EXPECT_NE(first.PlanDigest(), second.PlanDigest());
}

TEST(Plan, TheTimeAtWhichItWasMadeIsNoPartOfItsDigest) {
  PlanHeader later = Header();
  later.created_at = "2027-01-01T00:00:00.000000Z";
  EXPECT_EQ(MakePlan(3).PlanDigest(), MakePlan(3, later).PlanDigest());
}

TEST(Plan, RefusesAValueThatBreaksARuleOfTheCatalog) {
  PlanBuilder builder(Header(), SmallSpool());
  const auto added = builder.Add(DurationChange(1, -5));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(added.error().ToString(), HasSubstr("duration_us must not be negative"));
}

TEST(PlanFile, ComesBackWithTheSameDigestsBrakesAndRun) {
  const Plan plan = MakePlan(20);
  const auto read = Read(FileOf(plan));
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(read->PlanDigest(), plan.PlanDigest());
  EXPECT_EQ(read->RunId(), plan.RunId());
  EXPECT_EQ(read->Brakes().size(), 1U);
  EXPECT_EQ(FileOf(*read), FileOf(plan));
}

TEST(PlanFile, IsRefusedWhateverByteOfItChanges) {
  const std::string bytes = FileOf(MakePlan(3));
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto read = Read(changed, 4096);
    ASSERT_FALSE(read) << "byte " << i;
    EXPECT_EQ(read.error().rule, "plan_damaged") << "byte " << i;
  }
}

// What another version of Ursa writes, but for its last line, is not known.
TEST(PlanFile, IsUnsupportedWhereAnotherVersionSavedItWhole) {
  std::string bytes = "{\"record\":\"plan\",\"plan_version\":2}\n{\"record\":\"new\"}\n";
  bytes += R"({"record":"digest","sha256":")" + Sha256Hex(bytes) + "\"}\n";
  const auto read = Read(bytes);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(read.error().message, HasSubstr("plan_version 2"));
  for (size_t length = 0; length < bytes.size(); ++length) {
    const auto cut = Read(bytes.substr(0, length));
    ASSERT_FALSE(cut) << length;
    EXPECT_EQ(cut.error().rule, "plan_damaged") << length;
  }
}

TEST(PlanFile, IsRefusedWhereverItIsCut) {
  const std::string bytes = FileOf(MakePlan(2));
  for (size_t length = 0; length < bytes.size(); ++length) {
    const auto read = Read(bytes.substr(0, length), 4096);
    ASSERT_FALSE(read) << length;
    EXPECT_EQ(read.error().rule, "plan_damaged");
  }
}

TEST(PlanFile, IsNeverOverwritten) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("ursa_plan_test_" + std::to_string(getpid()) + ".jsonl");
  ASSERT_TRUE(WritePlanFile(file, MakePlan(2)));
  const auto again = WritePlanFile(file, MakePlan(3));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kAlreadyExists);
  EXPECT_EQ(ReadPlanFile(file, SmallSpool())->Count(), 2U);
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::remove(file);
}

TEST(Spool, GivesBackEveryLineWhateverItsSize) {
  EXPECT_TRUE(rc::check("lines come back", [](const std::vector<std::string>& lines) {
    Spool spool({std::filesystem::temp_directory_path(), 16});
    for (const std::string& line : lines) {
      RC_ASSERT(spool.Append(line).has_value());
    }
    Spool other({std::filesystem::temp_directory_path(), 0});
    RC_ASSERT(other.Append("another spool's").has_value());
    for (size_t i = 0; i < lines.size(); ++i) {
      RC_ASSERT(spool.Read(i).value() == lines[i]);
    }
    for (size_t i = lines.size(); i-- > 0;) {
      RC_ASSERT(spool.Read(i).value() == lines[i]);
      RC_ASSERT(other.Read(0).value() == "another spool's");
    }
  }));
}

TEST(Spool, SaysWhereItHasNoRoom) {
  Spool spool({"/nonexistent/directory", 1});
  const auto appended = spool.Append("one line");
  const auto flushed = spool.Append("another line");
  ASSERT_FALSE(appended && flushed);
  const Error error = appended ? flushed.error() : appended.error();
  EXPECT_THAT(error.message, HasSubstr("/nonexistent/directory"));
  EXPECT_THAT(error.message, HasSubstr("TMPDIR"));
}

std::vector<std::string> RulesOf(const std::vector<Refusal>& refusals) {
  std::vector<std::string> rules;
  for (const Refusal& refusal : refusals) {
    rules.push_back(refusal.rule);
  }
  return rules;
}

TEST(Guards, ABrakeRefusesOnlyBeyondItsLimit) {
  PlanBuilder builder(Header(), SmallSpool());
  builder.AddBrake({"max_changes", 5, 5, ""});
  const Plan plan = std::move(builder).Finish();
  EXPECT_TRUE(WouldRefuse(plan, {}).empty());
  EXPECT_EQ(RulesOf(WouldRefuse(MakePlan(1), {})), std::vector<std::string>{"max_indeterminate"});
}

TEST(Guards, ProductionNeedsItsConfirmation) {
  PlanBuilder builder(Header(), SmallSpool());
  const Plan plan = std::move(builder).Finish();
  EXPECT_EQ(RulesOf(WouldRefuse(plan, {true, false, {}})), std::vector<std::string>{"production"});
  EXPECT_TRUE(WouldRefuse(plan, {true, true, {}}).empty());
}

TEST(Guards, ExpectedChangesMustBeTheChanges) {
  PlanBuilder builder(Header(), SmallSpool());
  const Plan plan = std::move(builder).Finish();
  EXPECT_TRUE(WouldRefuse(plan, {false, false, plan.ChangesDigest()}).empty());
  EXPECT_EQ(RulesOf(WouldRefuse(plan, {false, false, "0123"})),
            std::vector<std::string>{"expect_mismatch"});
}

}  // namespace
}  // namespace ursa::plan
