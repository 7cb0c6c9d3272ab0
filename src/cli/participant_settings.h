// What the commands about participants take from flags and profile, and show of names.
// Source: raw-recordings.md section 5; commands.md, "Configuration".
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "maintenance/participant_names.h"
#include "participants/canonicalizer.h"

namespace ursa::cli {

// --merge-map FILE.
void AddMergeMapOption(Options& options, std::optional<std::string>& merge_map);

// Reads a merge map. kUsage where there is no such file, or where it breaks a rule, naming the
// line.
Result<participants::MergeMap> ReadMergeMap(const std::filesystem::path& file,
                                            const participants::Slugger& slugger);

// The profile's placeholders and sentinels, and the merge map: the flag's, else the profile's.
Result<participants::Canonicalizer> LoadCanonicalizer(const Process& process,
                                                      const Profile& profile,
                                                      const std::optional<std::string>& merge_map);

// [{"participant_id", "display_name", "is_new"}], each id once.
Json ParticipantsJson(const std::vector<participants::Participant>& participants);

// [{"code", "key", "message"}]
Json ProblemsJson(const std::vector<maintenance::NameProblem>& problems);

// The display names of `participants`, for people.
Column ParticipantsColumn();

}  // namespace ursa::cli
