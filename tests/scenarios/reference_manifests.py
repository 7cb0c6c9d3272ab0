"""Manifests, inventories and what follows from them: sections 3.3 and 4 of the contract.

The upper half of reference.py, which says what it is for.
"""
import collections
import dataclasses
import datetime
import hashlib
import re

import reference
from reference_bytes import (
    LINES_OF_OBJECTS, SECOND, SENSORS, NoSignal, NumberText, family_of, first_row_time,
    is_frame_list, json_of, matches, moment_of_iso, segment_order, time_of_iso)

HASH = re.compile("[0-9a-f]{64}")
IDENTITY = re.compile("rec_([0-9]{8}_[0-9]{6})_[0-9a-f]{4,32}")
INTEGER = re.compile("[0-9]+")
NO_INVENTORY = ("manifest.json", "manifest.reconstructed.json", "participant.txt", "session.lock")
WEEK = 7 * reference.DAY


class BadManifest(Exception):
    """A manifest that is neither augmented nor legacy, or two that contradict each other."""

    @property
    def is_conflict(self):
        return self.args == ("conflicting_manifests",)


def text_member(value, name):
    found = value.get(name)
    return found if isinstance(found, str) and not isinstance(found, NumberText) else None


def time_member(value, name):
    """A time of a manifest, None where it has none that is plausible."""
    text = text_member(value, name)
    try:
        return None if text is None else time_of_iso(text)
    except NoSignal:
        return None


def is_good_path(path):
    return ("\\" not in path and "\0" not in path
            and all(part not in ("", ".", "..") for part in path.split("/")))


def check_files(files):
    if not isinstance(files, list) or not files:
        raise BadManifest("files")
    paths = set()
    for file in files:
        if not isinstance(file, dict):
            raise BadManifest("file")
        path, size = text_member(file, "path"), file.get("size")
        if path is None or not is_good_path(path) or path in paths:
            raise BadManifest("path")
        if not isinstance(size, NumberText) or not INTEGER.fullmatch(size):
            raise BadManifest("size")
        if not HASH.fullmatch(text_member(file, "sha256") or ""):
            raise BadManifest("sha256")
        paths.add(path)


def read_manifest(data, identity):
    """A manifest, and whether it is augmented; it is legacy otherwise."""
    try:
        value = json_of(data)
    except (ValueError, RecursionError):
        raise BadManifest("json") from None
    if not isinstance(value, dict):
        raise BadManifest("object")
    if value.get("recording_id") not in (None, identity):
        raise BadManifest("recording_id")
    if "recording_hash" not in value and "files" not in value:
        return value, False
    if not HASH.fullmatch(text_member(value, "recording_hash") or ""):
        raise BadManifest("recording_hash")
    try:
        moment_of_iso(text_member(value, "started_at") or "")
    except NoSignal:
        raise BadManifest("started_at") from None
    check_files(value.get("files"))
    return value, True


@dataclasses.dataclass
class Manifests:
    """What the manifests of a recording come to."""
    augmented: dict = None
    legacy: list = dataclasses.field(default_factory=list)
    nodes: list = dataclasses.field(default_factory=list)

    @property
    def reason(self):
        if self.legacy:
            return "legacy_manifest"
        return "node_manifests" if self.nodes else "no_manifest"


def manifests_of(recording, elsewhere):
    """Every manifest; `elsewhere` is the bytes of manifests/<id>/manifest.json or None."""
    found, files = Manifests(), recording.files
    for data in (files["manifest.json"].data if "manifest.json" in files else None, elsewhere):
        if data is None:
            continue
        value, is_augmented = read_manifest(data, recording.identity)
        if not is_augmented:
            found.legacy.append(value)
        elif found.augmented is None:
            found.augmented = value
        elif found.augmented["recording_hash"] != value["recording_hash"]:
            raise BadManifest("conflicting_manifests")
    for path, file in sorted(recording.files.items()):
        if re.fullmatch(r"_node_manifests/[^/]+\.json", path):
            found.nodes.append(read_manifest(file.data, recording.identity)[0])
    return found


# Inventory and digest.

def inventory_of(recording):
    return sorted((path for path in recording.files
                   if path not in NO_INVENTORY and not path.startswith("_node_manifests/")),
                  key=str.encode)


def escaped(path):
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def recording_hash_of(recording):
    digest = hashlib.sha256(f"ursa-recording-hash/1 {recording.identity}\n".encode())
    for path in inventory_of(recording):
        data = recording.files[path].data
        line = f"{hashlib.sha256(data).hexdigest()} {len(data)} {escaped(path)}\n"
        digest.update(line.encode())
    return digest.hexdigest()


# Section 3.3: the start.

def slugs_of(worker):
    """The slugs whose first sample can say when a worker began."""
    family = family_of(worker)
    if family == "samsungwatch":
        return ["samsungwatch-" + sensor.replace("_", "-") for sensor in SENSORS]
    return ["pupillabs-gaze" if family == "pupillabs" else family]


def first_frame(recording, worker):
    family, files = family_of(worker), recording.workers()[worker]
    names = [name for name in files if "/" not in name and is_frame_list(family, name)]
    try:
        return first_row_time("frames", files[min(names, key=segment_order)].data)
    except (NoSignal, ValueError):
        return None


def first_sample_of(recording):
    """The earliest first sample over all workers."""
    found = []
    for worker in recording.workers():
        if family_of(worker) in ("camera", "screen"):
            found.append(first_frame(recording, worker))
            continue
        found += [reference.first_sample(recording, worker, slug)[0] for slug in slugs_of(worker)]
    return min((time for time in found if time is not None), default=None)


def stamp_of(identity):
    """The time in a recording's id; None where it is none."""
    match = IDENTITY.fullmatch(identity)
    try:
        moment = datetime.datetime.strptime(match.group(1), "%Y%m%d_%H%M%S")
    except (AttributeError, ValueError):
        return None
    since = moment - datetime.datetime(1970, 1, 1)
    return (since.days * 86400 + since.seconds) * SECOND


def start_of(recording, manifests):
    """The start of a recording in nanoseconds, whole microseconds of them."""
    if manifests.augmented:
        candidates = [time_member(manifests.augmented, "started_at")]
    else:
        candidates = [time_member(value, "started_at") for value in manifests.legacy[:1]]
        times = [time_member(value, "started_at") for value in manifests.nodes]
        candidates.append(min((time for time in times if time is not None), default=None))
    candidates += [first_sample_of(recording), stamp_of(recording.identity)]
    return next(time for time in candidates if time is not None) // 1000 * 1000


# What reconstruct-all-recent makes of a recording.

def reason_to_skip(recording, now, quiet):
    """Why nothing is done, None where there is no reason."""
    if stamp_of(recording.identity) is None:
        return "not_a_recording_id"
    ages = [now - file.modified for path, file in recording.files.items()
            if path != "manifest.reconstructed.json"]
    if "session.lock" in recording.files:
        return "stale_lock" if min(ages) >= WEEK else "session_lock"
    if ages and min(ages) < quiet:
        return "still_arriving"
    if not any(recording.files[path].data for path in recording.data_files()):
        return "empty"
    return None


def worklist_row(recording, elsewhere, now, quiet):
    """The action, its reason, bytes and files of the inventory."""
    inventory = inventory_of(recording)
    size = sum(len(recording.files[path].data) for path in inventory)
    reason = reason_to_skip(recording, now, quiet)
    if reason == "not_a_recording_id":
        return "skipped", reason, None, None
    if reason:
        return "skipped", reason, size, len(inventory)
    try:
        manifests = manifests_of(recording, elsewhere)
    except BadManifest as fault:
        code = "conflicting_manifests" if fault.is_conflict else "bad_manifest"
        return "failed", code, size, len(inventory)
    if manifests.augmented:
        return "ingest", None, size, len(inventory)
    return "reconstruct", manifests.reason, size, len(inventory)


def worked_row(recording, elsewhere, now, quiet):
    """The same after the work: what a manifest names has to be there, in its size."""
    row = worklist_row(recording, elsewhere, now, quiet)
    if row[0] == "ingest":
        files = manifests_of(recording, elsewhere).augmented["files"]
        if any(file["path"] not in recording.files
               or len(recording.files[file["path"]].data) != int(file["size"]) for file in files):
            return "failed", "inventory_mismatch", *row[2:]
    return row


def names_of(workers):
    """The names in a manifest's `workers`, in whichever of its shapes."""
    if isinstance(workers, dict):
        return list(workers)
    if not isinstance(workers, list):
        return []
    return [worker if isinstance(worker, str) else text_member(worker, "name")
            for worker in workers]


def reconstructed(recording, manifests):
    """The members of a reconstruction that are a function of the bucket."""
    inventory = inventory_of(recording)
    latest = max(recording.files[path].modified for path in inventory)
    sources = manifests.legacy[:1] or manifests.nodes
    names = []
    for value in sources:
        names += [name for name in names_of(value.get("workers")) if name not in names]
    made = {
        "manifest_version": 2, "recording_id": recording.identity,
        "recording_hash": recording_hash_of(recording),
        "started_at": start_of(recording, manifests), "ended_at": latest // 1000 * 1000,
        "workers": names or sorted(recording.workers()),
        "files": [{"path": path, "size": len(recording.files[path].data),
                   "sha256": hashlib.sha256(recording.files[path].data).hexdigest()}
                  for path in inventory],
        "reason": manifests.reason}
    for name in ("hostname", "data_engine_version"):
        made[name] = text_member(sources[0], name) if sources else None
    return made


def slug_files(worker, names):
    """The data files of each slug of a worker."""
    family, found = family_of(worker), collections.defaultdict(list)
    for name in names:
        if name == "worker_report.json":
            continue
        if family == "samsungwatch":
            for sensor in SENSORS:
                if "/" not in name and matches(name, (sensor + "_",), ".csv"):
                    found["samsungwatch-" + sensor.replace("_", "-")].append(name)
        elif family == "pupillabs":
            for prefix, slug in (("gaze_", "pupillabs-gaze"), ("world_", "pupillabs-scene")):
                if "/" not in name and name.startswith(prefix):
                    found[slug].append(name)
        else:
            found[family].append(name)
    return found


def format_of(slug):
    if slug in LINES_OF_OBJECTS:
        return "raw_jsonl"
    return {"eeg": "raw_binary", "camera": "raw_video", "screen": "raw_video", "mic": "raw_audio",
            "environment": "raw_csv", "pupillabs": "raw_video",
            "samsungwatch": "raw_csv"}.get(slug.split("-")[0], "raw_other")


def modality_rows(recording):
    """The rows of `modalities` that a recording gets: by worker and slug."""
    rows = {}
    for worker, files in recording.workers().items():
        for slug, names in slug_files(worker, files).items():
            rows[worker, slug] = {
                "format": format_of(slug), "segment_count": len(names),
                "byte_count": sum(len(files[name].data) for name in names),
                "raw_storage_uri": "local://raw/" + recording.key(worker + "/")}
    return rows


def duration_of(recording, manifests, start, now):
    """The duration in microseconds, None where nothing says it."""
    found = reference.EndSearch(recording, start, now).run()
    if found.end is not None:
        return reference.duration_us(found.end, start)
    if manifests.augmented and "reconstructed" not in manifests.augmented:
        ended = time_member(manifests.augmented, "ended_at")
        if ended is not None and ended > start:
            return reference.duration_us(ended, start)
    return None
