#include "raw/worker_report.h"

#include <array>
#include <string>

#include "raw/json_members.h"

namespace ursa::raw {
namespace {

constexpr std::array<std::string_view, 1> kStoppedAt = {"stopped_at_utc"};

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
  const auto members = ReadJsonMembers(report, kStoppedAt);
  if (!members) {
    return NoSignal(ProblemCode::kUnparseable, "it is no JSON object");
  }
  const JsonMember& member = members->front();
  if (member.kind != JsonMember::Kind::kText) {
    return NoSignal(ProblemCode::kUnparseable, "it has no text stopped_at_utc");
  }
  return ToReading(ReadTime(member.text), member.text);
}

}  // namespace ursa::raw
