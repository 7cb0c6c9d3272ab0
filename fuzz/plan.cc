// Any bytes as a plan's file, and each of its lines as a change. Its last line is a digest that no
// mutation can guess, so what a changed file says beyond that is only read, and never finished.
#include "plan/plan_reader.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include "plan/change.h"
#include "require.h"

using ursa::fuzz::Require;

namespace {

constexpr size_t kSpoolBytes = 1U << 20U;

ursa::Result<ursa::plan::Plan> Read(std::string_view bytes, size_t piece) {
  ursa::plan::PlanReader reader("fuzz", {std::filesystem::temp_directory_path(), kSpoolBytes});
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    URSA_CHECK(reader.Take(bytes.substr(0, piece)));
  }
  return std::move(reader).Finish();
}

std::string FileOf(const ursa::plan::Plan& plan) {
  std::string bytes;
  const auto written = plan.Write([](size_t) { return true; },
                                  [&](std::string_view piece) -> ursa::Result<void> {
                                    bytes += piece;
                                    return {};
                                  });
  Require(written.has_value());
  return bytes;
}

// What is read is the same for every way of cutting it, and comes back from what it writes.
void ReadAndWrite(std::string_view bytes) {
  const auto plan = Read(bytes, 5);
  Require(plan.has_value() == Read(bytes, std::max<size_t>(bytes.size(), 1)).has_value());
  if (!plan) {
    return;
  }
  const std::string written = FileOf(*plan);
  const auto again = Read(written, written.size());
  Require(again.has_value());
  Require(FileOf(*again) == written);
}

// A change comes back from its line as it was.
void ReadChange(std::string_view line) {
  const auto change = ursa::plan::ParseChange(line);
  if (!change) {
    return;
  }
  const std::string written = ursa::plan::ChangeToLine(*change);
  const auto again = ursa::plan::ParseChange(written);
  Require(again.has_value());
  Require(ursa::plan::ChangeToLine(*again) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ReadAndWrite(bytes);
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    ReadChange(bytes.substr(0, end));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return 0;
}
