#include "cli/catalog_session.h"

namespace ursa::cli {

std::string EngineInfo() { return "Ursa/" URSA_VERSION; }

RunInfo MakeRunInfo(const Profile& profile, Environment environment,
                    const catalog::Catalog& catalog) {
  RunInfo info;
  info.profile = profile.name;
  info.catalog = catalog.Uri();
  info.environment = environment;
  return info;
}

RunInfo MakeRunInfo(const Profile& profile, Environment environment,
                    const catalog::Catalog& catalog, const delta::Snapshot& table) {
  RunInfo info = MakeRunInfo(profile, environment, catalog);
  info.table_version = table.version;
  if (const auto rows = table.RowCount()) {
    info.rows = static_cast<int64_t>(*rows);
  }
  return info;
}

plan::SpoolOptions SpoolOf(const Process& process) {
  const auto directory = process.environment("TMPDIR");
  plan::SpoolOptions options;
  options.directory = directory && !directory->empty() ? *directory : "/tmp";
  return options;
}

catalog::WriteContext WriteContextOf(const Invocation& invocation, const Profile& profile,
                                     uint64_t commit_timeout_seconds) {
  auto user = invocation.process.environment("USER");
  if (!user) {
    user = invocation.process.environment("LOGNAME");  // all that cron sets
  }
  return catalog::WriteContext{EngineInfo(),
                               std::chrono::seconds{commit_timeout_seconds},
                               invocation.Jobs(profile),
                               invocation.process.stop,
                               invocation.process.clock,
                               invocation.process.random(),
                               user.value_or(std::string()),
                               invocation.process.host};
}

}  // namespace ursa::cli
