// The same of its writing: what was put is put once, and it is known whether it was.

#include "lying_server.h"
#include "store/put_if_absent.h"

namespace ursa::store {
namespace {

TEST_F(LyingServerTest, SendsTheBodyWholeAndSigned) {
  ObjectStore& store = Serve({Answer(200)});
  ASSERT_TRUE(store.Put("a/b", "the bytes", PutCondition::kIfAbsent).has_value());
  const SeenRequest request = server_->Requests().at(0);
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.target, "/bucket/a/b");
  EXPECT_EQ(request.body, "the bytes");
  EXPECT_EQ(request.headers.at("if-none-match"), "*");
  EXPECT_EQ(request.headers.at("x-amz-content-sha256"),
            "ed589341c9fd5da96aaff4c5efa008226282a716186608d5a032ac75895a9c2f");
  EXPECT_EQ(request.headers.at("x-amz-date"), "20260507T143000Z");
  EXPECT_EQ(request.headers.at("x-amz-security-token"), kToken);
  EXPECT_THAT(request.headers.at("authorization"),
              HasSubstr("SignedHeaders=host;if-none-match;x-amz-content-sha256;x-amz-date;"
                        "x-amz-security-token,"));
  for (const char* unwanted :
       {"content-encoding", "transfer-encoding", "x-amz-trailer", "x-amz-sdk-checksum-algorithm",
        "expect", "content-type", "x-amz-decoded-content-length"}) {
    EXPECT_FALSE(request.headers.contains(unwanted)) << unwanted;
  }
}

TEST_F(LyingServerTest, SendsAConditionalPutOnceAndDoesNotKnowWhatCameOfIt) {
  const ScriptedAnswer cut{"HTTP/1.1 200 OK\r\nContent-Le", Then::kClose};
  for (const ScriptedAnswer& answer :
       {Answer(500), Answer(503, "", Xml("SlowDown")), Answer(409, "", Xml("OperationAborted")),
        Answer(400, "", Xml("RequestTimeout")), Answer(200, "", Xml("InternalError")),
        ScriptedAnswer{"", Then::kReset}, ScriptedAnswer{"", Then::kClose}, cut,
        ScriptedAnswer{}}) {
    ObjectStore& store = Serve({answer});
    ExpectError(store.Put("k", "mine", PutCondition::kIfAbsent), ErrorCode::kUnknownOutcome,
                "not known whether s3://bucket/k was written");
    EXPECT_EQ(server_->Requests().size(), 1U) << answer.bytes;
  }
}

TEST_F(LyingServerTest, SendsAConditionalPutOnceOnAConnectionThatWasKeptToo) {
  ObjectStore& store = Serve([](const SeenRequest& request, size_t) {
    return request.method == "GET" ? ObjectAnswer(200, "x") : ScriptedAnswer{"", Then::kClose};
  });
  ASSERT_TRUE(store.Get("k").has_value());
  ExpectError(store.Put("k", "mine", PutCondition::kIfAbsent), ErrorCode::kUnknownOutcome);
  EXPECT_EQ(server_->Requests().size(), 2U);
}

TEST_F(LyingServerTest, KnowsWhatCameOfAConditionalPutThatWasRefused) {
  struct Case {
    ScriptedAnswer answer;
    ErrorCode code;
  };
  for (const Case& c : {Case{Answer(412, "", Xml("PreconditionFailed")), ErrorCode::kAlreadyExists},
                        Case{Answer(412), ErrorCode::kAlreadyExists},
                        Case{Answer(403, "", Xml("AccessDenied")), ErrorCode::kDenied},
                        Case{Answer(404, "", Xml("NoSuchBucket")), ErrorCode::kUnavailable}}) {
    ObjectStore& store = Serve({c.answer});
    ExpectError(store.Put("k", "mine", PutCondition::kIfAbsent), c.code);
    EXPECT_EQ(server_->Requests().size(), 1U);
  }
}

TEST_F(LyingServerTest, PutsAgainWhatWasOneTooMany) {
  ObjectStore& store = Serve({Answer(429), Answer(429, "Retry-After: 7\r\n"), Answer(200)});
  EXPECT_TRUE(store.Put("k", "mine", PutCondition::kIfAbsent).has_value());
  ASSERT_EQ(server_->Requests().size(), 3U);
  EXPECT_EQ(server_->Requests()[2].body, "mine");
  EXPECT_EQ(server_->Requests()[2].headers.at("if-none-match"), "*");
  EXPECT_GE(clock_.slept.back(), seconds{7});
  ExpectError(Serve({Answer(429)}).Put("k", "mine", PutCondition::kIfAbsent), ErrorCode::kThrottled,
              "(tried 3 times)");
}

TEST_F(LyingServerTest, DoesNotKnowWhoWasFirstWhereAConditionalPutWasSentAgain) {
  ObjectStore& store = Serve({Answer(429), Answer(412)});
  ExpectError(store.Put("k", "mine", PutCondition::kIfAbsent), ErrorCode::kUnknownOutcome,
              "not known whether s3://bucket/k was written");
}

class SettledPutTest : public LyingServerTest {
 protected:
  Result<PutOutcome> PutMine(std::vector<ScriptedAnswer> answers, bool arrives = false,
                             std::optional<std::string> theirs = std::nullopt) {
    const auto there = std::make_shared<std::optional<std::string>>(std::move(theirs));
    const auto puts = std::make_shared<size_t>(0);
    ObjectStore& store =
        Serve([=, answers = std::move(answers)](const SeenRequest& request, size_t) {
          if (request.method == "GET") {
            return *there ? ObjectAnswer(200, **there) : Answer(404, "", Xml("NoSuchKey"));
          }
          const size_t number = (*puts)++;
          if (number < answers.size()) {
            *there = arrives && !*there ? request.body : *there;
            return answers[number];
          }
          if (*there) {
            return Answer(412, "", Xml("PreconditionFailed"));
          }
          *there = request.body;
          return Answer(200);
        });
    return PutIfAbsent(
        store, "k", "mine",
        [&store]() -> Result<bool> {
          URSA_TRY(const store::Object object, store.Get("k"));
          return object.bytes == "mine";
        },
        Patience{seconds{60}, {}, clock_, SystemRandom()});
  }

  size_t Puts() {
    const auto requests = server_->Requests();
    return static_cast<size_t>(
        std::ranges::count(requests, std::string("PUT"), &SeenRequest::method));
  }
};

TEST_F(SettledPutTest, PutsAgainAfterTheTimeThatABusyServiceAsksFor) {
  EXPECT_EQ(PutMine({Answer(429, "Retry-After: 7\r\n"),
                     Answer(503, "Retry-After: 9\r\n", Xml("SlowDown"))}),
            PutOutcome::kDone);
  EXPECT_EQ(Puts(), 3U);
  ASSERT_GE(clock_.slept.size(), 2U);
  EXPECT_GE(clock_.slept[0], seconds{7});
  EXPECT_GE(clock_.slept[1], seconds{9});
}

TEST_F(SettledPutTest, PutsTheSameAgainWhereItDidNotArrive) {
  for (const ScriptedAnswer& answer :
       {Answer(500), Answer(409, "", Xml("ConditionalRequestConflict")),
        ScriptedAnswer{"", Then::kReset}, ScriptedAnswer{"", Then::kClose}}) {
    EXPECT_EQ(PutMine({answer}), PutOutcome::kDone);
    EXPECT_EQ(Puts(), 2U);
  }
}

TEST_F(SettledPutTest, FindsWhatArrivedInSpiteOfItsAnswer) {
  for (const ScriptedAnswer& answer :
       {Answer(500), Answer(503, "", Xml("SlowDown")), Answer(412, "", Xml("PreconditionFailed")),
        ScriptedAnswer{"", Then::kReset}, ScriptedAnswer{"", Then::kClose}}) {
    EXPECT_EQ(PutMine({answer}, true), PutOutcome::kDone);
    EXPECT_EQ(Puts(), 1U);
  }
}

TEST_F(SettledPutTest, NeverReplacesAnothers) {
  for (const ScriptedAnswer& answer :
       {Answer(500), Answer(429), ScriptedAnswer{"", Then::kReset}}) {
    EXPECT_EQ(PutMine({answer}, false, "theirs"), PutOutcome::kTaken);
  }
}

TEST_F(LyingServerTest, TriesAgainWhatWasCertainlyNotSent) {
  Serve({Answer(200)});
  server_.reset();  // nobody listens there any more
  ExpectError(store_->Put("k", "mine", PutCondition::kIfAbsent), ErrorCode::kUnavailable,
              "check endpoint and the network (tried 3 times)");
}

TEST_F(LyingServerTest, WritesAgainWhatMayBeWrittenTwice) {
  ObjectStore& store = Serve({ScriptedAnswer{"", Then::kReset}, Answer(500), Answer(200)});
  EXPECT_TRUE(store.Put("k", "mine", PutCondition::kNone).has_value());
  const auto requests = server_->Requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[2].body, "mine");
  EXPECT_FALSE(requests[2].headers.contains("if-none-match"));
}

// A copy in three parts whose end the server answers as a test says. The destination has `before`
// until the second of the requests to end it, if `completes`, and then what the parts make.
class CopyInPartsTest : public LyingServerTest {
 protected:
  Result<void> CopyInParts(const std::vector<ScriptedAnswer>& ends, bool completes,
                           const std::string& before = {}) {
    settings_.put_bytes_max = 4;
    settings_.copy_part_bytes = 4;
    const auto ended = std::make_shared<size_t>(0);
    return Serve([=](const SeenRequest& request, size_t) {
             const bool is_end = request.method == "POST" && !request.body.empty();
             if (request.method == "HEAD" && request.target == "/bucket/from") {
               return ObjectAnswer(200, "0123456789");
             }
             if (request.method == "HEAD" || request.method == "GET") {
               const std::string etag = completes && *ended > 0 ? "new-3" : before;
               return etag.empty() ? Answer(404, "", Xml("NoSuchKey"))
                                   : ObjectAnswer(200, "0123456789", "", etag);
             }
             if (is_end) {
               return ends[std::min((*ended)++, ends.size() - 1)];
             }
             return request.method == "POST"
                        ? Answer(200, "", "<R><UploadId>u</UploadId></R>")
                        : Answer(200, "", "<CopyPartResult><ETag>\"p\"</ETag></CopyPartResult>");
           })
        .Copy("from", "to", {});
  }

  size_t Aborts() {
    const auto requests = server_->Requests();
    return static_cast<size_t>(
        std::ranges::count(requests, std::string("DELETE"), &SeenRequest::method));
  }

  const ScriptedAnswer lost_{"", Then::kClose};
  const ScriptedAnswer gone_ = Answer(404, "", Xml("NoSuchUpload"));
};

TEST_F(CopyInPartsTest, IsDoneWhereOnlyTheAnswerToItsEndWasLost) {
  EXPECT_TRUE(CopyInParts({lost_, gone_}, true).has_value());
  EXPECT_TRUE(CopyInParts({lost_, gone_}, true, "old-3").has_value());
  EXPECT_TRUE(CopyInParts({lost_, lost_, lost_}, true).has_value());
  EXPECT_EQ(Aborts(), 0U);
}

TEST_F(CopyInPartsTest, HasFailedWhereWhatLiesThereIsNotItsOwn) {
  ExpectError(CopyInParts({lost_, gone_}, false), ErrorCode::kUnavailable, "NoSuchUpload");
  EXPECT_EQ(Aborts(), 1U);
  // The same bytes from an earlier copy, perhaps: that is not known.
  ExpectError(CopyInParts({lost_, gone_}, false, "old-3"), ErrorCode::kUnavailable);
  ExpectError(CopyInParts({gone_}, false, "another"), ErrorCode::kUnavailable);
}

TEST_F(LyingServerTest, DeletesAgainAfterNoAnswer) {
  ObjectStore& store = Serve({ScriptedAnswer{"", Then::kReset}, Answer(204)});
  EXPECT_TRUE(store.Delete("k").has_value());
  EXPECT_TRUE(Serve({Answer(404, "", Xml("NoSuchKey"))}).Delete("k").has_value());
  ExpectError(Serve({Answer(404, "", Xml("NoSuchBucket"))}).Delete("k"), ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace ursa::store
