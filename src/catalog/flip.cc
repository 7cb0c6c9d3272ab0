#include "catalog/flip.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "catalog/backup_pins.h"
#include "catalog/data_files.h"
#include "catalog/pointer.h"
#include "catalog/probe.h"
#include "delta/table_property.h"

namespace ursa::catalog {
namespace {

bool IsSealed(const delta::Snapshot& table) {
  return table.metadata.configuration.contains(std::string(kSealedProperty));
}

tl::unexpected<Error> NoTarget(const std::string& prefix, const std::string& why) {
  return Refuse("flip_target", "the catalog can't be moved to " + prefix + ": " + why);
}

// The names of the tables at a prefix, and of those that every catalog has.
Result<std::set<std::string>> TableNamesAt(const store::ReadableStore& assets,
                                           const std::string& prefix) {
  std::set<std::string> names;
  for (const TableDefinition& table : AllTables()) {
    names.insert(table.name);
  }
  URSA_TRY(const auto found, ListTableNames(assets, prefix));
  names.insert(found.begin(), found.end());
  return names;
}

using TablesByName = std::map<std::string, delta::SnapshotPtr>;

// A log alone is no table: what it refers to has to lie there too.
Result<void> CheckDataFiles(const store::ReadableStore& assets, const std::string& prefix,
                            const TablesByName& tables) {
  URSA_TRY(const ObjectsByKey objects, ListByKey(assets, prefix));
  for (const auto& [name, table] : tables) {
    if (const auto missing = FindMissingDataFile(*table, objects)) {
      return NoTarget(
          prefix, fmt::format("version {} of its table {} has {}", table->version, name, *missing));
    }
  }
  return {};
}

// Looks at what is to become the active catalog.
Result<TablesByName> LoadTarget(const store::ReadableStore& assets, const std::string& prefix) {
  if (!store::CheckKey(prefix)) {
    return NoTarget(prefix, "it is no prefix");
  }
  const auto catalog = Catalog::Open(assets, prefix);
  if (!catalog && catalog.error().code == ErrorCode::kNotFound) {
    return NoTarget(prefix, "there is no catalog (no table 'recordings')");
  }
  if (!catalog) {
    return Propagate(catalog.error());
  }
  TablesByName tables;
  URSA_TRY(const auto names, catalog->TableNames());
  for (const std::string& name : names) {
    auto table = catalog->Table(name);
    if (!table && (table.error().code == ErrorCode::kCorrupt ||
                   table.error().code == ErrorCode::kUnsupported)) {
      return NoTarget(prefix, table.error().ToString());
    }
    if (!table) {
      return Propagate(table.error());
    }
    tables.emplace(name, *std::move(table));
  }
  URSA_CHECK(CheckDataFiles(assets, prefix, tables));
  URSA_TRY(const auto pins, ReadBackupPins(assets, prefix));
  for (const BackupPin& pin : pins ? pins->tables : std::vector<BackupPin>()) {
    const auto table = tables.find(pin.table);
    if (table == tables.end() || table->second->version < pin.version) {
      return NoTarget(prefix, "it is a backup that has not arrived whole: " + pin.table +
                                  " is missing; run the backup again");
    }
  }
  return tables;
}

delta::PropertyOptions OptionsOf(const WriteContext& context) {
  return {context.engine_info, context.timeout, context.stop, context.clock, context.random};
}

}  // namespace

std::string_view FlipActionName(FlipTable::Action action) {
  switch (action) {
    case FlipTable::Action::kSeal:
      return "seal";
    case FlipTable::Action::kUnseal:
      return "unseal";
    case FlipTable::Action::kDamaged:
      return "damaged";
    case FlipTable::Action::kNothing:
      break;
  }
  return "nothing";
}

Result<FlipPlan> PlanFlip(const store::ReadableStore& assets, const std::string& prefix) {
  FlipPlan plan;
  URSA_TRY(plan.from, ReadPointer(assets));
  plan.to = prefix;
  plan.is_active_already = plan.from.prefix == prefix;
  URSA_TRY(const auto target, LoadTarget(assets, prefix));
  URSA_TRY(std::set<std::string> names, TableNamesAt(assets, plan.from.prefix));
  for (const auto& [name, table] : target) {
    names.insert(name);
  }
  for (const std::string& name : names) {
    FlipTable row{name, FlipTable::Action::kNothing, {}, {}, {}};
    if (const auto found = target.find(name); found != target.end()) {
      row.to_version = found->second->version;
      row.action = IsSealed(*found->second) ? FlipTable::Action::kUnseal : row.action;
    }
    const auto old = delta::LoadSnapshot(assets, plan.from.prefix + "/" + name);
    if (old) {
      row.from_version = (*old)->version;
      if (!plan.is_active_already && !IsSealed(**old)) {
        row.action = FlipTable::Action::kSeal;
      }
    } else if (old.error().code == ErrorCode::kCorrupt ||
               old.error().code == ErrorCode::kUnsupported) {
      row.action = FlipTable::Action::kDamaged;
      row.problem = old.error().ToString();
    } else if (old.error().code != ErrorCode::kNotFound) {
      return Propagate(old.error());
    }
    plan.tables.push_back(std::move(row));
  }
  return plan;
}

Result<void> Flip(store::ObjectStore& assets, const FlipPlan& plan, const std::string& reason,
                  const WriteContext& context) {
  URSA_CHECK(ProbeStore(assets, plan.to));
  const auto set = [&](const std::string& prefix, const std::string& name,
                       const std::optional<std::string>& value) -> Result<void> {
    URSA_TRY(auto table, delta::LoadSnapshot(assets, prefix + "/" + name));
    URSA_CHECK(delta::SetProperty(assets, std::move(table), std::string(kSealedProperty), value,
                                  OptionsOf(context)));
    return {};
  };
  for (const FlipTable& table : plan.tables) {
    if (table.action == FlipTable::Action::kSeal) {
      URSA_CHECK_CONTEXT(set(plan.from.prefix, table.name, std::to_string(plan.Generation())),
                         "sealing the table " + table.name);
    }
  }
  // A table may have to be sealed there and unsealed here: both have one row of the plan.
  for (const FlipTable& table : plan.tables) {
    if (table.to_version) {
      URSA_CHECK_CONTEXT(set(plan.to, table.name, std::nullopt),
                         "unsealing the table " + table.name);
    }
  }
  if (plan.is_active_already) {
    return {};
  }
  auto created =
      CreatePointer(assets, plan.to, plan.from, reason, context.engine_info, context.clock.Now());
  if (!created && created.error().code == ErrorCode::kAlreadyExists) {
    return Refuse("flip_lost",
                  "another flip came first: the catalog was moved meanwhile; look "
                  "where to with ursa catalog show");
  }
  return created;
}

}  // namespace ursa::catalog
