#include "cli/catalog_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/suggestion.h"
#include "plan/plan_reader.h"

namespace ursa::cli {

Result<CatalogSession> OpenCatalogSession(const Invocation& invocation) {
  URSA_TRY(Profile profile, invocation.LoadProfile());
  URSA_TRY(auto assets, OpenBucket(invocation, profile, BucketRole::kAssets));
  URSA_TRY(catalog::Catalog catalog, catalog::Catalog::Open(*assets, profile.catalog_prefix));
  const Environment environment = EnvironmentOf(profile, Writes::kAssets);
  return CatalogSession{std::move(profile), environment, std::move(assets), std::move(catalog)};
}

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

RunInfo MakeRunInfo(const CatalogSession& session, const delta::Snapshot& table) {
  return MakeRunInfo(session.profile, session.environment, session.catalog, table);
}

Result<delta::SnapshotPtr> OpenNamedTable(const catalog::Catalog& catalog, const std::string& name,
                                          std::optional<int64_t> version) {
  // A name with a slash, or none, is not even asked for.
  const bool can_be_one = name.find('/') == std::string::npos && store::CheckKey(name);
  Result<delta::SnapshotPtr> table = Fail(ErrorCode::kNotFound, "no table");
  if (can_be_one) {
    table = catalog.Table(name, version);
  }
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

// Whether there is a file that this process may open.
static bool CanBeRead(const std::filesystem::path& file) {
  std::error_code error;
  return !std::filesystem::is_directory(file, error) && std::ifstream(file).is_open();
}

Result<plan::Plan> ReadNamedPlan(const std::filesystem::path& file,
                                 const plan::SpoolOptions& spool) {
  auto plan = plan::ReadPlanFile(file, spool);
  const bool is_missing = !plan && plan.error().code == ErrorCode::kNotFound;
  if (is_missing || (!plan && !CanBeRead(file))) {
    plan.error().code = ErrorCode::kUsage;
  }
  if (is_missing) {
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

Result<void> CheckNewPlanFile(const std::filesystem::path& file) {
  auto can_be_made = plan::CheckPlanFileCanBeMade(file);
  if (!can_be_made) {
    can_be_made.error().code = ErrorCode::kUsage;
  }
  return can_be_made;
}

plan::SpoolOptions SpoolOf(const Process& process) {
  const auto directory = process.environment("TMPDIR");
  plan::SpoolOptions options;
  options.directory = directory && !directory->empty() ? *directory : "/tmp";
  return options;
}

Result<void> SettleFollowUps(Log& log, const std::vector<Error>& errors) {
  Result<void> outcome;
  for (const Error& error : errors) {
    log.Write("what was committed holds; after it: " + error.ToString());
    const bool stays = error.code == ErrorCode::kCorrupt || error.code == ErrorCode::kUnsupported;
    if (stays && outcome) {
      outcome = tl::unexpected(error);
    }
  }
  return outcome;
}

catalog::WriteContext WriteContextOf(const Invocation& invocation, const Profile& profile,
                                     uint64_t commit_timeout_seconds) {
  std::string user = invocation.process.environment("USER").value_or(std::string());
  if (user.empty()) {  // cron sets the other one, a container neither
    user = invocation.process.environment("LOGNAME").value_or(std::string());
  }
  if (user.empty() && invocation.process.user) {
    user = invocation.process.user();
  }
  return catalog::WriteContext{EngineInfo(),
                               std::chrono::seconds{commit_timeout_seconds},
                               invocation.Jobs(profile),
                               invocation.process.stop,
                               invocation.process.clock,
                               invocation.process.random(),
                               user,
                               invocation.process.host};
}

}  // namespace ursa::cli
