// SHA-256 by OpenSSL EVP, which uses the processor's SHA extensions.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace ursa {

// A digest over bytes given piece by piece. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void Update(std::string_view bytes);
  // 64 lower-case hex digits over all bytes so far; more may follow.
  [[nodiscard]] std::string HexDigest() const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string Sha256Hex(std::string_view bytes);

// Two lower-case hex digits a byte.
std::string Hex(std::string_view bytes);

// True for 64 lower-case hex digits.
bool IsSha256Hex(std::string_view text);

}  // namespace ursa
