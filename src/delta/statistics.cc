#include "delta/statistics.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/time.h"
#include "delta/arrow_headers.h"
#include "delta/calendar.h"

namespace ursa::delta {
namespace {

using Json = nlohmann::ordered_json;
using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

constexpr size_t kCodePointsMax = 32;
// Sorts after every other code point, so that a cut maximum still bounds the whole value.
constexpr std::string_view kHighestCodePoint = "\xF4\x8F\xBF\xBF";

struct Bounds {
  Json min;
  Json max;
};

// The first `kCodePointsMax` code points; `text` is valid UTF-8.
std::string_view FirstCodePoints(std::string_view text) {
  size_t bytes = 0;
  for (size_t i = 0; i < kCodePointsMax && bytes < text.size(); ++i) {
    bytes += Utf8SequenceLength(text.substr(bytes));
  }
  return text.substr(0, bytes);
}

// None where no JSON text carries the values faithfully.
std::optional<Bounds> StringBoundsOf(std::string_view min, std::string_view max) {
  const auto unusable = [](std::string_view text) {
    return !IsValidUtf8(text) || text.find('\0') != std::string_view::npos;
  };
  if (unusable(min) || unusable(max)) {
    return std::nullopt;
  }
  std::string upper(FirstCodePoints(max));
  if (upper.size() < max.size()) {
    upper += kHighestCodePoint;
  }
  return Bounds{std::string(FirstCodePoints(min)), upper};
}

// Calls use(array, row) for each value of a column that is not null.
template <typename ArrayType, typename Use>
void ForEachValue(const Batches& batches, int column, const Use& use) {
  for (const auto& batch : batches) {
    const auto& array = static_cast<const ArrayType&>(*batch->column(column));
    for (int64_t row = 0; row < array.length(); ++row) {
      if (!array.IsNull(row)) {
        use(array, row);
      }
    }
  }
}

std::optional<Bounds> StringColumn(const Batches& batches, int column) {
  std::optional<std::string_view> min;
  std::optional<std::string_view> max;
  ForEachValue<arrow::StringArray>(batches, column, [&](const auto& array, int64_t row) {
    const std::string_view value = array.GetView(row);
    if (!min || value < *min) {
      min = value;
    }
    if (!max || value > *max) {
      max = value;
    }
  });
  return min ? StringBoundsOf(*min, *max) : std::nullopt;
}

template <typename ArrayType>
std::optional<std::pair<int64_t, int64_t>> IntegerRange(const Batches& batches, int column) {
  int64_t min = std::numeric_limits<int64_t>::max();
  int64_t max = std::numeric_limits<int64_t>::min();
  ForEachValue<ArrayType>(batches, column, [&](const auto& array, int64_t row) {
    const int64_t value = array.Value(row);
    min = std::min(min, value);
    max = std::max(max, value);
  });
  if (min > max) {
    return std::nullopt;
  }
  return std::pair{min, max};
}

// "2026-05-07T14:30:22.120Z"; none outside the years that the form has, 1 to 9999.
std::optional<std::string> MillisecondText(int64_t microseconds) {
  const auto time =
      std::chrono::floor<std::chrono::milliseconds>(TimeUs{Microseconds{microseconds}});
  if (time < std::chrono::sys_days{std::chrono::year{1} / 1 / 1} ||
      time >= std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}) {
    return std::nullopt;
  }
  std::string text = FormatTime(TimeUs{time});
  return text.substr(0, text.size() - 4) + "Z";
}

// "2026-05-07", of the same years.
std::optional<std::string> DayText(int64_t days) {
  std::string text = FormatDays(days);
  return text.size() == std::size("2026-05-07") - 1 && text >= "0001" ? std::optional(text)
                                                                      : std::nullopt;
}

std::optional<Bounds> MakeBounds(std::optional<Json> min, std::optional<Json> max) {
  if (!min || !max) {
    return std::nullopt;
  }
  return Bounds{*std::move(min), *std::move(max)};
}

// The range of a column whose values are numbers in Arrow, each written by `write`.
template <typename ArrayType, typename Write>
std::optional<Bounds> RangeColumn(const Batches& batches, int column, const Write& write) {
  const auto range = IntegerRange<ArrayType>(batches, column);
  return range ? MakeBounds(write(range->first), write(range->second)) : std::nullopt;
}

template <typename ArrayType>
std::optional<Bounds> FloatingColumn(const Batches& batches, int column) {
  double min = std::numeric_limits<double>::infinity();
  double max = -min;
  bool finite = true;
  ForEachValue<ArrayType>(batches, column, [&](const auto& array, int64_t row) {
    const double value = array.Value(row);
    finite = finite && std::isfinite(value);
    min = std::min(min, value);
    max = std::max(max, value);
  });
  if (!finite || min > max) {
    return std::nullopt;
  }
  return Bounds{min, max};
}

std::optional<Bounds> BoundsOfColumn(const Type& type, const Batches& batches, int column) {
  const auto number = [](int64_t value) { return std::optional<Json>(value); };
  switch (type.kind) {
    case TypeKind::kString:
      return StringColumn(batches, column);
    case TypeKind::kDouble:
      return FloatingColumn<arrow::DoubleArray>(batches, column);
    case TypeKind::kFloat:
      return FloatingColumn<arrow::FloatArray>(batches, column);
    case TypeKind::kLong:
      return RangeColumn<arrow::Int64Array>(batches, column, number);
    case TypeKind::kInteger:
      return RangeColumn<arrow::Int32Array>(batches, column, number);
    case TypeKind::kShort:
      return RangeColumn<arrow::Int16Array>(batches, column, number);
    case TypeKind::kByte:
      return RangeColumn<arrow::Int8Array>(batches, column, number);
    case TypeKind::kBoolean:
      return RangeColumn<arrow::BooleanArray>(
          batches, column, [](int64_t value) { return std::optional<Json>(value != 0); });
    case TypeKind::kDate:
      return RangeColumn<arrow::Date32Array>(batches, column, DayText);
    case TypeKind::kTimestamp:
      return RangeColumn<arrow::TimestampArray>(batches, column, MillisecondText);
    default:
      return std::nullopt;
  }
}

// Whether nullCount has columns of this type.
bool HasNullCount(const Type& type) {
  return type.kind != TypeKind::kStruct && type.kind != TypeKind::kMap &&
         type.kind != TypeKind::kVoid;
}

}  // namespace

std::string MakeStatistics(const Schema& schema, const Batches& batches) {
  int64_t rows = 0;
  for (const auto& batch : batches) {
    rows += batch->num_rows();
  }
  Json min = Json::object();
  Json max = Json::object();
  Json nulls = Json::object();
  for (size_t i = 0; i < schema.fields.size(); ++i) {
    const Field& field = schema.fields[i];
    const auto column = static_cast<int>(i);
    if (!HasNullCount(field.type)) {
      continue;
    }
    int64_t null_count = 0;
    for (const auto& batch : batches) {
      null_count += batch->column(column)->null_count();
    }
    nulls[field.name] = null_count;
    if (auto bounds = BoundsOfColumn(field.type, batches, column)) {
      min[field.name] = std::move(bounds->min);
      max[field.name] = std::move(bounds->max);
    }
  }
  return Json{{"numRecords", rows}, {"minValues", min}, {"maxValues", max}, {"nullCount", nulls}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

namespace {

// The stats as an object; null where there are none that parse.
Json ParseStatistics(const AddFile& file) {
  if (!file.stats) {
    return nullptr;
  }
  Json parsed = Json::parse(*file.stats, nullptr, false);
  return parsed.is_object() ? parsed : Json();
}

// A column's member of a group of such an object; null where there is none.
Json MemberOf(const Json& stats, const char* group, const std::string& column) {
  const Json values = stats.is_object() ? stats.value(group, Json()) : Json();
  return values.is_object() ? values.value(column, Json()) : Json();
}

std::optional<uint64_t> RecordCount(const Json& stats) {
  const Json count = stats.is_object() ? stats.value("numRecords", Json()) : Json();
  return count.is_number_unsigned() ? std::optional(count.get<uint64_t>()) : std::nullopt;
}

// The texts of two bounds as `read` and `write` make ours of them.
template <typename Read, typename Write>
std::optional<Bounds> Rewritten(const Json& min, const Json& max, const Read& read,
                                const Write& write) {
  const auto rewrite = [&](const Json& text) -> std::optional<Json> {
    const auto value = text.is_string() ? read(text.get<std::string>()) : std::nullopt;
    return value ? std::optional<Json>(write(*value)) : std::nullopt;
  };
  return MakeBounds(rewrite(min), rewrite(max));
}

// What another's bounds say in our form; none where they are in none that we know. Those of
// floating numbers say nothing of a NaN.
std::optional<Bounds> Carried(const Type& type, const Json& min, const Json& max) {
  const auto both = [&](bool (Json::*is)() const noexcept) { return (min.*is)() && (max.*is)(); };
  switch (type.kind) {
    case TypeKind::kString:
      return both(&Json::is_string) ? StringBoundsOf(min.get<std::string>(), max.get<std::string>())
                                    : std::nullopt;
    case TypeKind::kLong:
    case TypeKind::kInteger:
    case TypeKind::kShort:
    case TypeKind::kByte:
      return both(&Json::is_number_integer) ? MakeBounds(min, max) : std::nullopt;
    case TypeKind::kBoolean:
      return both(&Json::is_boolean) ? MakeBounds(min, max) : std::nullopt;
    case TypeKind::kTimestamp:
      return Rewritten(min, max, ParseMicroseconds, MillisecondText);
    case TypeKind::kDate:
      return Rewritten(min, max, ParseDays, DayText);
    default:
      return std::nullopt;
  }
}

}  // namespace

bool CanCarryBounds(const Type& type) {
  return type.kind != TypeKind::kDouble && type.kind != TypeKind::kFloat;
}

std::optional<std::string> PatchStatistics(const AddFile& file, const Schema& table,
                                           const Schema& counted,
                                           const std::shared_ptr<arrow::RecordBatch>& batch) {
  const auto rows = static_cast<uint64_t>(batch->num_rows());
  const Json theirs = ParseStatistics(file);
  if (RecordCount(theirs) != rows) {
    return std::nullopt;
  }
  Json stats = Json::parse(MakeStatistics(counted, {batch}));
  for (const Field& field : table.fields) {
    if (counted.IndexOf(field.name)) {
      continue;
    }
    const Json nulls = MemberOf(theirs, "nullCount", field.name);
    if (HasNullCount(field.type) && nulls.is_number_unsigned() && nulls <= rows) {
      stats["nullCount"][field.name] = nulls;
    }
    if (auto bounds = Carried(field.type, MemberOf(theirs, "minValues", field.name),
                              MemberOf(theirs, "maxValues", field.name));
        bounds && bounds->min <= bounds->max) {
      stats["minValues"][field.name] = std::move(bounds->min);
      stats["maxValues"][field.name] = std::move(bounds->max);
    }
  }
  return stats.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<StringBounds> BoundsOf(const AddFile& file, const std::string& column) {
  const Json stats = ParseStatistics(file);
  const Json min = MemberOf(stats, "minValues", column);
  const Json max = MemberOf(stats, "maxValues", column);
  if (!min.is_string() || !max.is_string()) {
    return std::nullopt;
  }
  return StringBounds{min.get<std::string>(), max.get<std::string>()};
}

std::optional<uint64_t> RecordCountOf(const AddFile& file) {
  return RecordCount(ParseStatistics(file));
}

}  // namespace ursa::delta
