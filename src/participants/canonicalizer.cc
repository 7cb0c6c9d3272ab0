#include "participants/canonicalizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/identifier.h"
#include "base/text.h"
#include "participants/name.h"

namespace ursa::participants {

bool IsAttachable(std::string_view participant_id) {
  return IsId(participant_id) && participant_id != kUnknownParticipant;
}

void KnownParticipants::Add(std::string participant_id, std::string display_name) {
  const auto [entry, is_new] = by_id_.emplace(std::move(participant_id), std::move(display_name));
  if (is_new) {
    by_folded_name_[FoldName(CleanName(entry->second))].push_back(&entry->first);
  }
}

const std::string* KnownParticipants::DisplayNameOf(std::string_view participant_id) const {
  const auto found = by_id_.find(participant_id);
  return found == by_id_.end() ? nullptr : &found->second;
}

const std::string* KnownParticipants::IdOfName(std::string_view name,
                                               std::string_view preferred_id) const {
  const auto found = by_folded_name_.find(FoldName(name));
  if (found == by_folded_name_.end()) {
    return nullptr;
  }
  const auto rank = [&](const std::string* id) {
    return std::tuple(!IsAttachable(*id), *id != preferred_id, std::string_view(*id));
  };
  return *std::min_element(
      found->second.begin(), found->second.end(),
      [&](const std::string* a, const std::string* b) { return rank(a) < rank(b); });
}

bool Canonicalizer::SkipList::Has(const std::string& folded_name, const std::string& slug) const {
  return folded.contains(folded_name) || (!slug.empty() && slugs.contains(slug));
}

Canonicalizer::Canonicalizer(NameSettings settings, Slugger slugger)
    : settings_(std::move(settings)),
      slugger_(std::move(slugger)),
      placeholders_(MakeSkipList(settings_.placeholders)),
      sentinels_(MakeSkipList(settings_.sentinels)) {
  // Whatever the lists say: a row with this id alone would count as unattributed for ever.
  sentinels_.slugs.emplace(kUnknownParticipant);
}

Canonicalizer::SkipList Canonicalizer::MakeSkipList(const std::vector<std::string>& entries) const {
  SkipList list;
  for (const std::string& entry : entries) {
    const std::string clean = CleanName(entry);
    list.folded.insert(FoldName(clean));
    list.slugs.insert(slugger_.Slug(TitleCaseName(clean)));
  }
  return list;
}

Result<Canonicalizer> Canonicalizer::Make(NameSettings settings, Slugger slugger) {
  Canonicalizer canonicalizer(std::move(settings), std::move(slugger));
  URSA_CHECK(canonicalizer.CheckMergeMap());
  return canonicalizer;
}

Result<void> Canonicalizer::CheckMergeMap() const {
  for (const CanonicalName& target : settings_.merge_map.CanonicalNames()) {
    const std::string folded = FoldName(target.name);
    for (const std::string& slug :
         {slugger_.Slug(target.name), target.fixed_slug.value_or(std::string())}) {
      if (placeholders_.Has(folded, slug) || sentinels_.Has(folded, slug)) {
        return Fail(ErrorCode::kUsage,
                    fmt::format("line {} of the merge map makes a participant of '{}', which is a "
                                "placeholder or a sentinel: such names are never attached",
                                target.line, EscapeForDisplay(target.name)));
      }
    }
  }
  return {};
}

Participant Canonicalizer::Resolve(std::string_view typed, const KnownParticipants& known) const {
  Participant participant;
  const std::string clean = CleanName(typed);
  const std::string folded = FoldName(clean);
  // The slug that the name gets unless the merge map knows it; transliterating is what costs.
  const std::string title = TitleCaseName(clean);
  std::string slug = slugger_.Slug(title);
  if (placeholders_.Has(folded, slug)) {
    participant.kind = NameKind::kPlaceholder;
    return participant;
  }
  if (clean.empty() || sentinels_.Has(folded, slug)) {
    participant.kind = NameKind::kSentinel;
    return participant;
  }
  const CanonicalName* target = settings_.merge_map.Find(clean);
  participant.name = target != nullptr ? target->name : title;
  if (target != nullptr) {
    slug = target->fixed_slug ? *target->fixed_slug : slugger_.Slug(target->name);
  }
  if (const std::string* id = known.IdOfName(participant.name, slug)) {
    if (!IsAttachable(*id)) {
      participant = {};
      participant.kind = *id == kUnknownParticipant ? NameKind::kSentinel : NameKind::kBadId;
      return participant;
    }
    participant.participant_id = *id;
    participant.name = *known.DisplayNameOf(*id);
    participant.display_name = participant.name;
    return participant;
  }
  if (slug.empty()) {
    participant.kind = NameKind::kNoSlug;
    return participant;
  }
  const std::string* display_name = known.DisplayNameOf(slug);
  participant.participant_id = std::move(slug);
  participant.is_new = display_name == nullptr;
  participant.display_name = display_name == nullptr ? participant.name : *display_name;
  return participant;
}

}  // namespace ursa::participants
