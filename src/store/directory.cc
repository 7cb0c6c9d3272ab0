#include "store/directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/environment.h"
#include "store/directory_info.h"
#include "store/directory_listing.h"
#include "store/file_descriptor.h"

namespace ursa::store {
namespace {

namespace fs = std::filesystem;

// What no listing shows: files that are being written, where there is no O_TMPFILE.
constexpr std::string_view kTemporary = ".ursa-tmp";
constexpr uint64_t kWholeBytesMax = uint64_t{5} << 30;
// Of one piece of a stream: what fits into a core's cache, so that it is read from memory once.
constexpr uint64_t kStreamedBytesMax = uint64_t{256} << 10;
constexpr mode_t kFileMode = 0644;
constexpr mode_t kDirectoryMode = 0755;

class Directory final : public ObjectStore {
 public:
  Directory(fs::path root, FileDescriptor descriptor)
      : root_(std::move(root)), descriptor_(std::move(descriptor)) {}

  using ReadableStore::Get;
  Result<Object> Get(std::string_view key, ByteRange range,
                     std::string_view if_match) const override;
  Result<ObjectInfo> GetStream(std::string_view key, ByteRange range, std::string_view if_match,
                               const ObjectSink& sink) const override;
  Result<ObjectInfo> Head(std::string_view key) const override;
  Result<ListPage> List(std::string_view prefix, const ListOptions& options) const override;
  Result<bool> HasAnyFolder(std::string_view prefix) const override {
    return DirectoryHasAnyFolder(descriptor_.Get(), root_, prefix, kTemporary);
  }
  [[nodiscard]] std::string Uri() const override { return "local://" + root_.string(); }
  Result<void> Put(std::string_view key, std::string_view bytes, PutCondition condition) override;
  Result<void> PutAhead(std::string_view key, std::string_view bytes) override;
  Result<void> Delete(std::string_view key) override;

 private:
  [[nodiscard]] std::string PathOf(std::string_view key) const { return (root_ / key).string(); }
  [[nodiscard]] tl::unexpected<Error> SystemError(std::string_view key, const char* what) const {
    return FileError(errno, what, PathOf(key));
  }
  // The object has its name, but a power cut could take that away again.
  [[nodiscard]] tl::unexpected<Error> NameNotDurable(std::string_view key) const {
    Error error = SystemError(key, "write the directory of").value();
    error.code = ErrorCode::kUnknownOutcome;
    return tl::unexpected(std::move(error));
  }
  // Why a key could not be opened or looked at, by errno: a link on the way that leads nowhere may
  // stand for a disk that is not mounted, so what it hides is not absent.
  [[nodiscard]] tl::unexpected<Error> AccessError(std::string_view key, const char* what) const;
  // A directory is where other keys lie, so the key itself is absent; a pipe, a socket or a device
  // is there and can't be read.
  [[nodiscard]] tl::unexpected<Error> NoFile(std::string_view key, mode_t mode) const {
    return Fail(S_ISDIR(mode) ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
                PathOf(key) + " is no file");
  }
  // Opens an object for reading.
  [[nodiscard]] Result<FileDescriptor> OpenObject(std::string_view key) const;
  [[nodiscard]] Result<FileDescriptor> OpenParent(const std::string& key) const;
  [[nodiscard]] Result<FileDescriptor> MakeParent(const std::string& key) const;
  Result<void> PutIfAbsent(const FileDescriptor& parent, const std::string& key,
                           const std::string& name, std::string_view bytes);
  // Whether the names of objects that were put ahead have to be durable before this one is seen.
  enum class Ahead { kSyncFirst, kGoesAheadToo };
  // Makes a file where there is none yet; its bytes are durable, its name is not.
  Result<void> CreateIfAbsent(const FileDescriptor& parent, const std::string& key,
                              const std::string& name, std::string_view bytes, Ahead ahead);
  Result<void> Link(const FileDescriptor& file, const std::string& temporary,
                    const FileDescriptor& parent, const std::string& key,
                    const std::string& name) const;
  // Makes the names durable that were put ahead.
  Result<void> SyncAhead();
  Result<void> Replace(const FileDescriptor& parent, const std::string& key,
                       const std::string& name, std::string_view bytes);
  // An open file in .ursa-tmp/ and its name there.
  [[nodiscard]] Result<std::pair<FileDescriptor, std::string>> MakeTemporary(
      const std::string& key) const;
  void RemoveTemporary(const std::string& temporary) const;
  Result<void> WriteAll(const FileDescriptor& file, const std::string& key,
                        std::string_view bytes) const;

  const fs::path root_;
  const FileDescriptor descriptor_;
  std::mutex ahead_mutex_;
  // The directories of objects that were put ahead, by their paths, until they are durable.
  std::map<std::string, FileDescriptor> ahead_;
};

// Reads an extent whole. False, with errno, where that fails; EIO for a file that ends before it.
bool ReadAt(const FileDescriptor& file, const ResolvedRange& extent, char* bytes) {
  size_t done = 0;
  while (done < extent.length) {
    const ssize_t count = pread(file.Get(), bytes + done, extent.length - done,
                                static_cast<off_t>(extent.offset + done));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      errno = count == 0 ? EIO : errno;
      return false;
    }
    done += static_cast<size_t>(count);
  }
  return true;
}

// The directory part and the name of a key; the directory is "." for a key without slashes.
std::pair<std::string, std::string> SplitKey(const std::string& key) {
  const size_t slash = key.rfind('/');
  return slash == std::string::npos ? std::pair{std::string("."), key}
                                    : std::pair{key.substr(0, slash), key.substr(slash + 1)};
}

tl::unexpected<Error> Directory::AccessError(std::string_view key, const char* what) const {
  const int reason = errno;
  struct stat status {};
  std::string path(key);
  // The deepest part that there is says why what is below it is not.
  while (reason == ENOENT &&
         fstatat(descriptor_.Get(), path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) {
      return FileError(errno, what, PathOf(key));
    }
    if (path.find('/') == std::string::npos) {
      break;
    }
    path = SplitKey(path).first;
  }
  if (S_ISLNK(status.st_mode) && fstatat(descriptor_.Get(), path.c_str(), &status, 0) != 0) {
    std::error_code error;
    const std::string target = fs::read_symlink(PathOf(path), error).string();
    return Fail(ErrorCode::kUnavailable, PathOf(path) + " is a link that leads nowhere: " + target);
  }
  return FileError(reason, what, PathOf(key));
}

Result<FileDescriptor> Directory::OpenObject(std::string_view key) const {
  URSA_CHECK(CheckKey(key));
  // Without O_NONBLOCK a named pipe would wait for a writer for ever.
  FileDescriptor file(openat(descriptor_.Get(), std::string(key).c_str(),
                             O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) {
    return AccessError(key, "open");
  }
  return file;
}

Result<Object> Directory::Get(std::string_view key, ByteRange range,
                              std::string_view if_match) const {
  URSA_TRY(const FileDescriptor file, OpenObject(key));
  struct stat status {};
  // The file is looked at after it was read; before that only where its size is not known.
  std::optional<uint64_t> size = SizeInEtag(if_match);
  std::string before(if_match);
  if (!size) {
    if (fstat(file.Get(), &status) != 0) {
      return SystemError(key, "read");
    }
    size = static_cast<uint64_t>(status.st_size);
    before = EtagOf(status);
  }
  const ResolvedRange extent = Resolve(range, *size);
  if (extent.length > kWholeBytesMax) {
    return Fail(ErrorCode::kUnsupported, PathOf(key) + " is larger than 5 GiB");
  }
  Object object;
  object.offset = extent.offset;
  object.bytes.resize(extent.length);
  const bool complete = ReadAt(file, extent, object.bytes.data());
  const int read_error = errno;
  if (fstat(file.Get(), &status) != 0) {
    return SystemError(key, "read");
  }
  if (!S_ISREG(status.st_mode)) {
    return NoFile(key, status.st_mode);
  }
  object.etag = EtagOf(status);
  if (object.etag != before || (!if_match.empty() && object.etag != if_match)) {
    return Fail(ErrorCode::kPreconditionFailed, PathOf(key) + " changed while it was read");
  }
  if (!complete) {
    errno = read_error;
    return SystemError(key, "read");
  }
  object.size_bytes = static_cast<uint64_t>(status.st_size);
  object.last_modified = ModifiedAt(status);
  return object;
}

// The file stays open for all pieces, and is looked at after each, before the piece is handed on.
Result<ObjectInfo> Directory::GetStream(std::string_view key, ByteRange range,
                                        std::string_view if_match, const ObjectSink& sink) const {
  URSA_TRY(const FileDescriptor file, OpenObject(key));
  struct stat status {};
  if (fstat(file.Get(), &status) != 0) {
    return SystemError(key, "read");
  }
  if (!S_ISREG(status.st_mode)) {
    return NoFile(key, status.st_mode);
  }
  const ObjectInfo info = InfoOf(key, status);
  if (!if_match.empty() && info.etag != if_match) {
    return Fail(ErrorCode::kPreconditionFailed, PathOf(key) + " changed since it was looked at");
  }
  ResolvedRange rest = Resolve(range, info.size_bytes);
  const auto buffer =
      std::make_unique_for_overwrite<char[]>(std::min(rest.length, kStreamedBytesMax));
  while (rest.length > 0) {
    const ResolvedRange piece{rest.offset, std::min(rest.length, kStreamedBytesMax)};
    const bool complete = ReadAt(file, piece, buffer.get());
    const int read_error = errno;
    if (fstat(file.Get(), &status) != 0) {
      return SystemError(key, "read");
    }
    if (!IsOf(info, status)) {
      return Fail(ErrorCode::kPreconditionFailed, PathOf(key) + " changed while it was read");
    }
    if (!complete) {
      errno = read_error;
      return SystemError(key, "read");
    }
    URSA_CHECK(sink({{buffer.get(), piece.length}, piece.offset, info}));
    rest.offset += piece.length;
    rest.length -= piece.length;
  }
  return info;
}

Result<ObjectInfo> Directory::Head(std::string_view key) const {
  URSA_CHECK(CheckKey(key));
  struct stat status {};
  if (fstatat(descriptor_.Get(), std::string(key).c_str(), &status, 0) != 0) {
    return AccessError(key, "look at");
  }
  if (!S_ISREG(status.st_mode)) {
    return NoFile(key, status.st_mode);
  }
  return InfoOf(key, status);
}

Result<ListPage> Directory::List(std::string_view prefix, const ListOptions& options) const {
  return ListDirectory(
      descriptor_.Get(), root_, prefix, options, kTemporary,
      [](const std::string& key, const struct stat& status) { return InfoOf(key, status); });
}

Result<FileDescriptor> Directory::OpenParent(const std::string& key) const {
  FileDescriptor parent(
      openat(descriptor_.Get(), SplitKey(key).first.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent) {
    return SystemError(key, "open the directory of");
  }
  return parent;
}

// Makes the directories that a key needs. Each new one is made durable in its parent.
Result<FileDescriptor> Directory::MakeParent(const std::string& key) const {
  auto parent = OpenParent(key);
  if (parent || parent.error().code != ErrorCode::kNotFound) {
    return parent;
  }
  FileDescriptor current(openat(descriptor_.Get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::string directory = SplitKey(key).first;
  for (size_t start = 0; current && start <= directory.size();) {
    const size_t end = std::min(directory.find('/', start), directory.size());
    const std::string part = directory.substr(start, end - start);
    if (mkdirat(current.Get(), part.c_str(), kDirectoryMode) == 0) {
      if (fsync(current.Get()) != 0) {
        return SystemError(key, "write the directory of");
      }
    } else if (errno != EEXIST) {
      return SystemError(key, "make the directory of");
    }
    current =
        FileDescriptor(openat(current.Get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    start = end + 1;
  }
  if (!current) {
    return SystemError(key, "open the directory of");
  }
  return current;
}

Result<void> Directory::WriteAll(const FileDescriptor& file, const std::string& key,
                                 std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = write(file.Get(), bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) {
      return SystemError(key, "write");
    }
    bytes.remove_prefix(count < 0 ? 0 : static_cast<size_t>(count));
  }
  if (fsync(file.Get()) != 0) {
    return SystemError(key, "write");
  }
  return {};
}

Result<std::pair<FileDescriptor, std::string>> Directory::MakeTemporary(
    const std::string& key) const {
  static std::atomic<uint64_t> counter{0};
  if (mkdirat(descriptor_.Get(), std::string(kTemporary).c_str(), kDirectoryMode) != 0 &&
      errno != EEXIST) {
    return SystemError(key, "make a temporary file for");
  }
  // Another machine on the same NFS may have our process id: O_EXCL decides.
  for (int attempt = 0; attempt < 100; ++attempt) {
    std::string name = fmt::format("{}/{}-{}-{:x}", kTemporary, getpid(), ++counter,
                                   SystemClock().Now().time_since_epoch().count());
    FileDescriptor file(openat(descriptor_.Get(), name.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
    if (file) {
      return std::pair{std::move(file), std::move(name)};
    }
    if (errno != EEXIST && errno != ENOENT) {
      return SystemError(key, "make a temporary file for");
    }
    (void)mkdirat(descriptor_.Get(), std::string(kTemporary).c_str(), kDirectoryMode);
  }
  return Fail(ErrorCode::kUnavailable, "can't make a temporary file in " + PathOf(kTemporary));
}

void Directory::RemoveTemporary(const std::string& temporary) const {
  (void)unlinkat(descriptor_.Get(), temporary.c_str(), 0);
  // Succeeds only where it is empty: another writer's file keeps it.
  (void)unlinkat(descriptor_.Get(), std::string(kTemporary).c_str(), AT_REMOVEDIR);
}

bool LinkByDescriptor(int file, int parent, const std::string& name) {
  const std::string path = fmt::format("/proc/self/fd/{}", file);
  return linkat(AT_FDCWD, path.c_str(), parent, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

Result<void> Directory::Link(const FileDescriptor& file, const std::string& temporary,
                             const FileDescriptor& parent, const std::string& key,
                             const std::string& name) const {
  const bool linked = temporary.empty() ? LinkByDescriptor(file.Get(), parent.Get(), name)
                                        : linkat(descriptor_.Get(), temporary.c_str(), parent.Get(),
                                                 name.c_str(), 0) == 0;
  int link_error = errno;
  if (linked || (link_error == EEXIST && IsSameFile(file.Get(), parent.Get(), name))) {
    return {};
  }
  if (link_error != EEXIST && !temporary.empty()) {
    if (renameat2(descriptor_.Get(), temporary.c_str(), parent.Get(), name.c_str(),
                  RENAME_NOREPLACE) == 0) {
      return {};
    }
    link_error = errno == EEXIST ? EEXIST : link_error;
  }
  if (link_error == EEXIST) {
    return Fail(ErrorCode::kAlreadyExists, PathOf(key) + " exists already");
  }
  errno = link_error;
  return SystemError(key, "give its name to");
}

Result<void> Directory::CreateIfAbsent(const FileDescriptor& parent, const std::string& key,
                                       const std::string& name, std::string_view bytes,
                                       Ahead ahead) {
  struct stat existing {};
  if (fstatat(parent.Get(), name.c_str(), &existing, AT_SYMLINK_NOFOLLOW) == 0) {
    return Fail(ErrorCode::kAlreadyExists, PathOf(key) + " exists already");
  }
  FileDescriptor file(openat(parent.Get(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, kFileMode));
  std::string temporary;
  if (!file) {
    URSA_TRY(auto made, MakeTemporary(key));
    file = std::move(made.first);
    temporary = std::move(made.second);
  }
  auto written = WriteAll(file, key, bytes);
  if (written && ahead == Ahead::kSyncFirst) {
    written = SyncAhead();
  }
  if (written) {
    written = Link(file, temporary, parent, key, name);
  }
  if (!temporary.empty()) {
    RemoveTemporary(temporary);
  }
  return written;
}

Result<void> Directory::PutIfAbsent(const FileDescriptor& parent, const std::string& key,
                                    const std::string& name, std::string_view bytes) {
  URSA_CHECK(CreateIfAbsent(parent, key, name, bytes, Ahead::kSyncFirst));
  return fsync(parent.Get()) == 0 ? Result<void>() : NameNotDurable(key);
}

Result<void> Directory::SyncAhead() {
  const std::scoped_lock lock(ahead_mutex_);
  while (!ahead_.empty()) {
    const auto& [path, directory] = *ahead_.begin();
    if (fsync(directory.Get()) != 0) {
      return SystemError(path, "write the directory");
    }
    ahead_.erase(ahead_.begin());
  }
  return {};
}

Result<void> Directory::Replace(const FileDescriptor& parent, const std::string& key,
                                const std::string& name, std::string_view bytes) {
  URSA_TRY(const auto made, MakeTemporary(key));
  auto written = WriteAll(made.first, key, bytes);
  if (written) {
    written = SyncAhead();
  }
  if (written &&
      renameat(descriptor_.Get(), made.second.c_str(), parent.Get(), name.c_str()) != 0) {
    written = SystemError(key, "replace");
  }
  RemoveTemporary(made.second);
  if (written && fsync(parent.Get()) != 0) {
    return NameNotDurable(key);
  }
  return written;
}

Result<void> Directory::PutAhead(std::string_view key_view, std::string_view bytes) {
  const std::string key(key_view);
  URSA_CHECK(CheckKey(key));
  URSA_TRY(FileDescriptor parent, MakeParent(key));
  const auto [path, name] = SplitKey(key);
  URSA_CHECK(CreateIfAbsent(parent, key, name, bytes, Ahead::kGoesAheadToo));
  const std::scoped_lock lock(ahead_mutex_);
  ahead_.insert_or_assign(path, std::move(parent));
  return {};
}

Result<void> Directory::Put(std::string_view key_view, std::string_view bytes,
                            PutCondition condition) {
  const std::string key(key_view);
  URSA_CHECK(CheckKey(key));
  URSA_TRY(const FileDescriptor parent, MakeParent(key));
  const std::string name = SplitKey(key).second;
  return condition == PutCondition::kIfAbsent ? PutIfAbsent(parent, key, name, bytes)
                                              : Replace(parent, key, name, bytes);
}

Result<void> Directory::Delete(std::string_view key_view) {
  const std::string key(key_view);
  URSA_CHECK(CheckKey(key));
  const auto parent = OpenParent(key);
  if (!parent) {
    return parent.error().code == ErrorCode::kNotFound ? Result<void>() : Propagate(parent.error());
  }
  if (unlinkat(parent->Get(), SplitKey(key).second.c_str(), 0) != 0) {
    return errno == ENOENT ? Result<void>() : SystemError(key, "delete");
  }
  if (fsync(parent->Get()) != 0) {
    return SystemError(key, "write the directory of");
  }
  return {};
}

Result<std::unique_ptr<Directory>> Open(const fs::path& root) {
  const fs::path absolute = fs::absolute(root).lexically_normal();
  FileDescriptor descriptor(open(absolute.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor) {
    return FileError(errno, "open the directory", absolute.string());
  }
  return std::make_unique<Directory>(absolute, std::move(descriptor));
}

}  // namespace

Result<std::unique_ptr<ReadableStore>> OpenDirectoryForReading(const fs::path& root) {
  URSA_TRY(auto directory, Open(root));
  return directory;
}

Result<std::unique_ptr<ObjectStore>> OpenDirectory(const fs::path& root) {
  URSA_TRY(auto directory, Open(root));
  return directory;
}

}  // namespace ursa::store
