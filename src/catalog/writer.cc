#include "catalog/writer.h"

#include <fmt/format.h>

#include "catalog/prefix.h"
#include "catalog/probe.h"

namespace ursa::catalog {
namespace {

// Whole rows as a merge's source.
class RegisterSource final : public delta::MergeSource {
 public:
  RegisterSource(const TableDefinition& table, const std::vector<NamedRow>& rows,
                 OnConflict on_conflict, TimeUs now)
      : table_(table), rows_(rows), on_conflict_(on_conflict), now_(now), fates_(rows.size()) {}

  Result<void> Prepare() {
    for (size_t i = 0; i < rows_.size(); ++i) {
      URSA_CHECK_CONTEXT(CheckRow(table_, rows_[i]), fmt::format("row {}", i + 1));
      URSA_TRY(std::string key, KeyOf(table_, rows_[i]));
      keys_.push_back(std::move(key));
      if (table_.schema.IndexOf("registered_at")) {
        columns_ = {"registered_at"};
      }
    }
    return {};
  }

  [[nodiscard]] size_t Count() const override { return rows_.size(); }
  [[nodiscard]] std::string_view Key(size_t change) const override { return keys_[change]; }
  [[nodiscard]] std::string_view Locator(size_t change) const override {
    const delta::Value* value = FindColumn(rows_[change], table_.locator_column);
    const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(&value->data);
    return text == nullptr ? std::string_view() : std::string_view(*text);
  }
  [[nodiscard]] const std::vector<std::string>& Columns() const override { return columns_; }

  Result<bool> Begin(const delta::Snapshot& snapshot) override {
    URSA_CHECK(CheckNotSealed(snapshot));
    schema_ = snapshot.schema;
    return true;
  }

  Result<delta::RowDecision> Decide(size_t change, const delta::CurrentRow* row) override {
    delta::RowDecision decision;
    fates_[change] = row == nullptr ? Fate::kInserted : Fate::kOverwritten;
    if (row != nullptr && on_conflict_ == OnConflict::kSkip) {
      fates_[change] = Fate::kSkipped;
      return decision;
    }
    if (row != nullptr && on_conflict_ == OnConflict::kError) {
      return Fail(ErrorCode::kAlreadyExists,
                  "the table " + table_.name + " has a row with the key " +
                      std::string(keys_[change]) + " already; nothing was written");
    }
    decision.kind =
        row == nullptr ? delta::RowDecision::Kind::kInsert : delta::RowDecision::Kind::kUpdate;
    for (const auto& [column, value] : rows_[change]) {
      if (const auto position = schema_.IndexOf(column)) {
        decision.values.emplace_back(*position, value);
      }
    }
    Stamp("registered_at", row == nullptr || columns_.empty() ? delta::Value() : row->At(0),
          decision, change);
    Stamp("updated_at", delta::Value(), decision, change);
    return decision;
  }

  Result<std::string> BeforeCommit(const delta::MergeCounts&) override { return "{}"; }

  [[nodiscard]] RegisterOutcome Outcome(int64_t table_version) const {
    RegisterOutcome outcome;
    outcome.table_version = table_version;
    for (const Fate fate : fates_) {
      ++(fate == Fate::kInserted      ? outcome.inserted
         : fate == Fate::kOverwritten ? outcome.overwritten
                                      : outcome.skipped);
    }
    return outcome;
  }

 private:
  enum class Fate : unsigned char { kSkipped, kInserted, kOverwritten };

  // Sets a stamp column that the row itself leaves out: to what it was, else to now.
  void Stamp(std::string_view column, delta::Value before, delta::RowDecision& decision,
             size_t change) const {
    const auto position = schema_.IndexOf(column);
    if (position && FindColumn(rows_[change], column) == nullptr) {
      if (before.IsNull()) {
        before = delta::Value(now_);
      }
      decision.values.emplace_back(*position, std::move(before));
    }
  }

  const TableDefinition& table_;
  const std::vector<NamedRow>& rows_;
  const OnConflict on_conflict_;
  const TimeUs now_;
  std::vector<std::string> keys_;
  std::vector<std::string> columns_;
  delta::Schema schema_;
  std::vector<Fate> fates_;
};

}  // namespace

Result<void> CheckNotSealed(const delta::Snapshot& snapshot) {
  const auto sealed = snapshot.metadata.configuration.find(std::string(kSealedProperty));
  if (sealed == snapshot.metadata.configuration.end()) {
    return {};
  }
  return Refuse("sealed", "the table " + snapshot.table_path +
                              " is sealed: the catalog was moved (" + "pointer " + sealed->second +
                              "); run the command again");
}

Writer::Writer(store::ObjectStore& assets, Catalog catalog, WriteContext context)
    : assets_(&assets), catalog_(std::move(catalog)), context_(std::move(context)) {}

Result<Writer> Writer::Open(store::ObjectStore& assets, Catalog catalog, WriteContext context) {
  if (catalog.IsReadOnly()) {
    return Refuse("prefix_pinned", "the configured catalog_prefix " + catalog.Prefix() +
                                       " is not the active catalog, so it can only be read");
  }
  return Writer(assets, std::move(catalog), std::move(context));
}

Result<void> Writer::Probe() {
  if (!probed_) {
    URSA_CHECK(ProbeStore(*assets_, catalog_.Prefix()));
    probed_ = true;
  }
  return {};
}

Result<delta::MergeOutcome> Writer::Merge(const TableDefinition& table, delta::MergeSource& source,
                                          const std::string& operation,
                                          std::vector<delta::Transaction> transactions) {
  URSA_CHECK(Probe());
  auto snapshot = catalog_.TableIfAny(table.name);
  if (snapshot && *snapshot == nullptr) {
    snapshot = delta::CreateTable(*assets_, catalog_.TablePath(table.name), table.schema,
                                  context_.engine_info, context_.clock, context_.random);
    if (!snapshot && snapshot.error().code == ErrorCode::kAlreadyExists) {
      snapshot = catalog_.Table(table.name);
    }
  }
  if (!snapshot) {
    return tl::unexpected(std::move(snapshot).error());
  }
  const delta::MergeOptions options{table.key_columns,       table.locator_column, operation,
                                    std::move(transactions), context_.engine_info, context_.timeout,
                                    context_.jobs,           context_.stop,        context_.clock,
                                    context_.random};
  URSA_TRY_CONTEXT(delta::MergeOutcome outcome,
                   delta::Merge(*assets_, std::move(*snapshot), source, options),
                   "committing to the table " + table.name);
  if (outcome.committed && !outcome.follow_up_error) {
    outcome.follow_up_error = LookWhetherItMoved(outcome.version, table);
  }
  return outcome;
}

std::optional<Error> Writer::LookWhetherItMoved(int64_t version,
                                                const TableDefinition& table) const {
  const auto pointer = ReadPointer(*assets_);
  const std::string what =
      fmt::format("version {} of {} is committed", version, catalog_.TablePath(table.name));
  if (!pointer) {
    Error error = pointer.error();
    error.context.push_back(what + "; looking whether the catalog moved");
    return error;
  }
  if (pointer->prefix == catalog_.Prefix()) {
    return std::nullopt;
  }
  return Error{ErrorCode::kConflict,
               what + ", and was carried over when the catalog moved to " + pointer->prefix,
               {},
               {}};
}

Result<RegisterOutcome> Writer::Register(const TableDefinition& table,
                                         const std::vector<NamedRow>& rows, OnConflict on_conflict,
                                         std::vector<delta::Transaction> transactions) {
  RegisterSource source(table, rows, on_conflict,
                        std::chrono::floor<Microseconds>(context_.clock.Now()));
  URSA_CHECK_CONTEXT(source.Prepare(), "registering in the table " + table.name);
  URSA_TRY(const delta::MergeOutcome outcome,
           Merge(table, source, "MERGE", std::move(transactions)));
  return source.Outcome(outcome.version);
}

Result<Catalog> InitCatalog(store::ObjectStore& assets, const std::string& wanted_prefix,
                            const WriteContext& context) {
  URSA_TRY(const std::string prefix, CheckNewPrefix(wanted_prefix, kCatalogPrefix));
  URSA_TRY(const Pointer pointer, ReadPointer(assets));
  const auto existing = Catalog::Open(assets, pointer.prefix);
  if (existing) {
    return Fail(ErrorCode::kAlreadyExists,
                "there is a catalog already at " + existing->Uri() + "; nothing was written");
  }
  if (existing.error().code != ErrorCode::kNotFound) {
    return Propagate(existing.error(), "looking whether there is a catalog already");
  }
  URSA_CHECK(CheckInNoCatalog(assets, prefix, kCatalogPrefix));
  URSA_CHECK(CreateProbe(assets, prefix));
  // `recordings` is what makes it a catalog, so an interrupted run can simply be repeated.
  for (const bool recordings : {false, true}) {
    for (const TableDefinition& table : AllTables()) {
      if ((table.name == kRecordings) != recordings) {
        continue;
      }
      const auto created = delta::CreateTable(assets, prefix + "/" + table.name, table.schema,
                                              context.engine_info, context.clock, context.random);
      if (!created && created.error().code != ErrorCode::kAlreadyExists) {
        return tl::unexpected(created.error());
      }
    }
  }
  if (prefix != pointer.prefix) {
    URSA_CHECK(CreatePointer(assets, prefix, pointer, "catalog init", context.engine_info,
                             context.clock.Now()));
  }
  return Catalog::Open(assets, std::nullopt);
}

}  // namespace ursa::catalog
