#include "maintenance/audit_participants.h"

#include "base/parallel.h"
#include "ingest/attribution.h"

namespace ursa::maintenance {
namespace {

using participants::AttributionKind;

// Counts the file, and reports it where it needs a person.
void Take(const UnattributedRecording& recording, NameFile file, ParticipantAudit& audit) {
  const AttributionKind kind = file.attribution.kind;
  audit.counts.skipped_placeholder += kind == AttributionKind::kPlaceholder ? 1 : 0;
  audit.counts.skipped_sentinel += kind == AttributionKind::kSentinel ? 1 : 0;
  if (!file.HasNames() && !file.problem) {
    return;
  }
  AuditRow row;
  row.recording_id = recording.recording_id;
  row.recording_hash = recording.recording_hash;
  row.raw_name = std::move(file.attribution.raw_name);
  row.participants = std::move(file.attribution.participants);
  row.action = file.problem ? AuditAction::kUnreadable : AuditAction::kDropped;
  row.problem = std::move(file.problem);
  ++(row.action == AuditAction::kDropped ? audit.counts.dropped : audit.counts.unreadable);
  audit.rows.push_back(std::move(row));
}

}  // namespace

std::string_view ActionName(AuditAction action) {
  return action == AuditAction::kDropped ? "dropped" : "unreadable";
}

Result<ParticipantAudit> AuditParticipants(const PlanningContext& context,
                                           const delta::Snapshot& recordings,
                                           const participants::Canonicalizer& canonicalizer) {
  context.progress.Begin("reading the catalog", "rows", 0);
  URSA_TRY(const Unattributed unattributed, ReadUnattributed(context, recordings));
  if (unattributed.examined == 0) {
    return Fail(ErrorCode::kNotFound, "the catalog " + context.catalog.Uri() +
                                          " has no recordings, so nothing can be said of their "
                                          "names: check that the profile names the right one");
  }
  // A bucket that is the wrong one, or can't be listed, must not look like one without names.
  URSA_TRY(const auto empty_listing, EmptyListingBrake(context.raw));
  if (empty_listing) {
    return Fail(ErrorCode::kNotFound, empty_listing->message);
  }
  URSA_TRY(const delta::SnapshotPtr participants,
           context.catalog.TableIfAny(catalog::kParticipants));
  URSA_TRY(const participants::KnownParticipants known,
           ingest::ReadKnownParticipants(context.catalog.Assets(), participants, context.jobs,
                                         context.stop));
  ParticipantAudit audit;
  audit.counts.examined = unattributed.examined;
  audit.counts.unattributed = unattributed.recordings.size();
  const auto& targets = unattributed.recordings;
  const size_t window = context.Window();
  std::vector<NameFile> slots(window);
  context.progress.Begin("reading names", "recordings", targets.size());
  URSA_CHECK(OrderedParallelMap(
      targets.size(), context.jobs, window, context.stop,
      [&](size_t i) {
        slots[i % window] = ReadNameFile(context.raw, "recordings/", targets[i].recording_id, "",
                                         canonicalizer, known);
      },
      [&](size_t i) -> Result<void> {
        Take(targets[i], std::move(slots[i % window]), audit);
        context.progress.Advance(1, 0);
        return {};
      }));
  return audit;
}

}  // namespace ursa::maintenance
