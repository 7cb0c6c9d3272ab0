// Any bytes as a service's answer to ListObjectsV2.
#include "store/s3_listing.h"

#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using ursa::fuzz::Require;
  const std::string_view xml(reinterpret_cast<const char*>(data), size);
  auto listing = ursa::store::ParseListing(xml);
  if (!listing) {
    Require(listing.error().code == ursa::ErrorCode::kCorrupt && !listing.error().message.empty());
    return 0;
  }
  // Who pages on must get further, and must know how.
  Require(!listing->truncated || !listing->continuation.empty());
  for (size_t i = 0; i < listing->objects.size(); ++i) {
    Require(!listing->objects[i].etag.empty());
    Require(listing->objects[i].key <= listing->Last());
    Require(i == 0 || listing->objects[i - 1].key < listing->objects[i].key);
  }
  // What was checked to lie behind a key does so after it was tidied too.
  const std::string after = "raw/m";
  if (ursa::store::CheckListing(*listing, "raw/", "", after)) {
    ursa::store::Tidy(*listing, "");
    for (const auto& object : listing->objects) {
      Require(object.key.starts_with("raw/") && object.key > after);
    }
  }
  return 0;
}
