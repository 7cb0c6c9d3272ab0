"""What is wrong with a laboratory or a command line is said: what, where, and what to do."""
import json

import pytest

from laboratory import Laboratory, ursa

COMMAND = "fix-durations-inplace"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    return Laboratory(tmp_path_factory.mktemp("pristine") / "lab", recordings=20)


@pytest.fixture
def laboratory(pristine, tmp_path):
    return pristine.copy_to(tmp_path / "lab")


def log_of(laboratory):
    return laboratory.recordings / "_delta_log"


def data_file_of(laboratory):
    return max(laboratory.recordings.glob("*.parquet"), key=lambda path: path.stat().st_size)


def error_of(run):
    return run.summary["error"]["message"]


def test_without_a_configuration_the_hint_is_demo(tmp_path):
    run = ursa("catalog", "show", cwd=tmp_path, code=3,
               environment={"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)})
    assert "ursa demo DIR" in run.err


@pytest.mark.parametrize("text, line, key", [
    ('[profile.local]\nroot = "."\nbucket = "x"\n', 3, "bucket"),
    ("[profile.local]\nroot = 7\n", 2, "root"),
    ('[profile.local]\nendpoint = "https://example.invalid"\nraw_bucket = "a"\n', None,
     "assets_bucket"),
    ('default_profile = "other"\n[profile.local]\nroot = "."\n', 1, "default_profile"),
    ("[profile.local\n", 1, None),
])
def test_a_configuration_error_names_file_line_and_key(laboratory, text, line, key):
    file = laboratory.root / "ursa.toml"
    file.write_text(text)
    run = laboratory.ursa("catalog", "show", "--profile", "local", "--json", code=3)
    message = error_of(run)
    assert "ursa.toml" in message
    assert line is None or f":{line}" in message
    assert key is None or key in message


def test_a_damaged_log_entry_is_named(laboratory):
    entry = sorted(log_of(laboratory).glob("*.json"))[-1]
    entry.write_text(entry.read_text()[:-40])
    assert entry.name in error_of(laboratory.ursa(COMMAND, "--json", code=4))


def test_a_gap_in_the_log_names_the_missing_version(laboratory):
    entries = sorted(log_of(laboratory).glob("*.json"))
    later = log_of(laboratory) / f"{len(entries) + 1:020}.json"
    later.write_text(entries[-1].read_text())
    message = error_of(laboratory.ursa(COMMAND, "--json", code=4))
    assert f"{len(entries)}" in message and "recordings" in message


def test_a_missing_data_file_is_named(laboratory):
    file = data_file_of(laboratory)
    file.unlink()
    assert file.name in error_of(laboratory.ursa(COMMAND, "--json", code=4))


@pytest.mark.parametrize("keep", [0, 3, 8, 100, -1, -9])
def test_a_truncated_data_file_is_named(laboratory, keep):
    file = data_file_of(laboratory)
    content = file.read_bytes()
    file.write_bytes(content[:keep])
    assert file.name in error_of(laboratory.ursa(COMMAND, "--json", code=4))


def test_a_table_of_a_newer_protocol_is_refused_by_its_features(laboratory):
    entry = sorted(log_of(laboratory).glob("*.json"))[-1]
    protocol = {"protocol": {"minReaderVersion": 3, "minWriterVersion": 7,
                             "readerFeatures": ["deletionVectors", "shinyFeature"],
                             "writerFeatures": ["deletionVectors", "shinyFeature"]}}
    entry.write_text(entry.read_text() + json.dumps(protocol) + "\n")
    message = error_of(laboratory.ursa(COMMAND, "--json", code=4))
    assert "shinyFeature" in message and "deletionVectors" in message


def test_a_newer_writer_version_can_be_read_and_not_written(laboratory):
    entry = sorted(log_of(laboratory).glob("*.json"))[-1]
    protocol = {"protocol": {"minReaderVersion": 1, "minWriterVersion": 7,
                             "writerFeatures": ["appendOnly", "changeDataFeed"]}}
    entry.write_text(entry.read_text() + json.dumps(protocol) + "\n")
    laboratory.ursa(COMMAND, "--json")
    run = laboratory.ursa(COMMAND, "--commit", "--max-indeterminate", 100, "--json", code=4)
    assert "changeDataFeed" in error_of(run)


@pytest.mark.parametrize("arguments, word", [
    (("fix-duration-inplace",), "fix-durations-inplace"),
    ((COMMAND, "--max-indeterminat", "1"), "--max-indeterminate"),
    ((COMMAND, "--max-indeterminate", "-1"), "--max-indeterminate"),
    ((COMMAND, "--shard", "4/4"), "--shard"),
    ((COMMAND, "--since", "yesterday"), "--since"),
    ((COMMAND, "--commit", "--plan-out", "x"), "--plan-out"),
    (("query", "record"), "did you mean 'recordings'"),
    (("catalog", "history", "modalitys"), "did you mean 'modalities'"),
    (("query", "recordings", "--columns", "recording_id,duration"), "did you mean 'duration_us'"),
    (("apply", "ursa.tomb"), "did you mean 'ursa.toml'"),
    (("plan", "show", "ursa.tomb"), "did you mean 'ursa.toml'"),
    (("backfill-participants", "--restore", "ursa.tomb"), "did you mean 'ursa.toml'"),
])
def test_wrong_usage_is_exit_3_and_says_what_is_wrong(laboratory, arguments, word):
    assert word in laboratory.ursa(*arguments, code=3).err


def test_a_directory_without_a_catalog_says_so(tmp_path):
    (tmp_path / "ursa.toml").write_text('default_profile = "p"\n[profile.p]\nroot = "."\n')
    (tmp_path / "raw").mkdir()
    (tmp_path / "assets").mkdir()
    message = error_of(ursa(COMMAND, "--json", cwd=tmp_path, code=4))
    assert "catalog init" in message


def test_a_laboratory_is_never_made_over_something(laboratory):
    before = laboratory.fingerprint()
    run = ursa("demo", laboratory.root, "--json", code=3)
    assert str(laboratory.root) in error_of(run)
    assert laboratory.fingerprint() == before


def test_a_full_standard_output_is_an_error_not_a_success(laboratory):
    import subprocess
    from laboratory import BINARY
    with open("/dev/full", "wb") as full:
        process = subprocess.run([BINARY, COMMAND], cwd=laboratory.root, stdout=full,
                                 stderr=subprocess.PIPE, timeout=60)
    assert process.returncode == 4 and b"standard output" in process.stderr


def test_a_log_that_is_lost_is_said_and_no_success(laboratory):
    run = laboratory.ursa(COMMAND, "--json", "--log-file", "/dev/full", code=4)
    assert run.err.count("/dev/full") == 1 and "/dev/full" in error_of(run)
    # What the run has to say is said all the same.
    assert run.rows(action="update")


def test_a_plan_of_nothing_is_damaged_in_no_line(laboratory):
    (laboratory.root / "empty.plan").touch()
    run = laboratory.ursa("plan", "show", "empty.plan", "--json", code=2)
    assert run.summary["refused"] == "plan_damaged" and "line" not in run.summary["message"]


def test_an_interrupted_demo_leaves_nothing_and_can_be_run_again(tmp_path):
    import signal
    import subprocess
    import time
    from laboratory import BINARY
    process = subprocess.Popen([BINARY, "demo", tmp_path / "lab", "--recordings", "20000"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while not (tmp_path / "lab" / "raw" / "recordings").is_dir():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    message = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 130, message
    assert "safe to run this again" in message and "delete" not in message
    assert list((tmp_path / "lab").iterdir()) == []
    ursa("demo", tmp_path / "lab", "--recordings", 1)


def test_a_refused_init_does_not_turn_production_into_staging(laboratory):
    (laboratory.root / ".ursa-staging").unlink()
    laboratory.ursa("catalog", "init", "--staging", code=4)
    assert not (laboratory.root / ".ursa-staging").exists()
    run = laboratory.ursa(COMMAND, "--commit", "--max-indeterminate", 100, "--json", code=2)
    assert run.summary["refused"] == "production"


def test_the_audit_is_never_green_over_an_empty_bucket(laboratory):
    (laboratory.root / "raw").rename(laboratory.root / "raw.off")
    (laboratory.root / "raw" / "recordings").mkdir(parents=True)
    assert "right raw bucket" in error_of(laboratory.ursa("audit-participants", "--json", code=4))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_json_is_not_for_other_formats(laboratory, form):
    run = laboratory.ursa("query", "recordings", "--format", form, "--json", code=3)
    assert len(run.records) == 1
