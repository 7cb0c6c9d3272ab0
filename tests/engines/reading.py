"""The rows of a table as each engine reads them, in the types that ursa's JSON has."""
import json
import subprocess

import polars
from deltalake import DeltaTable, write_deltalake

from laboratory import BINARY, plain

COMMAND = "fix-durations-inplace"
LIMIT = ("--max-indeterminate", "1000")
SHARDS = 8


def by_every_value(rows):
    """Rows in an order that no engine has a say in; two equal rows stay two."""
    return sorted((plain(row) for row in rows), key=lambda row: json.dumps(row, sort_keys=True))


def directory_of(laboratory, table="recordings"):
    return str(laboratory.recordings.parent / table)


def by_ursa(laboratory, table="recordings", version=None):
    chosen = () if version is None else ("--version", version)
    run = laboratory.ursa("query", table, "--format", "json", *chosen)
    return by_every_value(row["values"] for row in run.rows())


def by_polars(laboratory, table="recordings", version=None):
    frame = polars.read_delta(directory_of(laboratory, table), version=version)
    return by_every_value(frame.to_dicts())


def by_delta_rs(laboratory, table="recordings", version=None):
    rows = DeltaTable(directory_of(laboratory, table), version=version).to_pyarrow_table()
    return by_every_value(rows.to_pylist())


def spark_frame(spark, laboratory, table="recordings", version=None):
    reader = spark.read.format("delta")
    if version is not None:
        reader = reader.option("versionAsOf", version)
    return reader.load(directory_of(laboratory, table))


def by_spark(spark, laboratory, table="recordings", version=None):
    rows = spark_frame(spark, laboratory, table, version).collect()
    return by_every_value(row.asDict(recursive=True) for row in rows)


def assert_all_read_the_same(spark, laboratory, table="recordings", version=None):
    """Every engine reads what ursa reads; gives it."""
    rows = by_ursa(laboratory, table, version)
    assert by_spark(spark, laboratory, table, version) == rows
    assert by_polars(laboratory, table, version) == rows
    assert by_delta_rs(laboratory, table, version) == rows
    return rows


def entries(laboratory):
    """The log of the recordings' table: a list of actions for each entry that is left."""
    log = laboratory.recordings / "_delta_log"
    return {int(path.stem): [json.loads(line) for line in path.read_text().splitlines()]
            for path in sorted(log.glob("*.json")) if path.stem.isdigit()}


def live_files(laboratory):
    """The data files that the newest version consists of: path to the engine that wrote it."""
    live = {}
    for _, actions in sorted(entries(laboratory).items()):
        engine = next(action["commitInfo"].get("engineInfo", "") for action in actions
                      if "commitInfo" in action)
        for action in actions:
            if "remove" in action:
                live.pop(action["remove"]["path"], None)
        for action in actions:
            if "add" in action:
                live[action["add"]["path"]] = engine
    return live


def planned(laboratory):
    return laboratory.ursa(COMMAND, "--json").rows(action="update")


def commit_all(laboratory):
    summary = laboratory.ursa(COMMAND, "--commit", "--json", *LIMIT).summary
    assert summary["committed"] > 0
    assert summary["changed_since_plan"] == 0
    return summary["committed"]


def commit_one_by_one(laboratory, count):
    """So many commits of one row each."""
    updates = planned(laboratory)
    assert len(updates) >= count
    for row in updates[:count]:
        run = laboratory.ursa(COMMAND, "--recording", row["recording_id"], "--commit", "--json")
        assert run.summary["committed"] == 1


def unnamed_files(laboratory):
    """Data files that no entry names: what a lost race leaves, until a vacuum."""
    named = {action["add"]["path"] for actions in entries(laboratory).values()
             for action in actions if "add" in action}
    return {path.name for path in laboratory.recordings.glob("*.parquet")} - named


def commit_at_once(laboratory):
    """Many shards commit at the same time to the one file of the table; gives whether one of them
    lost a race and redid its merge on the winner's snapshot."""
    started = [subprocess.Popen([BINARY, COMMAND, "--commit", "--json", *LIMIT,
                                 "--shard", f"{index}/{SHARDS}"], cwd=laboratory.root,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
               for index in range(SHARDS)]
    for process in started:
        _, err = process.communicate(timeout=300)
        assert process.returncode == 0, err.decode()[-3000:]
    return len(unnamed_files(laboratory)) > 0


def split(laboratory, parts=3):
    """The same recordings in several files, each with ids of its own, every one of which holds a
    row that ursa will correct."""
    wanted = sorted(row["recording_id"] for row in planned(laboratory))
    bounds = [wanted[len(wanted) * part // parts] for part in range(1, parts)]
    table = DeltaTable(directory_of(laboratory)).to_pyarrow_table()
    ids = table["recording_id"].to_pylist()
    pieces = [[] for _ in range(parts)]
    for row, recording_id in enumerate(ids):
        pieces[sum(recording_id >= bound for bound in bounds)].append(row)
    for index, rows in enumerate(pieces):
        write_deltalake(laboratory.recordings, table.take(rows),
                        mode="append" if index else "overwrite")
    assert len(live_files(laboratory)) == parts
