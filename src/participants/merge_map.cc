#include "participants/merge_map.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/identifier.h"
#include "base/text.h"
#include "participants/lines.h"
#include "participants/name.h"

namespace ursa::participants {
namespace {

// A '#' within a word ("P#3") is a part of it.
std::string_view WithoutComment(std::string_view line) {
  for (size_t hash = line.find('#'); hash != std::string_view::npos;
       hash = line.find('#', hash + 1)) {
    if (hash == 0 || line[hash - 1] == ' ' || line[hash - 1] == '\t') {
      return line.substr(0, hash);
    }
  }
  return line;
}

}  // namespace

// Takes a map line by line; the rules between lines are judged as soon as they can be.
class MergeMapParser {
 public:
  MergeMapParser(const std::string& file_name, const Slugger& slugger)
      : file_name_(file_name), slugger_(slugger) {}

  Result<void> TakeLine(std::string_view whole_line) {
    ++line_;
    const std::string_view line = TrimWhiteSpace(WithoutComment(whole_line));
    if (line.empty()) {
      return {};
    }
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      return Wrong("there is no '=': write Canonical Name = alias, alias");
    }
    if (line.find('=', equals + 1) != std::string_view::npos) {
      return Wrong("there is more than one '='");
    }
    URSA_TRY(const size_t target, TakeTarget(TrimWhiteSpace(line.substr(0, equals))));
    std::string_view aliases = TrimWhiteSpace(line.substr(equals + 1));
    while (!aliases.empty()) {
      const size_t comma = std::min(aliases.find(','), aliases.size());
      URSA_CHECK(TakeAlias(aliases.substr(0, comma), target));
      if (comma + 1 == aliases.size()) {
        return Wrong("there is no alias behind the last comma");
      }
      aliases.remove_prefix(std::min(comma + 1, aliases.size()));
    }
    return {};
  }

  MergeMap Finish() && { return std::move(map_); }

 private:
  [[nodiscard]] tl::unexpected<Error> Wrong(const std::string& what) const {
    return Fail(ErrorCode::kUsage, fmt::format("{}:{}: {}", file_name_, line_, what));
  }
  [[nodiscard]] static std::string Quoted(std::string_view name) {
    return "'" + EscapeForDisplay(name) + "'";
  }

  // "Canonical Name", "Canonical Name <slug>"; its number.
  Result<size_t> TakeTarget(std::string_view text) {
    std::optional<std::string> slug;
    if (text.ends_with('>')) {
      const size_t bracket = text.find('<');
      if (bracket == std::string_view::npos) {
        return Wrong("there is a '>' without a '<'");
      }
      slug = std::string(TrimWhiteSpace(text.substr(bracket + 1, text.size() - bracket - 2)));
      text = TrimWhiteSpace(text.substr(0, bracket));
      if (!IsId(*slug)) {
        return Wrong(Quoted(*slug) + " is no slug: letters, digits, '_' and '-' make one");
      }
    }
    if (text.find_first_of("<>") != std::string_view::npos) {
      return Wrong("'<' and '>' stand around a slug, behind the canonical name, and nowhere else");
    }
    const std::string name(text);
    if (name.empty()) {
      return Wrong("there is no canonical name before the '='");
    }
    if (const std::string clean = CleanName(name); clean != name) {
      return Wrong(fmt::format("the canonical name {} is not clean: write it as {}", Quoted(name),
                               Quoted(clean)));
    }
    if (!slug && slugger_.Slug(name).empty()) {
      return Wrong(
          fmt::format("the canonical name {} gives no slug: fix one, as in {} <slug> = ...",
                      Quoted(name), EscapeForDisplay(name)));
    }
    return AddTarget(name, std::move(slug));
  }

  Result<size_t> AddTarget(const std::string& name, std::optional<std::string> slug) {
    const auto [known, is_new] = map_.by_folded_.emplace(FoldName(name), map_.names_.size());
    if (is_new) {
      map_.names_.push_back({name, std::nullopt, line_});
    }
    CanonicalName& target = map_.names_[known->second];
    if (!is_new && FoldName(target.name) != known->first) {
      return Wrong(
          fmt::format("{} is an alias of {} (line {}), so it can't be a canonical name too",
                      Quoted(name), Quoted(target.name), AliasLine(known->first)));
    }
    if (target.name != name) {
      return Wrong(fmt::format("{} is written {} in line {}: a canonical name has one spelling",
                               Quoted(name), Quoted(target.name), target.line));
    }
    if (slug && target.fixed_slug && *slug != *target.fixed_slug) {
      return Wrong(
          fmt::format("{} has the slug {} already", Quoted(name), Quoted(*target.fixed_slug)));
    }
    if (slug) {
      const auto [owner, is_free] = slugs_.emplace(*slug, known->second);
      if (!is_free && owner->second != known->second) {
        return Wrong(fmt::format("the slug {} is fixed for {} (line {}) already", Quoted(*slug),
                                 Quoted(map_.names_[owner->second].name),
                                 map_.names_[owner->second].line));
      }
      target.fixed_slug = std::move(slug);
    }
    return known->second;
  }

  Result<void> TakeAlias(std::string_view text, size_t target) {
    const std::string folded = FoldName(CleanName(text));
    if (folded.empty()) {
      return Wrong("there is an empty alias");
    }
    const auto [known, is_new] = map_.by_folded_.emplace(folded, target);
    if (is_new) {
      ++map_.alias_count_;
      alias_lines_.emplace(folded, line_);
      return {};
    }
    const CanonicalName& owner = map_.names_[known->second];
    if (known->second == target) {
      return {};
    }
    if (FoldName(owner.name) == folded) {
      return Wrong(fmt::format("{} is a canonical name (line {}), so it can't be an alias of {}",
                               Quoted(owner.name), owner.line, Quoted(map_.names_[target].name)));
    }
    return Wrong(fmt::format("{} is an alias of {} (line {}) already: an alias has one target",
                             Quoted(CleanName(text)), Quoted(owner.name), AliasLine(folded)));
  }

  [[nodiscard]] size_t AliasLine(const std::string& folded) const {
    const auto found = alias_lines_.find(folded);
    return found == alias_lines_.end() ? 0 : found->second;
  }

  const std::string& file_name_;
  const Slugger& slugger_;
  size_t line_ = 0;
  MergeMap map_;
  std::map<std::string, size_t> slugs_;        // fixed slug -> its canonical name
  std::map<std::string, size_t> alias_lines_;  // case-folded alias -> where it first stands
};

Result<MergeMap> MergeMap::Parse(std::string_view text, const std::string& file_name,
                                 const Slugger& slugger) {
  if (text.size() > kMergeMapBytesMax) {
    return Fail(ErrorCode::kUsage, file_name + ": is over 4 MiB; is this a merge map?");
  }
  MergeMapParser parser(file_name, slugger);
  size_t number = 0;
  for (const std::string_view line : SplitLines(WithoutByteOrderMark(text))) {
    ++number;
    if (!IsValidUtf8(line)) {
      return Fail(ErrorCode::kUsage, fmt::format("{}:{}: this is not UTF-8", file_name, number));
    }
    URSA_CHECK(parser.TakeLine(line));
  }
  return std::move(parser).Finish();
}

const CanonicalName* MergeMap::Find(std::string_view clean_name) const {
  if (by_folded_.empty()) {
    return nullptr;
  }
  const auto found = by_folded_.find(FoldName(clean_name));
  return found == by_folded_.end() ? nullptr : &names_[found->second];
}

}  // namespace ursa::participants
