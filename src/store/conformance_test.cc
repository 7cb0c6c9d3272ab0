#include <unistd.h>

#include <filesystem>

#include "store/directory.h"
#include "store/fault_injecting.h"
#include "store/memory.h"
#include "store/testing_conformance.h"

namespace ursa::store {
namespace {

namespace fs = std::filesystem;

// A directory that goes with the store in it.
class TemporaryDirectoryStore {
 public:
  TemporaryDirectoryStore() {
    std::string pattern = (fs::temp_directory_path() / "ursa-store-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
    store_ = OpenDirectory(path_).value();
  }
  ~TemporaryDirectoryStore() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  TemporaryDirectoryStore(const TemporaryDirectoryStore&) = delete;
  TemporaryDirectoryStore& operator=(const TemporaryDirectoryStore&) = delete;
  ObjectStore& Store() { return *store_; }

 private:
  fs::path path_;
  std::unique_ptr<ObjectStore> store_;
};

std::shared_ptr<ObjectStore> MakeDirectory() {
  const auto directory = std::make_shared<TemporaryDirectoryStore>();
  return {directory, &directory->Store()};
}

std::shared_ptr<ObjectStore> MakeMemory() { return std::make_shared<MemoryStore>(SystemClock()); }

std::shared_ptr<ObjectStore> MakeFaultInjecting() {
  struct Both {
    MemoryStore memory{SystemClock()};
    FaultInjectingStore store{memory};
  };
  const auto both = std::make_shared<Both>();
  return {both, &both->store};
}

INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance, testing::Values(StoreUnderTest{MakeMemory}));
INSTANTIATE_TEST_SUITE_P(Directory, StoreConformance,
                         testing::Values(StoreUnderTest{MakeDirectory}));
INSTANTIATE_TEST_SUITE_P(FaultInjecting, StoreConformance,
                         testing::Values(StoreUnderTest{MakeFaultInjecting}));

}  // namespace
}  // namespace ursa::store
