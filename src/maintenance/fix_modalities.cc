#include "maintenance/fix_modalities.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "base/exact.h"
#include "base/parallel.h"
#include "maintenance/modality_selection.h"
#include "maintenance/recording_rows.h"
#include "raw/recording_lister.h"
#include "raw/recording_objects.h"
#include "recovery/first_sample.h"
#include "recovery/recording_end.h"

namespace ursa::maintenance {
namespace {

using delta::Value;
using raw::ProblemCode;

__extension__ using Wide = __int128;

constexpr Nanoseconds kWindowSlack = std::chrono::hours{1};
constexpr Nanoseconds kLeastTellingShift = std::chrono::seconds{1};
constexpr double kAlreadyShiftedWithinSeconds = 0.5;
constexpr std::string_view kOneOfSeveralModalities =
    "several rows of the catalog are this modality of this worker: somebody has to remove all but "
    "one";

// time - start, where it is known to the nanosecond in 64 bits: within 292 years.
std::optional<Nanoseconds> Distance(TimeNs time, TimeUs start) {
  const Wide distance =
      Wide{time.time_since_epoch().count()} - Wide{start.time_since_epoch().count()} * 1'000;
  const auto narrow = static_cast<int64_t>(distance);
  return narrow == distance ? std::optional(Nanoseconds{narrow}) : std::nullopt;
}

double Seconds(Nanoseconds duration) { return AddNanoseconds(0, duration); }

bool IsAlreadyShifted(const ModalityRow& row) {
  if (!row.shift || !row.intervals || row.intervals->empty() ||
      (*row.shift <= kLeastTellingShift && *row.shift >= -kLeastTellingShift)) {
    return false;
  }
  const double from_shift = AddNanoseconds(row.intervals->front().start, -*row.shift);
  return std::abs(from_shift) <= kAlreadyShiftedWithinSeconds;
}

Value ToValue(const Intervals& intervals) {
  if (!intervals) {
    return {};
  }
  Value::List list;
  for (const catalog::Interval& interval : *intervals) {
    list.emplace_back(Value::List{interval.start, interval.end});
  }
  return list;
}

const catalog::TableDefinition& Modalities() { return *catalog::FindTable(catalog::kModalities); }

// The recording that is listed for each group, "" for none. A row may name its recording wrongly:
// the recording's own row is what counts.
std::vector<std::string_view> ListedIds(const std::vector<ModalityGroup>& groups) {
  const auto is_read = [](const auto& row) { return !recovery::IsOutOfScope(row.modality); };
  std::vector<std::string_view> ids;
  for (const ModalityGroup& group : groups) {
    const bool is_listed = group.recording != nullptr && std::ranges::any_of(group.rows, is_read);
    ids.emplace_back(is_listed ? std::string_view(group.recording->recording_id) : "");
  }
  return ids;
}

// Judges the rows of one recording.
class Examination {
 public:
  // `group` is the recording `number` of the lister.
  Examination(const PlanningContext& context, const ModalityGroup& group,
              raw::RecordingLister& lister, size_t number, TimeNs now)
      : context_(context), group_(group), lister_(lister), number_(number), now_(now) {
    if (group.recording != nullptr) {
      recording_id_ = group.recording->recording_id;
    }
  }

  void Run() {
    const auto key_of = [](const ModalityRow& row) { return std::tie(row.worker, row.modality); };
    std::ranges::sort(group_.rows, {}, key_of);
    for (auto first = group_.rows.begin(), last = first; first != group_.rows.end(); first = last) {
      last = std::ranges::upper_bound(first, group_.rows.end(), key_of(*first), {}, key_of);
      for (ModalityRow& row : std::span(first, last)) {
        row.action = recovery::IsOutOfScope(row.modality) ? ModalityAction::kOutOfScope
                     : group_.recording == nullptr        ? ModalityAction::kNoRecording
                     : last - first > 1                   ? LeaveAlone(row, kOneOfSeveralModalities)
                     : group_.recording->is_one_of_several ? LeaveAlone(row, kOneOfSeveral)
                                                           : Judge(row);
      }
    }
  }

 private:
  ModalityAction LeaveAlone(ModalityRow& row, std::string_view message) const {
    AddProblem(row, ProblemCode::kReadFailed, std::string(message));
    return ModalityAction::kUnderivable;
  }

  ModalityAction Judge(ModalityRow& row) {
    const Result<raw::RecordingObjects>& objects = ObjectsOf(row.worker);
    if (!objects) {
      AddProblem(row, ProblemCode::kReadFailed, objects.error().ToString());
      return ModalityAction::kUnderivable;
    }
    auto sample = recovery::DeriveFirstSample(context_.raw, *objects, row.worker, row.modality);
    if (!sample.time) {
      row.problems.push_back(std::move(*sample.problem));
      return ModalityAction::kUnderivable;
    }
    row.first_sample = sample.time;
    if (group_.recording->start) {
      row.shift = Distance(*sample.time, *group_.recording->start);
    }
    return JudgeShift(row, sample.key);
  }

  // The recording's objects, or at least the worker's: a part of a recording that is closed to us,
  // or a link to a disk that is not there, says nothing of the other parts.
  const Result<raw::RecordingObjects>& ObjectsOf(const std::string& worker) {
    if (!objects_) {
      objects_ = lister_.List(number_).map([&](std::vector<store::ObjectInfo> objects) {
        return raw::SortOutObjects(recording_id_, std::move(objects));
      });
    }
    if (*objects_ || (objects_->error().code != ErrorCode::kDenied &&
                      objects_->error().code != ErrorCode::kNotFound)) {
      return *objects_;
    }
    if (!worker_objects_ || listed_worker_ != worker) {
      worker_objects_ = raw::ListWorker(context_.raw, recording_id_, worker);
      listed_worker_ = worker;
    }
    return *worker_objects_;
  }

  ModalityAction JudgeShift(ModalityRow& row, const std::string& key) {
    if (IsAlreadyShifted(row)) {
      row.problems.push_back(
          {ProblemCode::kAlreadyShifted, key,
           fmt::format("its first interval starts at {} s, where the shift of {} s would bring it: "
                       "it is on the shared origin already",
                       row.intervals->front().start, Seconds(*row.shift))});
      return ModalityAction::kUnderivable;
    }
    if (!IsInWindow(row, key)) {
      return ModalityAction::kOutOfWindow;
    }
    const auto checked =
        catalog::CheckValue(Modalities(), "domain_intervals", ToValue(IntervalsAfter(row)));
    if (!checked) {
      row.problems.push_back({ProblemCode::kBadIntervals, key, checked.error().ToString()});
      return ModalityAction::kUnderivable;
    }
    return ModalityAction::kShift;
  }

  bool IsInWindow(ModalityRow& row, const std::string& key) {
    const auto& start = group_.recording->start;
    if (!start) {
      AddProblem(row, ProblemCode::kOutOfWindow,
                 "start_time is null in the catalog: correct it with the program that wrote it");
      return false;
    }
    const auto duration = Duration(row);
    const Wide slack = kWindowSlack.count();
    if (duration && row.shift && Wide{row.shift->count()} >= -slack &&
        Wide{row.shift->count()} <= Wide{duration->count()} * 1'000 + slack) {
      return true;
    }
    row.problems.push_back(
        {ProblemCode::kOutOfWindow, key,
         duration ? fmt::format("its first sample {} does not lie within 1 h of the recording, "
                                "which starts at {} and lasts {} s",
                                FormatTime(*row.first_sample), FormatTime(*start),
                                static_cast<double>(duration->count()) / 1e6)
                  : "no end of the recording can be derived, so nothing says whether its first "
                    "sample lies in it"});
    return false;
  }

  // The stored duration, or the derived one; what stands in the latter's way is told of the row.
  std::optional<Microseconds> Duration(ModalityRow& row) {
    const RecordingRow& recording = *group_.recording;
    if (recording.duration_us && !recording.IsKnownWrong()) {
      return Microseconds{*recording.duration_us};
    }
    if (!*objects_) {
      AddProblem(row, ProblemCode::kReadFailed, objects_->error().ToString());
      return std::nullopt;
    }
    if (!end_) {
      end_ = recovery::DeriveRecordingEnd(context_.raw, **objects_, *recording.start, now_);
    }
    if (!end_->end) {
      row.problems.insert(row.problems.end(), end_->problems.begin(), end_->problems.end());
      return std::nullopt;
    }
    return recovery::DurationUntil(*recording.start, *end_->end);
  }

  void AddProblem(ModalityRow& row, ProblemCode code, std::string message) const {
    row.problems.push_back({code, raw::RecordingPrefix(recording_id_), std::move(message)});
  }

  const PlanningContext& context_;
  const ModalityGroup& group_;
  raw::RecordingLister& lister_;
  const size_t number_;
  std::string recording_id_;
  const TimeNs now_;
  std::optional<Result<raw::RecordingObjects>> objects_;
  std::optional<Result<raw::RecordingObjects>> worker_objects_;  // of listed_worker_ alone
  std::string listed_worker_;
  std::optional<recovery::RecordingEnd> end_;
};

plan::Change MakeChange(const RecordingName& name, const RecordingRow& recording,
                        const ModalityRow& row) {
  plan::Change change;
  change.table = &Modalities();
  change.key = {name.recording_hash, row.worker, row.modality};
  change.locator = name.recording_id;
  change.columns = {
      {"start_epoch_ns", Value(), int64_t{row.first_sample->time_since_epoch().count()}}};
  change.relied = {{"ingestion_status", "processed"}};
  Value before = ToValue(row.intervals);
  Value after = ToValue(IntervalsAfter(row));
  if (before == after) {
    change.relied.emplace_back("domain_intervals", std::move(before));
  } else {
    change.columns.push_back({"domain_intervals", std::move(before), std::move(after)});
  }
  change.relied_rows = {{catalog::FindTable(catalog::kRecordings),
                         {recording.recording_hash},
                         recording.recording_id,
                         {{"start_time", *recording.start}}}};
  return change;
}

void Count(const ModalityRow& row, ModalityCounts& counts) {
  ++counts.selected;
  switch (row.action) {
    case ModalityAction::kUnderivable:
      ++counts.underivable;
      break;
    case ModalityAction::kOutOfWindow:
      ++counts.out_of_window;
      break;
    case ModalityAction::kNoRecording:
      ++counts.no_recording;
      break;
    case ModalityAction::kShift:
      ++counts.shift;
      break;
    case ModalityAction::kOutOfScope:
      ++counts.out_of_scope;
      break;
  }
}

// Sums up rows that stay as they are.
class StaysNullCounter {
 public:
  void Add(const ModalityRow& row) {
    if (row.action != ModalityAction::kShift) {
      const std::string_view reason = row.action == ModalityAction::kUnderivable
                                          ? raw::ProblemCodeName(row.problems.front().code)
                                          : ActionName(row.action);
      ++counts_[{std::string(reason), row.modality}];
    }
  }
  [[nodiscard]] std::vector<StaysNull> Take() const {
    std::vector<StaysNull> list;
    for (const auto& [key, rows] : counts_) {
      list.push_back({key.first, key.second, rows});
    }
    return list;
  }

 private:
  std::map<std::pair<std::string, std::string>, uint64_t> counts_;
};

void AddBrakes(const ModalityCounts& counts, const FixModalitiesOptions& options,
               plan::PlanBuilder& builder) {
  builder.AddBrake(
      {"max_underivable", counts.Left(), options.max_underivable,
       fmt::format("{} rows get no epoch ({} underivable, {} out of window, {} without a "
                   "recording), more than --max-underivable {}: look at them, then raise the limit "
                   "to what you expect",
                   counts.Left(), counts.underivable, counts.out_of_window, counts.no_recording,
                   options.max_underivable)});
  builder.AddMaxChanges(options.max_changes);
}

// What refuses the commit first, then the largest shifts. Places are sorted, and the rows, which
// are large, are moved once.
void SortForReport(std::vector<ModalityRow>& rows) {
  struct Place {
    ModalityAction action;
    double shift;  // less than 0 where there is none
    size_t row;
  };
  std::vector<Place> places;
  places.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    places.push_back({rows[i].action,
                      rows[i].shift ? std::abs(static_cast<double>(rows[i].shift->count())) : -1,
                      i});
  }
  // Until now they are in the order of recording, worker and modality, which decides among equals.
  std::ranges::sort(places, [](const Place& a, const Place& b) {
    return std::tuple(a.action, -a.shift, a.row) < std::tuple(b.action, -b.shift, b.row);
  });
  // Round each circle of the permutation, so that no second copy of all rows is needed.
  for (size_t i = 0; i < rows.size(); ++i) {
    ModalityRow first = std::move(rows[i]);
    size_t hole = i;
    while (places[hole].row != i) {
      const size_t next = std::exchange(places[hole].row, hole);
      rows[hole] = std::move(rows[next]);
      hole = next;
    }
    rows[hole] = std::move(first);
    places[hole].row = hole;
  }
}

}  // namespace

std::string_view ActionName(ModalityAction action) {
  switch (action) {
    case ModalityAction::kUnderivable:
      return "underivable";
    case ModalityAction::kOutOfWindow:
      return "out_of_window";
    case ModalityAction::kNoRecording:
      return "no_recording";
    case ModalityAction::kShift:
      return "shift";
    case ModalityAction::kOutOfScope:
      return "out_of_scope";
  }
  return "";
}

Intervals IntervalsAfter(const ModalityRow& row) {
  if (!row.intervals || !row.shift) {
    return row.intervals;
  }
  std::vector<catalog::Interval> shifted;
  shifted.reserve(row.intervals->size());
  for (const catalog::Interval& interval : *row.intervals) {
    shifted.push_back(
        {AddNanoseconds(interval.start, *row.shift), AddNanoseconds(interval.end, *row.shift)});
  }
  return shifted;
}

Result<ModalityPlan> PlanFixModalities(const PlanningContext& context,
                                       const delta::SnapshotPtr& modalities,
                                       const FixModalitiesOptions& options) {
  URSA_TRY(auto empty_listing, EmptyListingBrake(context.raw));
  URSA_TRY(const delta::SnapshotPtr recordings, context.catalog.Table(catalog::kRecordings));
  std::vector<delta::SnapshotPtr> tables{recordings};
  SelectedModalities selected;
  if (modalities != nullptr) {
    tables.push_back(modalities);
    URSA_TRY(selected, SelectModalities(context, *modalities, *recordings, options));
  }

  plan::PlanBuilder builder(MakeHeader(context, std::string(kFixModalities), tables),
                            context.spool);
  ModalityCounts counts;
  StaysNullCounter stays_null;
  const TimeNs now = context.clock.Now();
  const auto name_of = [&](const ModalityGroup& group) -> const RecordingName& {
    return selected.recordings[group.rows.front().recording];
  };
  const std::vector<std::string_view> listed = ListedIds(selected.groups);
  raw::RecordingLister lister(
      context.raw, listed.size(), [&](size_t i) { return listed[i]; }, context.jobs);
  context.progress.Begin("reading sidecars", "recordings", selected.groups.size());
  URSA_CHECK(OrderedParallelMap(
      selected.groups.size(), context.jobs, context.Window(), context.stop,
      [&](size_t i) { Examination(context, selected.groups[i], lister, i, now).Run(); },
      [&](size_t i) -> Result<void> {
        const ModalityGroup& group = selected.groups[i];
        context.progress.Advance(1, 0);
        for (ModalityRow& row : group.rows) {
          Count(row, counts);
          stays_null.Add(row);
          if (row.action == ModalityAction::kShift) {
            row.change = builder.Count();
            URSA_CHECK(builder.Add(MakeChange(name_of(group), *group.recording, row)));
          }
        }
        return {};
      }));
  AddBrakes(counts, options, builder);
  if (empty_listing) {
    builder.AddBrake(std::move(*empty_listing));
  }
  SortForReport(selected.rows);
  return ModalityPlan{std::move(builder).Finish(), std::move(selected.recordings),
                      std::move(selected.rows), counts, stays_null.Take()};
}

}  // namespace ursa::maintenance
