#include "catalog/catalog.h"

#include "delta/log_listing.h"

namespace ursa::catalog {
namespace {

// Ursa changes no table's columns.
constexpr std::string_view kAdvice =
    "; repair it with the program that changed the table, or go back to a backup of the catalog "
    "with ursa catalog flip";

// What a table of catalog.md must have; nullability is free.
Result<void> CheckColumns(const TableDefinition& definition, const delta::Snapshot& snapshot) {
  for (const delta::Field& field : definition.schema.fields) {
    const auto position = snapshot.schema.IndexOf(field.name);
    if (!position) {
      return Fail(ErrorCode::kUnsupported, "the table " + snapshot.table_path +
                                               " lacks the column '" + field.name + "'" +
                                               std::string(kAdvice));
    }
    const delta::Type& type = snapshot.schema.fields[*position].type;
    if (TypeName(type) != TypeName(field.type)) {
      return Fail(ErrorCode::kUnsupported, "the column '" + field.name + "' of the table " +
                                               snapshot.table_path + " has type " + TypeName(type) +
                                               " where " + TypeName(field.type) + " is needed" +
                                               std::string(kAdvice));
    }
  }
  return {};
}

}  // namespace

Catalog::Catalog(const store::ReadableStore& assets, std::string prefix, bool read_only)
    : assets_(&assets), prefix_(std::move(prefix)), read_only_(read_only) {}

Result<Catalog> Catalog::Open(const store::ReadableStore& assets,
                              const std::optional<std::string>& pinned_prefix) {
  URSA_TRY(Pointer pointer, ReadPointer(assets));
  const bool read_only = pinned_prefix && *pinned_prefix != pointer.prefix;
  Catalog catalog(assets, pinned_prefix.value_or(pointer.prefix), read_only);
  URSA_TRY(const store::ListPage log,
           assets.List(delta::LogPrefix(catalog.TablePath(kRecordings)), {}));
  if (log.objects.empty()) {
    return Fail(ErrorCode::kNotFound,
                "there is no catalog at " + catalog.Uri() +
                    " (no table 'recordings'); `ursa catalog init` makes one");
  }
  return catalog;
}

std::string Catalog::Uri() const { return assets_->Uri() + "/" + prefix_; }

std::string Catalog::TablePath(std::string_view table) const {
  return prefix_ + "/" + std::string(table);
}

Result<delta::SnapshotPtr> Catalog::Table(std::string_view table,
                                          std::optional<int64_t> version) const {
  auto snapshot = Load(table, version);
  if (!snapshot && snapshot.error().code == ErrorCode::kNotFound) {
    URSA_TRY(const auto names, TableNames());
    std::string known;
    for (const std::string& name : names) {
      known += (known.empty() ? "" : ", ") + name;
    }
    snapshot.error().message += "; the catalog's tables are: " + known;
  }
  return snapshot;
}

Result<delta::SnapshotPtr> Catalog::TableIfAny(std::string_view table) const {
  auto snapshot = Load(table, std::nullopt);
  return !snapshot && snapshot.error().code == ErrorCode::kNotFound ? delta::SnapshotPtr()
                                                                    : snapshot;
}

Result<delta::SnapshotPtr> Catalog::Load(std::string_view table,
                                         std::optional<int64_t> version) const {
  URSA_TRY_CONTEXT(
      delta::SnapshotPtr snapshot,
      version ? delta::LoadSnapshot(*assets_, TablePath(table), version) : Newest(table),
      "opening the table " + std::string(table));
  if (const TableDefinition* definition = FindTable(table)) {
    URSA_CHECK(CheckColumns(*definition, *snapshot));
  }
  return snapshot;
}

// A known snapshot counts only while the entry of its version is there: a table that was removed or
// made anew begins again.
Result<delta::SnapshotPtr> Catalog::Newest(std::string_view table) const {
  delta::SnapshotPtr known;
  {
    const std::scoped_lock lock(known_->mutex);
    const auto found = known_->snapshots.find(table);
    known = found == known_->snapshots.end() ? nullptr : found->second;
  }
  if (known != nullptr) {
    const auto entry = assets_->Head(delta::CommitKey(known->table_path, known->version));
    if (!entry && entry.error().code != ErrorCode::kNotFound) {
      return Propagate(entry.error());
    }
    known = entry ? known : nullptr;
  }
  URSA_TRY(delta::SnapshotPtr newest, known == nullptr
                                          ? delta::LoadSnapshot(*assets_, TablePath(table))
                                          : delta::UpdateSnapshot(*assets_, known));
  const std::scoped_lock lock(known_->mutex);
  known_->snapshots.insert_or_assign(std::string(table), newest);
  return newest;
}

Result<std::vector<std::string>> Catalog::TableNames() const {
  return ListTableNames(*assets_, prefix_);
}

Result<std::vector<std::string>> ListTableNames(const store::ReadableStore& assets,
                                                const std::string& catalog_prefix) {
  std::vector<std::string> names;
  store::ListOptions options;
  options.delimiter = "/";
  const std::string base = catalog_prefix + "/";
  while (true) {
    URSA_TRY(store::ListPage page, assets.List(base, options));
    for (const std::string& prefix : page.prefixes) {
      std::string name = prefix.substr(base.size(), prefix.size() - base.size() - 1);
      store::ListOptions log;
      URSA_TRY(const store::ListPage entries, assets.List(prefix + "_delta_log/", log));
      if (!entries.objects.empty()) {
        names.push_back(std::move(name));
      }
    }
    if (!page.next) {
      return names;
    }
    options.start_after = std::move(*page.next);
  }
}

}  // namespace ursa::catalog
