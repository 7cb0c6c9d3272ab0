#include "catalog/catalog.h"

#include <nlohmann/json.hpp>

#include "delta/log_listing.h"

namespace ursa::catalog {
namespace {

constexpr size_t kGenerationDigits = 20;

// The generation in a pointer's key; none where the key is no pointer's.
std::optional<int64_t> GenerationOf(std::string_view key) {
  constexpr std::string_view kSuffix = ".json";
  key.remove_prefix(kPointerPrefix.size());
  if (key.size() != kGenerationDigits + kSuffix.size() || !key.ends_with(kSuffix)) {
    return std::nullopt;
  }
  int64_t generation = 0;
  for (const char digit : key.substr(0, kGenerationDigits)) {
    if (digit < '0' || digit > '9' || __builtin_mul_overflow(generation, 10, &generation) ||
        __builtin_add_overflow(generation, digit - '0', &generation)) {
      return std::nullopt;
    }
  }
  return generation;
}

// What a table of catalog.md must have; nullability is free.
Result<void> CheckColumns(const TableDefinition& definition, const delta::Snapshot& snapshot) {
  for (const delta::Field& field : definition.schema.fields) {
    const auto position = snapshot.schema.IndexOf(field.name);
    if (!position) {
      return Fail(ErrorCode::kUnsupported, "the table " + snapshot.table_path +
                                               " lacks the column '" + field.name +
                                               "'; rebuild the catalog");
    }
    const delta::Type& type = snapshot.schema.fields[*position].type;
    if (type.kind != field.type.kind) {
      return Fail(ErrorCode::kUnsupported, "the column '" + field.name + "' of the table " +
                                               snapshot.table_path + " has type " + TypeName(type) +
                                               " where " + TypeName(field.type) +
                                               " is needed; rebuild the catalog");
    }
  }
  return {};
}

}  // namespace

Result<Pointer> ReadPointer(const store::ReadableStore& assets) {
  URSA_TRY_CONTEXT(const auto objects, ListAll(assets, kPointerPrefix),
                   "looking for the active catalog's pointer");
  Pointer newest{0, std::string(kDefaultPrefix)};
  std::string newest_key;
  for (const store::ObjectInfo& object : objects) {
    const auto generation = GenerationOf(object.key);
    if (generation && *generation > newest.generation) {
      newest.generation = *generation;
      newest_key = object.key;
    }
  }
  if (newest_key.empty()) {
    return newest;
  }
  URSA_TRY(const store::Object object, assets.Get(newest_key));
  const auto parsed = nlohmann::json::parse(object.bytes, nullptr, false);
  const auto prefix = parsed.is_object() ? parsed.find("prefix") : parsed.end();
  if (!parsed.is_object() || prefix == parsed.end() || !prefix->is_string() ||
      !store::CheckKey(prefix->get<std::string>())) {
    return Fail(ErrorCode::kCorrupt,
                "the pointer " + newest_key + " names no catalog prefix; restore it from a backup");
  }
  newest.prefix = prefix->get<std::string>();
  return newest;
}

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
  auto snapshot =
      version ? delta::LoadSnapshot(*assets_, TablePath(table), version) : Newest(table);
  if (!snapshot) {
    if (snapshot.error().code == ErrorCode::kNotFound) {
      URSA_TRY(const auto names, TableNames());
      std::string known;
      for (const std::string& name : names) {
        known += (known.empty() ? "" : ", ") + name;
      }
      snapshot.error().message += "; the catalog's tables are: " + known;
    }
    return Propagate(std::move(snapshot).error(), "opening the table " + std::string(table));
  }
  if (const TableDefinition* definition = FindTable(table)) {
    URSA_CHECK(CheckColumns(*definition, **snapshot));
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

Result<delta::SnapshotPtr> Catalog::TableIfAny(std::string_view table) const {
  auto snapshot = Table(table);
  if (!snapshot && snapshot.error().code == ErrorCode::kNotFound) {
    URSA_TRY(const auto names, TableNames());
    // One that is there, and lacks something, is no table that is yet to come.
    if (std::ranges::find(names, table) == names.end()) {
      return delta::SnapshotPtr();
    }
  }
  return snapshot;
}

Result<std::vector<std::string>> Catalog::TableNames() const {
  std::vector<std::string> names;
  store::ListOptions options;
  options.delimiter = "/";
  const std::string base = prefix_ + "/";
  while (true) {
    URSA_TRY(store::ListPage page, assets_->List(base, options));
    for (const std::string& prefix : page.prefixes) {
      std::string name = prefix.substr(base.size(), prefix.size() - base.size() - 1);
      store::ListOptions log;
      URSA_TRY(const store::ListPage entries, assets_->List(prefix + "_delta_log/", log));
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
