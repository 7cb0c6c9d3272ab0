// From a typed name to a participant: steps 1 to 5 of raw-recordings.md section 5.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/result.h"
#include "participants/merge_map.h"
#include "participants/slug.h"

namespace ursa::participants {

// catalog.md section 2: a row whose participant_ids hold only this one is unattributed.
inline constexpr std::string_view kUnknownParticipant = "unknown";

// What a laboratory may set; the same for backfill, ingest and audit.
struct NameSettings {
  std::vector<std::string> placeholders = {"testing mode", "test"};
  std::vector<std::string> sentinels = {"", "unknown", "none", "n/a", "anonymous"};
  MergeMap merge_map;
};

// The participants that the catalog has. Not thread-safe while Add is called.
class KnownParticipants {
 public:
  void Add(std::string participant_id, std::string display_name);

  // The display name of an id; null where there is none.
  [[nodiscard]] const std::string* DisplayNameOf(std::string_view participant_id) const;
  // The id of the participant whose display name is `name` but for the case; where several have it,
  // one that names may be attached to (IsAttachable), and of those `preferred_id` if it is one of
  // them, else the first in the order of bytes. Null where none has.
  [[nodiscard]] const std::string* IdOfName(std::string_view name,
                                            std::string_view preferred_id) const;
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& ById() const {
    return by_id_;
  }

 private:
  std::map<std::string, std::string, std::less<>> by_id_;
  std::unordered_map<std::string, std::vector<const std::string*>> by_folded_name_;
};

enum class NameKind {
  kParticipant,
  kPlaceholder,  // stands for a test without a participant
  kSentinel,     // stands for nobody in particular
  kNoSlug,       // nothing of the name can be written in ASCII: an error of its recording
  kBadId,        // the catalog's participant of that name has an id that breaks catalog.md's rules
};

// Whether a recording may name a participant with this id: it is one as catalog.md has them, and
// not the one that means nobody. Other engines may have registered any.
bool IsAttachable(std::string_view participant_id);

// Whom a typed name means; the members are of kParticipant.
struct Participant {
  NameKind kind = NameKind::kParticipant;
  std::string participant_id;
  std::string name;          // canonical
  std::string display_name;  // the catalog's where it has the id, else `name`
  bool is_new = false;       // the catalog lacks the id
};

// Thread-safe.
class Canonicalizer {
 public:
  // kUsage where the merge map makes a name of a placeholder or a sentinel, or fixes its slug.
  static Result<Canonicalizer> Make(NameSettings settings, Slugger slugger);

  // `typed` is UTF-8. Canonical names resolve to themselves.
  [[nodiscard]] Participant Resolve(std::string_view typed, const KnownParticipants& known) const;

  [[nodiscard]] const MergeMap& Merges() const { return settings_.merge_map; }

 private:
  // The entries of a list of names to skip, by case-folded form and by slug.
  struct SkipList {
    std::unordered_set<std::string> folded;
    std::unordered_set<std::string> slugs;
    [[nodiscard]] bool Has(const std::string& folded_name, const std::string& slug) const;
  };

  Canonicalizer(NameSettings settings, Slugger slugger);
  [[nodiscard]] SkipList MakeSkipList(const std::vector<std::string>& entries) const;
  [[nodiscard]] Result<void> CheckMergeMap() const;

  NameSettings settings_;
  Slugger slugger_;
  SkipList placeholders_;
  SkipList sentinels_;
};

}  // namespace ursa::participants
