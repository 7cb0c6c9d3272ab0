#include "ingest/recording_manifests.h"

#include <fmt/format.h>

namespace ursa::ingest {
namespace {

// A manifest as it was found: parsed, or the rule that it breaks.
using Found = tl::expected<FoundManifest, Problem>;

Problem Bad(const std::string& key, std::string message) {
  return MakeProblem(code::kBadManifest, key, std::move(message));
}

// None where there is no such object.
Result<std::optional<Found>> ReadOne(const store::ReadableStore& raw, const std::string& key,
                                     std::string_view recording_id) {
  auto object = raw.Get(key, store::ByteRange::From(0, kManifestBytesMax), {});
  if (!object) {
    if (object.error().code == ErrorCode::kNotFound) {
      return std::optional<Found>();
    }
    return Propagate(std::move(object).error(), "reading " + key);
  }
  if (object->size_bytes > kManifestBytesMax) {
    return Found(tl::unexpected(Bad(key, TooLarge(object->size_bytes).message)));
  }
  auto manifest = ParseManifest(object->bytes, recording_id);
  if (!manifest) {
    return Found(tl::unexpected(Bad(key, std::move(manifest.error().message))));
  }
  return Found(FoundManifest{std::move(*manifest), key});
}

// Sorts what was found into its place.
class Gathering {
 public:
  void TakeOfRig(Found found) {
    if (!found) {
      RefuseBad(std::move(found.error()));
    } else if (found->manifest.is_augmented) {
      TakeAugmented(std::move(*found));
    } else {
      See(*found, ManifestVerdict::kLegacy);
      if (!result_.legacy) {
        result_.legacy = std::move(*found);
      }
    }
  }

  void TakeReconstructed(Found found) {
    if (!found) {
      RefuseBad(std::move(found.error()));
    } else if (!found->manifest.is_augmented) {
      RefuseBad(Bad(found->key, "rule recording_hash: it is none of those that Ursa writes"));
    } else {
      TakeAugmented(std::move(*found));
    }
  }

  void TakeOfNode(Found found) {
    if (!found) {
      RefuseBad(std::move(found.error()));
    } else {
      See(*found, ManifestVerdict::kNode);
      result_.nodes.push_back(std::move(*found));
    }
  }

  RecordingManifests Result() && { return std::move(result_); }

 private:
  void See(const FoundManifest& found, ManifestVerdict verdict) {
    result_.evidence.push_back({found.key, verdict, found.manifest.started_at});
  }

  void RefuseBad(Problem problem) {
    result_.evidence.push_back({problem.key, ManifestVerdict::kBad, std::nullopt});
    Refuse(std::move(problem));
  }

  void Refuse(Problem problem) {
    if (!result_.fault) {
      result_.fault = std::move(problem);
    }
  }

  void TakeAugmented(FoundManifest found) {
    if (!result_.counts) {
      See(found, ManifestVerdict::kCounts);
      result_.counts = std::move(found);
    } else if (result_.counts->manifest.recording_hash == found.manifest.recording_hash) {
      See(found, ManifestVerdict::kAgrees);
    } else {
      See(found, ManifestVerdict::kConflicts);
      Refuse(MakeProblem(code::kConflictingManifests, found.key,
                         fmt::format("its recording_hash is {}, that of {} is {}: a person has to "
                                     "say which one is right",
                                     found.manifest.recording_hash, result_.counts->key,
                                     result_.counts->manifest.recording_hash)));
    }
  }

  RecordingManifests result_;
};

}  // namespace

std::string_view ManifestVerdictName(ManifestVerdict verdict) {
  switch (verdict) {
    case ManifestVerdict::kCounts:
      return "counts";
    case ManifestVerdict::kAgrees:
      return "agrees";
    case ManifestVerdict::kConflicts:
      return "conflicts";
    case ManifestVerdict::kLegacy:
      return "legacy";
    case ManifestVerdict::kNode:
      return "node";
    case ManifestVerdict::kBad:
      return "bad";
  }
  return "";
}

std::string_view RecordingManifests::WhyNone() const {
  if (legacy) {
    return code::kLegacyManifest;
  }
  return nodes.empty() ? code::kNoManifest : code::kNodeManifests;
}

std::string RecordingManifests::Hostname() const {
  for (const auto* found : {&counts, &legacy}) {
    if (*found && (*found)->manifest.hostname) {
      return *(*found)->manifest.hostname;
    }
  }
  for (const FoundManifest& node : nodes) {
    if (node.manifest.hostname) {
      return *node.manifest.hostname;
    }
  }
  return {};
}

std::string ManifestsPrefix(std::string_view recording_id) {
  return fmt::format("manifests/{}/", recording_id);
}

Result<RecordingManifests> ReadManifests(const store::ReadableStore& raw,
                                         const RecordingListing& listing, Elsewhere elsewhere) {
  Gathering gathering;
  const std::string& id = listing.recording_id;
  if (listing.manifest) {
    URSA_TRY(auto found, ReadOne(raw, listing.manifest->key, id));
    if (found) {
      gathering.TakeOfRig(std::move(*found));
    }
  }
  if (elsewhere == Elsewhere::kPerhaps) {
    URSA_TRY(auto found, ReadOne(raw, ManifestsPrefix(id) + std::string(kManifestName), id));
    if (found) {
      gathering.TakeOfRig(std::move(*found));
    }
  }
  if (listing.reconstructed) {
    URSA_TRY(auto found, ReadOne(raw, listing.reconstructed->key, id));
    if (found) {
      gathering.TakeReconstructed(std::move(*found));
    }
  }
  for (const store::ObjectInfo& node : listing.node_manifests) {
    URSA_TRY(auto found, ReadOne(raw, node.key, id));
    if (found) {
      gathering.TakeOfNode(std::move(*found));
    }
  }
  return std::move(gathering).Result();
}

}  // namespace ursa::ingest
