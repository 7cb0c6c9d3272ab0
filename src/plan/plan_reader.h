// Reading a plan's file: what --plan-out saved, or a rollback snapshot. Every byte counts: the last
// line holds the digest of all before it, and a file that was cut, edited or mixed up is refused.
// Source: catalog.md section 4; commands.md, "Plans, guards, undo".
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "plan/plan.h"

namespace ursa::plan {

// Takes a plan's bytes, piece by piece, and makes the plan. Not thread-safe.
class PlanReader {
 public:
  // `name` says in messages where the bytes come from.
  PlanReader(std::string name, SpoolOptions spool);

  // kRefused `plan_damaged` says what is wrong, kUnsupported another plan_version: that of a file
  // whose bytes are those that were saved, which is known at its end.
  Result<void> Take(std::string_view piece);
  Result<Plan> Finish() &&;

 private:
  Result<void> TakeLine(std::string_view line);
  Result<void> TakeHeader(std::string_view line);
  Result<void> TakeRest(std::string_view line);
  void TakeForeign(std::string_view line);
  [[nodiscard]] tl::unexpected<Error> JudgeForeign() const;
  [[nodiscard]] tl::unexpected<Error> Damaged(const std::string& what) const;

  const std::string name_;
  const SpoolOptions spool_;
  std::string pending_;  // the start of a line whose end is still to come
  size_t lines_ = 0;
  std::optional<PlanBuilder> builder_;
  Sha256 digest_;          // of all lines taken so far
  std::string last_line_;  // the digest line, once it came; of another version any last line
  // Of a header that says so: the plan_version of another Ursa, as JSON. Only bytes are looked at.
  std::optional<std::string> foreign_version_;
};

// A plan's file on this machine. kNotFound, kDenied, kUnavailable name it.
Result<Plan> ReadPlanFile(const std::filesystem::path& file, const SpoolOptions& spool);

// Whether WritePlanFile could save a plan under this name; to be asked before long work. Errors as
// of it.
Result<void> CheckPlanFileCanBeMade(const std::filesystem::path& file);

// Saves a plan, whole or not at all and durably; the file is readable by its owner only.
// kAlreadyExists where there is a file of that name.
Result<void> WritePlanFile(const std::filesystem::path& file, const Plan& plan);

}  // namespace ursa::plan
