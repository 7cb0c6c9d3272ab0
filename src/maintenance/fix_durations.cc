#include "maintenance/fix_durations.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/parallel.h"
#include "maintenance/recording_rows.h"
#include "raw/recording_lister.h"
#include "raw/recording_objects.h"

namespace ursa::maintenance {
namespace {

using delta::Value;

struct Examined {
  DurationRow row;
  bool raw_gone = false;
};

void AddReadFailure(DurationRow& row, std::string message) {
  row.action = DurationAction::kReadFailed;
  row.problems.push_back(
      {raw::ProblemCode::kReadFailed, "recordings/" + row.recording_id + "/", std::move(message)});
}

// What to do about a recording whose end is known.
DurationAction JudgeEnd(const RecordingRow& stored, const DurationRow& row,
                        const FixDurationsOptions& options) {
  const auto delta = row.Delta();
  if (!delta || stored.IsKnownWrong()) {
    return DurationAction::kUpdate;
  }
  return std::chrono::abs(*delta) > std::chrono::floor<Microseconds>(options.min_delta)
             ? DurationAction::kUpdate
             : DurationAction::kUnchanged;
}

// `list` lists the recording; it is called only where the row has a start and is the only one.
template <typename List>
Examined Examine(const PlanningContext& context, const RecordingRow& stored,
                 const FixDurationsOptions& options, TimeNs now, const List& list) {
  Examined examined;
  DurationRow& row = examined.row;
  row.recording_id = stored.recording_id;
  row.recording_hash = stored.recording_hash;
  if (stored.duration_us) {
    row.stored = Microseconds{*stored.duration_us};
  }
  if (!stored.start) {
    AddReadFailure(row, "start_time is null in the catalog; rebuild the row");
    return examined;
  }
  if (stored.is_one_of_several) {
    AddReadFailure(row, std::string(kOneOfSeveral));
    return examined;
  }
  auto listed = list();
  if (!listed) {
    AddReadFailure(row, listed.error().ToString());
    return examined;
  }
  const auto objects = raw::SortOutObjects(stored.recording_id, *std::move(listed));
  if (objects.session_lock) {
    row.action = DurationAction::kStillArriving;
    return examined;
  }
  auto end = recovery::DeriveRecordingEnd(context.raw, objects, *stored.start, now);
  for (size_t i = 0; i < end.streams.size(); ++i) {
    if (end.streams[i]) {
      row.streams[i] = end.streams[i]->time;
    }
  }
  row.problems = std::move(end.problems);
  examined.raw_gone = end.raw_gone;
  if (end.read_failed) {
    row.action = DurationAction::kReadFailed;
    return examined;
  }
  if (!end.end) {
    row.action = end.raw_gone && options.skip_raw_gone ? DurationAction::kUnchanged
                 : stored.IsKnownWrong()               ? DurationAction::kIndeterminate
                                                       : DurationAction::kFlag;
    return examined;
  }
  row.end = end.end;
  row.end_source = end.end_source;
  row.derived = recovery::DurationUntil(*stored.start, *end.end);
  row.action = JudgeEnd(stored, row, options);
  return examined;
}

Value DurationValue(const std::optional<Microseconds>& duration) {
  return duration ? Value(int64_t{duration->count()}) : Value();
}

plan::Change MakeChange(const RecordingRow& stored, const DurationRow& row) {
  plan::Change change;
  change.table = catalog::FindTable(catalog::kRecordings);
  change.key = {stored.recording_hash};
  change.locator = stored.recording_id;
  if (row.action == DurationAction::kUpdate) {
    change.columns.push_back(
        {"duration_us", DurationValue(row.stored), DurationValue(row.derived)});
  } else {
    // What is flagged stays, whatever rule it breaks.
    change.relied.emplace_back("duration_us", DurationValue(row.stored));
  }
  change.columns.push_back({"duration_known_wrong",
                            stored.known_wrong ? Value(*stored.known_wrong) : Value(),
                            row.action != DurationAction::kUpdate});
  change.relied.emplace_back("start_time", *stored.start);
  return change;
}

void Count(const Examined& examined, DurationCounts& counts) {
  ++counts.examined;
  switch (examined.row.action) {
    case DurationAction::kUpdate:
      ++counts.update;
      break;
    case DurationAction::kFlag:
      ++counts.flag;
      ++counts.indeterminate;
      break;
    case DurationAction::kIndeterminate:
      ++counts.indeterminate;
      break;
    case DurationAction::kReadFailed:
      ++counts.read_failed;
      ++counts.indeterminate;
      break;
    case DurationAction::kStillArriving:
      ++counts.still_arriving;
      break;
    case DurationAction::kUnchanged:
      ++counts.unchanged;
      break;
  }
  counts.raw_gone += examined.raw_gone ? 1 : 0;
}

void AddBrakes(const DurationCounts& counts, const FixDurationsOptions& options,
               plan::PlanBuilder& builder) {
  builder.AddBrake(
      {"max_indeterminate", counts.indeterminate, options.max_indeterminate,
       fmt::format("{} recordings have no derivable end, more than --max-indeterminate {}: look at "
                   "them, then raise the limit to what you expect",
                   counts.indeterminate, options.max_indeterminate)});
  builder.AddMaxChanges(options.max_changes);
}

// commands.md: null and then largest |delta| first; unchanged ones after the rest.
void SortForReport(std::vector<DurationRow>& rows) {
  std::sort(rows.begin(), rows.end(), [](const DurationRow& a, const DurationRow& b) {
    const auto rank = [](const DurationRow& row) {
      const auto delta = row.Delta();
      return std::tuple(row.action == DurationAction::kUnchanged, delta.has_value(),
                        delta ? -std::chrono::abs(*delta) : Microseconds{0});
    };
    return std::tuple(rank(a), std::string_view(a.recording_id),
                      std::string_view(a.recording_hash)) <
           std::tuple(rank(b), std::string_view(b.recording_id),
                      std::string_view(b.recording_hash));
  });
}

}  // namespace

std::string_view ActionName(DurationAction action) {
  switch (action) {
    case DurationAction::kUpdate:
      return "update";
    case DurationAction::kFlag:
      return "flag";
    case DurationAction::kIndeterminate:
      return "indeterminate";
    case DurationAction::kReadFailed:
      return "read_failed";
    case DurationAction::kStillArriving:
      return "still_arriving";
    case DurationAction::kUnchanged:
      return "unchanged";
  }
  return "";
}

Result<DurationPlan> PlanFixDurations(const PlanningContext& context,
                                      const delta::SnapshotPtr& recordings,
                                      const FixDurationsOptions& options) {
  URSA_TRY(auto empty_listing, EmptyListingBrake(context.raw));
  context.progress.Begin("reading the catalog", "rows", 0);
  URSA_TRY(const std::vector<RecordingRow> stored,
           ReadRecordingRows(context, *recordings,
                             {options.recording_ids, options.since, options.shard}));

  plan::PlanBuilder builder(MakeHeader(context, std::string(kFixDurations), {recordings}),
                            context.spool);
  std::vector<DurationRow> rows;
  DurationCounts counts;
  const TimeNs now = context.clock.Now();
  const size_t window = context.Window();
  std::vector<Examined> slots(window);
  raw::RecordingLister lister(
      context.raw, stored.size(),
      [&](size_t i) {
        return stored[i].start && !stored[i].is_one_of_several
                   ? std::string_view(stored[i].recording_id)
                   : std::string_view();
      },
      context.jobs);
  context.progress.Begin("reading sidecars", "recordings", stored.size());
  URSA_CHECK(OrderedParallelMap(
      stored.size(), context.jobs, window, context.stop,
      [&](size_t i) {
        slots[i % window] =
            Examine(context, stored[i], options, now, [&] { return lister.List(i); });
      },
      [&](size_t i) -> Result<void> {
        Examined& examined = slots[i % window];
        Count(examined, counts);
        context.progress.Advance(1, 0);
        const DurationAction action = examined.row.action;
        if (action == DurationAction::kUpdate || action == DurationAction::kFlag) {
          examined.row.change = builder.Count();
          URSA_CHECK(builder.Add(MakeChange(stored[i], examined.row)));
        }
        if (action != DurationAction::kUnchanged || options.keep_unchanged) {
          rows.push_back(std::move(examined.row));
        }
        return {};
      }));
  AddBrakes(counts, options, builder);
  if (empty_listing) {
    builder.AddBrake(std::move(*empty_listing));
  }
  SortForReport(rows);
  return DurationPlan{std::move(builder).Finish(), std::move(rows), counts};
}

}  // namespace ursa::maintenance
