#include "raw/recording_lister.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "raw/recording_objects.h"
#include "raw/testing_files.h"

namespace ursa::raw {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class RecordingListerTest : public testing::Test {
 protected:
  RecordingListerTest() {
    bucket_.store.SetRemote();
    for (size_t i = 0; i < 50; ++i) {
      ids_.push_back("rec_20260507_1430" + std::to_string(10 + i) + "_a1b2");
      bucket_.Put(RecordingPrefix(ids_.back()) + "eeg_0/eeg_0000.bin", "x");
      bucket_.Put(RecordingPrefix(ids_.back()) + "mic_0/mic_0000.wav", "x");
    }
  }

  // What recording `number` lists, where each is listed in turn.
  std::vector<Result<std::vector<store::ObjectInfo>>> ListEach() {
    bucket_.store.ForgetCalls();
    RecordingLister lister(
        bucket_.store, ids_.size(), [&](size_t i) { return std::string_view(ids_[i]); }, 1);
    std::vector<Result<std::vector<store::ObjectInfo>>> listed;
    for (size_t i = 0; i < ids_.size(); ++i) {
      listed.push_back(lister.List(i));
    }
    return listed;
  }

  RawBucket bucket_;
  std::vector<std::string> ids_;
};

TEST_F(RecordingListerTest, ListsNeighboursWithFewRequests) {
  for (const auto& objects : ListEach()) {
    EXPECT_THAT(objects.value(), SizeIs(2));
  }
  EXPECT_THAT(bucket_.store.Calls(), SizeIs(1));
}

TEST_F(RecordingListerTest, RefusesAnIdThatIsNoPlainNameAndListsTheOthers) {
  ids_[7] = "..";
  ids_[8] = "rec/a";
  ids_[9] = "";
  const auto listed = ListEach();
  for (size_t i = 0; i < ids_.size(); ++i) {
    EXPECT_EQ(listed[i].has_value(), i < 7 || i > 9) << i;
  }
  EXPECT_THAT(listed[8].error().ToString(), HasSubstr("'rec/a' has a slash"));
  EXPECT_THAT(bucket_.store.Calls(), SizeIs(1));
}

TEST_F(RecordingListerTest, SaysWhichRecordingCannotBeListed) {
  bucket_.store.SetRule([](size_t, const store::StoreCall&) {
    return Error{ErrorCode::kDenied, "no", {}, {}};
  });
  EXPECT_THAT(ListEach().at(3).error().ToString(), HasSubstr("listing the recording " + ids_[3]));
}

}  // namespace
}  // namespace ursa::raw
