#include "maintenance/planning.h"

#include <charconv>

#include "base/digest.h"

namespace ursa::maintenance {
namespace {

std::optional<uint64_t> ParseNumber(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

Result<Shard> ParseShard(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto index = ParseNumber(text.substr(0, slash));
    const auto count = ParseNumber(text.substr(slash + 1));
    if (index && count && *index < *count) {
      return Shard{*index, *count};
    }
  }
  return Fail(ErrorCode::kUsage,
              "--shard takes I/N with I from 0 to N - 1, not '" + std::string(text) + "'");
}

bool IsInShard(const Shard& shard, std::string_view recording_id) {
  if (shard.count == 1) {
    return true;
  }
  const std::string digest = Sha256Hex(recording_id);
  uint64_t hash = 0;
  std::from_chars(digest.data(), digest.data() + 16, hash, 16);
  return hash % shard.count == shard.index;
}

Result<std::optional<plan::Brake>> EmptyListingBrake(const store::ReadableStore& raw) {
  URSA_TRY_CONTEXT(const bool has_recordings, raw.HasAnyFolder("recordings/"),
                   "listing the raw bucket");
  if (has_recordings) {
    return std::optional<plan::Brake>();
  }
  return std::optional(
      plan::Brake{"empty_listing", 1, 0,
                  "there is no recording below " + raw.Uri() +
                      "/recordings/: check that the profile names the right raw bucket"});
}

plan::PlanHeader MakeHeader(const PlanningContext& context, std::string command,
                            const std::vector<delta::SnapshotPtr>& tables) {
  plan::PlanHeader header;
  header.command = std::move(command);
  header.catalog_uri = context.catalog.Uri();
  header.tool = context.tool;
  header.created_at = FormatTime(std::chrono::floor<Microseconds>(context.clock.Now()));
  for (const delta::SnapshotPtr& table : tables) {
    const std::string name = table->table_path.substr(table->table_path.rfind('/') + 1);
    header.tables[name] = plan::TableBase{table->metadata.id, table->version};
  }
  return header;
}

}  // namespace ursa::maintenance
