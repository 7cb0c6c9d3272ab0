"""Undo, and plans that are saved, shown, applied and refused, as an operator does it."""
import json

import pytest

from laboratory import Laboratory

COMMAND = "fix-durations-inplace"
LIMIT = ("--max-indeterminate", 1000)
STAMPS = ("registered_at", "updated_at")
RECORDINGS = 24


def rows_of(laboratory):
    return {key: {name: value for name, value in row.items() if name not in STAMPS}
            for key, row in laboratory.table().items()}


def commit(laboratory, *more):
    return laboratory.ursa(COMMAND, "--json", "--commit", *LIMIT, *more)


def restore(laboratory, run_id, *more, code=0):
    return laboratory.ursa("restore", run_id, "--json", *more, code=code)


def state_of(laboratory, run_id):
    [row] = laboratory.ursa("runs", "--json").rows(run_id=run_id)
    return row["state"]


def save_plan(laboratory, name, *more):
    laboratory.ursa(COMMAND, "--json", *LIMIT, "--plan-out", name, *more)
    return laboratory.root / name


def change_by_delta_rs(laboratory, key, column, value):
    """Another engine changes one column of one row."""
    laboratory.delta().update(predicate=f"recording_hash = '{key}'", new_values={column: value})


def remove_by_delta_rs(laboratory, key):
    laboratory.delta().delete(f"recording_hash = '{key}'")


def changed_rows(run):
    return [row for row in run.rows() if row["action"] in ("update", "flag")]


def test_a_dry_run_of_a_restore_writes_nothing(laboratory):
    run_id = commit(laboratory).summary["run_id"]
    fingerprint = laboratory.fingerprint()
    run = restore(laboratory, run_id)
    assert run.summary["restore"] > 0 and run.summary["dry_run"] is True
    assert laboratory.fingerprint() == fingerprint


def test_commit_restore_commit_again(laboratory):
    before = rows_of(laboratory)
    first = commit(laboratory)
    after = rows_of(laboratory)
    undone = restore(laboratory, first.summary["run_id"], "--commit")
    assert undone.summary["committed"] == first.summary["committed"]
    assert rows_of(laboratory) == before
    assert state_of(laboratory, first.summary["run_id"]) == "undone"
    second = commit(laboratory)
    assert rows_of(laboratory) == after
    assert second.summary["run_id"] != first.summary["run_id"]
    assert second.summary["changes_digest"] == first.summary["changes_digest"]


def test_a_row_that_stands_twice_is_refused_and_the_others_restored(laboratory):
    run = commit(laboratory)
    key = changed_rows(run)[0]["recording_hash"]
    twin = laboratory.append_twin(key)
    looked = restore(laboratory, run.summary["run_id"], code=1)
    undone = restore(laboratory, run.summary["run_id"], "--commit", code=1)
    assert looked.rows() == undone.rows()
    [row] = undone.rows(action="refused")
    assert row["key"] == key and "several rows" in row["reason"]
    assert undone.summary["committed"] == run.summary["committed"] - 1
    assert laboratory.rows_with(key) == [twin, twin]


def test_a_restore_twice_has_nothing_to_do(laboratory):
    run_id = commit(laboratory).summary["run_id"]
    restore(laboratory, run_id, "--commit")
    fingerprint = laboratory.fingerprint()
    run = restore(laboratory, run_id, "--commit")
    assert run.summary["restore"] == 0 and run.summary["committed"] == 0
    assert run.summary["nothing"] > 0 and run.summary["run_id"] is None
    assert laboratory.fingerprint() == fingerprint


def test_a_restore_again_names_what_it_had_to_leave_alone(laboratory):
    run = commit(laboratory)
    key = run.rows(action="update")[0]["recording_hash"]
    change_by_delta_rs(laboratory, key, "duration_us", 42)
    restore(laboratory, run.summary["run_id"], "--commit", code=1)
    fingerprint = laboratory.fingerprint()
    again = restore(laboratory, run.summary["run_id"], "--commit", code=1)
    [refused] = again.rows(action="refused")
    assert refused["key"] == key and refused["refused"] == ["duration_us"]
    assert again.summary["committed"] == 0 and laboratory.fingerprint() == fingerprint


def test_what_kept_a_row_once_gone_the_next_restore_takes_it_back(laboratory):
    before, origin = laboratory.table("participants").keys(), rows_of(laboratory)
    run = laboratory.ursa("backfill-participants", "--allow-r2-only", "--allow-collisions",
                          "--commit", "--json", code=None)
    participants = laboratory.table("participants").keys() - before
    assert len(participants) > 1
    someone, now = sorted(participants)[0], rows_of(laboratory)
    # One that the run has not touched: else it could take the name off again.
    key = next(key for key, row in sorted(now.items())
               if row["participant_ids"] == origin[key]["participant_ids"])
    kept = now[key]["participant_ids"]
    change_by_delta_rs(laboratory, key, "participant_ids", [someone])
    for code in (1, 1):
        left = restore(laboratory, run.summary["run_id"], "--commit", code=code)
        [refused] = [row for row in left.rows(action="refused") if row["table"] == "participants"]
        assert refused["key"] == someone and "names it" in refused["reason"]
    change_by_delta_rs(laboratory, key, "participant_ids", kept)
    restore(laboratory, run.summary["run_id"], "--commit", code=None)
    assert laboratory.table("participants").keys() == before


def test_a_plan_applied_alone_outlives_the_restore_of_a_joint_run(laboratory):
    before = rows_of(laboratory)
    for index in (0, 1):
        save_plan(laboratory, f"{index}.plan", "--shard", f"{index}/2")
    alone = laboratory.ursa("apply", "0.plan", "--commit", "--json")
    after_alone = rows_of(laboratory)
    joint = laboratory.ursa("apply", "0.plan", "1.plan", "--commit", "--json")
    assert joint.summary["already"] == alone.summary["committed"] > 0
    restore(laboratory, joint.summary["run_id"], "--commit")
    assert rows_of(laboratory) == after_alone
    restore(laboratory, alone.summary["run_id"], "--commit")
    assert rows_of(laboratory) == before


def test_a_plan_that_could_not_be_saved_is_not_made(laboratory):
    taken = laboratory.root / "taken.plan"
    taken.write_text("mine")
    for place in (taken, laboratory.root / "absent" / "a.plan"):
        run = laboratory.ursa(COMMAND, "--plan-out", place, "--json", code=3)
        assert run.rows() == [] and str(place) in run.summary["error"]["message"]


def test_the_restore_of_an_undone_run_leaves_a_later_run_alone(laboratory):
    first = commit(laboratory).summary["run_id"]
    restore(laboratory, first, "--commit")
    commit(laboratory)
    after = rows_of(laboratory)
    run = restore(laboratory, first, "--commit")
    assert run.summary["restore"] == 0 and run.summary["committed"] == 0
    assert rows_of(laboratory) == after


def test_the_restore_of_a_restore_applies_the_run_again(laboratory):
    run_id = commit(laboratory).summary["run_id"]
    after = rows_of(laboratory)
    undo = restore(laboratory, run_id, "--commit").summary["run_id"]
    redo = restore(laboratory, undo, "--commit").summary["run_id"]
    assert rows_of(laboratory) == after
    assert state_of(laboratory, run_id) == "committed"
    assert state_of(laboratory, undo) == "undone"
    restore(laboratory, redo, "--commit")
    assert state_of(laboratory, run_id) == "undone"


def test_other_columns_that_somebody_changed_stay_changed(laboratory):
    before = rows_of(laboratory)
    run = commit(laboratory)
    key = changed_rows(run)[0]["recording_hash"]
    change_by_delta_rs(laboratory, key, "device_info", "{}")
    undone = restore(laboratory, run.summary["run_id"], "--commit")
    assert undone.summary["rows_refused"] == 0
    row = rows_of(laboratory)[key]
    assert row["device_info"] == "{}"
    row["device_info"] = before[key]["device_info"]
    assert row == before[key]


def test_the_same_columns_are_refused_and_the_others_restored(laboratory):
    before = rows_of(laboratory)
    run = commit(laboratory)
    key = run.rows(action="update")[0]["recording_hash"]
    change_by_delta_rs(laboratory, key, "duration_us", 42)
    undone = restore(laboratory, run.summary["run_id"], "--commit", code=1)
    [refused] = undone.rows(action="refused")
    assert refused["key"] == key and refused["refused"] == ["duration_us"]
    now = rows_of(laboratory)
    assert now[key]["duration_us"] == 42
    assert {k: row for k, row in now.items() if k != key} == \
        {k: row for k, row in before.items() if k != key}


def test_a_row_that_is_gone_is_refused_and_the_others_restored(laboratory):
    before = rows_of(laboratory)
    run = commit(laboratory)
    key = changed_rows(run)[0]["recording_hash"]
    remove_by_delta_rs(laboratory, key)
    undone = restore(laboratory, run.summary["run_id"], "--commit", code=1)
    again = restore(laboratory, run.summary["run_id"], "--commit", code=1)
    for [refused] in (undone.rows(action="refused"), again.rows(action="refused")):
        assert refused["key"] == key and refused["reason"] == "the row is gone"
    assert rows_of(laboratory) == {k: row for k, row in before.items() if k != key}


def test_an_unknown_run_is_wrong_usage(laboratory):
    run = restore(laboratory, "0" * 64, code=3)
    assert "0" * 64 in run.summary["error"]["message"]


def test_production_needs_its_flag_for_a_restore_too(production):
    run_id = commit(production, "--i-know-this-targets-prod").summary["run_id"]
    assert restore(production, run_id, "--commit", code=2).summary["refused"] == "production"
    restore(production, run_id, "--commit", "--i-know-this-targets-prod")


def test_a_saved_plan_is_shown_and_applied_as_it_was(laboratory):
    dry = laboratory.ursa(COMMAND, "--json", *LIMIT, "--plan-out", "durations.plan").summary
    shown = laboratory.ursa("plan", "show", "durations.plan", "--json")
    assert shown.summary["changes_digest"] == dry["changes_digest"]
    assert len(shown.rows()) == dry["update"] + dry["flag"]
    looked = laboratory.ursa("apply", "durations.plan", "--json").summary
    assert looked["dry_run"] is True and looked["would_refuse"] == []
    applied = laboratory.ursa("apply", "durations.plan", "--json", "--commit").summary
    assert applied["committed"] == dry["update"] + dry["flag"]
    assert applied["run_id"] == dry["plan_digest"]
    restore(laboratory, applied["run_id"], "--commit")


def test_a_plan_applied_twice_says_so_and_changes_nothing(laboratory):
    save_plan(laboratory, "durations.plan")
    first = laboratory.ursa("apply", "durations.plan", "--json", "--commit").summary
    fingerprint = laboratory.fingerprint()
    second = laboratory.ursa("apply", "durations.plan", "--json", "--commit").summary
    assert second["already"] == first["committed"] and second["committed"] == 0
    assert laboratory.fingerprint() == fingerprint


def test_a_plan_that_was_undone_is_refused(laboratory):
    save_plan(laboratory, "durations.plan")
    run_id = laboratory.ursa("apply", "durations.plan", "--json", "--commit").summary["run_id"]
    restore(laboratory, run_id, "--commit")
    before = rows_of(laboratory)
    looked = laboratory.ursa("apply", "durations.plan", "--json")
    assert looked.summary["would_refuse"] == ["plan_undone"]
    assert looked.summary["already"] == 0
    assert {row["action"] for row in looked.rows()} == {"update"}
    run = laboratory.ursa("apply", "durations.plan", "--json", "--commit", code=2)
    assert run.summary["refused"] == "plan_undone"
    assert rows_of(laboratory) == before


def test_a_saved_plan_is_private_and_never_overwritten(laboratory):
    plan = save_plan(laboratory, "durations.plan")
    assert plan.stat().st_mode & 0o777 == 0o600
    text = plan.read_bytes()
    run = laboratory.ursa(COMMAND, "--json", "--plan-out", "durations.plan", code=3)
    assert "durations.plan" in run.summary["error"]["message"]
    assert plan.read_bytes() == text


def test_the_plans_of_shards_become_one_run(laboratory):
    names = [save_plan(laboratory, f"shard-{index}", "--shard", f"{index}/3").name
             for index in range(3)]
    whole = laboratory.ursa(COMMAND, "--json", *LIMIT).summary
    version = whole["table_version"]
    applied = laboratory.ursa("apply", *names, "--json", "--commit").summary
    assert applied["committed"] == whole["update"] + whole["flag"]
    assert applied["table_version"] == version + 1
    again = laboratory.ursa("apply", *reversed(names), "--json", "--commit").summary
    assert again["already"] == applied["committed"] and again["run_id"] is None
    assert len(laboratory.ursa("runs", "--json").rows()) == 1


def test_the_brake_is_one_over_all_shards(laboratory):
    names = []
    for index in range(3):
        laboratory.ursa(COMMAND, "--json", *LIMIT, "--max-changes", 8, "--shard", f"{index}/3",
                        "--plan-out", f"shard-{index}")
        names.append(f"shard-{index}")
    run = laboratory.ursa("apply", *names, "--json", "--commit", code=2)
    assert run.summary["refused"] == "max_changes"


@pytest.mark.directory_only
def test_a_plan_of_which_one_byte_changed_is_refused(laboratory):
    plan = save_plan(laboratory, "durations.plan")
    text = plan.read_bytes()
    before = laboratory.fingerprint()
    for position in range(0, len(text), max(1, len(text) // 40)):
        plan.write_bytes(text[:position] + bytes([text[position] ^ 1]) + text[position + 1:])
        run = laboratory.ursa("apply", "durations.plan", "--json", "--commit", code=2)
        assert run.summary["refused"] == "plan_damaged", position
    plan.write_bytes(text[:-100])
    assert laboratory.ursa("plan", "show", "durations.plan", "--json",
                           code=2).summary["refused"] == "plan_damaged"
    plan.write_bytes(text)
    after = laboratory.fingerprint()
    assert {path for path in before if before[path] != after.get(path)} <= {str(plan)}


def test_a_plan_of_another_catalog_is_refused(laboratory, pristine, tmp_path):
    plan = save_plan(laboratory, "durations.plan")
    other = pristine.copy_to(tmp_path / "other")
    run = other.ursa("apply", plan, "--json", "--commit", code=2)
    assert run.summary["refused"] == "plan_other_catalog"


@pytest.mark.directory_only
def test_a_plan_of_a_catalog_that_was_made_anew_is_refused(laboratory):
    import shutil
    plan = save_plan(laboratory, "durations.plan").read_bytes()
    shutil.rmtree(laboratory.root)
    Laboratory(laboratory.root, recordings=24, seed=1)
    (laboratory.root / "durations.plan").write_bytes(plan)
    run = laboratory.ursa("apply", "durations.plan", "--json", "--commit", code=2)
    assert run.summary["refused"] == "plan_other_catalog"


def test_expect_admits_what_was_shown_and_nothing_else(laboratory):
    digest = laboratory.ursa(COMMAND, "--json", *LIMIT).summary["changes_digest"]
    key = laboratory.ursa(COMMAND, "--json").rows(action="update")[0]["recording_hash"]
    change_by_delta_rs(laboratory, key, "duration_us", 42)
    run = laboratory.ursa(COMMAND, "--json", "--commit", *LIMIT, "--expect", digest, code=2)
    assert run.summary["refused"] == "expect_mismatch"
    digest = laboratory.ursa(COMMAND, "--json", *LIMIT).summary["changes_digest"]
    assert commit(laboratory, "--expect", digest).summary["committed"] > 0


def test_max_changes_refuses_an_apply_too(laboratory):
    save_plan(laboratory, "durations.plan")
    run = laboratory.ursa("apply", "durations.plan", "--json", "--commit", "--max-changes", 1,
                          code=2)
    assert run.summary["refused"] == "max_changes"


def test_a_restore_can_be_saved_and_applied(laboratory):
    before = rows_of(laboratory)
    run_id = commit(laboratory).summary["run_id"]
    restore(laboratory, run_id, "--plan-out", "undo.plan")
    laboratory.ursa("apply", "undo.plan", "--json", "--commit", "--max-changes", 1000)
    assert rows_of(laboratory) == before
    assert state_of(laboratory, run_id) == "undone"


def test_the_log_says_who_changed_what_by_which_plan(laboratory):
    summary = commit(laboratory).summary
    entry = f"ursa/catalog/recordings/_delta_log/{summary['table_version']:020}.json"
    actions = [json.loads(line) for line in laboratory.read("assets", entry).splitlines()]
    [info] = [action["commitInfo"] for action in actions if "commitInfo" in action]
    assert info["ursa"]["run_id"] == summary["run_id"]
    assert info["ursa"]["command"] == COMMAND
    _, rollback = info["ursa"]["rollback_uri"].split("/ursa/catalog/")
    lines = laboratory.read("assets", f"ursa/catalog/{rollback}").splitlines()
    assert len(lines) >= 2 + summary["committed"]
    [txn] = [action["txn"] for action in actions if "txn" in action]
    assert txn["appId"] == summary["run_id"] and txn["version"] == 1


def test_other_engines_see_the_run_in_maintenance_runs(laboratory):
    summary = commit(laboratory).summary
    [row] = laboratory.table("maintenance_runs").values()
    assert row["run_id"] == summary["run_id"] and row["command"] == COMMAND
    assert row["rows_changed"] == summary["committed"]
    assert json.loads(row["tables"]) == {"recordings": summary["table_version"]}
    assert row["host"] and row["started_at"] <= row["committed_at"]


def test_the_plan_of_a_shard_is_refused_once_its_run_was_undone(laboratory):
    names = [save_plan(laboratory, f"shard-{index}", "--shard", f"{index}/2").name
             for index in range(2)]
    run_id = laboratory.ursa("apply", *names, "--json", "--commit").summary["run_id"]
    restore(laboratory, run_id, "--commit")
    run = laboratory.ursa("apply", names[0], "--json", "--commit", code=2)
    assert run.summary["refused"] == "plan_undone"


def test_runs_say_who_did_what_and_whether_it_can_be_undone(laboratory):
    summary = laboratory.ursa(COMMAND, "--json", "--commit", *LIMIT,
                              environment={"USER": "ada"}).summary
    [row] = laboratory.ursa("runs", "--json").rows()
    assert row["run_id"] == summary["run_id"] and row["plan_command"] == COMMAND
    assert row["actor"] == "ada" and row["host"] and row["committed_at"] >= row["created_at"]
    assert row["changes"] == summary["committed"] and row["tables"] == ["recordings"]
    assert row["state"] == "committed" and row["can_be_undone"] is True
    restore(laboratory, summary["run_id"], "--commit")
    [row] = laboratory.ursa("runs", "--json").rows(run_id=summary["run_id"])
    assert row["state"] == "undone" and row["can_be_undone"] is False
    table = laboratory.ursa("runs").out
    assert "ada" in table and COMMAND in table


def test_shifted_modalities_are_restored_too(laboratory):
    def rows():
        return sorted(({name: value for name, value in row.items() if name not in STAMPS}
                       for row in laboratory.rows("modalities")), key=str)
    before = rows()
    run = laboratory.ursa("fix-modalities-start-epoch", "--json", "--commit",
                          "--max-underivable", 1000)
    assert run.summary["committed"] > 0 and rows() != before
    restore(laboratory, run.summary["run_id"], "--commit")
    assert rows() == before
    assert state_of(laboratory, run.summary["run_id"]) == "undone"
