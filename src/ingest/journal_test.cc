#include "ingest/journal.h"

#include "ingest/testing_bucket.h"

namespace ursa::ingest {
namespace {

const std::string kDigest(64, 'c');
const std::string kRecording(kTestId);
const store::ObjectInfo kObject{"recordings/r/eeg_0/a", 7, TimeNs{}, "etag-1"};

Journal OneFile() {
  Journal journal(kRecording);
  journal.Add("eeg_0/a", kObject, kDigest);
  return journal;
}

TEST(Journal, KnowsAgainWhatItWasTold) {
  const Journal journal = Journal::Parse(OneFile().Text(), kRecording);
  EXPECT_EQ(journal.Find("eeg_0/a", kObject), kDigest);
  EXPECT_EQ(journal.Key(), "ursa/work/" + kRecording + ".json");
}

TEST(Journal, TakesFromAnotherOnlyWhatItDoesNotKnow) {
  Journal journal = OneFile();
  Journal other(kRecording);
  store::ObjectInfo changed = kObject;
  changed.etag = "etag-2";
  other.Add("eeg_0/a", changed, std::string(64, 'd'));
  other.Add("eeg_0/b", kObject, std::string(64, 'e'));
  journal.Merge(other);
  EXPECT_EQ(journal.Find("eeg_0/a", kObject), kDigest);
  EXPECT_EQ(journal.Find("eeg_0/b", kObject), std::string(64, 'e'));
}

TEST(Journal, IsKnownByItsKey) {
  EXPECT_EQ(RecordingOfJournal(Journal(kRecording).Key()), kRecording);
  EXPECT_FALSE(RecordingOfJournal("ursa/work/" + kRecording + ".txt"));
  EXPECT_FALSE(RecordingOfJournal("ursa/catalog/" + kRecording + ".json"));
}

TEST(Journal, KnowsNothingOfAnotherVersionOfAFile) {
  const Journal journal = OneFile();
  store::ObjectInfo other = kObject;
  other.etag = "etag-2";
  EXPECT_FALSE(journal.Find("eeg_0/a", other));
  other = kObject;
  other.size_bytes = 8;
  EXPECT_FALSE(journal.Find("eeg_0/a", other));
  EXPECT_FALSE(journal.Find("eeg_0/b", kObject));
}

TEST(Journal, ThatIsDamagedCountsForNothing) {
  const std::string text = OneFile().Text();
  for (size_t length = 0; length + 2 < text.size(); ++length) {
    EXPECT_EQ(Journal::Parse(text.substr(0, length), kRecording).Count(), 0U);
  }
  for (const char* other : {"[]", "7", "{}", R"({"journal_version":1,"recording_id":7,"files":[]})",
                            R"({"journal_version":1,"recording_id":"x","files":[]})"}) {
    EXPECT_EQ(Journal::Parse(other, kRecording).Count(), 0U);
  }
}

TEST(Journal, OfAnotherRecordingOrVersionCountsForNothing) {
  EXPECT_EQ(Journal::Parse(OneFile().Text(), "rec_20260507_143022_ffff").Count(), 0U);
  std::string text = OneFile().Text();
  text.replace(text.find("\"journal_version\":1"), 19, "\"journal_version\":2");
  EXPECT_EQ(Journal::Parse(text, kRecording).Count(), 0U);
}

TEST(Journal, PassesOverEntriesThatAreNone) {
  std::string text = OneFile().Text();
  text.insert(text.find("[{") + 1,
              R"(7,{"path":"x"},{"path":"y","size":-1,"etag":"e","sha256":"z"},)");
  const Journal journal = Journal::Parse(text, kRecording);
  EXPECT_EQ(journal.Count(), 1U);
  EXPECT_TRUE(journal.Find("eeg_0/a", kObject));
}

}  // namespace
}  // namespace ursa::ingest
