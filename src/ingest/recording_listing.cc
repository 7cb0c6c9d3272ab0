#include "ingest/recording_listing.h"

#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "ingest/manifest.h"
#include "ingest/modality_files.h"
#include "raw/recording_lister.h"

namespace ursa::ingest {
namespace {

constexpr std::string_view kSessionLock = "session.lock";
constexpr std::string_view kNodeManifests = "_node_manifests/";

std::string FoldPath(std::string_view path) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  icu::UnicodeString text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(path.data(), static_cast<int32_t>(path.size())));
  text.foldCase();
  const icu::UnicodeString normalized = U_SUCCESS(status) ? nfc->normalize(text, status) : text;
  std::string folded;
  normalized.toUTF8String(folded);
  return folded;
}

void AddToInventory(const store::ObjectInfo& object, RecordingListing& listing) {
  const std::string_view path = listing.PathOf(object);
  if (const auto fault = PathFault(path)) {
    listing.bad_keys.push_back(MakeProblem(
        code::kBadKey, object.key,
        fmt::format("its path {}: no manifest can name it; a person has to look at it", *fault)));
  }
  listing.inventory_bytes += object.size_bytes;
  listing.inventory.push_back(object);
}

void TakeObject(const store::ObjectInfo& object, RecordingListing& listing) {
  const std::string_view path = listing.PathOf(object);
  if (path != kReconstructedName && (!listing.newest || object.last_modified > *listing.newest)) {
    listing.newest = object.last_modified;
  }
  if (object.key.ends_with('/')) {
    return;
  }
  if (path != kSessionLock && path != kManifestName && path != kReconstructedName &&
      path != kParticipantsName && !path.starts_with(kNodeManifests)) {
    AddToInventory(object, listing);
    return;
  }
  listing.beside.push_back(object);
  if (path == kSessionLock) {
    listing.session_lock = object;
  } else if (path == kManifestName) {
    listing.manifest = object;
  } else if (path == kReconstructedName) {
    listing.reconstructed = object;
  } else if (path == kParticipantsName) {
    listing.participants = object;
  } else if (path.ends_with(".json") && path.find('/', kNodeManifests.size()) == path.npos) {
    listing.node_manifests.push_back(object);
  }
}

void AddSimilarPaths(const RecordingListing& listing, std::vector<Problem>& problems) {
  std::unordered_map<std::string, std::string_view> seen;
  for (const store::ObjectInfo& object : listing.inventory) {
    const std::string_view path = listing.PathOf(object);
    const auto [first, is_new] = seen.emplace(FoldPath(path), path);
    if (!is_new) {
      problems.push_back(MakeProblem(
          code::kSimilarPaths, object.key,
          fmt::format("it differs from {} only by case or normalization: some file systems can't "
                      "hold both",
                      EscapeForDisplay(first->second))));
    }
  }
}

void AddUnknownFamilies(const RecordingListing& listing, std::vector<Problem>& problems) {
  for (const raw::Worker& worker : listing.objects.workers) {
    if (!HasModalities(worker)) {
      problems.push_back(MakeProblem(
          code::kUnknownFamily, worker.prefix,
          "its name is no worker's: its files are in the manifest, and it has no modalities"));
    } else if (!IsKnownFamily(worker.family)) {
      problems.push_back(MakeProblem(code::kUnknownFamily, worker.prefix,
                                     fmt::format("the family '{}' is not known: its modality has "
                                                 "the format raw_other",
                                                 worker.family)));
    }
  }
}

}  // namespace

bool RecordingListing::IsLocked(const std::optional<store::ObjectInfo>& broken) const {
  return session_lock && (!broken || broken->etag != session_lock->etag ||
                          broken->last_modified != session_lock->last_modified);
}

RecordingListing SortOutListing(std::string_view recording_id,
                                std::vector<store::ObjectInfo> objects) {
  RecordingListing listing;
  listing.recording_id = recording_id;
  listing.prefix = raw::RecordingPrefix(recording_id);
  for (const store::ObjectInfo& object : objects) {
    TakeObject(object, listing);
  }
  listing.objects = raw::SortOutObjects(recording_id, std::move(objects));
  for (const raw::Worker& worker : listing.objects.workers) {
    for (const store::ObjectInfo& file : worker.data_files) {
      listing.data_bytes += file.size_bytes;
    }
  }
  return listing;
}

Result<RecordingListing> ReadListing(const store::ReadableStore& raw,
                                     std::string_view recording_id) {
  URSA_TRY(auto objects, raw::ListObjects(raw, recording_id));
  return SortOutListing(recording_id, std::move(objects));
}

bool HaveSameInventory(const RecordingListing& listing, const RecordingListing& other) {
  return std::ranges::equal(listing.inventory, other.inventory,
                            [](const store::ObjectInfo& a, const store::ObjectInfo& b) {
                              return a.key == b.key && a.size_bytes == b.size_bytes &&
                                     a.etag == b.etag;
                            });
}

std::vector<Problem> FindOddities(const RecordingListing& listing) {
  std::vector<Problem> oddities;
  AddUnknownFamilies(listing, oddities);
  AddSimilarPaths(listing, oddities);
  return oddities;
}

}  // namespace ursa::ingest
