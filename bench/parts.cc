// The parts whose speed decides how long a run takes: times from text, the last row of a CSV, a
// change's line, SHA-256. `make bench` runs them; beside whole processes see the other files here.

#include <benchmark/benchmark.h>

#include <string>

#include "base/digest.h"
#include "base/time.h"
#include "catalog/tables.h"
#include "plan/change.h"
#include "raw/csv.h"

namespace ursa {
namespace {

void ReadsATimeOfNineteenDigits(benchmark::State& state) {
  const std::string text = "1778164222512345678";
  for (auto _ : state) {
    benchmark::DoNotOptimize(ReadDecimalTime(text));
  }
}
BENCHMARK(ReadsATimeOfNineteenDigits);

void ReadsATimeInSecondsWithAFraction(benchmark::State& state) {
  const std::string text = "1778164222.512345";
  for (auto _ : state) {
    benchmark::DoNotOptimize(ReadDecimalTime(text));
  }
}
BENCHMARK(ReadsATimeInSecondsWithAFraction);

void ReadsTheLastRowOfAWindow(benchmark::State& state) {
  const std::string header = "frame,pts_ns,wall_clock,epoch_ns\n";
  std::string rows;
  while (rows.size() < static_cast<size_t>(state.range(0))) {
    rows += "1234,41133333333,1778164222.512345,1778164222512345678\n";
  }
  const auto columns =
      raw::ReadCsvHeader({header, 0, header.size() + rows.size()}, raw::kFrameCsvFormat).value();
  const raw::CsvWindow window{rows, header.size(), header.size() + rows.size()};
  for (auto _ : state) {
    benchmark::DoNotOptimize(raw::ReadLastCsvTime(window, columns));
  }
}
BENCHMARK(ReadsTheLastRowOfAWindow)->Arg(4096)->Arg(65'000);

plan::Change DurationChange() {
  plan::Change change;
  change.table = catalog::FindTable(catalog::kRecordings);
  change.key = {std::string(64, 'a')};
  change.locator = "rec_20260507_143022_a1b2";
  change.columns = {{"duration_us", int64_t{1}, int64_t{2}}, {"duration_known_wrong", true, false}};
  change.relied = {{"start_time", TimeUs{Microseconds{1'778'164'222'120'000}}}};
  return change;
}

void WritesTheLineOfAChange(benchmark::State& state) {
  const plan::Change change = DurationChange();
  for (auto _ : state) {
    benchmark::DoNotOptimize(plan::ChangeToLine(change));
  }
}
BENCHMARK(WritesTheLineOfAChange);

void ReadsTheLineOfAChange(benchmark::State& state) {
  const std::string line = plan::ChangeToLine(DurationChange());
  for (auto _ : state) {
    benchmark::DoNotOptimize(plan::ParseChange(line));
  }
}
BENCHMARK(ReadsTheLineOfAChange);

void DigestsAMebibyte(benchmark::State& state) {
  const std::string bytes(size_t{1} << 20, 'x');
  for (auto _ : state) {
    benchmark::DoNotOptimize(Sha256Hex(bytes));
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * bytes.size()));
}
BENCHMARK(DigestsAMebibyte);

}  // namespace
}  // namespace ursa

BENCHMARK_MAIN();
