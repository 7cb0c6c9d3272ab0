#include "delta/value_text.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>

#include "delta/value.h"

namespace ursa::delta {
namespace {

std::string TextOf(double number) {
  std::string text;
  AppendJsonValue(text, Type{TypeKind::kDouble}, Value(number));
  return text;
}

TEST(ValueText, WritesAnyTextAsAParserWould) {
  rc::check("text is the same", [](const std::string& text) {
    // Longer than what is looked at in one step.
    for (const std::string& value : {text, "plain and long enough " + text + text}) {
      std::string written;
      AppendJsonText(written, value);
      RC_ASSERT(written == nlohmann::json(value).dump(-1, ' ', false,
                                                      nlohmann::json::error_handler_t::replace));
      std::string_view rest = written;
      const auto taken = TakeJsonText(rest);
      RC_ASSERT((!taken || (*taken == value && rest.empty())));
    }
  });
}

TEST(ValueText, LeavesEveryCharacterThatIsNotPlainToAParser) {
  for (int byte = 0; byte < 256; ++byte) {
    for (size_t at = 0; at < 19; ++at) {
      std::string value(19, 'x');
      value[at] = static_cast<char>(byte);
      std::string_view rest = value;
      std::string quoted = '"' + value + '"';
      rest = quoted;
      const bool is_plain = byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
      EXPECT_EQ(TakeJsonText(rest) == value, is_plain) << byte << " at " << at;
    }
  }
}

TEST(ValueText, WritesANumberThatIsReadBackAsItself) {
  rc::check("bits come back", [](uint64_t bits) {
    const double number = std::bit_cast<double>(bits);
    RC_PRE(std::isfinite(number));
    const std::string text = TextOf(number);
    const auto parsed = nlohmann::json::parse(text);
    RC_ASSERT(parsed.is_number_float());
    RC_ASSERT(std::bit_cast<uint64_t>(parsed.get<double>()) == bits);
    std::string_view rest = text;
    const auto taken = TakeJsonValue(rest, Type{TypeKind::kDouble});
    RC_ASSERT(taken.has_value());
    RC_ASSERT(std::bit_cast<uint64_t>(std::get<double>(taken->data)) == bits);
  });
}

TEST(ValueText, ShowsThatANumberIsNoInteger) {
  EXPECT_EQ(TextOf(0.0), "0.0");
  EXPECT_EQ(TextOf(-0.0), "-0.0");
  EXPECT_EQ(TextOf(3000.0), "3000.0");
  EXPECT_EQ(TextOf(3000.509000027), "3000.509000027");
  EXPECT_EQ(TextOf(1e300), "1e+300");
  EXPECT_EQ(TextOf(std::nan("")), "\"NaN\"");
  EXPECT_EQ(TextOf(INFINITY), "\"Infinity\"");
}

}  // namespace
}  // namespace ursa::delta
