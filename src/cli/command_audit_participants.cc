// audit-participants. Source: commands.md, "audit-participants".

#include "cli/all_commands.h"
#include "cli/catalog_session.h"
#include "cli/participant_settings.h"
#include "maintenance/audit_participants.h"

namespace ursa::cli {
namespace {

CommandInfo Info() {
  return {.name = "audit-participants",
          .section = CommandSection::kMaintenance,
          .summary = "report recordings whose participants' names were dropped",
          .description =
              "Reports every recording without participants whose participant.txt in the raw\n"
              "bucket has a usable name, by the rules of backfill-participants, and ends with 1\n"
              "where there is any: made for a nightly job (contrib/). Never writes.",
          .examples = {{"Are there any?", "audit-participants"},
                       {"For a job that keeps what was found", "audit-participants --json"}}};
}

class AuditParticipants final : public Command {
 public:
  AuditParticipants() : Command(Info()) {}

  void Configure(Options& options) override { AddMergeMapOption(options, merge_map_); }

  [[nodiscard]] std::vector<Column> Columns() const override {
    return {WholeColumn("recording", "recording_id"), WholeColumn("action", "action"),
            TextColumn("typed", "raw_name"), ParticipantsColumn(), ProblemsColumn()};
  }

  Result<void> Run(Invocation& invocation) override {
    URSA_TRY(const Profile profile, invocation.LoadProfile());
    URSA_TRY(const auto canonicalizer, LoadCanonicalizer(invocation.process, profile, merge_map_));
    URSA_TRY(const Laboratory laboratory, OpenLaboratory(invocation, profile));
    URSA_TRY(const catalog::Catalog catalog,
             catalog::Catalog::Open(*laboratory.assets, profile.catalog_prefix));
    URSA_TRY(const delta::SnapshotPtr table, catalog.Table(catalog::kRecordings));
    invocation.report.Begin(MakeRunInfo(profile, laboratory.environment, catalog, *table));
    const maintenance::PlanningContext context{catalog,
                                               *laboratory.raw,
                                               SpoolOf(invocation.process),
                                               EngineInfo(),
                                               invocation.Jobs(profile),
                                               invocation.process.stop,
                                               invocation.process.clock,
                                               invocation.progress};
    URSA_TRY(const auto audit, maintenance::AuditParticipants(context, *table, canonicalizer));
    Tell(invocation, profile, audit);
    return {};
  }

 private:
  void Tell(const Invocation& invocation, const Profile& profile,
            const maintenance::ParticipantAudit& audit) const {
    const std::string repair = RepairCommand(invocation, profile);
    for (const maintenance::AuditRow& row : audit.rows) {
      std::vector<maintenance::NameProblem> problems;
      if (row.problem) {
        problems.push_back(*row.problem);
      }
      const bool is_dropped = row.action == maintenance::AuditAction::kDropped;
      invocation.report.Row({Json{{"recording_id", row.recording_id},
                                  {"recording_hash", row.recording_hash},
                                  {"raw_name", row.raw_name ? Json(*row.raw_name) : Json(nullptr)},
                                  {"participants", ParticipantsJson(row.participants)},
                                  {"action", maintenance::ActionName(row.action)},
                                  {"problems", ProblemsJson(problems)},
                                  {"repair", is_dropped ? Json(repair) : Json(nullptr)}},
                             true, false});
    }
    const maintenance::AuditCounts& counts = audit.counts;
    if (counts.dropped > 0) {
      invocation.report.Record({.kind = "",
                                .values = {},
                                .text = "Repair it (a dry run first): ",
                                .command_line = repair});
    }
    invocation.report.Summary(Json{{"examined", counts.examined},
                                   {"unattributed", counts.unattributed},
                                   {"dropped", counts.dropped},
                                   {"unreadable", counts.unreadable},
                                   {"skipped_placeholder", counts.skipped_placeholder},
                                   {"skipped_sentinel", counts.skipped_sentinel}});
  }

  [[nodiscard]] std::string RepairCommand(const Invocation& invocation,
                                          const Profile& profile) const {
    std::vector<std::string> words = {"backfill-participants", "--nas-root", "DIR"};
    if (merge_map_) {
      words.insert(words.end(), {"--merge-map", *merge_map_});
    }
    return invocation.CommandLine(profile, words);
  }

  std::optional<std::string> merge_map_;
};

}  // namespace

std::unique_ptr<Command> MakeAuditParticipants() { return std::make_unique<AuditParticipants>(); }

}  // namespace ursa::cli
