#include "catalog/probe.h"

namespace ursa::catalog {
namespace {

constexpr int kProbeAttemptsMax = 4;
constexpr std::string_view kProbeBytes =
    "Ursa puts this object again, if absent, before it commits: the store has to refuse that.\n";

std::string ProbeKey(const std::string& prefix) { return prefix + "/_probe"; }

}  // namespace

Result<void> CreateProbe(store::ObjectStore& assets, const std::string& prefix) {
  auto probe = assets.Put(ProbeKey(prefix), kProbeBytes, store::PutCondition::kIfAbsent);
  // One of unknown outcome is no matter: the probe is made again where it is missing.
  if (!probe && probe.error().code != ErrorCode::kAlreadyExists &&
      probe.error().code != ErrorCode::kUnknownOutcome) {
    return probe;
  }
  return {};
}

Result<void> ProbeStore(store::ObjectStore& assets, const std::string& prefix) {
  const std::string key = ProbeKey(prefix);
  // The first put makes the probe where there is none; then the second one has to be refused. A put
  // without an answer, or one that came too soon, says nothing, and is repeated.
  Error unknown;
  int accepted = 0;
  for (int attempt = 0; attempt < kProbeAttemptsMax && accepted < 2; ++attempt) {
    auto put = assets.Put(key, kProbeBytes, store::PutCondition::kIfAbsent);
    if (!put && put.error().code == ErrorCode::kAlreadyExists) {
      return {};
    }
    if (!put && put.error().code != ErrorCode::kUnknownOutcome &&
        put.error().code != ErrorCode::kThrottled) {
      return Propagate(std::move(put).error(), "probing whether the store refuses to overwrite");
    }
    if (put) {
      ++accepted;
    } else {
      unknown = std::move(put).error();
    }
  }
  if (accepted < 2) {
    return Propagate(std::move(unknown), "probing whether the store refuses to overwrite");
  }
  return Refuse("probe_failed",
                "the store at " + assets.Uri() +
                    " accepts put-if-absent and overwrites all the same: two writers would lose "
                    "each other's commits; nothing was written");
}

}  // namespace ursa::catalog
