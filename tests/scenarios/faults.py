"""Faults in the real binary, and what has to hold of a catalog whatever happened to its writer.

The program ursa_faulty is the real binary but for faults that it is told by its environment
(tests/faulty/system_calls.cc).
"""
import io
import os
import pathlib
import shutil
import signal
import subprocess

import pyarrow.parquet
from deltalake import DeltaTable

from laboratory import BINARY, Run

FAULTY = os.environ.get("URSA_FAULTY_BINARY",
                        str(pathlib.Path(BINARY).parent / "tests" / "ursa_faulty"))
STAMPS = ("registered_at", "updated_at")
# In the order in which a commit changes them; a restore that deletes goes the other way.
KEYS = {"participants": ("participant_id",),
        "modalities": ("recording_hash", "worker", "modality"),
        "recordings": ("recording_hash",),
        "events": ("event_id",)}


def path_of(laboratory, table):
    return laboratory.root / "assets" / "ursa" / "catalog" / table


def by_key(table, rows):
    found = {}
    for row in rows:
        key = tuple(row[column] for column in KEYS[table])
        assert key not in found, (table, key)
        found[key] = row
    return found


def rows_of(laboratory):
    """The rows of each table by key, as delta-rs reads them, without the stamps of commits."""
    tables = {}
    for table in KEYS:
        rows = DeltaTable(path_of(laboratory, table)).to_pyarrow_table().to_pylist()
        tables[table] = by_key(table, [{column: value for column, value in row.items()
                                        if column not in STAMPS} for row in rows])
    return tables


def assert_ursa_reads_what_delta_rs_reads(laboratory):
    for table in KEYS:
        process = subprocess.run([BINARY, "query", table, "--format", "parquet"],
                                 cwd=laboratory.root, capture_output=True, timeout=120)
        assert process.returncode == 0, process.stderr.decode()
        ours = pyarrow.parquet.read_table(io.BytesIO(process.stdout)).to_pylist()
        theirs = DeltaTable(path_of(laboratory, table)).to_pyarrow_table().to_pylist()
        assert by_key(table, ours) == by_key(table, theirs)


def runs_of(laboratory):
    return laboratory.ursa("runs", "--json").rows()


def undo_everything(laboratory):
    """Restores every run that is committed, newest first, as an operator would."""
    for listed in runs_of(laboratory):
        [run] = [run for run in runs_of(laboratory) if run["run_id"] == listed["run_id"]]
        if run["state"] == "committed":
            laboratory.ursa("restore", run["run_id"], "--commit")


def environment_of(hit, number, kind, calls):
    return dict(os.environ, URSA_FAULT_AT=str(number), URSA_FAULT_KIND=kind,
                URSA_FAULT_CALLS=calls, URSA_FAULT_HIT=str(hit))


def run_with_fault(laboratory, arguments, number, kind, calls="changing"):
    """Runs a command with a fault at a call; None where it makes no such call any more."""
    hit = laboratory.root / "hit"
    hit.unlink(missing_ok=True)
    process = subprocess.run([FAULTY, *map(str, arguments)], cwd=laboratory.root,
                             capture_output=True, timeout=120,
                             env=environment_of(hit, number, kind, calls))
    return Run(process) if hit.exists() else None


class Case:
    """A laboratory just before a command, and what one clean run of the command leaves."""

    def __init__(self, laboratory, *arguments, deletes=False, row_by_row=False):
        self.laboratory = laboratory
        self.arguments = arguments
        self.order = tuple(reversed(KEYS)) if deletes else tuple(KEYS)
        # Whether a failure is one of a recording, and the others go on.
        self.row_by_row = row_by_row
        self.saved = laboratory.root.with_name("saved")
        self.copy(laboratory.root, self.saved)
        self.before = rows_of(laboratory)
        run = laboratory.ursa(*arguments, code=None)
        assert run.code in (0, 1), run.err
        self.code = run.code
        self.after = rows_of(laboratory)
        self.runs = self.runs_now()
        assert self.before != self.after

    @staticmethod
    def copy(source, target):
        # Links: a store never writes into a file that has its name.
        subprocess.run(["cp", "-al", source, target], check=True)

    def reset(self):
        shutil.rmtree(self.laboratory.root)
        self.copy(self.saved, self.laboratory.root)

    def runs_now(self):
        """What the list says of every run that committed: ids differ from day to day."""
        told = ("plan_command", "state", "tables", "changes", "can_be_undone")
        return [[run[name] for name in told] for run in runs_of(self.laboratory)
                if run["state"] != "not_committed"]

    def check_runs_without_a_commit(self):
        """A run that died before its first commit has nothing to take back, and is no other's."""
        [command] = {command for command, *_ in self.runs[:1]}
        for run in runs_of(self.laboratory):
            if run["state"] == "not_committed":
                assert not run["can_be_undone"] and run["committed_at"] is None, run
                assert run["plan_command"] == command and run["changes"] > 0, run

    def check_whole(self, now):
        """Each table is as before or as after, and they changed in the order of commits."""
        changed = []
        for table in self.order:
            before, after = self.before[table], self.after[table]
            assert now[table] in (before, after), table
            if before != after:
                changed.append(now[table] == after)
        assert changed == sorted(changed, reverse=True), changed

    def check_rows(self, now):
        """Each row is as before or as after, and no recording lacks its modalities."""
        for table in KEYS:
            before, after = self.before[table], self.after[table]
            for key in before.keys() | after.keys() | now[table].keys():
                assert now[table].get(key) in (before.get(key), after.get(key)), (table, key)
        recordings = now["recordings"].keys() - self.before["recordings"].keys()
        for key in self.after["modalities"]:
            assert (key[0],) not in recordings or key in now["modalities"]

    def check_next_run(self):
        """The same command again finishes; all that is committed can be taken back."""
        again = self.laboratory.ursa(*self.arguments, code=self.code)
        assert again.summary["changed_since_plan"] == 0
        assert rows_of(self.laboratory) == self.after
        return again

    def check_undo(self, origin):
        undo_everything(self.laboratory)
        assert rows_of(self.laboratory) == origin
        runs = {run["run_id"] for run in runs_of(self.laboratory)
                if run["state"] != "not_committed"}
        copy = DeltaTable(path_of(self.laboratory, "maintenance_runs")).to_pyarrow_table()
        assert sorted(copy.column("run_id").to_pylist()) == sorted(runs)


class Stepped:
    """A command that is stopped before each of its calls that change the store."""

    def __init__(self, laboratory, *arguments):
        hit = laboratory.root / "hit"
        hit.unlink(missing_ok=True)
        self.process = subprocess.Popen([FAULTY, *map(str, arguments)], cwd=laboratory.root,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=environment_of(hit, 1, "stop", "changing"))

    def wait_for_stop(self):
        """False where it ended."""
        found = os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        if found.si_code != os.CLD_STOPPED:
            return False
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOHANG)
        return True

    def go_on_until(self, holds):
        """Goes on call by call until something holds, and stays there."""
        while self.wait_for_stop():
            if holds():
                return
            self.process.send_signal(signal.SIGCONT)
        raise AssertionError(f"it ended before: {self.process.communicate()}")

    def finish(self, code=0):
        """Goes on to the end."""
        self.process.send_signal(signal.SIGCONT)
        while self.wait_for_stop():
            self.process.send_signal(signal.SIGCONT)
        out, err = self.process.communicate()
        run = Run(subprocess.CompletedProcess(self.process.args, self.process.returncode, out,
                                              err))
        assert run.code == code, run.out[-3000:] + run.err[-3000:]
        return run
