"""What reconstruct-all-recent makes of strange recordings is what the contract says."""
import json
import os
import pathlib
import time

import deltalake
import pytest

import reference_manifests
import strange_manifests
from laboratory import ursa
from reference_bytes import SECOND
from reference_test import CONFIGURATION, FIRST_SEED, RECORDINGS, SEEDS, text_of, write_recording

COMMAND = ("reconstruct-all-recent", "--days", 36500, "--quiet-minutes", 1, "--json")
QUIET = 60 * SECOND
MODALITY_COLUMNS = ("format", "segment_count", "byte_count", "raw_storage_uri")


class StrangeBucket:
    """A bucket of strange recordings that no catalog has, before and after it was worked off."""

    def __init__(self, root, seed):
        self.root, self.now = pathlib.Path(root), time.time_ns()
        self.made = [(recording, elsewhere) for recording, elsewhere
                     in strange_manifests.make(seed, RECORDINGS) if recording.files]
        (self.root / "ursa.toml").write_text(CONFIGURATION)
        ursa("catalog", "init", "--staging", cwd=self.root)
        for recording, elsewhere in self.made:
            write_recording(self.root, recording)
            if elsewhere is not None:
                self.write_elsewhere(recording, elsewhere)
        self.worklist = self.run()
        self.worked = self.run("--commit")

    def write_elsewhere(self, recording, data):
        place = self.root / "raw" / "manifests" / recording.identity / "manifest.json"
        place.parent.mkdir(parents=True)
        place.write_bytes(data)
        os.utime(place, (0, 0))

    def run(self, *more):
        run = ursa(*COMMAND, *more, cwd=self.root, code=None)
        return {row["recording_id"]: row for row in run.rows()}

    def rows(self, table):
        path = self.root / "assets" / "ursa" / "catalog" / table
        return deltalake.DeltaTable(str(path)).to_pyarrow_table().to_pylist()

    def done(self):
        """The recordings that get into the catalog, and their manifests."""
        for recording, elsewhere in self.made:
            action = reference_manifests.worked_row(recording, elsewhere, self.now, QUIET)[0]
            if action in ("reconstruct", "ingest"):
                yield recording, reference_manifests.manifests_of(recording, elsewhere)


@pytest.fixture(scope="module", params=range(FIRST_SEED, FIRST_SEED + SEEDS))
def bucket(request, tmp_path_factory):
    return StrangeBucket(tmp_path_factory.mktemp("bucket"), request.param)


def test_the_worklist_has_every_recording_with_its_action_and_reason(bucket):
    assert len(bucket.worklist) == len(bucket.worked) == len(bucket.made)
    for recording, elsewhere in bucket.made:
        for rows, expected in ((bucket.worklist, reference_manifests.worklist_row),
                               (bucket.worked, reference_manifests.worked_row)):
            row = rows[recording.identity]
            assert ((row["action"], row["reason"], row["bytes"], row["files"])
                    == expected(recording, elsewhere, bucket.now, QUIET)), row


def test_every_reconstruction_is_the_function_of_the_bucket_that_the_contract_says(bucket):
    compared = 0
    for recording, manifests in bucket.done():
        if manifests.augmented:
            continue
        path = bucket.root / "raw" / recording.key("manifest.reconstructed.json")
        actual = json.loads(path.read_bytes())
        actual["reason"] = actual["reconstructed"]["reason"]
        actual["workers"] = reference_manifests.names_of(actual["workers"])
        expected = reference_manifests.reconstructed(recording, manifests)
        for name in ("started_at", "ended_at"):
            expected[name] = text_of(expected[name])[:-4] + "Z"
        assert {name: actual.get(name) for name in expected} == expected
        compared += 1
    assert compared > RECORDINGS // 4


def test_every_recording_gets_the_row_that_its_manifest_and_its_files_say(bucket):
    rows = {row["recording_id"]: row for row in bucket.rows("recordings")}
    for recording, manifests in bucket.done():
        row, augmented = rows.pop(recording.identity), manifests.augmented
        start = reference_manifests.start_of(recording, manifests)
        duration = reference_manifests.duration_of(recording, manifests, start, bucket.now)
        assert row["start_time"].strftime("%Y-%m-%dT%H:%M:%S.%f000Z") == text_of(start), row
        assert row["duration_us"] == duration, row
        assert row["duration_known_wrong"] is (duration is None), row
        assert row["manifest_source"] == ("rig" if augmented else "reconstructed"), row
        assert row["recording_hash"] == (
            augmented["recording_hash"] if augmented
            else reference_manifests.recording_hash_of(recording)), row
    assert not rows


def test_every_worker_gets_the_modality_rows_that_its_files_say(bucket):
    actual = {(row["recording_id"], row["worker"], row["modality"]):
              {column: row[column] for column in MODALITY_COLUMNS}
              for row in bucket.rows("modalities")}
    expected = {(recording.identity, worker, slug): row for recording, _ in bucket.done()
                for (worker, slug), row in reference_manifests.modality_rows(recording).items()}
    assert actual == expected
