#include "maintenance/reconstruct_recording.h"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/reconstruction.h"
#include "ingest/recording_manifests.h"
#include "ingest/recording_start.h"

namespace ursa::maintenance {
namespace {

namespace code = ingest::code;
using ingest::MakeProblem;

}  // namespace

void RecordingUnderWay::Fail(ingest::Problem problem) {
  if (!failure_) {
    failure_ = std::move(problem);
  }
}

void RecordingUnderWay::FailRead(const Error& error) {
  Fail(MakeProblem(code::kReadFailed, raw::RecordingPrefix(recording_id_), error.ToString()));
}

void RecordingUnderWay::Begin() {
  auto listing = ingest::ReadListing(tools_.raw, recording_id_);
  if (!listing) {
    FailRead(listing.error());
    return;
  }
  listing_ = std::move(*listing);
  if (IsLocked(listing_)) {
    return;
  }
  const auto manifests = ingest::ReadManifests(tools_.raw, listing_);
  if (!manifests) {
    FailRead(manifests.error());
  } else if (manifests->fault) {
    Fail(*manifests->fault);
  } else if (!manifests->counts && !IsArriving(listing_)) {
    FindMissing();
  }
}

bool RecordingUnderWay::IsLocked(const ingest::RecordingListing& listing) {
  if (!listing.IsLocked(broken_lock_)) {
    return false;
  }
  Fail(MakeProblem(code::kSessionLock, listing.session_lock->key,
                   "the rig is recording or uploading again"));
  return true;
}

bool RecordingUnderWay::IsArriving(const ingest::RecordingListing& listing) {
  if (!listing.newest || !tools_.quiet.IsTooYoung(*listing.newest, tools_.clock.Now())) {
    return false;
  }
  Fail(MakeProblem(code::kStillArriving, listing.prefix, "it got an object lately"));
  return true;
}

void RecordingUnderWay::FindMissing() {
  if (!listing_.bad_keys.empty()) {
    Fail(listing_.bad_keys.front());
    return;
  }
  journal_ = ingest::Journal::Load(tools_.assets, recording_id_);
  uint64_t bytes = 0;
  for (size_t i = 0; i < listing_.inventory.size(); ++i) {
    const store::ObjectInfo& object = listing_.inventory[i];
    const std::string_view path = listing_.PathOf(object);
    const auto known = journal_.Find(path, object);
    files_.push_back({std::string(path), object.size_bytes, known.value_or("")});
    if (known) {
      tools_.hashing.progress.Advance(object.size_bytes, 0);
    } else {
      missing_.push_back(i);
      bytes += object.size_bytes;
    }
  }
  if (!missing_.empty()) {
    const size_t offset = tools_.hashing.random.Next() % missing_.size();
    std::rotate(missing_.begin(), missing_.begin() + static_cast<std::ptrdiff_t>(offset),
                missing_.end());
  }
  budget_ = std::make_unique<ingest::ReadBudget>(tools_.clock, tools_.limits, bytes);
}

RecordingUnderWay::Hashed RecordingUnderWay::HashFile(size_t file) {
  return ingest::HashObject(tools_.hashing, listing_.inventory[file], *budget_);
}

void RecordingUnderWay::Note(size_t file, const Hashed& hashed) {
  if (!hashed) {
    return;  // interrupted
  }
  if (!*hashed) {
    Fail(hashed->error());
    return;
  }
  files_[file].sha256 = **hashed;
  journal_.Add(files_[file].path, listing_.inventory[file], **hashed);
}

void RecordingUnderWay::TakeOver(const ingest::Journal& others, size_t first) {
  const auto known = [&](size_t file) {
    const store::ObjectInfo& object = listing_.inventory[file];
    auto sha256 = others.Find(files_[file].path, object);
    if (sha256) {
      journal_.Add(files_[file].path, object, *sha256);
      files_[file].sha256 = std::move(*sha256);
      tools_.hashing.progress.Advance(object.size_bytes, 0);
    }
    return sha256.has_value();
  };
  const auto begin = missing_.begin() + static_cast<std::ptrdiff_t>(first);
  missing_.erase(std::remove_if(begin, missing_.end(), known), missing_.end());
}

void RecordingUnderWay::Finish() {
  auto listing = ingest::ReadListing(tools_.raw, recording_id_);
  if (!listing) {
    FailRead(listing.error());
    return;
  }
  if (IsLocked(*listing)) {
    return;
  }
  auto manifests = ingest::ReadManifests(tools_.raw, *listing);
  if (manifests && !manifests->fault && !manifests->counts) {
    WriteManifest(*listing, *manifests);
    if (failure_) {
      return;
    }
    manifests = ReadWritten(*listing);
  }
  if (!manifests) {
    FailRead(manifests.error());
    return;
  }
  if (manifests->fault) {
    Fail(*manifests->fault);
    return;
  }
  ingest::IngestSettings settings = tools_.settings;
  settings.broken_lock = broken_lock_;
  candidate_ = ingest::PrepareIngest(tools_.raw, std::move(*listing), *manifests, settings);
  if (candidate_.action != ingest::IngestAction::kIngested) {
    Fail(candidate_.Why());
  }
}

// What is there decides, not what was put.
Result<ingest::RecordingManifests> RecordingUnderWay::ReadWritten(
    ingest::RecordingListing& listing) const {
  URSA_TRY(listing.reconstructed,
           tools_.raw.Head(listing.prefix + std::string(ingest::kReconstructedName)));
  return ingest::ReadManifests(tools_.raw, listing);
}

void RecordingUnderWay::WriteManifest(const ingest::RecordingListing& listing,
                                      const ingest::RecordingManifests& manifests) {
  if (files_.empty() || !ingest::HaveSameInventory(listing_, listing)) {
    Fail(MakeProblem(code::kInventoryChanged, listing.prefix,
                     "its files changed while they were read; run again when they don't any more"));
    return;
  }
  if (IsArriving(listing)) {
    return;
  }
  const auto start =
      ingest::DeriveRecordingStart(tools_.raw, listing, manifests, tools_.settings.timezone);
  if (!start) {
    Fail(start.error());
    return;
  }
  const std::string text = ingest::MakeReconstructedManifest(
      {listing, manifests, files_, start->time, tools_.clock.Now(), tools_.tool});
  if (text.size() > ingest::kManifestBytesMax) {
    Fail(MakeProblem(code::kTooManyFiles, listing.prefix,
                     fmt::format("its manifest would have {} bytes, and {} are read", text.size(),
                                 ingest::kManifestBytesMax)));
    return;
  }
  PutManifest(text, ingest::ReconstructedHash(recording_id_, files_));
}

void RecordingUnderWay::PutManifest(const std::string& text, const std::string& hash) {
  const std::string key =
      raw::RecordingPrefix(recording_id_) + std::string(ingest::kReconstructedName);
  const auto put = tools_.manifests.Put(key, text, store::PutCondition::kIfAbsent);
  if (!put) {
    SettlePut(key, hash, put.error());
  }
}

// What is there decides: a manifest with the same hash is as good as ours.
void RecordingUnderWay::SettlePut(const std::string& key, const std::string& hash,
                                  const Error& error) {
  if (error.code != ErrorCode::kAlreadyExists && error.code != ErrorCode::kUnknownOutcome) {
    Fail(MakeProblem(code::kWriteFailed, key, error.ToString()));
    return;
  }
  const auto existing = tools_.manifests.Get(key);
  if (!existing) {
    Fail(MakeProblem(code::kWriteFailed, key, existing.error().ToString()));
    return;
  }
  const auto manifest = ingest::ParseManifest(existing->bytes, recording_id_);
  if (!manifest || manifest->recording_hash != hash) {
    Fail(MakeProblem(
        code::kConflictingManifests, key,
        fmt::format("somebody else put one there meanwhile that has not the hash {}", hash)));
  }
}

}  // namespace ursa::maintenance
