// Any bytes as the name of a recording, a worker, a file; lines of them as a listing.
#include "raw/layout.h"

#include <algorithm>
#include <string>
#include <vector>

#include "raw/recording_id.h"
#include "raw/recording_objects.h"
#include "require.h"

using ursa::fuzz::Require;

namespace {

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

void ReadNames(const std::vector<std::string_view>& names) {
  for (const std::string_view name : names) {
    if (const auto stamp = ursa::raw::ParseRecordingId(name)) {
      (void)ursa::raw::StampAsUtc(*stamp);
      Require(name.size() >= 24 && name.size() <= 52);
    }
    for (const std::string_view family :
         {"eeg", "camera", "screen", "mic", "samsungwatch", "environment"}) {
      const auto sidecar = ursa::raw::SidecarOf(family, name);
      Require(!sidecar || name.find('/') == std::string_view::npos);
    }
    Require(!ursa::raw::SegmentIsLess(name, name));
  }
  for (size_t i = 1; i < names.size(); ++i) {
    Require(names[i - 1] == names[i] || ursa::raw::SegmentIsLess(names[i - 1], names[i]) !=
                                            ursa::raw::SegmentIsLess(names[i], names[i - 1]));
  }
}

void ReadListing(std::vector<std::string_view> paths) {
  std::ranges::sort(paths);
  std::vector<ursa::store::ObjectInfo> objects;
  for (const std::string_view path : paths) {
    objects.push_back({ursa::raw::RecordingPrefix("r") + std::string(path), 1, {}, "e"});
  }
  const auto sorted = ursa::raw::SortOutObjects("r", std::move(objects));
  for (const ursa::raw::Worker& worker : sorted.workers) {
    Require(!worker.data_files.empty() || worker.report);
    for (const auto& file : worker.data_files) {
      Require(file.key == worker.prefix + std::string(worker.NameOf(file)));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto names = LinesOf(std::string_view(reinterpret_cast<const char*>(data), size));
  ReadNames(names);
  ReadListing(names);
  return 0;
}
