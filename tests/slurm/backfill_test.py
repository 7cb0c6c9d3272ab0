"""The batch script of the runbook (docs/backfill.md) as an array of four under a real Slurm."""
import collections
import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "scenarios"))

import pytest

from laboratory import BINARY, Laboratory, check_record

SCRIPT = pathlib.Path(__file__).parents[2] / "contrib" / "backfill" / "slurm.sbatch"
DAYS = 500
SHARDS = 4
SECONDS_MAX = 300


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    return Laboratory(tmp_path_factory.mktemp("pristine") / "lab", recordings=240)


@pytest.fixture
def laboratory(pristine, tmp_path):
    return pristine.copy_to(tmp_path / "lab")


class Array:
    """The batch script, submitted in a laboratory as an array of SHARDS."""

    def __init__(self, laboratory, directory):
        self.directory = directory
        # The script calls `ursa`, wherever that is.
        (directory / "bin").mkdir()
        (directory / "bin" / "ursa").symlink_to(BINARY)
        environment = dict(os.environ, PATH=f"{directory / 'bin'}:{os.environ['PATH']}")
        self.job = subprocess.run(
            ["sbatch", "--parsable", f"--array=0-{SHARDS - 1}", f"--chdir={laboratory.root}",
             f"--export=ALL,DAYS={DAYS},PROFILE=local", f"--output={directory}/%a.out",
             f"--error={directory}/%a.err", SCRIPT],
            env=environment, capture_output=True, text=True, check=True).stdout.strip()

    def shows(self, shard):
        """What Slurm says of a shard."""
        text = subprocess.run(["scontrol", "--oneliner", "show", "job", f"{self.job}_{shard}"],
                              capture_output=True, text=True, check=True).stdout
        return dict(word.split("=", 1) for word in text.split() if "=" in word)

    def wait(self):
        """Waits for all shards; each one's exit code."""
        end = time.monotonic() + SECONDS_MAX
        while True:
            shown = [self.shows(shard) for shard in range(SHARDS)]
            if all(job["JobState"] in ("COMPLETED", "FAILED") for job in shown):
                return [int(job["ExitCode"].split(":")[0]) for job in shown]
            assert time.monotonic() < end, [job["JobState"] for job in shown]
            time.sleep(0.2)

    def start_again(self, shard):
        """Waits until a shard is to be started again, and spares it the delay that Slurm makes."""
        end = time.monotonic() + SECONDS_MAX
        while (job := self.shows(shard))["Restarts"] == "0" or job["JobState"] != "PENDING":
            assert time.monotonic() < end and job["JobState"] != "COMPLETED", self.errors()
            time.sleep(0.2)
        # Within the second a node takes the new start for the one that was ended.
        subprocess.run(["scontrol", "update", f"JobId={self.job}_{shard}", "StartTime=now+3"],
                       check=True)

    def records(self, shard):
        """The records of the last start of a shard."""
        text = (self.directory / f"{shard}.out").read_text()
        runs = [[]]
        for line in text.splitlines():
            record = json.loads(line)
            check_record(record)
            if record["record"] == "run" and runs[-1]:
                runs.append([])
            runs[-1].append(record)
        return runs[-1]

    def errors(self):
        return {shard: (self.directory / f"{shard}.err").read_text() for shard in range(SHARDS)}


def rows_of(laboratory, table):
    """The rows of a table, but for the times of their commit."""
    from deltalake import DeltaTable
    path = laboratory.root / "assets" / "ursa" / "catalog" / table
    rows = DeltaTable(path).to_pyarrow_table().to_pylist()
    for row in rows:
        del row["registered_at"], row["updated_at"]
    return sorted(json.dumps(row, default=str, sort_keys=True) for row in rows)


def manifests_of(laboratory):
    """The manifests that were made, but for when."""
    found = {}
    for path in (laboratory.root / "raw").rglob("manifest.reconstructed.json"):
        manifest = json.loads(path.read_text())
        del manifest["reconstructed"]["at"]
        found[path.parent.name] = manifest
    return found


def check_same_state(laboratory, other):
    for table in ("participants", "recordings", "modalities"):
        assert rows_of(laboratory, table) == rows_of(other, table), table
    assert manifests_of(laboratory) == manifests_of(other)
    assert not list((laboratory.root / "assets" / "ursa").glob("work/*"))


def clean_run(pristine, directory):
    """One run of the same command over the same laboratory: where it ends, and its rows."""
    clean = pristine.copy_to(directory / "clean")
    run = clean.ursa("reconstruct-all-recent", "--days", DAYS, "--commit", "--json", code=1)
    return clean, run


def test_an_array_ends_in_the_state_of_one_clean_run(laboratory, pristine, tmp_path):
    array = Array(laboratory, tmp_path)
    codes = array.wait()
    assert set(codes) <= {0, 1}, array.errors()
    clean, run = clean_run(pristine, tmp_path)
    check_same_state(laboratory, clean)

    records = [array.records(shard) for shard in range(SHARDS)]
    summaries = [shard[-1] for shard in records]
    assert all(summary["ingested"] > 0 for summary in summaries), "each has its part of the work"
    assert sum(summary["ingested"] for summary in summaries) == run.summary["ingested"]
    run_ids = {summary["run_id"] for summary in summaries}
    assert len(run_ids) == SHARDS and None not in run_ids, "each commits batches of its own"
    runs = [row["run_id"] for row in laboratory.ursa("runs", "--json").rows()]
    for run_id in run_ids:
        assert any(row.split(".")[0] == run_id for row in runs)

    def told(rows):
        return collections.Counter((row["recording_id"], row["action"], row["reason"])
                                   for row in rows if row["record"] == "row")

    assert sum(map(told, records), collections.Counter()) == told(run.records)
    need_person = [any(row["action"] in ("failed", "timeout") or row["reason"] == "stale_lock"
                       for row in shard if row["record"] == "row") for shard in records]
    assert codes == [int(needs) for needs in need_person], array.errors()


def make_large(laboratory, recording_id):
    """Gives a recording 32 GB of zeros, which take longer to hash than a journal lets wait."""
    worker = laboratory.root / "raw" / "recordings" / recording_id / "camera_9"
    worker.mkdir()
    yesterday = time.time() - 86_400
    for number in range(16):
        path = worker / f"camera_{number:04}.mp4"
        with path.open("wb") as file:
            file.truncate(2_000_000_000)
        os.utime(path, (yesterday, yesterday))


def test_a_shard_that_slurm_interrupts_goes_on_where_it_was(laboratory, pristine, tmp_path):
    recording_id = next(recording_id for recording_id, truth in laboratory.truth.items()
                        if (truth["reconstruct"] or {}).get("action") == "reconstruct")
    make_large(laboratory, recording_id)
    shard = next(shard for shard in range(SHARDS) if laboratory.ursa(
        "reconstruct-all-recent", "--days", DAYS, "--shard", f"{shard}/{SHARDS}", "--json",
        code=None).rows(recording_id=recording_id))
    array = Array(laboratory, tmp_path)
    journal = laboratory.root / "assets" / "ursa" / "work" / f"{recording_id}.json"
    end = time.monotonic() + SECONDS_MAX
    while not journal.exists():
        assert time.monotonic() < end, array.errors()
        time.sleep(0.1)
    # The way in which Slurm sends what `--signal` asks for, a minute before the time is up.
    subprocess.run(["scancel", "--signal=INT", f"{array.job}_{shard}"], check=True)
    array.start_again(shard)
    assert set(array.wait()) <= {0, 1}, array.errors()

    assert array.shows(shard)["Restarts"] == "1", array.errors()
    (row,) = [row for row in array.records(shard) if row.get("recording_id") == recording_id]
    assert row["action"] == "reconstruct" and row["recording_hash"], row
    assert array.records(shard)[-1]["bytes_read"] < 32_000_000_000, "what was hashed stays so"
    assert recording_id in {json.loads(row)["recording_id"]
                            for row in rows_of(laboratory, "recordings")}
