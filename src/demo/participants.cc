#include "demo/participants.h"

#include <fmt/format.h>

#include <array>

namespace ursa::demo {
namespace {

// The last ones never have their names kept, so they are new to the catalog when found.
constexpr size_t kNewPeople = 4;
constexpr std::array<Person, 24> kPeople = {{
    {"Maya Chen", "maya-chen", "maya chen", "Maya"},
    {"Jonas Weber", "jonas-weber", "jonas weber", "J. Weber"},
    {"Zoë Müller", "zoe-muller", "zoë müller", ""},
    {"Siobhán O'Neil-Smith", "siobhan-o-neil-smith", "siobhán o'neil-smith", "Siobhan OS"},
    {"Ewan McDonald", "ewan-mcdonald", "", "ewan"},
    {"José García", "jose-garcia", "josé garcía", ""},
    {"Priya Raman", "priya-raman", "priya raman", ""},
    {"Aiko Tanaka", "aiko-tanaka", "aiko tanaka", "A. Tanaka"},
    {"Lars Østergård", "lars-ostergard", "lars østergård", ""},
    {"Nadia Haddad", "nadia-haddad", "nadia haddad", ""},
    {"Tomás Herrera", "tomas-herrera", "tomás herrera", ""},
    {"Anna Kowalska", "anna-kowalska", "anna kowalska", "ania"},
    {"Emeka Obi", "emeka-obi", "emeka obi", ""},
    {"Grace Liu", "grace-liu", "grace liu", ""},
    {"Hannah Schmidt", "hannah-schmidt", "hannah schmidt", ""},
    {"Ivan Petrov", "ivan-petrov", "ivan petrov", ""},
    {"Kofi Mensah", "kofi-mensah", "kofi mensah", ""},
    {"Leila Rahimi", "leila-rahimi", "leila rahimi", ""},
    {"Marcus Fernández", "marcus-fernandez", "marcus fernández", "marcus f"},
    {"Noor Jansen", "noor-jansen", "noor jansen", ""},
    {"Oluwaseun Adeyemi", "oluwaseun-adeyemi", "oluwaseun adeyemi", "seun"},
    {"Paolo Ricci", "paolo-ricci", "paolo ricci", ""},
    {"Quinn Taylor", "quinn-taylor", "quinn taylor", ""},
    {"Rosa Álvarez", "rosa-alvarez", "rosa álvarez", ""},
}};

constexpr std::array<std::string_view, 7> kSeparators = {"\n",  "\r\n",  ", ", "; ",
                                                         " & ", " and ", ","};
constexpr std::array<std::string_view, 5> kLineEnds = {"\n", "", "\r\n", "\n\n", "\r"};
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// A name as an operator in a hurry types it.
std::string Typed(const Person& person, SeededRandom& random) {
  std::string text(person.display_name);
  if (!person.lower_case.empty() && random.Chance(45)) {
    text = person.lower_case;
  }
  const size_t space = text.find(' ');
  if (random.Chance(20)) {
    text.replace(space, 1, random.Chance(50) ? "\t" : "   ");
  }
  if (random.Chance(20)) {
    text = " " + text + "  ";
  }
  return text;
}

const Person& PersonWithAlias(SeededRandom& random) {
  const Person* person = &random.Pick(kPeople);
  while (person->alias.empty()) {
    person = &kPeople[static_cast<size_t>(person - kPeople.data() + 1) % kPeople.size()];
  }
  return *person;
}

// Writes the file that holds the typed names.
void WriteFile(TypedNames& names, SeededRandom& random) {
  const std::string_view separator = random.Pick(kSeparators);
  std::string text(random.Chance(10) ? kByteOrderMark : std::string_view());
  for (size_t i = 0; i < names.typed.size(); ++i) {
    text += i == 0 ? std::string_view() : separator;
    text += names.typed[i];
  }
  text += random.Pick(kLineEnds);
  names.has_file = true;
  names.text = std::move(text);
}

void TypeOne(std::string text, TypedNames& names, SeededRandom& random) {
  names.typed = {std::move(text)};
  WriteFile(names, random);
}

void TypePeople(bool may_be_new, TypedNames& names, SeededRandom& random) {
  const size_t first_new = kPeople.size() - kNewPeople;
  const size_t first = random.Below(first_new);
  names.people.push_back(&kPeople[first]);
  if (may_be_new && random.Chance(50)) {
    names.people[0] = &kPeople[first_new + random.Below(kNewPeople)];
  }
  if (random.Chance(35)) {
    names.people.push_back(&kPeople[(first + 1 + random.Below(first_new - 1)) % first_new]);
  }
  for (const Person* person : names.people) {
    names.typed.push_back(Typed(*person, random));
  }
  WriteFile(names, random);
}

// Sessions whose row has no participants on purpose, or for want of a name.
bool TypeNoName(const DamageSet& damage, TypedNames& names, SeededRandom& random) {
  constexpr std::array<std::string_view, 4> kPlaceholders = {"Testing mode", "test", "TEST",
                                                             " testing  mode "};
  constexpr std::array<std::string_view, 5> kSentinels = {"unknown", "n/a", "Unknown!", "None",
                                                          "anonymous"};
  if (damage.Has(Damage::kTestMode)) {
    TypeOne(std::string(random.Pick(kPlaceholders)), names, random);
    names.backfill_action = "skip_placeholder";
  } else if (damage.Has(Damage::kSentinelName)) {
    TypeOne(std::string(random.Pick(kSentinels)), names, random);
    names.backfill_action = "skip_sentinel";
  } else if (damage.Has(Damage::kNoName)) {
    names.has_file = random.Chance(30);
    names.text = names.has_file ? "\n" : "";
    names.backfill_action = "no_name";
  } else {
    return false;
  }
  if (random.Chance(40)) {
    names.stored = {"unknown"};
  }
  return true;
}

}  // namespace

TypedNames TypeNames(const DamageSet& damage, SeededRandom& random) {
  TypedNames names;
  if (TypeNoName(damage, names, random)) {
    return names;
  }
  if (damage.Has(Damage::kDroppedAlias)) {
    const Person& person = PersonWithAlias(random);
    TypeOne(std::string(person.alias), names, random);
    names.people = {&person};
    names.backfill_action = "attach";
    return names;
  }
  const bool dropped = damage.HasAny({Damage::kDroppedNames, Damage::kDroppedNamesUnknown});
  TypePeople(dropped || !IsInCatalog(damage), names, random);
  if (dropped) {
    names.backfill_action = "attach";
    if (damage.Has(Damage::kDroppedNamesUnknown)) {
      names.stored = {"unknown"};
    }
    return names;
  }
  for (const Person* person : names.people) {
    names.stored.emplace_back(person->participant_id);
  }
  if (IsInCatalog(damage) && random.Chance(15)) {
    // The name came another way, from the manifest's own days.
    names.has_file = false;
    names.text.clear();
    names.typed.clear();
  }
  return names;
}

std::string MergeMapText() {
  std::string text = "# Partial names that operators type, and whom they mean.\n";
  for (const Person& person : kPeople) {
    if (!person.alias.empty()) {
      text += fmt::format("{} = {}\n", person.display_name, person.alias);
    }
  }
  return text;
}

}  // namespace ursa::demo
