#include "ingest/ingest_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include <map>
#include <set>
#include <utility>

#include "delta/scan.h"
#include "ingest/attribution.h"
#include "ingest/recording_listing.h"
#include "raw/recording_objects.h"

namespace ursa::ingest {
namespace {

// Recordings of the catalog that a plan has to know: by id, and by hash.
struct KnownRecordings {
  std::map<std::string, std::string, std::less<>> hash_of_id;
  std::map<std::string, std::string, std::less<>> id_of_hash;
};

Result<void> ScanFor(const IngestPlanContext& context, const delta::Snapshot& recordings,
                     delta::FileFilter filter, KnownRecordings& known) {
  const std::set<std::string, std::less<>> wanted(filter.values.begin(), filter.values.end());
  const size_t column = filter.column == "recording_id" ? 0 : 1;
  delta::ScanOptions scan;
  scan.columns = {"recording_id", "recording_hash"};
  scan.filters.push_back(std::move(filter));
  scan.jobs = context.jobs;
  scan.stop = context.stop;
  return delta::Scan(context.catalog.Assets(), recordings, scan,
                     [&](const delta::RowBatch& batch) -> Result<void> {
                       for (size_t i = 0; i < batch.RowCount(); ++i) {
                         if (!wanted.contains(batch.String(column, i))) {
                           continue;
                         }
                         const std::string id(batch.String(0, i));
                         const std::string hash(batch.String(1, i));
                         known.hash_of_id.emplace(id, hash);
                         known.id_of_hash.emplace(hash, id);
                       }
                       return {};
                     });
}

Result<KnownRecordings> LookUp(const IngestPlanContext& context, const delta::Snapshot& recordings,
                               const std::vector<IngestCandidate>& candidates) {
  delta::FileFilter by_id{"recording_id", {}};
  delta::FileFilter by_hash{"recording_hash", {}};
  for (const IngestCandidate& candidate : candidates) {
    if (candidate.action == IngestAction::kIngested) {
      by_id.values.push_back(candidate.recording_id);
      by_hash.values.push_back(candidate.recording.recording_hash);
    }
  }
  KnownRecordings known;
  if (!by_id.values.empty()) {
    URSA_CHECK(ScanFor(context, recordings, std::move(by_id), known));
    URSA_CHECK(ScanFor(context, recordings, std::move(by_hash), known));
  }
  return known;
}

void Refuse(IngestCandidate& candidate, std::string_view code, std::string message) {
  candidate.End(
      IngestAction::kRefused,
      MakeProblem(code, raw::RecordingPrefix(candidate.recording_id), std::move(message)));
}

// Against the catalog, and against those that are planned already, which `known` has too.
void Judge(IngestCandidate& candidate, KnownRecordings& known) {
  const std::string& hash = candidate.recording.recording_hash;
  const auto same_id = known.hash_of_id.find(candidate.recording_id);
  if (same_id != known.hash_of_id.end()) {
    if (same_id->second == hash) {
      candidate.action = IngestAction::kAlready;
    } else {
      Refuse(candidate, code::kConflictingHash,
             fmt::format("the catalog has it under the hash {}, and its manifest says {}",
                         same_id->second, hash));
    }
    return;
  }
  const auto same_hash = known.id_of_hash.find(hash);
  if (same_hash != known.id_of_hash.end()) {
    Refuse(candidate, code::kConflictingHash,
           fmt::format("its hash {} is that of the recording {}", hash, same_hash->second));
    return;
  }
  known.hash_of_id.emplace(candidate.recording_id, hash);
  known.id_of_hash.emplace(hash, candidate.recording_id);
}

plan::Change Insert(std::string_view table, std::vector<std::string> key, std::string locator,
                    catalog::NamedRow row) {
  plan::Change change;
  change.kind = plan::ChangeKind::kInsert;
  change.table = catalog::FindTable(table);
  change.key = std::move(key);
  change.locator = std::move(locator);
  change.row = std::move(row);
  return change;
}

// The people whom the recording's row names, as they must be when it is written.
std::vector<plan::ReliedRow> PeopleOf(const IngestCandidate& candidate,
                                      const std::vector<catalog::Participant>& new_participants,
                                      const Attributor& attributor) {
  std::vector<plan::ReliedRow> people;
  for (const std::string& id : candidate.recording.participant_ids) {
    const std::string* name = attributor.DisplayNameOf(id);
    const auto added =
        std::ranges::find(new_participants, id, &catalog::Participant::participant_id);
    if (name == nullptr && added != new_participants.end()) {
      name = &added->display_name;
    }
    if (name != nullptr) {
      people.push_back(plan::RelyOnParticipant(id, *name));
    }
  }
  return people;
}

// The rows of a recording rely on its people all alike, so that they are written together or not at
// all.
std::vector<plan::Change> ChangesOf(const IngestCandidate& candidate,
                                    const std::vector<catalog::Participant>& new_participants,
                                    const std::vector<plan::ReliedRow>& people) {
  std::vector<plan::Change> changes;
  for (const catalog::Participant& row : new_participants) {
    changes.push_back(
        Insert(catalog::kParticipants, {row.participant_id}, row.participant_id, ToRow(row)));
  }
  const size_t first_own = changes.size();
  for (const catalog::Modality& row : candidate.modalities) {
    changes.push_back(Insert(catalog::kModalities, {row.recording_hash, row.worker, row.modality},
                             row.recording_id, ToRow(row)));
  }
  const catalog::Recording& row = candidate.recording;
  changes.push_back(
      Insert(catalog::kRecordings, {row.recording_hash}, row.recording_id, ToRow(row)));
  for (size_t i = first_own; i < changes.size(); ++i) {
    changes[i].relied_rows = people;
  }
  return changes;
}

// Fills in who took part; the participants that are new.
std::vector<catalog::Participant> Attribute(IngestCandidate& candidate,
                                            const Attributor& attributor) {
  if (!candidate.participant_text) {
    return {};
  }
  auto found = attributor.Attribute(
      *candidate.participant_text,
      raw::RecordingPrefix(candidate.recording_id) + std::string(kParticipantsName));
  candidate.recording.participant_ids = std::move(found.participant_ids);
  candidate.problems.insert(candidate.problems.end(), found.problems.begin(), found.problems.end());
  return std::move(found.participants);
}

// All rows of a recording or none: one that breaks a rule of the catalog refuses it, and then its
// participants are nobody whom the recordings behind it could name.
Result<void> AddCandidate(IngestCandidate& candidate, Attributor& attributor,
                          plan::PlanBuilder& builder) {
  const std::vector<catalog::Participant> new_participants = Attribute(candidate, attributor);
  const std::vector<plan::Change> changes =
      ChangesOf(candidate, new_participants, PeopleOf(candidate, new_participants, attributor));
  for (const plan::Change& change : changes) {
    if (const auto valid = catalog::CheckRow(*change.table, change.row); !valid) {
      Refuse(candidate, code::kInvalidRow,
             fmt::format("a row of {}: {}", change.table->name, valid.error().ToString()));
      return {};
    }
  }
  for (const plan::Change& change : changes) {
    candidate.change = builder.Count();
    URSA_CHECK(builder.Add(change));
  }
  attributor.Register(new_participants);
  return {};
}

// The tables that inserts go to, as the plan's bases; one that is missing is made by its commit.
Result<delta::SnapshotPtr> FillHeader(const catalog::Catalog& catalog, plan::PlanHeader& header) {
  delta::SnapshotPtr recordings;
  for (const std::string_view name :
       {catalog::kParticipants, catalog::kModalities, catalog::kRecordings}) {
    URSA_TRY(delta::SnapshotPtr table,
             name == catalog::kRecordings ? catalog.Table(name) : catalog.TableIfAny(name));
    if (table != nullptr) {
      header.tables[std::string(name)] = plan::TableBase{table->metadata.id, table->version};
      recordings = std::move(table);
    }
  }
  return recordings;
}

}  // namespace

Result<plan::Plan> BuildIngestPlan(IngestPlanContext context,
                                   std::vector<IngestCandidate>& candidates,
                                   const std::vector<plan::Brake>& brakes,
                                   std::optional<uint64_t> max_changes) {
  URSA_TRY(const delta::SnapshotPtr recordings, FillHeader(context.catalog, context.header));
  URSA_TRY(KnownRecordings known, LookUp(context, *recordings, candidates));
  URSA_TRY(Attributor attributor,
           Attributor::Make(context.catalog, context.canonicalizer, context.jobs, context.stop));
  plan::PlanBuilder builder(std::move(context.header), context.spool);
  for (IngestCandidate& candidate : candidates) {
    if (candidate.action == IngestAction::kIngested) {
      Judge(candidate, known);
    }
    if (candidate.action == IngestAction::kIngested) {
      URSA_CHECK(AddCandidate(candidate, attributor, builder));
    }
  }
  for (const plan::Brake& brake : brakes) {
    builder.AddBrake(brake);
  }
  builder.AddMaxChanges(max_changes);
  return std::move(builder).Finish();
}

}  // namespace ursa::ingest
