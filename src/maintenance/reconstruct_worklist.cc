#include "maintenance/reconstruct_worklist.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <future>
#include <utility>

#include "base/packed_strings.h"
#include "base/parallel.h"
#include "delta/scan.h"
#include "ingest/manifest.h"
#include "ingest/recording_listing.h"
#include "ingest/recording_manifests.h"
#include "ingest/recording_start.h"
#include "raw/recording_id.h"
#include "raw/recording_lister.h"
#include "store/shared_listing.h"

namespace ursa::maintenance {
namespace {

namespace code = ingest::code;
using ingest::MakeProblem;

constexpr std::string_view kRecordingsPrefix = "recordings/";
// A lock that nothing younger lies beside was left by a rig that died.
constexpr Nanoseconds kLockIsStaleAfter = std::chrono::hours{7 * 24};

TimeNs WindowStart(uint64_t days, TimeNs now) {
  constexpr uint64_t kDaysMax = 100'000;  // within int64 nanoseconds
  return SaturatingAdd(
      now, -Nanoseconds{std::chrono::hours{24} * static_cast<int64_t>(std::min(days, kDaysMax))});
}

// Whether a name has to be looked at; what is no recording id has no start, and is always listed.
bool IsInWindow(std::string_view name, TimeNs window_start, const ingest::RigTimezone& timezone) {
  const auto stamp = raw::ParseRecordingId(name);
  if (!stamp) {
    return true;
  }
  const auto utc = timezone.ToUtc(*stamp);
  return (utc ? *utc : raw::StampAsUtc(*stamp)) >= window_start;
}

// What the catalog says: its counts, and the ids that could be in the window.
struct CatalogView {
  CatalogCounts counts;
  PackedStrings ids;  // a catalog may have millions of which nothing is missing
};

Result<CatalogView> ReadCatalog(const PlanningContext& context, const delta::Snapshot& recordings,
                                TimeNs window_start, const ingest::RigTimezone* timezone) {
  CatalogView view;
  delta::ScanOptions scan;
  scan.columns = {"recording_id", "start_time"};
  scan.jobs = context.jobs;
  scan.stop = context.stop;
  URSA_CHECK(delta::Scan(context.catalog.Assets(), recordings, scan,
                         [&](const delta::RowBatch& batch) -> Result<void> {
                           for (size_t i = 0; i < batch.RowCount(); ++i) {
                             ++view.counts.recordings;
                             const std::string_view id = batch.String(0, i);
                             if (timezone != nullptr && IsInWindow(id, window_start, *timezone)) {
                               view.ids.Add(id);
                             }
                             if (batch.IsNull(1, i)) {
                               continue;
                             }
                             const TimeUs start{Microseconds{batch.Long(1, i)}};
                             view.counts.recent +=
                                 start >= std::chrono::ceil<Microseconds>(window_start) ? 1 : 0;
                             if (!view.counts.newest || start > *view.counts.newest) {
                               view.counts.newest = start;
                             }
                           }
                           return {};
                         }));
  view.ids.Sort();
  return view;
}

using CatalogReading = std::shared_future<Result<CatalogView>>;

// What lies right below recordings/, without a slash: a prefix, or an object of that name.
struct Name {
  std::string name;
  bool has_object = false;
};

// Each name once: one that is both is the prefix, and said to have the object too.
void MergeTwins(std::vector<Name>& names) {
  std::ranges::sort(names, {}, &Name::name);
  size_t kept = 0;
  for (Name& name : names) {
    if (kept > 0 && names[kept - 1].name == name.name) {
      names[kept - 1].has_object = true;
    } else {
      std::swap(names[kept++], name);
    }
  }
  names.resize(kept);
}

// The names below recordings/ that are wanted and that the catalog, once it is read, lacks.
Result<std::vector<Name>> ListNames(const store::ReadableStore& raw, const CatalogReading& catalog,
                                    const std::function<bool(std::string_view)>& is_wanted) {
  std::vector<Name> names;
  const auto take = [&](std::string_view name, bool is_object) {
    if (!name.empty() && is_wanted(name) && !catalog.get()->ids.Contains(name)) {
      names.push_back({std::string(name), is_object});
    }
  };
  store::ListOptions options;
  options.delimiter = "/";
  while (true) {
    URSA_TRY_CONTEXT(const store::ListPage page, raw.List(kRecordingsPrefix, options),
                     "listing the raw bucket");
    if (const auto& read = catalog.get(); !read) {
      return Propagate(read.error());
    }
    for (const std::string_view prefix : page.prefixes) {
      take(prefix.substr(kRecordingsPrefix.size(), prefix.size() - kRecordingsPrefix.size() - 1),
           false);
    }
    for (const store::ObjectInfo& object : page.objects) {
      take(std::string_view(object.key).substr(kRecordingsPrefix.size()), true);
    }
    if (!page.next) {
      MergeTwins(names);
      return names;
    }
    options.start_after = *page.next;
  }
}

// The listings of all recordings that are looked at. Thread-safe.
class Listings {
 public:
  Listings(const PlanningContext& context, const std::vector<Name>& names)
      : recordings_(
            context.raw, names.size(), [&names](size_t i) { return IdOf(names[i]); }, context.jobs),
        manifests_(
            context.raw, names.size(),
            [&names](size_t i) {
              const std::string_view id = IdOf(names[i]);
              return id.empty() ? std::string() : ingest::ManifestsPrefix(id);
            },
            context.jobs) {}

  Result<std::vector<store::ObjectInfo>> Recording(size_t number) {
    return recordings_.List(number);
  }

  // Where one page says that a hundred recordings have nothing there, none of them is asked for.
  ingest::Elsewhere ManifestElsewhere(size_t number) {
    const auto listed = manifests_.TakeShared(number);
    return listed && listed->empty() ? ingest::Elsewhere::kNothing : ingest::Elsewhere::kPerhaps;
  }

 private:
  // "" of a name that is no recording's.
  static std::string_view IdOf(const Name& name) {
    return raw::ParseRecordingId(name.name) ? std::string_view(name.name) : std::string_view();
  }

  raw::RecordingLister recordings_;
  store::SharedListing manifests_;
};

// Looks at one recording.
class Examination {
 public:
  Examination(const PlanningContext& context, const ReconstructOptions& options, Listings& listings,
              size_t number, TimeNs now)
      : raw_(context.raw),
        options_(options),
        listings_(listings),
        number_(number),
        now_(now),
        store_now_(options.quiet.BucketTime(now)) {}

  ReconstructRow Run(const Name& name) && {
    row_.recording_id = name.name;
    if (raw::ParseRecordingId(name.name)) {
      Look(listings_.Recording(number_));
    } else {
      Skip("not_a_recording_id");
    }
    if (name.has_object && raw::ParseRecordingId(name.name)) {
      row_.problems.push_back(MakeProblem(code::kStrayObject,
                                          std::string(kRecordingsPrefix) + name.name,
                                          "an object has a recording's name: it is no part of it"));
    }
    return std::move(row_);
  }

 private:
  void Look(Result<std::vector<store::ObjectInfo>> listed) {
    if (!listed) {
      FailRead(listed.error());
      return;
    }
    const auto listing = ingest::SortOutListing(row_.recording_id, *std::move(listed));
    row_.bytes = listing.inventory_bytes;
    row_.files = listing.inventory.size();
    if (!IsSetAside(listing)) {
      JudgeManifests(listing);
    }
  }

  void Skip(std::string_view reason) {
    row_.action = ReconstructAction::kSkipped;
    row_.reason = reason;
  }

  void Fail(ingest::Problem problem) {
    row_.action = ReconstructAction::kFailed;
    row_.reason = problem.code;
    row_.problems.push_back(std::move(problem));
  }

  void FailRead(const Error& error) {
    Fail(MakeProblem(code::kReadFailed, raw::RecordingPrefix(row_.recording_id), error.ToString()));
  }

  // Everything that keeps a recording from being looked at more closely.
  bool IsSetAside(const ingest::RecordingListing& listing) {
    const TimeNs newest = listing.newest.value_or(TimeNs::min());
    const bool is_stale = newest < SaturatingAdd(store_now_, -kLockIsStaleAfter);
    if (is_stale && options_.break_stale_locks) {
      row_.broken_lock = listing.session_lock;
    }
    if (listing.IsLocked(row_.broken_lock)) {
      Skip(is_stale ? "stale_lock" : code::kSessionLock);
    } else if (options_.quiet.IsTooYoung(newest, now_)) {
      Skip(code::kStillArriving);
    } else if (listing.data_bytes == 0) {
      Skip("empty");
    } else if (options_.max_bytes && listing.inventory_bytes > *options_.max_bytes) {
      row_.action = ReconstructAction::kDeferred;
    } else {
      return false;
    }
    return true;
  }

  void JudgeManifests(const ingest::RecordingListing& listing) {
    auto manifests = ingest::ReadManifests(raw_, listing, listings_.ManifestElsewhere(number_));
    if (!manifests) {
      FailRead(manifests.error());
      return;
    }
    row_.hostname = manifests->Hostname();
    if (manifests->fault) {
      Fail(std::move(*manifests->fault));
    } else if (manifests->counts) {
      row_.action = ReconstructAction::kIngest;
      row_.recording_hash = manifests->counts->manifest.recording_hash;
    } else if (!listing.bad_keys.empty()) {
      row_.action = ReconstructAction::kFailed;
      row_.reason = code::kBadKey;
      row_.problems = listing.bad_keys;
    } else if (listing.inventory.size() > ingest::kManifestFilesMax) {
      Fail(MakeProblem(code::kTooManyFiles, listing.prefix,
                       fmt::format("it has {} files, and a manifest may name {}",
                                   listing.inventory.size(), ingest::kManifestFilesMax)));
    } else {
      row_.action = ReconstructAction::kReconstruct;
      row_.reason = manifests->WhyNone();
      row_.problems = ingest::FindOddities(listing);
    }
    if (row_.IsWork() && !HasPlausibleStamp()) {
      LookForStart(listing, *manifests);
    }
  }

  [[nodiscard]] bool HasPlausibleStamp() const {
    const auto stamp = raw::ParseRecordingId(row_.recording_id);
    const auto utc = options_.timezone.ToUtc(stamp.value_or(std::chrono::local_seconds{}));
    return !utc || IsPlausible(*utc);
  }

  // A stamp that can't be the start is told before a byte is hashed in vain, at the price of the
  // first samples' heads.
  void LookForStart(const ingest::RecordingListing& listing,
                    const ingest::RecordingManifests& manifests) {
    auto start = ingest::DeriveRecordingStart(raw_, listing, manifests, options_.timezone);
    if (!start) {
      Fail(std::move(start.error()));
    }
  }

  const store::ReadableStore& raw_;
  const ReconstructOptions& options_;
  Listings& listings_;
  const size_t number_;
  const TimeNs now_;
  const TimeNs store_now_;  // by the clock that stamped the objects
  ReconstructRow row_;
};

// Smallest first, what has no size after those that have one, deferred ones last.
void SortRows(std::vector<ReconstructRow>& rows) {
  std::ranges::sort(rows, {}, [](const ReconstructRow& row) {
    return std::tuple(row.action == ReconstructAction::kDeferred, !row.bytes.has_value(),
                      row.bytes.value_or(0), std::string_view(row.recording_id));
  });
}

Result<plan::Plan> MakeBrakes(const PlanningContext& context, const delta::SnapshotPtr& recordings,
                              const ReconstructOptions& options, uint64_t work) {
  plan::PlanBuilder builder(MakeHeader(context, std::string(kReconstructAllRecent), {recordings}),
                            context.spool);
  URSA_TRY(auto empty_listing, EmptyListingBrake(context.raw));
  if (empty_listing) {
    builder.AddBrake(std::move(*empty_listing));
  }
  if (options.max_changes) {
    builder.AddBrake({"max_changes", work, *options.max_changes,
                      fmt::format("the worklist has {} recordings, more than --max-changes {}",
                                  work, *options.max_changes)});
  }
  return std::move(builder).Finish();
}

}  // namespace

std::string_view ActionName(ReconstructAction action) {
  switch (action) {
    case ReconstructAction::kReconstruct:
      return "reconstruct";
    case ReconstructAction::kIngest:
      return "ingest";
    case ReconstructAction::kDeferred:
      return "deferred";
    case ReconstructAction::kSkipped:
      return "skipped";
    case ReconstructAction::kFailed:
      return "failed";
    case ReconstructAction::kTimeout:
      return "timeout";
    case ReconstructAction::kChangedSincePlan:
      return "changed_since_plan";
  }
  return "";
}

Result<CatalogCounts> CountRecordings(const PlanningContext& context,
                                      const delta::Snapshot& recordings, uint64_t days,
                                      TimeNs now) {
  URSA_TRY(CatalogView view, ReadCatalog(context, recordings, WindowStart(days, now), nullptr));
  return view.counts;
}

Result<Worklist> PlanWorklist(const PlanningContext& context, const delta::SnapshotPtr& recordings,
                              const ReconstructOptions& options) {
  const TimeNs now = context.clock.Now();
  const TimeNs window_start = WindowStart(options.days, now);
  context.progress.Begin("reading the catalog", "rows", 0);
  // While the bucket's first page is listed: neither needs the other until then.
  const CatalogReading catalog =
      std::async(std::launch::async, [&] {
        return ReadCatalog(context, *recordings, window_start, &options.timezone);
      }).share();
  URSA_TRY(
      const std::vector<Name> names, ListNames(context.raw, catalog, [&](std::string_view name) {
        return IsInWindow(name, window_start, options.timezone) && IsInShard(options.shard, name);
      }));

  std::vector<ReconstructRow> rows;
  const size_t window = context.Window();
  std::vector<ReconstructRow> slots(window);
  Listings listings(context, names);
  context.progress.Begin("listing recordings", "recordings", names.size());
  URSA_CHECK(OrderedParallelMap(
      names.size(), context.jobs, window, context.stop,
      [&](size_t i) {
        slots[i % window] = Examination(context, options, listings, i, now).Run(names[i]);
      },
      [&](size_t i) -> Result<void> {
        context.progress.Advance(1, 0);
        rows.push_back(std::move(slots[i % window]));
        return {};
      }));
  SortRows(rows);
  const auto work = static_cast<uint64_t>(std::ranges::count_if(rows, &ReconstructRow::IsWork));
  const auto without_hash = static_cast<uint64_t>(
      std::ranges::count(rows, ReconstructAction::kReconstruct, &ReconstructRow::action));
  URSA_TRY(plan::Plan brakes, MakeBrakes(context, recordings, options, work));
  return Worklist{std::move(rows), catalog.get()->counts, without_hash, std::move(brakes)};
}

}  // namespace ursa::maintenance
