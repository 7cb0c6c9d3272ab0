// Any bytes as a manifest.
#include "ingest/manifest.h"

#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using ursa::fuzz::Require;
  const auto manifest = ursa::ingest::ParseManifest(
      std::string_view(reinterpret_cast<const char*>(data), size), "rec_20260507_143022_a1b2");
  if (!manifest) {
    Require(!manifest.error().message.empty());
    return 0;
  }
  // What passes the gate can be trusted to name files below the prefix.
  Require(manifest->is_augmented == !manifest->files.empty());
  Require(manifest->is_augmented == !manifest->recording_hash.empty());
  for (const ursa::ingest::ManifestFile& file : manifest->files) {
    Require(!ursa::ingest::PathFault(file.path) && file.sha256.size() == 64);
  }
  return 0;
}
