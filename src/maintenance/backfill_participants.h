// backfill-participants: names that operators typed and the catalog never got.
//
// For every unattributed recording participant.txt is read, from the NAS first, from the raw bucket
// otherwise. The plan inserts the participants that are new and sets participant_ids of the
// recordings that get any; the participants are committed first. Names that may be one person, or
// two people with one id, are collisions, which refuse the commit.
// Source: commands.md, "backfill-participants"; raw-recordings.md section 5.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "maintenance/participant_names.h"
#include "participants/canonicalizer.h"
#include "plan/plan.h"

namespace ursa::maintenance {

inline constexpr std::string_view kBackfillParticipants = "backfill-participants";

// Where the rigs' recordings lie on the NAS.
struct NasPlace {
  std::string root;                             // as given
  const store::ReadableStore* store = nullptr;  // null: there is none, or no recording in it
};

struct BackfillOptions {
  std::optional<NasPlace> nas;  // none: not given
  bool allow_r2_only = false;
  bool allow_collisions = false;
  std::optional<uint64_t> max_changes;
};

enum class BackfillAction { kAttach, kSkipPlaceholder, kSkipSentinel, kNoName, kUnreadable };

std::string_view ActionName(BackfillAction action);

// Where the name came from.
enum class NameSource { kNone, kNas, kBucket };

// What was found for one recording.
struct BackfillRow {
  std::string recording_id;
  std::string recording_hash;
  NameSource source = NameSource::kNone;
  std::optional<std::string> raw_name;
  std::vector<participants::Participant> participants;  // of kAttach
  BackfillAction action = BackfillAction::kNoName;
  std::vector<NameProblem> problems;
  std::optional<size_t> change;  // its number in the plan
};

enum class CollisionKind { kSlug, kNearDuplicate, kMaybeLastFirst };

std::string_view CollisionKindName(CollisionKind kind);

// A pair of names that a person has to look at.
struct Collision {
  CollisionKind kind = CollisionKind::kSlug;
  std::vector<std::string> names;          // two
  std::vector<std::string> slugs;          // one or two
  std::vector<std::string> recording_ids;  // that this run would give one of the names, sorted
};

struct BackfillCounts {
  uint64_t unattributed = 0;
  uint64_t attach = 0;
  uint64_t skip_placeholder = 0;
  uint64_t skip_sentinel = 0;
  uint64_t no_name = 0;
  uint64_t unreadable = 0;
  uint64_t new_participants = 0;
  uint64_t nas_found = 0;  // recordings with a participant.txt on the NAS
  uint64_t r2_only = 0;    // with one in the bucket and none on the NAS
};

struct BackfillPlan {
  plan::Plan plan;
  std::vector<BackfillRow> rows;  // unreadable ones first, then attach, then the others; by id
  std::vector<Collision> collisions;
  BackfillCounts counts;
  std::vector<size_t> inserts;  // the changes of the plan that insert a participant
};

Result<BackfillPlan> PlanBackfillParticipants(const PlanningContext& context,
                                              const delta::SnapshotPtr& recordings,
                                              const participants::Canonicalizer& canonicalizer,
                                              const BackfillOptions& options);

}  // namespace ursa::maintenance
