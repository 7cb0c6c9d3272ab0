#include "ingest/manifest.h"

#include <fmt/format.h>

#include <array>
#include <set>
#include <unordered_set>
#include <utility>

#include "base/digest.h"
#include "base/text.h"

namespace ursa::ingest {
namespace {

constexpr size_t kShownBytesMax = 80;

std::string Shown(std::string_view text) {
  return EscapeForDisplay(text.substr(0, kShownBytesMax)) +
         (text.size() > kShownBytesMax ? "..." : "");
}

// The members of a manifest that matter, those of `files` and `workers` excepted.
constexpr std::array<std::string_view, 6> kScalars = {
    "recording_id", "recording_hash", "started_at", "ended_at", "hostname", "data_engine_version"};

bool IsScalar(std::string_view key) { return std::ranges::find(kScalars, key) != kScalars.end(); }

bool IsOfFile(std::string_view key) { return key == "path" || key == "size" || key == "sha256"; }

// Takes the events of one manifest. Returns false from one to end the parsing at the first fault.
class Reader final : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return Scalar(Json(nullptr)); }
  bool boolean(bool value) override { return Scalar(Json(value)); }
  bool number_integer(number_integer_t value) override { return Scalar(Json(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Scalar(Json(value)); }
  bool number_float(number_float_t value, const string_t&) override { return Scalar(Json(value)); }
  bool string(string_t& value) override { return Scalar(Json(std::move(value))); }
  bool binary(binary_t&) override { return Scalar(Json(nullptr)); }

  bool start_object(std::size_t) override { return Begin(Json::object()); }
  bool start_array(std::size_t) override { return Begin(Json::array()); }
  bool end_object() override { return End(); }
  bool end_array() override { return End(); }

  bool key(string_t& name) override {
    Level& level = levels_.back();
    if (name.size() > kManifestTextBytesMax) {
      return TooLong("a member's name", name.size(), kManifestTextBytesMax);
    }
    if (!level.keys.insert(name).second) {
      return Fault(GateRule::kDuplicateKey, fmt::format("'{}' stands there twice", Shown(name)));
    }
    if (level.place == Place::kFile && level.keys.size() > kFileMembersMax) {
      return Fault(GateRule::kTooManyValues,
                   fmt::format("entry {} of files has more than {} members", manifest_.files.size(),
                               kFileMembersMax));
    }
    level.key = std::move(name);
    if (level.place == Place::kTop) {
      has_reconstructed_ = has_reconstructed_ || level.key == "reconstructed";
      has_files_ = has_files_ || level.key == "files";
    }
    return true;
  }

  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    return Fault(GateRule::kNotJson, Shown(error.what()));
  }

  tl::expected<Manifest, GateFault> Finish(std::string_view recording_id) && {
    if (!fault_) {
      Judge(recording_id);
    }
    if (fault_) {
      return tl::unexpected(std::move(*fault_));
    }
    manifest_.is_reconstructed = has_reconstructed_;
    return std::move(manifest_);
  }

 private:
  // What an object or list is part of.
  enum class Place { kTop, kFiles, kFile, kWorkers, kOther };

  struct Level {
    Place place = Place::kOther;
    std::string key;                          // of an object: the member that comes next
    std::set<std::string, std::less<>> keys;  // of an object: members so far
    Json* node = nullptr;                     // of workers: where it is built
  };

  bool Fault(GateRule rule, const std::string& what) {
    if (!fault_) {
      fault_ = GateFault{rule, fmt::format("rule {}: {}", GateRuleName(rule), what)};
    }
    return false;
  }

  [[nodiscard]] Place PlaceNow() const {
    return levels_.empty() ? Place::kOther : levels_.back().place;
  }

  bool Count() {
    const Place place = PlaceNow();
    if (place != Place::kFiles && place != Place::kFile && ++values_ > kManifestValuesMax) {
      return Fault(GateRule::kTooManyValues,
                   fmt::format("it has more than {} values besides its files", kManifestValuesMax));
    }
    return true;
  }

  bool Scalar(Json value) {
    if (levels_.empty()) {
      return Fault(GateRule::kNotAnObject, "it is no JSON object");
    }
    return Count() && CheckLength(value) && Keep(std::move(value));
  }

  // The most bytes of a text that stands here; none where it is not kept.
  [[nodiscard]] std::optional<size_t> TextBytesMax() const {
    const std::string& key = levels_.back().key;
    switch (levels_.back().place) {
      case Place::kTop:
        return key == "workers" ? std::optional(kWorkerTextBytesMax)
               : IsScalar(key)  ? std::optional(kManifestTextBytesMax)
                                : std::nullopt;
      case Place::kFile:
        return IsOfFile(key) ? std::optional(kManifestTextBytesMax) : std::nullopt;
      case Place::kWorkers:
        return kWorkerTextBytesMax;
      case Place::kFiles:
      case Place::kOther:
        return std::nullopt;
    }
    return std::nullopt;
  }

  bool CheckLength(const Json& value) {
    const auto most = TextBytesMax();
    if (!most || !value.is_string() || value.get_ref<const std::string&>().size() <= *most) {
      return true;
    }
    return TooLong(fmt::format("the text of '{}'", Shown(levels_.back().key)),
                   value.get_ref<const std::string&>().size(), *most);
  }

  bool TooLong(std::string_view what, size_t bytes, size_t most) {
    return Fault(GateRule::kTextTooLong,
                 fmt::format("{} has {} bytes, more than {}", what, bytes, most));
  }

  bool Keep(Json value) {
    const std::string& key = levels_.back().key;
    switch (levels_.back().place) {
      case Place::kTop:
        if (IsScalar(key)) {
          top_[key] = std::move(value);
        } else if (key == "workers") {
          manifest_.workers = std::move(value);
        }
        return true;
      case Place::kFiles:
        return NoObject();
      case Place::kFile:
        if (IsOfFile(key)) {
          file_[key] = std::move(value);
        }
        return true;
      case Place::kWorkers:
        Attach(std::move(value));
        return true;
      case Place::kOther:
        return true;
    }
    return true;
  }

  bool NoObject() {
    return Fault(GateRule::kFiles,
                 fmt::format("entry {} of files is no object", manifest_.files.size()));
  }

  // Puts a value where the innermost level of workers stands.
  Json* Attach(Json value) {
    Json& parent = *levels_.back().node;
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    Json& member = parent[levels_.back().key];
    member = std::move(value);
    return &member;
  }

  bool Begin(Json empty) {
    if (levels_.empty()) {
      levels_.push_back({Place::kTop, {}, {}, nullptr});
      return empty.is_object() || Fault(GateRule::kNotAnObject, "it is a list, no JSON object");
    }
    if (levels_.size() == kManifestDepthMax) {
      return Fault(GateRule::kTooDeep,
                   fmt::format("it is nested more than {} levels deep", kManifestDepthMax));
    }
    if (!Count()) {
      return false;
    }
    return BeginBelow(levels_.back().place, std::move(empty));
  }

  bool BeginBelow(Place parent, Json empty) {
    Level level;
    const std::string& key = levels_.back().key;
    if (parent == Place::kTop && key == "files" && empty.is_array()) {
      level.place = Place::kFiles;
    } else if (parent == Place::kTop && key == "workers") {
      manifest_.workers = std::move(empty);
      level.place = Place::kWorkers;
      level.node = &manifest_.workers;
    } else if (parent == Place::kTop && std::ranges::find(kScalars, key) != kScalars.end()) {
      top_[key] = std::move(empty);  // of the wrong type: Judge will say so
    } else if (parent == Place::kFiles) {
      if (!empty.is_object()) {
        return NoObject();
      }
      file_ = Json::object();
      level.place = Place::kFile;
    } else if (parent == Place::kFile) {
      file_[key] = std::move(empty);
    } else if (parent == Place::kWorkers) {
      level.node = Attach(std::move(empty));
      level.place = Place::kWorkers;
    }
    levels_.push_back(std::move(level));
    return true;
  }

  bool End() {
    const bool is_file = levels_.back().place == Place::kFile;
    levels_.pop_back();
    return !is_file || TakeFile();
  }

  bool TakeFile() {
    const size_t number = manifest_.files.size();
    if (number == kManifestFilesMax) {
      return Fault(GateRule::kTooManyFiles,
                   fmt::format("it has more than {} files", kManifestFilesMax));
    }
    ManifestFile file;
    if (!file_.contains("path") || !file_["path"].is_string()) {
      return Fault(GateRule::kFilePath, fmt::format("entry {} of files has no path", number));
    }
    file.path = std::move(file_["path"].get_ref<std::string&>());
    if (const auto fault = PathFault(file.path)) {
      return Fault(GateRule::kFilePath, fmt::format("the path '{}' {}", Shown(file.path), *fault));
    }
    if (!file_.contains("size") || !file_["size"].is_number_unsigned()) {
      return Fault(GateRule::kFileSize,
                   fmt::format("the size of '{}' is no integer from 0 on", Shown(file.path)));
    }
    file.size_bytes = file_["size"].get<uint64_t>();
    if (!file_.contains("sha256") || !file_["sha256"].is_string() ||
        !IsSha256Hex(file_["sha256"].get_ref<const std::string&>())) {
      return Fault(
          GateRule::kFileSha256,
          fmt::format("the sha256 of '{}' is not 64 lower-case hex digits", Shown(file.path)));
    }
    file.sha256 = std::move(file_["sha256"].get_ref<std::string&>());
    manifest_.files.push_back(std::move(file));
    return true;
  }

  [[nodiscard]] std::optional<std::string> TextOf(const char* name) const {
    const auto found = top_.find(name);
    return found != top_.end() && found->is_string() ? std::optional(found->get<std::string>())
                                                     : std::nullopt;
  }

  [[nodiscard]] std::optional<IsoTime> TimeOf(const char* name) const {
    const auto text = TextOf(name);
    return text ? ParseIso8601WithOffset(*text) : std::nullopt;
  }

  // The rules that concern the manifest as a whole.
  bool Judge(std::string_view recording_id) {
    if (const auto given = top_.find("recording_id");
        given != top_.end() && !given->is_null() && TextOf("recording_id") != recording_id) {
      return Fault(GateRule::kRecordingId,
                   fmt::format("its recording_id is not {}, where it lies", recording_id));
    }
    manifest_.started_at = TimeOf("started_at");
    manifest_.ended_at = TimeOf("ended_at");
    manifest_.hostname = TextOf("hostname");
    manifest_.data_engine_version = TextOf("data_engine_version");
    manifest_.is_augmented = has_files_ || top_.contains("recording_hash");
    return !manifest_.is_augmented || JudgeAugmented();
  }

  bool JudgeAugmented() {
    manifest_.recording_hash = TextOf("recording_hash").value_or("");
    if (!IsSha256Hex(manifest_.recording_hash)) {
      return Fault(GateRule::kRecordingHash, top_.contains("recording_hash")
                                                 ? "recording_hash is not 64 lower-case hex digits"
                                                 : "there is files, but no recording_hash");
    }
    if (!manifest_.started_at) {
      return Fault(GateRule::kStartedAt, "started_at is no ISO 8601 time");
    }
    if (manifest_.files.empty()) {
      return Fault(GateRule::kFiles, has_files_ ? "files is empty, or no list"
                                                : "there is a recording_hash, but no files");
    }
    std::unordered_set<std::string_view> paths;
    for (const ManifestFile& file : manifest_.files) {
      if (!paths.insert(file.path).second) {
        return Fault(GateRule::kDuplicatePath,
                     fmt::format("the path '{}' stands there twice", Shown(file.path)));
      }
    }
    return true;
  }

  std::vector<Level> levels_;
  size_t values_ = 0;
  Json top_ = Json::object();
  Json file_ = Json::object();
  bool has_files_ = false;
  bool has_reconstructed_ = false;
  Manifest manifest_;
  std::optional<GateFault> fault_;
};

}  // namespace

std::string_view GateRuleName(GateRule rule) {
  constexpr std::array<std::string_view, 16> kNames = {
      "too_large",       "not_json",      "not_an_object", "too_deep",
      "too_many_values", "text_too_long", "duplicate_key", "recording_id",
      "recording_hash",  "started_at",    "files",         "too_many_files",
      "file_path",       "file_size",     "file_sha256",   "duplicate_path"};
  return kNames[static_cast<size_t>(rule)];
}

GateFault TooLarge(uint64_t size_bytes) {
  return {GateRule::kTooLarge,
          fmt::format("rule {}: its {} bytes are more than are read of a manifest, {}",
                      GateRuleName(GateRule::kTooLarge), size_bytes, kManifestBytesMax)};
}

tl::expected<Manifest, GateFault> ParseManifest(std::string_view bytes,
                                                std::string_view recording_id) {
  if (bytes.size() > kManifestBytesMax) {
    return tl::unexpected(TooLarge(bytes.size()));
  }
  // The parser takes a NUL for the end.
  if (bytes.find('\0') != std::string_view::npos) {
    return tl::unexpected(
        GateFault{GateRule::kNotJson,
                  fmt::format("rule {}: it has a NUL", GateRuleName(GateRule::kNotJson))});
  }
  Reader reader;
  Json::sax_parse(bytes, &reader);
  return std::move(reader).Finish(recording_id);
}

std::optional<std::string> PathFault(std::string_view path) {
  if (path.empty()) {
    return "is empty";
  }
  if (path.front() == '/') {
    return "is not relative";
  }
  if (path.find('\0') != std::string_view::npos) {
    return "has a NUL";
  }
  if (path.find('\\') != std::string_view::npos) {
    return "has a backslash";
  }
  if (!IsValidUtf8(path)) {
    return "is not UTF-8";
  }
  while (true) {
    const size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") {
      return part.empty() ? "has an empty part" : fmt::format("has the part '{}'", part);
    }
    if (slash == std::string_view::npos) {
      return std::nullopt;
    }
    path.remove_prefix(slash + 1);
  }
}

}  // namespace ursa::ingest
