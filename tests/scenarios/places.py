"""The places in which the same scenarios run: a directory, and buckets of a real server."""
import copy
import pathlib
import shutil

import pytest

from buckets import (Buckets, file_system, keys_of, needs_server, stamps_of, storage_options,
                     upload)
from laboratory import Laboratory

PLACES = ["directory", pytest.param("rgw", marks=[pytest.mark.rgw, needs_server])]
# The damage that lies in nothing but a file's time of modification.
TIMES = {"mtime_before_start", "clock_ahead"}
# It writes manifests beside the recordings.
RECONSTRUCT = "reconstruct-all-recent"
# What writes without --commit.
WRITES = {("catalog", "init"), ("doctor", "--write")}


class Recordings:
    """The recordings of a laboratory in a directory, in a bucket that many tests share."""

    def __init__(self, local):
        self.local, self.files = local, file_system()
        self.bucket = upload(local.root / "raw", "-raw-test")
        self.stamps = stamps_of(self.files, self.bucket)

    def put_back(self):
        """Makes the bucket again what it was before a test changed it."""
        wanted = {f"{self.bucket}/{key}": key for key in self.local.stamps("raw")}
        found = stamps_of(self.files, self.bucket)
        for path in found.keys() - wanted.keys():
            self.files.delete_file(path)
        for path, key in wanted.items():
            if found.get(path) != self.stamps[path]:
                with self.files.open_output_stream(path) as stream:
                    stream.write(self.local.read("raw", key))
        self.stamps = stamps_of(self.files, self.bucket)


class LaboratoryInBuckets(Buckets):
    """A laboratory in buckets, which its tests use as they use one in a directory.

    Its directory, `root`, is the operator's: it has ursa.toml, the merge map and what commands
    save. What writes nothing is done with keys that may only read. To upload the recordings for
    every test would take too long: copies share their bucket, and put back what they changed.
    """

    place = "rgw"
    arrived = ("--quiet-minutes", 0)

    def __init__(self, directory, recordings, staging=True):
        """Uploads the catalog of the laboratory of which the recordings are."""
        local = recordings.local
        directory.mkdir()
        shutil.copy(local.root / "participants.mergemap", directory)
        assets = upload(local.root / "assets", "-assets-test" if staging else "-assets")
        super().__init__(directory, recordings.bucket, assets)
        self.root, self.shared = directory, recordings
        self.changes_raw = False
        self.environment, self.storage_options = keys_of("owner"), storage_options()
        self.confirmation = assets
        self.truth = copy.deepcopy(local.truth)
        for record in self.truth.values():
            if record["reconstruct"] and record["reconstruct"]["reason"] == "stale_lock":
                # Everything was uploaded just now.
                record["reconstruct"].update(action="skipped", reason="session_lock")

    def configure(self, raw, assets, more='merge_map = "participants.mergemap"\n', **options):
        super().configure(raw, assets, more, **options)

    def copy_to(self, directory, staging=True):
        """The same laboratory with a catalog of its own."""
        return LaboratoryInBuckets(pathlib.Path(directory), self.shared, staging)

    def ursa(self, *arguments, **options):
        self.changes_raw |= arguments[0] == RECONSTRUCT and "--commit" in arguments
        writes = "--commit" in arguments or tuple(map(str, arguments[:2])) in WRITES
        return super().ursa(*arguments, user="owner" if writes else "reader", **options)

    def start(self, *arguments):
        self.changes_raw |= arguments[0] == RECONSTRUCT
        return Laboratory.start(self, *arguments)

    delta = Laboratory.delta
    rows = Laboratory.rows
    append_twin = Laboratory.append_twin
    rows_with = Laboratory.rows_with

    def uri_of(self, table):
        return f"s3://{self.assets}/ursa/catalog/{table}"

    def raw_uri(self, recording_id):
        return f"s3://{self.raw}/recordings/{recording_id}/"

    def times_are_kept(self, recording_id):
        return not TIMES & {*self.truth[recording_id]["damage"]}

    def path_of(self, side, key):
        return f"{getattr(self, side)}/{key}"

    def put_back(self):
        if self.changes_raw:
            self.shared.put_back()

    def read(self, side, key):
        with self.files.open_input_file(self.path_of(side, key)) as file:
            return file.read()

    def write(self, side, key, data):
        self.changes_raw |= side == "raw"
        with self.files.open_output_stream(self.path_of(side, key)) as stream:
            stream.write(data)

    def remove(self, side, key):
        self.changes_raw |= side == "raw"
        self.files.delete_file(self.path_of(side, key))

    def remove_all(self, side, prefix):
        if side == "assets":
            self.files.delete_dir_contents(self.path_of(side, prefix))
            return
        # What all share is left alone.
        empty = self.root / "empty"
        empty.mkdir()
        bucket = upload(empty, "-raw-test")
        config = self.root / "ursa.toml"
        config.write_text(config.read_text().replace(self.raw, bucket))
        self.raw = bucket

    def stamps(self, side, prefix=""):
        bucket = getattr(self, side)
        return {name.removeprefix(f"{bucket}/"): stamp
                for name, stamp in self.names(f"{bucket}/{prefix}".rstrip("/")).items()}

    def fingerprint(self):
        """Every object and every file of the directory, with its size and time."""
        return {**Laboratory.fingerprint(self), **self.names(self.raw), **self.names(self.assets)}


def make_laboratory(place, directory, recordings):
    local = Laboratory(directory / "lab", recordings=recordings)
    if place == "directory":
        return local
    return LaboratoryInBuckets(directory / "operator", Recordings(local))
