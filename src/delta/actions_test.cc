#include "delta/actions.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>

#include "delta/testing_log.h"

namespace ursa::delta {
namespace {

using Json = nlohmann::json;

// The one action of a commit of one line.
template <typename T>
Result<T> ParseOne(const std::string& line) {
  URSA_TRY(const std::vector<Action> actions, ParseCommit(line + "\n"));
  if (actions.size() != 1 || !std::holds_alternative<T>(actions[0])) {
    return Fail(ErrorCode::kInvalid, "not one action of this kind");
  }
  return std::get<T>(actions[0]);
}

TEST(ParseCommit, ReadsAProtocolWithItsFeatures) {
  const auto protocol =
      ParseOne<Protocol>(R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,)"
                         R"("readerFeatures":["a","b"],"writerFeatures":["c"]}})");
  ASSERT_TRUE(protocol);
  EXPECT_EQ(protocol->min_reader_version, 3);
  EXPECT_EQ(protocol->min_writer_version, 7);
  EXPECT_EQ(protocol->reader_features, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(protocol->writer_features, (std::vector<std::string>{"c"}));
}

TEST(ParseCommit, ReadsMetaData) {
  const auto metadata = ParseOne<Metadata>(
      R"({"metaData":{"id":"u","name":"n","description":null,"format":{"provider":"parquet",)"
      R"("options":{}},"schemaString":"s","partitionColumns":["p"],)"
      R"("configuration":{"delta.appendOnly":"true","x":null},"createdTime":5,"new":[]}})");
  ASSERT_TRUE(metadata) << metadata.error().ToString();
  EXPECT_EQ(metadata->id, "u");
  EXPECT_EQ(metadata->name, "n");
  EXPECT_EQ(metadata->description, std::nullopt);
  EXPECT_EQ(metadata->schema_string, "s");
  EXPECT_EQ(metadata->partition_columns, (std::vector<std::string>{"p"}));
  EXPECT_EQ(metadata->configuration,
            (std::map<std::string, std::string>{{"delta.appendOnly", "true"}}));
  EXPECT_EQ(metadata->created_time_ms, 5);
}

TEST(ParseCommit, RefusesFilesThatAreNoParquet) {
  ExpectError(ParseCommit(R"({"metaData":{"id":"u","format":{"provider":"orc"},)"
                          R"("schemaString":"s"}})"),
              ErrorCode::kUnsupported, "orc");
}

TEST(ParseCommit, ReadsATransaction) {
  const auto transaction =
      ParseOne<Transaction>(R"({"txn":{"appId":"a","version":-3,"lastUpdated":9}})");
  ASSERT_TRUE(transaction);
  EXPECT_EQ(transaction->app_id, "a");
  EXPECT_EQ(transaction->version, -3);
  EXPECT_EQ(transaction->last_updated_ms, 9);
}

TEST(ParseCommit, ReadsAnAddAndDropsWhatUrsaHasNoUseFor) {
  const auto add =
      ParseOne<AddFile>(R"({"add":{"path":"p%3D1/x","partitionValues":{"p":"1","q":null},"size":7,)"
                        R"("modificationTime":8,"dataChange":false,"stats":"{}","tags":{"a":"b"},)"
                        R"("deletionVector":null,"baseRowId":4,"defaultRowCommitVersion":1,)"
                        R"("clusteringProvider":"c"}})");
  ASSERT_TRUE(add) << add.error().ToString();
  EXPECT_EQ(add->path, "p=1/x");
  EXPECT_EQ(add->partition_values, (PartitionValues{{"p", "1"}, {"q", std::nullopt}}));
  EXPECT_EQ(add->size_bytes, 7U);
  EXPECT_EQ(add->modification_time_ms, 8);
  EXPECT_FALSE(add->data_change);
  EXPECT_EQ(add->stats, "{}");
}

TEST(ParseCommit, ReadsARemoveThatHasOnlyAPath) {
  const auto remove = ParseOne<RemoveFile>(R"({"remove":{"path":"x"}})");
  ASSERT_TRUE(remove);
  EXPECT_EQ(remove->path, "x");
  EXPECT_EQ(remove->deletion_timestamp_ms, std::nullopt);
  EXPECT_TRUE(remove->data_change);
  EXPECT_EQ(remove->size_bytes, std::nullopt);
}

TEST(ParseCommit, TakesNullForAbsentInEveryOptionalField) {
  EXPECT_TRUE(
      ParseOne<RemoveFile>(R"({"remove":{"path":"x","deletionTimestamp":null,"dataChange":null,)"
                           R"("extendedFileMetadata":null,"partitionValues":null,"size":null}})"));
  EXPECT_TRUE(ParseOne<AddFile>(
      R"({"add":{"path":"x","partitionValues":null,"size":1,"modificationTime":null,)"
      R"("dataChange":null,"stats":null}})"));
  EXPECT_TRUE(
      ParseOne<Metadata>(R"({"metaData":{"id":"u","schemaString":"s","name":null,"format":null,)"
                         R"("partitionColumns":null,"configuration":null,"createdTime":null}})"));
}

TEST(ParseCommit, KeepsACommitInfoWhateverItHolds) {
  const auto info = ParseOne<CommitInfo>(R"({"commitInfo":{"z":[1,{"a":null}],"txnId":"u"}})");
  ASSERT_TRUE(info);
  EXPECT_EQ(Json::parse(info->json), Json::parse(R"({"z":[1,{"a":null}],"txnId":"u"})"));
}

TEST(ParseCommit, PassesOverActionsThatItDoesNotKnow) {
  const auto actions = ParseCommit(
      "{\"cdc\":{\"path\":\"s3://x\"}}\n{\"domainMetadata\":{}}\n{\"future\":7}\n{\"add\":null}\n"
      "{}\n");
  ASSERT_TRUE(actions);
  EXPECT_TRUE(actions->empty());
}

TEST(ParseCommit, TakesAnEndWithoutLineFeedAndEmptyLines) {
  const auto actions = ParseCommit("\n" + RemoveLine("a") + "\r\n \n" + RemoveLine("b"));
  ASSERT_TRUE(actions);
  EXPECT_EQ(actions->size(), 2U);
}

TEST(ParseCommit, RefusesANonNullDeletionVector) {
  ExpectError(ParseCommit(AddLine("x", R"(,"deletionVector":{"storageType":"u"})")),
              ErrorCode::kUnsupported, "deletionVectors");
}

TEST(ParseCommit, RefusesAnAbsolutePathByItsName) {
  ExpectError(ParseCommit(AddLine("s3://b/x.parquet")), ErrorCode::kUnsupported,
              "s3://b/x.parquet");
  ExpectError(ParseCommit(RemoveLine("file:///x")), ErrorCode::kUnsupported, "file:///x");
}

TEST(ParseCommit, NamesAllFeaturesWhereTheCommitHasTheProtocolThatDeclaresThem) {
  ExpectError(ParseCommit(AddLine("x", R"(,"deletionVector":{})") + "\n" +
                          R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,)" +
                          R"("readerFeatures":["deletionVectors","columnMapping"]}})"),
              ErrorCode::kUnsupported, "deletionVectors, columnMapping");
}

TEST(ParseCommit, NamesTheLineThatIsDamaged) {
  ExpectError(ParseCommit(RemoveLine("a") + "\n\n{\"remove\":{\"path\":\"b\"\n"),
              ErrorCode::kCorrupt, "line 3");
  ExpectError(ParseCommit("{\"remove\":{\"path\":\"\xFF\"}}"), ErrorCode::kCorrupt, "line 1");
  ExpectError(ParseCommit("[]"), ErrorCode::kCorrupt, "no JSON object");
  ExpectError(ParseCommit("{\"add\":[]}"), ErrorCode::kCorrupt, "add is no object");
  ExpectError(ParseCommit("{\"commitInfo\":" + std::string(100'000, '[')), ErrorCode::kCorrupt,
              "levels");
}

TEST(ParseCommit, NamesTheMemberThatIsNotWhatItMustBe) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {R"({"add":{"size":1}})", "path is missing"},
      {R"({"add":{"path":7,"size":1}})", "path is missing"},
      {R"({"add":{"path":"x"}})", "size is missing"},
      {R"({"add":{"path":"x","size":-1}})", "size is negative"},
      {R"({"add":{"path":"x","size":1.5}})", "size is no integer"},
      {R"({"add":{"path":"x","size":"1"}})", "size is no integer"},
      {R"({"add":{"path":"x","size":9223372036854775808}})", "size is no integer"},
      {R"({"add":{"path":"x","size":1e400}})", "no JSON"},
      {R"({"add":{"path":"x","size":1,"modificationTime":1e3}})", "modificationTime"},
      {R"({"add":{"path":"x","size":1,"dataChange":1}})", "dataChange"},
      {R"({"add":{"path":"x","size":1,"stats":{}}})", "stats is no string"},
      {R"({"add":{"path":"x","size":1,"partitionValues":[]}})", "partitionValues"},
      {R"({"add":{"path":"x","size":1,"partitionValues":{"p":1}}})", "partitionValues.p"},
      {R"({"add":{"path":"a\u0000b","size":1}})", "no file name"},
      {R"({"add":{"path":"../x","size":1}})", "leads out of the table"},
      {R"({"remove":{"path":"x","deletionTimestamp":"now"}})", "deletionTimestamp"},
      {R"({"remove":{"path":"x","size":-7}})", "size is negative"},
      {R"({"txn":{"appId":"a"}})", "version is missing"},
      {R"({"txn":{"version":1}})", "appId is missing"},
      {R"({"protocol":{"minWriterVersion":2}})", "minReaderVersion is missing"},
      {R"({"protocol":{"minReaderVersion":4294967297,"minWriterVersion":2}})", "out of range"},
      {R"({"protocol":{"minReaderVersion":-1,"minWriterVersion":2}})", "out of range"},
      {R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":[1]}})",
       "readerFeatures"},
      {R"({"metaData":{"schemaString":"s"}})", "id is missing"},
      {R"({"metaData":{"id":"u"}})", "schemaString is missing"},
      {R"({"metaData":{"id":"u","schemaString":"s","partitionColumns":"p"}})", "partitionColumns"},
      {R"({"metaData":{"id":"u","schemaString":"s","configuration":{"k":true}}})",
       "configuration.k"}};
  for (const auto& [line, part] : wrong) {
    ExpectError(ParseCommit(line), ErrorCode::kCorrupt, part);
  }
}

TEST(SerializeCommit, WritesTheKindsInTheirOrderEachOnALineOfItsOwn) {
  const std::string text =
      SerializeCommit({AddFile{"a b", {}, 3, 4, true, "{}"}, RemoveFile{"c", 5, true, {}, 6},
                       Transaction{"app", 1, 7}, Metadata{"u", {}, {}, "s", {}, {}, 8}, Protocol{},
                       CommitInfo{R"({"txnId":"t","operation":"MERGE"})"}});
  EXPECT_EQ(
      text,
      "{\"commitInfo\":{\"txnId\":\"t\",\"operation\":\"MERGE\"}}\n"
      "{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":2}}\n"
      "{\"metaData\":{\"id\":\"u\",\"format\":{\"provider\":\"parquet\",\"options\":{}},"
      "\"schemaString\":\"s\",\"partitionColumns\":[],\"configuration\":{},\"createdTime\":8}}\n"
      "{\"txn\":{\"appId\":\"app\",\"version\":1,\"lastUpdated\":7}}\n"
      "{\"remove\":{\"path\":\"c\",\"deletionTimestamp\":5,\"dataChange\":true,"
      "\"extendedFileMetadata\":true,\"partitionValues\":{},\"size\":6}}\n"
      "{\"add\":{\"path\":\"a%20b\",\"partitionValues\":{},\"size\":3,\"modificationTime\":4,"
      "\"dataChange\":true,\"stats\":\"{}\"}}\n");
}

TEST(SerializeCommit, WritesNoInvalidLogForACommitInfoThatIsNone) {
  EXPECT_EQ(SerializeCommit({CommitInfo{"not json"}}), "{\"commitInfo\":{}}\n");
  EXPECT_EQ(SerializeCommit({CommitInfo{"[1]"}}), "{\"commitInfo\":{}}\n");
}

AddFile RandomAdd() {
  AddFile add;
  add.path = "x" + std::to_string(*rc::gen::inRange(0, 1000)) +
             *rc::gen::element<std::string>("", " ü%", "/y:z");
  add.partition_values = {{"p", std::nullopt}, {"q", *rc::gen::string<std::string>()}};
  add.size_bytes = *rc::gen::inRange<uint64_t>(0, uint64_t{1} << 63);
  add.modification_time_ms = *rc::gen::arbitrary<int64_t>();
  add.data_change = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) {
    add.stats = *rc::gen::string<std::string>();
  }
  return add;
}

TEST(SerializeCommit, IsUndoneByParseCommit) {
  EXPECT_TRUE(rc::check("write(parse(write(actions))) = write(actions)", [] {
    std::vector<Action> actions;
    for (int i = 0; i < 3; ++i) {
      const AddFile add = RandomAdd();
      actions.emplace_back(add);
      actions.emplace_back(RemoveFile{add.path, *rc::gen::arbitrary<int64_t>(), add.data_change,
                                      add.partition_values, add.size_bytes});
      actions.emplace_back(Transaction{*rc::gen::string<std::string>(),
                                       *rc::gen::arbitrary<int64_t>(), std::nullopt});
    }
    const std::string text = SerializeCommit(actions);
    const auto parsed = ParseCommit(text);
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(parsed->size() == actions.size());
    RC_ASSERT(SerializeCommit(*parsed) == text);
  }));
}

}  // namespace
}  // namespace ursa::delta
