// Any bytes as a worker_report.json.
#include "raw/worker_report.h"

#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto time =
      ursa::raw::ReadStoppedAt(std::string_view(reinterpret_cast<const char*>(data), size));
  ursa::fuzz::Require(!time ||
                      (*time >= ursa::kEarliestPlausible && *time < ursa::kFirstImplausible));
  return 0;
}
