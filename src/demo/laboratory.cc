#include "demo/laboratory.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "base/parallel.h"
#include "catalog/catalog.h"
#include "demo/catalog_rows.h"
#include "demo/participants.h"
#include "demo/raw_tree.h"
#include "demo/recording_design.h"
#include "demo/recording_files.h"
#include "demo/truth.h"
#include "store/directory.h"
#include "store/file_descriptor.h"

namespace ursa::demo {
namespace {

// So many recordings may wait for their turn in truth.jsonl, per job.
constexpr size_t kWindowPerJob = 8;

constexpr std::string_view kConfig =
    "default_profile = \"local\"\n"
    "\n"
    "[profile.local]\n"
    "root = \".\"\n"
    "merge_map = \"participants.mergemap\"\n";

Result<void> CheckOptions(const std::filesystem::path& directory,
                          const LaboratoryOptions& options) {
  if (options.recordings > kRecordingsMax) {
    return Fail(ErrorCode::kUsage, fmt::format("a laboratory has at most {} recordings, not {}",
                                               kRecordingsMax, options.recordings));
  }
  if (!CanBeNow(options.now)) {
    return Fail(ErrorCode::kInvalid, "the clock says " + FormatTime(options.now) +
                                         ": set it right, recordings are made relative to it");
  }
  std::error_code error;
  const auto status = std::filesystem::status(directory, error);
  if (!std::filesystem::exists(status)) {
    return {};
  }
  const bool is_empty =
      std::filesystem::is_directory(status) && std::filesystem::is_empty(directory, error);
  if (!is_empty || error) {
    return Fail(ErrorCode::kUsage,
                directory.string() +
                    " is there already and is no empty directory: a laboratory is made in a new "
                    "one, nothing is ever overwritten");
  }
  return {};
}

Result<void> WriteText(const std::filesystem::path& path, std::string_view text, TimeNs now) {
  RawFile file;
  file.head = text;
  file.modified = now;
  return WriteRawFile(path, file);
}

// One recording on its way from a worker thread to the truth and the tables.
struct MadeRecording {
  std::string truth_line;
  RecordingRows rows;
  std::vector<const Person*> people;
  RawTreeSize size;
  std::optional<Error> error;
};

class LaboratoryMaker {
 public:
  LaboratoryMaker(const std::filesystem::path& directory, const LaboratoryOptions& options,
                  const catalog::WriteContext& context, Progress& progress)
      : directory_(directory), options_(options), context_(context), progress_(progress) {}

  Result<LaboratoryReport> Run() {
    URSA_CHECK(MakeDirectories(directory_ / "raw" / "recordings"));
    URSA_CHECK(MakeDirectories(directory_ / "assets"));
    URSA_CHECK(WriteText(directory_ / ".ursa-staging", "", options_.now));
    URSA_CHECK(WriteText(directory_ / "participants.mergemap", MergeMapText(), options_.now));
    URSA_TRY(GrowingFile truth, GrowingFile::Make(directory_ / "truth.jsonl"));
    URSA_CHECK(MakeRecordings(truth));
    URSA_CHECK(truth.Finish());
    URSA_CHECK_CONTEXT(Register(), "making the catalog");
    URSA_CHECK(WriteText(directory_ / "ursa.toml", kConfig, options_.now));
    CountDamage();
    return std::move(report_);
  }

 private:
  Result<void> MakeRecordings(GrowingFile& truth) {
    progress_.Begin("making recordings", "recordings", options_.recordings);
    const size_t jobs = std::max<size_t>(context_.jobs, 1);
    std::vector<MadeRecording> slots(jobs * kWindowPerJob);
    return OrderedParallelMap(
        options_.recordings, jobs, slots.size(), context_.stop,
        [&](size_t index) { slots[index % slots.size()] = MakeOne(index); },
        [&](size_t index) { return Take(std::move(slots[index % slots.size()]), truth); });
  }

  // Called from several threads at once.
  MadeRecording MakeOne(size_t index) const {
    MadeRecording made;
    const RecordingDesign design = DesignRecording(options_.seed, index, options_.now);
    const std::vector<RawFile> files = WorkerFiles(design, options_.seed);
    const std::vector<InventoryFile> inventory = InventoryOf(files);
    const Manifests manifests = MakeManifests(design, options_.seed, inventory);
    made.rows = MakeRows(design, options_.seed, files, manifests);
    made.truth_line = TruthLine(design, files, inventory, manifests, made.rows);
    if (made.rows.recording && !design.names.stored.empty()) {
      made.people = design.names.people;
    }
    auto size = WriteRawTree(directory_ / "raw", design, files, manifests);
    if (size) {
      made.size = *size;
    } else {
      made.error = std::move(size).error();
    }
    return made;
  }

  Result<void> Take(MadeRecording made, GrowingFile& truth) {
    if (made.error) {
      return tl::unexpected(std::move(*made.error));
    }
    URSA_CHECK(truth.Append(made.truth_line + "\n"));
    report_.recordings += 1;
    report_.raw_files += made.size.files;
    report_.raw_bytes += made.size.bytes;
    if (made.rows.recording) {
      recordings_.push_back(ToRow(*made.rows.recording));
    }
    for (const ModalityTruth& modality : made.rows.modalities) {
      modalities_.push_back(ToRow(modality.row));
    }
    for (const Person* person : made.people) {
      people_.insert({person->participant_id, person->display_name});
    }
    progress_.Advance(1, made.size.bytes);
    return {};
  }

  // A recording's row is its commit mark and comes last.
  Result<void> Register() {
    URSA_TRY(const auto assets, store::OpenDirectory(directory_ / "assets"));
    URSA_TRY(catalog::Catalog catalog,
             catalog::InitCatalog(*assets, std::string(catalog::kDefaultPrefix), context_));
    URSA_TRY(catalog::Writer writer, catalog::Writer::Open(*assets, std::move(catalog), context_));
    std::vector<catalog::NamedRow> participants;
    for (const auto& [id, name] : people_) {
      participants.push_back(
          ToRow(catalog::Participant{std::string(id), std::string(name), {}, {}}));
    }
    report_.participant_rows = participants.size();
    report_.modality_rows = modalities_.size();
    report_.recording_rows = recordings_.size();
    progress_.Begin("registering rows", "rows",
                    participants.size() + modalities_.size() + recordings_.size());
    URSA_CHECK(RegisterTable(writer, catalog::kParticipants, participants));
    URSA_CHECK(RegisterTable(writer, catalog::kModalities, modalities_));
    return RegisterTable(writer, catalog::kRecordings, recordings_);
  }

  Result<void> RegisterTable(catalog::Writer& writer, std::string_view table,
                             const std::vector<catalog::NamedRow>& rows) {
    if (rows.empty()) {
      return {};
    }
    URSA_CHECK(writer.Register(*catalog::FindTable(table), rows, catalog::OnConflict::kError));
    progress_.Advance(rows.size(), 0);
    return {};
  }

  void CountDamage() {
    std::array<uint64_t, kDamageCount> counts{};
    for (size_t i = 0; i < options_.recordings; ++i) {
      for (const Damage damage : DamageOfRecording(i).List()) {
        ++counts[static_cast<size_t>(damage)];
      }
    }
    for (size_t i = 0; i < kDamageCount; ++i) {
      const auto damage = static_cast<Damage>(i);
      if (counts[i] > 0) {
        report_.damage.push_back({DamageCode(damage), DamageSentence(damage), counts[i]});
      }
    }
  }

  const std::filesystem::path& directory_;
  const LaboratoryOptions& options_;
  const catalog::WriteContext& context_;
  Progress& progress_;
  std::vector<catalog::NamedRow> recordings_;
  std::vector<catalog::NamedRow> modalities_;
  std::set<std::pair<std::string_view, std::string_view>> people_;
  LaboratoryReport report_;
};

// Removes what the maker makes, by name, from a directory that was empty before: whoever interrupts
// is told that the command can be run again. False where something is left.
bool RemoveLaboratory(const std::filesystem::path& directory) {
  std::error_code error;
  for (const char* name :
       {"raw", "assets", ".ursa-staging", "participants.mergemap", "truth.jsonl", "ursa.toml"}) {
    std::filesystem::remove_all(directory / name, error);
  }
  return std::filesystem::is_empty(directory, error) && !error;
}

}  // namespace

Result<LaboratoryReport> MakeLaboratory(const std::filesystem::path& directory,
                                        const LaboratoryOptions& options,
                                        const catalog::WriteContext& context, Progress& progress) {
  URSA_CHECK(CheckOptions(directory, options));
  auto report = LaboratoryMaker(directory, options, context, progress).Run();
  if (!report && report.error().code == ErrorCode::kInterrupted && RemoveLaboratory(directory)) {
    return Propagate(std::move(report).error(),
                     "making a laboratory in " + directory.string() + ", which is empty again");
  }
  if (!report) {
    return Propagate(std::move(report).error(), "making a laboratory in " + directory.string() +
                                                    " (delete what is there before you try again)");
  }
  return report;
}

}  // namespace ursa::demo
