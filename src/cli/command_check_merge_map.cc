// participants check-merge-map: answers as `git check-mailmap` does.
// Source: raw-recordings.md section 5, "Merge map".

#include <fmt/format.h>

#include "cli/all_commands.h"
#include "cli/participant_settings.h"
#include "participants/name.h"

namespace ursa::cli {
namespace {

CommandInfo Info() {
  return {.name = "participants check-merge-map",
          .section = CommandSection::kMaintenance,
          .summary = "check a merge map, and show whom names mean by it",
          .description =
              "Reads a merge map and names file and line of what is wrong with it (exit 3). For\n"
              "each NAME it shows the canonical name and the slug that it becomes, whether the\n"
              "map knows it or not, with the placeholders and sentinels of a profile that sets\n"
              "none. Needs no profile and no catalog.",
          .examples = {{"Is it right?", "participants check-merge-map participants.mergemap"},
                       {"Whom these mean",
                        "participants check-merge-map participants.mergemap maya 'J. Weber'"}}};
}

std::string_view HowItWasFound(const participants::Participant& participant,
                               const participants::CanonicalName* target) {
  switch (participant.kind) {
    case participants::NameKind::kPlaceholder:
      return "skip_placeholder";
    case participants::NameKind::kSentinel:
      return "skip_sentinel";
    case participants::NameKind::kNoSlug:
    case participants::NameKind::kBadId:
      return "unreadable";
    case participants::NameKind::kParticipant:
      break;
  }
  return target != nullptr ? "mapped" : "unmapped";
}

class CheckMergeMap final : public Command {
 public:
  CheckMergeMap() : Command(Info()) {}

  void Configure(Options& options) override {
    options.Argument("FILE", "the merge map", file_);
    options.OptionalArguments("NAME", "as an operator types it", names_);
  }

  [[nodiscard]] std::vector<Column> Columns() const override {
    return {TextColumn("typed", "name"), WholeColumn("action", "action"),
            TextColumn("canonical name", "canonical_name"), TextColumn("slug", "participant_id")};
  }

  Result<void> Run(Invocation& invocation) override {
    // No profile's lists: those of raw-recordings.md.
    URSA_TRY(const auto canonicalizer, LoadCanonicalizer(invocation.process, Profile(), file_));
    for (const std::string& name : names_) {
      const participants::Participant participant = canonicalizer.Resolve(name, {});
      const auto* target = canonicalizer.Merges().Find(participants::CleanName(name));
      const bool is_one = participant.kind == participants::NameKind::kParticipant;
      invocation.report.Row(
          {Json{{"name", name},
                {"action", HowItWasFound(participant, target)},
                {"canonical_name", is_one ? Json(participant.name) : Json(nullptr)},
                {"participant_id", is_one ? Json(participant.participant_id) : Json(nullptr)}},
           true, false});
    }
    invocation.report.Summary(
        Json{{"canonical_names", canonicalizer.Merges().CanonicalNames().size()},
             {"aliases", canonicalizer.Merges().AliasCount()}});
    return {};
  }

 private:
  std::string file_;
  std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<Command> MakeCheckMergeMap() { return std::make_unique<CheckMergeMap>(); }

}  // namespace ursa::cli
