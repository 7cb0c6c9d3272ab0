#include "participants/participant_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "participants/lines.h"
#include "participants/name.h"

namespace ursa::participants {
namespace {

constexpr std::string_view kSeparators = ",;&";

// The parts of a clean line, between separators and the word "and"; blank ones included. A clean
// line has single spaces only, and words end at them or at a separator.
std::vector<std::string> SplitParts(std::string_view line) {
  std::vector<std::string> parts(1);
  const auto add_word = [&](std::string_view word) {
    if (FoldName(word) == "and") {
      parts.emplace_back();
    } else if (!word.empty()) {
      parts.back() += (parts.back().empty() ? "" : " ") + std::string(word);
    }
  };
  while (!line.empty()) {
    const size_t end = std::min(line.find_first_of(",;& "), line.size());
    add_word(line.substr(0, end));
    if (end < line.size() && kSeparators.find(line[end]) != std::string_view::npos) {
      parts.emplace_back();
    }
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return parts;
}

bool IsSingleWord(const std::string& part) {
  return !part.empty() && part.find(' ') == std::string::npos;
}

// "Chen, Maya" and nothing else.
bool MayBeLastFirst(std::string_view line, const std::vector<std::string>& parts) {
  return parts.size() == 2 && IsSingleWord(parts[0]) && IsSingleWord(parts[1]) &&
         line.find(',') != std::string_view::npos;
}

std::string RawName(const std::vector<std::string_view>& lines) {
  std::string raw;
  for (size_t i = 0; i < lines.size(); ++i) {
    raw += i == 0 ? "" : "; ";
    raw += lines[i];
  }
  return raw;
}

}  // namespace

Result<ParticipantFile> ParseParticipantFile(std::string_view bytes) {
  if (bytes.size() > kParticipantFileBytesMax) {
    return Fail(ErrorCode::kInvalid,
                fmt::format("it has {} bytes, more than the {} that names may take", bytes.size(),
                            kParticipantFileBytesMax));
  }
  if (!IsValidUtf8(bytes)) {
    return Fail(ErrorCode::kInvalid, "it is not UTF-8");
  }
  const auto lines = SplitLines(WithoutByteOrderMark(bytes));
  ParticipantFile file;
  file.raw_name = RawName(lines);
  for (const std::string_view line : lines) {
    // Cleaned before it is split, so that what is invisible can't hide a separator.
    const std::string clean = CleanName(line);
    std::vector<std::string> parts = SplitParts(clean);
    if (MayBeLastFirst(clean, parts)) {
      file.maybe_last_first.push_back(file.names.size());
    }
    for (std::string& part : parts) {
      if (!part.empty()) {
        file.names.push_back(std::move(part));
      }
    }
  }
  return file;
}

}  // namespace ursa::participants
