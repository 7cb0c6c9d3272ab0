#include "store/s3_signing.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "store/s3_url.h"

namespace ursa::store {
namespace {

// AWS, "Signature Calculations for the Authorization Header", the four published examples.
constexpr std::string_view kDate = "20130524T000000Z";

S3Credentials Example() {
  return {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", "the example"};
}

struct PublishedExample {
  std::string method;
  std::string key;
  S3Query query;
  HttpHeaders headers;
  std::string body;
  std::string signed_headers;
  std::string signature;
};

void ExpectSigned(const PublishedExample& example) {
  const std::string digest = Sha256Hex(example.body);
  const std::string path = "/" + UrlEncode(example.key, Slashes::kKeep);
  const std::string query = EncodeQuery(example.query);
  HttpHeaders headers = example.headers;
  headers.emplace_back("host", "examplebucket.s3.amazonaws.com");
  headers.emplace_back("x-amz-date", kDate);
  headers.emplace_back("x-amz-content-sha256", digest);
  EXPECT_EQ(Signer("us-east-1", Example())
                .Authorization({example.method, path, query, headers, digest}, kDate),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=" +
                example.signed_headers + ",Signature=" + example.signature);
}

TEST(S3Signing, SignsAmazonsGetOfARange) {
  ExpectSigned({"GET",
                "test.txt",
                {},
                {{"range", "bytes=0-9"}},
                "",
                "host;range;x-amz-content-sha256;x-amz-date",
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"});
}

TEST(S3Signing, SignsAmazonsPut) {
  ExpectSigned(
      {"PUT",
       "test$file.text",
       {},
       {{"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
       "Welcome to Amazon S3.",
       "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
       "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"});
}

TEST(S3Signing, SignsAmazonsQueryWithoutAValue) {
  ExpectSigned({"GET",
                "",
                {{"lifecycle", ""}},
                {},
                "",
                "host;x-amz-content-sha256;x-amz-date",
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"});
}

TEST(S3Signing, SignsAmazonsListing) {
  ExpectSigned({"GET",
                "",
                {{"prefix", "J"}, {"max-keys", "2"}},
                {},
                "",
                "host;x-amz-content-sha256;x-amz-date",
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"});
}

TEST(S3Signing, WritesDatesInUtcWithoutFractions) {
  EXPECT_EQ(AmzDate(ParseIso8601("2026-05-07T14:30:22.999999Z").value()), "20260507T143022Z");
  EXPECT_EQ(AmzDate(ParseIso8601("2013-05-24T00:00:00Z").value()), kDate);
}

TEST(S3Signing, SignsWithTheKeyOfTheDay) {
  const HttpHeaders headers = {{"host", "examplebucket.s3.amazonaws.com"}};
  const SigningRequest request{"GET", "/", "", headers, "digest"};
  const Signer signer("us-east-1", Example());
  const auto fresh = [&](std::string_view date) {
    return Signer("us-east-1", Example()).Authorization(request, date);
  };
  for (const std::string_view date :
       {kDate, std::string_view("20130525T000000Z"), std::string_view("20130525T235959Z"), kDate}) {
    EXPECT_EQ(signer.Authorization(request, date), fresh(date)) << date;
  }
}

TEST(S3Signing, FoldsBlanksInHeaders) {
  const HttpHeaders headers = {{"b", "  two  words "}, {"a", "one"}};
  const std::string canonical = CanonicalRequest({"GET", "/", "", headers, "digest"});
  EXPECT_EQ(canonical, "GET\n/\n\na:one\nb:two words\n\na;b\ndigest");
}

TEST(S3Url, EncodesAllButUnreservedBytes) {
  EXPECT_EQ(UrlEncode("aZ09-._~/ +%\xc3\xbc", Slashes::kKeep), "aZ09-._~/%20%2B%25%C3%BC");
  EXPECT_EQ(UrlEncode("a/b", Slashes::kEncode), "a%2Fb");
}

TEST(S3Url, DecodesWhatItEncodes) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) {
    every_byte += static_cast<char>(byte);
  }
  EXPECT_EQ(UrlDecode(UrlEncode(every_byte, Slashes::kEncode)).value(), every_byte);
  EXPECT_EQ(UrlDecode("a+b%2B").value(), "a b+");
  for (const char* damaged : {"%", "a%2", "%zz", "%2x"}) {
    EXPECT_FALSE(UrlDecode(damaged).has_value()) << damaged;
  }
}

TEST(S3Url, SortsQueriesByTheirEncodedNames) {
  EXPECT_EQ(EncodeQuery({{"prefix", "a/b c"}, {"list-type", "2"}, {"uploads", ""}}),
            "list-type=2&prefix=a%2Fb%20c&uploads=");
}

TEST(S3Url, ReadsEndpoints) {
  EXPECT_EQ(ParseEndpoint("https://x.example.com")->host, "x.example.com");
  EXPECT_EQ(ParseEndpoint("https://x.example.com:443/")->host, "x.example.com");
  EXPECT_EQ(ParseEndpoint("https://x.example.com:8443")->host, "x.example.com:8443");
  EXPECT_TRUE(ParseEndpoint("http://127.0.0.1:9000")->loopback);
  EXPECT_TRUE(ParseEndpoint("http://[::1]:9000")->loopback);
  EXPECT_FALSE(ParseEndpoint("http://127.0.0.1.example.org")->loopback);
  for (const char* wrong : {"", "x.example.com/a", "ftp://x", "https://", "https://u:p@x",
                            "https://x/path", "https://x?q=1", "https://x/#f"}) {
    EXPECT_FALSE(ParseEndpoint(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace ursa::store
