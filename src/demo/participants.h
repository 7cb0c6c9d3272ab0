// The people of a demo laboratory, and what operators type of their names.
//
// Names are chosen so that what they become is known without any code: no two of them are alike,
// and each way of typing one is undone by one of the rules of raw-recordings.md section 5.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "demo/damage.h"
#include "demo/seeded_random.h"

namespace ursa::demo {

struct Person {
  std::string_view display_name;
  std::string_view participant_id;
  std::string_view lower_case;  // of the display name
  std::string_view alias;       // a partial name that the merge map knows; or empty
};

// A participant.txt and what it means.
struct TypedNames {
  bool has_file = false;
  std::string text;                   // the file's bytes
  std::vector<std::string> typed;     // the names in it as typed, without separators
  std::vector<const Person*> people;  // whom it names, in its order; empty: no usable name
  std::vector<std::string> stored;    // participant_ids of the row in the catalog
  // What backfill-participants has to do with the row; empty: it is not unattributed.
  std::string_view backfill_action;
};

// What was typed for a recording with this damage, and what came of it.
TypedNames TypeNames(const DamageSet& damage, SeededRandom& random);

// The merge map that knows all aliases, in the format of raw-recordings.md section 5.
std::string MergeMapText();

}  // namespace ursa::demo
