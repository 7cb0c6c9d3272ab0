#include "maintenance/modality_selection.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "maintenance/legacy_modalities.h"

namespace ursa::maintenance {
namespace {

// Numbers recordings as their rows come.
class RecordingNumbers {
 public:
  size_t NumberOf(const LegacyModality& row) {
    // Tables are sorted by recording, so most rows are of the recording of the one before.
    if (last_ < names_.size() && names_[last_].recording_hash == row.RecordingHash() &&
        names_[last_].recording_id == row.RecordingId()) {
      return last_;
    }
    std::string key(row.RecordingHash());
    key += '\0';
    key += row.RecordingId();
    const auto [found, added] = numbers_.emplace(std::move(key), names_.size());
    if (added) {
      names_.push_back({std::string(row.RecordingId()), std::string(row.RecordingHash())});
    }
    last_ = found->second;
    return last_;
  }
  std::vector<RecordingName> Take() && { return std::move(names_); }

 private:
  std::unordered_map<std::string, size_t> numbers_;
  std::vector<RecordingName> names_;
  size_t last_ = 0;
};

// Puts everything into an order that depends on no file and no job.
void Sort(SelectedModalities& selected) {
  std::vector<size_t> order(selected.recordings.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) {
    const RecordingName& left = selected.recordings[a];
    const RecordingName& right = selected.recordings[b];
    return std::tie(left.recording_id, left.recording_hash) <
           std::tie(right.recording_id, right.recording_hash);
  });
  std::vector<size_t> rank(order.size());
  std::vector<RecordingName> sorted(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    rank[order[i]] = i;
    sorted[i] = std::move(selected.recordings[order[i]]);
  }
  selected.recordings = std::move(sorted);
  for (ModalityRow& row : selected.rows) {
    row.recording = rank[row.recording];
  }
  if (!std::ranges::is_sorted(selected.rows, {}, &ModalityRow::recording)) {
    std::ranges::sort(selected.rows, {}, &ModalityRow::recording);
  }
}

// Deals the rows out to their recordings. Where --since is given a recording that the catalog lacks
// never started, so its rows are not selected.
void MakeGroups(SelectedModalities& selected, bool since) {
  std::unordered_map<std::string_view, const RecordingRow*> by_hash;
  for (const RecordingRow& row : selected.catalog_rows) {
    by_hash.emplace(row.recording_hash, &row);
  }
  std::vector<const RecordingRow*> found(selected.recordings.size(), nullptr);
  for (size_t i = 0; i < found.size(); ++i) {
    const auto row = by_hash.find(selected.recordings[i].recording_hash);
    found[i] = row == by_hash.end() ? nullptr : row->second;
  }
  if (since) {
    std::erase_if(selected.rows,
                  [&](const ModalityRow& row) { return found[row.recording] == nullptr; });
  }
  const std::span<ModalityRow> rows(selected.rows);
  for (size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
    while (end < rows.size() && rows[end].recording == rows[begin].recording) {
      ++end;
    }
    selected.groups.push_back({found[rows[begin].recording], rows.subspan(begin, end - begin)});
  }
}

}  // namespace

Result<SelectedModalities> SelectModalities(const PlanningContext& context,
                                            const delta::Snapshot& modalities,
                                            const delta::Snapshot& recordings,
                                            const FixModalitiesOptions& options) {
  SelectedModalities selected;
  RecordingNumbers numbers;
  context.progress.Begin("reading the catalog", "rows", 0);
  URSA_CHECK(ScanLegacyModalities(context, modalities, options, true, [&](const auto& legacy) {
    ModalityRow row;
    row.recording = numbers.NumberOf(legacy);
    row.worker = legacy.Worker();
    row.modality = legacy.Modality();
    row.intervals = legacy.DomainIntervals();
    selected.rows.push_back(std::move(row));
  }));
  selected.recordings = std::move(numbers).Take();
  Sort(selected);
  URSA_TRY(selected.catalog_rows, ReadRecordingRows(context, recordings, {{}, options.since, {}}));
  MakeGroups(selected, options.since.has_value());
  return selected;
}

}  // namespace ursa::maintenance
