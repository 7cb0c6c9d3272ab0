"""Crashes and failing disks between any two system calls by which a command changes the store.

The program ursa_faulty is the real binary but for faults that it is told by its environment
(tests/faulty/system_calls.cc). After each of them the catalog must be readable by Ursa and by
delta-rs, hold the rows from before or all rows of the commit, and the same command run again must
leave what one clean run leaves.

URSA_FAULT_RECORDINGS (8) and URSA_FAULT_STRIDE (3) make it larger: `make test-faults`.
"""
import os
import pathlib
import shutil
import signal
import subprocess

import pytest

from laboratory import BINARY, Laboratory, Run

FAULTY = os.environ.get("URSA_FAULTY_BINARY",
                        str(pathlib.Path(BINARY).parent / "tests" / "ursa_faulty"))
RECORDINGS = int(os.environ.get("URSA_FAULT_RECORDINGS", 8))
STRIDE = int(os.environ.get("URSA_FAULT_STRIDE", 3))
STAMPS = ("registered_at", "updated_at")
KEYS = {"recordings": ("recording_hash",),
        "modalities": ("recording_hash", "worker", "modality")}
FIX = ("fix-durations-inplace", "--json", "--max-indeterminate", 1000, "--commit")
CALLS_MAX = 2000


def rows_of(laboratory):
    """The rows that commands change, by table and key, as delta-rs reads them."""
    from deltalake import DeltaTable
    rows = {}
    for name, keys in KEYS.items():
        table = DeltaTable(laboratory.root / "assets" / "ursa" / "catalog" / name)
        for row in table.to_pyarrow_table().to_pylist():
            key = (name, *(row[column] for column in keys))
            assert key not in rows, key
            rows[key] = {column: value for column, value in row.items() if column not in STAMPS}
    return rows


class Case:
    """A laboratory just before a command, and what one clean run of the command leaves."""

    def __init__(self, laboratory, arguments, run_id=None):
        self.laboratory = laboratory
        self.arguments = arguments
        self.run_id = run_id
        self.saved = laboratory.root / "assets.saved"
        shutil.copytree(laboratory.root / "assets", self.saved)
        self.before = rows_of(laboratory)
        run = laboratory.ursa(*arguments)
        self.run_id = run.summary["run_id"]
        self.after = rows_of(laboratory)
        self.states = self.states_of_runs()
        assert self.before != self.after

    def reset(self):
        shutil.rmtree(self.laboratory.root / "assets")
        shutil.copytree(self.saved, self.laboratory.root / "assets")

    def states_of_runs(self):
        """The state of every run, by its command: ids differ from day to day."""
        return sorted((row["plan_command"], row["state"])
                      for row in self.laboratory.ursa("runs", "--json").rows()
                      if row["state"] != "not_committed")

    def run_faulty(self, number, kind):
        """Runs the command with a fault; None where the command has no such call any more."""
        hit = self.laboratory.root / "hit"
        hit.unlink(missing_ok=True)
        environment = dict(os.environ, URSA_FAULT_AT=str(number), URSA_FAULT_KIND=kind,
                           URSA_FAULT_HIT=str(hit))
        process = subprocess.run([FAULTY, *map(str, self.arguments)], cwd=self.laboratory.root,
                                 capture_output=True, timeout=120, env=environment)
        return Run(process) if hit.exists() else None


@pytest.fixture
def laboratory(tmp_path):
    return Laboratory(tmp_path / "lab", recordings=RECORDINGS, seed=3)


def fix_case(laboratory):
    return Case(laboratory, FIX)


def restore_case(laboratory):
    run_id = laboratory.ursa(*FIX).summary["run_id"]
    return Case(laboratory, ("restore", run_id, "--json", "--commit"))


def apply_case(laboratory):
    laboratory.ursa("fix-durations-inplace", "--max-indeterminate", 1000, "--plan-out", "plan")
    return Case(laboratory, ("apply", "plan", "--json", "--commit"))


def modalities_case(laboratory):
    return Case(laboratory, ("fix-modalities-start-epoch", "--json", "--max-underivable", 1000,
                             "--commit"))


# The clean run is a checkpoint's: nine versions are there already.
def checkpoint_case(laboratory):
    run_id = None
    while laboratory.ursa("runs", "--json").records[0]["table_version"] < 9:
        run_id = (laboratory.ursa("restore", run_id, "--json", "--commit") if run_id else
                  laboratory.ursa(*FIX)).summary["run_id"]
    state = {row["run_id"]: row["state"] for row in laboratory.ursa("runs", "--json").rows()}
    assert state[run_id] == "committed"
    return Case(laboratory, ("restore", run_id, "--json", "--commit"))


CASES = {"fix": fix_case, "modalities": modalities_case, "restore": restore_case,
         "apply": apply_case, "checkpoint": checkpoint_case}


@pytest.mark.parametrize("kind", ["kill", "io_error", "disk_full"])
@pytest.mark.parametrize("name", CASES)
def test_a_fault_at_any_call_leaves_before_or_after_and_the_next_run_finishes(laboratory, name,
                                                                              kind):
    case = CASES[name](laboratory)
    stride = 1 if name == "fix" else STRIDE
    seen = set()
    for number in range(1, CALLS_MAX, stride):
        case.reset()
        run = case.run_faulty(number, kind)
        if run is None:
            assert number > 20, "the fault was never hit"
            break
        assert run.code == -signal.SIGKILL if kind == "kill" else run.code in (0, 4), run.err
        now = rows_of(laboratory)
        assert now in (case.before, case.after), f"call {number}"
        if run.code == 0:
            assert now == case.after and run.summary["committed"] > 0
        elif run.code == 4:
            error = run.summary["error"]
            assert error["message"] and not run.summary.get("committed")
            assert now == case.before or error["code"] == "unknown_outcome", error
        states = case.states_of_runs()
        if now == case.after:
            assert states == case.states, f"call {number}"
        seen.add(now == case.after)
        # Whether the first one committed or not, the same command again ends well.
        again = laboratory.ursa(*case.arguments)
        assert rows_of(laboratory) == case.after, f"call {number}"
        assert again.summary["changed_since_plan"] == 0
        assert case.states_of_runs() == case.states
        assert not list((laboratory.root / "assets").glob(".ursa-tmp/*")) or kind == "kill"
    else:
        raise AssertionError("the command never completed")
    assert seen == {False, True}


def test_a_full_disk_says_so(laboratory):
    case = fix_case(laboratory)
    case.reset()
    run = case.run_faulty(1, "disk_full")
    assert run.code == 4
    assert "No space left on device" in run.summary["error"]["message"]


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_disk_that_is_really_full_loses_nothing(laboratory):
    case = fix_case(laboratory)
    case.reset()
    assets = laboratory.root / "assets"
    small = laboratory.root / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", small],
                             capture_output=True)
    if mounted.returncode != 0:
        pytest.skip(f"mount is not allowed here: {mounted.stderr.decode().strip()}")
    try:
        shutil.copytree(assets, small / "assets")
        shutil.rmtree(assets)
        assets.symlink_to(small / "assets")
        with open(small / "filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"\0" * 4096)
            except OSError:
                pass
        run = laboratory.ursa(*case.arguments, code=4)
        assert "No space left on device" in run.summary["error"]["message"]
        assert rows_of(laboratory) == case.before
        (small / "filler").unlink()
        laboratory.ursa(*case.arguments)
        assert rows_of(laboratory) == case.after
    finally:
        if assets.is_symlink():
            assets.unlink()
        subprocess.run(["umount", small], check=True)


def read_only_mount(directory):
    bound = subprocess.run(["mount", "--bind", directory, directory], capture_output=True)
    if bound.returncode != 0:
        return False
    subprocess.run(["mount", "-o", "remount,ro,bind", directory], check=True)
    return True


@pytest.mark.skipif(os.geteuid() != 0, reason="a read-only mount needs root")
def test_a_read_only_directory_can_be_looked_at_and_not_committed_to(laboratory):
    before = rows_of(laboratory)
    assets = laboratory.root / "assets"
    if not read_only_mount(assets):
        pytest.skip("mount is not allowed here")
    try:
        assert laboratory.ursa("fix-durations-inplace", "--json").summary["update"] > 0
        run = laboratory.ursa(*FIX, code=4)
        assert "Read-only file system" in run.summary["error"]["message"]
        assert rows_of(laboratory) == before
    finally:
        subprocess.run(["umount", assets], check=True)


def test_a_directory_that_vanished_is_named(laboratory):
    shutil.rmtree(laboratory.root / "assets")
    run = laboratory.ursa(*FIX, code=4)
    assert str(laboratory.root / "assets") in run.summary["error"]["message"]
