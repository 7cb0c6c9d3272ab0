"""Many writers of one catalog at once, Ursa's and delta-rs's, end in one serial history."""
import concurrent.futures
import datetime
import json
import pathlib
import subprocess
import sys

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
    assert process.returncode == code, err.decode()[-3000:]
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


def test_a_row_that_changed_since_the_plan_is_left_alone_and_named(laboratory):
    laboratory.ursa(COMMAND, *LIMIT, "--plan-out", "plan")
    planned = laboratory.ursa("plan", "show", "plan", "--json").rows()
    key = planned[0]["key"]
    laboratory.delta().update(predicate=f"recording_hash = '{key}'",
                              new_values={"duration_us": 42})
    foreseen = laboratory.ursa("apply", "plan", "--json", code=1)
    run = laboratory.ursa("apply", "plan", "--json", "--commit", code=1)
    assert foreseen.rows() == run.rows()
    [row] = run.rows(action="changed_since_plan")
    assert row["key"] == key
    assert run.summary["committed"] == len(planned) - 1
    assert run.summary["changed_since_plan"] == 1
    assert rows_of(laboratory)[key]["duration_us"] == 42


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
