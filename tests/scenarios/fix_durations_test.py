"""fix-durations-inplace on a laboratory with a known truth, as its operator runs it."""
import pytest

COMMAND = "fix-durations-inplace"
RECORDINGS = 40
STAMPS = ("updated_at",)


def expected_of(laboratory):
    """What fix-durations-inplace must say, by recording_id, of every recording in the catalog."""
    return {recording_id: truth for recording_id, truth in laboratory.truth.items()
            if truth["fix_durations"] is not None}


def problems_of(row):
    return sorted((problem["code"], problem["key"]) for problem in row["problems"])


def indeterminate_of(laboratory):
    return laboratory.ursa(COMMAND, "--json").summary["indeterminate"]


def commit(laboratory, *more, code=0):
    return laboratory.ursa(COMMAND, "--json", "--commit", "--max-indeterminate",
                           indeterminate_of(laboratory), *more, code=code)


def without_stamps(row):
    return {name: value for name, value in row.items() if name not in STAMPS}


def test_a_dry_run_says_of_every_recording_what_is_true(pristine):
    rows = {row["recording_id"]: row for row in pristine.ursa(COMMAND, "--json").rows()}
    expected = expected_of(pristine)
    assert rows.keys() == expected.keys()
    for recording_id, truth in expected.items():
        if not pristine.times_are_kept(recording_id):
            continue
        row = rows[recording_id]
        assert row["action"] == truth["fix_durations"]["action"], row
        assert problems_of(row) == problems_of(truth["fix_durations"]), row
        if row["action"] in ("update", "unchanged") and row["derived_duration_s"] is not None:
            assert round(row["derived_duration_s"] * 1e6) == truth["duration_us"], row
            assert row["end_source"] == truth["end_source"], row
            assert nanoseconds(row["end_time"]) == truth["end_ns"], row


def test_every_stream_end_is_right_to_the_nanosecond(pristine):
    compared = 0
    for row in pristine.ursa(COMMAND, "--json").rows():
        truth = pristine.truth[row["recording_id"]]
        assert row["streams"].keys() == truth["streams"].keys()
        if row["action"] == "still_arriving" or not pristine.times_are_kept(row["recording_id"]):
            continue
        for stream, end in row["streams"].items():
            assert (None if end is None else nanoseconds(end)) == truth["streams"][stream], row
            compared += end is not None
    assert compared > 50


def nanoseconds(text):
    import datetime
    assert len(text) == len("2026-05-07T14:30:22.120000000Z"), text
    seconds = datetime.datetime.fromisoformat(text[:19] + "+00:00").timestamp()
    return int(seconds) * 10**9 + int(text[20:29])


def test_a_dry_run_changes_no_byte_and_no_modification_time(laboratory):
    before = laboratory.fingerprint()
    laboratory.ursa(COMMAND)
    laboratory.ursa(COMMAND, "--json", "--jobs", 7)
    assert laboratory.fingerprint() == before


def test_a_dry_run_says_what_would_refuse_the_commit(production):
    summary = production.ursa(COMMAND, "--json", "--max-changes", 1).summary
    assert summary["dry_run"] is True
    assert summary["would_refuse"] == ["production", "max_indeterminate", "max_changes"]
    assert summary["run_id"] is None and summary["committed"] == 0


@pytest.mark.parametrize("flags, rule", [
    ((), "max_indeterminate"),
    (("--max-indeterminate", 1000, "--max-changes", 3), "max_changes"),
    (("--max-indeterminate", 1000, "--expect", "0" * 64), "expect_mismatch"),
])
def test_a_brake_refuses_with_2_and_writes_nothing(laboratory, flags, rule):
    before = laboratory.fingerprint()
    run = laboratory.ursa(COMMAND, "--commit", "--json", *flags, code=2)
    assert run.summary["refused"] == rule and run.summary["message"]
    assert laboratory.fingerprint() == before


def test_production_needs_its_flag(production):
    count = indeterminate_of(production)
    flags = ("--commit", "--json", "--max-indeterminate", count)
    assert production.ursa(COMMAND, *flags, code=2).summary["refused"] == "production"
    run = production.ursa(COMMAND, *flags, "--i-know-this-targets-prod")
    assert run.records[0]["environment"] == "production" and run.summary["committed"] > 0


def test_an_empty_bucket_refuses_the_commit(laboratory):
    laboratory.remove_all("raw", "recordings")
    run = laboratory.ursa(COMMAND, "--commit", "--max-indeterminate", 1000, "--json", code=2)
    assert run.summary["refused"] == "empty_listing"


def test_a_commit_changes_exactly_the_planned_rows(laboratory):
    before = laboratory.table()
    run = commit(laboratory)
    after = laboratory.table()
    planned = {row["recording_hash"]: row for row in run.rows()
               if row["action"] in ("update", "flag")}
    assert run.summary["committed"] == len(planned) == run.summary["update"] + run.summary["flag"]
    assert before.keys() == after.keys()
    for key, row in before.items():
        if key not in planned:
            assert after[key] == row
            continue
        expected = dict(without_stamps(row))
        if not laboratory.times_are_kept(row["recording_id"]):
            continue
        if planned[key]["action"] == "update":
            expected["duration_us"] = laboratory.truth[row["recording_id"]]["duration_us"]
            expected["duration_known_wrong"] = False
        else:
            expected["duration_known_wrong"] = True
        assert without_stamps(after[key]) == expected
        assert after[key]["updated_at"] > row["updated_at"]


def test_a_second_commit_is_a_no_op(laboratory):
    first = commit(laboratory).summary
    fingerprint = laboratory.fingerprint()
    second = commit(laboratory).summary
    assert second["committed"] == 0 and second["update"] == 0 and second["flag"] == 0
    assert second["table_version"] == first["table_version"] and second["run_id"] is None
    assert laboratory.fingerprint() == fingerprint


def test_two_plans_of_the_same_changes_have_the_same_digest(laboratory):
    digests = {laboratory.ursa(COMMAND, "--json", "--jobs", jobs).summary["changes_digest"]
               for jobs in (1, 2, 16)}
    assert len(digests) == 1
    run = commit(laboratory, "--expect", digests.pop())
    assert run.summary["committed"] > 0


def test_the_report_is_the_same_for_any_number_of_jobs(laboratory):
    assert laboratory.ursa(COMMAND, "--json", "--jobs", 1).rows() == \
        laboratory.ursa(COMMAND, "--json", "--jobs", 16).rows()


def test_shards_together_examine_every_recording_once(laboratory):
    whole = {row["recording_id"] for row in laboratory.ursa(COMMAND, "--json").rows()}
    parts = [row["recording_id"] for index in range(3)
             for row in laboratory.ursa(COMMAND, "--json", "--shard", f"{index}/3").rows()]
    assert len(parts) == len(set(parts)) and set(parts) == whole


def test_one_recording_can_be_chosen_and_an_unknown_one_is_wrong_usage(laboratory):
    chosen = next(iter(expected_of(laboratory)))
    rows = laboratory.ursa(COMMAND, "--json", "--recording", chosen).rows()
    assert [row["recording_id"] for row in rows] == [chosen]
    run = laboratory.ursa(COMMAND, "--json", "--recording", "rec_20200101_000000_abcd", code=3)
    assert "rec_20200101_000000_abcd" in run.summary["error"]["message"]


def test_since_goes_by_start_time(laboratory):
    starts = sorted(truth["start_ns"] for truth in expected_of(laboratory).values())
    middle = starts[len(starts) // 2]
    import datetime
    since = datetime.datetime.fromtimestamp(middle // 10**9, datetime.timezone.utc)
    rows = laboratory.ursa(COMMAND, "--json", "--since", since.isoformat()).rows()
    wanted = {recording_id for recording_id, truth in expected_of(laboratory).items()
              if truth["start_ns"] >= middle // 10**9 * 10**9}
    assert {row["recording_id"] for row in rows} == wanted


def test_skip_raw_gone_leaves_gone_recordings_alone_and_uncounted(laboratory):
    plain = laboratory.ursa(COMMAND, "--json").summary
    assert plain["raw_gone"] > 0
    skipped = laboratory.ursa(COMMAND, "--json", "--skip-raw-gone").summary
    assert skipped["indeterminate"] == plain["indeterminate"] - plain["raw_gone"]
    assert skipped["raw_gone"] == plain["raw_gone"]


def test_a_recording_that_is_still_arriving_is_left_alone(laboratory):
    updates = laboratory.ursa(COMMAND, "--json").rows(action="update")
    chosen = updates[0]["recording_id"]
    laboratory.write("raw", f"recordings/{chosen}/session.lock", b"")
    run = laboratory.ursa(COMMAND, "--json")
    assert [row["recording_id"] for row in run.rows(action="still_arriving")].count(chosen) == 1
    assert run.summary["update"] == len(updates) - 1


def test_rows_without_a_delta_come_first_and_then_the_largest(laboratory):
    rows = laboratory.ursa(COMMAND, "--json").rows()
    moved = [row for row in rows if row["action"] != "unchanged"]
    assert rows[:len(moved)] == moved
    deltas = [row["delta_s"] for row in moved]
    known = [abs(delta) for delta in deltas if delta is not None]
    assert deltas[:deltas.count(None)] == [None] * deltas.count(None)
    assert known == sorted(known, reverse=True)


def test_people_see_a_table_a_summary_and_the_command_that_commits(laboratory):
    run = laboratory.ursa(COMMAND, "--top", 3, "--max-indeterminate", 1000)
    lines = run.out.splitlines()
    catalog = "local://" if laboratory.place == "directory" else f"s3://{laboratory.assets}/"
    assert f", catalog {catalog}" in lines[0] and ", staging, " in lines[0]
    assert any("and " in line and line.endswith(" more") for line in lines)
    assert any(line.startswith("examined=") for line in lines)
    assert lines[-1].endswith(f"{COMMAND} --top 3 --max-indeterminate 1000 --commit")
    assert "unchanged " not in run.out


def test_people_are_told_what_would_refuse_the_commit_and_why(laboratory):
    run = laboratory.ursa(COMMAND, "--max-changes", 1)
    assert "The commit would be refused (max_indeterminate): " in run.out
    assert "more than --max-indeterminate 0" in run.out
    assert "The commit would be refused (max_changes): " in run.out
    assert "To commit:" not in run.out
    assert "would be refused" not in laboratory.ursa(COMMAND, "--max-indeterminate", 1000).out


@pytest.mark.directory_only
def test_the_old_names_of_the_scripts_work(laboratory):
    for name in ("fix_durations_inplace", "fix_durations_inplace.py",
                 "scripts/fix_durations_inplace.py"):
        assert laboratory.ursa(name, "--json").records[0]["command"] == COMMAND


def test_a_file_name_cannot_forge_a_line(laboratory):
    chosen = laboratory.ursa(COMMAND, "--json").rows(action="update")[0]["recording_id"]
    worker = f"recordings/{chosen}/mic_9\x1b[2J\nforged line\u202e"
    laboratory.write("raw", f"{worker}/mic_0000_1.wav", b"")
    for run in (laboratory.ursa(COMMAND, "--recording", chosen),
                laboratory.ursa("explain", chosen)):
        assert "\x1b" not in run.out and "\u202e" not in run.out
        assert not any(line.startswith("forged") for line in run.out.splitlines())
