#include "store/s3_copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <utility>

namespace ursa::store {
namespace {

constexpr uint64_t kPartsMax = 10'000;

using Head = std::function<Result<ObjectInfo>(std::string_view key)>;

// The whole copy, in one request or in one multipart upload.
class Copier {
 public:
  Copier(const S3Client& client, const ObjectInfo& from, std::string_view to, const Head& head)
      : client_(client), from_(from), to_(to), head_(head) {}

  Result<void> Whole() const {
    URSA_CHECK(Copied({}, {}));
    return {};
  }

  Result<void> InParts() const {
    const auto before = head_(to_);
    if (!before && before.error().code != ErrorCode::kNotFound) {
      return Propagate(before.error());
    }
    URSA_TRY(const std::string upload, Begin());
    const auto parts = CopyParts(upload);
    auto done = parts ? End(upload, parts->xml) : Result<void>(Propagate(parts.error()));
    if (!done && parts && HasArrived(parts->count, before ? before->etag : "")) {
      return {};
    }
    if (!done) {
      // What is left would be paid for; that it can't be removed changes nothing about the copy.
      TextReader reader;
      (void)client_.Send(Request("DELETE", {{"uploadId", upload}}), reader);
    }
    return done;
  }

 private:
  [[nodiscard]] S3Request Request(std::string method, S3Query query) const {
    S3Request request;
    request.method = std::move(method);
    request.key = to_;
    request.query = std::move(query);
    request.doing = "copying " + client_.Name(from_.key) + " to";
    request.slow = true;
    return request;
  }

  Result<std::string> Send(const S3Request& request) const {
    TextReader reader;
    URSA_CHECK(client_.Send(request, reader));
    return std::string(reader.Text());
  }

  [[nodiscard]] tl::unexpected<Error> NoAnswer(const char* element) const {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("copying {} to {}: the service's answer has no {}",
                            client_.Name(from_.key), client_.Name(to_), element));
  }

  // Copies the object, or a range of it into a part; the etag of what was made.
  Result<std::string> Copied(S3Query query, const std::string& range) const {
    S3Request request = Request("PUT", std::move(query));
    request.headers = {
        {"x-amz-copy-source", "/" + UrlEncode(client_.Settings().bucket, Slashes::kEncode) + "/" +
                                  UrlEncode(from_.key, Slashes::kKeep)},
        {"x-amz-copy-source-if-match", "\"" + from_.etag + "\""}};
    if (!range.empty()) {
      request.headers.emplace_back("x-amz-copy-source-range", range);
    }
    URSA_TRY(const std::string answer, Send(request));
    pugi::xml_document document;
    if (!document.load_buffer(answer.data(), answer.size())) {
      return NoAnswer("ETag");
    }
    std::string etag = document.document_element().child_value("ETag");
    return etag.empty() ? NoAnswer("ETag") : Result<std::string>(std::move(etag));
  }

  Result<std::string> Begin() const {
    URSA_TRY(const std::string answer, Send(Request("POST", {{"uploads", ""}})));
    pugi::xml_document document;
    if (!document.load_buffer(answer.data(), answer.size())) {
      return NoAnswer("UploadId");
    }
    std::string upload = document.document_element().child_value("UploadId");
    return upload.empty() ? NoAnswer("UploadId") : Result<std::string>(std::move(upload));
  }

  struct Parts {
    std::string xml;
    size_t count = 0;
  };

  Result<Parts> CopyParts(const std::string& upload) const {
    const uint64_t part_bytes = std::max(client_.Settings().copy_part_bytes,
                                         (from_.size_bytes + kPartsMax - 1) / kPartsMax);
    Parts parts;
    for (uint64_t offset = 0; offset < from_.size_bytes;) {
      const uint64_t end = std::min(offset + part_bytes, from_.size_bytes);
      ++parts.count;
      URSA_TRY(const std::string etag,
               Copied({{"partNumber", std::to_string(parts.count)}, {"uploadId", upload}},
                      fmt::format("bytes={}-{}", offset, end - 1)));
      parts.xml +=
          fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", parts.count, etag);
      offset = end;
    }
    return parts;
  }

  Result<void> End(const std::string& upload, const std::string& parts) const {
    const std::string body = "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>";
    S3Request request = Request("POST", {{"uploadId", upload}});
    request.body = body;
    URSA_CHECK(Send(request));
    return {};
  }

  // Whether the upload has ended whatever was answered: an end that got no answer is asked for
  // again, and then there is no such upload any more. What lies there then has the size, an etag of
  // so many parts, and is not what lay there before.
  [[nodiscard]] bool HasArrived(size_t parts, const std::string& etag_before) const {
    const auto there = head_(to_);
    return there && there->size_bytes == from_.size_bytes && there->etag != etag_before &&
           there->etag.ends_with(fmt::format("-{}", parts));
  }

  const S3Client& client_;
  const ObjectInfo& from_;
  const std::string to_;
  const Head& head_;
};

}  // namespace

Result<void> CopyWithin(const S3Client& client, const ObjectInfo& from, std::string_view to,
                        const std::function<Result<ObjectInfo>(std::string_view key)>& head) {
  const Copier copier(client, from, to, head);
  return from.size_bytes > client.Settings().put_bytes_max ? copier.InParts() : copier.Whole();
}

}  // namespace ursa::store
