"""fix-modalities-start-epoch on a laboratory with a known truth, as its operator runs it."""
import collections
import shutil

import pytest

COMMAND = "fix-modalities-start-epoch"
RECORDINGS = 40
NEEDED = ("shift", "underivable", "out_of_window", "no_recording", "out_of_scope")


def key_of(row):
    return row["recording_id"], row["worker"], row["modality"]


def expected_of(laboratory):
    """What the command must say of every row that it selects, by recording, worker, modality."""
    return {(recording_id, truth["worker"], truth["modality"]): truth
            for recording_id, record in laboratory.truth.items()
            for truth in record["modalities"] if truth["action"] is not None}


def table_of(laboratory):
    """All rows of `modalities`, as delta-rs reads them."""
    return {key_of(row): row for row in laboratory.rows("modalities")}


def left_of(laboratory, *flags):
    """How many rows get no epoch: what the brake compares."""
    summary = laboratory.ursa(COMMAND, "--json", *flags).summary
    return summary["underivable"] + summary["out_of_window"] + summary["no_recording"]


def commit(laboratory, *more, code=0):
    return laboratory.ursa(COMMAND, "--json", "--commit", "--max-underivable",
                           left_of(laboratory, *more), *more, code=code)


def is_null(row):
    return row["ingestion_status"] == "processed" and row["start_epoch_ns"] is None


def test_the_laboratory_has_rows_of_every_action(pristine):
    actions = {truth["action"] for truth in expected_of(pristine).values()}
    assert actions == set(NEEDED)


def test_a_dry_run_says_of_every_row_what_is_true(pristine):
    rows = {key_of(row): row for row in pristine.ursa(COMMAND, "--json").rows()}
    expected = expected_of(pristine)
    assert rows.keys() == expected.keys()
    for key, truth in expected.items():
        row = rows[key]
        assert row["action"] == truth["action"], row
        if truth["problem"] is not None:
            assert [problem["code"] for problem in row["problems"]] == [truth["problem"]], row
        if truth["action"] == "shift":
            assert row["start_epoch_ns"] == truth["start_epoch_ns"], row
            assert row["shift_s"] == truth["shift_ns"] / 1e9, row
            assert row["problems"] == []


def test_a_dry_run_writes_nothing(laboratory):
    before = laboratory.fingerprint()
    laboratory.ursa(COMMAND)
    laboratory.ursa(COMMAND, "--json", "--jobs", 7)
    assert laboratory.fingerprint() == before


def test_the_summary_counts_what_the_rows_say(pristine):
    run = pristine.ursa(COMMAND, "--json")
    actions = collections.Counter(row["action"] for row in run.rows())
    for action in NEEDED:
        assert run.summary[action] == actions[action], action
    assert run.summary["selected"] == run.summary["null_before"] == sum(actions.values())
    assert run.summary["null_after"] == run.summary["null_before"] - actions["shift"]


def test_the_report_enumerates_what_stays_null_by_reason(pristine):
    run = pristine.ursa(COMMAND, "--json")
    listed = {(record["reason"], record["modality"]): record["rows"]
              for record in run.records if record["record"] == "stays_null"}
    expected = collections.Counter()
    for row in run.rows():
        if row["action"] == "underivable":
            expected[row["problems"][0]["code"], row["modality"]] += 1
        elif row["action"] != "shift":
            expected[row["action"], row["modality"]] += 1
    assert listed == dict(expected)
    assert sum(listed.values()) == run.summary["null_after"]


def test_people_see_shifts_and_what_stays_null(pristine):
    run = pristine.ursa(COMMAND, "--top", 5, "--max-underivable", 1000)
    assert f"{COMMAND} --top 5 --max-underivable 1000 --commit" in run.out.splitlines()[-1]
    assert "stays null:" in run.out and "null for ever" in run.out


def test_the_brake_refuses_with_2_and_writes_nothing(laboratory):
    before = laboratory.fingerprint()
    limit = left_of(laboratory) - 1
    run = laboratory.ursa(COMMAND, "--json", "--commit", "--max-underivable", limit, code=2)
    assert run.summary["refused"] == "max_underivable" and run.summary["message"]
    assert run.rows(action="shift"), "a refusal shows the rows: they are why"
    assert laboratory.fingerprint() == before


def test_production_needs_its_flag(production):
    assert commit(production, code=2).summary["refused"] == "production"


def test_a_commit_changes_exactly_the_planned_rows(laboratory):
    before = table_of(laboratory)
    run = commit(laboratory)
    after = table_of(laboratory)
    planned = {key_of(row): row for row in run.rows(action="shift")}
    assert run.summary["committed"] == len(planned) > 0
    assert before.keys() == after.keys()
    for key, row in before.items():
        if key not in planned:
            assert after[key] == row
            continue
        expected = dict(row, start_epoch_ns=planned[key]["start_epoch_ns"],
                        updated_at=after[key]["updated_at"])
        if row["domain_intervals"] is not None:
            expected["domain_intervals"] = [
                {"start": start, "end": end} for start, end in planned[key]["intervals_after"]]
        assert after[key] == expected
        assert after[key]["updated_at"] > row["updated_at"]


def test_a_shifted_interval_starts_where_its_first_sample_lies_in_the_recording(laboratory):
    commit(laboratory)
    compared = 0
    for key, row in table_of(laboratory).items():
        truth = expected_of(laboratory).get(key)
        if truth is None or truth["action"] != "shift" or not row["domain_intervals"]:
            continue
        assert row["domain_intervals"][0]["start"] == truth["shift_ns"] / 1e9
        compared += 1
    assert compared > 10


def test_all_shifts_are_one_commit(laboratory):
    before = laboratory.ursa(COMMAND, "--json").summary["table_version"]
    assert commit(laboratory).summary["table_version"] == before + 1


def test_null_after_is_what_the_catalog_says_after_the_commit(laboratory):
    summary = commit(laboratory).summary
    assert summary["null_after"] == sum(map(is_null, table_of(laboratory).values()))
    assert summary["null_after"] == summary["null_before"] - summary["committed"]


def test_a_second_run_selects_nothing_that_was_shifted(laboratory):
    first = commit(laboratory).summary
    fingerprint = laboratory.fingerprint()
    second = commit(laboratory).summary
    assert second["shift"] == 0 and second["committed"] == 0
    assert second["selected"] == first["null_after"]
    assert laboratory.fingerprint() == fingerprint


def test_two_runs_at_once_shift_once(laboratory):
    left = left_of(laboratory)
    expected = {key: truth for key, truth in expected_of(laboratory).items()
                if truth["action"] == "shift"}
    processes = [laboratory.start(COMMAND, "--json", "--commit", "--max-underivable", left)
                 for _ in range(3)]
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0
    table = table_of(laboratory)
    for key, truth in expected.items():
        assert table[key]["start_epoch_ns"] == truth["start_epoch_ns"]
        if table[key]["domain_intervals"]:
            assert table[key]["domain_intervals"][0]["start"] == truth["shift_ns"] / 1e9


def test_a_recording_whose_start_moved_since_the_plan_is_left_alone(laboratory, tmp_path):
    plan = tmp_path / "plan.jsonl"
    run = laboratory.ursa(COMMAND, "--json", "--max-underivable", left_of(laboratory),
                          "--plan-out", plan)
    chosen = run.rows(action="shift")[0]["recording_hash"]
    laboratory.delta().update(
        updates={"start_time": "start_time + interval '2 hours'"},
        predicate=f"recording_hash = '{chosen}'")
    applied = laboratory.ursa("apply", plan, "--commit", "--json", code=1)
    moved = sum(row["recording_hash"] == chosen for row in run.rows(action="shift"))
    assert applied.summary["changed_since_plan"] == moved > 0
    assert applied.summary["committed"] == run.summary["shift"] - moved
    assert all(is_null(row) or row["start_epoch_ns"] is not None
               for row in table_of(laboratory).values() if row["recording_hash"] == chosen)


def test_restore_takes_it_back(laboratory):
    before = table_of(laboratory)
    run_id = commit(laboratory).summary["run_id"]
    restored = laboratory.ursa("restore", run_id, "--commit", "--json")
    assert restored.summary["committed"] > 0
    after = table_of(laboratory)
    for key, row in before.items():
        assert dict(after[key], updated_at=None) == dict(row, updated_at=None)


def test_a_modality_restricts_selection_brake_and_counts_alike(laboratory):
    flags = ("--modality", "eeg", "--modality", "mic")
    run = commit(laboratory, *flags)
    assert {row["modality"] for row in run.rows()} == {"eeg", "mic"}
    chosen = [row for row in table_of(laboratory).values() if row["modality"] in ("eeg", "mic")]
    assert run.summary["null_after"] == sum(map(is_null, chosen))
    assert run.summary["null_before"] == len(run.rows())
    others = [truth for key, truth in expected_of(laboratory).items()
              if truth["action"] == "shift" and key[2] not in ("eeg", "mic")]
    assert laboratory.ursa(COMMAND, "--json").summary["shift"] == len(others) > 0


@pytest.mark.parametrize("slug, named", [("egg", "did you mean 'eeg'?"), ("?", "known are ")])
def test_a_modality_that_nothing_has_is_wrong_usage(pristine, slug, named):
    run = pristine.ursa(COMMAND, "--json", "--modality", "eeg", "--modality", slug, code=3)
    assert named in run.summary["error"]["message"]


@pytest.mark.directory_only
def test_a_modality_that_only_the_table_has_is_fine(laboratory):
    from deltalake import DeltaTable
    table = DeltaTable(laboratory.root / "assets" / "ursa" / "catalog" / "modalities")
    table.update(updates={"modality": "'eegg'"}, predicate="modality = 'eeg'")
    assert laboratory.ursa(COMMAND, "--json", "--modality", "eegg").summary["selected"] > 0
    # One that the specification names is fine without any row.
    assert laboratory.ursa(COMMAND, "--json", "--modality", "eeg").summary["selected"] == 0


@pytest.mark.directory_only
def test_a_catalog_without_modalities_selects_nothing(laboratory):
    shutil.rmtree(laboratory.root / "assets" / "ursa" / "catalog" / "modalities")
    for flags in ((), ("--commit",)):
        run = laboratory.ursa(COMMAND, "--json", *flags)
        assert run.summary["selected"] == run.summary["null_after"] == 0
        assert run.summary["table_version"] is None and run.records[0]["table_version"] is None
    laboratory.ursa(COMMAND, "--modality", "egg", code=3)
    assert "no table `modalities`" in laboratory.ursa(COMMAND).out


def test_shards_together_select_every_row_once(pristine):
    whole = sorted(map(key_of, pristine.ursa(COMMAND, "--json").rows()))
    parts = [key_of(row) for index in range(3)
             for row in pristine.ursa(COMMAND, "--json", "--shard", f"{index}/3").rows()]
    assert sorted(parts) == whole


def test_saved_plans_of_shards_become_one_commit(laboratory, tmp_path):
    plans = []
    for index in range(2):
        flags = ("--shard", f"{index}/2")
        plans.append(tmp_path / f"plan-{index}.jsonl")
        # The brakes of plans that are applied together must have been given the same limit.
        laboratory.ursa(COMMAND, "--json", "--max-underivable", 1000, "--plan-out", plans[-1],
                        *flags)
    shifts = laboratory.ursa(COMMAND, "--json").summary["shift"]
    applied = laboratory.ursa("apply", *plans, "--commit", "--json")
    assert applied.summary["committed"] == shifts
    assert laboratory.ursa(COMMAND, "--json").summary["shift"] == 0


def test_since_goes_by_the_recordings_start(pristine):
    rows = pristine.ursa(COMMAND, "--json").rows()
    starts = sorted(pristine.truth[row["recording_id"]]["start_ns"] for row in rows
                    if row["action"] != "no_recording")
    import datetime
    middle = starts[len(starts) // 2] // 10**9
    since = datetime.datetime.fromtimestamp(middle, datetime.timezone.utc).isoformat()
    found = {key_of(row) for row in pristine.ursa(COMMAND, "--json", "--since", since).rows()}
    hashes = {row["recording_hash"] for row in pristine.table().values()}
    assert found == {key_of(row) for row in rows
                     if row["recording_hash"] in hashes
                     and pristine.truth[row["recording_id"]]["start_ns"] >= middle * 10**9}


def test_the_report_is_the_same_for_any_number_of_jobs(pristine):
    assert pristine.ursa(COMMAND, "--json", "--jobs", 1).records == \
        pristine.ursa(COMMAND, "--json", "--jobs", 16).records


def test_explain_shows_the_first_samples_beside_the_ends(pristine):
    by_recording = collections.defaultdict(dict)
    for (recording_id, worker, modality), truth in expected_of(pristine).items():
        if truth["action"] in ("shift", "underivable") and truth["problem"] != "already_shifted":
            by_recording[recording_id][worker, modality] = truth
    for recording_id, expected in by_recording.items():
        rows = pristine.ursa("explain", recording_id, "--json").rows(field="start_epoch_ns")
        shown = {(row["worker"], row["stream"]): row for row in rows}
        for key, truth in expected.items():
            if truth["problem"] == "no_segments" and key not in shown:
                continue  # nothing is left of its worker
            if truth["problem"] is not None:
                assert shown[key]["reason"] == truth["problem"] and shown[key]["time"] is None
            else:
                assert nanoseconds(shown[key]["time"]) == truth["start_epoch_ns"]


def nanoseconds(text):
    import datetime
    seconds = datetime.datetime.fromisoformat(text[:19] + "+00:00").timestamp()
    return int(seconds) * 10**9 + int(text[20:29])


@pytest.mark.directory_only
def test_the_old_names_of_the_script_work(pristine):
    for name in ("fix_modalities_start_epoch", "fix_modalities_start_epoch.py"):
        assert pristine.ursa(name, "--json").records[0]["command"] == COMMAND
