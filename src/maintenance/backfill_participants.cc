#include "maintenance/backfill_participants.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/parallel.h"
#include "catalog/rows.h"
#include "ingest/attribution.h"
#include "maintenance/collision_finder.h"
#include "maintenance/recording_rows.h"

namespace ursa::maintenance {
namespace {

using delta::Value;
using participants::AttributionKind;
using participants::Canonicalizer;
using participants::KnownParticipants;
using participants::Participant;

struct Examined {
  BackfillRow row;
  std::vector<std::pair<size_t, size_t>> maybe_last_first;
  bool on_nas = false;
  bool in_bucket = false;
};

BackfillAction ActionOf(AttributionKind kind) {
  switch (kind) {
    case AttributionKind::kNames:
      return BackfillAction::kAttach;
    case AttributionKind::kPlaceholder:
      return BackfillAction::kSkipPlaceholder;
    case AttributionKind::kSentinel:
      return BackfillAction::kSkipSentinel;
    case AttributionKind::kNothing:
      return BackfillAction::kNoName;
    case AttributionKind::kUnreadable:
      return BackfillAction::kUnreadable;
  }
  return BackfillAction::kUnreadable;
}

// Fills in the row from the file that counts.
void Decide(NameFile file, NameSource source, Examined& examined) {
  BackfillRow& row = examined.row;
  row.source = source;
  if (file.state == NameFile::State::kReadFailed) {
    row.action = BackfillAction::kUnreadable;
    return;
  }
  row.action = ActionOf(file.attribution.kind);
  row.raw_name = std::move(file.attribution.raw_name);
  row.participants = std::move(file.attribution.participants);
  examined.maybe_last_first = std::move(file.attribution.maybe_last_first);
}

// The NAS where it has a usable name, else the bucket where it has one, else the NAS's file where
// there is one. What could not be read is never taken for "has none".
void Choose(NameFile nas, NameFile bucket, Examined& examined) {
  using State = NameFile::State;
  if (nas.state == State::kReadFailed || nas.HasNames()) {
    return Decide(std::move(nas), NameSource::kNas, examined);
  }
  if (bucket.state == State::kReadFailed || bucket.HasNames()) {
    return Decide(std::move(bucket), NameSource::kBucket, examined);
  }
  if (nas.state == State::kRead) {
    return Decide(std::move(nas), NameSource::kNas, examined);
  }
  if (bucket.state == State::kRead) {
    return Decide(std::move(bucket), NameSource::kBucket, examined);
  }
}

void AddProblems(const NameFile& nas, const NameFile& bucket, BackfillRow& row) {
  for (const NameFile* file : {&nas, &bucket}) {
    if (file->problem) {
      row.problems.push_back(*file->problem);
    }
  }
  if (nas.HasNames() && bucket.HasNames() &&
      nas.attribution.ParticipantIds() != bucket.attribution.ParticipantIds()) {
    row.problems.push_back({"nas_r2_differ", "recordings/" + row.recording_id + "/participant.txt",
                            "the bucket's file has other names than the NAS's, which count"});
  }
}

// Of a row that has names and is one of several.
void LeaveAlone(Examined& examined) {
  BackfillRow& row = examined.row;
  row.action = BackfillAction::kUnreadable;
  row.participants.clear();
  row.problems.push_back(
      {"read_failed", "recordings/" + row.recording_id + "/", std::string(kOneOfSeveral)});
}

Examined Examine(const PlanningContext& context, const UnattributedRecording& recording,
                 const Canonicalizer& canonicalizer, const KnownParticipants& known,
                 const BackfillOptions& options) {
  Examined examined;
  examined.row.recording_id = recording.recording_id;
  examined.row.recording_hash = recording.recording_hash;
  NameFile nas;
  if (options.nas && options.nas->store != nullptr) {
    nas = ReadNameFile(*options.nas->store, "", recording.recording_id, options.nas->root + "/",
                       canonicalizer, known);
  }
  NameFile bucket =
      ReadNameFile(context.raw, "recordings/", recording.recording_id, "", canonicalizer, known);
  examined.on_nas = nas.state != NameFile::State::kAbsent;
  examined.in_bucket = bucket.state != NameFile::State::kAbsent;
  AddProblems(nas, bucket, examined.row);
  Choose(std::move(nas), std::move(bucket), examined);
  if (recording.is_one_of_several && examined.row.action == BackfillAction::kAttach) {
    LeaveAlone(examined);
  }
  return examined;
}

Result<std::vector<Examined>> ExamineAll(const PlanningContext& context,
                                         const std::vector<UnattributedRecording>& recordings,
                                         const Canonicalizer& canonicalizer,
                                         const KnownParticipants& known,
                                         const BackfillOptions& options) {
  std::vector<Examined> all(recordings.size());
  context.progress.Begin("reading names", "recordings", recordings.size());
  URSA_CHECK(OrderedParallelMap(
      recordings.size(), context.jobs, context.Window(), context.stop,
      [&](size_t i) { all[i] = Examine(context, recordings[i], canonicalizer, known, options); },
      [&](size_t) -> Result<void> {
        context.progress.Advance(1, 0);
        return {};
      }));
  return all;
}

void Count(const Examined& examined, BackfillCounts& counts) {
  ++counts.unattributed;
  counts.nas_found += examined.on_nas ? 1 : 0;
  counts.r2_only += examined.in_bucket && !examined.on_nas ? 1 : 0;
  switch (examined.row.action) {
    case BackfillAction::kAttach:
      ++counts.attach;
      break;
    case BackfillAction::kSkipPlaceholder:
      ++counts.skip_placeholder;
      break;
    case BackfillAction::kSkipSentinel:
      ++counts.skip_sentinel;
      break;
    case BackfillAction::kNoName:
      ++counts.no_name;
      break;
    case BackfillAction::kUnreadable:
      ++counts.unreadable;
      break;
  }
}

// The participants that the catalog lacks. Where two names share an id, which no commit goes
// through with, the first in the order of bytes stands for both.
std::map<std::string, std::string> NewParticipants(const std::vector<Examined>& all) {
  std::map<std::string, std::string> names;
  for (const Examined& examined : all) {
    for (const Participant& participant : examined.row.participants) {
      if (participant.is_new) {
        std::string& name =
            names.try_emplace(participant.participant_id, participant.name).first->second;
        name = std::min(name, participant.name);
      }
    }
  }
  return names;
}

plan::Change MakeInsert(const std::string& participant_id, const std::string& display_name) {
  plan::Change change;
  change.kind = plan::ChangeKind::kInsert;
  change.table = catalog::FindTable(catalog::kParticipants);
  change.key = {participant_id};
  change.locator = participant_id;
  change.row = catalog::ToRow(catalog::Participant{participant_id, display_name, {}, {}});
  return change;
}

// `names`: the display names of new participants.
plan::Change MakeUpdate(const UnattributedRecording& recording, const BackfillRow& row,
                        const std::map<std::string, std::string>& names,
                        const KnownParticipants& known) {
  plan::Change change;
  Value::List ids;
  for (const Participant& participant : row.participants) {
    const std::string& id = participant.participant_id;
    if (std::find(ids.begin(), ids.end(), Value(id)) == ids.end()) {
      ids.emplace_back(id);
      // The attribution is right as long as the id is this person's.
      const std::string* name = known.DisplayNameOf(id);
      change.relied_rows.push_back(
          plan::RelyOnParticipant(id, name == nullptr ? names.at(id) : *name));
    }
  }
  change.table = catalog::FindTable(catalog::kRecordings);
  change.key = {recording.recording_hash};
  change.locator = recording.recording_id;
  change.columns = {{"participant_ids", recording.participant_ids, Value(std::move(ids))}};
  return change;
}

std::vector<Collision> CollisionsOf(const std::vector<Examined>& all,
                                    const KnownParticipants& known) {
  std::vector<AttachedNames> attached;
  for (const Examined& examined : all) {
    if (examined.row.action == BackfillAction::kAttach) {
      attached.push_back({examined.row, examined.maybe_last_first});
    }
  }
  return FindCollisions(attached, known);
}

void AddBrakes(const std::vector<Collision>& collisions, const BackfillOptions& options,
               plan::PlanBuilder& builder) {
  const auto slugs = static_cast<uint64_t>(std::count_if(
      collisions.begin(), collisions.end(),
      [](const Collision& collision) { return collision.kind == CollisionKind::kSlug; }));
  const uint64_t refused = options.allow_collisions ? slugs : collisions.size();
  builder.AddBrake(
      {"collisions", refused, 0,
       fmt::format(
           "{} pairs of names may be one person, or have one slug: settle them in the merge "
           "map{}",
           refused,
           refused > slugs ? ", or admit all but equal slugs with "
                             "--allow-collisions"
                           : "")});
  const bool nas_required = !options.nas && !options.allow_r2_only;
  builder.AddBrake({"nas_required", nas_required ? uint64_t{1} : uint64_t{0}, 0,
                    "the NAS has all names, the bucket only some: give --nas-root DIR, or "
                    "--allow-r2-only once the NAS is gone"});
  const bool nas_missing = options.nas && options.nas->store == nullptr;
  builder.AddBrake({"nas_missing", nas_missing ? uint64_t{1} : uint64_t{0}, 0,
                    fmt::format("there is no recording below --nas-root {}: is it mounted?",
                                options.nas ? options.nas->root : "")});
  builder.AddMaxChanges(options.max_changes);
}

// What needs a person first, then what changes.
void SortForReport(std::vector<BackfillRow>& rows) {
  const auto rank = [](const BackfillRow& row) {
    return row.action == BackfillAction::kUnreadable ? -1 : static_cast<int>(row.action);
  };
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const BackfillRow& a, const BackfillRow& b) { return rank(a) < rank(b); });
}

}  // namespace

std::string_view ActionName(BackfillAction action) {
  switch (action) {
    case BackfillAction::kAttach:
      return "attach";
    case BackfillAction::kSkipPlaceholder:
      return "skip_placeholder";
    case BackfillAction::kSkipSentinel:
      return "skip_sentinel";
    case BackfillAction::kNoName:
      return "no_name";
    case BackfillAction::kUnreadable:
      return "unreadable";
  }
  return "";
}

std::string_view CollisionKindName(CollisionKind kind) {
  switch (kind) {
    case CollisionKind::kSlug:
      return "slug";
    case CollisionKind::kNearDuplicate:
      return "near_duplicate";
    case CollisionKind::kMaybeLastFirst:
      return "maybe_last_first";
  }
  return "";
}

Result<BackfillPlan> PlanBackfillParticipants(const PlanningContext& context,
                                              const delta::SnapshotPtr& recordings,
                                              const Canonicalizer& canonicalizer,
                                              const BackfillOptions& options) {
  URSA_TRY(auto empty_listing, EmptyListingBrake(context.raw));
  context.progress.Begin("reading the catalog", "rows", 0);
  URSA_TRY(const delta::SnapshotPtr participants,
           context.catalog.TableIfAny(catalog::kParticipants));
  URSA_TRY(const KnownParticipants known,
           ingest::ReadKnownParticipants(context.catalog.Assets(), participants, context.jobs,
                                         context.stop));
  URSA_TRY(Unattributed unattributed, ReadUnattributed(context, *recordings));
  URSA_CHECK(MarkSeveral(context, *recordings, unattributed.recordings));
  URSA_TRY(std::vector<Examined> all,
           ExamineAll(context, unattributed.recordings, canonicalizer, known, options));

  std::vector<delta::SnapshotPtr> tables{recordings};
  if (participants != nullptr) {
    tables.push_back(participants);
  }
  plan::PlanBuilder builder(MakeHeader(context, std::string(kBackfillParticipants), tables),
                            context.spool);
  BackfillCounts counts;
  std::vector<size_t> inserts;
  const auto names = NewParticipants(all);
  for (const auto& [participant_id, display_name] : names) {
    inserts.push_back(builder.Count());
    URSA_CHECK(builder.Add(MakeInsert(participant_id, display_name)));
  }
  counts.new_participants = inserts.size();
  for (size_t i = 0; i < all.size(); ++i) {
    Count(all[i], counts);
    if (all[i].row.action == BackfillAction::kAttach) {
      all[i].row.change = builder.Count();
      URSA_CHECK(builder.Add(MakeUpdate(unattributed.recordings[i], all[i].row, names, known)));
    }
  }
  std::vector<Collision> collisions = CollisionsOf(all, known);
  if (empty_listing) {
    builder.AddBrake(std::move(*empty_listing));
  }
  AddBrakes(collisions, options, builder);
  std::vector<BackfillRow> rows;
  for (Examined& examined : all) {
    rows.push_back(std::move(examined.row));
  }
  SortForReport(rows);
  return BackfillPlan{std::move(builder).Finish(), std::move(rows), std::move(collisions), counts,
                      std::move(inserts)};
}

}  // namespace ursa::maintenance
