#include "store/file_descriptor.h"

#include <cerrno>
#include <cstring>

namespace ursa::store {

tl::unexpected<Error> FileError(int system_error, const std::string& what,
                                const std::string& path) {
  const auto code = [&] {
    switch (system_error) {
      case ENOENT:
      case ENOTDIR:
        return ErrorCode::kNotFound;
      case EEXIST:
        return ErrorCode::kAlreadyExists;
      case EACCES:
      case EPERM:
      case EROFS:
        return ErrorCode::kDenied;
      case ENAMETOOLONG:
        return ErrorCode::kInvalid;
      default:
        return ErrorCode::kUnavailable;
    }
  }();
  std::string message = "can't " + what + " " + path + ": " + std::strerror(system_error);
  if (system_error == ENOSPC || system_error == EDQUOT) {
    message += "; free some space and run the command again";
  }
  return Fail(code, std::move(message));
}

}  // namespace ursa::store
