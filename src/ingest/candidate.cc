#include "ingest/candidate.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "ingest/manifest.h"
#include "ingest/modality_files.h"
#include "ingest/recording_listing.h"
#include "ingest/recording_manifests.h"
#include "ingest/recording_start.h"
#include "participants/participant_file.h"
#include "recovery/recording_end.h"

namespace ursa::ingest {
namespace {

// The code of a refusal, with the way out.
Problem NoAugmentedManifest(const RecordingListing& listing, const RecordingManifests& manifests) {
  const std::string_view why = manifests.WhyNone();
  return MakeProblem(why, manifests.legacy ? manifests.legacy->key : listing.prefix,
                     fmt::format("{}: `ursa reconstruct-all-recent` makes one",
                                 why == code::kLegacyManifest
                                     ? "its manifest has neither recording_hash nor files"
                                     : "it has no manifest with recording_hash and files"));
}

// Makes the rows of one recording.
class Preparation {
 public:
  Preparation(const store::ReadableStore& raw, RecordingListing listing,
              const IngestSettings& settings)
      : raw_(raw), settings_(settings), listing_(std::move(listing)) {
    candidate_.recording_id = listing_.recording_id;
  }

  IngestCandidate Run(const RecordingManifests* manifests) && {
    if (listing_.IsLocked(settings_.broken_lock)) {
      Refuse(MakeProblem(code::kSessionLock, listing_.prefix + "session.lock",
                         "the rig is still recording or uploading"));
    } else if (manifests != nullptr) {
      Judge(*manifests);
    } else if (const auto read = ReadManifests(raw_, listing_)) {
      Judge(*read);
    } else {
      Fail(listing_.prefix, read.error());
    }
    return std::move(candidate_);
  }

 private:
  void Refuse(Problem problem) { candidate_.End(IngestAction::kRefused, std::move(problem)); }

  void Fail(std::string key, const Error& error) {
    candidate_.End(IngestAction::kFailed,
                   MakeProblem(code::kReadFailed, std::move(key), error.ToString()));
  }

  void Judge(const RecordingManifests& manifests) {
    if (manifests.fault) {
      Refuse(*manifests.fault);
    } else if (!manifests.counts) {
      Refuse(NoAugmentedManifest(listing_, manifests));
    } else {
      MakeRows(manifests);
    }
  }

  void MakeRows(const RecordingManifests& manifests) {
    const Manifest& manifest = manifests.counts->manifest;
    candidate_.recording.recording_hash = manifest.recording_hash;
    CompareInventory(manifest);
    if (candidate_.action != IngestAction::kIngested) {
      return;
    }
    const auto start = DeriveRecordingStart(raw_, listing_, manifests, settings_.timezone);
    if (!start) {
      candidate_.End(
          start.error().code == code::kReadFailed ? IngestAction::kFailed : IngestAction::kRefused,
          start.error());
      return;
    }
    FillRecording(manifest, start->time);
    FillDuration(*manifests.counts);
    FillModalities();
    ReadParticipants();
    for (Problem& finding : FindOddities(listing_)) {
      candidate_.problems.push_back(std::move(finding));
    }
  }

  // The manifest's files against the listing; no byte is read.
  void CompareInventory(const Manifest& manifest) {
    std::unordered_map<std::string_view, uint64_t> listed;
    for (const auto* objects : {&listing_.inventory, &listing_.beside}) {
      for (const store::ObjectInfo& object : *objects) {
        listed.emplace(listing_.PathOf(object), object.size_bytes);
      }
    }
    for (const ManifestFile& file : manifest.files) {
      const auto found = listed.find(file.path);
      if (found == listed.end()) {
        Refuse(MakeProblem(code::kInventoryMismatch, listing_.prefix + file.path,
                           "the manifest names it, and it is not there"));
        continue;
      }
      if (found->second != file.size_bytes) {
        Refuse(MakeProblem(code::kInventoryMismatch, listing_.prefix + file.path,
                           fmt::format("it has {} bytes, and {} by the manifest", found->second,
                                       file.size_bytes)));
      }
      listed.erase(found);
    }
    AddUnnamed(listed);
  }

  // What lies there and is not in the manifest: a finding.
  void AddUnnamed(const std::unordered_map<std::string_view, uint64_t>& unnamed) {
    for (const store::ObjectInfo& object : listing_.inventory) {
      if (unnamed.contains(listing_.PathOf(object))) {
        candidate_.problems.push_back(
            MakeProblem(code::kNotInManifest, object.key, "its manifest does not name it"));
      }
    }
  }

  void FillRecording(const Manifest& manifest, TimeNs start) {
    catalog::Recording& row = candidate_.recording;
    row.recording_id = candidate_.recording_id;
    row.start_time = std::chrono::floor<Microseconds>(start);
    row.manifest_source = manifest.is_reconstructed ? "reconstructed" : "rig";
    Json device = Json::object();
    if (manifest.hostname) {
      device["hostname"] = *manifest.hostname;
    }
    if (manifest.data_engine_version) {
      device["data_engine_version"] = *manifest.data_engine_version;
    }
    if (!device.empty()) {
      row.device_info = device.dump();
    }
  }

  void FillDuration(const FoundManifest& found) {
    catalog::Recording& row = candidate_.recording;
    auto end = recovery::DeriveRecordingEnd(raw_, listing_.objects, row.start_time, settings_.now);
    for (raw::Problem& problem : end.problems) {
      candidate_.problems.push_back(ToProblem(std::move(problem)));
    }
    if (end.read_failed) {
      candidate_.action = IngestAction::kFailed;
      candidate_.reason = code::kReadFailed;
      return;
    }
    std::optional<TimeNs> ended = end.end;
    if (!ended && !found.manifest.is_reconstructed) {
      const auto said = PlausibleTime(found.manifest.ended_at, found.key, settings_.timezone);
      if (said && *said && **said > TimeNs{row.start_time}) {
        ended = *said;
      }
    }
    if (ended) {
      row.duration_us = recovery::DurationUntil(row.start_time, *ended).count();
    }
    row.duration_known_wrong = !ended;
  }

  void ReadParticipants() {
    if (!listing_.participants) {
      return;
    }
    const store::ObjectInfo& file = *listing_.participants;
    if (file.size_bytes > participants::kParticipantFileBytesMax) {
      candidate_.problems.push_back(MakeProblem(
          code::kParticipantUnreadable, file.key,
          fmt::format("its {} bytes are more than a list of names has", file.size_bytes)));
      return;
    }
    auto object = raw_.Get(file.key, store::ByteRange::Whole(), file.etag);
    if (!object) {
      Fail(file.key, object.error());
      return;
    }
    candidate_.participant_text = std::move(object->bytes);
  }

  void FillModalities() {
    for (const raw::Worker& worker : listing_.objects.workers) {
      for (const ModalityFiles& files : ModalitiesOf(worker)) {
        catalog::Modality row;
        row.recording_hash = candidate_.recording.recording_hash;
        row.recording_id = candidate_.recording_id;
        row.worker = worker.name;
        row.modality = files.slug;
        row.format = files.format;
        row.raw_storage_uri = settings_.raw_location + "/" + worker.prefix;
        row.segment_count = static_cast<int32_t>(
            std::min<uint64_t>(files.count, std::numeric_limits<int32_t>::max()));
        row.byte_count = static_cast<int64_t>(
            std::min<uint64_t>(files.bytes, std::numeric_limits<int64_t>::max()));
        candidate_.modalities.push_back(std::move(row));
      }
    }
  }

  const store::ReadableStore& raw_;
  const IngestSettings& settings_;
  const RecordingListing listing_;
  IngestCandidate candidate_;
};

}  // namespace

std::string_view IngestActionName(IngestAction action) {
  switch (action) {
    case IngestAction::kIngested:
      return "ingested";
    case IngestAction::kAlready:
      return "already";
    case IngestAction::kRefused:
      return "refused";
    case IngestAction::kFailed:
      return "failed";
  }
  return "";
}

void IngestCandidate::End(IngestAction how, Problem problem) {
  action = how;
  if (reason.empty()) {
    reason = problem.code;
  }
  problems.push_back(std::move(problem));
}

const Problem& IngestCandidate::Why() const {
  return *std::ranges::find(problems, reason, &Problem::code);
}

IngestCandidate PrepareIngest(const store::ReadableStore& raw, RecordingListing listing,
                              const IngestSettings& settings) {
  return Preparation(raw, std::move(listing), settings).Run(nullptr);
}

IngestCandidate PrepareIngest(const store::ReadableStore& raw, RecordingListing listing,
                              const RecordingManifests& manifests, const IngestSettings& settings) {
  return Preparation(raw, std::move(listing), settings).Run(&manifests);
}

}  // namespace ursa::ingest
