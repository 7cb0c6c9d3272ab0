"""Laboratories in buckets for the scenarios of commands: fixtures that a file imports, and what
they are held against. What was uploaded is kept for a file's tests; each has assets of its own."""
import datetime
import shutil

import pytest

from buckets import Buckets, upload
from laboratory import Laboratory

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
