#include "store/directory_listing.h"

#include <dirent.h>
#include <fcntl.h>

#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "base/packed_strings.h"
#include "store/file_descriptor.h"

namespace ursa::store {
namespace {

// For each page the directory is read again from its beginning, so pages are large.
constexpr size_t kPageEntriesMax = 65'536;
// Deeper trees are a circle of links, or nothing that a rig wrote.
constexpr int kDepthMax = 64;
constexpr size_t kDirectoryBufferBytes = 8192;

// What of a directory may be wanted. A directory's name ends in '/', so that names sort as their
// keys do.
using Entries = PackedStrings;

class Lister {
 public:
  Lister(int root, const std::filesystem::path& root_path, std::string_view prefix,
         const ListOptions& options, std::string_view hidden, const MakeInfo& make_info)
      : root_(root),
        root_path_(root_path),
        prefix_(prefix),
        options_(options),
        hidden_(hidden),
        make_info_(make_info) {}

  Result<ListPage> List() {
    const std::string base = Base();
    URSA_TRY(const FileDescriptor directory, OpenBase(base));
    if (directory) {
      URSA_CHECK(Walk(directory, base, 0));
    }
    return std::move(page_);
  }

  Result<bool> HasAnyFolder() {
    const std::string base = Base();
    URSA_TRY(const FileDescriptor directory, OpenBase(base));
    URSA_TRY(const bool found, directory ? HasObject(directory, base, 0) : false);
    return found || !closed_ ? Result<bool>(found) : Propagate(*closed_);
  }

 private:
  // The deepest directory that holds all keys with this prefix.
  [[nodiscard]] std::string Base() const {
    const size_t slash = prefix_.rfind('/');
    return slash == std::string::npos ? "" : prefix_.substr(0, slash + 1);
  }

  // No descriptor where there is no such directory.
  [[nodiscard]] Result<FileDescriptor> OpenBase(const std::string& base) const {
    if (!base.empty() && !CheckKey(base.substr(0, base.size() - 1))) {
      return FileDescriptor(-1);
    }
    FileDescriptor directory(
        openat(root_, base.empty() ? "." : base.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) {
      if (errno != ENOENT && errno != ENOTDIR) {
        return FileError(errno, "list", (root_path_ / base).string());
      }
      URSA_CHECK(CheckRootIsThere());
    }
    return directory;
  }

  // Adds what lies in the directory whose keys begin with `base`; `full_` once the page is.
  Result<void> Walk(const FileDescriptor& directory, const std::string& base, int depth) {
    if (depth > kDepthMax) {
      return Fail(ErrorCode::kUnavailable, (root_path_ / base).string() +
                                               " is nested too deep: a link may lead in a circle");
    }
    URSA_TRY(const Entries entries, ReadEntries(directory, base));
    for (size_t i = 0; i < entries.Count(); ++i) {
      const std::string name(entries.At(i));
      const std::string key = base + name;
      if (key.ends_with('/') && !IsFolded(key)) {
        FileDescriptor child(
            openat(directory.Get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!child) {
          // Gone since it was read: then it holds nothing.
          if (errno == ENOENT || errno == ENOTDIR) {
            continue;
          }
          return FileError(errno, "list", (root_path_ / key).string());
        }
        URSA_CHECK(Walk(child, key, depth + 1));
      } else {
        URSA_CHECK(Add(key, directory, name));
      }
      if (page_.next) {
        return {};
      }
    }
    return {};
  }

  // Whether an object lies in the directory or below it; right below the prefix only folders count.
  Result<bool> HasObject(const FileDescriptor& directory, const std::string& base, int depth) {
    for (bool more = depth <= kDepthMax; more;) {
      Entries entries;
      URSA_TRY(more, ReadSome(directory, base, entries));
      for (size_t i = 0; i < entries.Count(); ++i) {
        const std::string name(entries.At(i));
        URSA_TRY(const bool found, name.ends_with('/') ? HasObjectIn(directory, base, name, depth)
                                                       : depth > 0 && IsFile(directory, name));
        if (found) {
          return true;
        }
      }
    }
    return false;
  }

  Result<bool> HasObjectIn(const FileDescriptor& directory, const std::string& base,
                           const std::string& name, int depth) {
    FileDescriptor child(openat(directory.Get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!child) {
      if (errno != ENOENT && errno != ENOTDIR && !closed_) {
        closed_ = FileError(errno, "list", (root_path_ / (base + name)).string()).value();
      }
      return false;
    }
    return HasObject(child, base + name, depth + 1);
  }

  static bool IsFile(const FileDescriptor& directory, const std::string& name) {
    struct stat status {};
    return fstatat(directory.Get(), name.c_str(), &status, 0) == 0 && S_ISREG(status.st_mode);
  }

  // A root that was removed under us must not look like an empty one: its recordings would seem to
  // be gone.
  [[nodiscard]] Result<void> CheckRootIsThere() const {
    struct stat status {};
    if (fstat(root_, &status) != 0) {
      return FileError(errno, "list", root_path_.string());
    }
    if (status.st_nlink == 0) {
      return Fail(ErrorCode::kUnavailable, root_path_.string() + " vanished: it was removed");
    }
    return {};
  }

  Result<void> Add(const std::string& key, const FileDescriptor& directory,
                   const std::string& name) {
    if (key <= options_.start_after || !key.starts_with(prefix_)) {
      return {};
    }
    const bool is_directory = key.ends_with('/');
    struct stat status {};
    if (!is_directory) {
      if (fstatat(directory.Get(), name.c_str(), &status, 0) != 0) {
        // Gone since its name was read: then it is absent.
        return errno == ENOENT ? Result<void>()
                               : FileError(errno, "look at", (root_path_ / key).string());
      }
      if (!S_ISREG(status.st_mode)) {
        return {};
      }
    }
    if (page_.objects.size() + page_.prefixes.size() == kPageEntriesMax) {
      page_.next = last_;
      return {};
    }
    if (is_directory) {
      page_.prefixes.push_back(key);
    } else {
      page_.objects.push_back(make_info_(key, status));
    }
    last_ = key;
    return {};
  }

  // Whether a directory is shown as a prefix rather than walked.
  [[nodiscard]] bool IsFolded(const std::string& key) const {
    return !options_.delimiter.empty() && key.size() > prefix_.size() && key.starts_with(prefix_);
  }

  [[nodiscard]] bool MayHoldWanted(const std::string& key, bool is_directory) const {
    if (!is_directory) {
      return key.starts_with(prefix_) && key > options_.start_after;
    }
    if (!key.starts_with(prefix_) && !prefix_.starts_with(key)) {
      return false;
    }
    // All keys of the directory begin with `key`: none is wanted where start_after is beyond them.
    return options_.start_after < key || options_.start_after.starts_with(key);
  }

  Result<Entries> ReadEntries(const FileDescriptor& directory, const std::string& base) const {
    Entries entries;
    for (bool more = true; more;) {
      URSA_TRY(more, ReadSome(directory, base, entries));
    }
    entries.Sort();
    return entries;
  }

  // Adds the next entries, in no order; false where there are no more. getdents64 itself, because
  // fdopendir costs a directory five more system calls, and most directories here hold a few files.
  Result<bool> ReadSome(const FileDescriptor& directory, const std::string& base,
                        Entries& entries) const {
    alignas(dirent64) std::array<char, kDirectoryBufferBytes> buffer;
    const ssize_t bytes = getdents64(directory.Get(), buffer.data(), buffer.size());
    if (bytes < 0) {
      return FileError(errno, "list", (root_path_ / base).string());
    }
    for (ssize_t at = 0; at < bytes;) {
      const auto* found = reinterpret_cast<const dirent64*>(buffer.data() + at);
      at += found->d_reclen;
      const std::string_view name = found->d_name;
      if (name == "." || name == ".." || (base.empty() && name == hidden_)) {
        continue;
      }
      URSA_CHECK(TakeEntry(directory.Get(), base, *found, entries));
    }
    return bytes > 0;
  }

  // Only where the name does not say whether it is a directory the entry is looked at here.
  Result<void> TakeEntry(int directory, const std::string& base, const dirent64& found,
                         Entries& entries) const {
    bool is_directory = found.d_type == DT_DIR;
    if (found.d_type == DT_LNK || found.d_type == DT_UNKNOWN) {
      struct stat status {};
      if (fstatat(directory, found.d_name, &status, 0) != 0) {
        // A file that went since it was read is absent; a link that leads nowhere is not: what it
        // stood for may be on a disk that is not mounted.
        if (errno == ENOENT && found.d_type != DT_LNK) {
          return {};
        }
        return FileError(errno, "follow the link", (root_path_ / base / found.d_name).string());
      }
      is_directory = S_ISDIR(status.st_mode);
    }
    std::string key = base + found.d_name;
    if (is_directory) {
      key += '/';
    }
    if (MayHoldWanted(key, is_directory)) {
      entries.Add(found.d_name, is_directory ? "/" : "");
    }
    return {};
  }

  const int root_;
  const std::filesystem::path& root_path_;
  const std::string prefix_;
  const ListOptions& options_;
  const std::string_view hidden_;
  const MakeInfo& make_info_;
  ListPage page_;
  std::string last_;
  std::optional<Error> closed_;  // the first folder that HasAnyFolder could not look into
};

}  // namespace

Result<ListPage> ListDirectory(int root, const std::filesystem::path& root_path,
                               std::string_view prefix, const ListOptions& options,
                               std::string_view hidden, const MakeInfo& make_info) {
  return Lister(root, root_path, prefix, options, hidden, make_info).List();
}

Result<bool> DirectoryHasAnyFolder(int root, const std::filesystem::path& root_path,
                                   std::string_view prefix, std::string_view hidden) {
  return Lister(root, root_path, prefix, {}, hidden, {}).HasAnyFolder();
}

}  // namespace ursa::store
