#include "raw/recording_lister.h"

#include <string>
#include <utility>

#include "raw/recording_objects.h"

namespace ursa::raw {
namespace {

std::string Doing(std::string_view recording_id) {
  return "listing the recording " + std::string(recording_id);
}

}  // namespace

Result<std::vector<store::ObjectInfo>> ListObjects(const store::ReadableStore& raw,
                                                   std::string_view recording_id) {
  URSA_CHECK(CheckPlainName(recording_id));
  URSA_TRY_CONTEXT(auto objects, store::ListAll(raw, RecordingPrefix(recording_id)),
                   Doing(recording_id));
  return objects;
}

RecordingLister::RecordingLister(const store::ReadableStore& raw, size_t count, IdOf id_of,
                                 size_t jobs)
    : id_of_(std::move(id_of)),
      listing_(
          raw, count,
          [this](size_t number) {
            const std::string_view id = id_of_(number);
            return CheckPlainName(id) ? RecordingPrefix(id) : std::string();
          },
          jobs) {}

Result<std::vector<store::ObjectInfo>> RecordingLister::List(size_t number) {
  const std::string_view id = id_of_(number);
  URSA_CHECK(CheckPlainName(id));
  URSA_TRY_CONTEXT(auto objects, listing_.Take(number), Doing(id));
  return objects;
}

}  // namespace ursa::raw
