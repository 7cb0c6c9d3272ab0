// ursa.toml: where a laboratory's recordings and catalog are.
//
// The file is looked for in the order of commands.md: `--config`, `ursa.toml` in the working
// directory, `$XDG_CONFIG_HOME/ursa/config.toml` (`~/.config` where that is not set). The profile
// is
// `--profile`, else URSA_PROFILE, else the file's default_profile.
//
// The whole file is checked, not only the profile that is used: a slip in [profile.r2] is told on
// the day that it was made. Every error is kUsage and names file, line and key.
// Source: commands.md, "Configuration".
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "cli/process.h"

namespace ursa::cli {

// A directory with raw/ and assets/ below it.
struct DirectoryPlace {
  std::filesystem::path root;  // absolute, or as far as the working directory is known
  std::string root_as_written;
};

// Two buckets of an S3-compatible service.
struct S3Place {
  enum class Addressing { kPath, kVirtual };
  std::string endpoint;  // https://host[:port], or http:// on loopback or with allow_http
  std::string region;    // "auto" where the file has none
  Addressing addressing = Addressing::kPath;
  std::string raw_bucket;
  std::string assets_bucket;
  std::optional<std::filesystem::path> ca_bundle;
  bool allow_http = false;
};

struct Profile {
  std::string name;
  std::filesystem::path config_file;
  std::variant<DirectoryPlace, S3Place> place;
  std::optional<std::string> catalog_prefix;             // a valid key (catalog.md section 1)
  std::optional<std::string> rig_timezone;               // an IANA name that this machine knows
  std::optional<std::filesystem::path> merge_map;        // relative to the file, as written there
  std::optional<std::vector<std::string>> placeholders;  // none: raw-recordings.md section 5's
  std::optional<std::vector<std::string>> sentinels;     // likewise
};

// The name by which an operator confirms a write: the assets bucket's; of a directory its root, as
// the file has it.
std::string AssetsName(const Profile& profile);

struct Config {
  std::filesystem::path file;
  std::optional<std::string> default_profile;  // one of `profiles`
  std::map<std::string, Profile, std::less<>> profiles;
};

// Reads and checks one file.
Result<Config> ReadConfig(const std::filesystem::path& file);

// The same for text that stands for the file's.
Result<Config> ParseConfig(std::string_view text, const std::filesystem::path& file);

// The profile that the caller chose, by --profile or else URSA_PROFILE: a command line that is to
// mean the same one elsewhere has to name it. None: the configuration's default_profile.
std::optional<std::string> ChosenProfile(const Process& process,
                                         const std::optional<std::string>& profile_flag);

// Finds the file, reads it, and chooses the profile. `config_flag` and `profile_flag` are the
// values of --config and --profile.
Result<Profile> LoadProfile(const Process& process, const std::optional<std::string>& config_flag,
                            const std::optional<std::string>& profile_flag);

}  // namespace ursa::cli
