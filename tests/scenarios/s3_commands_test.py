"""What commands do on buckets of a real server (scripts/rgw) and on no directory.

The scenarios that buckets share with directories are those of every other file (conftest.py).
"""
import concurrent.futures
import datetime
import io
import os
import shutil
import subprocess

import pytest

from buckets import Buckets, keys_of, needs_server, upload
from laboratory import BINARY, Laboratory

pytestmark = needs_server

DURATIONS = "fix-durations-inplace"
MODALITIES = "fix-modalities-start-epoch"
BACKFILL = "backfill-participants"
AUDIT = "audit-participants"
# Everything was uploaded just now.
RECONSTRUCT = ("reconstruct-all-recent", "--days", 500, "--quiet-minutes", 0)
LIMITS = {DURATIONS: ("--max-indeterminate", 1000), MODALITIES: ("--max-underivable", 1000),
          BACKFILL: ("--allow-r2-only",)}
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


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


def everything(buckets):
    return buckets.names(buckets.raw), buckets.names(buckets.assets)


def missing(local):
    """The truth of the recordings that reconstruct-all-recent lists."""
    return {recording_id: truth for recording_id, truth in local.truth.items()
            if truth["reconstruct"] is not None}


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


def test_what_was_uploaded_just_now_is_still_arriving(local, buckets):
    run = buckets.ursa("reconstruct-all-recent", "--days", 500, "--json", user="reader")
    assert run.rows() == [row for row in run.rows() if row["action"] == "skipped"]
    assert run.summary["still_arriving"] == len(missing(local)) - 1


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
