// Who took part, as a recording's participant.txt says, for rows that are about to be inserted.
//
// Names that nobody has yet become participants, once each however many recordings name them. A
// name whose slug belongs to somebody else is left for a person: the recording stays unattributed,
// and audit-participants says so. Problems never hold a name: reports and logs of an ingest go to
// more people than the bucket does. Source: raw-recordings.md sections 4 and 5.
#pragma once

#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/rows.h"
#include "ingest/problem.h"
#include "participants/canonicalizer.h"

namespace ursa::ingest {

// The participants of a snapshot; none where it is null.
Result<participants::KnownParticipants> ReadKnownParticipants(
    const store::ReadableStore& assets, const delta::SnapshotPtr& participants, size_t jobs,
    std::stop_token stop);

// Not thread-safe.
class Attributor {
 public:
  // Knows the catalog's participants.
  static Result<Attributor> Make(const catalog::Catalog& catalog,
                                 const participants::Canonicalizer& canonicalizer, size_t jobs,
                                 std::stop_token stop);

  struct Found {
    std::vector<std::string> participant_ids;        // in the file's order
    std::vector<catalog::Participant> participants;  // those of them that are new
    std::vector<Problem> problems;
  };

  // Whom the text of a participant.txt names; `key` is where it lies.
  [[nodiscard]] Found Attribute(std::string_view text, const std::string& key) const;

  // The display name of a participant that the catalog has, or will have by Register; null: none.
  [[nodiscard]] const std::string* DisplayNameOf(std::string_view participant_id) const {
    return known_.DisplayNameOf(participant_id);
  }

  // The rows of these participants are certain to be written before those of whoever is found next.
  void Register(const std::vector<catalog::Participant>& participants);

 private:
  explicit Attributor(const participants::Canonicalizer& canonicalizer)
      : canonicalizer_(&canonicalizer) {}

  const participants::Canonicalizer* canonicalizer_;
  participants::KnownParticipants known_;
};

}  // namespace ursa::ingest
