#include "cli/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "cli/fake_process.h"

namespace ursa::cli {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kWhole[] = R"(default_profile = "local"

[profile.local]
root = "./ursa-data"
rig_timezone = "Europe/Berlin"
merge_map = "participants.mergemap"
placeholders = ["testing mode"]
sentinels = ["", "unknown"]

[profile.r2]
endpoint = "https://account.r2.cloudflarestorage.com"
region = "auto"
addressing = "virtual"
raw_bucket = "constellation-data"
assets_bucket = "constellation-assets"
catalog_prefix = "ursa/catalog"
ca_bundle = "/etc/ssl/lab.pem"
allow_http = true
)";

constexpr char kBuckets[] = "raw_bucket = \"raw\"\nassets_bucket = \"assets\"\n";

// The message of text that has to be wrong.
std::string WrongOf(const std::string& text) {
  const Result<Config> config = ParseConfig(text, "/lab/ursa.toml");
  EXPECT_FALSE(config.has_value()) << text;
  if (config) {
    return {};
  }
  EXPECT_EQ(config.error().code, ErrorCode::kUsage);
  return config.error().message;
}

// The message of a [profile.x] with these lines, the first being the file's second.
std::string WrongProfile(const std::string& lines) { return WrongOf("[profile.x]\n" + lines); }

S3Place PlaceOf(const std::string& lines) {
  const Result<Config> config = ParseConfig("[profile.x]\n" + lines, "/lab/ursa.toml");
  EXPECT_TRUE(config.has_value()) << (config ? "" : config.error().message);
  return config ? std::get<S3Place>(config->profiles.at("x").place) : S3Place{};
}

TEST(Config, ReadsADirectory) {
  const Result<Config> config = ParseConfig(kWhole, "/lab/ursa.toml");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->default_profile, "local");
  const Profile& profile = config->profiles.at("local");
  EXPECT_EQ(profile.name, "local");
  EXPECT_EQ(profile.config_file, "/lab/ursa.toml");
  EXPECT_EQ(profile.rig_timezone, "Europe/Berlin");
  EXPECT_THAT(profile.placeholders.value(), ElementsAre("testing mode"));
  EXPECT_THAT(profile.sentinels.value(), ElementsAre("", "unknown"));
}

TEST(Config, TakesPathsAsRelativeToTheFile) {
  const Result<Config> config = ParseConfig(kWhole, "/lab/ursa.toml");
  ASSERT_TRUE(config.has_value());
  const Profile& profile = config->profiles.at("local");
  const auto& place = std::get<DirectoryPlace>(profile.place);
  EXPECT_EQ(place.root, "/lab/ursa-data");
  EXPECT_EQ(place.root_as_written, "./ursa-data");
  EXPECT_EQ(profile.merge_map, "/lab/participants.mergemap");
}

TEST(Config, ReadsBuckets) {
  const Result<Config> config = ParseConfig(kWhole, "/lab/ursa.toml");
  ASSERT_TRUE(config.has_value());
  const Profile& profile = config->profiles.at("r2");
  const auto& place = std::get<S3Place>(profile.place);
  EXPECT_EQ(place.endpoint, "https://account.r2.cloudflarestorage.com");
  EXPECT_EQ(place.region, "auto");
  EXPECT_EQ(place.addressing, S3Place::Addressing::kVirtual);
  EXPECT_EQ(place.raw_bucket, "constellation-data");
  EXPECT_EQ(place.assets_bucket, "constellation-assets");
  EXPECT_EQ(place.ca_bundle, "/etc/ssl/lab.pem");
  EXPECT_TRUE(place.allow_http);
  EXPECT_EQ(profile.catalog_prefix, "ursa/catalog");
}

TEST(Config, LeavesUnsetWhatTheFileDoesNotSay) {
  const Result<Config> config = ParseConfig("[profile.x]\nroot = \"/data\"\n", "/lab/ursa.toml");
  ASSERT_TRUE(config.has_value());
  const Profile& profile = config->profiles.at("x");
  EXPECT_FALSE(config->default_profile.has_value());
  EXPECT_FALSE(profile.catalog_prefix.has_value());
  EXPECT_FALSE(profile.rig_timezone.has_value());
  EXPECT_FALSE(profile.merge_map.has_value());
  EXPECT_FALSE(profile.placeholders.has_value());
  EXPECT_FALSE(profile.sentinels.has_value());
}

TEST(Config, DefaultsToPathAddressingInRegionAuto) {
  const S3Place place = PlaceOf(std::string("endpoint = \"https://s3.lab\"\n") + kBuckets);
  EXPECT_EQ(place.region, "auto");
  EXPECT_EQ(place.addressing, S3Place::Addressing::kPath);
  EXPECT_FALSE(place.allow_http);
  EXPECT_FALSE(place.ca_bundle.has_value());
}

// commands.md, "Configuration": an unknown key, a wrong type or a missing bucket is an error that
// names file, line and key.
TEST(Config, NamesFileLineAndKeyOfAnUnknownKey) {
  EXPECT_EQ(WrongProfile("root = \"/data\"\nadressing = \"path\"\n"),
            "/lab/ursa.toml:3: profile.x.adressing: unknown key; did you mean 'addressing'?");
  EXPECT_EQ(WrongOf("defalt_profile = \"x\"\n"),
            "/lab/ursa.toml:1: defalt_profile: unknown key; did you mean 'default_profile'?");
  EXPECT_THAT(WrongOf("[zebra]\nx = 1\n"), StartsWith("/lab/ursa.toml:1: zebra: unknown key"));
}

TEST(Config, SaysWhereCredentialsBelong) {
  for (const char* key : {"secret_access_key", "access_key_id", "session_token"}) {
    const std::string message = WrongProfile(std::string(key) + " = \"hidden\"\n");
    EXPECT_THAT(message, HasSubstr("URSA_RAW_SECRET_ACCESS_KEY"));
    EXPECT_THAT(message, Not(HasSubstr("hidden")));
  }
}

TEST(Config, NamesFileLineAndKeyOfAWrongType) {
  EXPECT_EQ(WrongProfile("\nroot = 7\n"),
            "/lab/ursa.toml:3: profile.x.root: must be a string, not an integer");
  EXPECT_EQ(WrongProfile("allow_http = \"yes\"\n"),
            "/lab/ursa.toml:2: profile.x.allow_http: must be true or false, not a string");
  EXPECT_EQ(WrongProfile("sentinels = \"none\"\n"),
            "/lab/ursa.toml:2: profile.x.sentinels: must be a list of strings, not a string");
  EXPECT_EQ(WrongProfile("sentinels = [\"a\",\n 1.5]\n"),
            "/lab/ursa.toml:3: profile.x.sentinels: must be a list of strings, not a "
            "floating-point number");
  EXPECT_EQ(WrongOf("default_profile = []\n"),
            "/lab/ursa.toml:1: default_profile: must be a string, not a list");
  EXPECT_THAT(WrongOf("profile = 2026-05-07\n"),
              StartsWith("/lab/ursa.toml:1: profile: must be tables"));
  EXPECT_THAT(WrongOf("profile.x = true\n"),
              EndsWith("profile.x: must be a table, [profile.NAME], not a boolean"));
}

TEST(Config, NamesFileLineAndKeyOfAMissingBucket) {
  EXPECT_EQ(WrongProfile("endpoint = \"https://s3.lab\"\nassets_bucket = \"a\"\n"),
            "/lab/ursa.toml:1: profile.x.raw_bucket: missing: a profile with an endpoint names "
            "both buckets");
  EXPECT_THAT(WrongProfile("endpoint = \"https://s3.lab\"\nraw_bucket = \"a\"\n"),
              StartsWith("/lab/ursa.toml:1: profile.x.assets_bucket: missing"));
}

TEST(Config, NamesAProfileWithNeitherDirectoryNorEndpoint) {
  EXPECT_THAT(WrongOf("\n[profile.x]\n"),
              StartsWith("/lab/ursa.toml:2: profile.x.endpoint: missing: a profile needs root"));
}

TEST(Config, RefusesAMixtureOfDirectoryAndBuckets) {
  for (const char* line :
       {"endpoint = \"https://s3.lab\"", "region = \"auto\"", "addressing = \"path\"",
        "raw_bucket = \"b\"", "assets_bucket = \"b\"", "ca_bundle = \"c\"", "allow_http = true"}) {
    const std::string message = WrongProfile("root = \"/data\"\n" + std::string(line) + "\n");
    EXPECT_THAT(message, StartsWith("/lab/ursa.toml:3: profile.x.")) << line;
    EXPECT_THAT(message, HasSubstr("cannot stand beside root")) << line;
  }
}

TEST(Config, RefusesEmptyValues) {
  for (const char* key : {"root", "endpoint", "region", "addressing", "raw_bucket", "assets_bucket",
                          "catalog_prefix", "ca_bundle", "rig_timezone", "merge_map"}) {
    EXPECT_THAT(
        WrongProfile(std::string(key) + " = \"\"\n"),
        StartsWith("/lab/ursa.toml:2: profile.x." + std::string(key) + ": must not be empty"));
  }
  EXPECT_THAT(WrongOf("default_profile = \"\"\n"), HasSubstr("must not be empty"));
}

TEST(Config, RefusesANulInAPath) {
  EXPECT_THAT(WrongProfile("root = \"/data\\u0000x\"\n"), HasSubstr("NUL"));
}

TEST(Config, RefusesATimeZoneThatNobodyKnows) {
  for (const char* zone : {"Europe/Berln", "Mars/Olympus", "../../etc/passwd", "/etc/localtime"}) {
    EXPECT_THAT(WrongProfile("root = \"/d\"\nrig_timezone = \"" + std::string(zone) + "\"\n"),
                StartsWith("/lab/ursa.toml:3: profile.x.rig_timezone: '" + std::string(zone)));
  }
}

TEST(Config, RefusesACatalogPrefixThatIsNoKey) {
  for (const char* prefix : {"/ursa", "ursa/", "a//b", "..", "a/./b"}) {
    EXPECT_THAT(WrongProfile("root = \"/d\"\ncatalog_prefix = \"" + std::string(prefix) + "\"\n"),
                StartsWith("/lab/ursa.toml:3: profile.x.catalog_prefix: "))
        << prefix;
  }
}

TEST(Config, RefusesAnAddressingThatIsNeither) {
  EXPECT_EQ(WrongProfile("addressing = \"paht\"\n"),
            "/lab/ursa.toml:2: profile.x.addressing: 'paht' is neither \"path\" nor \"virtual\"; "
            "did you mean 'path'?");
}

TEST(Config, RefusesABucketThatIsNoName) {
  for (const char* bucket : {"s3://b", "b/prefix", "..", "a b"}) {
    EXPECT_THAT(WrongProfile("raw_bucket = \"" + std::string(bucket) + "\"\n"),
                HasSubstr("is no bucket's name"));
  }
}

// commands.md, "Configuration": plain HTTP only on loopback otherwise.
TEST(Config, TakesPlainHttpOnLoopbackOnlyUnlessItIsAllowed) {
  for (const char* host : {"localhost:9000", "127.0.0.1", "127.0.0.2:80", "[::1]:9000"}) {
    EXPECT_EQ(PlaceOf("endpoint = \"http://" + std::string(host) + "\"\n" + kBuckets).raw_bucket,
              "raw")
        << host;
  }
  for (const char* host :
       {"s3.lab", "127.0.0.1.example.org", "localhost.example.org", "10.0.0.1"}) {
    const std::string lines = "endpoint = \"http://" + std::string(host) + "\"\n" + kBuckets;
    EXPECT_THAT(WrongProfile(lines),
                StartsWith("/lab/ursa.toml:2: profile.x.endpoint: plain http://"))
        << host;
    EXPECT_EQ(PlaceOf(lines + "allow_http = true\n").raw_bucket, "raw") << host;
  }
}

TEST(Config, RefusesAnEndpointThatIsNotAHost) {
  for (const char* endpoint : {"s3.lab", "ftp://s3.lab", "https://", "https://s3.lab/bucket",
                               "https://s3.lab?x=1", "https://<account>.r2.example"}) {
    EXPECT_THAT(WrongProfile("endpoint = \"" + std::string(endpoint) + "\"\n" + kBuckets),
                StartsWith("/lab/ursa.toml:2: profile.x.endpoint: must "))
        << endpoint;
  }
  EXPECT_EQ(PlaceOf(std::string("endpoint = \"https://s3.lab/\"\n") + kBuckets).endpoint,
            "https://s3.lab/");
}

TEST(Config, RefusesCredentialsInAnEndpoint) {
  EXPECT_THAT(WrongProfile(std::string("endpoint = \"https://user:pw@s3.lab\"\n") + kBuckets),
              HasSubstr("must not hold a user or password"));
}

TEST(Config, NamesTheLineOfABrokenFile) {
  EXPECT_THAT(WrongOf("[profile.x]\nroot = \n"), StartsWith("/lab/ursa.toml:2: this is no TOML"));
  EXPECT_THAT(WrongOf("[profile.x]\nroot = \"a\"\nroot = \"b\"\n"),
              StartsWith("/lab/ursa.toml:3: this is no TOML"));
  EXPECT_THAT(WrongOf("[profile.x]\nroot = \"\xFF\"\n"), HasSubstr("this is no TOML"));
}

TEST(Config, RefusesAFileWithoutProfiles) {
  EXPECT_THAT(WrongOf(""), HasSubstr("has no profile"));
  EXPECT_THAT(WrongOf("[profile]\n"), HasSubstr("has no profile"));
}

TEST(Config, RefusesADefaultThatIsNotThere) {
  EXPECT_EQ(WrongOf("\ndefault_profile = \"locla\"\n[profile.local]\nroot = \"/d\"\n"),
            "/lab/ursa.toml:2: default_profile: there is no [profile.locla]; did you mean "
            "'local'?");
}

// marzer/tomlplusplus issue 190: undefined behaviour, which only UBSan tells from a right answer.
TEST(Config, TakesNoCharacterForABlankThatIsNone) {
  EXPECT_THAT(WrongOf("[profile.x]\nroot = \u00A7\n"), HasSubstr("this is no TOML"));
  EXPECT_THAT(WrongOf("[profile.x]\n\u00E9 = 1\n"), HasSubstr("this is no TOML"));
  EXPECT_EQ(PlaceOf("endpoint = \"\"\"https://s3.\\\n\u00E9.lab\"\"\"\n" + std::string(kBuckets))
                .endpoint,
            "https://s3.\u00E9.lab");
}

TEST(Config, IsAnErrorOrAConfigurationWhateverTheBytesAre) {
  EXPECT_TRUE(rc::check("no text breaks the parser", [](const std::string& text) {
    const Result<Config> config = ParseConfig("[profile.x]\n" + text, "f");
    RC_ASSERT((config.has_value() || config.error().code == ErrorCode::kUsage));
  }));
}

// Each place where a configuration may lie holds a profile named after it.
class LoadProfileTest : public testing::Test {
 protected:
  LoadProfileTest() {
    process_.working_directory = directory_.path / "work";
    std::filesystem::create_directories(process_.working_directory);
    process_.environment["HOME"] = (directory_.path / "home").string();
  }

  void Place(const std::string& file, const std::string& profile) {
    directory_.Write(file, "default_profile = \"" + profile + "\"\n[profile." + profile +
                               "]\nroot = \"data\"\n");
  }
  Result<Profile> Load(std::optional<std::string> config = {},
                       std::optional<std::string> profile = {}) {
    const Process process = process_.Make();
    return LoadProfile(process, config, profile);
  }
  std::string NameOf(const Result<Profile>& profile) {
    return profile ? profile->name : profile.error().message;
  }

  TemporaryDirectory directory_;
  FakeProcess process_;
};

// commands.md, "Configuration": --config, else ursa.toml in the working directory, else
// $XDG_CONFIG_HOME/ursa/config.toml.
TEST_F(LoadProfileTest, LooksForTheFileInTheOrderOfThePage) {
  process_.environment["XDG_CONFIG_HOME"] = (directory_.path / "xdg").string();
  Place("home/.config/ursa/config.toml", "home");
  EXPECT_THAT(NameOf(Load()), HasSubstr("no configuration"));
  Place("xdg/ursa/config.toml", "xdg");
  EXPECT_EQ(NameOf(Load()), "xdg");
  Place("work/ursa.toml", "here");
  EXPECT_EQ(NameOf(Load()), "here");
  Place("work/other.toml", "flag");
  EXPECT_EQ(NameOf(Load("other.toml")), "flag");
}

TEST_F(LoadProfileTest, FallsBackToDotConfigWhereXdgConfigHomeIsUnsetEmptyOrRelative) {
  Place("home/.config/ursa/config.toml", "home");
  EXPECT_EQ(NameOf(Load()), "home");
  for (const char* value : {"", "relative"}) {
    process_.environment["XDG_CONFIG_HOME"] = value;
    EXPECT_EQ(NameOf(Load()), "home") << value;
  }
}

TEST_F(LoadProfileTest, HintsAtTheDemoWhereThereIsNoFile) {
  const Result<Profile> profile = Load();
  ASSERT_FALSE(profile.has_value());
  EXPECT_EQ(profile.error().code, ErrorCode::kUsage);
  EXPECT_THAT(profile.error().message, HasSubstr("ursa demo DIR"));
  EXPECT_THAT(profile.error().message, HasSubstr("work/ursa.toml"));
  EXPECT_THAT(profile.error().message, HasSubstr("home/.config/ursa/config.toml"));
  process_.environment.clear();
  EXPECT_THAT(NameOf(Load()), HasSubstr("ursa demo DIR"));
}

TEST_F(LoadProfileTest, TakesNoOtherFileWhereTheNamedOneIsMissing) {
  Place("work/ursa.toml", "here");
  EXPECT_THAT(NameOf(Load("missing.toml")), HasSubstr("there is no file"));
}

TEST_F(LoadProfileTest, RefusesADirectoryAndAFileThatIsTooLarge) {
  EXPECT_THAT(NameOf(Load(".")), HasSubstr("this is a directory"));
  directory_.Write("work/large.toml", std::string((1 << 20) + 1, '#'));
  EXPECT_THAT(NameOf(Load("large.toml")), HasSubstr("over 1 MiB"));
}

TEST_F(LoadProfileTest, SaysWhereALinkLeadsNowhere) {
  std::filesystem::create_symlink("nowhere", directory_.path / "work/ursa.toml");
  EXPECT_THAT(NameOf(Load()), HasSubstr("ursa.toml"));
}

// commands.md, "Configuration": --profile, else URSA_PROFILE, else default_profile; none: exit 3.
TEST_F(LoadProfileTest, ChoosesTheProfileInTheOrderOfThePage) {
  directory_.Write("work/ursa.toml",
                   "[profile.a]\nroot = \"a\"\n[profile.b]\nroot = \"b\"\n[profile.c]\nroot = "
                   "\"c\"\n");
  EXPECT_THAT(NameOf(Load()), HasSubstr("no profile chosen"));
  EXPECT_THAT(NameOf(Load()), HasSubstr("a, b, c"));
  const std::string text = ReadFile(directory_.path / "work/ursa.toml");
  directory_.Write("work/ursa.toml", "default_profile = \"a\"\n" + text);
  EXPECT_EQ(NameOf(Load()), "a");
  process_.environment["URSA_PROFILE"] = "b";
  EXPECT_EQ(NameOf(Load()), "b");
  EXPECT_EQ(NameOf(Load({}, "c")), "c");
  process_.environment["URSA_PROFILE"] = "";
  EXPECT_EQ(NameOf(Load()), "a");
}

TEST_F(LoadProfileTest, NamesWhoAskedForAProfileThatIsNotThere) {
  Place("work/ursa.toml", "local");
  EXPECT_THAT(NameOf(Load({}, "locl")), HasSubstr("--profile names the profile 'locl', which is "
                                                  "not there; did you mean 'local'?"));
  process_.environment["URSA_PROFILE"] = "zebra";
  EXPECT_THAT(NameOf(Load()), HasSubstr("URSA_PROFILE names the profile 'zebra'"));
}

TEST_F(LoadProfileTest, TakesRootAsRelativeToTheFile) {
  Place("elsewhere/lab.toml", "lab");
  const Result<Profile> profile = Load("../elsewhere/lab.toml");
  ASSERT_TRUE(profile.has_value()) << profile.error().message;
  EXPECT_EQ(std::get<DirectoryPlace>(profile->place).root, directory_.path / "elsewhere/data");
}

}  // namespace
}  // namespace ursa::cli
