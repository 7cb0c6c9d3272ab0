// A process for tests: strings for its streams, a map for its environment, a clock that stands
// still until it is told to move.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/environment.h"
#include "cli/process.h"

namespace ursa::cli {

class StringOutput final : public Output {
 public:
  void Write(std::string_view text_written) override { text += text_written; }
  void Flush() override { ++flushes; }
  [[nodiscard]] bool ReaderHasGone() const override { return reader_has_gone; }
  [[nodiscard]] std::optional<Error> Failure() const override { return failure; }

  std::string text;
  int flushes = 0;
  std::optional<Error> failure;
  bool reader_has_gone = false;
};

class FakeClock final : public Clock {
 public:
  TimeNs Now() override { return now; }
  Nanoseconds Steady() override { return steady; }
  void Sleep(Nanoseconds duration, std::stop_token /*stop*/) override { Move(duration); }
  void Move(Nanoseconds duration) {
    now += duration;
    steady += duration;
  }

  TimeNs now{std::chrono::seconds{1'778'164'222}};  // 2026-05-07T14:30:22Z
  Nanoseconds steady{std::chrono::hours(5)};
};

class FakeRandom final : public Random {
 public:
  uint64_t Next() override { return ++value_; }

 private:
  uint64_t value_ = 0;
};

// What a fake process is made of; `Make` gives a view of it, which must not outlive it.
struct FakeProcess {
  std::vector<std::string> arguments;
  std::map<std::string, std::string, std::less<>> environment;
  std::filesystem::path working_directory;
  StringOutput out;
  StringOutput err;
  std::optional<size_t> terminal_columns;  // of both streams
  FakeClock clock;
  FakeRandom random;
  std::stop_source stop;

  Process Make() {
    return {.program = "ursa",
            .arguments = arguments,
            .environment = [this](std::string_view name) -> std::optional<std::string> {
              const auto found = environment.find(name);
              return found == environment.end() ? std::nullopt : std::optional(found->second);
            },
            .working_directory = working_directory,
            .out = {out, terminal_columns},
            .err = {err, terminal_columns},
            .clock = clock,
            .random = [this]() -> Random& { return random; },
            .stop = stop.get_token(),
            .cores = 3};
  }
};

// A directory of a test's own, removed with what is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "ursa-cli-XXXXXX").string();
    path = mkdtemp(name.data()) == nullptr ? std::string() : name;
  }
  ~TemporaryDirectory() {
    std::error_code error;
    std::filesystem::remove_all(path, error);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  // Writes a file below the directory, and the directories that it needs.
  std::filesystem::path Write(const std::filesystem::path& name, std::string_view text) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << text;
    return path / name;
  }

  std::filesystem::path path;
};

inline std::string ReadFile(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace ursa::cli
