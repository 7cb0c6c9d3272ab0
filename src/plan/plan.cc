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
  return Sha256Hex(Json{
      {"plan_version", kPlanVersion},
      {"command", header.command},
      {"catalog", header.catalog_uri},
      {"tables", TablesToJson(header.tables)},
      {"marks", header.marks},
      {"changes_digest",
       changes_digest}}.dump());
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
  return change.kind == ChangeKind::kInsert ? CheckRow(*change.table, change.row) : Result<void>();
}

}  // namespace

Plan::Plan(PlanHeader header, Spool spool) : header_(std::move(header)), spool_(std::move(spool)) {}

bool PlanHeader::TakesBack() const {
  return std::any_of(marks.begin(), marks.end(),
                     [](const auto& mark) { return mark.second == kRunUndone; });
}

std::string_view Plan::Indexed(size_t number) const {
  const uint64_t start = number == 0 ? 0 : index_ends_[number - 1];
  return std::string_view(index_).substr(start, index_ends_[number] - start);
}

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
  std::vector<std::string_view> table_of(Count());
  for (const auto& [table, changes] : changes_of_) {
    for (const size_t change : changes) {
      table_of[change] = table;
    }
  }
  std::map<std::string, uint64_t> written;
  for (size_t change = 0; change < Count(); ++change) {
    if (!wanted(change)) {
      continue;
    }
    URSA_TRY(std::string line, spool_.Read(change));
    line += '\n';
    changes_digest.Update(line);
    URSA_CHECK(write(line));
    ++written[std::string(table_of[change])];
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

std::string DigestLine(const PlanHeader& header, const std::map<std::string, uint64_t>& changes_of,
                       const std::string& changes_digest, const std::string& sha256) {
  uint64_t changes = 0;
  for (const auto& [table, count] : changes_of) {
    changes += count;
  }
  return Json{{"record", "digest"},
              {"changes", changes},
              {"changes_of", changes_of},
              {"changes_digest", changes_digest},
              {"plan_digest", MakePlanDigest(header, changes_digest)},
              {"sha256", sha256}}
      .dump();
}

PlanBuilder::PlanBuilder(PlanHeader header, const SpoolOptions& spool)
    : plan_(std::move(header), Spool(spool)) {}

Result<void> PlanBuilder::Add(const Change& change) {
  URSA_CHECK_CONTEXT(Check(change), "planning a change of " + change.locator);
  return Keep(change, ChangeToLine(change));
}

Result<void> PlanBuilder::AddLine(std::string_view line) {
  URSA_TRY(const Change change, ParseChange(line));
  URSA_CHECK_CONTEXT(Check(change), "reading a change of " + change.locator);
  return Keep(change, line);
}

Result<void> PlanBuilder::Check(const Change& change) const {
  return plan_.header_.TakesBack() ? Result<void>() : CheckValues(change);
}

Result<void> PlanBuilder::Keep(const Change& change, std::string_view line) {
  URSA_CHECK(plan_.spool_.Append(line));
  changes_digest_.Update(line);
  changes_digest_.Update("\n");
  Index(change);
  return {};
}

void PlanBuilder::Index(const Change& change) {
  const size_t number = plan_.index_ends_.size() / 2;
  plan_.reliance_.Add(number, change.relied_rows);
  plan_.changes_of_[change.table->name].push_back(number);
  if (change.kind == ChangeKind::kDelete) {
    plan_.deletes_.push_back(number);
  }
  if (change.kind == ChangeKind::kInsert && change.table->name == catalog::kRecordings) {
    plan_.inserted_recordings_.push_back(number);
  }
  plan_.index_ += delta::EncodeKey({change.key.begin(), change.key.end()});
  plan_.index_ends_.push_back(plan_.index_.size());
  plan_.index_ += change.locator;
  plan_.index_ends_.push_back(plan_.index_.size());
  auto& columns = plan_.columns_of_[change.table->name];
  const auto add = [&](const std::string& column) {
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
      columns.push_back(column);
    }
  };
  for (const ColumnChange& column : change.columns) {
    add(column.column);
  }
  for (const catalog::NamedRow* row : {&change.relied, &change.row}) {
    for (const auto& [column, value] : *row) {
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
        (plans.size() > 1 && header.TakesBack())) {
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

// The run of several plans says of each of them that it is applied, so that none is applied again
// by itself once the run was undone.
PlanHeader JoinHeaders(const std::vector<Plan>& plans) {
  PlanHeader header = plans.front().Header();
  if (plans.size() == 1) {
    return header;
  }
  header.run_id.clear();
  for (const Plan& plan : plans) {
    header.marks.insert(plan.Header().marks.begin(), plan.Header().marks.end());
    header.marks[plan.RunId()] = kRunApplied;
    header.created_at = std::max(header.created_at, plan.Header().created_at);
    for (const auto& [name, base] : plan.Header().tables) {
      header.tables[name].version = std::min(header.tables[name].version, base.version);
    }
  }
  return header;
}

// Adds up the brakes of one rule.
Result<std::vector<Brake>> SumBrakes(const std::vector<Plan>& plans) {
  std::vector<Brake> sums;
  std::map<std::string, size_t> plans_with;
  for (const Plan& plan : plans) {
    for (const Brake& brake : plan.Brakes()) {
      const auto sum = std::find_if(sums.begin(), sums.end(), [&](const Brake& candidate) {
        return candidate.rule == brake.rule;
      });
      if (sum == sums.end()) {
        sums.push_back(brake);
        ++plans_with[brake.rule];
        continue;
      }
      ++plans_with[brake.rule];
      if (sum->limit != brake.limit) {
        return Fail(ErrorCode::kUsage, "the plans were made with different limits of " +
                                           brake.rule + ": make them again with one");
      }
      sum->count += brake.count;
    }
  }
  for (Brake& brake : sums) {
    if (plans_with[brake.rule] < plans.size()) {
      return Fail(ErrorCode::kUsage, "only some of the plans were made with a limit of " +
                                         brake.rule + ": make them again with one");
    }
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
  // In an order of their own, so that the run is the same however the files are named.
  std::sort(plans.begin(), plans.end(),
            [](const Plan& a, const Plan& b) { return a.PlanDigest() < b.PlanDigest(); });
  URSA_TRY(const std::vector<Brake> brakes, SumBrakes(plans));
  PlanBuilder builder(JoinHeaders(plans), spool);
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
