"""Manifests for strange recordings: good ones, old ones, and ones that somebody broke."""
import copy
import datetime
import hashlib
import json

import reference_manifests
import strange_recordings
from reference import DAY, File
from reference_bytes import SECOND


class ManifestMaker(strange_recordings.Maker):
    """Makes one recording that is in the bucket and not in the catalog."""

    def legacy(self, workers):
        """A manifest as old rigs wrote it."""
        value = {"started_at": self.iso(self.time()), "ended_at": self.iso(self.time())}
        shapes = (workers, [{"name": name, "device": {"model": "x"}} for name in workers],
                  {name: {"device": 1} for name in workers}, [], None)
        value["workers"] = self.random.choice(shapes)
        if self.chance(0.7):
            value["hostname"] = self.random.choice(("rig-1", "rig-2", ""))
        if self.chance(0.5):
            value["data_engine_version"] = "0.9.1"
        if self.odd():
            name = self.random.choice(("started_at", "ended_at", "workers"))
            value[name] = self.random.choice((None, "yesterday", 5, "1999-12-31T00:00:00Z"))
        if self.chance(0.3):
            del value[self.random.choice(("started_at", "ended_at", "workers"))]
        return value

    def augmented(self, recording):
        """A manifest that passes the gate."""
        files = [{"path": path, "size": len(recording.files[path].data),
                  "sha256": hashlib.sha256(recording.files[path].data).hexdigest()}
                 for path in reference_manifests.inventory_of(recording)]
        digest = self.random.choice((recording.identity, "another"))
        value = {"manifest_version": 2, "recording_id": recording.identity,
                 "recording_hash": hashlib.sha256(digest.encode()
                                                  + recording.identity.encode()).hexdigest(),
                 "started_at": self.iso(self.base), "ended_at": self.iso(self.base + self.length),
                 "hostname": "rig-3", "data_engine_version": "1.0", "files": files,
                 "workers": [{"name": name} for name in recording.workers()]}
        if self.chance(0.2):
            del value[self.random.choice(("ended_at", "hostname", "workers", "recording_id"))]
        return self.broken(value) if self.odd() and self.chance(0.5) else value

    def broken(self, value):
        """The same with one rule of the gate broken."""
        value, file = copy.deepcopy(value), self.random.choice(value["files"] or [{}])
        file = next((one for one in value["files"] if one == file), {})
        self.random.choice((
            lambda: value.update(recording_hash=value["recording_hash"].upper()),
            lambda: value.update(recording_hash=value["recording_hash"][:-1]),
            lambda: value.update(recording_hash=None),
            lambda: value.update(started_at="yesterday"),
            lambda: value.pop("started_at"),
            lambda: value.update(files=[]),
            lambda: value.update(files={}),
            lambda: value.pop("files"),
            lambda: value.pop("recording_hash"),
            lambda: value.update(recording_id="rec_20260507_143022_ffff"),
            lambda: value["files"].append(dict(file)),
            lambda: file.update(size=len(file)),
            lambda: value["files"].append(dict(file, path="lidar_0/gone.dat")),
            lambda: value["files"].remove(file) if len(value["files"]) > 1 else None,
            lambda: file.update(size=-1),
            lambda: file.update(size="1"),
            lambda: file.pop("size", None),
            lambda: file.update(sha256="f" * 63),
            lambda: file.update(path="/" + file.get("path", "")),
            lambda: file.update(path="../x"),
            lambda: file.update(path="a//b"),
            lambda: file.update(path="a/./b"),
            lambda: file.update(path="a\\b"),
            lambda: file.update(path="a\0b"),
            lambda: file.update(path=""),
        ))()
        return value

    def data_of(self, value):
        data = json.dumps(value, ensure_ascii=self.chance(0.5)).encode()
        if self.odd() and self.chance(0.1):
            data = self.random.choice((b"", b"{}", b"[]", b"null", data[:-1], data + b"}"))
        return data

    def manifests(self, recording):
        """Puts manifests in; returns what lies in manifests/<id>/, None for nothing."""
        workers = list(recording.workers())
        elsewhere = None
        if self.chance(0.6):
            value = self.augmented(recording) if self.chance(0.4) else self.legacy(workers)
            self.put("manifest.json", self.data_of(value))
        if self.chance(0.15):
            value = self.augmented(recording) if self.chance(0.6) else self.legacy(workers)
            elsewhere = self.data_of(value)
        if self.chance(0.2):
            for name in self.random.sample(("a", "b", "host-3"), self.random.choice((1, 2, 3))):
                self.put(f"_node_manifests/{name}.json",
                         json.dumps(self.legacy([f"{name}_0", f"{name}_1"])).encode())
        if self.chance(0.1):
            self.put("manifest.reconstructed.json.tmp", b"half")
        return elsewhere

    def odd_paths(self):
        for path in ("eeg_0/sub/100% ok.dat", "lidar_0/a\nb\r.dat", "lidar_0/manifest.json",
                     "lidar_0/session.lock", "notes.txt", "lidar_0/é.dat", "lidar_0/z\u0301.dat",
                     "lidar_0/sub/worker_report.json", "samsungwatch_left/sub/imu_0000.csv",
                     "pupillabs_0/sub/gaze_0000.csv", "pupillabs_0/gaze_x", "lidar_0/😀.dat",
                     "lidar_0/\uffee.dat"):
            if self.odd() and self.chance(0.1):
                self.put(path, b"data " + path.encode())

    def make_in_bucket(self, number):
        recording = self.make(number).recording
        for path in list(self.files):
            if path.startswith(("manifest", "_node_manifests", "_/")):
                del self.files[path]
        self.odd_paths()
        if self.odd() and self.chance(0.05):
            self.files = recording.files = {
                path: File(b"", file.modified) for path, file in self.files.items()}
        elif recording.files is not self.files:
            recording.files = self.files
        elsewhere = self.manifests(recording)
        if self.odd() and self.chance(0.1):
            recording.identity = self.random.choice((
                f"rec_20261301_000000_{number:06x}", f"rec_20260507_143022_{number:06X}Z",
                f"rec_20260507_143022_{number:03x}", f"tmp_{number}", f"rec_20260507_{number:06x}"))
        return recording, elsewhere


def make(seed, count):
    """Strange recordings, and what lies of each in manifests/<id>/manifest.json."""
    return [ManifestMaker(f"{seed}/{number}").make_in_bucket(number) for number in range(count)]
