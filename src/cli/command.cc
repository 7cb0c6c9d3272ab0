#include "cli/command.h"
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
  report.OfferCommit(CommitCommandLine(process, flags));
}

}  // namespace ursa::cli
