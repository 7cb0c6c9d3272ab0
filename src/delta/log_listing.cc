#include "delta/log_listing.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "delta/commit.h"

namespace ursa::delta {
namespace {

constexpr size_t kVersionDigits = 20;
constexpr size_t kPartDigits = 10;
// Spark puts the checkpoint's schema into the hint, so it may take some kilobytes.
constexpr uint64_t kHintBytesMax = 1 << 20;

// Exactly `count` digits at the start of `text`, as a number up to kVersionMax; they are taken
// away.
std::optional<int64_t> TakeDigits(std::string_view& text, size_t count) {
  if (text.size() < count) {
    return std::nullopt;
  }
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + count, value);
  if (error != std::errc() || end != text.data() + count || text.front() == '-' ||
      value > kVersionMax) {
    return std::nullopt;
  }
  text.remove_prefix(count);
  return value;
}

struct Part {
  int64_t number = 0;  // from 1
  int64_t count = 0;
};

// ".checkpoint.parquet" is one file; ".checkpoint.<number>.<count>.parquet" a part.
std::optional<Part> ParseCheckpointSuffix(std::string_view suffix) {
  if (suffix == ".checkpoint.parquet") {
    return Part{1, 1};
  }
  constexpr std::string_view kStart = ".checkpoint.";
  if (!suffix.starts_with(kStart)) {
    return std::nullopt;
  }
  suffix.remove_prefix(kStart.size());
  const auto number = TakeDigits(suffix, kPartDigits);
  if (!number || !suffix.starts_with('.')) {
    return std::nullopt;
  }
  suffix.remove_prefix(1);
  const auto count = TakeDigits(suffix, kPartDigits);
  if (!count || suffix != ".parquet" || *number < 1 || *number > *count) {
    return std::nullopt;
  }
  return Part{*number, *count};
}

// Parts of one version, by how many there are in all; a multi-part checkpoint may have been
// written twice with different numbers of parts.
using Parts = std::map<std::pair<int64_t, int64_t>, std::map<int64_t, std::string>>;

void TakeName(std::string_view name, const std::string& key, LogListing& listing, Parts& parts) {
  const auto version = TakeDigits(name, kVersionDigits);
  if (!version) {
    return;
  }
  if (name == ".json") {
    listing.commits.insert(*version);
  } else if (const auto part = ParseCheckpointSuffix(name)) {
    parts[{*version, part->count}][part->number] = key;
  }
}

Result<LogListing> ListAfter(const store::ReadableStore& store, const std::string& prefix,
                             const std::string& start_after) {
  LogListing listing;
  Parts parts;
  store::ListOptions options;
  options.delimiter = "/";
  options.start_after = start_after;
  while (true) {
    URSA_TRY(store::ListPage page, store.List(prefix, options));
    for (const store::ObjectInfo& object : page.objects) {
      TakeName(std::string_view(object.key).substr(prefix.size()), object.key, listing, parts);
    }
    if (!page.next) {
      break;
    }
    options.start_after = std::move(*page.next);
  }
  for (const auto& [which, keys] : parts) {
    if (static_cast<int64_t>(keys.size()) == which.second) {
      LogListing::Checkpoint checkpoint{which.first, {}};
      for (const auto& [number, key] : keys) {
        checkpoint.keys.push_back(key);
      }
      listing.checkpoints.push_back(std::move(checkpoint));
    }
  }
  return listing;
}

// The version that `_last_checkpoint` names; it is only a hint, so nothing about it is an error but
// a store that can't be read.
Result<std::optional<int64_t>> ReadHint(const store::ReadableStore& store,
                                        const std::string& prefix) {
  const auto object =
      store.Get(prefix + "_last_checkpoint", store::ByteRange::From(0, kHintBytesMax));
  if (!object) {
    return object.error().code == ErrorCode::kNotFound ? Result<std::optional<int64_t>>()
                                                       : Propagate(object.error());
  }
  const auto json = nlohmann::json::parse(object->bytes, nullptr, false);
  const auto version = json.is_object() ? json.find("version") : json.end();
  if (!json.is_object() || version == json.end() || !version->is_number_unsigned() ||
      version->get<uint64_t>() > static_cast<uint64_t>(kVersionMax)) {
    return std::optional<int64_t>();
  }
  return std::optional(version->get<int64_t>());
}

}  // namespace

std::optional<int64_t> LogListing::Newest() const {
  std::optional<int64_t> newest;
  if (!commits.empty()) {
    newest = *commits.rbegin();
  }
  for (const Checkpoint& checkpoint : checkpoints) {
    newest = std::max(newest.value_or(0), checkpoint.version);
  }
  return newest;
}

std::string LogPrefix(const std::string& table_path) { return table_path + "/_delta_log/"; }

std::string VersionDigits(int64_t version) {
  std::string digits = std::to_string(version);
  return std::string(kVersionDigits - std::min(kVersionDigits, digits.size()), '0') + digits;
}

Result<LogListing> ListLog(const store::ReadableStore& store, const std::string& table_path,
                           std::optional<int64_t> version) {
  const std::string prefix = LogPrefix(table_path);
  URSA_TRY_CONTEXT(const auto hint, ReadHint(store, prefix), "reading the log of " + table_path);
  if (hint && (!version || *hint <= *version)) {
    // Names that begin with these digits sort after them.
    URSA_TRY_CONTEXT(LogListing listing, ListAfter(store, prefix, prefix + VersionDigits(*hint)),
                     "reading the log of " + table_path);
    const bool there = std::any_of(
        listing.checkpoints.begin(), listing.checkpoints.end(),
        [&](const LogListing::Checkpoint& checkpoint) { return checkpoint.version == *hint; });
    if (there) {
      return listing;
    }
  }
  URSA_TRY_CONTEXT(LogListing listing, ListAfter(store, prefix, ""),
                   "reading the log of " + table_path);
  return listing;
}

}  // namespace ursa::delta
