// Which catalog and which versions a backup is of, as its object `_backup.json` has it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/object_store.h"

namespace ursa::catalog {

struct BackupPin {
  std::string table;
  std::string table_id;
  int64_t version = 0;
};

struct BackupPins {
  std::string catalog;  // its URI
  std::vector<BackupPin> tables;
};

std::string BackupPinsKey(const std::string& prefix);

// The object's text.
std::string BackupPinsText(const BackupPins& pins, const std::string& engine_info, TimeNs now);

// What the backup at `prefix` is of; none where there is none. kCorrupt where it does not say.
Result<std::optional<BackupPins>> ReadBackupPins(const store::ReadableStore& assets,
                                                 const std::string& prefix);

}  // namespace ursa::catalog
