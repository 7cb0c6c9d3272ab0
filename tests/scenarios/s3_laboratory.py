"""Laboratories in buckets for the scenarios of commands: fixtures that a file imports, and what
they are held against. What was uploaded is kept for a file's tests; each has assets of its own."""
import datetime
import json
import os
import shutil
import subprocess

import pytest

from buckets import Buckets, keys_of, upload
from laboratory import BINARY, Laboratory

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
