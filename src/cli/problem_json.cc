#include "cli/problem_json.h"

#include <algorithm>

namespace ursa::cli {

Json ProblemsJson(const std::vector<raw::Problem>& problems) {
  Json list = Json::array();
  for (const raw::Problem& problem : problems) {
    list.push_back(Json{{"code", raw::ProblemCodeName(problem.code)},
                        {"key", problem.key},
                        {"message", problem.message}});
  }
  return list;
}

Json ProblemsJson(const std::vector<ingest::Problem>& problems) {
  Json list = Json::array();
  for (const ingest::Problem& problem : problems) {
    list.push_back(
        Json{{"code", problem.code}, {"key", problem.key}, {"message", problem.message}});
  }
  return list;
}

bool NeedsPerson(const std::vector<ingest::Problem>& problems) {
  return std::ranges::any_of(problems, [](const ingest::Problem& problem) {
    return problem.code == ingest::code::kParticipantCollision ||
           problem.code == ingest::code::kParticipantUnreadable;
  });
}

Json TimeJson(const std::optional<TimeNs>& time) {
  return time ? Json(FormatTime(*time)) : Json(nullptr);
}

Json SecondsJson(const std::optional<Microseconds>& duration) {
  return duration ? Json(static_cast<double>(duration->count()) / 1e6) : Json(nullptr);
}

}  // namespace ursa::cli
