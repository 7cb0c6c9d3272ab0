#include "cli/ingest_settings.h"

#include <fmt/format.h>

#include <fstream>
#include <string>

namespace ursa::cli {
namespace {

Result<participants::MergeMap> ReadMergeMap(const std::filesystem::path& file,
                                            const participants::Slugger& slugger) {
  std::ifstream stream(file, std::ios::binary);
  // One byte more than a map may have says that this is none.
  std::string text(participants::kMergeMapBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.eof() && !stream.good()) {
    return Fail(ErrorCode::kUsage, fmt::format("the merge map {} can't be read", file.string()));
  }
  text.resize(static_cast<size_t>(stream.gcount()));
  return participants::MergeMap::Parse(text, file.string(), slugger);
}

}  // namespace

Result<ingest::RigTimezone> RigTimezoneOf(const Profile& profile) {
  return profile.rig_timezone ? ingest::RigTimezone::Named(*profile.rig_timezone)
                              : ingest::RigTimezone();
}

Result<participants::Canonicalizer> CanonicalizerOf(const Profile& profile) {
  URSA_TRY(const participants::Slugger slugger, participants::Slugger::Make());
  participants::NameSettings settings;
  if (profile.placeholders) {
    settings.placeholders = *profile.placeholders;
  }
  if (profile.sentinels) {
    settings.sentinels = *profile.sentinels;
  }
  if (profile.merge_map) {
    URSA_TRY(settings.merge_map, ReadMergeMap(*profile.merge_map, slugger));
  }
  return participants::Canonicalizer::Make(std::move(settings), slugger);
}

}  // namespace ursa::cli
