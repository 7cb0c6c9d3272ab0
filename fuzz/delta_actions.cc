// Any bytes as one commit of a Delta log. What was parsed is written, and comes back as it was.
#include "delta/actions.h"

#include "require.h"

using ursa::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto actions =
      ursa::delta::ParseCommit(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!actions) {
    Require(!actions.error().message.empty());
    return 0;
  }
  const std::string written = ursa::delta::SerializeCommit(*actions);
  const auto again = ursa::delta::ParseCommit(written);
  Require(again.has_value());
  Require(again->size() == actions->size());
  Require(ursa::delta::SerializeCommit(*again) == written);
  return 0;
}
