#include "delta/statistics.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/time.h"
#include "delta/arrow_headers.h"

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
  // A value that no JSON text carries faithfully bounds nothing.
  const auto unusable = [](std::string_view text) {
    return !IsValidUtf8(text) || text.find('\0') != std::string_view::npos;
  };
  if (!min || unusable(*min) || unusable(*max)) {
    return std::nullopt;
  }
  std::string upper(FirstCodePoints(*max));
  if (upper.size() < max->size()) {
    upper += kHighestCodePoint;
  }
  return Bounds{std::string(FirstCodePoints(*min)), upper};
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

std::string MillisecondText(int64_t microseconds) {
  const auto time =
      std::chrono::floor<std::chrono::milliseconds>(TimeUs{Microseconds{microseconds}});
  std::string text = FormatTime(TimeUs{time});
  return text.substr(0, text.size() - 4) + "Z";
}

std::optional<Bounds> DoubleColumn(const Batches& batches, int column) {
  double min = std::numeric_limits<double>::infinity();
  double max = -min;
  bool finite = true;
  ForEachValue<arrow::DoubleArray>(batches, column, [&](const auto& array, int64_t row) {
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
  switch (type.kind) {
    case TypeKind::kString:
      return StringColumn(batches, column);
    case TypeKind::kDouble:
      return DoubleColumn(batches, column);
    case TypeKind::kLong:
      if (const auto range = IntegerRange<arrow::Int64Array>(batches, column)) {
        return Bounds{range->first, range->second};
      }
      return std::nullopt;
    case TypeKind::kInteger:
      if (const auto range = IntegerRange<arrow::Int32Array>(batches, column)) {
        return Bounds{range->first, range->second};
      }
      return std::nullopt;
    case TypeKind::kTimestamp:
      if (const auto range = IntegerRange<arrow::TimestampArray>(batches, column)) {
        return Bounds{MillisecondText(range->first), MillisecondText(range->second)};
      }
      return std::nullopt;
    default:
      return std::nullopt;
  }
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
    if (field.type.kind == TypeKind::kStruct || field.type.kind == TypeKind::kMap ||
        field.type.kind == TypeKind::kVoid) {
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
nlohmann::json ParseStatistics(const AddFile& file) {
  if (!file.stats) {
    return nullptr;
  }
  nlohmann::json parsed = nlohmann::json::parse(*file.stats, nullptr, false);
  return parsed.is_object() ? parsed : nullptr;
}

std::optional<std::string> StringMember(const nlohmann::json& stats, const char* group,
                                        const std::string& column) {
  const auto values = stats.find(group);
  if (values == stats.end() || !values->is_object()) {
    return std::nullopt;
  }
  const auto value = values->find(column);
  if (value == values->end() || !value->is_string()) {
    return std::nullopt;
  }
  return value->get<std::string>();
}

}  // namespace

std::optional<std::string> PatchStatistics(const AddFile& file, const Schema& schema,
                                           const std::shared_ptr<arrow::RecordBatch>& batch) {
  Json stats = Json::parse(file.stats.value_or(""), nullptr, false);
  if (!stats.is_object() || stats.value("numRecords", Json()) != batch->num_rows()) {
    return std::nullopt;
  }
  const Json changed = Json::parse(MakeStatistics(schema, {batch}));
  for (const char* group : {"minValues", "maxValues", "nullCount"}) {
    Json& values = stats[group];
    if (values.is_null()) {
      values = Json::object();
    }
    if (!values.is_object()) {
      return std::nullopt;
    }
    for (const Field& field : schema.fields) {
      values.erase(field.name);
    }
    values.update(changed[group]);
  }
  return stats.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<StringBounds> BoundsOf(const AddFile& file, const std::string& column) {
  const nlohmann::json stats = ParseStatistics(file);
  if (stats.is_null()) {
    return std::nullopt;
  }
  auto min = StringMember(stats, "minValues", column);
  auto max = StringMember(stats, "maxValues", column);
  if (!min || !max) {
    return std::nullopt;
  }
  return StringBounds{std::move(*min), std::move(*max)};
}

std::optional<uint64_t> RecordCountOf(const AddFile& file) {
  const nlohmann::json stats = ParseStatistics(file);
  if (stats.is_null()) {
    return std::nullopt;
  }
  const auto count = stats.find("numRecords");
  if (count == stats.end() || !count->is_number_unsigned()) {
    return std::nullopt;
  }
  return count->get<uint64_t>();
}

}  // namespace ursa::delta
