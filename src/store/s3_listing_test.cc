#include "store/s3_listing.h"

#include <gtest/gtest.h>

namespace ursa::store {
namespace {

std::string Contents(const std::string& key, const std::string& size = "3",
                     const std::string& time = "2026-05-07T14:30:22.120Z",
                     const std::string& etag = "&quot;e1&quot;") {
  return "<Contents><Key>" + key + "</Key><LastModified>" + time + "</LastModified><ETag>" + etag +
         "</ETag><Size>" + size + "</Size></Contents>";
}

std::string Page(const std::string& entries, const std::string& more = "") {
  return "<?xml version=\"1.0\"?><ListBucketResult "
         "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
         "<EncodingType>url</EncodingType><IsTruncated>" +
         std::string(more.empty() ? "false" : "true") + "</IsTruncated>" + more + entries +
         "</ListBucketResult>";
}

TEST(S3Listing, ReadsObjectsAndPrefixes) {
  const auto listing = ParseListing(Page(
      Contents("a%2Fb+c%2B") + "<CommonPrefixes><Prefix>a%2F%C3%BC%2F</Prefix></CommonPrefixes>",
      "<NextContinuationToken>token==</NextContinuationToken><KeyCount>2</KeyCount>"));
  ASSERT_TRUE(listing.has_value()) << listing.error().message;
  ASSERT_EQ(listing->objects.size(), 1U);
  EXPECT_EQ(listing->objects[0].key, "a/b c+");
  EXPECT_EQ(listing->objects[0].size_bytes, 3U);
  EXPECT_EQ(listing->objects[0].etag, "e1");
  EXPECT_EQ(FormatTime(listing->objects[0].last_modified), "2026-05-07T14:30:22.120000000Z");
  EXPECT_EQ(listing->prefixes, std::vector<std::string>{"a/\xc3\xbc/"});
  EXPECT_TRUE(listing->truncated);
  EXPECT_EQ(listing->continuation, "token==");
  EXPECT_EQ(listing->Last(), "a/\xc3\xbc/");
}

TEST(S3Listing, RefusesWhatIsNoWholeListing) {
  for (const std::string& xml :
       {std::string(), std::string("<html>hello</html>"), std::string("<ListBucketResult/>"),
        Page(Contents("a")).substr(0, 150), Page(Contents("a", "-1")), Page(Contents("a", "")),
        Page(Contents("a", "3", "yesterday")), Page(Contents("a", "3", "2026-05-07T14:30:22Z", "")),
        Page(Contents("%zz")), Page("<Contents><Size>1</Size></Contents>"),
        Page("<KeyCount>2</KeyCount>" + Contents("a")),
        Page(Contents("a"), "<KeyCount>1</KeyCount>"), Page(Contents("b") + Contents("a")),
        Page(Contents("a") + Contents("a"))}) {
    const auto listing = ParseListing(xml);
    ASSERT_FALSE(listing.has_value()) << xml;
    EXPECT_EQ(listing.error().code, ErrorCode::kCorrupt);
  }
}

TEST(S3Listing, RefusesNamesThatWereNotAskedFor) {
  const auto listing = ParseListing(Page(Contents("a%2Fb"))).value();
  EXPECT_TRUE(CheckListing(listing, "a/", "", "").has_value());
  EXPECT_FALSE(CheckListing(listing, "b/", "", "").has_value());
  EXPECT_FALSE(CheckListing(listing, "a/", "a/b", "a/b").has_value());
}

TEST(S3Listing, AllowsThePrefixIntoWhichTheStartWasFolded) {
  auto listing =
      ParseListing(Page("<CommonPrefixes><Prefix>a%2Fb%2F</Prefix></CommonPrefixes>")).value();
  EXPECT_TRUE(CheckListing(listing, "a/", "a/b/", "a/b/").has_value());
  EXPECT_TRUE(CheckListing(listing, "a/", "a/b/c", "a/b/c").has_value());
  EXPECT_FALSE(CheckListing(listing, "a/", "a/c/", "a/c/").has_value());
  Tidy(listing, "a/b/c");
  EXPECT_TRUE(listing.prefixes.empty());
}

TEST(S3Listing, LeavesOutFoldersThatAreObjects) {
  auto listing =
      ParseListing(Page(Contents("a%2F", "0") + Contents("a%2Fb", "0") + Contents("c%2F", "7")))
          .value();
  Tidy(listing, "");
  ASSERT_EQ(listing.objects.size(), 2U);
  EXPECT_EQ(listing.objects[0].key, "a/b");
  EXPECT_EQ(listing.objects[1].key, "c/");
}

}  // namespace
}  // namespace ursa::store
