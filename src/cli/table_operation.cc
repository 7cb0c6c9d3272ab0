#include "cli/table_operation.h"

namespace ursa::cli {

void TableOperation::Configure(Options& options) {
  options.Flag("--commit", "write; without it this is a dry run, which writes nothing", commit_);
  options.Flag("--i-know-this-targets-prod", "needed by --commit on a production catalog",
               targets_production_);
}

Result<void> TableOperation::Run(Invocation& invocation) {
  URSA_TRY(const Profile profile, invocation.LoadProfile());
  return commit_ ? Commit(invocation, profile) : DryRun(invocation, profile);
}

Json TableOperation::WouldRefuse(Environment environment) const {
  return CheckGuard(environment) ? Json::array() : Json::array({"production"});
}

Result<void> TableOperation::CheckGuard(Environment environment) const {
  if (environment == Environment::kStaging || targets_production_) {
    return {};
  }
  return Refuse("production",
                "this catalog is production: a commit needs --i-know-this-targets-prod");
}

}  // namespace ursa::cli
