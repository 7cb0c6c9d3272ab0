#include "store/s3_listing.h"

#include <charconv>
#include <pugixml.hpp>

#include "base/time.h"
#include "store/s3_url.h"

namespace ursa::store {
namespace {

tl::unexpected<Error> Wrong(const std::string& what) {
  return Fail(ErrorCode::kCorrupt, "the service's listing is damaged: " + what);
}

Result<std::string> NameOf(const pugi::xml_node& node, const char* child, bool encoded) {
  const pugi::xml_node element = node.child(child);
  if (!element) {
    return Wrong(std::string("an entry lacks ") + child);
  }
  return encoded ? UrlDecode(element.child_value()) : Result<std::string>(element.child_value());
}

// An etag without the quotes that XML and headers write around it.
std::string Unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag = etag.substr(1, etag.size() - 2);
  }
  return std::string(etag);
}

Result<ObjectInfo> ReadObject(const pugi::xml_node& node, bool encoded) {
  ObjectInfo info;
  URSA_TRY(info.key, NameOf(node, "Key", encoded));
  const std::string_view size = node.child_value("Size");
  const auto [end, error] =
      std::from_chars(size.data(), size.data() + size.size(), info.size_bytes);
  if (error != std::errc{} || end != size.data() + size.size()) {
    return Wrong("the size of " + info.key + " is no number");
  }
  const auto modified = ParseIso8601(node.child_value("LastModified"));
  if (!modified) {
    return Wrong("the time of " + info.key + " is unreadable");
  }
  info.last_modified = *modified;
  info.etag = Unquoted(node.child_value("ETag"));
  if (info.etag.empty()) {
    return Wrong(info.key + " has no ETag");
  }
  return info;
}

Result<void> CheckAscending(const S3Listing& listing) {
  const auto unordered = [](const std::string& name) {
    return Wrong(name + " is out of order or there twice (are these buckets unordered?)");
  };
  for (size_t i = 1; i < listing.objects.size(); ++i) {
    if (listing.objects[i].key <= listing.objects[i - 1].key) {
      return unordered(listing.objects[i].key);
    }
  }
  for (size_t i = 1; i < listing.prefixes.size(); ++i) {
    if (listing.prefixes[i] <= listing.prefixes[i - 1]) {
      return unordered(listing.prefixes[i]);
    }
  }
  return {};
}

}  // namespace

std::string_view S3Listing::Last() const {
  const std::string_view object = objects.empty() ? "" : std::string_view(objects.back().key);
  const std::string_view prefix = prefixes.empty() ? "" : std::string_view(prefixes.back());
  return std::max(object, prefix);
}

Result<S3Listing> ParseListing(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node root =
      document.load_buffer(xml.data(), xml.size()) ? document.document_element() : pugi::xml_node();
  if (std::string_view(root.name()) != "ListBucketResult") {
    return Wrong("it is no ListBucketResult");
  }
  const bool encoded = std::string_view(root.child_value("EncodingType")) == "url";
  const std::string_view truncated = root.child_value("IsTruncated");
  if (truncated != "true" && truncated != "false") {
    return Wrong("it does not say whether it is whole");
  }
  S3Listing listing;
  listing.truncated = truncated == "true";
  listing.continuation = root.child_value("NextContinuationToken");
  if (listing.truncated && listing.continuation.empty()) {
    return Wrong("it is not whole and says not how to go on");
  }
  for (const pugi::xml_node& node : root.children("Contents")) {
    URSA_TRY(ObjectInfo object, ReadObject(node, encoded));
    listing.objects.push_back(std::move(object));
  }
  for (const pugi::xml_node& node : root.children("CommonPrefixes")) {
    URSA_TRY(std::string prefix, NameOf(node, "Prefix", encoded));
    listing.prefixes.push_back(std::move(prefix));
  }
  const std::string_view count = root.child_value("KeyCount");
  if (!count.empty() && count != std::to_string(listing.objects.size() + listing.prefixes.size())) {
    return Wrong("it has not as many entries as it says");
  }
  URSA_CHECK(CheckAscending(listing));
  return listing;
}

Result<void> CheckListing(const S3Listing& listing, std::string_view prefix,
                          std::string_view start_after, std::string_view after) {
  for (const ObjectInfo& object : listing.objects) {
    if (!object.key.starts_with(prefix) || object.key <= after) {
      return Wrong(object.key + " was not asked for");
    }
  }
  for (const std::string& name : listing.prefixes) {
    const bool folded_before = name <= start_after && start_after.starts_with(name);
    if (!name.starts_with(prefix) || (name <= after && !folded_before)) {
      return Wrong(name + " was not asked for");
    }
  }
  return {};
}

void Tidy(S3Listing& listing, std::string_view start_after) {
  std::erase_if(listing.prefixes, [&](const std::string& name) { return name <= start_after; });
  std::erase_if(listing.objects, [](const ObjectInfo& object) {
    return object.size_bytes == 0 && object.key.ends_with('/');
  });
}

}  // namespace ursa::store
