"""What a command line may name, and what becomes of a run whose surroundings fail it."""
import json
import os
import resource
import signal
import subprocess

import pytest

from laboratory import BINARY, ursa

RECORDINGS = 20
FIX = ("fix-durations-inplace", "--max-indeterminate", 100)

pytestmark = pytest.mark.directory_only


def error_of(run):
    return run.summary["error"]["message"]


@pytest.mark.parametrize("prefix", ["ursa/active_catalog", "ursa", "a b", "/x", ".."])
def test_a_catalog_is_begun_at_no_prefix_that_can_hold_none(tmp_path, prefix):
    (tmp_path / "ursa.toml").write_text('default_profile = "p"\n[profile.p]\nroot = "."\n')
    run = ursa("catalog", "init", "--prefix", prefix, "--json", cwd=tmp_path, code=3)
    assert "prefix of a catalog" in error_of(run)
    assert os.listdir(tmp_path) == ["ursa.toml"]


def test_a_catalog_that_lacks_a_data_file_is_not_flipped_to(laboratory):
    laboratory.ursa("catalog", "backup", "kept", "--commit")
    file = next((laboratory.root / "assets/kept/recordings").glob("*.parquet"))
    file.unlink()
    run = laboratory.ursa("catalog", "flip", "kept", "--commit", "--json", code=2)
    assert run.summary["refused"] == "flip_target" and file.name in run.summary["message"]


def test_a_profile_pinned_to_another_catalog_moves_none(laboratory):
    laboratory.ursa("catalog", "backup", "kept", "--commit")
    laboratory.ursa("catalog", "flip", "kept", "--commit")
    config = laboratory.root / "ursa.toml"
    config.write_text(config.read_text() + 'catalog_prefix = "ursa/catalog"\n')
    before = laboratory.fingerprint()
    flip = ("catalog", "flip", "ursa/catalog", "--json")
    assert laboratory.ursa(*flip).summary["would_refuse"] == ["prefix_pinned"]
    assert laboratory.ursa(*flip, "--commit", code=2).summary["refused"] == "prefix_pinned"
    assert laboratory.fingerprint() == before


@pytest.mark.parametrize("arguments", [
    ("query", "../x"), ("query", "a/b"),
    ("query", "recordings", "--columns", "start_time,start_time"),
    ("table", "read", "/"), ("plan", "show", "."), ("apply", "."),
    ("apply", "ursa.toml/x"), ("participants", "check-merge-map", "."),
    (*FIX, "--plan-out", "nowhere/p.plan"), (*FIX, "--since", "9999-12-31"),
    ("backfill-participants", "--allow-r2-only", "--snapshot", "nowhere/s.jsonl", "--commit"),
])
def test_a_name_that_can_be_none_is_wrong_usage(laboratory, arguments):
    assert "key" not in error_of(laboratory.ursa(*arguments, "--json", code=3))


def test_a_digest_may_be_typed_in_capitals(laboratory):
    digest = laboratory.ursa(*FIX, "--json").summary["changes_digest"]
    run = laboratory.ursa(*FIX, "--json", "--expect", digest.upper(), "--commit", code=None)
    assert run.code in (0, 1) and run.summary["committed"] > 0


def test_a_run_names_who_made_it_where_the_environment_does_not(laboratory):
    laboratory.ursa(*FIX, "--commit", code=None, environment={"USER": "", "LOGNAME": ""})
    assert laboratory.ursa("runs", "--json").rows()[0]["actor"]


def test_lines_of_csv_end_as_tools_expect(laboratory):
    run = laboratory.ursa("query", "recordings", "--columns", "recording_id", "--format", "csv")
    assert "\r" not in run.out and len(run.out.splitlines()) > RECORDINGS // 2


def run_without_reader(laboratory, *arguments):
    """Exit code and errors of a run whose standard output nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run([BINARY, *map(str, arguments)], cwd=laboratory.root, stdout=writer,
                             stderr=subprocess.PIPE, timeout=60)
    os.close(writer)
    return process.returncode, process.stderr.decode()


def test_a_commit_whose_reader_has_gone_is_done_to_its_end(laboratory):
    wanted = laboratory.ursa(*FIX, "--json").summary
    code, errors = run_without_reader(laboratory, *FIX, "--commit")
    assert code in (0, 1) and "output" not in errors
    assert laboratory.ursa("runs", "--json").rows()[0]["changes"] == \
        wanted["update"] + wanted["flag"]


@pytest.mark.parametrize("arguments", [
    ("query", "recordings", "--format", "csv"), ("query", "recordings", "--format", "parquet"),
    ("query", "recordings", "--format", "json"), ("catalog", "show", "--json")])
def test_data_that_a_program_got_in_part_are_no_success(laboratory, arguments):
    code, errors = run_without_reader(laboratory, *arguments)
    assert code == 4 and "standard output" in errors


def test_a_file_that_may_not_grow_is_an_error_and_leaves_no_part(laboratory):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    process = subprocess.run([BINARY, *map(str, FIX), "--plan-out", "p.plan", "--json"],
                             cwd=laboratory.root, capture_output=True, preexec_fn=limit,
                             timeout=60)
    assert process.returncode == 4, process.stderr
    assert "error" in json.loads(process.stdout.splitlines()[-1])
    assert not (laboratory.root / "p.plan").exists()


def test_a_damaged_copy_of_the_runs_blocks_nothing(laboratory):
    """maintenance_runs is for other engines: only its own row can't be written."""
    laboratory.ursa(*FIX, "--commit", code=None)
    table = laboratory.root / "assets/ursa/catalog/maintenance_runs"
    entry = sorted((table / "_delta_log").glob("*.json"))[0]
    entry.chmod(0o644)
    entry.write_text("garbage")
    shift = ("fix-modalities-start-epoch", "--max-underivable", 100, "--json")
    wanted = laboratory.ursa(*shift, code=None).summary["shift"]
    run = laboratory.ursa(*shift, "--commit", code=None)
    assert run.code == 4 and run.summary["committed"] == wanted > 0
    assert "maintenance_runs away" in run.err
    rows = laboratory.ursa("runs", "--json").rows()
    assert [row["state"] for row in rows] == ["committed", "committed"]
    restored = laboratory.ursa("restore", run.summary["run_id"], "--json", "--commit", code=None)
    assert restored.code == 4 and restored.summary["committed"] == wanted
    # What the message says helps.
    table.rename(laboratory.root / "away")
    laboratory.ursa(*shift, "--commit", code=None)
    assert len(laboratory.rows("maintenance_runs")) > 0
