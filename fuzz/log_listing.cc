// Any lines as the names of a Delta log's files, the first as what stands in _last_checkpoint. The
// hint saves work and never changes what the newest version is.
#include "delta/log_listing.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "require.h"
#include "store/memory.h"

using ursa::fuzz::Require;

namespace {

class StoppedClock final : public ursa::Clock {
 public:
  ursa::TimeNs Now() override { return {}; }
  ursa::Nanoseconds Steady() override { return {}; }
  void Sleep(ursa::Nanoseconds, std::stop_token) override {}
};

std::string_view TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view hint = TakeLine(text);
  const std::string log = ursa::delta::LogPrefix("t");
  StoppedClock clock;
  ursa::store::MemoryStore store(clock);
  while (!text.empty()) {
    // A key that the store refuses is none.
    (void)store.Put(log + std::string(TakeLine(text)), "", ursa::store::PutCondition::kNone);
  }
  (void)store.Delete(log + "_last_checkpoint");
  const auto whole = ursa::delta::ListLog(store, "t", std::nullopt);
  Require(whole.has_value());
  Require(store.Put(log + "_last_checkpoint", hint, ursa::store::PutCondition::kNone).has_value());
  const auto hinted = ursa::delta::ListLog(store, "t", std::nullopt);
  Require(hinted.has_value());
  Require(hinted->Newest() == whole->Newest());
  for (const int64_t version : hinted->commits) {
    Require(whole->commits.contains(version));
  }
  return 0;
}
