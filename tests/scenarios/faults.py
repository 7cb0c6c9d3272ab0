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


def version_of(laboratory, table):
    return len(list((path_of(laboratory, table) / "_delta_log").glob("*.json"))) - 1


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


def assert_ursa_reads_what_delta_rs_reads(laboratory, tables):
    for table in tables:
        process = subprocess.run([BINARY, "query", table, "--format", "parquet"],
                                 cwd=laboratory.root, capture_output=True, timeout=120)
        assert process.returncode == 0, process.stderr.decode()
        ours = pyarrow.parquet.read_table(io.BytesIO(process.stdout)).to_pylist()
        theirs = DeltaTable(path_of(laboratory, table)).to_pyarrow_table().to_pylist()
        assert by_key(table, ours) == by_key(table, theirs)


def runs_of(laboratory):
    return laboratory.ursa("runs", "--json").rows()


def undo_everything(laboratory):
    """Restores every run that is committed, newest first; returns the restores' own ids."""
    restores = set()
    states = {run["run_id"]: run["state"] for run in runs_of(laboratory)}
    for run_id in list(states):
        if states[run_id] == "committed":
            run = laboratory.ursa("restore", run_id, "--json", "--commit")
            restores.add(run.summary["run_id"])
            states = {run["run_id"]: run["state"] for run in runs_of(laboratory)}
    return restores


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
        # `apply` is a run of the command that made the plan.
        self.command = "fix-durations-inplace" if arguments[0] == "apply" else arguments[0]
        self.order = tuple(reversed(KEYS)) if deletes else tuple(KEYS)
        # Whether a failure is one of a recording, and the others go on.
        self.row_by_row = row_by_row
        self.saved = laboratory.root.with_name("saved")
        self.copy(laboratory.root, self.saved)
        self.before = rows_of(laboratory)
        self.versions = {table: version_of(laboratory, table) for table in KEYS}
        self.runs_before = self.runs_now()
        run = laboratory.ursa(*arguments, code=None)
        assert run.code in (0, 1), run.err
        self.code = run.code
        self.after = rows_of(laboratory)
        self.runs = self.runs_now()
        self.tables = [table for table in self.order if self.before[table] != self.after[table]]
        assert self.tables

    def calls_that_commit(self):
        """The numbers of the calls by which the clean run commits, a table each."""
        self.reset()
        stepped = Stepped(self.laboratory, *self.arguments)
        calls = []
        for table in self.tables:
            stepped.go_on_until(lambda: version_of(self.laboratory, table) > self.versions[table])
            calls.append(stepped.calls_made)
        stepped.finish(self.code)
        return calls

    @staticmethod
    def copy(source, target):
        # Links: a store never writes into a file that has its name.
        subprocess.run(["cp", "-al", source, target], check=True)

    def reset(self):
        shutil.rmtree(self.laboratory.root)
        self.copy(self.saved, self.laboratory.root)

    def runs_now(self):
        """What the list says of every run that committed: ids differ from day to day.

        One that died before its first commit has nothing to take back, and is of this command.
        """
        told = ("plan_command", "state", "tables", "changes", "can_be_undone")
        runs = runs_of(self.laboratory)
        for run in runs:
            if run["state"] == "not_committed":
                assert not run["can_be_undone"] and run["committed_at"] is None, run
                assert run["plan_command"] == self.command and run["changes"] > 0, run
        return [[run[name] for name in told] for run in runs if run["state"] != "not_committed"]

    def is_whole(self, now):
        """Whether each table is as before or as after, and they changed in the order of commits."""
        changed = [now[table] == self.after[table] for table in self.tables]
        return (all(now[table] in (self.before[table], self.after[table]) for table in KEYS)
                and changed == sorted(changed, reverse=True))

    def check_rows(self, now):
        """Each row is as before or as after, and no recording lacks its modalities."""
        for table in KEYS:
            before, after = self.before[table], self.after[table]
            for key in before.keys() | after.keys() | now[table].keys():
                assert now[table].get(key) in (before.get(key), after.get(key)), (table, key)
        recordings = now["recordings"].keys() - self.before["recordings"].keys()
        for key in self.after["modalities"]:
            assert (key[0],) not in recordings or key in now["modalities"]

    def check_next_run(self, is_one_run):
        """The same command again does what is missing, and no run is left in between.

        `is_one_run`: together they are one run, as if nothing had happened.
        """
        now = rows_of(self.laboratory)
        again = self.laboratory.ursa(*self.arguments, code=self.code)
        assert again.summary["changed_since_plan"] == 0
        assert again.summary["committed"] == sum(
            now[table].get(key) != self.after[table].get(key)
            for table in KEYS for key in now[table].keys() | self.after[table].keys())
        main = "modalities" if self.command == "fix-modalities-start-epoch" else "recordings"
        assert again.summary["table_version"] == version_of(self.laboratory, main)
        assert rows_of(self.laboratory) == self.after
        runs = self.runs_now()
        assert {run[1] for run in runs} <= {"committed", "undone"}, runs
        assert sum(run[3] for run in runs) == sum(run[3] for run in self.runs)
        assert runs == self.runs or not is_one_run

    def check_undo(self, origin):
        """All that is committed can be taken back, and other engines are told of no other run."""
        finished = {run_id.split(".")[0] for run_id in undo_everything(self.laboratory)}
        assert rows_of(self.laboratory) == origin
        committed = {run["run_id"] for run in runs_of(self.laboratory)
                     if run["state"] != "not_committed"}
        table = DeltaTable(path_of(self.laboratory, "maintenance_runs")).to_pyarrow_table()
        plans = table.column("run_id").to_pylist()
        assert len(plans) == len(set(plans))
        # A run that died lately gets its row later; one of several plans has a row each.
        assert finished <= {plan.split(".")[0] for plan in plans} <= committed


class Stepped:
    """A command that is stopped before each of its calls that change the store."""

    def __init__(self, laboratory, *arguments):
        hit = laboratory.root / "hit"
        hit.unlink(missing_ok=True)
        self.process = subprocess.Popen([FAULTY, *map(str, arguments)], cwd=laboratory.root,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=environment_of(hit, 1, "stop", "changing"))
        # How many calls it has made, where it is stopped.
        self.calls_made = 0
        assert self.is_stopped(), self.process.communicate()

    def is_stopped(self):
        """Waits until it is, or has ended."""
        found = os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        if found.si_code == os.CLD_STOPPED:
            os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOHANG)
        return found.si_code == os.CLD_STOPPED

    def make_call(self):
        """False where it ended."""
        self.process.send_signal(signal.SIGCONT)
        self.calls_made += 1
        return self.is_stopped()

    def go_on_until(self, holds):
        """Goes on call by call until something holds, and stays there."""
        while not holds():
            assert self.make_call(), self.process.communicate()

    def finish(self, code=0):
        """Goes on to the end."""
        while self.make_call():
            pass
        out, err = self.process.communicate()
        run = Run(subprocess.CompletedProcess(self.process.args, self.process.returncode, out,
                                              err))
        assert run.code == code, run.out[-3000:] + run.err[-3000:]
        return run
