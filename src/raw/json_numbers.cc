#include "raw/json_numbers.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace ursa::raw {
namespace {

using Json = nlohmann::json;

// nlohmann's number for a number that overflows a double.
constexpr int kNumberOverflow = 406;

// Is told token by token what a text holds; keeps the numbers that are asked for. Text of integers
// is made from their value: one that fits 64 bits is exact, any other is told as a float's text.
class NumberTaker final : public nlohmann::json_sax<Json> {
 public:
  explicit NumberTaker(std::span<const std::string_view> names) : names_(names) {
    numbers_.texts.resize(names.size());
  }

  bool null() override { return Take(std::nullopt); }
  bool boolean(bool /*value*/) override { return Take(std::nullopt); }
  bool number_integer(number_integer_t value) override { return Take(fmt::format("{}", value)); }
  bool number_unsigned(number_unsigned_t value) override { return Take(fmt::format("{}", value)); }
  bool number_float(number_float_t /*value*/, const string_t& text) override { return Take(text); }
  bool string(string_t& /*value*/) override { return Take(std::nullopt); }
  bool binary(binary_t& /*value*/) override { return Take(std::nullopt); }

  bool start_object(size_t /*elements*/) override {
    is_object_ = is_object_ || depth_ == 0;
    return Open();
  }
  bool start_array(size_t /*elements*/) override { return Open(); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(string_t& name) override {
    if (depth_ == 1) {
      member_ = names_.size();
      for (size_t i = 0; i < names_.size(); ++i) {
        member_ = name == names_[i] ? i : member_;
      }
    }
    return true;
  }

  bool parse_error(size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    too_large_ = error.id == kNumberOverflow;
    return false;
  }

  // What was found, once the text was read to its end or to its first error.
  JsonNumbers Finish(bool whole) && {
    numbers_.kind = too_large_ && is_object_ ? JsonNumbers::Kind::kNumberTooLarge
                    : whole && is_object_    ? JsonNumbers::Kind::kObject
                                             : JsonNumbers::Kind::kNoObject;
    return std::move(numbers_);
  }

 private:
  bool Take(std::optional<std::string> text) {
    if (depth_ == 1 && is_object_ && member_ < names_.size()) {
      numbers_.texts[member_] = std::move(text);
    }
    return true;
  }
  bool Open() {
    Take(std::nullopt);
    ++depth_;
    return true;
  }
  bool Close() {
    --depth_;
    return true;
  }

  const std::span<const std::string_view> names_;
  JsonNumbers numbers_;
  size_t depth_ = 0;
  size_t member_ = 0;
  bool is_object_ = false;  // the outermost value is one
  bool too_large_ = false;
};

}  // namespace

JsonNumbers ReadJsonNumbers(std::string_view json, std::span<const std::string_view> names) {
  NumberTaker taker(names);
  const bool whole = Json::sax_parse(json.begin(), json.end(), &taker);
  return std::move(taker).Finish(whole);
}

}  // namespace ursa::raw
