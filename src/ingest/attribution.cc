#include "ingest/attribution.h"

#include <fmt/format.h>

#include <algorithm>

#include "delta/scan.h"
#include "participants/attribution.h"
#include "participants/name.h"

namespace ursa::ingest {

Result<participants::KnownParticipants> ReadKnownParticipants(
    const store::ReadableStore& assets, const delta::SnapshotPtr& participants, size_t jobs,
    std::stop_token stop) {
  participants::KnownParticipants known;
  if (participants == nullptr) {
    return known;
  }
  delta::ScanOptions scan;
  scan.columns = {"participant_id", "display_name"};
  scan.jobs = jobs;
  scan.stop = std::move(stop);
  URSA_CHECK(
      delta::Scan(assets, *participants, scan, [&](const delta::RowBatch& batch) -> Result<void> {
        for (size_t i = 0; i < batch.RowCount(); ++i) {
          known.Add(std::string(batch.String(0, i)), std::string(batch.String(1, i)));
        }
        return {};
      }));
  return known;
}

Result<Attributor> Attributor::Make(const catalog::Catalog& catalog,
                                    const participants::Canonicalizer& canonicalizer, size_t jobs,
                                    std::stop_token stop) {
  Attributor attributor(canonicalizer);
  URSA_TRY(const auto table, catalog.TableIfAny(catalog::kParticipants));
  URSA_TRY(attributor.known_,
           ReadKnownParticipants(catalog.Assets(), table, jobs, std::move(stop)));
  return attributor;
}

Attributor::Found Attributor::Attribute(std::string_view text, const std::string& key) const {
  Found found;
  const auto attribution = participants::AttributeFile(text, *canonicalizer_, known_);
  if (attribution.fault) {
    found.problems.push_back(
        MakeProblem(code::kParticipantUnreadable, key, attribution.fault->message));
    return found;
  }
  for (const participants::Participant& participant : attribution.participants) {
    const std::string* owner = known_.DisplayNameOf(participant.participant_id);
    if (owner != nullptr && canonicalizer_->Merges().Find(participant.name) == nullptr &&
        participants::FoldName(*owner) != participants::FoldName(participant.name)) {
      found = {};
      found.problems.push_back(MakeProblem(
          code::kParticipantCollision, key,
          fmt::format("a name in it has the id {}, which the catalog has for another name: say in "
                      "the merge map who is meant, then backfill-participants",
                      participant.participant_id)));
      return found;
    }
    if (std::ranges::find(found.participant_ids, participant.participant_id) ==
        found.participant_ids.end()) {
      found.participant_ids.push_back(participant.participant_id);
      if (owner == nullptr) {
        found.participants.push_back({participant.participant_id, participant.name, {}, {}});
      }
    }
  }
  return found;
}

void Attributor::Register(const std::vector<catalog::Participant>& participants) {
  for (const catalog::Participant& row : participants) {
    known_.Add(row.participant_id, row.display_name);
  }
}

}  // namespace ursa::ingest
