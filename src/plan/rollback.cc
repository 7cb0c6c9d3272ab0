#include "plan/rollback.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "plan/plan_reader.h"
#include "plan/spooled_bytes.h"

namespace ursa::plan {
namespace {

constexpr std::string_view kSuffix = ".jsonl";
// Smaller and smaller plans of one run; each lost row makes one at most.
constexpr int kNamesMax = 1000;
constexpr uint64_t kPieceBytes = uint64_t{4} << 20;
// A plan's first and last line are short; changes lie between.
constexpr uint64_t kLineWindowBytes = uint64_t{64} << 10;
// A run's commit is looked for among so many newest commits first, then among ever more.
constexpr size_t kHistoryStep = 4;
constexpr size_t kHistoryMax = 1'000'000;

std::string RollbackPrefix(const std::string& prefix) { return prefix + "/_rollback/"; }

std::string TextOf(const nlohmann::json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_string() ? member->get<std::string>() : std::string();
}

std::optional<std::string> MaybeTextOf(const nlohmann::json& json, const char* name) {
  std::string text = TextOf(json, name);
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

// "<run_id>.jsonl" -> (run_id, 1), "<run_id>-2.jsonl" -> (run_id, 2); none for any other name.
std::optional<std::pair<std::string, uint64_t>> ParseName(std::string_view name) {
  if (!name.ends_with(kSuffix) || name.find('/') != std::string_view::npos) {
    return std::nullopt;
  }
  name.remove_suffix(kSuffix.size());
  const size_t dash = name.find('-');
  uint64_t number = 1;
  if (dash != std::string_view::npos) {
    number = 0;
    for (const char digit : name.substr(dash + 1)) {
      if (digit < '0' || digit > '9' || number > static_cast<uint64_t>(kNamesMax)) {
        return std::nullopt;
      }
      number = number * 10 + static_cast<uint64_t>(digit - '0');
    }
  }
  return std::pair(std::string(name.substr(0, dash)), number);
}

// Whether the object holds exactly these bytes; read piece by piece.
Result<bool> Holds(const store::ReadableStore& assets, const std::string& key,
                   std::string_view bytes) {
  uint64_t offset = 0;
  do {
    URSA_TRY(const store::Object piece,
             assets.Get(key, store::ByteRange::From(offset, kPieceBytes)));
    if (piece.size_bytes != bytes.size() ||
        piece.bytes != bytes.substr(offset, piece.bytes.size())) {
      return false;
    }
    offset += piece.bytes.size();
  } while (offset < bytes.size());
  return true;
}

nlohmann::json ParseLine(std::string_view line) {
  return nlohmann::json::parse(line, nullptr, false);
}

// What a log entry says of a commit of this plan; none where it is another's.
std::optional<RunCommit> ReadRunCommit(const catalog::Catalog& catalog,
                                       const delta::HistoryEntry& entry,
                                       const std::string& run_id) {
  const auto info = nlohmann::json::parse(entry.commit_info, nullptr, false);
  if (!info.is_object() || !info.contains("ursa") || !info["ursa"].is_object() ||
      TextOf(info["ursa"], "run_id") != run_id) {
    return std::nullopt;
  }
  const nlohmann::json& ours = info["ursa"];
  RunCommit commit;
  commit.version = entry.version;
  commit.timestamp_ms = info.value("timestamp", nlohmann::json()).is_number_integer()
                            ? info["timestamp"].get<int64_t>()
                            : 0;
  const std::string uri = TextOf(ours, "rollback_uri");
  // A catalog that was moved as a whole still finds it: only the name counts.
  commit.rollback_key = RollbackPrefix(catalog.Prefix()) + uri.substr(uri.rfind('/') + 1);
  commit.command = TextOf(ours, "command");
  commit.plan_digest = TextOf(ours, "plan_digest");
  commit.started_at = TextOf(ours, "started_at");
  commit.actor = MaybeTextOf(ours, "actor");
  commit.host = MaybeTextOf(ours, "host");
  commit.engine_info = TextOf(info, "engineInfo");
  commit.rows_changed = ours.value("rows_changed", nlohmann::json()).is_number_unsigned()
                            ? ours["rows_changed"].get<uint64_t>()
                            : 0;
  return commit;
}

}  // namespace

Result<std::string> SaveRollback(store::ObjectStore& assets, const std::string& prefix,
                                 const Plan& plan, const std::function<bool(size_t change)>& wanted,
                                 const std::optional<store::Patience>& patience) {
  SpooledBytes spooled(plan.Spooling());
  URSA_CHECK(plan.Write(wanted, [&](std::string_view piece) { return spooled.Append(piece); }));
  URSA_TRY(const std::string_view bytes, spooled.View());
  for (int number = 1; number <= kNamesMax; ++number) {
    const std::string key =
        RollbackPrefix(prefix) + plan.RunId() +
        (number == 1 ? std::string(kSuffix) : fmt::format("-{}{}", number, kSuffix));
    URSA_TRY(const store::PutOutcome put,
             store::PutIfAbsent(
                 assets, key, bytes, [&] { return Holds(assets, key, bytes); }, patience,
                 store::PutOrder::kAhead));
    if (put == store::PutOutcome::kDone) {
      return key;
    }
  }
  return Fail(ErrorCode::kConflict, "too many rollback snapshots of the run " + plan.RunId() +
                                        " in " + RollbackPrefix(prefix));
}

Result<Plan> ReadRollback(const catalog::Catalog& catalog, const std::string& key,
                          const SpoolOptions& spool) {
  PlanReader reader(key, spool);
  std::string etag;
  uint64_t offset = 0;
  while (true) {
    URSA_TRY_CONTEXT(const store::Object piece,
                     catalog.Assets().Get(key, store::ByteRange::From(offset, kPieceBytes), etag),
                     "reading the rollback snapshot");
    URSA_CHECK(reader.Take(piece.bytes));
    etag = piece.etag;
    offset += piece.bytes.size();
    if (offset >= piece.size_bytes || piece.bytes.empty()) {
      return std::move(reader).Finish();
    }
  }
}

Result<RollbackSummary> DescribeRollback(const store::ReadableStore& assets,
                                         const store::ObjectInfo& object) {
  URSA_TRY(const store::Object head,
           assets.Get(object.key, store::ByteRange::From(0, kLineWindowBytes)));
  URSA_TRY(const store::Object tail,
           assets.Get(object.key, store::ByteRange::Last(kLineWindowBytes)));
  RollbackSummary summary;
  summary.key = object.key;
  summary.last_modified = object.last_modified;
  const auto header = ParseLine(std::string_view(head.bytes).substr(0, head.bytes.find('\n')));
  if (header.is_object()) {
    summary.command = TextOf(header, "command");
    summary.tool = TextOf(header, "tool");
    summary.created_at = TextOf(header, "created_at");
  }
  std::string_view last = tail.bytes;
  last.remove_suffix(last.ends_with('\n') ? 1 : 0);
  last.remove_prefix(last.rfind('\n') + 1);
  const auto digest = ParseLine(last);
  if (digest.is_object()) {
    summary.plan_digest = TextOf(digest, "plan_digest");
    const auto changes_of = digest.value("changes_of", nlohmann::json::object());
    for (const auto& [table, count] : changes_of.items()) {
      if (count.is_number_unsigned()) {
        summary.changes_of[table] = count.get<uint64_t>();
      }
    }
  }
  return summary;
}

Result<std::map<std::string, std::vector<store::ObjectInfo>>> ListRollbacks(
    const catalog::Catalog& catalog) {
  const std::string prefix = RollbackPrefix(catalog.Prefix());
  URSA_TRY_CONTEXT(const auto objects, ListAll(catalog.Assets(), prefix), "listing the runs");
  std::map<std::string, std::map<uint64_t, store::ObjectInfo>> numbered;
  for (const store::ObjectInfo& object : objects) {
    if (const auto name = ParseName(std::string_view(object.key).substr(prefix.size()))) {
      numbered[name->first].emplace(name->second, object);
    }
  }
  std::map<std::string, std::vector<store::ObjectInfo>> rollbacks;
  for (const auto& [run_id, snapshots] : numbered) {
    for (const auto& [number, object] : snapshots) {
      rollbacks[run_id].push_back(object);
    }
  }
  return rollbacks;
}

Result<std::optional<RunCommit>> FindRunCommit(const catalog::Catalog& catalog,
                                               const std::string& table, const std::string& run_id,
                                               std::optional<int64_t> version) {
  if (version) {
    URSA_TRY(const auto entry,
             delta::ReadHistoryEntry(catalog.Assets(), catalog.TablePath(table), *version));
    return ReadRunCommit(catalog, entry, run_id);
  }
  size_t searched = 0;
  for (size_t limit = kHistoryStep; limit <= kHistoryMax; limit *= 4) {
    URSA_TRY(const auto history,
             delta::ReadHistory(catalog.Assets(), catalog.TablePath(table), limit));
    for (; searched < history.size(); ++searched) {
      if (auto commit = ReadRunCommit(catalog, history[searched], run_id)) {
        return commit;
      }
    }
    if (history.size() < limit) {
      break;
    }
  }
  return std::optional<RunCommit>();
}

}  // namespace ursa::plan
