// What reconstruct-all-recent tells of a run: its rows, VERIFY, the summary, and whom to upgrade.
// Source: commands.md, "reconstruct-all-recent".
#pragma once

#include <string_view>
#include <vector>

#include "cli/report.h"
#include "maintenance/reconstruct_work.h"
#include "maintenance/reconstruct_worklist.h"

namespace ursa::cli {

// "VERIFY recordings=.. recent10d=.. newest=..", or "VERIFY-BEFORE ..." for `when` "before".
void ShowVerify(Report& report, std::string_view when, const maintenance::CatalogCounts& counts,
                uint64_t days);

void ShowReconstructRows(Report& report, const std::vector<maintenance::ReconstructRow>& rows);

// The summary's members that are the command's own.
Json ReconstructCounts(const std::vector<maintenance::ReconstructRow>& rows,
                       const maintenance::ReconstructOutcome& outcome);

// Where more than half of the work lacked a manifest with a hash: which hosts wrote it. `rows` as
// they were before the work.
void ShowUpgradeHint(Report& report, const maintenance::Worklist& worklist);

}  // namespace ursa::cli
