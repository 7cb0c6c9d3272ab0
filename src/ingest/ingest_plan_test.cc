#include "ingest/ingest_plan.h"

#include <gmock/gmock.h>

#include "catalog/testing_catalog.h"

namespace ursa::ingest {
namespace {

using testing::HasSubstr;
using testing::Not;

class IngestPlanTest : public catalog::CatalogTest {
 protected:
  static IngestCandidate Named(int number, std::string names) {
    IngestCandidate candidate;
    candidate.recording = catalog::TestRecording(number, 1);
    candidate.recording.participant_ids = {};
    candidate.recording_id = candidate.recording.recording_id;
    candidate.participant_text = std::move(names);
    return candidate;
  }
  // Breaks a rule of the catalog: no hash.
  static IngestCandidate Invalid(int number, std::string names) {
    IngestCandidate candidate = Named(number, std::move(names));
    candidate.recording.recording_hash = "none";
    return candidate;
  }

  plan::Plan Build() {
    plan::PlanHeader header;
    header.command = "ingest";
    const catalog::Catalog catalog = OpenCatalog();
    header.catalog_uri = catalog.Uri();
    return BuildIngestPlan({catalog, canonicalizer_, {testing::TempDir()}, header, 1, {}},
                           candidates_, {}, std::nullopt)
        .value();
  }
  static std::vector<std::string> InsertedParticipants(const plan::Plan& plan) {
    std::vector<std::string> ids;
    for (const size_t number : plan.ChangesOf(catalog::kParticipants)) {
      ids.push_back(plan.ChangeAt(number)->key.front());
    }
    return ids;
  }
  void RegisterParticipant(const std::string& id, const std::string& name) {
    catalog::Participant row;
    row.participant_id = id;
    row.display_name = name;
    ASSERT_TRUE(OpenWriter().Register(*catalog::FindTable(catalog::kParticipants),
                                      {catalog::ToRow(row)}, catalog::OnConflict::kError));
  }

  participants::Canonicalizer canonicalizer_ =
      participants::Canonicalizer::Make({}, participants::Slugger::Make().value()).value();
  std::vector<IngestCandidate> candidates_;
};

TEST_F(IngestPlanTest, RegistersANameWithTheFirstRecordingThatIsNotRefused) {
  candidates_ = {Invalid(1, "maya chen"), Named(2, "maya chen"), Named(3, "maya chen")};
  const plan::Plan plan = Build();
  EXPECT_EQ(candidates_[0].reason, code::kInvalidRow);
  EXPECT_EQ(candidates_[1].action, IngestAction::kIngested);
  EXPECT_THAT(InsertedParticipants(plan), testing::ElementsAre("maya-chen"));
  EXPECT_EQ(plan.ChangesOf(catalog::kRecordings).size(), 2U);
}

TEST_F(IngestPlanTest, RegistersNobodyWhomOnlyARefusedRecordingNames) {
  candidates_ = {Invalid(1, "maya chen")};
  EXPECT_EQ(Build().Count(), 0U);
}

TEST_F(IngestPlanTest, SaysNoNameInAProblem) {
  RegisterParticipant("zoe-maier", "Zoe Maier");
  candidates_ = {Named(1, "Zo\u00eb Maier"), Named(2, "maya\n\U0001F600\n")};
  (void)Build();
  ASSERT_EQ(candidates_[0].problems.size(), 1U);
  EXPECT_EQ(candidates_[0].problems[0].code, code::kParticipantCollision);
  EXPECT_THAT(candidates_[0].problems[0].message, HasSubstr("zoe-maier"));
  EXPECT_THAT(candidates_[0].problems[0].message, Not(HasSubstr("Maier")));
  ASSERT_EQ(candidates_[1].problems.size(), 1U);
  EXPECT_EQ(candidates_[1].problems[0].code, code::kParticipantUnreadable);
  EXPECT_THAT(candidates_[1].problems[0].message, Not(HasSubstr("\U0001F600")));
  EXPECT_THAT(candidates_[1].problems[0].message, HasSubstr("name 2 of its 2"));
}

}  // namespace
}  // namespace ursa::ingest
