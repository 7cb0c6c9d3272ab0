// Calls of the S3 store by themselves, for what no command does alone.
// usage: s3_calls get BUCKET KEY...          streams the objects, one after the other, to nowhere
//        s3_calls list BUCKET PREFIX         lists all keys
//        s3_calls read BUCKET KEY N JOBS     gets one small object N times, on JOBS threads
// The endpoint and the keys stand in ENDPOINT, AK, SK. Prints seconds and how much it was.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "store/s3.h"

namespace {

using namespace ursa;  // NOLINT(google-build-using-namespace)

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::unique_ptr<store::ReadableStore> Open(const std::string& bucket, size_t connections) {
  store::S3Settings settings{.clock = SystemClock(), .random = SystemRandom()};
  settings.endpoint = Environment("ENDPOINT");
  settings.region = "us-east-1";
  settings.bucket = bucket;
  settings.credentials = {Environment("AK"), Environment("SK"), "", "AK"};
  settings.connections = connections;
  auto opened = store::OpenS3ForReading(std::move(settings));
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().ToString().c_str());
    std::exit(1);
  }
  return *std::move(opened);
}

template <typename T>
T Require(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().ToString().c_str());
    std::exit(1);
  }
  return *std::move(result);
}

uint64_t GetAll(const std::string& bucket, const std::vector<std::string>& keys) {
  const auto opened = Open(bucket, 1);
  uint64_t bytes = 0;
  for (const std::string& key : keys) {
    Require(opened->GetStream(key, store::ByteRange::Whole(), {},
                              [&](const store::ObjectPiece& piece) -> Result<void> {
                                bytes += piece.bytes.size();
                                return {};
                              }));
  }
  return bytes;
}

uint64_t ReadMany(const std::string& bucket, const std::string& key, size_t count, size_t jobs) {
  const auto opened = Open(bucket, jobs);
  std::atomic<uint64_t> failed = 0;
  const auto done = OrderedParallelMap(
      count, jobs, jobs * 4, {}, [&](size_t) { failed += opened->Get(key) ? 0 : 1; },
      [](size_t) { return Result<void>(); });
  if (!done || failed > 0) {
    std::fprintf(stderr, "%llu reads failed\n", static_cast<unsigned long long>(failed));
    std::exit(1);
  }
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto begin = std::chrono::steady_clock::now();
  uint64_t amount = 0;
  if (words.size() > 2 && words[0] == "get") {
    amount = GetAll(words[1], {words.begin() + 2, words.end()});
  } else if (words.size() == 3 && words[0] == "list") {
    amount = Require(store::ListAll(*Open(words[1], 1), words[2])).size();
  } else if (words.size() == 5 && words[0] == "read") {
    amount = ReadMany(words[1], words[2], std::stoul(words[3]), std::stoul(words[4]));
  } else {
    std::fputs("usage: s3_calls get|list|read BUCKET ...\n", stderr);
    return 3;
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  std::printf("%.3f %llu\n", elapsed.count(), static_cast<unsigned long long>(amount));
  return 0;
}
