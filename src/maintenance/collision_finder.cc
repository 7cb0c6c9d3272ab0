#include "maintenance/collision_finder.h"

#include <algorithm>
#include <map>
#include <set>

#include "participants/collisions.h"

namespace ursa::maintenance {
namespace {

using participants::NamedId;
using participants::Participant;

// Canonical name and id.
using Identity = std::pair<std::string, std::string>;
using RecordingIds = std::set<std::string>;

Identity IdentityOf(const Participant& participant) {
  return {participant.name, participant.participant_id};
}

Collision MakeCollision(CollisionKind kind, const Identity& a, const Identity& b,
                        RecordingIds recordings) {
  Collision collision;
  collision.kind = kind;
  collision.names = {a.first, b.first};
  collision.slugs = {a.second};
  if (b.second != a.second) {
    collision.slugs.push_back(b.second);
  }
  collision.recording_ids.assign(recordings.begin(), recordings.end());
  return collision;
}

void AddPairs(const std::map<Identity, RecordingIds>& attached,
              const participants::KnownParticipants& known, std::vector<Collision>& collisions) {
  std::map<Identity, RecordingIds> all = attached;
  for (const auto& [id, display_name] : known.ById()) {
    all.try_emplace({display_name, id});
  }
  std::vector<NamedId> names;
  std::vector<const std::pair<const Identity, RecordingIds>*> entries;
  for (const auto& entry : all) {
    names.push_back({entry.first.first, entry.first.second, !entry.second.empty()});
    entries.push_back(&entry);
  }
  for (const participants::NamePair& pair : participants::FindPairs(names)) {
    RecordingIds recordings = entries[pair.first]->second;
    recordings.insert(entries[pair.second]->second.begin(), entries[pair.second]->second.end());
    const CollisionKind kind = pair.kind == participants::PairKind::kSlug
                                   ? CollisionKind::kSlug
                                   : CollisionKind::kNearDuplicate;
    collisions.push_back(MakeCollision(kind, entries[pair.first]->first,
                                       entries[pair.second]->first, std::move(recordings)));
  }
}

}  // namespace

std::vector<Collision> FindCollisions(const std::vector<AttachedNames>& attached,
                                      const participants::KnownParticipants& known) {
  std::map<Identity, RecordingIds> recordings_of;
  std::map<std::pair<Identity, Identity>, RecordingIds> last_first;
  for (const auto& [row, pairs] : attached) {
    for (const Participant& participant : row.participants) {
      recordings_of[IdentityOf(participant)].insert(row.recording_id);
    }
    for (const auto& [first, second] : pairs) {
      last_first[{IdentityOf(row.participants[first]), IdentityOf(row.participants[second])}]
          .insert(row.recording_id);
    }
  }
  std::vector<Collision> collisions;
  AddPairs(recordings_of, known, collisions);
  for (const auto& [names, recordings] : last_first) {
    collisions.push_back(
        MakeCollision(CollisionKind::kMaybeLastFirst, names.first, names.second, recordings));
  }
  return collisions;
}

}  // namespace ursa::maintenance
