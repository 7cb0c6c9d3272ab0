#include "demo/raw_tree.h"

namespace ursa::demo {
namespace {

// Files below one directory. Their paths come in such an order that folders follow each other.
class TreeWriter {
 public:
  explicit TreeWriter(std::filesystem::path root) : root_(std::move(root)) {}

  Result<void> Write(const RawFile& file) {
    const std::filesystem::path path = root_ / file.path;
    if (path.parent_path() != made_) {
      made_ = path.parent_path();
      URSA_CHECK(MakeDirectories(made_));
    }
    URSA_CHECK(WriteRawFile(path, file));
    ++size_.files;
    size_.bytes += file.SizeBytes();
    return {};
  }

  [[nodiscard]] const RawTreeSize& Size() const { return size_; }

 private:
  const std::filesystem::path root_;
  std::filesystem::path made_;
  RawTreeSize size_;
};

RawFile SmallFile(std::string path, std::string text, TimeNs modified) {
  RawFile file;
  file.path = std::move(path);
  file.head = std::move(text);
  file.modified = modified;
  return file;
}

}  // namespace

Result<RawTreeSize> WriteRawTree(const std::filesystem::path& raw, const RecordingDesign& design,
                                 const std::vector<RawFile>& files, const Manifests& manifests) {
  if (!IsInRawBucket(design.damage)) {
    return RawTreeSize{};
  }
  TreeWriter recording(raw / "recordings" / design.recording_id);
  for (const RawFile& file : files) {
    if (!file.is_gone) {
      URSA_CHECK(recording.Write(file));
    }
  }
  for (const RawFile& file : manifests.files) {
    URSA_CHECK(recording.Write(file));
  }
  if (design.names.has_file) {
    URSA_CHECK(recording.Write(SmallFile("participant.txt", design.names.text, design.uploaded)));
  }
  if (design.damage.HasAny({Damage::kSessionLock, Damage::kStaleLock})) {
    URSA_CHECK(recording.Write(SmallFile("session.lock", "locked\n", design.uploaded)));
  }
  TreeWriter elsewhere(raw / "manifests" / design.recording_id);
  for (const RawFile& file : manifests.elsewhere) {
    URSA_CHECK(elsewhere.Write(file));
  }
  return RawTreeSize{recording.Size().files + elsewhere.Size().files,
                     recording.Size().bytes + elsewhere.Size().bytes};
}

}  // namespace ursa::demo
