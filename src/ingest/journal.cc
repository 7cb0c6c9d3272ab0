#include "ingest/journal.h"

#include <nlohmann/json.hpp>

#include "base/digest.h"

namespace ursa::ingest {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kJournalVersion = 1;
constexpr uint64_t kJournalBytesMax = uint64_t{128} << 20;
// An object, a list, an entry, its members.
constexpr int kDepthMax = 4;

constexpr std::string_view kExtension = ".json";

bool IsShallow(int depth, Json::parse_event_t, Json&) { return depth < kDepthMax; }

const std::string* TextOf(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? &found->get_ref<const std::string&>()
                                                   : nullptr;
}

}  // namespace

std::optional<std::string> RecordingOfJournal(std::string_view key) {
  if (!key.starts_with(kJournalsPrefix) || !key.ends_with(kExtension)) {
    return std::nullopt;
  }
  key.remove_prefix(kJournalsPrefix.size());
  key.remove_suffix(kExtension.size());
  return std::string(key);
}

Journal Journal::Load(const store::ReadableStore& assets, const std::string& recording_id) {
  const Journal empty(recording_id);
  const auto object = assets.Get(empty.Key(), store::ByteRange::From(0, kJournalBytesMax), {});
  return object && object->size_bytes <= kJournalBytesMax ? Parse(object->bytes, recording_id)
                                                          : empty;
}

Journal Journal::Parse(std::string_view bytes, const std::string& recording_id) {
  Journal journal(recording_id);
  const Json json = Json::parse(bytes, IsShallow, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("journal_version", Json()) != kJournalVersion) {
    return journal;
  }
  const std::string* id = TextOf(json, "recording_id");
  const auto files = json.find("files");
  if (id == nullptr || *id != recording_id || files == json.end() || !files->is_array()) {
    return journal;
  }
  for (const Json& file : *files) {
    if (!file.is_object()) {
      continue;
    }
    const auto size = file.find("size");
    const std::string* path = TextOf(file, "path");
    const std::string* etag = TextOf(file, "etag");
    const std::string* sha256 = TextOf(file, "sha256");
    if (path != nullptr && etag != nullptr && sha256 != nullptr && IsSha256Hex(*sha256) &&
        size != file.end() && size->is_number_unsigned()) {
      journal.files_[*path] = Entry{size->get<uint64_t>(), *etag, *sha256};
    }
  }
  return journal;
}

std::optional<std::string> Journal::Find(std::string_view path,
                                         const store::ObjectInfo& object) const {
  const auto found = files_.find(path);
  if (found == files_.end() || found->second.size_bytes != object.size_bytes ||
      found->second.etag != object.etag || object.etag.empty()) {
    return std::nullopt;
  }
  return found->second.sha256;
}

void Journal::Add(std::string_view path, const store::ObjectInfo& object, std::string sha256) {
  files_[std::string(path)] = Entry{object.size_bytes, object.etag, std::move(sha256)};
}

void Journal::Merge(const Journal& other) {
  files_.insert(other.files_.begin(), other.files_.end());
}

std::string Journal::Key() const {
  return std::string(kJournalsPrefix) + recording_id_ + std::string(kExtension);
}

std::string Journal::Text() const {
  Json files = Json::array();
  for (const auto& [path, entry] : files_) {
    files.push_back(Json{{"path", path},
                         {"size", entry.size_bytes},
                         {"etag", entry.etag},
                         {"sha256", entry.sha256}});
  }
  return Json{{"journal_version", kJournalVersion},
              {"recording_id", recording_id_},
              {"files", std::move(files)}}
             .dump(-1, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace ursa::ingest
