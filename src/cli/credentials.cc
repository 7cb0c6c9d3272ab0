#include "cli/credentials.h"

#include <sys/prctl.h>

#include <fmt/format.h>

#include <fstream>
#include <map>

namespace ursa::cli {
namespace {

constexpr size_t kFileBytesMax = size_t{1} << 20;

std::string Variable(const Process& process, const std::string& name) {
  return process.environment(name).value_or("");
}

// The keys below one prefix of names; none where neither is set.
Result<std::optional<store::S3Credentials>> FromVariables(const Process& process,
                                                          const std::string& prefix) {
  const std::string id_name = prefix + "_ACCESS_KEY_ID";
  const std::string secret_name = prefix + "_SECRET_ACCESS_KEY";
  store::S3Credentials credentials{Variable(process, id_name), Variable(process, secret_name),
                                   Variable(process, prefix + "_SESSION_TOKEN"), id_name};
  const bool has_id = !credentials.access_key_id.empty();
  const bool has_secret = !credentials.secret_access_key.empty();
  if (has_id != has_secret) {
    return Fail(ErrorCode::kUsage,
                fmt::format("{} is set, {} is not; set both, or neither",
                            has_id ? id_name : secret_name, has_id ? secret_name : id_name));
  }
  return has_id ? std::optional(std::move(credentials)) : std::nullopt;
}

std::string Trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  return begin == std::string::npos
             ? std::string()
             : text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// The values of a section of an INI file; empty where it has no such section.
std::map<std::string, std::string> ReadSection(std::istream& lines, const std::string& section) {
  std::map<std::string, std::string> values;
  bool inside = false;
  size_t bytes = 0;
  for (std::string line; std::getline(lines, line) && bytes < kFileBytesMax;) {
    bytes += line.size();
    line = Trimmed(line);
    if (line.starts_with('[') && line.ends_with(']')) {
      inside = Trimmed(line.substr(1, line.size() - 2)) == section;
      continue;
    }
    const size_t equals = line.find('=');
    if (inside && equals != std::string::npos && !line.starts_with('#') && !line.starts_with(';')) {
      values[Trimmed(line.substr(0, equals))] = Trimmed(line.substr(equals + 1));
    }
  }
  return values;
}

Result<std::optional<store::S3Credentials>> FromFile(const Process& process) {
  std::filesystem::path file = Variable(process, "AWS_SHARED_CREDENTIALS_FILE");
  const std::string home = Variable(process, "HOME");
  if (file.empty() && home.empty()) {
    return std::nullopt;
  }
  if (file.empty()) {
    file = std::filesystem::path(home) / ".aws" / "credentials";
  }
  std::string section = Variable(process, "AWS_PROFILE");
  section = section.empty() ? "default" : section;
  std::ifstream stream(process.working_directory / file);
  std::map<std::string, std::string> values = ReadSection(stream, section);
  const std::string source = fmt::format("[{}] in {}", section, file.string());
  const bool has_id = values.contains("aws_access_key_id");
  if (has_id != values.contains("aws_secret_access_key")) {
    return Fail(ErrorCode::kUsage, source +
                                       " has only one of aws_access_key_id and "
                                       "aws_secret_access_key; write both");
  }
  if (!has_id) {
    return std::nullopt;
  }
  return store::S3Credentials{values["aws_access_key_id"], values["aws_secret_access_key"],
                              values["aws_session_token"], source};
}

}  // namespace

std::string_view BucketRoleName(BucketRole role) {
  return role == BucketRole::kRaw ? "raw" : "assets";
}

Result<store::S3Credentials> FindCredentials(const Process& process, BucketRole role) {
  // From here on a core of this process would hold a secret, and its memory be worth reading.
  prctl(PR_SET_DUMPABLE, 0);
  const std::string own = role == BucketRole::kRaw ? "URSA_RAW" : "URSA_ASSETS";
  for (const std::string& prefix : {own, std::string("R2"), std::string("AWS")}) {
    URSA_TRY(auto found, FromVariables(process, prefix));
    if (found) {
      return *std::move(found);
    }
  }
  URSA_TRY(auto found, FromFile(process));
  if (found) {
    return *std::move(found);
  }
  return Fail(ErrorCode::kUsage,
              fmt::format("no credentials for the {0} bucket: set {1}_ACCESS_KEY_ID and "
                          "{1}_SECRET_ACCESS_KEY (or the same with R2 or AWS for {1}), or write "
                          "~/.aws/credentials; a password manager can set them: op run -- ursa ...",
                          BucketRoleName(role), own));
}

}  // namespace ursa::cli
