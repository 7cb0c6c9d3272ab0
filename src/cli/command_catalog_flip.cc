// catalog flip. Source: catalog.md section 1, "Flip".

#include "catalog/flip.h"
#include "cli/all_commands.h"
#include "cli/catalog_session.h"
#include "cli/table_operation.h"

namespace ursa::cli {
namespace {

CommandInfo Info() {
  return {.name = "catalog flip",
          .section = CommandSection::kCatalog,
          .summary = "make the catalog at another prefix the active one",
          .description =
              "Seals the tables of the active catalog, so that every writer that is under way\n"
              "fails, and creates the pointer that names PREFIX from then on. What was committed\n"
              "only to the old catalog stays there: flip back to have it again. A table that is\n"
              "damaged can't be sealed, and needs it not. Without --commit nothing is written.",
          .examples = {{"Go back to a backup", "catalog flip ursa/backups/2026-05-07 --commit"},
                       {"And back again", "catalog flip ursa/catalog --commit"}}};
}

class CatalogFlip final : public TableOperation {
 public:
  CatalogFlip() : TableOperation(Info()) {}

  void Configure(Options& options) override {
    options.Argument("PREFIX", "where the catalog lies in the assets", prefix_);
    TableOperation::Configure(options);
  }

  [[nodiscard]] std::vector<Column> Columns() const override {
    return {TextColumn("table", "table"), WholeColumn("action", "action"),
            NumberColumn("from version", "from_version", 0),
            NumberColumn("to version", "to_version", 0), TextColumn("problem", "problem")};
  }

 protected:
  Result<void> DryRun(Invocation& invocation, const Profile& profile) override {
    URSA_TRY(const auto assets, OpenBucket(invocation, profile, BucketRole::kAssets));
    const Environment environment = EnvironmentOf(profile, Writes::kAssets);
    URSA_TRY(const catalog::FlipPlan plan, Plan(invocation, profile, environment, *assets));
    Show(invocation, plan, Refusals(profile, environment, plan), true);
    if (HasWork(plan)) {
      invocation.OfferCommit(environment);
    }
    return {};
  }

  Result<void> Commit(Invocation& invocation, const Profile& profile) override {
    URSA_TRY(const auto assets, OpenWritableBucket(invocation, profile, BucketRole::kAssets));
    const Environment environment = EnvironmentOf(profile, Writes::kAssets);
    URSA_TRY(const catalog::FlipPlan plan, Plan(invocation, profile, environment, *assets));
    URSA_CHECK(CheckGuard(environment));
    URSA_CHECK(CheckNotPinned(profile, plan));
    if (HasWork(plan)) {
      URSA_CHECK_CONTEXT(catalog::Flip(*assets, plan, "catalog flip",
                                       WriteContextOf(invocation, profile, kTimeoutSeconds)),
                         "moving the catalog to " + plan.to);
    }
    Show(invocation, plan, Refusals(profile, environment, plan), false);
    return {};
  }

 private:
  static constexpr uint64_t kTimeoutSeconds = 120;

  // A profile whose catalog_prefix is not the active catalog may read, and no more.
  static Result<void> CheckNotPinned(const Profile& profile, const catalog::FlipPlan& plan) {
    if (!profile.catalog_prefix || *profile.catalog_prefix == plan.from.prefix) {
      return {};
    }
    return Refuse("prefix_pinned",
                  "the configured catalog_prefix " + *profile.catalog_prefix +
                      " is not the active catalog " + plan.from.prefix +
                      ", so that this profile can only read: take it out of the configuration");
  }

  [[nodiscard]] Json Refusals(const Profile& profile, Environment environment,
                              const catalog::FlipPlan& plan) const {
    Json rules = WouldRefuse(environment);
    if (!CheckNotPinned(profile, plan)) {
      rules.push_back("prefix_pinned");
    }
    return rules;
  }

  static bool HasWork(const catalog::FlipPlan& plan) {
    return !plan.is_active_already ||
           std::ranges::any_of(plan.tables, [](const catalog::FlipTable& table) {
             return table.action == catalog::FlipTable::Action::kUnseal;
           });
  }

  // The first line is about the catalog that is flipped to: the active one may be damaged.
  [[nodiscard]] Result<catalog::FlipPlan> Plan(Invocation& invocation, const Profile& profile,
                                               Environment environment,
                                               const store::ReadableStore& assets) const {
    std::string prefix = prefix_;
    if (prefix.ends_with('/')) {
      prefix.pop_back();
    }
    URSA_TRY(catalog::FlipPlan plan, catalog::PlanFlip(assets, prefix));
    URSA_TRY(const catalog::Catalog target, catalog::Catalog::Open(assets, prefix));
    URSA_TRY(const delta::SnapshotPtr recordings, target.Table(catalog::kRecordings));
    invocation.report.Begin(MakeRunInfo(profile, environment, target, *recordings));
    return plan;
  }

  static void Show(const Invocation& invocation, const catalog::FlipPlan& plan,
                   const Json& would_refuse, bool dry_run) {
    const auto count = [](const std::optional<int64_t>& version) {
      return version ? Json(*version) : Json(nullptr);
    };
    for (const catalog::FlipTable& table : plan.tables) {
      invocation.report.Row(
          {Json{{"table", table.name},
                {"action", catalog::FlipActionName(table.action)},
                {"from_version", count(table.from_version)},
                {"to_version", count(table.to_version)},
                {"problem", table.problem.empty() ? Json(nullptr) : Json(table.problem)}},
           true, false});
    }
    invocation.report.Summary(Json{{"from", plan.from.prefix},
                                   {"to", plan.to},
                                   {"generation", plan.Generation()},
                                   {"flipped", !dry_run && !plan.is_active_already},
                                   {"dry_run", dry_run},
                                   {"would_refuse", would_refuse}});
  }

  std::string prefix_;
};

}  // namespace

std::unique_ptr<Command> MakeCatalogFlip() { return std::make_unique<CatalogFlip>(); }

}  // namespace ursa::cli
