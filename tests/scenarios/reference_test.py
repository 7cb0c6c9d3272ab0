"""What the binary derives from strange recordings is what the contract says, to the nanosecond."""
import datetime
import os
import pathlib
import time

import deltalake
import pyarrow
import pytest

import reference
import reference_bytes
import strange_recordings
from laboratory import ursa

FIRST_SEED = int(os.environ.get("URSA_REFERENCE_FIRST_SEED", "1"))
SEEDS = int(os.environ.get("URSA_REFERENCE_SEEDS", "2"))
RECORDINGS = int(os.environ.get("URSA_REFERENCE_RECORDINGS", "80"))
CONFIGURATION = 'default_profile = "local"\n[profile.local]\nroot = "."\n'


def text_of(nanoseconds):
    """A derived time as ursa writes it."""
    if nanoseconds is None:
        return None
    seconds, rest = divmod(nanoseconds, reference_bytes.SECOND)
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def hash_of(number):
    return f"{number:064x}"


def write_recording(root, recording):
    for path, file in recording.files.items():
        place = root / "raw" / recording.key(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.data)
        os.utime(place, ns=(file.modified, file.modified))


def write_table(root, name, rows):
    """Adds rows to an empty table with another engine; what a row does not say is null."""
    table = deltalake.DeltaTable(str(root / "assets" / "ursa" / "catalog" / name))
    schema = table.to_pyarrow_table().schema
    columns = {field.name: pyarrow.array([row.get(field.name) for row in rows], field.type)
               for field in schema}
    deltalake.write_deltalake(table, pyarrow.table(columns, schema=schema), mode="append")


def recording_row(number, strange):
    return {"recording_hash": hash_of(number), "recording_id": strange.recording.identity,
            "participant_ids": [], "start_time": strange.row["start_us"],
            "duration_us": strange.row["duration_us"],
            "duration_known_wrong": strange.row["duration_known_wrong"],
            "manifest_source": "rig", "registered_at": 0, "updated_at": 0}


def modality_rows(number, strange):
    for modality in strange.modalities:
        intervals = modality["domain_intervals"]
        yield {"recording_hash": hash_of(number), "recording_id": strange.recording.identity,
               "worker": modality["worker"], "modality": modality["modality"],
               "format": "raw_csv", "raw_storage_uri": "local://raw/"
               + strange.recording.key(modality["worker"] + "/"),
               "ingestion_status": "processed", "ingestion_attempts": 1,
               "domain_intervals": intervals and [{"start": start, "end": end}
                                                  for start, end in intervals],
               "segment_count": 1, "byte_count": 1, "registered_at": 0, "updated_at": 0}


class StrangeLaboratory:
    """A laboratory of strange recordings, and the moment at which it is looked at."""

    def __init__(self, root, seed):
        self.root = pathlib.Path(root)
        self.now = time.time_ns()
        self.strange = strange_recordings.make(seed, RECORDINGS, self.now)
        (self.root / "ursa.toml").write_text(CONFIGURATION)
        ursa("catalog", "init", "--staging", cwd=self.root)
        for strange in self.strange:
            write_recording(self.root, strange.recording)
        write_table(self.root, "recordings", [recording_row(number, strange)
                                              for number, strange in enumerate(self.strange)])
        write_table(self.root, "modalities", [row for number, strange in enumerate(self.strange)
                                              for row in modality_rows(number, strange)])


@pytest.fixture(scope="module", params=range(FIRST_SEED, FIRST_SEED + SEEDS))
def laboratory(request, tmp_path_factory):
    return StrangeLaboratory(tmp_path_factory.mktemp("strange"), request.param)


def problems_of(row):
    return sorted((problem["code"], problem["key"]) for problem in row["problems"])


def expected_duration_row(strange, now):
    action, found, derived = reference.duration_action(strange.row, strange.recording, now)
    return {"action": action, "end_time": text_of(found.end), "end_source": found.source,
            "derived_us": derived, "problems": sorted(found.problems),
            "streams": {stream: text_of(end) for stream, end in found.streams.items()}}


def actual_duration_row(row):
    duration = row["derived_duration_s"]
    return {"action": row["action"], "end_time": row["end_time"], "end_source": row["end_source"],
            "derived_us": None if duration is None else round(duration * 1e6),
            "problems": problems_of(row), "streams": row["streams"]}


def expected_modality_row(modality, strange, now):
    action, epoch, problem, after = reference.modality_action(modality, strange.row,
                                                              strange.recording, now)
    expected = {"action": action, "code": problem and problem.code}
    if action == "shift":
        expected |= {"epoch": epoch, "after": after,
                     "shift": (epoch - strange.row["start_us"] * 1000) / reference_bytes.SECOND}
    if problem and problem.key:
        expected["key"] = problem.key
    return expected


def actual_modality_row(row, expected):
    problem = row["problems"][0] if row["problems"] and row["action"] == "underivable" else {}
    actual = {"action": row["action"], "code": problem.get("code")}
    if row["action"] == "shift":
        actual |= {"epoch": row["start_epoch_ns"], "after": row["intervals_after"],
                   "shift": row["shift_s"]}
    if "key" in expected:
        actual["key"] = problem.get("key")
    return actual


def test_every_end_duration_and_problem_is_what_the_contract_says(laboratory):
    rows = {row["recording_id"]: row
            for row in ursa("fix-durations-inplace", "--json", cwd=laboratory.root,
                            code=None).rows()}
    differences = []
    for strange in laboratory.strange:
        expected = expected_duration_row(strange, laboratory.now)
        actual = actual_duration_row(rows.pop(strange.recording.identity))
        if actual != expected:
            differences.append({"recording": strange.recording.identity, "differs":
                                {name: (expected[name], actual[name]) for name in expected
                                 if actual[name] != expected[name]}})
    assert not rows and not differences, report(laboratory, differences)


def test_every_first_sample_and_shift_is_what_the_contract_says(laboratory):
    rows = {(row["recording_id"], row["worker"], row["modality"]): row
            for row in ursa("fix-modalities-start-epoch", "--json", cwd=laboratory.root,
                            code=None).rows()}
    differences = []
    for strange in laboratory.strange:
        for modality in strange.modalities:
            key = strange.recording.identity, modality["worker"], modality["modality"]
            expected = expected_modality_row(modality, strange, laboratory.now)
            actual = actual_modality_row(rows.pop(key), expected)
            if actual != expected:
                differences.append({"row": key, "expected": expected, "actual": actual})
    assert not rows and not differences, report(laboratory, differences)


def report(laboratory, differences):
    return "\n".join([f"{len(differences)} differences in {laboratory.root}",
                      *map(str, differences[:10])])
