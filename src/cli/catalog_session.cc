#include "cli/catalog_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cli/suggestion.h"
#include "plan/plan_reader.h"

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

Result<delta::SnapshotPtr> OpenNamedTable(const catalog::Catalog& catalog, const std::string& name,
                                          std::optional<int64_t> version) {
  auto table = catalog.Table(name, version);
  if (table || table.error().code != ErrorCode::kNotFound || catalog::FindTable(name) != nullptr) {
    return table;
  }
  URSA_TRY(const auto names, catalog.TableNames());
  if (std::ranges::find(names, name) != names.end()) {
    return table;
  }
  return Fail(ErrorCode::kUsage,
              fmt::format("the catalog has no table '{}'{}; its tables are {}", name,
                          DidYouMean(name, names), fmt::join(names, ", ")));
}

Result<plan::Plan> ReadNamedPlan(const std::filesystem::path& file,
                                 const plan::SpoolOptions& spool) {
  auto plan = plan::ReadPlanFile(file, spool);
  if (!plan && plan.error().code == ErrorCode::kNotFound) {
    plan.error().code = ErrorCode::kUsage;
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(file.parent_path(), error);
         !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
      names.push_back(entry->path().filename().string());
    }
    std::ranges::sort(names);
    plan.error().message += DidYouMean(file.filename().string(), names);
  }
  return plan;
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
