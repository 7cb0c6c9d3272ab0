"""Crashes and failing disks between any two system calls by which a command changes the store.

After each of them (tests/faulty/system_calls.cc) Ursa and delta-rs read the same catalog, which
holds the rows from before or all rows of the commit. The same command run again leaves what one
clean run leaves, and the list of runs tells the truth: what it calls committed can be taken back.

URSA_FAULT_RECORDINGS (8) and URSA_FAULT_STRIDE (120) make it larger: `make test-faults`;
URSA_FAULT_KINDS makes it smaller, where every process starts slowly.
"""
import os
import shutil
import signal
import subprocess

import pytest
from deltalake import DeltaTable

pytest.register_assert_rewrite("faults")
import faults  # noqa: E402
from faults import Case, rows_of, run_with_fault
from laboratory import Laboratory

RECORDINGS = int(os.environ.get("URSA_FAULT_RECORDINGS", 8))
STRIDE = int(os.environ.get("URSA_FAULT_STRIDE", 120))
FIX = ("fix-durations-inplace", "--json", "--max-indeterminate", 1000, "--commit")
BACKFILL = ("backfill-participants", "--json", "--allow-r2-only", "--allow-collisions", "--commit")
RECONSTRUCT = ("reconstruct-all-recent", "--json", "--days", 500, "--commit")
CALLS_MAX = 5000


@pytest.fixture
def laboratory(tmp_path):
    return Laboratory(tmp_path / "lab", recordings=RECORDINGS, seed=3)


def fix_case(laboratory):
    return Case(laboratory, *FIX)


def restore_case(laboratory):
    run_id = laboratory.ursa(*FIX).summary["run_id"]
    return Case(laboratory, "restore", run_id, "--json", "--commit")


def apply_case(laboratory):
    laboratory.ursa("fix-durations-inplace", "--max-indeterminate", 1000, "--plan-out", "plan")
    return Case(laboratory, "apply", "plan", "--json", "--commit")


def modalities_case(laboratory):
    return Case(laboratory, "fix-modalities-start-epoch", "--json", "--max-underivable", 1000,
                "--commit")


# The clean run is a checkpoint's: nine versions are there already.
def checkpoint_case(laboratory):
    run_id = None
    while laboratory.ursa("runs", "--json").records[0]["table_version"] < 9:
        run_id = (laboratory.ursa("restore", run_id, "--json", "--commit") if run_id else
                  laboratory.ursa(*FIX)).summary["run_id"]
    state = {row["run_id"]: row["state"] for row in laboratory.ursa("runs", "--json").rows()}
    assert state[run_id] == "committed"
    return Case(laboratory, "restore", run_id, "--json", "--commit")


def backfill_case(laboratory):
    return Case(laboratory, *BACKFILL)


def reconstruct_case(laboratory):
    return Case(laboratory, *RECONSTRUCT, row_by_row=True)


def give_manifests(laboratory):
    """Makes every recording that can be ingested ready for it; returns their ids."""
    other = laboratory.copy_to(laboratory.root.with_name("other"))
    run = other.ursa(*RECONSTRUCT, code=None)
    for made in other.root.glob("raw/recordings/*/manifest.reconstructed.json"):
        shutil.copy2(made, laboratory.root / made.relative_to(other.root))
    return [row["recording_id"] for row in run.rows() if row["recording_hash"] is not None]


def ingest_case(laboratory):
    return Case(laboratory, "ingest", *give_manifests(laboratory), "--json", "--commit")


def restore_backfill_case(laboratory):
    run_id = laboratory.ursa(*BACKFILL).summary["run_id"]
    return Case(laboratory, "restore", run_id, "--json", "--commit", deletes=True)


def restore_ingest_case(laboratory):
    ids = give_manifests(laboratory)
    run_id = laboratory.ursa("ingest", *ids, "--json", "--commit").summary["run_id"]
    return Case(laboratory, "restore", run_id, "--json", "--commit", deletes=True)


CASES = {"fix": fix_case, "modalities": modalities_case, "restore": restore_case,
         "apply": apply_case, "checkpoint": checkpoint_case, "backfill": backfill_case,
         "ingest": ingest_case, "reconstruct": reconstruct_case,
         "restore_backfill": restore_backfill_case, "restore_ingest": restore_ingest_case}
KINDS = tuple(os.environ.get("URSA_FAULT_KINDS",
                             "kill,io_error,io_error_for_ever,disk_full,interrupt").split(","))


def loops():
    """Every case with every kind of fault."""
    for name in CASES:
        for kind in KINDS:
            yield name, kind


def numbers(case, kind):
    """The calls before which the fault happens: all, or some and those around each commit."""
    some = range(1 + KINDS.index(kind) * STRIDE // len(KINDS), CALLS_MAX, STRIDE)
    if STRIDE == 1:
        return some
    commits = case.calls_that_commit()
    return sorted({*some, commits[-1], *(commit + 1 for commit in commits)})


def check_end(case, run, kind):
    """The exit code and the summary are those of what happened."""
    now = rows_of(case.laboratory)
    if kind == "kill":
        assert run.code == -signal.SIGKILL, run.err
    elif kind == "interrupt":
        assert run.code in (case.code, 130), run.err
    else:
        assert run.code in (case.code, 4) or (run.code == 1 and case.row_by_row), run.err
    if run.code in (4, 130):
        assert run.summary["error"]["message"]
    elif run.code == 1 and case.row_by_row and now != case.after:
        assert run.rows(action="failed")
    elif run.code == case.code:
        assert now == case.after and run.summary["committed"] > 0
    if run.code == 4 and now != case.before:
        error = run.summary["error"]
        assert error["code"] == "unknown_outcome" or run.summary["committed"] > 0, error


@pytest.mark.parametrize("name, kind", loops())
def test_a_fault_at_any_call_leaves_before_or_after_and_the_next_run_finishes(laboratory, name,
                                                                              kind):
    origin = rows_of(laboratory)
    case = CASES[name](laboratory)
    seen = set()
    for number in numbers(case, kind):
        case.reset()
        run = run_with_fault(laboratory, case.arguments, number, kind)
        if run is None:
            break
        check_end(case, run, kind)
        now = rows_of(laboratory)
        # Where recordings fail one by one, the others are committed.
        is_whole = case.is_whole(now)
        assert is_whole or (case.row_by_row and run.code == 1), f"call {number}"
        case.check_rows(now)
        faults.assert_ursa_reads_what_delta_rs_reads(laboratory, case.tables)
        if now in (case.before, case.after):
            assert case.runs_now() == (case.runs if now == case.after else case.runs_before)
        if kind in ("disk_full", "interrupt"):
            assert not list((laboratory.root / "assets").glob(".ursa-tmp/*"))
        seen.add(now == case.after)
        # Whether the first one committed or not, the same command again ends well.
        case.check_next_run(is_one_run=is_whole)
        # A checkpoint has nine runs before it, and a restore is a case of its own.
        if name != "checkpoint" or STRIDE == 1:
            case.check_undo(origin)
    else:
        raise AssertionError("the command never completed")
    # Ctrl-C comes too late where all that is left to do is the commit.
    assert seen == {False, True} or (kind == "interrupt" and seen == {True})


def tables_of(laboratory, prefix):
    """The catalog that `catalog init` made: each table's version, rows and columns."""
    found = {}
    for log in sorted((laboratory.root / "assets" / prefix).glob("*/_delta_log")):
        table = DeltaTable(log.parent)
        found[log.parent.name] = (table.version(), table.to_pyarrow_table().num_rows,
                                  table.schema().to_json())
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prefix", ["ursa/catalog", "lab/tables"])
def test_a_fault_while_a_catalog_is_begun_leaves_none_or_all_and_can_be_repeated(laboratory, prefix,
                                                                                 kind):
    arguments = ("catalog", "init", "--prefix", prefix, "--json")
    assets = laboratory.root / "assets"

    def begin_anew():
        shutil.rmtree(assets)
        assets.mkdir()

    begin_anew()
    laboratory.ursa(*arguments)
    clean = tables_of(laboratory, prefix)
    assert len(clean) == 5
    for number in range(1, CALLS_MAX, STRIDE):
        begin_anew()
        run = run_with_fault(laboratory, arguments, number, kind)
        if run is None:
            break
        expected = {"kill": (-signal.SIGKILL,), "interrupt": (0, 130)}.get(kind, (0, 4))
        assert run.code in expected, run.err
        is_there = laboratory.ursa("runs", "--json", code=None).code == 0
        assert is_there or run.code != 0
        again = laboratory.ursa(*arguments, code=4 if is_there else 0)
        if is_there:
            assert again.summary["error"]["code"] == "already_exists"
        assert tables_of(laboratory, prefix) == clean
        assert laboratory.ursa("runs", "--json").rows() == []
    assert number > 20


def test_a_full_disk_says_so(laboratory):
    case = fix_case(laboratory)
    case.reset()
    run = run_with_fault(laboratory, case.arguments, 1, "disk_full")
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
