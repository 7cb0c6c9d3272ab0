#include "raw/eeg_meta.h"

#include <fmt/format.h>

#include <array>

#include "raw/json_members.h"

namespace ursa::raw {
namespace {

constexpr std::array<std::string_view, 1> kRateMember = {"sample_rate_hz"};
constexpr size_t kShownDigitsMax = 40;

}  // namespace

Reading<PositiveDecimal> ReadSampleRate(std::string_view eeg_meta) {
  const auto members = ReadJsonMembers(eeg_meta, kRateMember);
  if (!members) {
    return NoSignal(ProblemCode::kNoRate, "it is no JSON object, so the sample rate is not known");
  }
  const JsonMember& member = members->front();
  if (member.kind != JsonMember::Kind::kNumber) {
    return NoSignal(ProblemCode::kNoRate, "it has no number sample_rate_hz");
  }
  auto rate = ParsePositiveDecimal(member.text);
  if (!rate) {
    return NoSignal(ProblemCode::kNoRate, fmt::format("its sample_rate_hz {} is no rate",
                                                      member.text.substr(0, kShownDigitsMax)));
  }
  return *std::move(rate);
}

}  // namespace ursa::raw
