#include "store/directory_info.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace ursa::store {

TimeNs ModifiedAt(const struct stat& status) {
  // A file may say any time; what no 64 bits hold is as far away as they tell.
  constexpr int64_t kSecondsMax = Nanoseconds::max() / std::chrono::seconds{1} - 1;
  const std::chrono::seconds seconds{
      std::clamp<int64_t>(status.st_mtim.tv_sec, -kSecondsMax, kSecondsMax)};
  return TimeNs{seconds + Nanoseconds{status.st_mtim.tv_nsec}};
}

std::string EtagOf(const struct stat& status) {
  std::array<char, 3 * 17 + 1> text;
  char* end = text.data();
  const auto append = [&](auto number) {
    end = std::to_chars(end, text.data() + text.size(), number, 16).ptr;
  };
  append(status.st_ino);
  *end++ = '-';
  append(status.st_size);
  *end++ = '-';
  append(ModifiedAt(status).time_since_epoch().count());
  return {text.data(), end};
}

ObjectInfo InfoOf(std::string_view key, const struct stat& status) {
  return {std::string(key), static_cast<uint64_t>(status.st_size), ModifiedAt(status),
          EtagOf(status)};
}

bool IsOf(const ObjectInfo& info, const struct stat& status) {
  return static_cast<uint64_t>(status.st_size) == info.size_bytes &&
         ModifiedAt(status) == info.last_modified;
}

std::optional<uint64_t> SizeInEtag(std::string_view etag) {
  const size_t start = etag.find('-') + 1;
  const size_t end = etag.find('-', start);
  uint64_t size = 0;
  if (start == 0 || end == std::string_view::npos) {
    return std::nullopt;
  }
  const auto [stop, error] = std::from_chars(etag.data() + start, etag.data() + end, size, 16);
  return error == std::errc() && stop == etag.data() + end ? std::optional(size) : std::nullopt;
}

bool IsSameFile(int file, int parent, const std::string& name) {
  struct stat ours {};
  struct stat theirs {};
  return fstat(file, &ours) == 0 && fstatat(parent, name.c_str(), &theirs, 0) == 0 &&
         ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

}  // namespace ursa::store
