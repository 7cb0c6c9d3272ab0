#include "cli/command.h"

#include <utility>

#include "cli/shell.h"

namespace ursa::cli {
namespace {

constexpr size_t kJobsOnS3 = 32;

}  // namespace

Result<Profile> Invocation::LoadProfile() const {
  return cli::LoadProfile(process, globals.config, globals.profile);
}

size_t Invocation::Jobs(const Profile& profile) const {
  if (globals.jobs) {
    return *globals.jobs;
  }
  return std::holds_alternative<S3Place>(profile.place) ? kJobsOnS3 : process.cores;
}

void Invocation::OfferCommit(Environment environment, const std::string& production_flag) const {
  std::vector<std::string> flags = {"--commit"};
  if (environment == Environment::kProduction) {
    flags.push_back(production_flag);
  }
  std::vector<std::string> globals_before;
  if (const auto chosen = ChosenProfile(process, {}); chosen && !globals.profile) {
    globals_before = {"--profile", *chosen};
  }
  report.OfferCommit(CommitCommandLine(process, std::move(globals_before), flags));
}

std::string Invocation::CommandLine(const Profile& profile,
                                    const std::vector<std::string>& words) const {
  std::vector<std::string> all;
  if (globals.config) {
    all = {"--config", *globals.config};
  }
  all.insert(all.end(), {"--profile", profile.name});
  all.insert(all.end(), words.begin(), words.end());
  return CommandLineOf(process, all);
}

}  // namespace ursa::cli
