// A profile's catalog, opened: what every command that reads or writes one begins with.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/writer.h"
#include "cli/command.h"
#include "cli/laboratory.h"
#include "cli/option_groups.h"
#include "plan/plan.h"

namespace ursa::cli {

// For a command that reads tables and nothing else: it needs no raw/ and no credentials for it.
struct CatalogSession {
  Profile profile;
  Environment environment = Environment::kProduction;
  std::unique_ptr<store::ReadableStore> assets;
  catalog::Catalog catalog;  // in `assets`
};

// Loads the profile and opens its catalog. Errors as of OpenBucket and Catalog::Open.
Result<CatalogSession> OpenCatalogSession(const Invocation& invocation);

// "Ursa/0.1.0": who wrote, in logs, plans and runs.
std::string EngineInfo();

// The first line of a run over this table, or over one that there is not yet.
RunInfo MakeRunInfo(const Profile& profile, Environment environment,
                    const catalog::Catalog& catalog, const delta::Snapshot& table);
RunInfo MakeRunInfo(const Profile& profile, Environment environment,
                    const catalog::Catalog& catalog);
RunInfo MakeRunInfo(const CatalogSession& session, const delta::Snapshot& table);

// The catalog's table of that name, which an operator typed, at a version or at its newest. kUsage,
// with the nearest name, where neither this catalog nor catalog.md has one of that name.
Result<delta::SnapshotPtr> OpenNamedTable(const catalog::Catalog& catalog, const std::string& name,
                                          std::optional<int64_t> version = std::nullopt);

// The saved plan that an operator named. kUsage where it can't be opened; where there is none, with
// the nearest name.
Result<plan::Plan> ReadNamedPlan(const std::filesystem::path& file,
                                 const plan::SpoolOptions& spool);

// kUsage where no plan can be saved under this name: something has it, or the directory takes no
// files. To be asked before the work.
Result<void> CheckNewPlanFile(const std::filesystem::path& file);

// Where plans keep their changes while they are made: TMPDIR, else /tmp.
plan::SpoolOptions SpoolOf(const Process& process);

// Logs what failed after commits, which hold all the same. What the next run makes good is no more
// than that; damage, which stays until somebody repairs it, is given back.
Result<void> SettleFollowUps(Log& log, const std::vector<Error>& errors);

// What a writer takes from this run.
catalog::WriteContext WriteContextOf(const Invocation& invocation, const Profile& profile,
                                     uint64_t commit_timeout_seconds);

}  // namespace ursa::cli
