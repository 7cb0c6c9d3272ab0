#include "raw/worker_report.h"

#include <nlohmann/json.hpp>
#include <string>

namespace ursa::raw {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kStoppedAt = "stopped_at_utc";

// What lies deeper says nothing here, and is dropped while it is parsed: memory stays bounded.
bool IsOfTopLevel(int depth, Json::parse_event_t, Json&) { return depth <= 1; }

TimeReading ReadTime(const std::string& text) {
  const auto time = ParseIso8601(text);
  if (!time) {
    return {std::nullopt, TimeFault::kUnparseable};
  }
  if (*time < kEarliestPlausible || *time >= kFirstImplausible) {
    return {std::nullopt, TimeFault::kImplausible};
  }
  return {time, {}};
}

}  // namespace

Reading<TimeNs> ReadStoppedAt(std::string_view report) {
  const Json json = Json::parse(report, IsOfTopLevel, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return NoSignal(ProblemCode::kUnparseable, "it is no JSON object");
  }
  const auto found = json.find(kStoppedAt);
  if (found == json.end() || !found->is_string()) {
    return NoSignal(ProblemCode::kUnparseable, "it has no text stopped_at_utc");
  }
  const auto& text = found->get_ref<const std::string&>();
  return ToReading(ReadTime(text), text);
}

}  // namespace ursa::raw
