#include "cli/participant_settings.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <set>
#include <system_error>

namespace ursa::cli {

void AddMergeMapOption(Options& options, std::optional<std::string>& merge_map) {
  options.Text(
      "--merge-map", "FILE",
      "whom partial names mean, a line each: Canonical Name = alias, alias; instead of the "
      "profile's",
      merge_map);
}

Result<participants::MergeMap> ReadMergeMap(const std::filesystem::path& file,
                                            const participants::Slugger& slugger) {
  std::error_code error;
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file, error)) {
    return Fail(ErrorCode::kUsage,
                fmt::format("the merge map {} can't be read: {}", file.string(),
                            stream ? "it is a directory" : std::generic_category().message(errno)));
  }
  // One byte more than a map may have says that this is none.
  std::string text(participants::kMergeMapBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) {
    return Fail(ErrorCode::kUsage, fmt::format("the merge map {} can't be read", file.string()));
  }
  text.resize(static_cast<size_t>(stream.gcount()));
  return participants::MergeMap::Parse(text, file.string(), slugger);
}

Result<participants::Canonicalizer> LoadCanonicalizer(const Process& process,
                                                      const Profile& profile,
                                                      const std::optional<std::string>& merge_map) {
  URSA_TRY(const participants::Slugger slugger, participants::Slugger::Make());
  participants::NameSettings settings;
  if (profile.placeholders) {
    settings.placeholders = *profile.placeholders;
  }
  if (profile.sentinels) {
    settings.sentinels = *profile.sentinels;
  }
  if (merge_map) {
    URSA_TRY(settings.merge_map, ReadMergeMap(process.working_directory / *merge_map, slugger));
  } else if (profile.merge_map) {
    URSA_TRY(settings.merge_map, ReadMergeMap(*profile.merge_map, slugger));
  }
  return participants::Canonicalizer::Make(std::move(settings), slugger);
}

Json ParticipantsJson(const std::vector<participants::Participant>& participants) {
  Json list = Json::array();
  std::set<std::string_view> ids;
  for (const participants::Participant& participant : participants) {
    if (ids.insert(participant.participant_id).second) {
      list.push_back(Json{{"participant_id", participant.participant_id},
                          {"display_name", participant.display_name},
                          {"is_new", participant.is_new}});
    }
  }
  return list;
}

Json ProblemsJson(const std::vector<maintenance::NameProblem>& problems) {
  Json list = Json::array();
  for (const maintenance::NameProblem& problem : problems) {
    list.push_back(
        Json{{"code", problem.code}, {"key", problem.key}, {"message", problem.message}});
  }
  return list;
}

Column ParticipantsColumn() {
  return {"participants", Alignment::kLeft, [](const Json& row) {
            std::string text;
            for (const Json& participant : row["participants"]) {
              text += (text.empty() ? "" : ", ") + participant["display_name"].get<std::string>() +
                      (participant["is_new"].get<bool>() ? " (new)" : "");
            }
            return text.empty() ? "-" : text;
          }};
}

}  // namespace ursa::cli
