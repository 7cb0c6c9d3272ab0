#include "catalog/data_files.h"

#include <fmt/format.h>

#include <utility>

namespace ursa::catalog {

Result<ObjectsByKey> ListByKey(const store::ReadableStore& assets, const std::string& prefix) {
  URSA_TRY(auto objects, store::ListAll(assets, prefix + "/"));
  ObjectsByKey by_key;
  for (store::ObjectInfo& object : objects) {
    std::string key = object.key;
    by_key.emplace(std::move(key), std::move(object));
  }
  return by_key;
}

std::optional<std::string> FindMissingDataFile(const delta::Snapshot& table,
                                               const ObjectsByKey& objects) {
  for (const auto& [path, file] : table.files) {
    const auto found = objects.find(table.table_path + "/" + path);
    if (found == objects.end()) {
      return fmt::format("the data file {} of {} bytes, which is not there", path, file.size_bytes);
    }
    if (found->second.size_bytes != file.size_bytes) {
      return fmt::format("the data file {} of {} bytes, which has {} there", path, file.size_bytes,
                         found->second.size_bytes);
    }
  }
  return std::nullopt;
}

}  // namespace ursa::catalog
