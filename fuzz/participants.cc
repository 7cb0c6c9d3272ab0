// What operators type: a participant.txt, and behind the first NUL, where there is one, a merge
// map.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"
#include "participants/attribution.h"
#include "participants/collisions.h"
#include "participants/name.h"
#include "require.h"

using namespace ursa::participants;
using ursa::fuzz::Require;

namespace {

const Slugger& TheSlugger() {
  static const Slugger slugger = Slugger::Make().value();
  return slugger;
}

Canonicalizer MakeCanonicalizer(std::string_view merge_map) {
  NameSettings settings;
  if (auto map = MergeMap::Parse(merge_map, "map", TheSlugger())) {
    settings.merge_map = std::move(*map);
  }
  if (auto canonicalizer = Canonicalizer::Make(std::move(settings), TheSlugger())) {
    return *std::move(canonicalizer);
  }
  return Canonicalizer::Make({}, TheSlugger()).value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const size_t nul = std::min(bytes.find('\0'), size);
  const std::string_view map = nul == size ? std::string_view() : bytes.substr(nul + 1);
  const Canonicalizer canonicalizer = MakeCanonicalizer(map);
  const Attribution found = AttributeFile(bytes.substr(0, nul), canonicalizer, {});
  Require((found.kind == AttributionKind::kNames) == !found.participants.empty());
  Require(!found.raw_name || ursa::IsValidUtf8(*found.raw_name));
  std::vector<NamedId> names;
  for (const Participant& participant : found.participants) {
    Require(!participant.participant_id.empty());
    Require(CleanName(participant.name) == participant.name);
    const Participant again = canonicalizer.Resolve(participant.name, {});
    Require(again.name == participant.name);
    Require(again.participant_id == participant.participant_id);
    names.push_back({participant.name, participant.participant_id, true});
  }
  for (const NamePair& pair : FindPairs(names)) {
    Require(pair.first < pair.second && pair.second < names.size());
    Require((names[pair.first].participant_id == names[pair.second].participant_id) ==
            (pair.kind == PairKind::kSlug));
  }
  return 0;
}
