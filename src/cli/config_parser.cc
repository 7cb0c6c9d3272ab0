// The checks of ursa.toml. One line of kSettings a key: that table is what is known; everything
// else is unknown. A profile is read into a Draft first, in which nothing is required, and the
// rules between keys (a directory or buckets, never both) are judged when it is complete.
// toml++ is used header-only and without exceptions, which Debian's compiled library is not.
#undef TOML_SHARED_LIB
#undef TOML_HEADER_ONLY
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0

#include <date/tz.h>
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>

#include "cli/config.h"
#include "cli/suggestion.h"
#include "store/object_store.h"

namespace ursa::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCredentialsHint =
    "; credentials never stand in this file: set URSA_RAW_ACCESS_KEY_ID, "
    "URSA_RAW_SECRET_ACCESS_KEY and URSA_ASSETS_... in the environment";

// A place in the file: what an error names.
struct Where {
  const fs::path& file;
  toml::source_index line;
  std::string key;  // dotted, e.g. "profile.r2.region"

  [[nodiscard]] tl::unexpected<Error> Wrong(std::string_view what) const {
    return Fail(ErrorCode::kUsage, fmt::format("{}:{}: {}: {}", file.string(), line, key, what));
  }
};

std::string_view TypeName(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a floating-point number";
    case toml::node_type::boolean:
      return "a boolean";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
    case toml::node_type::none:
      break;
  }
  return "nothing";
}

tl::unexpected<Error> WrongType(const Where& where, std::string_view wanted,
                                const toml::node& node) {
  return where.Wrong(fmt::format("must be {}, not {}", wanted, TypeName(node)));
}

// A profile as far as the file gives it.
struct Draft {
  std::optional<std::string> root, endpoint, region, addressing, raw_bucket, assets_bucket;
  std::optional<std::string> ca_bundle, catalog_prefix, rig_timezone, merge_map;
  std::optional<bool> allow_http;
  std::optional<std::vector<std::string>> placeholders, sentinels;
};

Result<std::string> TextOf(const toml::node& node, const Where& where) {
  const auto* text = node.as_string();
  if (text == nullptr) {
    return WrongType(where, "a string", node);
  }
  if (text->get().empty()) {
    return where.Wrong("must not be empty; leave the key out where there is nothing to say");
  }
  if (text->get().find('\0') != std::string::npos) {
    return where.Wrong("must not hold a NUL");
  }
  return text->get();
}

// Entries may be empty: the empty name is a sentinel by default.
Result<std::vector<std::string>> TextsOf(const toml::node& node, const Where& where) {
  const toml::array* list = node.as_array();
  if (list == nullptr) {
    return WrongType(where, "a list of strings", node);
  }
  std::vector<std::string> texts;
  for (const toml::node& entry : *list) {
    const auto* text = entry.as_string();
    if (text == nullptr) {
      return WrongType({where.file, entry.source().begin.line, where.key}, "a list of strings",
                       entry);
    }
    texts.push_back(text->get());
  }
  return texts;
}

Result<void> CheckTimeZone(const std::string& name, const Where& where) {
  try {
    date::locate_zone(name);
    return {};
  } catch (const std::runtime_error&) {
    return where.Wrong(fmt::format(
        "'{}' is no time zone that this machine knows; write an IANA name such as Europe/Berlin "
        "(and install tzdata where /usr/share/zoneinfo is missing)",
        name));
  }
}

Result<void> CheckPrefix(const std::string& prefix, const Where& where) {
  const Result<void> valid = store::CheckKey(prefix);
  if (!valid) {
    return where.Wrong(fmt::format(
        "'{}' is no prefix: it needs parts joined by single slashes, as ursa/catalog, none of "
        "them empty, '.' or '..'",
        prefix));
  }
  return {};
}

Result<void> CheckAddressing(const std::string& addressing, const Where& where) {
  if (addressing != "path" && addressing != "virtual") {
    return where.Wrong(fmt::format("'{}' is neither \"path\" nor \"virtual\"{}", addressing,
                                   DidYouMean(addressing, {"path", "virtual"})));
  }
  return {};
}

Result<void> CheckBucket(const std::string& bucket, const Where& where) {
  const bool plain = std::all_of(bucket.begin(), bucket.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
  if (!plain || bucket == "." || bucket == "..") {
    return where.Wrong(fmt::format(
        "'{}' is no bucket's name; give the name alone, without scheme or prefix", bucket));
  }
  return {};
}

using TextCheck = Result<void> (*)(const std::string&, const Where&);

// One key of a profile: exactly one of the three members says where it goes.
struct Setting {
  std::string_view key;
  std::optional<std::string> Draft::*text = nullptr;
  TextCheck check = nullptr;
  bool of_buckets = false;  // means nothing beside `root`
  std::optional<bool> Draft::*flag = nullptr;
  std::optional<std::vector<std::string>> Draft::*texts = nullptr;
};

constexpr std::array kSettings = {
    Setting{"root", &Draft::root},
    Setting{"endpoint", &Draft::endpoint, nullptr, true},
    Setting{"region", &Draft::region, nullptr, true},
    Setting{"addressing", &Draft::addressing, CheckAddressing, true},
    Setting{"raw_bucket", &Draft::raw_bucket, CheckBucket, true},
    Setting{"assets_bucket", &Draft::assets_bucket, CheckBucket, true},
    Setting{"ca_bundle", &Draft::ca_bundle, nullptr, true},
    Setting{"allow_http", nullptr, nullptr, true, &Draft::allow_http},
    Setting{"catalog_prefix", &Draft::catalog_prefix, CheckPrefix},
    Setting{"rig_timezone", &Draft::rig_timezone, CheckTimeZone},
    Setting{"merge_map", &Draft::merge_map},
    Setting{"placeholders", nullptr, nullptr, false, nullptr, &Draft::placeholders},
    Setting{"sentinels", nullptr, nullptr, false, nullptr, &Draft::sentinels},
};

tl::unexpected<Error> UnknownKey(const Where& where, std::string_view key,
                                 const std::vector<std::string>& known) {
  const bool credential = key.find("secret") != std::string_view::npos ||
                          key.find("access_key") != std::string_view::npos ||
                          key.find("token") != std::string_view::npos;
  return where.Wrong("unknown key" +
                     (credential ? std::string(kCredentialsHint) : DidYouMean(key, known)));
}

Result<void> Take(const Setting& setting, const toml::node& node, const Where& where,
                  Draft& draft) {
  if (setting.flag != nullptr) {
    const auto* flag = node.as_boolean();
    if (flag == nullptr) {
      return WrongType(where, "true or false", node);
    }
    draft.*setting.flag = flag->get();
    return {};
  }
  if (setting.texts != nullptr) {
    URSA_TRY(draft.*setting.texts, TextsOf(node, where));
    return {};
  }
  URSA_TRY(std::string text, TextOf(node, where));
  if (setting.check != nullptr) {
    URSA_CHECK(setting.check(text, where));
  }
  draft.*setting.text = std::move(text);
  return {};
}

// A name that only begins like an address (127.0.0.1.example.org) is anywhere.
bool IsLoopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") &&
          host.find_first_not_of("0123456789.") == std::string_view::npos);
}

// `endpoint` is scheme://host[:port], with a slash at most behind it.
Result<void> CheckEndpoint(const std::string& endpoint, bool allow_http, const Where& where) {
  constexpr std::string_view kHttps = "https://";
  constexpr std::string_view kHttp = "http://";
  const bool plain = endpoint.starts_with(kHttp);
  if (!plain && !endpoint.starts_with(kHttps)) {
    return where.Wrong("must begin with https://");
  }
  std::string_view host = endpoint;
  host.remove_prefix(plain ? kHttp.size() : kHttps.size());
  if (host.ends_with('/')) {
    host.remove_suffix(1);
  }
  if (host.find('@') != std::string_view::npos) {
    return where.Wrong("must not hold a user or password" + std::string(kCredentialsHint));
  }
  if (host.empty() || host.find_first_of("/?# \t\r\n<>\"\\") != std::string_view::npos) {
    return where.Wrong("must be https://HOST or https://HOST:PORT and nothing more");
  }
  const std::string_view name =
      host.starts_with('[') ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
  if (plain && !allow_http && !IsLoopback(name)) {
    return where.Wrong(
        "plain http:// is for loopback only: anyone on the way could read and change what is "
        "sent; write https://, or allow_http = true");
  }
  return {};
}

// Judges one profile's table.
class ProfileParser {
 public:
  ProfileParser(const fs::path& file, const toml::table& table, std::string name)
      : file_(file), table_(table), name_(std::move(name)) {}

  Result<Profile> Parse() {
    for (const auto& [key, node] : table_) {
      const auto setting = std::find_if(kSettings.begin(), kSettings.end(),
                                        [&](const Setting& s) { return s.key == key.str(); });
      if (setting == kSettings.end()) {
        return UnknownKey(At(key.str(), key.source().begin.line), key.str(), KnownKeys());
      }
      URSA_CHECK(Take(*setting, node, At(key.str(), key.source().begin.line), draft_));
    }
    Profile profile;
    profile.name = name_;
    profile.config_file = file_;
    profile.catalog_prefix = std::move(draft_.catalog_prefix);
    profile.rig_timezone = std::move(draft_.rig_timezone);
    profile.placeholders = std::move(draft_.placeholders);
    profile.sentinels = std::move(draft_.sentinels);
    if (draft_.merge_map) {
      profile.merge_map = BesideFile(*draft_.merge_map);
    }
    if (draft_.root) {
      URSA_TRY(profile.place, Directory());
    } else {
      URSA_TRY(profile.place, Buckets());
    }
    return profile;
  }

 private:
  [[nodiscard]] Where At(std::string_view key, toml::source_index line) const {
    return {file_, line, fmt::format("profile.{}.{}", name_, key)};
  }

  // The place of a key that is there, or else of the table.
  [[nodiscard]] Where At(std::string_view key) const {
    const auto found = table_.find(key);
    return At(
        key, found == table_.end() ? table_.source().begin.line : found->first.source().begin.line);
  }

  [[nodiscard]] fs::path BesideFile(const std::string& path) const {
    return (file_.parent_path() / path).lexically_normal();
  }

  static std::vector<std::string> KnownKeys() {
    std::vector<std::string> keys;
    for (const Setting& setting : kSettings) {
      keys.emplace_back(setting.key);
    }
    return keys;
  }

  Result<DirectoryPlace> Directory() {
    for (const Setting& setting : kSettings) {
      if (setting.of_buckets && table_.contains(setting.key)) {
        return At(setting.key)
            .Wrong(
                "cannot stand beside root: a profile is a directory (root) or buckets "
                "(endpoint, raw_bucket, assets_bucket), never both");
      }
    }
    return DirectoryPlace{BesideFile(*draft_.root), *draft_.root};
  }

  Result<S3Place> Buckets() {
    if (!draft_.endpoint) {
      return At("endpoint")
          .Wrong(
              "missing: a profile needs root (a directory), or endpoint, raw_bucket and "
              "assets_bucket");
    }
    for (const auto& [key, value] : {std::pair{"raw_bucket", &draft_.raw_bucket},
                                     std::pair{"assets_bucket", &draft_.assets_bucket}}) {
      if (!*value) {
        return At(key).Wrong("missing: a profile with an endpoint names both buckets");
      }
    }
    S3Place place;
    place.allow_http = draft_.allow_http.value_or(false);
    URSA_CHECK(CheckEndpoint(*draft_.endpoint, place.allow_http, At("endpoint")));
    place.endpoint = *draft_.endpoint;
    place.region = draft_.region.value_or("auto");
    place.addressing =
        draft_.addressing == "virtual" ? S3Place::Addressing::kVirtual : S3Place::Addressing::kPath;
    place.raw_bucket = *draft_.raw_bucket;
    place.assets_bucket = *draft_.assets_bucket;
    if (draft_.ca_bundle) {
      place.ca_bundle = BesideFile(*draft_.ca_bundle);
    }
    return place;
  }

  const fs::path& file_;
  const toml::table& table_;
  const std::string name_;
  Draft draft_;
};

Result<void> TakeProfiles(const toml::node& node, const Where& where, Config& config) {
  const toml::table* profiles = node.as_table();
  if (profiles == nullptr) {
    return WrongType(where, "tables, each [profile.NAME]", node);
  }
  for (const auto& [key, value] : *profiles) {
    const std::string name(key.str());
    const Where at{where.file, key.source().begin.line, "profile." + name};
    const toml::table* table = value.as_table();
    if (table == nullptr) {
      return WrongType(at, "a table, [profile.NAME]", value);
    }
    if (name.empty()) {
      return at.Wrong("a profile needs a name");
    }
    URSA_TRY(Profile profile, ProfileParser(where.file, *table, name).Parse());
    config.profiles.emplace(name, std::move(profile));
  }
  return {};
}

}  // namespace

Result<Config> ParseConfig(std::string_view text, const fs::path& file) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return Fail(ErrorCode::kUsage, fmt::format("{}:{}: this is no TOML: {}", file.string(),
                                               error.source().begin.line, error.description()));
  }
  Config config;
  config.file = file;
  std::optional<Where> default_at;
  for (const auto& [key, node] : parsed.table()) {
    const Where where{file, key.source().begin.line, std::string(key.str())};
    if (key.str() == "default_profile") {
      URSA_TRY(config.default_profile, TextOf(node, where));
      default_at.emplace(where);
    } else if (key.str() == "profile") {
      // A table made by [profile.NAME] alone has no line of its own.
      URSA_CHECK(TakeProfiles(node, where, config));
    } else {
      return UnknownKey(where, key.str(), {"default_profile", "profile"});
    }
  }
  if (config.profiles.empty()) {
    return Fail(ErrorCode::kUsage,
                file.string() + ": has no profile; write [profile.NAME] with root = \"...\"");
  }
  if (config.default_profile && !config.profiles.contains(*config.default_profile)) {
    std::vector<std::string> names;
    for (const auto& [name, profile] : config.profiles) {
      names.push_back(name);
    }
    return default_at->Wrong(fmt::format("there is no [profile.{}]{}", *config.default_profile,
                                         DidYouMean(*config.default_profile, names)));
  }
  return config;
}

}  // namespace ursa::cli
