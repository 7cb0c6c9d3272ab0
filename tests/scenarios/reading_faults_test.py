"""Reads that fail, once and for ever, and Ctrl-C at any read of a command.

What could not be read is named, and never taken for absent: no row is flagged, changed or left out
because of it. URSA_FAULT_RECORDINGS (8) and URSA_FAULT_STRIDE (160) make the loops larger:
`make test-faults`.
"""
import os

import pytest

pytest.register_assert_rewrite("faults")
import crash_test  # noqa: E402
import faults
from crash_test import laboratory  # noqa: F401
from faults import rows_of, run_with_fault

# Reads are many, and most of them alike.
STRIDE = int(os.environ.get("URSA_FAULT_STRIDE", 160))
CALLS_MAX = 100_000
CASES = {"fix": crash_test.fix_case, "ingest": crash_test.ingest_case}
CAUSE = "Input/output error"


def says_why(run):
    """The run says of what it could not read that it could not be read."""
    if run.code == 4:
        return CAUSE in run.summary["error"]["message"]
    return any(CAUSE in problem["message"] for row in run.rows() for problem in row["problems"])


@pytest.mark.parametrize("kind", ["io_error", "io_error_for_ever"])
@pytest.mark.parametrize("name", CASES)
def test_a_read_that_fails_in_a_dry_run_is_named(laboratory, name, kind):
    case = CASES[name](laboratory)
    case.reset()
    dry_run = [argument for argument in case.arguments if argument != "--commit"]
    clean = laboratory.ursa(*dry_run, code=None)
    before = laboratory.fingerprint()
    for number in range(1, CALLS_MAX, STRIDE):
        run = run_with_fault(laboratory, dry_run, number, kind, "reading")
        if run is None:
            break
        assert run.code in (1, 4), (number, run.out, run.err)
        assert says_why(run), (number, run.out)
        assert not run.rows(action="flag") or run.rows(action="flag") == clean.rows(action="flag")
        (laboratory.root / "hit").unlink()
        assert laboratory.fingerprint() == before
    assert number > STRIDE


@pytest.mark.parametrize("kind", ["io_error", "io_error_for_ever", "interrupt"])
@pytest.mark.parametrize("name", CASES)
def test_a_read_that_fails_in_a_commit_loses_nothing_and_the_next_run_finishes(laboratory, name,
                                                                               kind):
    origin = rows_of(laboratory)
    case = CASES[name](laboratory)
    for number in range(1, CALLS_MAX, STRIDE):
        case.reset()
        run = run_with_fault(laboratory, case.arguments, number, kind, "reading")
        if run is None:
            break
        now = rows_of(laboratory)
        case.check_rows(now)
        if kind == "interrupt":
            assert run.code in (case.code, 130), run.err
        else:
            assert run.code in (case.code, 1, 4), run.err
        if run.code == 130:
            assert run.summary["error"]["code"] == "interrupted"
        elif run.code == 4:
            assert CAUSE in run.summary["error"]["message"], run.out
        elif run.code == case.code:
            assert now == case.after
        else:
            assert says_why(run), run.out
        faults.assert_ursa_reads_what_delta_rs_reads(laboratory, case.tables)
        case.check_next_run(is_one_run=case.is_whole(now))
        case.check_undo(origin)
    assert number > STRIDE
