// A catalog: which prefix is the active one, and its tables as snapshots. Reading only.
//
// The active prefix is named by the newest pointer, ursa/active_catalog/<generation>.json; without
// one it is ursa/catalog. A configured prefix that differs from it can be read, not written.
// Source: catalog.md section 1.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/pointer.h"
#include "catalog/tables.h"
#include "delta/snapshot.h"
#include "store/object_store.h"

namespace ursa::catalog {

// Thread-safe; the store must outlive it. Copies share what is known of the tables.
class Catalog {
 public:
  // The active catalog, or the one below `pinned_prefix`. kNotFound where it has no `recordings`
  // table.
  static Result<Catalog> Open(const store::ReadableStore& assets,
                              const std::optional<std::string>& pinned_prefix);

  [[nodiscard]] const std::string& Prefix() const { return prefix_; }
  // True where a configured prefix is not the active one.
  [[nodiscard]] bool IsReadOnly() const { return read_only_; }
  // "local:///data/ursa/assets/ursa/catalog"
  [[nodiscard]] std::string Uri() const;
  [[nodiscard]] std::string TablePath(std::string_view table) const;
  [[nodiscard]] const store::ReadableStore& Assets() const { return *assets_; }

  // A table at a version, or at its newest. kNotFound where the catalog has no such table, with a
  // list of those that it has; kUnsupported names a column of catalog.md that the table lacks, or
  // has with another type. The newest version of a table that was read before costs a look at the
  // log's end and the commits since.
  [[nodiscard]] Result<delta::SnapshotPtr> Table(
      std::string_view table, std::optional<int64_t> version = std::nullopt) const;

  // The newest version of a table; null where the catalog has no such table yet: all but
  // `recordings` are created at their first write. Source: catalog.md section 2.
  [[nodiscard]] Result<delta::SnapshotPtr> TableIfAny(std::string_view table) const;

  // The names of all tables below the prefix, unknown ones included, sorted.
  [[nodiscard]] Result<std::vector<std::string>> TableNames() const;

 private:
  friend class Writer;
  Catalog(const store::ReadableStore& assets, std::string prefix, bool read_only);
  [[nodiscard]] Result<delta::SnapshotPtr> Load(std::string_view table,
                                                std::optional<int64_t> version) const;

  // The newest snapshot of each table that was read so far.
  struct Known {
    std::mutex mutex;
    std::map<std::string, delta::SnapshotPtr, std::less<>> snapshots;
  };
  [[nodiscard]] Result<delta::SnapshotPtr> Newest(std::string_view table) const;

  const store::ReadableStore* assets_;
  std::string prefix_;
  bool read_only_;
  std::shared_ptr<Known> known_ = std::make_shared<Known>();
};

// The same of any prefix.
Result<std::vector<std::string>> ListTableNames(const store::ReadableStore& assets,
                                                const std::string& catalog_prefix);

}  // namespace ursa::catalog
