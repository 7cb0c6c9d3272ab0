"""One test for each place where the binary and reference.py came to differ, named after it."""
import shutil

import deltalake
import pyarrow
import pytest

import reference
from laboratory import ursa
from reference_bytes import SECOND
from reference_test import CONFIGURATION, hash_of, modality_rows, recording_row, write_recording, \
    write_table
from strange_recordings import Row

START = 1778164222 * SECOND
FIRST = '{"timestamp": 1778164228, "title": %s}\n{"timestamp": 1778164299}\n'


def recording(number, files, duration_us, modalities=()):
    """A row, and its files as they were an hour after its start."""
    identity = f"rec_20260507_143022_{number:06x}"
    held = {path: reference.File(data, START + reference.HOUR) for path, data in files.items()}
    row = {"start_us": START // 1000, "duration_us": duration_us, "duration_known_wrong": False}
    return Row(reference.Recording(identity, held), row, modalities)


def rows_of(root, command, *strange, code=0):
    """What a dry run says of these recordings, in a laboratory that has no others."""
    (root / "ursa.toml").write_text(CONFIGURATION)
    ursa("catalog", "init", "--staging", cwd=root)
    for one in strange:
        write_recording(root, one.recording)
    write_table(root, "recordings", [recording_row(number, one)
                                     for number, one in enumerate(strange)])
    write_table(root, "modalities", [row for number, one in enumerate(strange)
                                     for row in modality_rows(number, one)])
    return {row["recording_hash"]: row
            for row in ursa(command, "--json", cwd=root, code=code).rows()}


def loosen(root, table):
    """Writes a table again as an engine does that knows no column without nulls."""
    path = root / "assets" / "ursa" / "catalog" / table
    rows = deltalake.DeltaTable(str(path)).to_pyarrow_table()
    schema = pyarrow.schema([field.with_nullable(True) for field in rows.schema])
    shutil.rmtree(path)
    columns = [pyarrow.nulls(len(rows), field.type) if field.name == "duration_known_wrong"
               else rows.column(field.name) for field in schema]
    deltalake.write_deltalake(str(path), pyarrow.table(columns, schema=schema))


def watch(seconds):
    return {"samsungwatch_0/imu_0000.csv": f"epoch\n{START + seconds * SECOND}\n".encode()}


def test_a_negative_duration_stops_no_run(tmp_path):
    rows = rows_of(tmp_path, "fix-durations-inplace", recording(0, {"lidar_0/a.dat": b"x"}, -5),
                   recording(1, watch(1200), 10**7))
    assert rows[hash_of(0)]["action"] == "flag"
    assert rows[hash_of(1)]["action"] == "update"


@pytest.mark.parametrize("duration_us", [10**16, -10**16, 2**63 - 1])
def test_a_stored_duration_of_centuries_is_updated(tmp_path, duration_us):
    row = rows_of(tmp_path, "fix-durations-inplace",
                  recording(0, watch(1200), duration_us))[hash_of(0)]
    assert row["action"] == "update" and row["derived_duration_s"] == 1200.0


def test_a_flag_that_is_null_is_no_change_since_the_plan(tmp_path):
    rows_of(tmp_path, "fix-durations-inplace", recording(0, watch(1200), 10**7))
    loosen(tmp_path, "recordings")
    run = ursa("fix-durations-inplace", "--commit", "--json", cwd=tmp_path, code=None)
    assert [row["action"] for row in run.rows()] == ["update"] and run.code == 0
    assert run.summary["committed"] == 1


@pytest.mark.parametrize("title", ['"half a pair \\ud83d"', "1e400", '"whole pair \\ud83d\\ude00"'])
def test_a_first_line_of_json_counts_whatever_its_other_members_hold(tmp_path, title):
    files = {"browser_0/browser_0000_1778164222.jsonl": (FIRST % title).encode()}
    row = rows_of(tmp_path, "fix-modalities-start-epoch", recording(
        0, files, 10**8, [{"worker": "browser_0", "modality": "browser",
                           "domain_intervals": [[0.0, 1.0]]}]))[hash_of(0)]
    assert (row["action"], row["start_epoch_ns"]) == ("shift", 1778164228 * SECOND)


def test_a_line_of_json_with_bytes_behind_a_nul_is_passed_over(tmp_path):
    files = {"browser_0/browser_0000_1778164222.jsonl":
             b'{"timestamp": 1778164228}\0 garbage }\n{"timestamp": 1778164299}\n'}
    row = rows_of(tmp_path, "fix-modalities-start-epoch", recording(
        0, files, 10**8, [{"worker": "browser_0", "modality": "browser",
                           "domain_intervals": None}]))[hash_of(0)]
    assert (row["action"], row["start_epoch_ns"]) == ("shift", 1778164299 * SECOND)


def test_a_number_of_json_beyond_every_float_is_an_implausible_time(tmp_path):
    files = {"browser_0/browser_0000_1778164222.jsonl": b'{"timestamp": 1e400}\n'}
    row = rows_of(tmp_path, "fix-modalities-start-epoch", recording(
        0, files, 10**8, [{"worker": "browser_0", "modality": "browser",
                           "domain_intervals": None}]))[hash_of(0)]
    assert [problem["code"] for problem in row["problems"]] == ["implausible_time"]


@pytest.mark.parametrize("year", [2300, 2263])
def test_a_time_of_modification_after_2262_is_late_and_not_early(tmp_path, year):
    late = recording(0, watch(1200), 10**7)
    for file in late.recording.files.values():
        file.modified = START + (year - 2026) * 365 * reference.DAY
    row = rows_of(tmp_path, "fix-durations-inplace", late)[hash_of(0)]
    assert row["action"] == "update" and row["problems"] == []


@pytest.mark.parametrize("worker", ["@eaDir", "eeg_0 (copy)", "eeg.0"])
def test_a_folder_that_is_no_worker_keeps_no_recording_out(tmp_path, worker):
    (tmp_path / "ursa.toml").write_text(CONFIGURATION)
    ursa("catalog", "init", "--staging", cwd=tmp_path)
    write_recording(tmp_path, recording(0, watch(5) | {f"{worker}/a.dat": b"x"}, None).recording)
    row, = ursa("reconstruct-all-recent", "--days", 36500, "--commit", "--json", cwd=tmp_path,
                code=None).rows()
    assert row["action"] == "reconstruct", row
