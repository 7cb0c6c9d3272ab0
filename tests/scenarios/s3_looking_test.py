"""What only looks, and how a catalog begins, on buckets of a real server (scripts/rgw)."""
import io
import os
import subprocess

import pytest

from buckets import Buckets, keys_of, needs_server, upload
from laboratory import BINARY
from s3_laboratory import (  # noqa: F401 (fixtures)
    AUDIT, DURATIONS, buckets, everything, local, missing, raw)

pytestmark = needs_server


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


def test_a_table_of_a_bucket_is_read_by_its_uri(buckets):
    uri = f"s3://{buckets.assets}/ursa/catalog/recordings"
    there = buckets.ursa("table", "read", uri, "--json", user="reader").rows()
    here = buckets.ursa("query", "recordings", "--json").rows()
    assert [row["values"] for row in there] == [row["values"] for row in here] != []


def test_what_was_uploaded_just_now_is_still_arriving(local, buckets):
    run = buckets.ursa("reconstruct-all-recent", "--days", 500, "--json", user="reader")
    assert run.rows() == [row for row in run.rows() if row["action"] == "skipped"]
    assert run.summary["still_arriving"] == len(missing(local)) - 1
