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
