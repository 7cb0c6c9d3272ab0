#include "plan/spooled_bytes.h"

#include <sys/mman.h>
#include <unistd.h>

#include "plan/temporary_file.h"

namespace ursa::plan {

SpooledBytes::~SpooledBytes() {
  if (mapping_ != nullptr) {
    munmap(mapping_, flushed_bytes_);
  }
  if (file_ >= 0) {
    close(file_);
  }
}

Result<void> SpooledBytes::Append(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > options_.memory_bytes_max) {
    URSA_CHECK(Flush());
  }
  buffer_ += bytes;
  return {};
}

Result<void> SpooledBytes::Flush() {
  if (file_ < 0) {
    URSA_TRY(file_, OpenTemporaryFile(options_.directory));
  }
  URSA_CHECK(AppendToTemporaryFile(file_, buffer_, options_.directory));
  flushed_bytes_ += buffer_.size();
  buffer_.clear();
  return {};
}

Result<std::string_view> SpooledBytes::View() {
  if (file_ < 0) {
    return std::string_view(buffer_);
  }
  URSA_CHECK(Flush());
  if (mapping_ == nullptr) {
    void* mapping = mmap(nullptr, flushed_bytes_, PROT_READ, MAP_PRIVATE, file_, 0);
    if (mapping == MAP_FAILED) {
      return TemporaryFileError(options_.directory, "can't map");
    }
    mapping_ = mapping;
  }
  return std::string_view(static_cast<const char*>(mapping_), flushed_bytes_);
}

}  // namespace ursa::plan
