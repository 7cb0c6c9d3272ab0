#include "plan/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

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
  plan_.reliance_.Add(plan_.keys_.size(), change.relied_rows);
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

void PlanBuilder::AddMaxChanges(std::optional<uint64_t> limit) {
  if (limit) {
    AddBrake({"max_changes", Count(), *limit,
              fmt::format("the plan has {} changes, more than --max-changes {}", Count(), *limit)});
  }
}

namespace {

Result<void> CheckJoinable(const std::vector<Plan>& plans) {
  const PlanHeader& first = plans.front().Header();
  for (const Plan& plan : plans) {
    const PlanHeader& header = plan.Header();
    if (header.command != first.command || header.catalog_uri != first.catalog_uri ||
        (plans.size() > 1 && !header.marks.empty())) {
      return Fail(ErrorCode::kUsage,
                  "only plans of one command for one catalog can be applied together");
    }
    for (const auto& [name, base] : header.tables) {
      const auto other = first.tables.find(name);
      if (other == first.tables.end() || other->second.id != base.id) {
        return Fail(ErrorCode::kUsage, "the plans are for different tables called " + name);
      }
    }
  }
  return {};
}

// Adds up the brakes of one rule.
Result<std::vector<Brake>> SumBrakes(const std::vector<Plan>& plans) {
  std::vector<Brake> sums;
  for (const Plan& plan : plans) {
    for (const Brake& brake : plan.Brakes()) {
      const auto sum = std::find_if(sums.begin(), sums.end(), [&](const Brake& candidate) {
        return candidate.rule == brake.rule;
      });
      if (sum == sums.end()) {
        sums.push_back(brake);
        continue;
      }
      if (sum->limit != brake.limit) {
        return Fail(ErrorCode::kUsage, "the plans were made with different limits of " +
                                           brake.rule + ": make them again with one");
      }
      sum->count += brake.count;
    }
  }
  for (Brake& brake : sums) {
    if (plans.size() > 1) {
      brake.message = fmt::format("{} is {} over all plans, and the limit is {}", brake.rule,
                                  brake.count, brake.limit);
    }
  }
  return sums;
}

}  // namespace

Result<Plan> JoinPlans(std::vector<Plan> plans, std::optional<uint64_t> max_changes,
                       const SpoolOptions& spool) {
  URSA_CHECK(CheckJoinable(plans));
  if (plans.size() == 1 && !max_changes) {
    return std::move(plans.front());
  }
  URSA_TRY(const std::vector<Brake> brakes, SumBrakes(plans));
  PlanHeader header = plans.front().Header();
  if (plans.size() > 1) {
    header.run_id.clear();
  }
  PlanBuilder builder(std::move(header), spool);
  std::set<std::pair<std::string_view, std::string_view>> keys;
  for (const Plan& plan : plans) {
    for (size_t i = 0; i < plan.Count(); ++i) {
      URSA_TRY(const Change change, plan.ChangeAt(i));
      if (!keys.emplace(change.table->name, plan.EncodedKey(i)).second) {
        return Fail(ErrorCode::kUsage, "two of the plans change the row of " + change.locator);
      }
      URSA_CHECK(builder.Add(change));
    }
  }
  for (const Brake& brake : brakes) {
    builder.AddBrake(brake);
  }
  builder.AddMaxChanges(max_changes);
  return std::move(builder).Finish();
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
