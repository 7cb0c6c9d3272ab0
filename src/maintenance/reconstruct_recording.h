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
#include "store/object_store.h"

namespace ursa::maintenance {

struct RecordingTools {
  store::ObjectStore& raw;
  const store::ReadableStore& assets;
  Clock& clock;
  ingest::HashContext hashing;
  ingest::ReadLimits limits;
  ingest::IngestSettings settings;
  std::string tool;
};

class RecordingUnderWay {
 public:
  RecordingUnderWay(const RecordingTools& tools, std::string recording_id)
      : tools_(tools), recording_id_(std::move(recording_id)), journal_(recording_id_) {}

  // Reads the listing, and what the journal knows of it.
  void Begin();

  // Files that are still to be hashed, as numbers for HashFile.
  [[nodiscard]] const std::vector<size_t>& Missing() const { return missing_; }
  [[nodiscard]] uint64_t FileBytes(size_t file) const { return files_[file].size_bytes; }
  // What HashFile found; for its Note.
  using Hashed = Result<tl::expected<std::string, ingest::Problem>>;
  [[nodiscard]] Hashed HashFile(size_t file);
  // Keeps a digest, or the problem that ends this recording. Between steps only.
  void Note(size_t file, const Hashed& hashed);

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
  void WriteManifest(const ingest::RecordingListing& listing,
                     const ingest::RecordingManifests& manifests);
  [[nodiscard]] Result<ingest::RecordingManifests> ReadWritten(
      ingest::RecordingListing& listing) const;
  void PutManifest(const std::string& text, const std::string& hash);
  void SettlePut(const std::string& key, const std::string& hash, const Error& error);

  const RecordingTools& tools_;
  const std::string recording_id_;
  ingest::RecordingListing listing_;
  ingest::Journal journal_;
  std::vector<ingest::ManifestFile> files_;  // the inventory, with digests as far as known
  std::vector<size_t> missing_;
  std::unique_ptr<ingest::ReadBudget> budget_;
  std::optional<ingest::Problem> failure_;
  ingest::IngestCandidate candidate_;
};

}  // namespace ursa::maintenance
