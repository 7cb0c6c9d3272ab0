"""What is wrong with a laboratory or a command line is said: what, where, and what to do."""
import json

import pytest

from laboratory import ursa

COMMAND = "fix-durations-inplace"
TABLE = "ursa/catalog/recordings"
RECORDINGS = 20


def log_of(laboratory):
    """The keys of the entries of the table's log."""
    return sorted(key for key in laboratory.stamps("assets", f"{TABLE}/_delta_log")
                  if key.endswith(".json"))


def data_file_of(laboratory):
    """The key of the largest one, and its name."""
    stamps = laboratory.stamps("assets", TABLE)
    key = max((key for key in stamps if key.endswith(".parquet")), key=lambda key: stamps[key][0])
    return key, key.removeprefix(f"{TABLE}/")


def append_to_log(laboratory, action):
    entry = log_of(laboratory)[-1]
    laboratory.write("assets", entry, laboratory.read("assets", entry)
                     + json.dumps(action).encode() + b"\n")


def error_of(run):
    return run.summary["error"]["message"]


def test_without_a_configuration_the_hint_is_demo(tmp_path):
    run = ursa("catalog", "show", cwd=tmp_path, code=3,
               environment={"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)})
    assert "ursa demo DIR" in run.err


@pytest.mark.directory_only
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
    entry = log_of(laboratory)[-1]
    laboratory.write("assets", entry, laboratory.read("assets", entry)[:-40])
    assert entry.rsplit("/", 1)[1] in error_of(laboratory.ursa(COMMAND, "--json", code=4))


def test_a_gap_in_the_log_names_the_missing_version(laboratory):
    entries = log_of(laboratory)
    laboratory.write("assets", f"{TABLE}/_delta_log/{len(entries) + 1:020}.json",
                     laboratory.read("assets", entries[-1]))
    message = error_of(laboratory.ursa(COMMAND, "--json", code=4))
    assert f"{len(entries)}" in message and "recordings" in message


def test_a_missing_data_file_is_named(laboratory):
    key, name = data_file_of(laboratory)
    laboratory.remove("assets", key)
    assert name in error_of(laboratory.ursa(COMMAND, "--json", code=4))


@pytest.mark.parametrize("keep", [0, 3, 8, 100, -1, -9])
def test_a_truncated_data_file_is_named(laboratory, keep):
    key, name = data_file_of(laboratory)
    laboratory.write("assets", key, laboratory.read("assets", key)[:keep])
    assert name in error_of(laboratory.ursa(COMMAND, "--json", code=4))


def test_a_table_of_a_newer_protocol_is_refused_by_its_features(laboratory):
    protocol = {"protocol": {"minReaderVersion": 3, "minWriterVersion": 7,
                             "readerFeatures": ["deletionVectors", "shinyFeature"],
                             "writerFeatures": ["deletionVectors", "shinyFeature"]}}
    append_to_log(laboratory, protocol)
    message = error_of(laboratory.ursa(COMMAND, "--json", code=4))
    assert "shinyFeature" in message and "deletionVectors" in message


def test_a_newer_writer_version_can_be_read_and_not_written(laboratory):
    protocol = {"protocol": {"minReaderVersion": 1, "minWriterVersion": 7,
                             "writerFeatures": ["appendOnly", "changeDataFeed"]}}
    append_to_log(laboratory, protocol)
    looked = laboratory.ursa(COMMAND, "--max-indeterminate", 100, "--json").summary
    assert looked["would_refuse"] == ["unwritable_table"]
    run = laboratory.ursa(COMMAND, "--commit", "--max-indeterminate", 100, "--json", code=4)
    assert "changeDataFeed" in error_of(run)


@pytest.mark.directory_only
@pytest.mark.parametrize("command", [
    ("backfill-participants", "--allow-r2-only", "--allow-collisions"),
    ("reconstruct-all-recent", "--days", 500)])
def test_what_can_not_be_written_to_the_second_table_is_not_begun_in_the_first(laboratory,
                                                                               command):
    append_to_log(laboratory, {"protocol": {"minReaderVersion": 1, "minWriterVersion": 4}})
    fingerprint = laboratory.fingerprint()
    looked = laboratory.ursa(*command, "--json", code=None).summary
    assert looked["would_refuse"] == ["unwritable_table"]
    run = laboratory.ursa(*command, "--commit", "--json", code=4)
    assert "writer of version 4" in error_of(run)
    assert run.summary["committed"] == 0 and run.summary["run_id"] is None
    assert laboratory.fingerprint() == fingerprint


@pytest.mark.directory_only
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


@pytest.mark.directory_only
def test_a_laboratory_is_never_made_over_something(laboratory):
    before = laboratory.fingerprint()
    run = ursa("demo", laboratory.root, "--json", code=3)
    assert str(laboratory.root) in error_of(run)
    assert laboratory.fingerprint() == before


@pytest.mark.directory_only
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


@pytest.mark.parametrize("time", ["1999-01-01", "2099-01-01"])
def test_a_demo_of_a_time_that_no_recording_has_is_wrong_usage(tmp_path, time):
    run = ursa("demo", tmp_path / "lab", "--now", time, code=3)
    assert "--now" in run.err and not (tmp_path / "lab").exists()


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


@pytest.mark.directory_only
def test_a_refused_init_does_not_turn_production_into_staging(laboratory):
    (laboratory.root / ".ursa-staging").unlink()
    laboratory.ursa("catalog", "init", "--staging", code=4)
    assert not (laboratory.root / ".ursa-staging").exists()
    run = laboratory.ursa(COMMAND, "--commit", "--max-indeterminate", 100, "--json", code=2)
    assert run.summary["refused"] == "production"


def test_the_audit_is_never_green_over_an_empty_bucket(laboratory):
    laboratory.remove_all("raw", "recordings")
    assert "right raw bucket" in error_of(laboratory.ursa("audit-participants", "--json", code=4))


@pytest.mark.directory_only
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_json_is_not_for_other_formats(laboratory, form):
    run = laboratory.ursa("query", "recordings", "--format", form, "--json", code=3)
    assert len(run.records) == 1
