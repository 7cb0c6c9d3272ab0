#include "plan/plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "delta/merge.h"

namespace ursa::plan {
namespace {

using Json = nlohmann::ordered_json;

Json TablesToJson(const std::map<std::string, TableBase>& tables) {
  Json json = Json::object();
  for (const auto& [name, base] : tables) {
    json[name] = Json{{"id", base.id}, {"version", base.version}};
  }
  return json;
}

std::string MakePlanDigest(const PlanHeader& header, const std::string& changes_digest) {
  return Sha256Hex(Json{{"plan_version", kPlanVersion},
                        {"command", header.command},
                        {"catalog", header.catalog_uri},
                        {"tables", TablesToJson(header.tables)},
                        {"marks", header.marks},
                        {"changes_digest", changes_digest}}
                       .dump());
}

std::string HeaderLine(const PlanHeader& header) {
  return Json{{"record", "plan"},
              {"plan_version", kPlanVersion},
              {"command", header.command},
              {"catalog", header.catalog_uri},
              {"tables", TablesToJson(header.tables)},
              {"run_id", header.run_id},
              {"marks", header.marks},
              {"tool", header.tool},
              {"created_at", header.created_at}}
             .dump() +
         "\n";
}

template <typename T>
const T& FindOrEmpty(const std::map<std::string, T, std::less<>>& map, std::string_view key) {
  static const T empty;
  const auto found = map.find(key);
  return found == map.end() ? empty : found->second;
}

Result<void> CheckValues(const Change& change) {
  for (const ColumnChange& column : change.columns) {
    URSA_CHECK(CheckValue(*change.table, column.column, column.after));
  }
  return change.kind == ChangeKind::kInsert ? CheckRow(*change.table, change.row)
                                            : Result<void>();
}

}  // namespace

Plan::Plan(PlanHeader header, Spool spool)
    : header_(std::move(header)), spool_(std::move(spool)) {}

Result<Change> Plan::ChangeAt(size_t change) const {
  URSA_TRY(const std::string line, spool_.Read(change));
  return ParseChange(line);
}

const std::vector<size_t>& Plan::ChangesOf(std::string_view table) const {
  return FindOrEmpty(changes_of_, table);
}

const std::vector<std::string>& Plan::ColumnsOf(std::string_view table) const {
  return FindOrEmpty(columns_of_, table);
}

Result<void> Plan::Write(const std::function<bool(size_t change)>& wanted,
                         const std::function<Result<void>(std::string_view)>& sink) const {
  Sha256 file_digest;
  Sha256 changes_digest;
  const auto write = [&](std::string_view text) {
    file_digest.Update(text);
    return sink(text);
  };
  URSA_CHECK(write(HeaderLine(header_)));
  uint64_t written = 0;
  for (size_t change = 0; change < Count(); ++change) {
    if (!wanted(change)) {
      continue;
    }
    URSA_TRY(std::string line, spool_.Read(change));
    line += '\n';
    changes_digest.Update(line);
    URSA_CHECK(write(line));
    ++written;
  }
  for (const Brake& brake : brakes_) {
    URSA_CHECK(write(Json{{"record", "brake"},
                          {"rule", brake.rule},
                          {"count", brake.count},
                          {"limit", brake.limit},
                          {"message", brake.message}}
                         .dump() +
                     "\n"));
  }
  return sink(DigestLine(header_, written, changes_digest.HexDigest(), file_digest.HexDigest()) +
              "\n");
}

std::string DigestLine(const PlanHeader& header, uint64_t changes,
                       const std::string& changes_digest, const std::string& sha256) {
  return Json{{"record", "digest"},
              {"changes", changes},
              {"changes_digest", changes_digest},
              {"plan_digest", MakePlanDigest(header, changes_digest)},
              {"sha256", sha256}}
      .dump();
}

PlanBuilder::PlanBuilder(PlanHeader header, const SpoolOptions& spool)
    : plan_(std::move(header), Spool(spool.directory, spool.memory_bytes_max)) {}

Result<void> PlanBuilder::Add(const Change& change) {
  URSA_CHECK_CONTEXT(CheckValues(change), "planning a change of " + change.locator);
  return Keep(change, ChangeToLine(change));
}

Result<void> PlanBuilder::AddLine(std::string_view line) {
  URSA_TRY(const Change change, ParseChange(line));
  URSA_CHECK_CONTEXT(CheckValues(change), "reading a change of " + change.locator);
  return Keep(change, line);
}

Result<void> PlanBuilder::Keep(const Change& change, std::string_view line) {
  URSA_CHECK(plan_.spool_.Append(line));
  changes_digest_.Update(line);
  changes_digest_.Update("\n");
  Index(change);
  return {};
}

void PlanBuilder::Index(const Change& change) {
  plan_.changes_of_[change.table->name].push_back(plan_.keys_.size());
  plan_.keys_.push_back(delta::EncodeKey({change.key.begin(), change.key.end()}));
  plan_.locators_.push_back(change.locator);
  auto& columns = plan_.columns_of_[change.table->name];
  const auto add = [&](const std::string& column) {
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
      columns.push_back(column);
    }
  };
  for (const ColumnChange& column : change.columns) {
    add(column.column);
  }
  for (const auto& row : {change.relied, change.row}) {
    for (const auto& [column, value] : row) {
      add(column);
    }
  }
}

void PlanBuilder::AddBrake(Brake brake) { plan_.brakes_.push_back(std::move(brake)); }

Plan PlanBuilder::Finish() && {
  plan_.changes_digest_ = changes_digest_.HexDigest();
  plan_.plan_digest_ = MakePlanDigest(plan_.header_, plan_.changes_digest_);
  if (plan_.header_.run_id.empty()) {
    plan_.header_.run_id = plan_.plan_digest_;
  }
  return std::move(plan_);
}

}  // namespace ursa::plan
