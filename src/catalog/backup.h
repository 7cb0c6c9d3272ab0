// A backup of a catalog: its tables at pinned versions, copied within the assets to another prefix,
// where they are a catalog again. What lies there is compared with the catalog object by object.
//
// Which versions, stands in `<destination>/_backup.json`, which is put first: a backup that was cut
// off goes on with the versions it began with, and one that is whole can be looked over again. No
// object that lies there is ever replaced. `recordings`, which is what makes it a catalog, arrives
// last.
//
// A table is its log up to the pinned version, its checkpoints and the data files that are live at
// it; the rollback snapshots of the runs that it has are copied with them, so that these can be
// taken back there too.
// `_last_checkpoint`, a hint, is left out. Source: commands.md, "Catalog and ingest".
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/progress.h"
#include "base/result.h"
#include "catalog/backup_pins.h"
#include "catalog/catalog.h"
#include "store/object_store.h"

namespace ursa::catalog {

struct BackupObject {
  std::string key;          // in the catalog
  std::string destination;  // its key in the backup
  uint64_t size_bytes = 0;
  std::string etag;
  bool arrived = false;  // lies there with the same bytes
};

struct BackupTable {
  std::string name;
  delta::SnapshotPtr snapshot;  // the pinned version
  uint64_t objects = 0;
  uint64_t bytes = 0;
  uint64_t arrived = 0;  // objects
};

struct Backup {
  std::string destination;
  bool has_begun = false;  // its versions were pinned by an earlier run
  std::vector<BackupTable> tables;
  std::vector<BackupObject> objects;  // in the order in which they are copied
  // The first of each step, and the end: what is in one step is copied at once.
  std::vector<size_t> steps;

  [[nodiscard]] uint64_t Bytes() const;
  [[nodiscard]] uint64_t Arrived() const;  // objects
  [[nodiscard]] uint64_t ArrivedBytes() const;
};

// What making a backup takes from the run.
struct BackupContext {
  std::string engine_info;
  size_t jobs = 1;
  std::stop_token stop;
  Clock& clock;
  Progress& progress;
};

// `destination` without a slash at its end, where it can be that of a backup. kUsage where it is no
// prefix of plain names (letters, digits, "._-="), lies in, on or around a catalog or what Ursa
// keeps in the assets.
Result<std::string> CheckBackupDestination(const Catalog& catalog, std::string destination);

// What a backup would be, and what of it has arrived: by size and ETag, or where these differ, as
// they do in a directory, by its bytes. kAlreadyExists where the destination holds something else;
// kConflict where it is a backup of versions that the catalog has no more; kCorrupt where an object
// there differs, or is none of the backup's.
Result<Backup> PlanBackup(const Catalog& catalog, const std::string& destination,
                          const BackupContext& context);

// Copies what has not arrived, and looks at everything that is there then: it, and the tables, must
// be what was pinned. `assets` is the catalog's store. Interrupted, or after an error, the same can
// be done again.
Result<void> MakeBackup(store::ObjectStore& assets, const Catalog& catalog, Backup& backup,
                        const BackupContext& context);

}  // namespace ursa::catalog
