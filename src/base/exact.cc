#include "base/exact.h"

#include <openssl/bn.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>
#include <new>

namespace ursa {
namespace {

__extension__ using Wide = __int128;
__extension__ using UnsignedWide = unsigned __int128;

constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr int kMantissaBits = 53;
// Enough of a quotient to round it to a double, once a last bit says whether anything follows.
constexpr int kQuotientBits = kMantissaBits + 2;
constexpr int64_t kDecimalExponentMax = 400;

struct Free {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
};

// What fails in OpenSSL's arithmetic is an allocation.
void Check(int succeeded) {
  if (succeeded != 1) {
    throw std::bad_alloc();
  }
}

// A whole number of any length and sign.
class Integer {
 public:
  explicit Integer(uint64_t value = 0) : number_(BN_new()) {
    Check(number_ != nullptr ? 1 : 0);
    Check(BN_set_word(number_.get(), value));
  }
  static Integer FromSigned(int64_t value) {
    Integer integer(value < 0 ? -static_cast<uint64_t>(value) : static_cast<uint64_t>(value));
    BN_set_negative(integer.Get(), value < 0 ? 1 : 0);
    return integer;
  }
  static Integer FromDigits(const std::string& digits) {
    Integer integer;
    BIGNUM* number = integer.Get();
    Check(BN_dec2bn(&number, digits.c_str()) == static_cast<int>(digits.size()) ? 1 : 0);
    return integer;
  }
  static Integer PowerOfTen(int64_t exponent) {
    Integer power(1);
    for (int64_t i = 0; i < exponent; ++i) {
      power.Multiply(10);
    }
    return power;
  }

  [[nodiscard]] BIGNUM* Get() const { return number_.get(); }
  void Multiply(uint64_t factor) { Check(BN_mul_word(Get(), factor)); }
  void ShiftLeft(int bits) { Check(BN_lshift(Get(), Get(), bits)); }
  void Add(const Integer& other) { Check(BN_add(Get(), Get(), other.Get())); }
  void Subtract(const Integer& other) { Check(BN_sub(Get(), Get(), other.Get())); }
  [[nodiscard]] int Bits() const { return BN_num_bits(Get()); }
  [[nodiscard]] bool IsZero() const { return BN_is_zero(Get()) == 1; }
  [[nodiscard]] bool IsNegative() const { return BN_is_negative(Get()) == 1; }
  void DropSign() { BN_set_negative(Get(), 0); }
  // Of a number of at most 64 bits.
  [[nodiscard]] uint64_t Word() const { return BN_get_word(Get()); }

 private:
  std::unique_ptr<BIGNUM, Free> number_;
};

class Arithmetic {
 public:
  Arithmetic() : context_(BN_CTX_new()) { Check(context_ != nullptr ? 1 : 0); }

  [[nodiscard]] Integer Multiply(const Integer& a, const Integer& b) const {
    Integer product;
    Check(BN_mul(product.Get(), a.Get(), b.Get(), context_.get()));
    return product;
  }
  struct Division {
    Integer quotient;
    Integer rest;
  };
  // Of numbers that are not negative.
  [[nodiscard]] Division Divide(const Integer& numerator, const Integer& denominator) const {
    Division division;
    Check(BN_div(division.quotient.Get(), division.rest.Get(), numerator.Get(), denominator.Get(),
                 context_.get()));
    return division;
  }

 private:
  std::unique_ptr<BN_CTX, Free> context_;
};

// value = mantissa x 2^exponent
struct Binary {
  int64_t mantissa = 0;
  int exponent = 0;
};

Binary TakeApart(double value) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  const auto mantissa = static_cast<int64_t>(std::ldexp(fraction, kMantissaBits));
  return {mantissa, mantissa == 0 ? 0 : exponent - kMantissaBits};
}

// What is left of a quotient of at least kQuotientBits bits below them matters only by whether it
// is there: as a last bit it makes a tie no tie.
double RoundQuotient(uint64_t quotient, bool has_rest, int exponent) {
  return std::ldexp(static_cast<double>(quotient << 1 | (has_rest ? 1U : 0U)), exponent - 1);
}

// The double nearest to numerator / denominator, which is neither subnormal nor beyond the largest.
double RoundToDouble(Integer numerator, Integer denominator) {
  if (numerator.IsZero()) {
    return 0;
  }
  const bool negative = numerator.IsNegative();
  numerator.DropSign();
  // So many bits up, the quotient has kQuotientBits or one more.
  const int up = kQuotientBits - (numerator.Bits() - denominator.Bits());
  (up > 0 ? numerator : denominator).ShiftLeft(std::abs(up));
  const auto division = Arithmetic().Divide(numerator, denominator);
  const double rounded = RoundQuotient(division.quotient.Word(), !division.rest.IsZero(), -up);
  return negative ? -rounded : rounded;
}

// The exponents of bounds for which all of the sum fits 126 bits: bounds of 2^-9 s to 2^53 s, and
// 0.
constexpr int kShortExponentMin = -62;
constexpr int kShortBits = 126;

// The double nearest to binary + nanoseconds / 10^9, for such an exponent.
double AddInShort(const Binary& binary, int64_t nanoseconds) {
  const Wide sum = Wide{binary.mantissa} * kNanosecondsPerSecond +
                   Wide{nanoseconds} * (Wide{1} << -binary.exponent);
  if (sum == 0) {
    return 0;
  }
  auto rest = static_cast<UnsignedWide>(sum < 0 ? -sum : sum);
  const auto high = static_cast<uint64_t>(rest >> 64);
  const int bits =
      high != 0 ? 128 - std::countl_zero(high) : 64 - std::countl_zero(static_cast<uint64_t>(rest));
  const int up = kShortBits - bits;
  rest <<= up;
  // 126 bits / 30 bits: the quotient has 97 bits at the most, of which 62 are kept.
  constexpr int kDropped = 35;
  const UnsignedWide quotient = rest / kNanosecondsPerSecond;
  const bool has_rest = quotient * kNanosecondsPerSecond != rest ||
                        (quotient & ((UnsignedWide{1} << kDropped) - 1)) != 0;
  const double rounded = RoundQuotient(static_cast<uint64_t>(quotient >> kDropped), has_rest,
                                       kDropped - up + binary.exponent);
  return sum < 0 ? -rounded : rounded;
}

TimeReading Implausible() { return {std::nullopt, TimeFault::kImplausible}; }

// The plausible time nearest to numerator / denominator nanoseconds.
TimeReading RoundToTime(const Integer& numerator, const Integer& denominator) {
  if (numerator.IsNegative()) {
    return Implausible();
  }
  auto [quotient, rest] = Arithmetic().Divide(numerator, denominator);
  if (quotient.Bits() > 62) {
    return Implausible();
  }
  auto value = static_cast<int64_t>(quotient.Word());
  rest.ShiftLeft(1);
  const int order = BN_cmp(rest.Get(), denominator.Get());
  if (order > 0 || (order == 0 && value % 2 != 0)) {
    ++value;
  }
  const TimeNs time{Nanoseconds{value}};
  if (time < kEarliestPlausible || time >= kFirstImplausible) {
    return Implausible();
  }
  return {time, {}};
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view TakeDigits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), IsDigit);
  const std::string_view digits = text.substr(0, static_cast<size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

// The exponent at the end of a number; none where `text` is something else. It is of any length,
// and beyond what matters only its magnitude is kept.
std::optional<int64_t> ReadExponent(std::string_view text) {
  constexpr int64_t kFarOutside = 1'000'000'000;
  if (text.empty()) {
    return 0;
  }
  if (text.front() != 'e' && text.front() != 'E') {
    return std::nullopt;
  }
  text.remove_prefix(1);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) {
    text.remove_prefix(1);
  }
  const std::string_view digits = TakeDigits(text);
  if (digits.empty() || !text.empty()) {
    return std::nullopt;
  }
  int64_t exponent = 0;
  for (const char digit : digits) {
    exponent = std::min(exponent * 10 + (digit - '0'), kFarOutside);
  }
  return negative ? -exponent : exponent;
}

}  // namespace

double AddNanoseconds(double seconds, Nanoseconds delta) {
  if (!std::isfinite(seconds) || delta.count() == 0) {
    return seconds;
  }
  const Binary binary = TakeApart(seconds);
  if (binary.exponent >= kShortExponentMin && binary.exponent <= 0) {
    return AddInShort(binary, delta.count());
  }
  // seconds + delta = (mantissa x 2^exponent x 10^9 + delta) / 10^9, both sides made whole.
  Integer numerator = Integer::FromSigned(binary.mantissa);
  numerator.Multiply(kNanosecondsPerSecond);
  Integer nanoseconds = Integer::FromSigned(delta.count());
  Integer denominator(kNanosecondsPerSecond);
  if (binary.exponent >= 0) {
    numerator.ShiftLeft(binary.exponent);
  } else {
    nanoseconds.ShiftLeft(-binary.exponent);
    denominator.ShiftLeft(-binary.exponent);
  }
  numerator.Add(nanoseconds);
  return RoundToDouble(std::move(numerator), std::move(denominator));
}

std::optional<PositiveDecimal> ParsePositiveDecimal(std::string_view text) {
  const std::string_view whole = TakeDigits(text);
  std::string_view fraction;
  if (!whole.empty() && text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = TakeDigits(text);
    if (fraction.empty()) {
      return std::nullopt;
    }
  }
  const auto exponent = ReadExponent(text);
  if (whole.empty() || !exponent) {
    return std::nullopt;
  }
  PositiveDecimal decimal{std::string(whole) + std::string(fraction), *exponent};
  decimal.exponent -= static_cast<int64_t>(fraction.size());
  const size_t first = decimal.digits.find_first_not_of('0');
  if (first == std::string::npos) {
    return std::nullopt;
  }
  decimal.digits.erase(0, first);
  // The number lies in [10^(magnitude - 1), 10^magnitude).
  const int64_t magnitude = static_cast<int64_t>(decimal.digits.size()) + decimal.exponent;
  if (magnitude <= -kDecimalExponentMax || magnitude > kDecimalExponentMax) {
    return std::nullopt;
  }
  return decimal;
}

TimeReading SubtractSamples(double seconds, uint64_t samples, const PositiveDecimal& rate) {
  if (const TimeReading anchor = ReadBinaryTime(seconds); !anchor.time || samples == 0) {
    return anchor;
  }
  const Arithmetic arithmetic;
  const Binary binary = TakeApart(seconds);  // of a plausible time: the exponent is below 0
  // samples / rate = counted / rate_whole, both whole numbers.
  Integer rate_whole = Integer::FromDigits(rate.digits);
  Integer counted(samples);
  if (rate.exponent >= 0) {
    rate_whole = arithmetic.Multiply(rate_whole, Integer::PowerOfTen(rate.exponent));
  } else {
    counted = arithmetic.Multiply(counted, Integer::PowerOfTen(-rate.exponent));
  }
  counted.ShiftLeft(-binary.exponent);
  Integer numerator = arithmetic.Multiply(Integer::FromSigned(binary.mantissa), rate_whole);
  numerator.Subtract(counted);
  numerator.Multiply(kNanosecondsPerSecond);
  rate_whole.ShiftLeft(-binary.exponent);
  return RoundToTime(numerator, rate_whole);
}

}  // namespace ursa
