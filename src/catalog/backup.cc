#include "catalog/backup.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/digest.h"
#include "base/parallel.h"
#include "catalog/data_files.h"
#include "catalog/prefix.h"
#include "delta/log_listing.h"
#include "delta/snapshot.h"

namespace ursa::catalog {
namespace {

constexpr int kPinTriesMax = 10;
constexpr size_t kWindowPerJob = 4;

// The version that a name in a log is of, where it is a commit or of a checkpoint.
std::optional<int64_t> LogVersionOf(std::string_view name) {
  const size_t digits = delta::VersionDigits(0).size();
  const std::string_view suffix = name.substr(std::min(digits, name.size()));
  const bool is_checkpoint = suffix.starts_with(".checkpoint.") && suffix.ends_with("parquet");
  if (suffix != ".json" && !is_checkpoint) {
    return std::nullopt;
  }
  int64_t version = 0;
  for (const char digit : name.substr(0, digits)) {
    if (digit < '0' || digit > '9' || __builtin_mul_overflow(version, 10, &version) ||
        __builtin_add_overflow(version, digit - '0', &version)) {
      return std::nullopt;
    }
  }
  return version;
}

// "<plan id>.jsonl" and "<plan id>-2.jsonl" are snapshots of one plan. Source: catalog.md
// section 4.
std::string PlanOfRollback(std::string_view name) {
  constexpr std::string_view kSuffix = ".jsonl";
  name.remove_suffix(name.ends_with(kSuffix) ? kSuffix.size() : 0);
  return std::string(name.substr(0, name.find('-')));
}

// Collects what a backup consists of.
class Collector {
 public:
  Collector(const Catalog& catalog, std::string destination)
      : catalog_(catalog), destination_(std::move(destination)) {}

  Result<void> Take(const delta::SnapshotPtr& snapshot, const std::string& name) {
    URSA_TRY(const ObjectsByKey objects, ListByKey(catalog_.Assets(), snapshot->table_path));
    std::vector<BackupObject>& log = name == kRecordings ? commit_mark_ : logs_;
    const size_t objects_before = data_.size() + log.size();
    BackupTable table{name, snapshot, 0, 0, 0};
    if (const auto missing = FindMissingDataFile(*snapshot, objects)) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("version {} of {} has {}: it can't be backed up", snapshot->version,
                              snapshot->table_path, *missing));
    }
    for (const auto& [path, file] : snapshot->files) {
      table.bytes += Add(objects.at(snapshot->table_path + "/" + path), data_);
    }
    const std::string log_prefix = delta::LogPrefix(snapshot->table_path);
    for (auto entry = objects.lower_bound(log_prefix);
         entry != objects.end() && entry->first.starts_with(log_prefix); ++entry) {
      const auto version = LogVersionOf(std::string_view(entry->first).substr(log_prefix.size()));
      if (version && *version <= snapshot->version) {
        table.bytes += Add(entry->second, log);
      }
    }
    table.objects = data_.size() + log.size() - objects_before;
    tables_.push_back(std::move(table));
    return {};
  }

  // What belongs to no table: the rollback snapshots of the plans that the pinned versions have
  // commits of, and the probe. A run that came later is none of the backup's.
  Result<void> TakeRest() {
    const std::string prefix = catalog_.Prefix() + "/_rollback";
    URSA_TRY(const ObjectsByKey rollbacks, ListByKey(catalog_.Assets(), prefix));
    for (const auto& [key, object] : rollbacks) {
      const std::string plan_id = PlanOfRollback(std::string_view(key).substr(prefix.size() + 1));
      if (std::ranges::any_of(tables_, [&](const BackupTable& table) {
            return table.snapshot->transactions.contains(plan_id);
          })) {
        Add(object, data_);
      }
    }
    URSA_TRY(const store::ListPage probe,
             catalog_.Assets().List(catalog_.Prefix() + "/_probe", {}));
    for (const store::ObjectInfo& object : probe.objects) {
      if (object.key == catalog_.Prefix() + "/_probe") {
        Add(object, data_);
      }
    }
    return {};
  }

  Backup Finish() && {
    Backup backup;
    backup.destination = std::move(destination_);
    backup.tables = std::move(tables_);
    // The newest entry first: a log that is there in part can't be taken for an older version.
    std::reverse(logs_.begin(), logs_.end());
    std::reverse(commit_mark_.begin(), commit_mark_.end());
    for (std::vector<BackupObject>* step : {&data_, &logs_, &commit_mark_}) {
      backup.steps.push_back(backup.objects.size());
      std::move(step->begin(), step->end(), std::back_inserter(backup.objects));
    }
    backup.steps.push_back(backup.objects.size());
    return backup;
  }

 private:
  // The object's size.
  uint64_t Add(const store::ObjectInfo& object, std::vector<BackupObject>& step) const {
    step.push_back({object.key, destination_ + object.key.substr(catalog_.Prefix().size()),
                    object.size_bytes, object.etag, false});
    return object.size_bytes;
  }

  const Catalog& catalog_;
  std::string destination_;
  std::vector<BackupTable> tables_;
  std::vector<BackupObject> data_;
  std::vector<BackupObject> logs_;
  std::vector<BackupObject> commit_mark_;  // the log of `recordings`
};

// All tables at versions that were the newest ones at one moment. Where others commit all the time,
// `recordings` at least is no newer than the rest, so that a recording there has all its rows.
Result<std::vector<std::pair<std::string, delta::SnapshotPtr>>> PinNewest(const Catalog& catalog) {
  URSA_TRY(std::vector<std::string> names, catalog.TableNames());
  std::stable_partition(names.begin(), names.end(),
                        [](const std::string& name) { return name == kRecordings; });
  std::vector<std::pair<std::string, delta::SnapshotPtr>> pins;
  for (std::string& name : names) {
    URSA_TRY(auto snapshot, delta::LoadSnapshot(catalog.Assets(), catalog.TablePath(name)));
    pins.emplace_back(std::move(name), std::move(snapshot));
  }
  for (int tries = 0; tries < kPinTriesMax; ++tries) {
    bool moved = false;
    for (auto& [name, snapshot] : pins) {
      URSA_TRY(auto newest, delta::UpdateSnapshot(catalog.Assets(), snapshot));
      moved = moved || newest->version != snapshot->version;
      snapshot = std::move(newest);
    }
    if (!moved) {
      break;
    }
  }
  return pins;
}

// The tables at the versions that the backup began with.
Result<std::vector<std::pair<std::string, delta::SnapshotPtr>>> PinAgain(
    const Catalog& catalog, const BackupPins& pins, const std::string& destination) {
  const auto other = [&](const std::string& why) {
    return Fail(ErrorCode::kConflict,
                fmt::format("the backup at {} {}; begin one elsewhere", destination, why));
  };
  if (pins.catalog != catalog.Uri()) {
    return other("is of the catalog " + pins.catalog + ", not of " + catalog.Uri());
  }
  std::vector<std::pair<std::string, delta::SnapshotPtr>> tables;
  for (const BackupPin& pin : pins.tables) {
    auto snapshot =
        delta::LoadSnapshot(catalog.Assets(), catalog.TablePath(pin.table), pin.version);
    if (!snapshot && (snapshot.error().code == ErrorCode::kNotFound ||
                      snapshot.error().code == ErrorCode::kInvalid)) {
      return other(fmt::format("has version {} of {}, which the catalog has no more", pin.version,
                               pin.table));
    }
    if (!snapshot) {
      return Propagate(snapshot.error());
    }
    if ((*snapshot)->metadata.id != pin.table_id) {
      return other("has another table " + pin.table + " than the catalog, which was made anew");
    }
    tables.emplace_back(pin.table, *std::move(snapshot));
  }
  return tables;
}

Result<std::string> DigestOf(const store::ReadableStore& assets, const std::string& key) {
  Sha256 digest;
  URSA_CHECK(assets.GetStream(key, store::ByteRange::Whole(), {},
                              [&](const store::ObjectPiece& piece) -> Result<void> {
                                digest.Update(piece.bytes);
                                return {};
                              }));
  return digest.HexDigest();
}

// Whether both have the same bytes. An ETag changes with the bytes, so that the same one says so;
// two different ones may be the place's (a directory's files are each their own).
Result<bool> IsSame(const store::ReadableStore& assets, const BackupObject& object,
                    const store::ObjectInfo& there) {
  if (there.size_bytes != object.size_bytes) {
    return false;
  }
  if (there.etag == object.etag) {
    return true;
  }
  URSA_TRY(const std::string wanted, DigestOf(assets, object.key));
  URSA_TRY(const std::string found, DigestOf(assets, object.destination));
  return wanted == found;
}

// Does `work` for the objects from `begin` to `end` on several threads; their first error.
Result<void> ForEach(size_t begin, size_t end, const BackupContext& context,
                     const std::function<Result<void>(size_t)>& work) {
  std::vector<Result<void>> outcomes(end - begin);
  return OrderedParallelMap(
      end - begin, context.jobs, context.jobs * kWindowPerJob, context.stop,
      [&](size_t i) { outcomes[i] = work(begin + i); }, [&](size_t i) { return outcomes[i]; });
}

// Looks at everything that lies at the destination.
Result<void> LookWhatArrived(const store::ReadableStore& assets, Backup& backup,
                             const BackupContext& context) {
  URSA_TRY(ObjectsByKey there, ListByKey(assets, backup.destination));
  there.erase(BackupPinsKey(backup.destination));
  std::vector<const store::ObjectInfo*> found(backup.objects.size());
  std::map<std::string_view, size_t> wanted;
  for (size_t i = 0; i < backup.objects.size(); ++i) {
    wanted.emplace(backup.objects[i].destination, i);
  }
  for (const auto& [key, object] : there) {
    const auto place = wanted.find(key);
    if (place == wanted.end()) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("{} is no part of the backup at {}, which was changed since it was "
                              "begun; begin one elsewhere",
                              key, backup.destination));
    }
    found[place->second] = &object;
  }
  context.progress.Begin("comparing", "objects", there.size());
  URSA_CHECK(ForEach(0, backup.objects.size(), context, [&](size_t i) -> Result<void> {
    BackupObject& object = backup.objects[i];
    object.arrived = false;
    if (found[i] == nullptr) {
      return {};
    }
    URSA_TRY(const bool same, IsSame(assets, object, *found[i]));
    if (!same) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("{} is not what the catalog has as {}: the backup was changed; it is "
                              "left as it is: begin one elsewhere",
                              object.destination, object.key));
    }
    object.arrived = true;
    context.progress.Advance(1, object.size_bytes);
    return {};
  }));
  for (BackupTable& table : backup.tables) {
    const std::string prefix = backup.destination + "/" + table.name + "/";
    table.arrived = static_cast<uint64_t>(std::count_if(
        backup.objects.begin(), backup.objects.end(), [&](const BackupObject& object) {
          return object.arrived && object.destination.starts_with(prefix);
        }));
  }
  return {};
}

// The versions are pinned where a second run finds them.
Result<void> PutPins(store::ObjectStore& assets, const Catalog& catalog, const Backup& backup,
                     const BackupContext& context) {
  BackupPins pins{catalog.Uri(), {}};
  for (const BackupTable& table : backup.tables) {
    pins.tables.push_back({table.name, table.snapshot->metadata.id, table.snapshot->version});
  }
  const std::string text = BackupPinsText(pins, context.engine_info, context.clock.Now());
  const std::string key = BackupPinsKey(backup.destination);
  auto put = assets.Put(key, text, store::PutCondition::kIfAbsent);
  if (put || (put.error().code != ErrorCode::kAlreadyExists &&
              put.error().code != ErrorCode::kUnknownOutcome)) {
    return put;
  }
  const auto object = assets.Get(key);
  if (!object) {
    return put;
  }
  return object->bytes == text
             ? Result<void>()
             : Fail(ErrorCode::kConflict, "another backup was begun at " + backup.destination +
                                              " at the same time; begin one elsewhere");
}

// The tables as they are there, held against those that were pinned.
Result<void> CheckTables(const store::ReadableStore& assets, const Backup& backup) {
  for (const BackupTable& table : backup.tables) {
    URSA_TRY_CONTEXT(const delta::SnapshotPtr copy,
                     delta::LoadSnapshot(assets, backup.destination + "/" + table.name),
                     "looking at what was copied");
    const delta::Snapshot& pinned = *table.snapshot;
    const bool same_files =
        std::ranges::equal(copy->files, pinned.files, [](const auto& a, const auto& b) {
          return a.first == b.first && a.second.size_bytes == b.second.size_bytes;
        });
    if (copy->version != pinned.version || copy->metadata.id != pinned.metadata.id ||
        copy->metadata.schema_string != pinned.metadata.schema_string || !same_files) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("{} is not version {} of {}: the backup can't be used",
                              copy->table_path, pinned.version, pinned.table_path));
    }
  }
  return {};
}

}  // namespace

uint64_t Backup::Bytes() const {
  uint64_t bytes = 0;
  for (const BackupObject& object : objects) {
    bytes += object.size_bytes;
  }
  return bytes;
}

uint64_t Backup::Arrived() const {
  return static_cast<uint64_t>(std::ranges::count(objects, true, &BackupObject::arrived));
}

uint64_t Backup::ArrivedBytes() const {
  uint64_t bytes = 0;
  for (const BackupObject& object : objects) {
    bytes += object.arrived ? object.size_bytes : 0;
  }
  return bytes;
}

Result<std::string> CheckBackupDestination(const Catalog& catalog, std::string destination) {
  constexpr std::string_view kWhat = "the prefix of a backup";
  URSA_TRY(std::string prefix, CheckNewPrefix(std::move(destination), kWhat));
  URSA_TRY(const Pointer pointer, ReadPointer(catalog.Assets()));
  for (const std::string& taken : {catalog.Prefix(), pointer.prefix}) {
    URSA_CHECK(CheckDisjoint(prefix, taken, kWhat));
  }
  URSA_CHECK(CheckInNoCatalog(catalog.Assets(), prefix, kWhat));
  return prefix;
}

Result<Backup> PlanBackup(const Catalog& catalog, const std::string& destination,
                          const BackupContext& context) {
  URSA_TRY(const auto pins, ReadBackupPins(catalog.Assets(), destination));
  if (!pins) {
    URSA_TRY(const bool taken, HoldsAnything(catalog.Assets(), destination + "/"));
    if (taken) {
      return Fail(ErrorCode::kAlreadyExists,
                  fmt::format("{} holds something that is no backup; give a prefix where nothing "
                              "lies",
                              destination));
    }
  }
  URSA_TRY(const auto tables, pins ? PinAgain(catalog, *pins, destination) : PinNewest(catalog));
  Collector collector(catalog, destination);
  for (const auto& [name, snapshot] : tables) {
    URSA_CHECK(collector.Take(snapshot, name));
  }
  URSA_CHECK(collector.TakeRest());
  Backup backup = std::move(collector).Finish();
  backup.has_begun = pins.has_value();
  URSA_CHECK(LookWhatArrived(catalog.Assets(), backup, context));
  return backup;
}

Result<void> MakeBackup(store::ObjectStore& assets, const Catalog& catalog, Backup& backup,
                        const BackupContext& context) {
  if (!backup.has_begun) {
    URSA_CHECK(PutPins(assets, catalog, backup, context));
  }
  context.progress.Begin("copying", "objects", backup.objects.size() - backup.Arrived());
  for (size_t step = 0; step + 1 < backup.steps.size(); ++step) {
    URSA_CHECK(
        ForEach(backup.steps[step], backup.steps[step + 1], context, [&](size_t i) -> Result<void> {
          const BackupObject& object = backup.objects[i];
          if (object.arrived) {
            return {};
          }
          URSA_CHECK(assets.Copy(object.key, object.destination, object.etag));
          context.progress.Advance(1, object.size_bytes);
          return {};
        }));
  }
  URSA_CHECK(LookWhatArrived(assets, backup, context));
  if (backup.Arrived() != backup.objects.size()) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("{} of the backup's {} objects are not at {}; run it again",
                            backup.objects.size() - backup.Arrived(), backup.objects.size(),
                            backup.destination));
  }
  return CheckTables(assets, backup);
}

}  // namespace ursa::catalog
