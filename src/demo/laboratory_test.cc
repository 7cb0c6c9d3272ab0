#include "demo/laboratory.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <map>
#include <set>

#include "base/digest.h"
#include "demo/damage.h"
#include "demo/testing_laboratory.h"
#include "store/directory.h"

namespace ursa::demo {
namespace {

using nlohmann::json;

constexpr int64_t kMinDeltaUs = 60'000'000;

// Every file below a directory: its bytes and last-modified time.
std::map<std::string, std::pair<std::string, int64_t>> Tree(const std::filesystem::path& root) {
  std::map<std::string, std::pair<std::string, int64_t>> tree;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    struct stat status {};
    if (entry.is_regular_file() && stat(entry.path().c_str(), &status) == 0) {
      tree[std::filesystem::relative(entry.path(), root).string()] = {
          ReadFile(entry.path()), status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
    }
  }
  return tree;
}

// All rows of a table as JSON, by key, without the times of their writing.
std::map<std::string, json> Rows(const std::filesystem::path& laboratory, std::string_view table) {
  std::map<std::string, json> rows;
  const auto assets = store::OpenDirectoryForReading(laboratory / "assets").value();
  const auto catalog = catalog::Catalog::Open(*assets, std::nullopt).value();
  const auto snapshot = catalog.Table(table).value();
  const catalog::TableDefinition& definition = *catalog::FindTable(table);
  delta::ScanOptions scan;
  for (const delta::Field& field : definition.schema.fields) {
    if (field.name != "registered_at" && field.name != "updated_at") {
      scan.columns.push_back(field.name);
    }
  }
  EXPECT_TRUE(
      delta::Scan(*assets, *snapshot, scan, [&](const delta::RowBatch& batch) -> Result<void> {
        for (size_t i = 0; i < batch.RowCount(); ++i) {
          json row;
          for (size_t column = 0; column < scan.columns.size(); ++column) {
            const delta::Field& field = batch.Fields()[column];
            row[field.name] = delta::ValueToJson(field.type, batch.At(column, i));
          }
          std::string key;
          for (const std::string& column : definition.key_columns) {
            key += row[column].get<std::string>() + "/";
          }
          rows[key] = row;
        }
        return {};
      }));
  return rows;
}

std::vector<json> InCatalog(const std::vector<json>& truth) {
  std::vector<json> found;
  for (const json& line : truth) {
    if (!line["recording_hash"].is_null()) {
      found.push_back(line);
    }
  }
  return found;
}

// commands.md, "fix-durations-inplace", at default flags.
std::string ActionByRule(const json& truth, const json& row) {
  if (truth["indeterminate_reason"] == "still_arriving") {
    return "still_arriving";
  }
  if (truth["duration_us"].is_null()) {
    return row["duration_known_wrong"] == true ? "indeterminate" : "flag";
  }
  if (row["duration_us"].is_null() || row["duration_known_wrong"] == true) {
    return "update";
  }
  const int64_t delta = truth["duration_us"].get<int64_t>() - row["duration_us"].get<int64_t>();
  return std::abs(delta) > kMinDeltaUs ? "update" : "unchanged";
}

TEST_F(LaboratoryTest, IsTheSameForTheSameSeedAndTime) {
  const TemporaryDirectory first;
  const TemporaryDirectory second;
  ASSERT_TRUE(Make(first.Path(), 40, 5));
  ASSERT_TRUE(Make(second.Path(), 40, 5));
  EXPECT_EQ(Tree(first.Path() / "raw"), Tree(second.Path() / "raw"));
  for (const char* name : {"truth.jsonl", "participants.mergemap", "ursa.toml"}) {
    EXPECT_EQ(ReadFile(first.Path() / name), ReadFile(second.Path() / name)) << name;
  }
  for (const char* table : {"participants", "modalities", "recordings"}) {
    EXPECT_EQ(Rows(first.Path(), table), Rows(second.Path(), table)) << table;
  }
}

TEST_F(LaboratoryTest, IsAnotherOneForAnotherSeed) {
  const TemporaryDirectory first;
  const TemporaryDirectory second;
  ASSERT_TRUE(Make(first.Path(), 5, 1));
  ASSERT_TRUE(Make(second.Path(), 5, 2));
  EXPECT_NE(ReadFile(first.Path() / "truth.jsonl"), ReadFile(second.Path() / "truth.jsonl"));
}

TEST_F(LaboratoryTest, OfTwentyIsTheBeginningOfOneOfForty) {
  const TemporaryDirectory twenty;
  const TemporaryDirectory forty;
  ASSERT_TRUE(Make(twenty.Path(), 20));
  ASSERT_TRUE(Make(forty.Path(), 40));
  EXPECT_TRUE(
      ReadFile(forty.Path() / "truth.jsonl").starts_with(ReadFile(twenty.Path() / "truth.jsonl")));
  const auto all = Tree(forty.Path() / "raw");
  for (const auto& [path, file] : Tree(twenty.Path() / "raw")) {
    ASSERT_TRUE(all.contains(path)) << path;
    EXPECT_EQ(all.at(path), file) << path;
  }
}

TEST_F(LaboratoryTest, OfFortyHasEveryKindOfDamageInTruthAndReport) {
  const TemporaryDirectory directory;
  const auto report = Make(directory.Path(), 40);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->damage.size(), kDamageCount);
  std::map<std::string, uint64_t> in_truth;
  for (const json& line : Truth(directory.Path())) {
    for (const json& code : line["damage"]) {
      ++in_truth[code.get<std::string>()];
    }
  }
  for (const DamageCount& count : report->damage) {
    EXPECT_EQ(in_truth[std::string(count.code)], count.recordings) << count.code;
  }
}

TEST_F(LaboratoryTest, CountsWhatItMade) {
  const TemporaryDirectory directory;
  const auto report = Make(directory.Path(), 40);
  ASSERT_TRUE(report);
  const auto tree = Tree(directory.Path() / "raw");
  uint64_t bytes = 0;
  for (const auto& [path, file] : tree) {
    bytes += file.first.size();
  }
  EXPECT_EQ(report->recordings, 40U);
  EXPECT_EQ(report->raw_files, tree.size());
  EXPECT_EQ(report->raw_bytes, bytes);
  EXPECT_EQ(report->recording_rows, Rows(directory.Path(), "recordings").size());
  EXPECT_EQ(report->modality_rows, Rows(directory.Path(), "modalities").size());
  EXPECT_EQ(report->participant_rows, Rows(directory.Path(), "participants").size());
}

TEST_F(LaboratoryTest, IsMarkedAsStagingAndHasAProfile) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(Make(directory.Path() / "new" / "lab", 1));
  const std::filesystem::path laboratory = directory.Path() / "new" / "lab";
  EXPECT_TRUE(std::filesystem::exists(laboratory / ".ursa-staging"));
  const std::string config = ReadFile(laboratory / "ursa.toml");
  EXPECT_NE(config.find("default_profile = \"local\"\n"), std::string::npos);
  EXPECT_NE(config.find("root = \".\"\n"), std::string::npos);
}

TEST_F(LaboratoryTest, RefusesADirectoryThatHoldsAnything) {
  const TemporaryDirectory directory;
  std::ofstream(directory.Path() / "notes.txt") << "keep me";
  const auto report = Make(directory.Path(), 1);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kUsage);
  EXPECT_NE(report.error().message.find(directory.Path().string()), std::string::npos);
  EXPECT_EQ(Tree(directory.Path()).size(), 1U);
  EXPECT_FALSE(Make(directory.Path() / "notes.txt", 1));
}

TEST_F(LaboratoryTest, OfNoRecordingsHasAnEmptyCatalog) {
  const TemporaryDirectory directory;
  const auto report = Make(directory.Path(), 0);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->damage.empty());
  EXPECT_TRUE(Rows(directory.Path(), "recordings").empty());
  EXPECT_EQ(ReadFile(directory.Path() / "truth.jsonl"), "");
}

TEST_F(LaboratoryTest, OfOneRecordingIsWhole) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(Make(directory.Path(), 1));
  EXPECT_EQ(Truth(directory.Path()).size(), 1U);
  EXPECT_EQ(Rows(directory.Path(), "recordings").size(), 1U);
}

TEST_F(LaboratoryTest, HasALimit) {
  const TemporaryDirectory directory;
  const auto report = Make(directory.Path(), kRecordingsMax + 1);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kUsage);
}

TEST_F(LaboratoryTest, RefusesAClockThatCannotBeRight) {
  const TemporaryDirectory directory;
  const auto report = MakeLaboratory(directory.Path(), {1, 1, TimeNs{}}, Context(), progress_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kInvalid);
}

TEST_F(LaboratoryTest, HasRowsOfWhichTheTruthExpectsTheAction) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(Make(directory.Path(), 80));
  const auto rows = Rows(directory.Path(), "recordings");
  const auto truth = InCatalog(Truth(directory.Path()));
  EXPECT_EQ(truth.size(), rows.size());
  std::set<std::string> actions;
  for (const json& line : truth) {
    const json& row = rows.at(line["recording_hash"].get<std::string>() + "/");
    EXPECT_EQ(row["recording_id"], line["recording_id"]);
    EXPECT_EQ(row["duration_us"], line["stored"]["duration_us"]);
    EXPECT_EQ(row["participant_ids"], line["participants"]["stored"]);
    EXPECT_EQ(line["fix_durations"]["action"], ActionByRule(line, row)) << line.dump();
    actions.insert(line["fix_durations"]["action"].get<std::string>());
  }
  EXPECT_EQ(actions, (std::set<std::string>{"flag", "indeterminate", "still_arriving", "unchanged",
                                            "update"}));
}

TEST_F(LaboratoryTest, StatesDurationsAsWholeMicrosecondsFromTheStartOfTheRow) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(Make(directory.Path(), 40));
  for (const json& line : Truth(directory.Path())) {
    const auto start = line["start_ns"].get<int64_t>();
    EXPECT_EQ(start % 1'000, 0);
    if (line["end_ns"].is_null()) {
      EXPECT_TRUE(line["duration_us"].is_null());
      EXPECT_FALSE(line["indeterminate_reason"].is_null());
      continue;
    }
    EXPECT_EQ(line["duration_us"], (line["end_ns"].get<int64_t>() - start) / 1'000);
    EXPECT_TRUE(line["indeterminate_reason"].is_null());
  }
}

TEST_F(LaboratoryTest, HasInventoriesWithTrueSizesAndDigests) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(Make(directory.Path(), 40));
  size_t compared = 0;
  for (const json& line : Truth(directory.Path())) {
    const auto id = line["recording_id"].get<std::string>();
    const auto root = directory.Path() / "raw" / "recordings" / id;
    const bool elsewhere = line["manifest"] == "augmented_elsewhere";
    const bool augmented = line["manifest"] == "augmented" || elsewhere;
    if (!augmented || !line["in_raw"] || Has(line, "raw_gone")) {
      continue;
    }
    const json manifest = json::parse(ReadFile(
        (elsewhere ? directory.Path() / "raw" / "manifests" / id : root) / "manifest.json"));
    for (const json& file : manifest["files"]) {
      const std::string bytes = ReadFile(root / file["path"].get<std::string>());
      EXPECT_EQ(bytes.size(), file["size"]) << file;
      EXPECT_EQ(Sha256Hex(bytes), file["sha256"]) << file;
      ++compared;
    }
  }
  EXPECT_GT(compared, 100U);
}

TEST_F(LaboratoryTest, HasFilesThatArrivedAfterTheEndAndBeforeNow) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(Make(directory.Path(), 40));
  const auto tree = Tree(directory.Path() / "raw" / "recordings");
  const int64_t now = clock_.Now().time_since_epoch().count();
  for (const json& line : Truth(directory.Path())) {
    const auto id = line["recording_id"].get<std::string>();
    size_t early = 0;
    for (auto file = tree.lower_bound(id + "/"); file != tree.end(); ++file) {
      if (!file->first.starts_with(id + "/")) {
        break;
      }
      EXPECT_LT(file->second.second, now) << file->first;
      early += !line["end_ns"].is_null() && file->second.second < line["end_ns"] ? 1 : 0;
    }
    EXPECT_EQ(early, Has(line, "mtime_before_start") ? 1U : 0U) << line.dump();
  }
}

TEST_F(LaboratoryTest, KeepsNoDataFileOfARecordingWhoseRawIsGone) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(Make(directory.Path(), 40));
  for (const json& line : Truth(directory.Path())) {
    const auto root =
        directory.Path() / "raw" / "recordings" / line["recording_id"].get<std::string>();
    EXPECT_EQ(std::filesystem::exists(root), line["in_raw"].get<bool>());
    EXPECT_EQ(std::filesystem::exists(root / "session.lock"),
              Has(line, "session_lock") || Has(line, "stale_lock"));
    if (!Has(line, "raw_gone")) {
      continue;
    }
    for (const auto& [path, file] : Tree(root)) {
      EXPECT_TRUE(path.ends_with("worker_report.json") || path.find('/') == std::string::npos)
          << path;
    }
  }
}

TEST_F(LaboratoryTest, HasLegacyModalitiesFromZeroBesideOnesOnTheSharedOrigin) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(Make(directory.Path(), 40));
  std::map<std::pair<std::string, std::string>, json> truth;
  for (const json& line : Truth(directory.Path())) {
    for (const json& modality : line["modalities"]) {
      truth[{line["recording_id"], modality["worker"].get<std::string>() +
                                       modality["modality"].get<std::string>()}] = modality;
    }
  }
  size_t legacy = 0;
  size_t shared = 0;
  for (const auto& [key, row] : Rows(directory.Path(), "modalities")) {
    const json& expected = truth.at({row["recording_id"], row["worker"].get<std::string>() +
                                                              row["modality"].get<std::string>()});
    EXPECT_EQ(expected["action"].is_null(),
              row["ingestion_status"] != "processed" || !row["start_epoch_ns"].is_null());
    EXPECT_EQ(row["start_epoch_ns"], expected["stored_start_epoch_ns"]);
    if (expected["action"] == "shift") {
      ++legacy;
      EXPECT_EQ(row["domain_intervals"].at(0).at("start"), 0.0);
    }
    shared += row["start_epoch_ns"].is_null() ? 0 : 1;
  }
  EXPECT_EQ(Rows(directory.Path(), "modalities").size(), truth.size());
  EXPECT_GT(legacy, 10U);
  EXPECT_GT(shared, 10U);
}

TEST_F(LaboratoryTest, StopsWhenItIsToldTo) {
  const TemporaryDirectory directory;
  std::stop_source stop;
  stop.request_stop();
  const auto report =
      MakeLaboratory(directory.Path(), {40, 1, clock_.Now()}, Context(stop.get_token()), progress_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kInterrupted);
  EXPECT_TRUE(std::filesystem::is_empty(directory.Path()));
  EXPECT_EQ(report.error().ToString().find("delete"), std::string::npos);
}

TEST_F(LaboratoryTest, SaysWhereItCouldNotWrite) {
  const TemporaryDirectory directory;
  std::ofstream(directory.Path() / "file") << "no directory";
  const auto report = Make(directory.Path() / "file" / "lab", 1);
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().ToString().find("file/lab"), std::string::npos);
}

TEST_F(LaboratoryTest, GivesAnErrorWhenTheDiskTakesNoMore) {
  const TemporaryDirectory directory;
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto previous_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{2'000, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto report = Make(directory.Path(), 3);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, previous_handler);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(report.error().ToString().find("delete what is there"), std::string::npos);
}

}  // namespace
}  // namespace ursa::demo
