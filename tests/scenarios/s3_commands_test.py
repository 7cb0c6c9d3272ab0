"""Every command on buckets of a real server (scripts/rgw), as its operator runs it.

A bucket has its own times of modification: what depends on a file's is left to the directories.
"""
import concurrent.futures
import datetime
import io
import json
import os
import shutil
import subprocess

import pytest

from buckets import Buckets, etags, keys_of, needs_server, upload
from laboratory import BINARY, Laboratory
from terminal import ursa_at_terminal

pytestmark = needs_server

DURATIONS = "fix-durations-inplace"
MODALITIES = "fix-modalities-start-epoch"
BACKFILL = "backfill-participants"
AUDIT = "audit-participants"
# Everything was uploaded just now.
RECONSTRUCT = ("reconstruct-all-recent", "--days", 500, "--quiet-minutes", 0)
LIMITS = {DURATIONS: ("--max-indeterminate", 1000), MODALITIES: ("--max-underivable", 1000),
          BACKFILL: ("--allow-r2-only",)}
STAMPS = ("registered_at", "updated_at")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
WRITERS = 4


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    return Laboratory(tmp_path_factory.mktemp("demo") / "lab", recordings=40)


@pytest.fixture(scope="module")
def raw(local):
    """The recordings, uploaded once: no test that is given them changes them."""
    return upload(local.root / "raw", "-raw-test")


@pytest.fixture
def buckets(local, raw, tmp_path):
    return with_names(local, Buckets(tmp_path, raw, upload(local.root / "assets", "-assets-test")))


def with_names(local, buckets):
    """Gives their directory the merge map of the laboratory."""
    shutil.copy(local.root / "participants.mergemap", buckets.directory)
    buckets.configure(buckets.raw, buckets.assets, 'merge_map = "participants.mergemap"\n')
    return buckets


def upload_recordings(local, recording_ids, directory, suffix):
    """A new raw bucket with some of the recordings only."""
    for recording_id in recording_ids:
        shutil.copytree(local.root / "raw" / "recordings" / recording_id,
                        directory / "recordings" / recording_id)
    return upload(directory, suffix)


def commit(buckets, command, *more, **options):
    return buckets.ursa(command, "--json", "--commit", *LIMITS[command], *more, **options)


def restore(buckets, run):
    return buckets.ursa("restore", run.summary["run_id"], "--commit", "--json")


def rows_of(buckets, table="recordings"):
    """The rows of a table by their key, without what a commit stamps."""
    keys = {"modalities": ("recording_hash", "worker", "modality"),
            "participants": ("participant_id",), "recordings": ("recording_hash",)}[table]
    return {tuple(row[key] for key in keys):
            {name: value for name, value in row.items() if name not in STAMPS}
            for row in buckets.rows(table)}


def everything(buckets):
    return buckets.names(buckets.raw), buckets.names(buckets.assets)


def dropped(local):
    return {recording_id: truth["participants"] for recording_id, truth in local.truth.items()
            if truth["participants"]["is_dropped"]}


def shifts(local):
    return {(recording_id, truth["worker"], truth["modality"]): truth
            for recording_id, record in local.truth.items()
            for truth in record["modalities"] if truth["action"] == "shift"}


# fix-modalities-start-epoch


def test_a_dry_run_shows_every_shift_and_writes_nothing(local, buckets):
    before = everything(buckets)
    run = buckets.ursa(MODALITIES, "--json", user="reader")
    found = {(row["recording_id"], row["worker"], row["modality"]): row["start_epoch_ns"]
             for row in run.rows(action="shift")}
    assert found == {key: truth["start_epoch_ns"] for key, truth in shifts(local).items()}
    assert run.summary["would_refuse"] == ["max_underivable"]
    assert everything(buckets) == before


def test_shifts_are_committed_once_and_taken_back(local, buckets):
    before = rows_of(buckets, "modalities")
    names = buckets.names(buckets.assets)
    left = buckets.ursa(MODALITIES, "--json").summary
    left = left["underivable"] + left["out_of_window"] + left["no_recording"]
    refused = buckets.ursa(MODALITIES, "--json", "--commit", "--max-underivable", left - 1, code=2)
    assert refused.summary["refused"] == "max_underivable"
    assert buckets.names(buckets.assets) == names

    run = buckets.ursa(MODALITIES, "--json", "--commit", "--max-underivable", left)
    wanted = shifts(local)
    assert run.summary["committed"] == len(wanted) > 10
    for key, row in rows_of(buckets, "modalities").items():
        truth = wanted.get((row["recording_id"], row["worker"], row["modality"]))
        if truth is None:
            assert row == before[key]
            continue
        assert row["start_epoch_ns"] == truth["start_epoch_ns"]
        if row["domain_intervals"]:
            assert row["domain_intervals"][0]["start"] == truth["shift_ns"] / 1e9
        changed = ("start_epoch_ns", "domain_intervals")
        assert {name: value for name, value in row.items() if name not in changed} == \
            {name: value for name, value in before[key].items() if name not in changed}

    second = commit(buckets, MODALITIES).summary
    assert (second["shift"], second["committed"], second["run_id"]) == (0, 0, None)
    assert second["selected"] == run.summary["null_after"]
    restore(buckets, run)
    assert rows_of(buckets, "modalities") == before


# backfill-participants and audit-participants


def test_dropped_names_are_found_attached_and_taken_back(local, buckets):
    wanted = dropped(local)
    before, people = rows_of(buckets), rows_of(buckets, "participants")
    names = everything(buckets)
    audit = buckets.ursa(AUDIT, "--json", user="reader", code=1)
    assert {row["recording_id"] for row in audit.rows(action="dropped")} == wanted.keys()
    dry = buckets.ursa(BACKFILL, "--json", "--allow-r2-only", user="reader")
    assert dry.summary["attach"] == len(wanted) > 2
    assert everything(buckets) == names

    run = commit(buckets, BACKFILL)
    for key, row in rows_of(buckets).items():
        expected = before[key]
        if row["recording_id"] in wanted:
            expected = dict(expected, participant_ids=[
                person["participant_id"] for person in wanted[row["recording_id"]]["expected"]])
        assert row == expected
    found = rows_of(buckets, "participants")
    assert {key: found[key] for key in people} == people
    for truth in wanted.values():
        for person in truth["expected"]:
            assert found[person["participant_id"],]["display_name"] == person["display_name"]
    assert buckets.ursa(AUDIT, "--json").rows() == []
    assert commit(buckets, BACKFILL).summary["committed"] == 0

    restore(buckets, run)
    assert rows_of(buckets) == before and rows_of(buckets, "participants") == people
    buckets.ursa(AUDIT, "--json", code=1)


# reconstruct-all-recent and ingest


def missing(local):
    """The truth of the recordings that reconstruct-all-recent lists."""
    return {recording_id: truth for recording_id, truth in local.truth.items()
            if truth["reconstruct"] is not None}


def filled(local):
    return {recording_id: truth for recording_id, truth in missing(local).items()
            if truth["reconstruct"]["action"] in ("reconstruct", "ingest")}


@pytest.fixture
def incomplete(local, tmp_path):
    """Buckets of their own with the recordings that the catalog lacks."""
    bucket = upload_recordings(local, missing(local), tmp_path / "raw", "-raw-test")
    return Buckets(tmp_path, bucket, upload(local.root / "assets", "-assets-test"))


def check_rows(buckets, local, recording_ids):
    """The catalog's rows of these recordings are exactly the truth."""
    rows = {row["recording_id"]: row for row in buckets.rows()}
    for recording_id in recording_ids:
        truth, row = local.truth[recording_id], rows[recording_id]
        assert row["recording_hash"] == truth["reconstruct"]["recording_hash"]
        start = (row["start_time"] - EPOCH) // datetime.timedelta(microseconds=1)
        assert start == truth["start_ns"] // 1000
        assert row["duration_us"] == truth["duration_us"]
        reconstructed = truth["reconstruct"]["action"] == "reconstruct"
        assert row["manifest_source"] == ("reconstructed" if reconstructed else "rig")


def check_modalities(buckets, recording_ids):
    for row in buckets.rows("modalities"):
        if row["recording_id"] in recording_ids:
            assert row["raw_storage_uri"] == \
                f"s3://{buckets.raw}/recordings/{row['recording_id']}/{row['worker']}/"


def check_worklist(local, run):
    rows = {row["recording_id"]: row for row in run.rows()}
    assert rows.keys() == missing(local).keys()
    for recording_id, row in rows.items():
        truth = local.truth[recording_id]["reconstruct"]
        assert (row["files"], row["bytes"]) == (truth["files"], truth["bytes"])
        # In a bucket that was filled just now no lock is stale.
        fresh = truth["reason"] == "stale_lock"
        wanted = ("skipped", "session_lock") if fresh else (truth["action"], truth["reason"])
        assert (row["action"], row["reason"]) == wanted
    assert run.summary["bytes_read"] == run.summary["committed"] == 0


def test_reconstruct_fills_the_missing_days_with_the_truth_and_nothing_else(local, incomplete):
    rig, before, names = etags(incomplete.raw), rows_of(incomplete), everything(incomplete)
    check_worklist(local, incomplete.ursa(*RECONSTRUCT, "--json", user="reader", code=1))
    assert everything(incomplete) == names

    run = incomplete.ursa(*RECONSTRUCT, "--json", "--commit", code=1)
    wanted = filled(local)
    check_rows(incomplete, local, wanted)
    check_modalities(incomplete, wanted)
    assert run.summary["ingested"] == len(wanted) > 4
    assert run.summary["bytes_read"] == sum(
        truth["reconstruct"]["bytes"] for truth in wanted.values()
        if truth["reconstruct"]["action"] == "reconstruct")
    after = rows_of(incomplete)
    assert len(after) == len(before) + len(wanted) and before.items() <= after.items()
    found = etags(incomplete.raw)
    assert rig.items() <= found.items()
    assert found.keys() - rig.keys() == {
        f"recordings/{recording_id}/manifest.reconstructed.json"
        for recording_id, truth in wanted.items()
        if truth["reconstruct"]["action"] == "reconstruct"}
    assert not any("/ursa/work/" in name for name in incomplete.names(incomplete.assets))

    names = everything(incomplete)
    second = incomplete.ursa(*RECONSTRUCT, "--json", "--commit", code=1).summary
    assert second["committed"] == second["ingested"] == second["bytes_read"] == 0
    assert everything(incomplete) == names
    restore(incomplete, run)
    assert rows_of(incomplete) == before
    assert etags(incomplete.raw) == found


def test_what_was_uploaded_just_now_is_still_arriving(local, buckets):
    run = buckets.ursa("reconstruct-all-recent", "--days", 500, "--json", user="reader")
    assert run.rows() == [row for row in run.rows() if row["action"] == "skipped"]
    assert run.summary["still_arriving"] == len(missing(local)) - 1


def test_shards_that_reconstruct_at_once_do_the_work_of_one(local, incomplete):
    before = rows_of(incomplete)
    together(incomplete, [(*RECONSTRUCT, "--commit", "--shard", f"{index}/{WRITERS}")
                          for index in range(WRITERS)], codes=(0, 1))
    check_rows(incomplete, local, filled(local))
    assert len(rows_of(incomplete)) == len(before) + len(filled(local))


def test_ingest_takes_a_recording_once_and_refuses_one_without_a_hash(local, buckets):
    by_reason = {truth["reconstruct"]["reason"] or "ingest": recording_id
                 for recording_id, truth in missing(local).items()}
    chosen, legacy = by_reason["ingest"], by_reason["legacy_manifest"]
    names = everything(buckets)
    dry = buckets.ursa("ingest", chosen, "--json", user="reader")
    assert [row["action"] for row in dry.rows()] == ["ingested"]
    assert everything(buckets) == names
    before = rows_of(buckets)
    run = buckets.ursa("ingest", chosen, legacy, "--json", "--commit", code=1)
    assert {row["recording_id"]: row["action"] for row in run.rows()} == \
        {chosen: "ingested", legacy: "refused"}
    check_rows(buckets, local, [chosen])
    check_modalities(buckets, [chosen])
    assert buckets.names(buckets.raw) == names[0]
    second = buckets.ursa("ingest", chosen, "--json", "--commit")
    assert [row["action"] for row in second.rows()] == ["already"]
    restore(buckets, run)
    assert rows_of(buckets) == before
    buckets.ursa("ingest", "rec_20260507_143022_ffffffff", code=3)


# Plans, runs, restore


def together(buckets, commands, codes=(0,)):
    """Runs commands at the same time, and gives their summaries."""
    started = [subprocess.Popen([BINARY, *map(str, command), "--json"], cwd=buckets.directory,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=dict(os.environ, **keys_of("owner"))) for command in commands]
    summaries = []
    for process in started:
        out, err = process.communicate(timeout=120)
        assert process.returncode in codes, (out[-1000:], err[-1000:])
        summaries.append(json.loads(out.splitlines()[-1]))
    return summaries


def save_shards(buckets):
    plans = [f"shard-{index}.plan" for index in range(WRITERS)]
    for index, plan in enumerate(plans):
        buckets.ursa(DURATIONS, *LIMITS[DURATIONS], "--shard", f"{index}/{WRITERS}",
                     "--plan-out", plan, user="reader")
    return plans


def test_a_saved_plan_is_what_is_committed_listed_and_taken_back(buckets):
    before, names = rows_of(buckets), everything(buckets)
    dry = buckets.ursa(DURATIONS, "--json", *LIMITS[DURATIONS], "--plan-out", "plan", user="reader")
    assert buckets.ursa("apply", "plan", "--json", user="reader").summary["dry_run"]
    assert everything(buckets) == names
    applied = buckets.ursa("apply", "plan", "--json", "--commit")
    assert applied.summary["committed"] == dry.summary["update"] + dry.summary["flag"] > 0
    planned = {row["recording_hash"]: row for row in dry.rows(action="update")}
    for row in rows_of(buckets).values():
        if row["recording_hash"] in planned:
            derived = planned[row["recording_hash"]]["derived_duration_s"]
            assert row["duration_us"] == round(derived * 1e6)
    again = buckets.ursa("apply", "plan", "--json", "--commit").summary
    assert again["committed"] == 0
    [listed] = buckets.ursa("runs", "--json", user="reader").rows()
    assert (listed["run_id"], listed["state"]) == (applied.summary["run_id"], "committed")
    look = buckets.ursa("restore", applied.summary["run_id"], "--json", user="reader").summary
    assert look["dry_run"] and look["restore"] == applied.summary["committed"]
    restore(buckets, applied)
    assert rows_of(buckets) == before
    assert [row["state"] for row in buckets.ursa("runs", "--json").rows()
            if row["run_id"] == applied.summary["run_id"]] == ["undone"]
    assert buckets.ursa("apply", "plan", "--json", "--commit", code=2).summary["refused"] == \
        "plan_undone"
    buckets.ursa("restore", "0" * 64, "--json", code=3)


def test_a_plan_of_other_buckets_is_refused(local, buckets):
    buckets.ursa(DURATIONS, *LIMITS[DURATIONS], "--plan-out", "plan")
    buckets.configure(buckets.raw, upload(local.root / "assets", "-assets-test"))
    run = buckets.ursa("apply", "plan", "--json", "--commit", code=2)
    assert run.summary["refused"] == "plan_other_catalog"


def test_plans_of_shards_applied_at_once_lose_nothing(local, raw, buckets, tmp_path):
    plans = save_shards(buckets)
    summaries = together(buckets, [("apply", plan, "--commit") for plan in plans])
    (tmp_path / "alone").mkdir()
    alone = Buckets(tmp_path / "alone", raw, upload(local.root / "assets", "-assets-test"))
    whole = commit(alone, DURATIONS).summary
    assert rows_of(buckets) == rows_of(alone)
    assert sum(summary["committed"] for summary in summaries) == whole["committed"]
    assert all(summary["changed_since_plan"] == 0 for summary in summaries)
    log = f"{buckets.assets}/ursa/catalog/recordings/_delta_log/"
    versions = sorted(name.removeprefix(log) for name in buckets.names(buckets.assets)
                      if name.startswith(log) and name.endswith(".json"))
    assert versions == [f"{version:020}.json" for version in range(len(versions))]
    assert {row["state"] for row in buckets.ursa("runs", "--json").rows()} == {"committed"}


def test_one_plan_applied_by_many_at_once_is_committed_once(buckets):
    buckets.ursa(MODALITIES, *LIMITS[MODALITIES], "--plan-out", "plan")
    summaries = together(buckets, [("apply", "plan", "--commit")] * WRITERS)
    assert sorted(summary["committed"] > 0 for summary in summaries) == \
        [False] * (WRITERS - 1) + [True]
    assert len(buckets.ursa("runs", "--json").rows()) == 1


# Looking


def test_queries_give_the_rows_that_a_directory_gives(local, buckets):
    import pyarrow.parquet
    for table in ("participants", "recordings", "modalities", "events", "maintenance_runs"):
        there = buckets.ursa("query", table, "--format", "json", user="reader").rows()
        assert [row["values"] for row in there] == \
            [row["values"] for row in local.ursa("query", table, "--format", "json").rows()]
    command = [BINARY, "query", "modalities", "--format", "parquet"]
    tables = [pyarrow.parquet.read_table(io.BytesIO(subprocess.run(
        command, cwd=directory, capture_output=True, check=True,
        env=dict(os.environ, **keys_of("reader"))).stdout))
        for directory in (buckets.directory, local.root)]
    assert tables[0].num_rows > 100 and tables[0].equals(tables[1])


def test_explain_gives_the_evidence_that_a_directory_gives(local, buckets):
    chosen = [recording_id for recording_id, truth in local.truth.items()
              if truth["in_raw"] and not {"mtime_before_start", "clock_ahead"} & {*truth["damage"]}]
    for recording_id in chosen[::6]:
        assert buckets.ursa("explain", recording_id, "--json", user="reader").rows() == \
            local.ursa("explain", recording_id, "--json").rows()
    buckets.ursa("explain", "rec_20260507_143022_ffffffff", user="reader", code=3)


def test_a_catalog_is_begun_in_an_empty_bucket(local, raw, tmp_path):
    (tmp_path / "empty").mkdir()
    buckets = Buckets(tmp_path, raw, upload(tmp_path / "empty", "-assets-test"))
    for command in (("catalog", "show"), (DURATIONS,), (AUDIT,)):
        run = buckets.ursa(*command, "--json", code=4)
        assert "catalog init" in run.summary["error"]["message"]
    denied = buckets.ursa("catalog", "init", "--json", user="reader", code=4)
    assert denied.summary["error"]["code"] == "denied"
    assert buckets.names(buckets.assets) == {}
    buckets.ursa("catalog", "init", "--prefix", "lab/catalog")
    names = buckets.names(buckets.assets)
    assert any(name.startswith(f"{buckets.assets}/ursa/active_catalog/") for name in names)
    again = buckets.ursa("catalog", "init", "--json", code=4)
    assert "there is a catalog already" in again.summary["error"]["message"]
    assert buckets.names(buckets.assets) == names
    chosen = next(recording_id for recording_id, truth in missing(local).items()
                  if truth["reconstruct"]["action"] == "ingest")
    run_id = buckets.ursa("ingest", chosen, "--commit", "--json").summary["run_id"]
    shown = buckets.ursa("catalog", "show", "--json", user="reader")
    assert shown.summary["prefix"] == "lab/catalog"
    assert {row["table"]: row["rows"] for row in shown.rows()}["recordings"] == 1
    history = buckets.ursa("catalog", "history", "--json", user="reader").rows()
    assert [(row["version"], row["run_id"]) for row in history] == [(1, run_id), (0, None)]


@pytest.mark.parametrize("user, flags, code", [("owner", (), 0), ("owner", ("--write",), 0),
                                               ("reader", (), 0), ("reader", ("--write",), 4)])
def test_doctor_tells_one_line_a_check(buckets, user, flags, code):
    before = everything(buckets)
    records = buckets.ursa("doctor", *flags, "--json", user=user, code=code)
    failed = [(row["check"], row["place"]) for row in records.rows(outcome="failed")]
    assert failed == ([("write", "assets")] if code else [])
    assert all("\n" not in row["message"] for row in records.rows())
    run = buckets.ursa("doctor", *flags, user=user, code=code)
    checks = run.out.split("\n\n")[1].splitlines()[1:]
    assert [line.split()[:3] for line in checks] == \
        [[row["check"], row["place"], row["outcome"]] for row in records.rows()]
    assert len(run.err.splitlines()) == (1 if code else 0)
    assert everything(buckets) == before


# Production


def test_production_is_written_only_with_its_flag(local, raw, tmp_path):
    buckets = with_names(local, Buckets(tmp_path, raw, upload(local.root / "assets", "-assets")))
    names = everything(buckets)
    chosen = next(recording_id for recording_id, truth in missing(local).items()
                  if truth["reconstruct"]["action"] == "ingest")
    buckets.ursa(MODALITIES, *LIMITS[MODALITIES], "--plan-out", "plan")
    guarded = [(MODALITIES, *LIMITS[MODALITIES]), ("ingest", chosen), RECONSTRUCT,
               ("apply", "plan"), (BACKFILL, *LIMITS[BACKFILL])]
    for command in guarded:
        run = buckets.ursa(*command, "--json", "--commit", code=2)
        assert run.summary["refused"] == "production", command
        assert run.records[0]["environment"] == "production"
    assert everything(buckets) == names
    run = buckets.ursa("apply", "plan", "--json", "--commit", "--i-know-this-targets-prod")
    assert run.summary["committed"] > 10
    command = ("restore", run.summary["run_id"], "--json", "--commit")
    assert buckets.ursa(*command, code=2).summary["refused"] == "production"
    buckets.ursa(*command, "--i-know-this-targets-prod")


def test_names_are_committed_to_production_once_its_bucket_was_typed(local, raw, tmp_path,
                                                                     monkeypatch):
    buckets = with_names(local, Buckets(tmp_path, raw, upload(local.root / "assets", "-assets")))
    names = everything(buckets)
    for name, value in keys_of("owner").items():
        monkeypatch.setenv(name, value)
    command = (BACKFILL, *LIMITS[BACKFILL], "--commit", "--confirm-prod", "--json")
    run, shown = ursa_at_terminal(*command, answer=buckets.raw, cwd=buckets.directory)
    assert run.code == 2 and run.summary["refused"] == "confirmation"
    assert buckets.assets in shown and everything(buckets) == names
    run, _ = ursa_at_terminal(*command, answer=buckets.assets, cwd=buckets.directory)
    assert run.code == 0 and run.summary["committed"] > len(dropped(local))


def test_a_raw_bucket_in_production_counts_for_what_writes_there_only(local, tmp_path):
    chosen = next(recording_id for recording_id, truth in missing(local).items()
                  if truth["reconstruct"]["reason"] == "no_manifest")
    bucket = upload_recordings(local, [chosen], tmp_path / "raw", "-raw")
    buckets = Buckets(tmp_path, bucket, upload(local.root / "assets", "-assets-test"))
    before = everything(buckets)
    assert buckets.ursa(DURATIONS, "--json").records[0]["environment"] == "staging"
    assert "production" in buckets.ursa(*RECONSTRUCT, "--json").summary["would_refuse"]
    run = buckets.ursa(*RECONSTRUCT, "--json", "--commit", code=2)
    assert run.summary["refused"] == "production"
    assert everything(buckets) == before
    buckets.ursa(*RECONSTRUCT, "--commit", "--i-know-this-targets-prod")
    check_rows(buckets, local, [chosen])


# What is wrong is told in one sentence

WRONG_SECRET = "wrong/secret/of/forty/characters/0123456"
ANYONE = "rec_20260507_143022_a1b2c3d4"
OF_THE_CATALOG = [("query", "recordings"), ("runs",), ("restore", "0" * 64), ("catalog", "show"),
                  ("catalog", "history")]
OF_THE_RAW_BUCKET = [(DURATIONS,), (MODALITIES,), (BACKFILL,), (AUDIT,), RECONSTRUCT,
                     ("ingest", ANYONE), ("explain", ANYONE), ("doctor",)]


def name_of(command):
    return "-".join(map(str, command[:2]))


@pytest.fixture(scope="module")
def shared(local, raw, tmp_path_factory):
    """For tests that write nothing."""
    return Buckets(tmp_path_factory.mktemp("shared"), raw,
                   upload(local.root / "assets", "-assets-test"))


def check_error(run, sentence):
    """One sentence on one line, with no secret in it or anywhere else."""
    assert run.code == 4, run.out[-1000:]
    message = run.summary["error"]["message"]
    assert sentence in message
    assert run.err == f"ursa: error: {message}\n"
    for secret in (os.environ["URSA_TEST_S3_SECRET"], os.environ["URSA_TEST_S3_READER_SECRET"],
                   WRONG_SECRET):
        assert secret not in run.out + run.err


@pytest.mark.parametrize("command", OF_THE_CATALOG + OF_THE_RAW_BUCKET, ids=name_of)
def test_a_wrong_secret_or_bucket_is_told_in_one_sentence(shared, command):
    shared.configure(shared.raw, shared.assets)
    run = shared.ursa(*command, "--json", code=None,
                      environment={"AWS_SECRET_ACCESS_KEY": WRONG_SECRET})
    check_error(run, "does not belong to the access key id (from AWS_ACCESS_KEY_ID)")
    shared.configure(shared.raw, "no-such-bucket")
    check_error(shared.ursa(*command, "--json", code=None), "there is no bucket no-such-bucket")


@pytest.mark.parametrize("command", OF_THE_RAW_BUCKET, ids=name_of)
def test_a_wrong_secret_or_raw_bucket_is_told_in_one_sentence(shared, command):
    shared.configure(shared.raw, shared.assets)
    run = shared.ursa(*command, "--json", code=None, environment={
        "URSA_RAW_ACCESS_KEY_ID": os.environ["URSA_TEST_S3_KEY_ID"],
        "URSA_RAW_SECRET_ACCESS_KEY": WRONG_SECRET})
    check_error(run, "does not belong to the access key id (from URSA_RAW_ACCESS_KEY_ID)")
    shared.configure("no-such-bucket", shared.assets)
    check_error(shared.ursa(*command, "--json", code=None), "there is no bucket no-such-bucket")


def test_a_server_that_is_not_there_is_told_in_one_sentence(shared):
    shared.configure(shared.raw, shared.assets, endpoint="http://127.0.0.1:9")
    commands = (MODALITIES,), (AUDIT,), RECONSTRUCT, ("query", "recordings")
    # They wait between their attempts; all at once, that takes no longer than one.
    with concurrent.futures.ThreadPoolExecutor(len(commands)) as pool:
        for run in pool.map(lambda command: shared.ursa(*command, "--json", code=None), commands):
            check_error(run, "check endpoint and the network")


def test_a_table_of_a_bucket_is_read_by_its_uri(shared):
    shared.configure(shared.raw, shared.assets)
    uri = f"s3://{shared.assets}/ursa/catalog/recordings"
    there = shared.ursa("table", "read", uri, "--json", user="reader").rows()
    here = shared.ursa("query", "recordings", "--json").rows()
    assert [row["values"] for row in there] == [row["values"] for row in here] != []
