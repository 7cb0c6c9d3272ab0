#include "cli/reconstruct_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/problem_json.h"

namespace ursa::cli {
namespace {

using maintenance::ReconstructAction;
using maintenance::ReconstructRow;

Json OrNull(const std::optional<uint64_t>& number) {
  return number ? Json(*number) : Json(nullptr);
}
Json OrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json RowJson(const ReconstructRow& row) {
  const auto spent =
      row.spent ? std::optional(std::chrono::floor<Microseconds>(*row.spent)) : std::nullopt;
  return Json{{"recording_id", row.recording_id},
              {"bytes", OrNull(row.bytes)},
              {"files", OrNull(row.files)},
              {"action", maintenance::ActionName(row.action)},
              {"reason", OrNull(row.reason)},
              {"recording_hash", OrNull(row.recording_hash)},
              {"duration_s", SecondsJson(row.duration)},
              {"seconds", SecondsJson(spent)},
              {"problems", ProblemsJson(row.problems)}};
}

}  // namespace

void ShowVerify(Report& report, std::string_view when, const maintenance::CatalogCounts& counts,
                uint64_t days) {
  const Json newest = counts.newest ? Json(FormatDate(*counts.newest)) : Json(nullptr);
  const bool before = when == "before";
  ReportRecord record;
  record.kind = "verify";
  record.values = Json{{"when", when},
                       {"recordings", counts.recordings},
                       {"recent", counts.recent},
                       {"days", days},
                       {"newest", newest}};
  record.text = fmt::format("{} recordings={} recent{}d={} newest={}",
                            before ? "VERIFY-BEFORE" : "VERIFY", counts.recordings, days,
                            counts.recent, counts.newest ? FormatDate(*counts.newest) : "-");
  record.place = before ? ReportRecord::Place::kBeforeRows : ReportRecord::Place::kAfterSummary;
  report.Record(record);
}

void ShowReconstructRows(Report& report, const std::vector<ReconstructRow>& rows) {
  for (const ReconstructRow& row : rows) {
    report.Row({RowJson(row), true, NeedsPerson(row.problems)});
  }
}

Json ReconstructCounts(const std::vector<ReconstructRow>& rows,
                       const maintenance::ReconstructOutcome& outcome) {
  Json counts{{"listed", rows.size()}};
  for (const ReconstructAction action :
       {ReconstructAction::kReconstruct, ReconstructAction::kIngest, ReconstructAction::kDeferred,
        ReconstructAction::kSkipped}) {
    counts[std::string(maintenance::ActionName(action))] =
        std::ranges::count(rows, action, &ReconstructRow::action);
  }
  counts["still_arriving"] = std::ranges::count(rows, "still_arriving", &ReconstructRow::reason);
  for (const ReconstructAction action : {ReconstructAction::kFailed, ReconstructAction::kTimeout}) {
    counts[std::string(maintenance::ActionName(action))] =
        std::ranges::count(rows, action, &ReconstructRow::action);
  }
  uint64_t bytes = 0;
  for (const ReconstructRow& row : rows) {
    bytes += row.action == ReconstructAction::kReconstruct ? row.bytes.value_or(0) : 0;
  }
  counts["bytes_total"] = bytes;
  counts["bytes_read"] = outcome.bytes_read;
  counts["ingested"] = outcome.ingested;
  return counts;
}

void ShowUpgradeHint(Report& report, const maintenance::Worklist& worklist) {
  std::map<std::string, uint64_t> hosts;
  uint64_t work = 0;
  for (const ReconstructRow& row : worklist.rows) {
    work += row.IsWork() ? 1 : 0;
    if (row.action == ReconstructAction::kReconstruct) {
      ++hosts[row.hostname];
    }
  }
  if (worklist.without_hash * 2 <= work) {
    return;
  }
  Json list = Json::array();
  std::string names;
  for (const auto& [host, recordings] : hosts) {
    list.push_back(Json{{"hostname", OrNull(host)}, {"recordings", recordings}});
    names += fmt::format("{}{} ({})", names.empty() ? "" : ", ",
                         host.empty() ? "no manifest says which" : host, recordings);
  }
  ReportRecord record;
  record.kind = "upgrade_hint";
  record.values = Json{{"without_hash", worklist.without_hash}, {"work", work}, {"hosts", list}};
  record.text = fmt::format(
      "{} of {} recordings came without a hash in their manifest. Upgrade the rigs that wrote them "
      "to manifest-at-start, then no download is needed: {}",
      worklist.without_hash, work, names);
  record.place = ReportRecord::Place::kAfterRows;
  report.Record(record);
}

}  // namespace ursa::cli
