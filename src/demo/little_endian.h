// Numbers as files of this laboratory hold them: little-endian.
#pragma once

#include <bit>
#include <cstring>
#include <string>

namespace ursa::demo {

static_assert(std::endian::native == std::endian::little, "numbers are appended as they lie");

template <typename T>
void AppendNumber(std::string& bytes, T number) {
  char raw[sizeof(T)];
  std::memcpy(raw, &number, sizeof(T));
  bytes.append(raw, sizeof(T));
}

}  // namespace ursa::demo
