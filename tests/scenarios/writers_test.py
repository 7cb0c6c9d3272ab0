"""Many writers of one catalog at once, Ursa's and delta-rs's, end in one serial history."""
import concurrent.futures
import datetime
import json
import pathlib
import subprocess
import sys

import pytest

pytest.register_assert_rewrite("faults")
import faults  # noqa: E402
from faults import Stepped, version_of

COMMAND = "fix-durations-inplace"
LOG = "ursa/catalog/recordings/_delta_log"
LIMIT = ("--max-indeterminate", "1000")
STAMPS = ("registered_at", "updated_at")
WRITERS = 8
RECORDINGS = 40


def rows_of(laboratory):
    return {key: {name: value for name, value in row.items() if name not in STAMPS}
            for key, row in laboratory.table().items()}


def start(laboratory, *arguments):
    return laboratory.start(*arguments, "--json")


def finish(process, code=0):
    out, err = process.communicate(timeout=300)
    assert code is None or process.returncode == code, err.decode()[-3000:]
    return [json.loads(line) for line in out.decode().splitlines()]


def summary_of(process, code=0):
    return finish(process, code)[-1]


def entries(laboratory):
    """The table's log, entry by entry."""
    for key in sorted(laboratory.stamps("assets", LOG)):
        name = pathlib.PurePath(key)
        if name.suffix == ".json" and name.stem.isdigit():
            lines = laboratory.read("assets", key).splitlines()
            yield int(name.stem), [json.loads(line) for line in lines]


def assert_serial(laboratory):
    """No version is missing, and no commit removes what is not there or adds what is."""
    live = set()
    for expected, (version, actions) in enumerate(entries(laboratory)):
        assert version == expected
        for action in actions:
            if "remove" in action:
                live.remove(action["remove"]["path"])
        for action in actions:
            if "add" in action:
                assert action["add"]["path"] not in live
                live.add(action["add"]["path"])


def clean_result(pristine, tmp_path):
    alone = pristine.copy_to(tmp_path / "alone")
    alone.ursa(COMMAND, "--commit", *LIMIT)
    return rows_of(alone)


def test_shards_that_commit_at_once_do_the_work_of_one(laboratory, pristine, tmp_path):
    started = [start(laboratory, COMMAND, "--commit", *LIMIT, "--shard", f"{index}/{WRITERS}")
               for index in range(WRITERS)]
    summaries = [summary_of(process) for process in started]
    assert rows_of(laboratory) == clean_result(pristine, tmp_path)
    assert_serial(laboratory)
    committed = sum(summary["committed"] for summary in summaries)
    assert committed == len({row["recording_hash"]: None for row in
                             pristine.ursa(COMMAND, "--json", *LIMIT).rows()
                             if row["action"] in ("update", "flag")})
    states = {row["state"] for row in laboratory.ursa("runs", "--json").rows()}
    assert states == {"committed"}


def test_runs_of_one_command_that_overlap_end_as_one(laboratory, pristine, tmp_path):
    started = [start(laboratory, COMMAND, "--commit", *LIMIT) for _ in range(WRITERS)]
    summaries = [summary_of(process) for process in started]
    assert rows_of(laboratory) == clean_result(pristine, tmp_path)
    assert_serial(laboratory)
    changes = max(summary["update"] + summary["flag"] for summary in summaries)
    assert sum(summary["committed"] for summary in summaries) == changes
    assert all(summary["changed_since_plan"] == 0 for summary in summaries)
    versions = [version for version, actions in entries(laboratory)
                if any("ursa" in action.get("commitInfo", {}) for action in actions)]
    assert len(versions) == 1
    assert len([row for row in laboratory.ursa("runs", "--json").rows()
                if row["state"] == "committed"]) == 1


def test_saved_plans_applied_by_many_at_once_are_committed_once(laboratory):
    laboratory.ursa(COMMAND, *LIMIT, "--plan-out", "plan")
    started = [start(laboratory, "apply", "plan", "--commit") for _ in range(WRITERS)]
    summaries = [summary_of(process) for process in started]
    assert sorted(summary["committed"] > 0 for summary in summaries) == \
        [False] * (WRITERS - 1) + [True]
    assert all(summary["committed"] + summary["already"] == summary["changes"]
               for summary in summaries)
    assert_serial(laboratory)


# Changes another column of rows that Ursa changes too.
DELTA_RS_WRITER = """
import json, sys, time
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError
path, keys, options = sys.argv[1], sys.argv[2].split(","), json.load(sys.stdin)
for key in keys:
    while True:
        try:
            DeltaTable(path, storage_options=options).update(predicate=f"recording_hash = '{key}'",
                                    new_values={"device_info": "{}"})
            break
        except (CommitFailedError, DeltaError, OSError):
            time.sleep(0.01)
"""


def start_delta_rs(laboratory, keys):
    # Secrets go to standard input: arguments are for everybody to see.
    process = subprocess.Popen([sys.executable, "-c", DELTA_RS_WRITER,
                                laboratory.uri_of("recordings"), ",".join(keys)],
                               stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(json.dumps(laboratory.storage_options).encode())
    process.stdin.close()
    process.stdin = None
    return process


def test_ursa_and_delta_rs_writing_the_same_rows_lose_nothing(laboratory, pristine, tmp_path):
    keys = sorted(rows_of(laboratory))
    others = [start_delta_rs(laboratory, keys[index::4][:4]) for index in range(4)]
    ours = [start(laboratory, COMMAND, "--commit", *LIMIT, "--shard", f"{index}/4")
            for index in range(4)]
    for process in ours:
        assert summary_of(process)["changed_since_plan"] == 0
    for process in others:
        _, err = process.communicate(timeout=300)
        assert process.returncode == 0, err.decode()[-3000:]
    expected = clean_result(pristine, tmp_path)
    for key in {key for index in range(4) for key in keys[index::4][:4]}:
        expected[key]["device_info"] = '{}'
    assert rows_of(laboratory) == expected
    assert_serial(laboratory)


def apply_all_but_one(laboratory, change):
    """Saves a plan, has one of its rows changed by somebody, and applies it: a dry run says it all.
    The key of that row, and what `change` gave for it."""
    laboratory.ursa(COMMAND, *LIMIT, "--plan-out", "plan")
    planned = laboratory.ursa("plan", "show", "plan", "--json").rows()
    key = planned[0]["key"]
    changed = change(key)
    foreseen = laboratory.ursa("apply", "plan", "--json", code=1)
    run = laboratory.ursa("apply", "plan", "--json", "--commit", code=1)
    assert foreseen.rows() == run.rows()
    [row] = run.rows(action="changed_since_plan")
    assert row["key"] == key
    assert run.summary["committed"] == len(planned) - 1
    assert run.summary["changed_since_plan"] == 1
    return key, changed


def test_a_row_that_changed_since_the_plan_is_left_alone_and_named(laboratory):
    key, _ = apply_all_but_one(laboratory, lambda key: laboratory.delta().update(
        predicate=f"recording_hash = '{key}'", new_values={"duration_us": 42}))
    assert rows_of(laboratory)[key]["duration_us"] == 42


def test_a_row_that_stands_twice_is_left_alone_and_named(laboratory):
    key, twin = apply_all_but_one(laboratory, laboratory.append_twin)
    assert laboratory.rows_with(key) == [twin, twin]


def test_a_row_whose_start_moved_since_the_plan_is_left_alone(laboratory):
    laboratory.ursa(COMMAND, *LIMIT, "--plan-out", "plan")
    key = laboratory.ursa("plan", "show", "plan", "--json").rows()[0]["key"]
    before = rows_of(laboratory)[key]
    laboratory.delta().update(
        predicate=f"recording_hash = '{key}'",
        new_values={"start_time": datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)})
    run = laboratory.ursa("apply", "plan", "--json", "--commit", code=1)
    [row] = run.rows(action="changed_since_plan")
    assert row["key"] == key
    assert rows_of(laboratory)[key]["duration_us"] == before["duration_us"]


def test_many_restores_of_one_run_end_as_one(laboratory):
    before = rows_of(laboratory)
    run_id = laboratory.ursa(COMMAND, "--commit", "--json", *LIMIT).summary["run_id"]
    started = [start(laboratory, "restore", run_id, "--commit") for _ in range(WRITERS)]
    summaries = [summary_of(process) for process in started]
    assert rows_of(laboratory) == before
    assert sum(summary["committed"] for summary in summaries) == \
        max(summary["restore"] for summary in summaries)
    assert_serial(laboratory)


def test_readers_see_whole_commits_only(laboratory, pristine, tmp_path):
    before = rows_of(laboratory)
    after = clean_result(pristine, tmp_path)
    writer = start(laboratory, COMMAND, "--commit", *LIMIT)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        finished = pool.submit(summary_of, writer)
        looks = 0
        while not finished.done() or looks < 3:
            assert rows_of(laboratory) in (before, after)
            looks += 1
    assert rows_of(laboratory) == after


# Gives rows another value in the column that Ursa changes.
DELTA_RS_RIVAL = """
import sys, time
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError
path, keys = sys.argv[1], sys.argv[2].split(",")
for key in keys:
    while True:
        try:
            DeltaTable(path).update(predicate=f"recording_hash = '{key}'",
                                    new_values={"duration_us": "42"})
            break
        except (CommitFailedError, DeltaError, OSError):
            time.sleep(0.01)
"""


def start_rival(laboratory, keys):
    return subprocess.Popen([sys.executable, "-c", DELTA_RS_RIVAL, str(laboratory.recordings),
                             ",".join(keys)], stderr=subprocess.PIPE)


def finish_rival(process):
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err.decode()[-3000:]


def planned_keys(laboratory):
    rows = laboratory.ursa(COMMAND, "--json", *LIMIT).rows(action="update")
    return sorted(row["recording_hash"] for row in rows)


def is_saved(laboratory):
    """Whether a run has written its rollback snapshot: it has decided, and not committed yet."""
    return any((faults.path_of(laboratory, "_rollback")).glob("*.jsonl"))


@pytest.mark.directory_only
def test_ursa_and_delta_rs_competing_for_one_column_end_in_one_order(laboratory, pristine,
                                                                     tmp_path):
    keys = planned_keys(laboratory)[:3]
    rival = start_rival(laboratory, keys)
    run = summary_of(start(laboratory, COMMAND, "--commit", *LIMIT), code=None)
    finish_rival(rival)
    # Whoever came first: delta-rs writes whatever is there, Ursa what it planned or nothing, and where
    # it planned after delta-rs had written, what is right.
    expected = clean_result(pristine, tmp_path)
    now = rows_of(laboratory)
    for key in keys:
        right = expected[key].pop("duration_us")
        assert right != 42 and now[key].pop("duration_us") in (42, right)
        assert now[key].pop("duration_known_wrong") in (True, False)
        expected[key].pop("duration_known_wrong")
    assert now == expected
    assert_serial(laboratory)
    assert 0 <= run["changed_since_plan"] <= len(keys)


@pytest.mark.directory_only
def test_a_row_that_delta_rs_changed_just_before_the_commit_is_left_alone(laboratory, pristine,
                                                                          tmp_path):
    key = planned_keys(laboratory)[0]
    ours = Stepped(laboratory, COMMAND, "--commit", "--json", *LIMIT)
    ours.go_on_until(lambda: is_saved(laboratory))
    finish_rival(start_rival(laboratory, [key]))
    run = ours.finish(code=1)
    [row] = run.rows(action="changed_since_plan")
    assert row["recording_hash"] == key and run.summary["changed_since_plan"] == 1
    expected = clean_result(pristine, tmp_path)
    before = rows_of(pristine)
    expected[key] = dict(before[key], duration_us=42)
    assert rows_of(laboratory) == expected
    assert_serial(laboratory)
    # What was committed is what is taken back.
    laboratory.ursa("restore", run.summary["run_id"], "--commit")
    assert rows_of(laboratory) == before | {key: expected[key]}


BACKFILL = ("backfill-participants", "--json", "--allow-r2-only", "--allow-collisions", "--commit")


def ingest_of(laboratory):
    """The command for the recordings that have a manifest and are not in the catalog."""
    rows = laboratory.ursa("reconstruct-all-recent", "--days", 500, "--json", code=None).rows()
    ids = [row["recording_id"] for row in rows if row["action"] == "ingest"]
    assert ids
    return ("ingest", *ids, "--json", "--commit")


@pytest.mark.directory_only
@pytest.mark.parametrize("command, first_table", [("backfill", "participants"),
                                                  ("ingest", "modalities")])
def test_a_run_that_meets_an_unfinished_one_of_its_command_ends_with_it_as_one(
        laboratory, command, first_table):
    arguments = BACKFILL if command == "backfill" else ingest_of(laboratory)
    before = faults.rows_of(laboratory)
    alone = laboratory.copy_to(laboratory.root.with_name("alone"))
    clean = alone.ursa(*arguments).summary["committed"]
    expected = faults.rows_of(alone)
    first = Stepped(laboratory, *arguments)
    base = version_of(laboratory, first_table)
    first.go_on_until(lambda: version_of(laboratory, first_table) > base)
    second = laboratory.ursa(*arguments)
    assert faults.rows_of(laboratory) == expected
    end = first.finish()
    assert faults.rows_of(laboratory) == expected
    assert second.summary["changed_since_plan"] == end.summary["changed_since_plan"] == 0
    # What each has written, whoever's run it was.
    assert second.summary["committed"] > 0
    assert second.summary["committed"] + end.summary["committed"] == clean
    assert second.summary["table_version"] == version_of(laboratory, "recordings")
    assert second.summary["finished_runs"] == [second.summary["run_id"]]
    runs = faults.runs_of(laboratory)
    assert {run["state"] for run in runs} == {"committed"}, runs
    assert sum(run["changes"] for run in runs) == clean
    faults.undo_everything(laboratory)
    assert faults.rows_of(laboratory) == before


@pytest.mark.directory_only
def test_of_two_that_insert_one_key_with_other_values_one_wins_and_the_other_says_so(laboratory):
    arguments = ingest_of(laboratory)
    first = Stepped(laboratory, *arguments)
    first.go_on_until(lambda: is_saved(laboratory))
    [manifest] = (laboratory.root / "raw" / "recordings" / arguments[1]).glob("manifest.json")
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(told | {"hostname": "rig-elsewhere"}))
    second = laboratory.ursa(*arguments)
    assert second.rows()[0]["action"] == "ingested"
    after = faults.rows_of(laboratory)
    end = first.finish(code=1)
    assert [row["action"] for row in end.rows()] == ["changed_since_plan"]
    assert faults.rows_of(laboratory) == after
    [row] = [row for row in rows_of(laboratory).values() if row["recording_id"] == arguments[1]]
    assert "rig-elsewhere" in row["device_info"]
    assert all(run["state"] in ("committed", "not_committed") for run in faults.runs_of(laboratory))


@pytest.mark.directory_only
def test_of_two_that_insert_one_key_with_the_same_values_the_second_finds_it_done(laboratory):
    arguments = ingest_of(laboratory)
    first = Stepped(laboratory, *arguments)
    first.go_on_until(lambda: is_saved(laboratory))
    second = laboratory.ursa(*arguments)
    after = faults.rows_of(laboratory)
    end = first.finish()
    assert second.summary["committed"] > 0
    assert end.summary["committed"] == 0 and end.summary["already"] == second.summary["committed"]
    assert faults.rows_of(laboratory) == after
    assert_serial(laboratory)
