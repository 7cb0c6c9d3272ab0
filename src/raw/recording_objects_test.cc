#include "raw/recording_objects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "raw/testing_files.h"

namespace ursa::raw {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kRecording = "rec_20260507_143022_a1b2";

class RecordingObjectsTest : public testing::Test {
 protected:
  void Put(std::string_view path) {
    bucket_.Put(RecordingPrefix(kRecording) + std::string(path), "x");
  }
  RecordingObjects List() { return ListRecording(bucket_.store, kRecording).value(); }
  static std::vector<std::string> FilesOf(const Worker& worker) {
    std::vector<std::string> names;
    for (const store::ObjectInfo& file : worker.data_files) {
      names.emplace_back(worker.NameOf(file));
    }
    return names;
  }
  static std::vector<std::string> WorkersOf(const RecordingObjects& objects) {
    std::vector<std::string> names;
    for (const Worker& worker : objects.workers) {
      names.push_back(worker.name);
    }
    return names;
  }

  RawBucket bucket_;
};

TEST_F(RecordingObjectsTest, AWorkerIsAnyFirstPartThatHoldsAnObject) {
  Put("eeg_0/eeg_0000.bin");
  Put("strange/x");
  Put("webcam_1/camera_0000_1.mp4");
  const RecordingObjects objects = List();
  EXPECT_THAT(WorkersOf(objects), ElementsAre("eeg_0", "strange", "webcam_1"));
  EXPECT_EQ(objects.workers[2].family, "camera");
  EXPECT_EQ(objects.workers[2].prefix, "recordings/rec_20260507_143022_a1b2/webcam_1/");
}

TEST_F(RecordingObjectsTest, NodeManifestsAreNoWorker) {
  Put("_node_manifests/rig-3.json");
  EXPECT_THAT(List().workers, IsEmpty());
  EXPECT_FALSE(List().HasDataFile());
}

TEST_F(RecordingObjectsTest, FilesOfTheRecordingItselfAreInNoWorker) {
  for (const char* name : {"manifest.json", "manifest.reconstructed.json", "participant.txt"}) {
    Put(name);
  }
  EXPECT_THAT(List().workers, IsEmpty());
  EXPECT_FALSE(List().session_lock);
}

TEST_F(RecordingObjectsTest, ASessionLockSaysThatTheRigIsStillAtWork) {
  Put("session.lock");
  EXPECT_TRUE(List().session_lock);
}

TEST_F(RecordingObjectsTest, ASessionLockBelowAWorkerIsADataFile) {
  Put("eeg_0/session.lock");
  EXPECT_FALSE(List().session_lock);
  EXPECT_TRUE(List().HasDataFile());
}

TEST_F(RecordingObjectsTest, AllObjectsOfAWorkerButItsReportAreDataFiles) {
  Put("eeg_0/eeg_0000.bin");
  Put("eeg_0/old/worker_report.json");
  Put("eeg_0/worker_report.json");
  const RecordingObjects objects = List();
  EXPECT_THAT(FilesOf(objects.workers.at(0)),
              ElementsAre("eeg_0000.bin", "old/worker_report.json"));
  EXPECT_EQ(objects.workers[0].report->key,
            "recordings/rec_20260507_143022_a1b2/eeg_0/worker_report.json");
}

TEST_F(RecordingObjectsTest, AReportIsNoDataFile) {
  Put("eeg_0/worker_report.json");
  EXPECT_FALSE(List().HasDataFile());
}

TEST_F(RecordingObjectsTest, AKeyThatEndsInASlashIsNoFile) {
  const std::string prefix = RecordingPrefix(kRecording);
  const RecordingObjects objects =
      SortOutObjects(kRecording, {{prefix, 0, {}, ""},
                                  {prefix + "eeg_0/", 0, {}, ""},
                                  {prefix + "eeg_0/old/", 0, {}, ""},
                                  {prefix + "session.lock/", 0, {}, ""}});
  EXPECT_FALSE(objects.HasDataFile());
  EXPECT_FALSE(objects.session_lock);
}

TEST_F(RecordingObjectsTest, WorkersComeInTheOrderOfTheirNames) {
  Put("eeg_0-b/x");
  Put("eeg_0/x");
  Put("eeg_0/y");
  EXPECT_THAT(WorkersOf(List()), ElementsAre("eeg_0", "eeg_0-b"));
}

TEST_F(RecordingObjectsTest, ARecordingWithoutObjectsHasNoWorkers) {
  bucket_.Put("recordings/rec_20260507_143022_a1b23/eeg_0/x", "x");
  EXPECT_THAT(List().workers, IsEmpty());
}

TEST_F(RecordingObjectsTest, AListingOfManyPagesIsWhole) {
  for (int i = 0; i < 2'500; ++i) {
    Put("eeg_0/" + std::to_string(i));
  }
  EXPECT_EQ(List().workers.at(0).data_files.size(), 2'500U);
}

TEST_F(RecordingObjectsTest, AnIdThatIsNoPlainNameIsInvalid) {
  for (const char* id : {"", ".", "..", "a/b", "../x", "/"}) {
    const auto objects = ListRecording(bucket_.store, id);
    ASSERT_FALSE(objects) << id;
    EXPECT_EQ(objects.error().code, ErrorCode::kInvalid) << id;
  }
  EXPECT_THAT(bucket_.store.Calls(), IsEmpty());
}

TEST_F(RecordingObjectsTest, AWorkerListedAloneIsAsItIsInItsRecording) {
  Put("eeg_0/eeg_0000.bin");
  Put("eeg_0/worker_report.json");
  Put("eeg_01/eeg_0000.bin");
  const auto alone = ListWorker(bucket_.store, kRecording, "eeg_0");
  ASSERT_TRUE(alone);
  EXPECT_THAT(WorkersOf(*alone), ElementsAre("eeg_0"));
  EXPECT_THAT(FilesOf(alone->workers[0]), ElementsAre("eeg_0000.bin"));
  EXPECT_TRUE(alone->workers[0].report);
  EXPECT_EQ(ListWorker(bucket_.store, kRecording, "../x").error().code, ErrorCode::kInvalid);
}

TEST_F(RecordingObjectsTest, AFailedListingIsAnErrorThatNamesTheRecording) {
  bucket_.store.SetRule(store::FailFrom(1, Error{ErrorCode::kDenied, "no", {}, {}}));
  const auto objects = ListRecording(bucket_.store, kRecording);
  ASSERT_FALSE(objects);
  EXPECT_EQ(objects.error().code, ErrorCode::kDenied);
  EXPECT_THAT(objects.error().ToString(), testing::HasSubstr(std::string(kRecording)));
}

}  // namespace
}  // namespace ursa::raw
