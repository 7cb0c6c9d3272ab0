#include "cli/config.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "cli/suggestion.h"

namespace ursa::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kConfigBytesMax = size_t{1} << 20;
constexpr std::string_view kFileName = "ursa.toml";

// True unless it is certain that nothing is there: a file that cannot be looked at is an error to
// be told, not a reason to take another file.
bool MayExist(const fs::path& path) {
  std::error_code error;
  return fs::status(path, error).type() != fs::file_type::not_found;
}

// The value of a variable that is set and not empty.
std::optional<std::string> Variable(const Process& process, std::string_view name) {
  std::optional<std::string> value = process.environment(name);
  if (value && value->empty()) {
    return std::nullopt;
  }
  return value;
}

// Where a user's own configuration lies; none without a home. The XDG specification says that a
// relative XDG_CONFIG_HOME is to be ignored.
std::optional<fs::path> UserConfigFile(const Process& process) {
  const fs::path tail = fs::path("ursa") / "config.toml";
  if (const auto directory = Variable(process, "XDG_CONFIG_HOME");
      directory && fs::path(*directory).is_absolute()) {
    return fs::path(*directory) / tail;
  }
  if (const auto home = Variable(process, "HOME")) {
    return fs::path(*home) / ".config" / tail;
  }
  return std::nullopt;
}

Result<fs::path> FindConfigFile(const Process& process,
                                const std::optional<std::string>& config_flag) {
  if (config_flag) {
    const fs::path file = process.working_directory / *config_flag;
    if (!MayExist(file)) {
      return Fail(ErrorCode::kUsage, "--config: there is no file " + file.string());
    }
    return file;
  }
  const fs::path here = process.working_directory / kFileName;
  if (MayExist(here)) {
    return here;
  }
  const std::optional<fs::path> of_user = UserConfigFile(process);
  if (of_user && MayExist(*of_user)) {
    return *of_user;
  }
  return Fail(
      ErrorCode::kUsage,
      fmt::format("no configuration: there is {}; name one with --config FILE, or make a "
                  "laboratory to try Ursa on, with its ursa.toml: ursa demo DIR",
                  of_user ? fmt::format("neither {} nor {}", here.string(), of_user->string())
                          : fmt::format("no {}, and HOME is not set", here.string())));
}

std::vector<std::string> ProfileNames(const Config& config) {
  std::vector<std::string> names;
  for (const auto& [name, profile] : config.profiles) {
    names.push_back(name);
  }
  return names;
}

// Which profile a run is for, and who says so.
struct ProfileChoice {
  std::string name;
  std::string source;
};

Result<ProfileChoice> ChooseProfile(const Process& process, const Config& config,
                                    const std::optional<std::string>& profile_flag) {
  if (auto name = ChosenProfile(process, profile_flag)) {
    return ProfileChoice{*std::move(name), profile_flag ? "--profile" : "URSA_PROFILE"};
  }
  if (config.default_profile) {
    return ProfileChoice{*config.default_profile, "default_profile"};
  }
  return Fail(ErrorCode::kUsage,
              fmt::format("{}: no profile chosen; give --profile NAME, set URSA_PROFILE, or write "
                          "default_profile = \"NAME\" (profiles there: {})",
                          config.file.string(), fmt::join(ProfileNames(config), ", ")));
}

}  // namespace

std::optional<std::string> ChosenProfile(const Process& process,
                                         const std::optional<std::string>& profile_flag) {
  return profile_flag ? profile_flag : Variable(process, "URSA_PROFILE");
}

std::string AssetsName(const Profile& profile) {
  if (const auto* directory = std::get_if<DirectoryPlace>(&profile.place)) {
    return directory->root_as_written;
  }
  return std::get<S3Place>(profile.place).assets_bucket;
}

Result<Config> ReadConfig(const fs::path& file) {
  std::error_code error;
  if (fs::is_directory(file, error)) {
    return Fail(ErrorCode::kUsage, file.string() + ": this is a directory, not a TOML file");
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    return Fail(ErrorCode::kUsage,
                file.string() + ": cannot be opened; check that it exists and may be read");
  }
  std::string text(kConfigBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) {
    return Fail(ErrorCode::kUsage, file.string() + ": cannot be read");
  }
  text.resize(static_cast<size_t>(stream.gcount()));
  if (text.size() > kConfigBytesMax) {
    return Fail(ErrorCode::kUsage,
                file.string() + ": is over 1 MiB; is this the configuration of Ursa?");
  }
  return ParseConfig(text, file);
}

Result<Profile> LoadProfile(const Process& process, const std::optional<std::string>& config_flag,
                            const std::optional<std::string>& profile_flag) {
  URSA_TRY(const fs::path file, FindConfigFile(process, config_flag));
  URSA_TRY(Config config, ReadConfig(file));
  URSA_TRY(const ProfileChoice choice, ChooseProfile(process, config, profile_flag));
  const auto found = config.profiles.find(choice.name);
  if (found == config.profiles.end()) {
    const std::vector<std::string> names = ProfileNames(config);
    return Fail(ErrorCode::kUsage,
                fmt::format("{}: {} names the profile '{}', which is not there{} (profiles there: "
                            "{})",
                            config.file.string(), choice.source, choice.name,
                            DidYouMean(choice.name, names), fmt::join(names, ", ")));
  }
  return std::move(found->second);
}

}  // namespace ursa::cli
