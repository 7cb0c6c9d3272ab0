#include "demo/truth.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "demo/recording_files.h"

namespace ursa::demo {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

constexpr Nanoseconds kOutlierDistance = 1h;

Json OrNull(const std::optional<TimeNs>& time) {
  return time ? Json(time->time_since_epoch().count()) : Json(nullptr);
}
Json OrNull(const std::optional<int64_t>& number) { return number ? Json(*number) : Json(nullptr); }
Json OrNull(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

Json Streams(const RecordingDesign& design) {
  Json streams;
  for (size_t i = 0; i < kStreamCount; ++i) {
    streams[std::string(FamilyName(static_cast<Family>(i)))] = OrNull(design.stream_ends[i]);
  }
  return streams;
}

Json DamageCodes(const RecordingDesign& design) {
  Json codes = Json::array();
  for (const Damage damage : design.damage.List()) {
    codes.push_back(DamageCode(damage));
  }
  return codes;
}

// What fix-durations-inplace does at default flags, by what was broken on purpose.
std::string_view DurationAction(const DamageSet& damage) {
  using enum Damage;
  if (damage.Has(kSessionLock)) {
    return "still_arriving";
  }
  if (damage.Has(kFlaggedUnderivable)) {
    return "indeterminate";
  }
  if (damage.HasAny({kNoDerivableEnd, kRawGone})) {
    return "flag";
  }
  const bool is_wrong = damage.HasAny({kTimezoneHours, kWorkerReportDuration, kUploadTimeDuration,
                                       kDurationMissing, kFlaggedDerivable, kWorkerReportOnly});
  return is_wrong ? "update" : "unchanged";
}

// The problems that the derivation of the end has to report, in no particular order.
class ProblemList {
 public:
  ProblemList(const RecordingDesign& design, const std::vector<RawFile>& files)
      : design_(design), prefix_("recordings/" + design.recording_id + "/") {
    if (design.damage.Has(Damage::kRawGone)) {
      AddRawGone(files);
    } else {
      AddSidecars();
    }
  }

  [[nodiscard]] const Json& List() const { return problems_; }

 private:
  void Add(std::string_view code, const std::string& path) {
    problems_.push_back(Json{{"code", code}, {"key", prefix_ + path}});
  }

  // A stream's worker of which only the report is left has no segments either.
  void AddRawGone(const std::vector<RawFile>& files) {
    Add("raw_gone", "");
    for (const Worker& worker : design_.workers) {
      const bool is_left = std::any_of(files.begin(), files.end(), [&](const RawFile& file) {
        return !file.is_gone && file.path.starts_with(worker.name + "/");
      });
      if (is_left && IsStream(worker.family)) {
        Add("no_segments", worker.name + "/");
      }
    }
  }

  void AddSidecars() {
    for (const Worker& worker : design_.workers) {
      if (IsStream(worker.family) && worker.tracks.empty()) {
        Add("no_segments", worker.name + "/");
      }
      if (worker.has_unusable_report) {
        Add("unparseable", worker.name + "/worker_report.json");
      }
      for (const Track& track : worker.tracks) {
        AddTrack(worker, track);
      }
    }
  }

  void AddTrack(const Worker& worker, const Track& track) {
    for (const Segment& segment : track.segments) {
      if (segment.broken != Break::kNone) {
        Add(ProblemOf(segment.broken), SidecarPath(worker, track, segment));
      }
    }
    if (track.old_mtime) {
      Add("mtime_implausible", SidecarPath(worker, track, track.LastGood()));
    }
    if (IsOutlier(track)) {
      Add("outlier", SidecarPath(worker, track, track.LastGood()));
    }
  }

  // Whether this track alone makes its stream end more than an hour after every other one.
  [[nodiscard]] bool IsOutlier(const Track& track) const {
    if (!IsStream(track.family) || track.LastGood().last != design_.end) {
      return false;
    }
    size_t others = 0;
    for (size_t i = 0; i < kStreamCount; ++i) {
      const auto& end = design_.stream_ends[i];
      if (!end || i == static_cast<size_t>(track.family)) {
        continue;
      }
      ++others;
      if (*design_.end - *end <= kOutlierDistance) {
        return false;
      }
    }
    return others > 0;
  }

  const RecordingDesign& design_;
  const std::string prefix_;
  Json problems_ = Json::array();
};

Json DurationTruth(const RecordingDesign& design, const std::vector<RawFile>& files) {
  if (!IsInCatalog(design.damage)) {
    return nullptr;
  }
  const std::string_view action = DurationAction(design.damage);
  const bool is_read = action != "still_arriving";
  return Json{{"action", action},
              {"problems", is_read ? ProblemList(design, files).List() : Json::array()}};
}

struct Reconstruction {
  std::string_view action;
  std::string_view reason;
};

Reconstruction ReconstructionOf(const DamageSet& damage) {
  using enum Damage;
  if (damage.Has(kStaleLock)) {
    return {"skipped", "stale_lock"};
  }
  if (damage.Has(kEmptySession)) {
    return {"skipped", "empty"};
  }
  if (damage.Has(kBadManifest)) {
    return {"failed", "bad_manifest"};
  }
  if (damage.Has(kNotIngested)) {
    return {"ingest", ""};
  }
  return {"reconstruct", damage.Has(kLegacyManifest)  ? "legacy_manifest"
                         : damage.Has(kNodeManifests) ? "node_manifests"
                                                      : "no_manifest"};
}

Json ReconstructTruth(const RecordingDesign& design, const std::vector<InventoryFile>& inventory,
                      const Manifests& manifests) {
  if (IsInCatalog(design.damage) || !IsInRawBucket(design.damage)) {
    return nullptr;
  }
  uint64_t bytes = 0;
  for (const InventoryFile& file : inventory) {
    bytes += file.size_bytes;
  }
  const Reconstruction truth = ReconstructionOf(design.damage);
  const bool gets_a_hash = truth.action != "failed" && truth.reason != "empty";
  return Json{{"action", truth.action},
              {"reason", OrNull(truth.reason)},
              {"recording_hash", gets_a_hash ? Json(manifests.recording_hash) : Json(nullptr)},
              {"files", inventory.size()},
              {"bytes", bytes}};
}

Json ParticipantsTruth(const RecordingDesign& design) {
  const TypedNames& names = design.names;
  Json expected = Json::array();
  for (const Person* person : names.people) {
    expected.push_back(
        Json{{"participant_id", person->participant_id}, {"display_name", person->display_name}});
  }
  const bool in_catalog = IsInCatalog(design.damage);
  return Json{{"text", names.has_file ? Json(names.text) : Json(nullptr)},
              {"typed", names.typed},
              {"expected", expected},
              {"stored", in_catalog ? Json(names.stored) : Json(nullptr)},
              {"backfill_action", in_catalog ? OrNull(names.backfill_action) : Json(nullptr)},
              {"is_dropped", in_catalog && names.backfill_action == "attach"}};
}

Json ModalitiesTruth(const RecordingDesign& design, const RecordingRows& rows) {
  Json list = Json::array();
  for (const ModalityTruth& truth : rows.modalities) {
    const Json shift = truth.start_epoch ? Json((*truth.start_epoch - TimeNs{design.start}).count())
                                         : Json(nullptr);
    list.push_back(Json{{"worker", truth.row.worker},
                        {"modality", truth.row.modality},
                        {"ingestion_status", truth.row.ingestion_status},
                        {"stored_start_epoch_ns", OrNull(truth.row.start_epoch_ns)},
                        {"action", OrNull(truth.action)},
                        {"problem", OrNull(truth.problem)},
                        {"start_epoch_ns", OrNull(truth.start_epoch)},
                        {"shift_ns", shift}});
  }
  return list;
}

Json Stored(const RecordingDesign& design) {
  if (!IsInCatalog(design.damage)) {
    return nullptr;
  }
  return Json{{"duration_us", OrNull(design.stored_duration_us)},
              {"duration_known_wrong", design.stored_known_wrong}};
}

}  // namespace

std::string TruthLine(const RecordingDesign& design, const std::vector<RawFile>& files,
                      const std::vector<InventoryFile>& inventory, const Manifests& manifests,
                      const RecordingRows& rows) {
  const bool in_catalog = IsInCatalog(design.damage);
  const bool in_raw = IsInRawBucket(design.damage);
  return Json{{"recording_id", design.recording_id},
              {"recording_hash", in_catalog ? Json(manifests.recording_hash) : Json(nullptr)},
              {"in_raw", in_raw},
              {"hostname", design.hostname},
              {"damage", DamageCodes(design)},
              {"manifest", ManifestKindName(in_raw ? manifests.kind : ManifestKind::kNone)},
              {"start_ns", TimeNs{design.start}.time_since_epoch().count()},
              {"end_ns", OrNull(design.end)},
              {"end_source", OrNull(design.end_source)},
              {"streams", Streams(design)},
              {"duration_us", OrNull(design.duration_us)},
              {"indeterminate_reason", OrNull(design.no_end_reason)},
              {"stored", Stored(design)},
              {"fix_durations", DurationTruth(design, files)},
              {"reconstruct", ReconstructTruth(design, inventory, manifests)},
              {"participants", ParticipantsTruth(design)},
              {"modalities", ModalitiesTruth(design, rows)}}
      .dump();
}

}  // namespace ursa::demo
