// audit-participants: the guardrail that finds names which a catalog lost, changing nothing.
//
// A recording is reported where it is unattributed and the raw bucket's participant.txt has a
// usable name, or can't be read. Only the objects of unattributed recordings are touched. Source:
// commands.md, "audit-participants".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "maintenance/participant_names.h"
#include "participants/canonicalizer.h"

namespace ursa::maintenance {

enum class AuditAction { kDropped, kUnreadable };

std::string_view ActionName(AuditAction action);

struct AuditRow {
  std::string recording_id;
  std::string recording_hash;
  std::optional<std::string> raw_name;
  std::vector<participants::Participant> participants;
  AuditAction action = AuditAction::kDropped;
  std::optional<NameProblem> problem;  // of kUnreadable
};

struct AuditCounts {
  uint64_t examined = 0;
  uint64_t unattributed = 0;
  uint64_t dropped = 0;
  uint64_t unreadable = 0;
  uint64_t skipped_placeholder = 0;
  uint64_t skipped_sentinel = 0;
};

struct ParticipantAudit {
  std::vector<AuditRow> rows;  // in the order of the recordings' ids
  AuditCounts counts;
};

// kNotFound for a catalog without recordings: nothing was found to be right.
Result<ParticipantAudit> AuditParticipants(const PlanningContext& context,
                                           const delta::Snapshot& recordings,
                                           const participants::Canonicalizer& canonicalizer);

}  // namespace ursa::maintenance
