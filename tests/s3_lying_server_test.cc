// The S3 store's reading against a server that breaks off, lies, or says no: nothing may be lost,
// hang, or be reported as something else. Source: architecture.md, "Object store"; catalog.md
// section 3.

#include <thread>

#include "lying_server.h"
#include "store/shared_listing.h"

namespace ursa::store {
namespace {

TEST_F(LyingServerTest, AddressesTheBucketInTheHostName) {
  settings_.virtual_addressing = true;
  ObjectStore& store = Serve({ObjectAnswer(200, "x")});
  settings_.endpoint = "http://localhost:" + settings_.endpoint.substr(17);
  store_ = OpenS3(settings_).value();
  (void)store;
  ASSERT_TRUE(store_->Get("a b").has_value());
  EXPECT_EQ(server_->Requests().at(0).target, "/a%20b");
  EXPECT_THAT(server_->Requests().at(0).headers.at("host"), HasSubstr("bucket.localhost:"));
}

TEST_F(LyingServerTest, EncodesEveryByteOfAKey) {
  std::string key;
  for (int byte = 1; byte < 256; ++byte) {
    key += byte == '/' ? '_' : static_cast<char>(byte);
  }
  ObjectStore& store = Serve({ObjectAnswer(200, "x")});
  ASSERT_TRUE(store.Get(key).has_value());
  const std::string target = server_->Requests().at(0).target;
  EXPECT_THAT(target, AllOf(HasSubstr("/bucket/%01%02"), HasSubstr("%20%21%22%23%24%25%26%27"),
                            HasSubstr("-._0123456789%3A"), HasSubstr("%7D~%7F%80"),
                            ::testing::EndsWith("%FE%FF")));
}

TEST_F(LyingServerTest, ReadsAgainWhatWasCutOff) {
  ScriptedAnswer cut = ObjectAnswer(200, "0123456789");
  cut.bytes.resize(cut.bytes.size() - 4);
  cut.then = Then::kClose;
  EXPECT_EQ(Serve({cut, ObjectAnswer(200, "0123456789")}).Get("k")->bytes, "0123456789");
  EXPECT_EQ(server_->Requests().size(), 2U);
  ExpectError(Serve({cut}).Get("k"), ErrorCode::kUnavailable, "(tried 3 times)");
  EXPECT_EQ(server_->Requests().size(), 3U);
}

TEST_F(LyingServerTest, RefusesTheWholeObjectForARange) {
  ObjectStore& store = Serve({ObjectAnswer(200, "0123456789")});
  ExpectError(store.Get("k", ByteRange::From(2, 3)), ErrorCode::kCorrupt, "ignores ranges");
  ExpectError(store.Get("k", ByteRange::Last(3)), ErrorCode::kCorrupt, "ignores ranges");
}

TEST_F(LyingServerTest, RefusesAnotherRange) {
  for (const char* range : {"bytes 1-3/10", "bytes 2-5/10", "bytes 2-4/3", "bytes 2-4/*",
                            "items 2-4/10", "bytes 4-2/10", ""}) {
    ObjectStore& store =
        Serve({ObjectAnswer(206, "234", std::string("Content-Range: ") + range + "\r\n")});
    ExpectError(store.Get("k", ByteRange::From(2, 3)), ErrorCode::kCorrupt, "range");
  }
  ExpectError(Serve({ObjectAnswer(206, "2345", "Content-Range: bytes 2-4/10\r\n")})
                  .Get("k", ByteRange::From(2, 3)),
              ErrorCode::kCorrupt, "another range");
  // A suffix of a length that fits another size.
  ExpectError(Serve({ObjectAnswer(206, "678", "Content-Range: bytes 6-8/10\r\n")})
                  .Get("k", ByteRange::Last(3)),
              ErrorCode::kCorrupt, "another range");
  ExpectError(Serve({ObjectAnswer(206, "234", "Content-Range: bytes 2-4/10\r\n")}).Get("k"),
              ErrorCode::kCorrupt, "206");
}

TEST_F(LyingServerTest, RefusesToTakeAnEmptyAnswerForAnObjectThatHasBytes) {
  ObjectStore& store = Serve([](const SeenRequest& request, size_t) {
    return request.method == "HEAD" ? ObjectAnswer(200, "0123456789") : Answer(416);
  });
  ExpectError(store.Get("k", ByteRange::Last(3)), ErrorCode::kCorrupt, "refuses a range");
}

TEST_F(LyingServerTest, NeedsTheHeadersThatSayWhatItIs) {
  for (const std::string& answer :
       {std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nETag: \"e\"\r\n\r\nx"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nLast-Modified: Thu, 07 May 2026 "
                    "14:00:00 GMT\r\n\r\nx"),
        std::string("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nLast-Modified: Thu, 07 May 2026 14:00:00 "
                    "GMT\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n")}) {
    const auto object = Serve({ScriptedAnswer{answer}}).Get("bucket-key");
    ExpectError(object, ErrorCode::kCorrupt, "has no usable");
  }
}

TEST_F(LyingServerTest, NoticesAnObjectThatWasReplacedBetweenTwoRanges) {
  ObjectStore& store = Serve({ObjectAnswer(206, "01", "Content-Range: bytes 0-1/4\r\n", "old"),
                              ObjectAnswer(206, "XX", "Content-Range: bytes 2-3/4\r\n", "new"),
                              Answer(412, "", Xml("PreconditionFailed"))});
  const auto first = store.Get("k", ByteRange::From(0, 2));
  ASSERT_TRUE(first.has_value()) << first.error().ToString();
  // This one has ignored If-Match.
  ExpectError(store.Get("k", ByteRange::From(2, 2), first->etag), ErrorCode::kPreconditionFailed);
  ExpectError(store.Get("k", ByteRange::From(2, 2), first->etag), ErrorCode::kPreconditionFailed);
  EXPECT_EQ(server_->Requests().at(1).headers.at("if-match"), "\"old\"");
}

TEST_F(LyingServerTest, WaitsAsLongAsTheServerAsks) {
  ObjectStore& store =
      Serve({Answer(429, "Retry-After: 7\r\n"), Answer(503), ObjectAnswer(200, "x")});
  EXPECT_EQ(store.Get("k")->bytes, "x");
  ASSERT_EQ(clock_.slept.size(), 2U);
  EXPECT_GE(clock_.slept[0], seconds{7});
  EXPECT_LE(clock_.slept[1], milliseconds{400});
}

TEST_F(LyingServerTest, SaysThatItIsThrottledWhereThatDoesNotEnd) {
  ExpectError(Serve({Answer(429)}).Get("k"), ErrorCode::kThrottled, "fewer requests");
  EXPECT_EQ(server_->Requests().size(), 3U);
}

// libcurl sends a request again by itself where a connection that was kept has died meanwhile.

// A put if absent that the caller settles, against a server whose first answers to a PUT are given;

// then it does as a server should. `arrives`: the first PUT took effect in spite of its answer.

TEST_F(LyingServerTest, GivesUpOnADrip) {
  ScriptedAnswer drip = ObjectAnswer(200, std::string(100'000, 'x'));
  drip.per_byte = milliseconds{2};
  settings_.tries_max = 2;
  const auto begin = std::chrono::steady_clock::now();
  ExpectError(Serve({drip}).Get("k"), ErrorCode::kUnavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds{20});
}

TEST_F(LyingServerTest, GivesUpOnSilence) {
  settings_.tries_max = 2;
  const auto begin = std::chrono::steady_clock::now();
  ExpectError(Serve({ScriptedAnswer{}}).Get("k"), ErrorCode::kUnavailable, "(tried 2 times)");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds{20});
}

TEST_F(LyingServerTest, EndsAReadAtAStop) {
  std::stop_source stop;
  settings_.stop = stop.get_token();
  settings_.stall_timeout = seconds{60};
  Serve({ScriptedAnswer{}});
  const auto reading = OpenS3ForReading(settings_).value();
  std::jthread interrupting([&] {
    std::this_thread::sleep_for(milliseconds{100});
    stop.request_stop();
  });
  ExpectError(reading->Get("k"), ErrorCode::kInterrupted);
}

TEST_F(LyingServerTest, TriesNothingAgainAfterAStop) {
  std::stop_source stop;
  settings_.stop = stop.get_token();
  ObjectStore& store = Serve([&](const SeenRequest&, size_t) {
    stop.request_stop();
    return Answer(500);
  });
  ExpectError(store.Get("k"), ErrorCode::kInterrupted, "out of order");
  EXPECT_EQ(server_->Requests().size(), 1U);
  ExpectError(store.Put("k", "mine", PutCondition::kNone), ErrorCode::kUnavailable);
  ExpectError(store.Put("k", "mine", PutCondition::kIfAbsent), ErrorCode::kUnknownOutcome);
}

TEST_F(LyingServerTest, GivesEachByteOfAStreamOnce) {
  ScriptedAnswer cut = ObjectAnswer(200, "0123456789");
  cut.bytes.resize(cut.bytes.size() - 4);
  cut.then = Then::kClose;
  ObjectStore& store = Serve({cut, ObjectAnswer(206, "6789", "Content-Range: bytes 6-9/10\r\n")});
  std::string taken;
  std::string etag;
  const ObjectSink sink = [&](const ObjectPiece& piece) -> Result<void> {
    EXPECT_EQ(piece.offset, taken.size());
    etag = piece.object.etag;
    taken.append(piece.bytes);
    return {};
  };
  ExpectError(store.GetStream("k", ByteRange::Whole(), {}, sink), ErrorCode::kUnavailable);
  EXPECT_EQ(taken, "012345");
  EXPECT_EQ(server_->Requests().size(), 1U);
  ASSERT_TRUE(store.GetStream("k", ByteRange::From(6, 4), etag, sink).has_value());
  EXPECT_EQ(taken, "0123456789");
}

TEST_F(LyingServerTest, NeverTakesAStrangersAnswerForAnAbsentObject) {
  for (const std::string& body : {std::string(), std::string("<html>404 Not Found</html>")}) {
    ObjectStore& store = Serve({Answer(404, "Content-Type: text/html\r\n", body)});
    ExpectError(store.Get("k"), ErrorCode::kUnavailable, "does not answer as an S3 service does");
  }
  ObjectStore& store = Serve([](const SeenRequest& request, size_t) {
    return request.method == "HEAD" ? Answer(404) : Answer(404, "", Xml("NoSuchBucket"));
  });
  ExpectError(store.Head("k"), ErrorCode::kUnavailable, "there is no bucket bucket");
}

TEST_F(LyingServerTest, SaysWhichRegionTheBucketIsIn) {
  for (const ScriptedAnswer& answer :
       {Answer(301,
               "x-amz-bucket-region: eu-west-3\r\nLocation: https://elsewhere.example.com/\r\n",
               Xml("PermanentRedirect")),
        Answer(400, "", Xml("AuthorizationHeaderMalformed", "<Region>eu-west-3</Region>"))}) {
    ExpectError(Serve({answer}).Get("k"), ErrorCode::kUnavailable,
                "in another region (\"eu-west-3\")");
    EXPECT_EQ(server_->Requests().size(), 1U);
  }
  ExpectError(Serve([](const SeenRequest& request, size_t) {
                return request.method == "HEAD" ? Answer(400)
                                                : Answer(400, "",
                                                         Xml("AuthorizationHeaderMalformed",
                                                             "<Region>eu-west-3</Region>"));
              }).Head("k"),
              ErrorCode::kUnavailable, "eu-west-3");
}

TEST_F(LyingServerTest, SaysThatTheClockIsWrongOrTheTokenExpired) {
  ExpectError(
      Serve({Answer(403, "Date: Thu, 07 May 2026 15:30:00 GMT\r\n", Xml("RequestTimeTooSkewed"))})
          .Get("k"),
      ErrorCode::kDenied, "clock is 3600 s behind");
  ExpectError(Serve({Answer(400, "", Xml("ExpiredToken"))}).Get("k"), ErrorCode::kDenied,
              "get new credentials");
}

std::string Entry(const std::string& key) {
  return "<Contents><Key>" + key +
         "</Key><LastModified>2026-05-07T14:00:00.000Z</LastModified><ETag>\"e\"</ETag><Size>1"
         "</Size></Contents>";
}

ScriptedAnswer Page(const std::string& entries, bool more) {
  return Answer(200, "",
                "<ListBucketResult><IsTruncated>" + std::string(more ? "true" : "false") +
                    "</IsTruncated><NextContinuationToken>t</NextContinuationToken>" + entries +
                    "</ListBucketResult>");
}

TEST_F(LyingServerTest, RefusesAPageThatComesTwice) {
  ObjectStore& store = Serve({Page(Entry("a") + Entry("b"), true)});
  ExpectError(ListAll(store, ""), ErrorCode::kCorrupt, "was not asked for");
  EXPECT_THAT(server_->Requests().at(1).target, HasSubstr("start-after=b"));
}

TEST_F(LyingServerTest, RefusesAListingThatIsNotWhole) {
  const std::string page = "<ListBucketResult><IsTruncated>false</IsTruncated>" + Entry("a");
  ExpectError(ListAll(Serve({Answer(200, "", page)}), ""), ErrorCode::kCorrupt, "damaged");
  ExpectError(ListAll(Serve({Answer(200, "", "<html>login</html>")}), ""), ErrorCode::kCorrupt,
              "damaged");
  ExpectError(ListAll(Serve({Answer(200)}), ""), ErrorCode::kCorrupt, "damaged");
  ExpectError(ListAll(Serve({Page("<KeyCount>2</KeyCount>" + Entry("a"), false)}), ""),
              ErrorCode::kCorrupt, "not as many entries");
}

TEST_F(LyingServerTest, EndsWhereEmptyPagesDoNot) {
  ExpectError(ListAll(Serve({Page("", true)}), ""), ErrorCode::kCorrupt, "one empty page after");
}

TEST_F(LyingServerTest, GoesOverPagesOfFoldersToWhatIsBehindThem) {
  std::string folder = Entry("a/");
  folder.replace(folder.find(">1<"), 3, ">0<");
  ObjectStore& store = Serve({Page(folder, true), Page(Entry("b"), false)});
  EXPECT_EQ(ListAll(store, "")->size(), 1U);
  EXPECT_THAT(server_->Requests().at(1).target, HasSubstr("continuation-token=t"));
}

// Three neighbours, each with one object. The pages that they share are `shared`.
class SharedPagesTest : public LyingServerTest {
 protected:
  std::vector<Result<std::vector<ObjectInfo>>> ListThree(const ScriptedAnswer& shared,
                                                         const std::string& failing = {}) {
    ObjectStore& store = Serve([=](const SeenRequest& request, size_t) {
      for (const char* name : {"a1", "a2", "a3"}) {
        if (request.target.find("prefix=r%2F" + std::string(name) + "%2F") != std::string::npos) {
          return name == failing ? Answer(403, "", Xml("AccessDenied"))
                                 : Page(Entry("r/" + std::string(name) + "/x"), false);
        }
      }
      return shared;
    });
    SharedListing listing(
        store, 3, [](size_t i) { return "r/a" + std::to_string(i + 1) + "/"; }, 1);
    std::vector<Result<std::vector<ObjectInfo>>> listed;
    for (size_t i = 0; i < 3; ++i) {
      listed.push_back(listing.Take(i));
    }
    return listed;
  }
};

TEST_F(SharedPagesTest, AreAskedForOnce) {
  const auto listed = ListThree(
      Page(Entry("r/a1/x") + Entry("r/a1-/x") + Entry("r/a2/x") + Entry("r/a3/x"), false));
  // Out of order: '-' comes before '/'.
  EXPECT_EQ(server_->Requests().size(), 4U);
  const auto ordered = ListThree(
      Page(Entry("r/a1/x") + Entry("r/a2-/x") + Entry("r/a2/x") + Entry("r/a3/x"), false));
  EXPECT_EQ(server_->Requests().size(), 1U);
  for (size_t i = 0; i < 3; ++i) {
    const std::string key = "r/a" + std::to_string(i + 1) + "/x";
    EXPECT_EQ(listed[i]->at(0).key, key);
    EXPECT_EQ(ordered[i]->at(0).key, key);
  }
}

TEST_F(SharedPagesTest, FailNobodyWhereTheyAreDamagedOrDenied) {
  for (const ScriptedAnswer& shared :
       {Page(Entry("r/a2/x") + Entry("r/a1/x"), false), Page(Entry("s/a1/x"), false),
        Page("<Contents/>", false), Answer(403, "", Xml("AccessDenied")), Answer(500),
        Answer(200, "", "<html>login</html>"), Page("", true)}) {
    for (const auto& one : ListThree(shared)) {
      ASSERT_TRUE(one.has_value()) << one.error().ToString();
      EXPECT_EQ(one->size(), 1U);
    }
  }
}

TEST_F(SharedPagesTest, HideNoFailureOfAListingOfItsOwn) {
  const auto listed = ListThree(Answer(403, "", Xml("AccessDenied")), "a2");
  EXPECT_TRUE(listed[0].has_value());
  ExpectError(listed[1], ErrorCode::kDenied);
  EXPECT_TRUE(listed[2].has_value());
}

TEST_F(LyingServerTest, FindsAnErrorInsideOfASuccess) {
  ObjectStore& listing = Serve({Answer(200, "", Xml("InternalError")), Page(Entry("a"), false)});
  EXPECT_EQ(ListAll(listing, "")->size(), 1U);
  ExpectError(ListAll(Serve({Answer(200, "", Xml("AccessDenied"))}), ""), ErrorCode::kDenied);

  const auto copying = [&](const ScriptedAnswer& first, const ScriptedAnswer& second) {
    return Serve([=](const SeenRequest& request, size_t number) {
             return request.method == "HEAD" ? ObjectAnswer(200, "x")
                    : number == 2            ? first
                                             : second;
           })
        .Copy("from", "to", {});
  };
  const ScriptedAnswer failed = Answer(200, "", "\n\n" + Xml("InternalError"));
  const ScriptedAnswer copied =
      Answer(200, "", "<CopyObjectResult><ETag>\"e\"</ETag></CopyObjectResult>");
  EXPECT_TRUE(copying(failed, copied).has_value());
  EXPECT_EQ(server_->Requests().at(1).headers.at("x-amz-copy-source"), "/bucket/from");
  EXPECT_EQ(server_->Requests().at(1).headers.at("x-amz-copy-source-if-match"), "\"e1\"");
  ExpectError(copying(failed, failed), ErrorCode::kUnavailable, "out of order");
  ExpectError(copying(Answer(200), Answer(200)), ErrorCode::kCorrupt, "no ETag");
}

TEST_F(LyingServerTest, KeepsFewConnectionsAndUsesThemAgain) {
  settings_.connections = 2;
  ObjectStore& store = Serve({ObjectAnswer(200, "x")});
  {
    std::vector<std::jthread> readers;
    for (int reader = 0; reader < 6; ++reader) {
      readers.emplace_back([&] {
        for (int read = 0; read < 10; ++read) {
          EXPECT_TRUE(store.Get("k").has_value());
        }
      });
    }
  }
  EXPECT_EQ(server_->Requests().size(), 60U);
  EXPECT_LE(server_->Connections(), 2U);
}

TEST_F(LyingServerTest, OpensNothingThatWouldBeUnsafe) {
  S3Settings settings = Settings(clock_);
  settings.endpoint = "http://s3.example.com";
  EXPECT_EQ(OpenS3(settings).error().code, ErrorCode::kUsage);
  settings.endpoint = "https://s3.example.com";
  EXPECT_TRUE(OpenS3(settings).has_value());
  settings.credentials.secret_access_key = "";
  EXPECT_EQ(OpenS3(settings).error().code, ErrorCode::kUsage);
  settings.credentials.secret_access_key = kSecret;
  settings.credentials.session_token = "a\r\nx-amz-acl: public-read";
  EXPECT_EQ(OpenS3(settings).error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace ursa::store
