#include "store/object_store.h"

#include <utility>

namespace ursa::store {

Result<void> CheckKey(std::string_view key) {
  size_t start = 0;
  while (true) {
    const size_t slash = key.find('/', start);
    const std::string_view part = key.substr(start, slash - start);
    if (part.empty() || part == "." || part == ".." ||
        part.find('\0') != std::string_view::npos) {
      return Fail(ErrorCode::kInvalid,
                  "the key '" + std::string(key) + "' is not a relative path of plain names");
    }
    if (slash == std::string_view::npos) {
      return {};
    }
    start = slash + 1;
  }
}

Result<std::vector<ObjectInfo>> ListAll(const ReadableStore& store, std::string_view prefix) {
  std::vector<ObjectInfo> objects;
  ListOptions options;
  while (true) {
    URSA_TRY(ListPage page, store.List(prefix, options));
    objects.insert(objects.end(), std::make_move_iterator(page.objects.begin()),
                   std::make_move_iterator(page.objects.end()));
    if (!page.next) {
      return objects;
    }
    options.start_after = std::move(*page.next);
  }
}

}  // namespace ursa::store
