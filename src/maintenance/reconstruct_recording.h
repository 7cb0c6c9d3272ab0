// One recording under way in reconstruct-all-recent: its steps, each a task of a pool.
//
// A step runs on any thread, one step at a time but for the hashing of different files; what the
// steps leave is looked at between them. Nothing of the catalog is touched here.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/candidate.h"
#include "ingest/hashing.h"
#include "ingest/journal.h"
#include "ingest/manifest.h"
#include "ingest/recording_listing.h"
#include "ingest/recording_manifests.h"
#include "maintenance/quiet_time.h"
#include "store/object_store.h"

namespace ursa::maintenance {

struct RecordingTools {
  const store::ReadableStore& raw;
  store::ObjectStore& manifests;  // raw again, for its manifests
  const store::ReadableStore& assets;
  Clock& clock;
  ingest::HashContext hashing;
  QuietTime quiet;
  ingest::ReadLimits limits;
  ingest::IngestSettings settings;
  std::string tool;
};

class RecordingUnderWay {
 public:
  // `broken_lock`: the very session.lock that is to be passed over.
  RecordingUnderWay(const RecordingTools& tools, std::string recording_id,
                    std::optional<store::ObjectInfo> broken_lock)
      : tools_(tools),
        recording_id_(std::move(recording_id)),
        broken_lock_(std::move(broken_lock)),
        journal_(recording_id_) {}

  // Reads the listing, and what the journal knows of it. Where a manifest counts by now nothing is
  // left to be hashed.
  void Begin();

  // Files that are still to be hashed, as numbers for HashFile. Where they begin is different for
  // each process, so that two at one recording don't hash the same files.
  [[nodiscard]] const std::vector<size_t>& Missing() const { return missing_; }
  [[nodiscard]] uint64_t FileBytes(size_t file) const { return files_[file].size_bytes; }
  // What HashFile found; for its Note.
  using Hashed = Result<tl::expected<std::string, ingest::Problem>>;
  [[nodiscard]] Hashed HashFile(size_t file);
  // Keeps a digest, or the problem that ends this recording. Between steps only.
  void Note(size_t file, const Hashed& hashed);

  // Takes over what another process hashed, of the files from the `first` of Missing() on, which
  // are missing no longer. Between steps only.
  void TakeOver(const ingest::Journal& others, size_t first);

  // Lists it again, makes its manifest unless it has one by now, and its rows.
  void Finish();

  [[nodiscard]] const std::string& Id() const { return recording_id_; }
  [[nodiscard]] const std::optional<ingest::Problem>& Failure() const { return failure_; }
  void Fail(ingest::Problem problem);
  [[nodiscard]] const ingest::Journal& TheJournal() const { return journal_; }
  [[nodiscard]] Nanoseconds Spent() const { return budget_ ? budget_->Spent() : Nanoseconds{0}; }
  [[nodiscard]] ingest::IngestCandidate& Candidate() { return candidate_; }

 private:
  void FailRead(const Error& error);
  // Whether the rig is at it again, which ends this recording for now.
  bool IsLocked(const ingest::RecordingListing& listing);
  bool IsArriving(const ingest::RecordingListing& listing);
  void FindMissing();
  void WriteManifest(const ingest::RecordingListing& listing,
                     const ingest::RecordingManifests& manifests);
  [[nodiscard]] Result<ingest::RecordingManifests> ReadWritten(
      ingest::RecordingListing& listing) const;
  void PutManifest(const std::string& text, const std::string& hash);
  void SettlePut(const std::string& key, const std::string& hash, const Error& error);

  const RecordingTools& tools_;
  const std::string recording_id_;
  const std::optional<store::ObjectInfo> broken_lock_;
  ingest::RecordingListing listing_;
  ingest::Journal journal_;
  std::vector<ingest::ManifestFile> files_;  // the inventory, with digests as far as known
  std::vector<size_t> missing_;
  std::unique_ptr<ingest::ReadBudget> budget_;
  std::optional<ingest::Problem> failure_;
  ingest::IngestCandidate candidate_;
};

}  // namespace ursa::maintenance
