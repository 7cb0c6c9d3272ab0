// What every planning function takes, and the selections that several commands share.
// Source: commands.md, "Plans, guards, undo".
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/environment.h"
#include "base/progress.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "delta/snapshot.h"
#include "plan/plan.h"
#include "store/object_store.h"

namespace ursa::maintenance {

// What a planning function may touch: stores that can't be written, and the run's environment.
struct PlanningContext {
  const catalog::Catalog& catalog;
  const store::ReadableStore& raw;
  plan::SpoolOptions spool;
  std::string tool;  // "Ursa/0.1.0"
  size_t jobs = 1;
  std::stop_token stop;
  Clock& clock;
  Progress& progress;

  // So many recordings may be worked on ahead of the one whose turn it is. With few of them threads
  // wait for each other's turns a thousand times a second.
  [[nodiscard]] size_t Window() const { return jobs * 64; }
};

// Part `index` of `count`, of recordings dealt out by a hash of their ids.
struct Shard {
  uint64_t index = 0;
  uint64_t count = 1;
};

// "I/N", I from 0 to N - 1. kUsage otherwise.
Result<Shard> ParseShard(std::string_view text);

// True for exactly one index of every count: the first 8 bytes of the SHA-256 of the id, as a
// big-endian number, modulo count.
bool IsInShard(const Shard& shard, std::string_view recording_id);

// A brake that every maintenance command has: whether `recordings/` is empty, which says that the
// bucket is the wrong one rather than that all recordings are gone. None where it is not.
Result<std::optional<plan::Brake>> EmptyListingBrake(const store::ReadableStore& raw);

// The header of a plan that is made from these tables.
plan::PlanHeader MakeHeader(const PlanningContext& context, std::string command,
                            const std::vector<delta::SnapshotPtr>& tables);

}  // namespace ursa::maintenance
