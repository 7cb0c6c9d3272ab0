"""Delta's other engines read what ursa wrote, and skip the files that our statistics rule out."""
import json

import polars
import pytest
from deltalake import DeltaTable

from reading import (assert_all_read_the_same, by_delta_rs, by_every_value, by_polars, by_ursa,
                     commit_all, commit_at_once, commit_one_by_one, directory_of,
                     entries, live_files, spark_frame, split)

TABLES = ("recordings", "modalities", "participants", "events", "maintenance_runs")


def test_every_table_reads_the_same_in_every_engine(spark, laboratory):
    commit_all(laboratory)
    for table in TABLES:
        assert_all_read_the_same(spark, laboratory, table)


def test_old_versions_read_the_same_in_every_engine(spark, laboratory):
    commit_one_by_one(laboratory, 3)
    newest = DeltaTable(directory_of(laboratory)).version()
    seen = [assert_all_read_the_same(spark, laboratory, version=version)
            for version in range(1, newest + 1)]
    assert len(seen) == 4
    assert all(before != after for before, after in zip(seen, seen[1:]))


def test_a_table_reads_the_same_in_every_engine_after_a_lost_race(spark, pristine, tmp_path):
    # The race is a real one; should everybody have been polite, it is run again.
    for attempt in range(10):
        laboratory = pristine.copy_to(tmp_path / f"lab{attempt}")
        if commit_at_once(laboratory):
            break
    else:
        pytest.fail("nobody lost a race")
    rows = assert_all_read_the_same(spark, laboratory)
    alone = pristine.copy_to(tmp_path / "alone")
    commit_all(alone)
    stamped = {"registered_at": None, "updated_at": None}
    assert by_every_value(row | stamped for row in rows) == \
        by_every_value(row | stamped for row in by_ursa(alone))


def test_every_engine_reads_from_our_checkpoint_and_what_follows_it(spark, laboratory):
    checkpoint = commit_past_a_checkpoint(laboratory)
    before = assert_all_read_the_same(spark, laboratory, version=checkpoint + 1)
    for version in range(checkpoint + 1):
        entry_of(laboratory, version).unlink()
    assert max(entries(laboratory)) > checkpoint + 1
    assert assert_all_read_the_same(spark, laboratory) != before
    assert assert_all_read_the_same(spark, laboratory, version=checkpoint + 1) == before


def test_every_engine_reads_from_our_checkpoint_alone(spark, laboratory):
    checkpoint = commit_past_a_checkpoint(laboratory)
    rows = by_ursa(laboratory, version=checkpoint)
    for version in entries(laboratory):
        # Spark wants the entry of the checkpoint's own version to be there, for its time.
        if version != checkpoint:
            entry_of(laboratory, version).unlink()
    # It has no news of the version itself: that is only in the checkpoint.
    entry_of(laboratory, checkpoint).write_text('{"commitInfo":{"timestamp":1}}\n')
    assert assert_all_read_the_same(spark, laboratory) == rows
    entry_of(laboratory, checkpoint).unlink()
    assert by_ursa(laboratory) == by_polars(laboratory) == by_delta_rs(laboratory) == rows


def entry_of(laboratory, version):
    return laboratory.recordings / "_delta_log" / f"{version:020}.json"


def commit_past_a_checkpoint(laboratory):
    """Twelve commits of one row each; gives the checkpoint's version."""
    commit_one_by_one(laboratory, 12)
    hint = laboratory.recordings / "_delta_log" / "_last_checkpoint"
    assert json.loads(hint.read_text())["version"] == 10
    return 10


@pytest.fixture
def of_several_files(laboratory):
    """A laboratory whose recordings are in three files that ursa wrote; with an id of each."""
    split(laboratory)
    commit_all(laboratory)
    files = live_files(laboratory)
    assert len(files) == 3
    assert all(engine.startswith("Ursa/") for engine in files.values())
    ids = {}
    for row in by_ursa(laboratory):
        for path, statistics in statistics_of(laboratory).items():
            if statistics["minValues"]["recording_id"] <= row["recording_id"] <= \
                    statistics["maxValues"]["recording_id"]:
                ids.setdefault(path, []).append(row["recording_id"])
    assert sorted(ids) == sorted(files)
    return laboratory, {path: min(of_path) for path, of_path in ids.items()}


def statistics_of(laboratory):
    live = live_files(laboratory)
    return {action["add"]["path"]: json.loads(action["add"]["stats"])
            for actions in entries(laboratory).values() for action in actions
            if "add" in action and action["add"]["path"] in live}


def leave_only(laboratory, path):
    """Whoever opens another file of the table fails."""
    for other in live_files(laboratory):
        if other != path:
            (laboratory.recordings / other).unlink()


def test_spark_reads_only_the_file_that_can_hold_an_id(spark, of_several_files):
    from pyspark.sql.functions import col, input_file_name
    laboratory, ids = of_several_files
    for path, recording_id in ids.items():
        frame = spark_frame(spark, laboratory).where(col("recording_id") == recording_id)
        rows = frame.select("recording_id", input_file_name().alias("file")).collect()
        assert [row.recording_id for row in rows] == [recording_id]
        assert rows[0].file.rsplit("/", 1)[-1] == path
        assert files_scanned(frame) == 1
    path = min(ids)
    leave_only(laboratory, path)
    frame = spark_frame(spark, laboratory).where(col("recording_id") == ids[path])
    assert frame.count() == 1


def files_scanned(frame):
    """How many files a Spark query read, by the metric of its scan."""
    execution = frame._jdf.queryExecution()
    execution.executedPlan().executeCollect()
    scan = execution.executedPlan().collectLeaves().head()
    return scan.metrics().apply("numFiles").value()


def test_polars_reads_only_the_file_that_can_hold_an_id(of_several_files):
    laboratory, ids = of_several_files
    path = min(ids)
    leave_only(laboratory, path)
    frame = polars.scan_delta(directory_of(laboratory))
    rows = frame.filter(polars.col("recording_id") == ids[path]).collect()
    assert rows["recording_id"].to_list() == [ids[path]]
    with pytest.raises(Exception, match="No such file"):
        frame.collect()


def test_delta_rs_reads_only_the_file_that_can_hold_an_id(of_several_files):
    laboratory, ids = of_several_files
    path = min(ids)
    leave_only(laboratory, path)
    rows = DeltaTable(directory_of(laboratory)).to_pyarrow_table(
        filters=[("recording_id", "=", ids[path])])
    assert rows["recording_id"].to_pylist() == [ids[path]]
