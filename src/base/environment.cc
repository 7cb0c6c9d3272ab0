#include "base/environment.h"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <random>

namespace ursa {
namespace {

class RealClock final : public Clock {
 public:
  TimeNs Now() override {
    return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
  }
  Nanoseconds Steady() override { return std::chrono::steady_clock::now().time_since_epoch(); }
  void Sleep(Nanoseconds duration, std::stop_token stop) override {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, duration, [] { return false; });
  }
};

class RealRandom final : public Random {
 public:
  uint64_t Next() override {
    const std::lock_guard lock(mutex_);
    return uint64_t{device_()} << 32 | device_();
  }

 private:
  std::mutex mutex_;
  std::random_device device_;
};

}  // namespace

Clock& SystemClock() {
  static RealClock clock;
  return clock;
}

Random& SystemRandom() {
  static RealRandom random;
  return random;
}

std::string MakeUuid(Random& random) {
  const uint64_t high = (random.Next() & ~uint64_t{0xF000}) | 0x4000;
  const uint64_t low = (random.Next() & ~(uint64_t{3} << 62)) | (uint64_t{1} << 63);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF,
                     high & 0xFFFF, low >> 48, low & 0xFFFF'FFFF'FFFF);
}

}  // namespace ursa
