"""Delta's other engines change our tables; we go on reading and writing, and so do they."""
import json

import pyarrow
import pyarrow.parquet
from deltalake import DeltaTable

from reading import (assert_all_read_the_same, by_ursa, commit_all, commit_one_by_one, directory_of,
                     entries, live_files, planned, split)

OURS = {"minReaderVersion": 1, "minWriterVersion": 2}


def newest_protocol(laboratory):
    return [action["protocol"] for _, actions in sorted(entries(laboratory).items())
            for action in actions if "protocol" in action][-1]


def assert_both_go_on(spark, laboratory):
    """Everybody reads the same; ursa commits what it finds; everybody reads that."""
    assert newest_protocol(laboratory) == OURS
    before = assert_all_read_the_same(spark, laboratory)
    commit_all(laboratory)
    after = assert_all_read_the_same(spark, laboratory)
    assert after != before
    assert len(after) == len(before)
    return after


def table_of(laboratory):
    return f"delta.`{directory_of(laboratory)}`"


def merge_by_spark(spark, laboratory):
    """Gives three rows a duration that is wrong, and inserts one; gives the ids of the three."""
    spark.sql(f"""
        CREATE OR REPLACE TEMPORARY VIEW changes AS
        (SELECT * FROM {table_of(laboratory)} ORDER BY recording_id LIMIT 3)
        UNION ALL
        (SELECT * FROM {table_of(laboratory)} ORDER BY recording_id DESC LIMIT 1)""")
    rows = spark.table("changes").collect()
    changed, copied = rows[:3], rows[3]
    source = spark.createDataFrame(
        [row.asDict() | {"duration_us": 7} for row in changed] +
        [copied.asDict() | {"recording_hash": "f" * 64, "recording_id": "rec_20990101_000000_ff"}],
        spark.table("changes").schema)
    source.createOrReplaceTempView("source")
    spark.sql(f"""
        MERGE INTO {table_of(laboratory)} AS target USING source
        ON target.recording_hash = source.recording_hash
        WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *""")
    return {row.recording_id for row in changed}


def test_a_merge_by_spark_is_read_and_built_upon(spark, laboratory):
    ids = merge_by_spark(spark, laboratory)
    rows = by_ursa(laboratory)
    assert {row["recording_id"] for row in rows if row["duration_us"] == 7} == ids
    assert [row["recording_hash"] for row in rows
            if row["recording_id"] == "rec_20990101_000000_ff"] == ["f" * 64]
    assert ids & {row["recording_id"] for row in planned(laboratory)}
    after = assert_both_go_on(spark, laboratory)
    assert not ids & {row["recording_id"] for row in planned(laboratory)}
    assert len(after) == len(rows)


def test_an_optimize_by_spark_is_read_and_built_upon(spark, laboratory):
    split(laboratory)
    commit_one_by_one(laboratory, 2)
    before = by_ursa(laboratory)
    spark.sql(f"OPTIMIZE {table_of(laboratory)}")
    assert len(live_files(laboratory)) == 1
    assert by_ursa(laboratory) == before
    assert_both_go_on(spark, laboratory)


def test_a_column_that_spark_adds_survives_our_commits(spark, laboratory):
    commit_one_by_one(laboratory, 1)
    spark.sql(f"""ALTER TABLE {table_of(laboratory)}
                  ADD COLUMNS (site STRING, seats STRUCT<n: SMALLINT>)""")
    rows = assert_all_read_the_same(spark, laboratory)
    assert all(row["site"] is None and row["seats"] is None for row in rows)
    spark.sql(f"""UPDATE {table_of(laboratory)} SET site = substr(recording_hash, 1, 4),
                  seats = named_struct('n', cast(length(recording_id) AS SMALLINT))
                  WHERE manifest_source = 'rig'""")
    rows = assert_both_go_on(spark, laboratory)
    assert {row["manifest_source"] for row in rows} == {"rig", "reconstructed"}
    for row in rows:
        rig = row["manifest_source"] == "rig"
        assert row["site"] == (row["recording_hash"][:4] if rig else None)
        assert row["seats"] == ({"n": len(row["recording_id"])} if rig else None)


def test_a_checkpoint_by_spark_is_read_and_followed_by_ours(spark, laboratory):
    commit_one_by_one(laboratory, 2)
    spark._jvm.org.apache.spark.sql.delta.DeltaLog.forTable(
        spark._jsparkSession, directory_of(laboratory)).checkpoint()
    log = laboratory.recordings / "_delta_log"
    version = max(entries(laboratory))
    assert version == 3
    assert json.loads((log / "_last_checkpoint").read_text())["version"] == version
    # Spark keeps sums of what it writes beside it, and fails on one that no longer fits.
    assert (log / "._last_checkpoint.crc").exists()
    for old in range(version + 1):
        (log / f"{old:020}.json").unlink()
    commit_one_by_one(laboratory, 8)
    assert json.loads((log / "_last_checkpoint").read_text())["version"] == 10
    assert_all_read_the_same(spark, laboratory)
    spark._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
    assert_all_read_the_same(spark, laboratory)


def test_a_vacuum_by_spark_takes_nothing_that_we_need(spark, laboratory):
    commit_one_by_one(laboratory, 3)
    before = by_ursa(laboratory)
    assert len(list(laboratory.recordings.glob("*.parquet"))) > 1
    spark.sql(f"VACUUM {table_of(laboratory)} RETAIN 0 HOURS")
    assert {path.name for path in laboratory.recordings.glob("*.parquet")} == \
        set(live_files(laboratory))
    assert by_ursa(laboratory) == before
    assert_both_go_on(spark, laboratory)


def test_files_with_int96_timestamps_are_read_and_built_upon(spark, laboratory):
    before = by_ursa(laboratory)
    spark.conf.set("spark.sql.parquet.outputTimestampType", "INT96")
    try:
        path = directory_of(laboratory)
        rows = spark.read.format("delta").load(path).localCheckpoint()
        rows.write.format("delta").mode("overwrite").save(path)
    finally:
        spark.conf.unset("spark.sql.parquet.outputTimestampType")
    for path in live_files(laboratory):
        schema = pyarrow.parquet.ParquetFile(laboratory.recordings / path).schema
        assert {schema.column(index).physical_type for index in range(len(schema.names))
                if schema.column(index).path in ("start_time", "registered_at")} == {"INT96"}
    assert by_ursa(laboratory) == before
    assert_both_go_on(spark, laboratory)


def test_spark_and_ursa_take_turns(spark, laboratory):
    """All that Spark does to a table, one after another, with a commit of ours after each."""
    split(laboratory)
    path, inserted = directory_of(laboratory), "f" * 64
    steps = [
        lambda: merge_by_spark(spark, laboratory),
        lambda: spark.sql(f"OPTIMIZE {table_of(laboratory)}"),
        lambda: spark.sql(f"ALTER TABLE {table_of(laboratory)} ADD COLUMNS (site STRING)"),
        lambda: spark._jvm.org.apache.spark.sql.delta.DeltaLog.forTable(
            spark._jsparkSession, path).checkpoint(),
        lambda: spark.sql(f"VACUUM {table_of(laboratory)} RETAIN 0 HOURS"),
        lambda: spark.sql(f"UPDATE {table_of(laboratory)} SET site = 'here'"),
        lambda: spark.sql(f"DELETE FROM {table_of(laboratory)} "
                          f"WHERE recording_hash = '{inserted}'"),
    ]
    for step in steps:
        step()
        assert_all_read_the_same(spark, laboratory)
        commit_one_by_one(laboratory, 1)
        assert_all_read_the_same(spark, laboratory)
    assert newest_protocol(laboratory) == OURS


def test_a_table_with_deletion_vectors_is_refused_by_their_name(spark, laboratory):
    spark.sql(f"""ALTER TABLE {table_of(laboratory)}
                  SET TBLPROPERTIES ('delta.enableDeletionVectors' = true)""")
    spark.sql(f"DELETE FROM {table_of(laboratory)} WHERE recording_hash < '8'")
    assert any(action["add"].get("deletionVector") for actions in entries(laboratory).values()
               for action in actions if "add" in action)
    entries_before = sorted(entries(laboratory))
    for arguments in (("query", "recordings"), ("fix-durations-inplace", "--commit")):
        run = laboratory.ursa(*arguments, "--json", code=4)
        assert "deletionVectors" in run.summary["error"]["message"]
    assert sorted(entries(laboratory)) == entries_before


def test_a_merge_by_delta_rs_is_read_and_built_upon(spark, laboratory):
    table = DeltaTable(directory_of(laboratory))
    rows = table.to_pyarrow_table().sort_by("recording_id").slice(0, 4)
    position = rows.schema.get_field_index("duration_us")
    rows = rows.set_column(position, rows.schema.field(position),
                           pyarrow.array([7] * len(rows), pyarrow.int64()))
    (table.merge(rows, "target.recording_hash = source.recording_hash", source_alias="source",
                 target_alias="target")
     .when_matched_update_all().when_not_matched_insert_all().execute())
    assert sum(row["duration_us"] == 7 for row in by_ursa(laboratory)) == 4
    assert_both_go_on(spark, laboratory)


def test_a_compaction_by_delta_rs_is_read_and_built_upon(spark, laboratory):
    split(laboratory)
    commit_one_by_one(laboratory, 2)
    before = by_ursa(laboratory)
    DeltaTable(directory_of(laboratory)).optimize.compact()
    assert len(live_files(laboratory)) == 1
    assert by_ursa(laboratory) == before
    assert_both_go_on(spark, laboratory)


def test_a_checkpoint_by_delta_rs_is_read_and_followed_by_ours(spark, laboratory):
    commit_one_by_one(laboratory, 2)
    DeltaTable(directory_of(laboratory)).create_checkpoint()
    log = laboratory.recordings / "_delta_log"
    assert json.loads((log / "_last_checkpoint").read_text())["version"] == 3
    for old in range(4):
        (log / f"{old:020}.json").unlink()
    commit_one_by_one(laboratory, 8)
    assert json.loads((log / "_last_checkpoint").read_text())["version"] == 10
    assert_all_read_the_same(spark, laboratory)


def test_a_vacuum_by_delta_rs_takes_nothing_that_we_need(spark, laboratory):
    commit_one_by_one(laboratory, 3)
    before = by_ursa(laboratory)
    DeltaTable(directory_of(laboratory)).vacuum(
        retention_hours=0, enforce_retention_duration=False, dry_run=False, full=True)
    assert {path.name for path in laboratory.recordings.glob("*.parquet")} == \
        set(live_files(laboratory))
    assert by_ursa(laboratory) == before
    assert_both_go_on(spark, laboratory)
