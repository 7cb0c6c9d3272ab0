#include "ingest/first_samples.h"

#include "ingest/modality_files.h"
#include "raw/first_time.h"
#include "raw/layout.h"
#include "recovery/first_sample.h"

namespace ursa::ingest {
namespace {

// The earliest time so far.
class Earliest {
 public:
  void Take(TimeNs time) {
    if (!earliest_ || time < *earliest_) {
      earliest_ = time;
    }
  }
  [[nodiscard]] std::optional<TimeNs> Get() const { return earliest_; }

 private:
  std::optional<TimeNs> earliest_;
};

// The frame times of a video worker's lowest segment; null where it has none.
const store::ObjectInfo* FirstFrameFile(const raw::Worker& worker) {
  const store::ObjectInfo* lowest = nullptr;
  for (const store::ObjectInfo& file : worker.data_files) {
    const auto sidecar = raw::SidecarOf(worker.family, worker.NameOf(file));
    if (sidecar && sidecar->kind == raw::SidecarKind::kFrameCsv &&
        (lowest == nullptr || raw::SegmentIsLess(worker.NameOf(file), worker.NameOf(*lowest)))) {
      lowest = &file;
    }
  }
  return lowest;
}

Result<void> TakeFrames(const store::ReadableStore& raw, const raw::Worker& worker,
                        Earliest& earliest) {
  const store::ObjectInfo* file = FirstFrameFile(worker);
  if (file == nullptr) {
    return {};
  }
  URSA_TRY(const auto time, raw::ReadFirstRow(raw, *file, raw::kFrameCsvFormat));
  if (time) {
    earliest.Take(*time);
  }
  return {};
}

}  // namespace

tl::expected<std::optional<TimeNs>, Problem> EarliestFirstSample(
    const store::ReadableStore& raw, const raw::RecordingObjects& objects) {
  Earliest earliest;
  for (const raw::Worker& worker : objects.workers) {
    if (const auto read = TakeFrames(raw, worker, earliest); !read) {
      return tl::unexpected(MakeProblem(code::kReadFailed, worker.prefix, read.error().ToString()));
    }
    for (const ModalityFiles& modality : ModalitiesOf(worker)) {
      const auto sample = recovery::DeriveFirstSample(raw, objects, worker.name, modality.slug);
      if (sample.problem && sample.problem->code == raw::ProblemCode::kReadFailed) {
        return tl::unexpected(ToProblem(*sample.problem));
      }
      if (sample.time) {
        earliest.Take(*sample.time);
      }
    }
  }
  return earliest.Get();
}

}  // namespace ursa::ingest
