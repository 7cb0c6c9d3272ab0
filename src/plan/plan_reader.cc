#include "plan/plan_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

namespace ursa::plan {
namespace {

// A change is a row at most; a longer line is no plan's.
constexpr size_t kLineBytesMax = size_t{16} << 20;

const nlohmann::json* FindString(const nlohmann::json& json, const char* name) {
  const auto member = json.find(name);
  return member != json.end() && member->is_string() ? &*member : nullptr;
}

tl::unexpected<Error> SystemError(const std::filesystem::path& file, const char* what) {
  const ErrorCode code = errno == ENOENT                     ? ErrorCode::kNotFound
                         : errno == EEXIST                   ? ErrorCode::kAlreadyExists
                         : errno == EACCES || errno == EPERM ? ErrorCode::kDenied
                                                             : ErrorCode::kUnavailable;
  return Fail(code, fmt::format("{} the plan {}: {}", what, file.string(), std::strerror(errno)));
}

// An open file descriptor, closed at the end of its scope.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) {
      close(descriptor_);
    }
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int Descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
};

// Makes a file's name survive a crash as its bytes do.
Result<void> SyncDirectoryOf(const std::filesystem::path& file) {
  const std::filesystem::path directory = file.has_parent_path() ? file.parent_path() : ".";
  const File opened(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.Descriptor() < 0 || fsync(opened.Descriptor()) != 0) {
    return SystemError(file, "can't make durable");
  }
  return {};
}

}  // namespace

PlanReader::PlanReader(std::string name, SpoolOptions spool)
    : name_(std::move(name)), spool_(std::move(spool)) {}

tl::unexpected<Error> PlanReader::Damaged(const std::string& what) const {
  return Refuse("plan_damaged", fmt::format("the plan {} is damaged: {}{}", name_, what,
                                            lines_ == 0 ? "" : fmt::format(" (line {})", lines_)));
}

Result<void> PlanReader::Take(std::string_view piece) {
  while (!piece.empty()) {
    const size_t end = piece.find('\n');
    pending_ += piece.substr(0, end);
    if (pending_.size() > kLineBytesMax) {
      return Damaged("a line is too long");
    }
    if (end == std::string_view::npos) {
      return {};
    }
    piece.remove_prefix(end + 1);
    URSA_CHECK(TakeLine(pending_));
    pending_.clear();
  }
  return {};
}

Result<void> PlanReader::TakeLine(std::string_view line) {
  ++lines_;
  if (foreign_version_) {
    TakeForeign(line);
    return {};
  }
  if (!last_line_.empty()) {
    return Damaged("something follows its digest");
  }
  URSA_CHECK(lines_ == 1 ? TakeHeader(line) : TakeRest(line));
  if (last_line_.empty()) {
    digest_.Update(line);
    digest_.Update("\n");
  }
  return {};
}

Result<void> PlanReader::TakeHeader(std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object() || json.value("record", nlohmann::json()) != "plan") {
    return Damaged("it does not begin as a plan does");
  }
  if (json.value("plan_version", nlohmann::json()) != kPlanVersion) {
    foreign_version_ = json.value("plan_version", nlohmann::json()).dump();
    return {};
  }
  PlanHeader header;
  const std::array<std::pair<const char*, std::string*>, 5> members{
      {{"command", &header.command},
       {"catalog", &header.catalog_uri},
       {"tool", &header.tool},
       {"created_at", &header.created_at},
       {"run_id", &header.run_id}}};
  for (const auto& [name, target] : members) {
    const nlohmann::json* value = FindString(json, name);
    if (value == nullptr) {
      return Damaged(fmt::format("its header lacks {}", name));
    }
    *target = value->get<std::string>();
  }
  const auto tables = json.find("tables");
  if (tables == json.end() || !tables->is_object()) {
    return Damaged("its header lacks tables");
  }
  for (const auto& [name, base] : tables->items()) {
    const auto version = base.is_object() ? base.find("version") : base.end();
    if (!base.is_object() || FindString(base, "id") == nullptr || version == base.end() ||
        !version->is_number_integer()) {
      return Damaged("its header names no base of the table " + name);
    }
    header.tables[name] = TableBase{base["id"].get<std::string>(), version->get<int64_t>()};
  }
  const auto marks = json.find("marks");
  if (marks == json.end() || !marks->is_object()) {
    return Damaged("its header lacks marks");
  }
  for (const auto& [run_id, version] : marks->items()) {
    if (!version.is_number_integer()) {
      return Damaged("its header marks the run " + run_id + " with no version");
    }
    header.marks[run_id] = version.get<int64_t>();
  }
  builder_.emplace(std::move(header), spool_);
  return {};
}

Result<void> PlanReader::TakeRest(std::string_view line) {
  if (line.starts_with(R"({"record":"change")")) {
    if (auto added = builder_->AddLine(line); !added) {
      return Damaged(added.error().ToString());
    }
    return {};
  }
  const auto json = nlohmann::json::parse(line, nullptr, false);
  const nlohmann::json* record = json.is_object() ? FindString(json, "record") : nullptr;
  if (record != nullptr && *record == "brake" && FindString(json, "rule") != nullptr &&
      FindString(json, "message") != nullptr && json.contains("count") &&
      json["count"].is_number_unsigned() && json.contains("limit") &&
      json["limit"].is_number_unsigned()) {
    builder_->AddBrake({json["rule"].get<std::string>(), json["count"].get<uint64_t>(),
                        json["limit"].get<uint64_t>(), json["message"].get<std::string>()});
    return {};
  }
  if (record == nullptr || *record != "digest") {
    return Damaged("a line is of no known kind");
  }
  last_line_ = line;
  return {};
}

// Another version's lines may be anything; its last one is known to be last when the file ends.
void PlanReader::TakeForeign(std::string_view line) {
  if (!last_line_.empty()) {
    digest_.Update(last_line_);
    digest_.Update("\n");
  }
  last_line_ = line;
}

tl::unexpected<Error> PlanReader::JudgeForeign() const {
  const auto json = nlohmann::json::parse(last_line_, nullptr, false);
  const nlohmann::json* sha256 = json.is_object() ? FindString(json, "sha256") : nullptr;
  if (!pending_.empty() || sha256 == nullptr || *sha256 != digest_.HexDigest()) {
    return Damaged("its bytes are not those that were saved");
  }
  return Fail(ErrorCode::kUnsupported,
              fmt::format("the plan {} was saved by another version of Ursa: plan_version {}",
                          name_, *foreign_version_));
}

Result<Plan> PlanReader::Finish() && {
  if (foreign_version_) {
    return JudgeForeign();
  }
  if (last_line_.empty() || !pending_.empty()) {
    return Damaged("its end is missing");
  }
  Plan plan = std::move(*builder_).Finish();
  std::map<std::string, uint64_t> changes_of;
  for (const catalog::TableDefinition& table : catalog::AllTables()) {
    if (const size_t count = plan.ChangesOf(table.name).size(); count > 0) {
      changes_of[table.name] = count;
    }
  }
  const std::string expected =
      DigestLine(plan.Header(), changes_of, plan.ChangesDigest(), digest_.HexDigest());
  if (last_line_ != expected) {
    return Damaged("its bytes are not those that were saved");
  }
  return plan;
}

Result<Plan> ReadPlanFile(const std::filesystem::path& file, const SpoolOptions& spool) {
  const File opened(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.Descriptor() < 0) {
    return SystemError(file, "can't open");
  }
  PlanReader reader(file.string(), spool);
  std::string buffer(size_t{256} << 10, '\0');
  while (true) {
    const ssize_t count = read(opened.Descriptor(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return SystemError(file, "can't read");
    }
    if (count == 0) {
      return std::move(reader).Finish();
    }
    URSA_CHECK(reader.Take(std::string_view(buffer.data(), static_cast<size_t>(count))));
  }
}

Result<void> CheckPlanFileCanBeMade(const std::filesystem::path& file) {
  if (faccessat(AT_FDCWD, file.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
    errno = EEXIST;
    return SystemError(file, "can't create");
  }
  const std::filesystem::path directory = file.has_parent_path() ? file.parent_path() : ".";
  if (access(directory.c_str(), W_OK | X_OK) != 0) {
    return SystemError(file, "can't create");
  }
  return {};
}

Result<void> WritePlanFile(const std::filesystem::path& file, const Plan& plan) {
  const File created(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (created.Descriptor() < 0) {
    return SystemError(file, "can't create");
  }
  auto written = plan.Write([](size_t) { return true; },
                            [&](std::string_view text) -> Result<void> {
                              while (!text.empty()) {
                                const ssize_t count =
                                    write(created.Descriptor(), text.data(), text.size());
                                if (count < 0 && errno != EINTR) {
                                  return SystemError(file, "can't write");
                                }
                                text.remove_prefix(count < 0 ? 0 : static_cast<size_t>(count));
                              }
                              return {};
                            });
  if (written && fsync(created.Descriptor()) != 0) {
    written = SystemError(file, "can't write");
  }
  if (written) {
    written = SyncDirectoryOf(file);
  }
  if (!written) {
    unlink(file.c_str());
  }
  return written;
}

}  // namespace ursa::plan
