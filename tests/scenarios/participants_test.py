"""backfill-participants, audit-participants and merge maps, as their operator uses them."""
import json
import os
import stat

import pytest

from laboratory import ursa
from terminal import CTRL_C, ursa_without_terminal
from typed_names import (BACKFILL, at_terminal, backfill, dropped, ids_of,
                         register_by_delta_rs, retype, snapshots, type_into,
                         type_on_nas, unattributed, without_stamps)

AUDIT = "audit-participants"
RECORDINGS = 40


def test_a_dry_run_says_of_every_unattributed_recording_what_is_true(pristine):
    rows = {row["recording_id"]: row for row in backfill(pristine).rows()}
    expected = unattributed(pristine)
    assert rows.keys() == expected.keys() and len(dropped(pristine)) > 2
    for recording_id, truth in expected.items():
        row = rows[recording_id]
        assert row["action"] == truth["backfill_action"], row
        assert row["source"] == (None if truth["text"] is None else "r2"), row
        named = [{name: person[name] for name in ("participant_id", "display_name")}
                 for person in row["participants"]]
        assert named == truth["expected"], row


def test_a_dry_run_knows_which_participants_are_new(pristine):
    known = pristine.table("participants").keys()
    run = backfill(pristine)
    people = [person for row in run.rows() for person in row["participants"]]
    assert all(person["is_new"] == (person["participant_id"] not in known) for person in people)
    new = {person["participant_id"] for person in people if person["is_new"]}
    assert run.summary["new_participants"] == len(new) > 0


def test_a_dry_run_changes_no_byte_and_no_modification_time(laboratory):
    before = laboratory.fingerprint()
    backfill(laboratory)
    laboratory.ursa(BACKFILL, "--jobs", 7)
    assert laboratory.fingerprint() == before


def test_the_summary_counts_the_rows(pristine):
    run = backfill(pristine)
    for action in ("attach", "skip_placeholder", "skip_sentinel", "no_name", "unreadable"):
        assert run.summary[action] == len(run.rows(action=action))
    assert run.summary["unattributed"] == len(run.rows())
    assert run.summary["nas_found"] == 0 and run.summary["snapshot"] is None


def test_a_commit_attaches_exactly_the_truth(laboratory):
    before, people = laboratory.table(), laboratory.table("participants")
    run = backfill(laboratory, "--commit")
    after = laboratory.table()
    names = dropped(laboratory)
    assert before.keys() == after.keys()
    for key, row in before.items():
        if row["recording_id"] not in names:
            assert after[key] == row
            continue
        wanted = [person["participant_id"] for person in names[row["recording_id"]]["expected"]]
        expected = dict(without_stamps({key: row})[key], participant_ids=wanted)
        assert without_stamps(after)[key] == expected
    people_after = laboratory.table("participants")
    assert {key: people_after[key] for key in people} == people
    assert run.summary["committed"] == len(names) + len(people_after) - len(people)
    for person in (person for truth in names.values() for person in truth["expected"]):
        assert people_after[person["participant_id"]]["display_name"] == person["display_name"]


def test_an_audit_finds_the_dropped_names_and_nothing_after_the_backfill(laboratory):
    run = laboratory.ursa(AUDIT, "--json", code=1)
    assert {row["recording_id"] for row in run.rows(action="dropped")} == dropped(laboratory).keys()
    assert run.summary["unattributed"] == len(unattributed(laboratory))
    assert all(BACKFILL in row["repair"] for row in run.rows())
    backfill(laboratory, "--commit")
    run = laboratory.ursa(AUDIT, "--json", code=0)
    assert run.rows() == [] and run.summary["dropped"] == 0
    assert run.summary["examined"] == len(laboratory.table())


def test_a_second_commit_is_a_no_op(laboratory):
    backfill(laboratory, "--commit")
    before = laboratory.fingerprint()
    summary = backfill(laboratory, "--commit").summary
    assert summary["committed"] == 0 and summary["attach"] == 0 and summary["snapshot"] is None
    assert laboratory.fingerprint() == before


def test_the_report_is_the_same_for_any_number_of_jobs(laboratory):
    retype(laboratory, "O'Neil\nO\u2019Neil\n", count=3)
    assert backfill(laboratory, "--jobs", 1, code=1).records[1:] == \
        backfill(laboratory, "--jobs", 16, code=1).records[1:]


def test_the_snapshot_is_private_whole_and_never_overwrites(laboratory):
    summary = backfill(laboratory, "--commit").summary
    (file,) = snapshots(laboratory)
    assert summary["snapshot"] == str(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    records = [json.loads(line) for line in file.read_text().splitlines()]
    assert records[0]["record"] == "plan" and records[0]["run_id"] == summary["run_id"]
    assert records[-1]["record"] == "digest" and records[-1]["changes"] == summary["committed"]


def test_a_snapshot_that_exists_stops_the_commit(laboratory):
    (laboratory.root / "mine.jsonl").write_text("precious")
    before = laboratory.fingerprint()
    backfill(laboratory, "--commit", "--snapshot", "mine.jsonl", code=3)
    tables = {path: value for path, value in laboratory.fingerprint().items()
              if "_probe" not in path and not path.endswith("/catalog")}
    assert tables == {path: before[path] for path in tables}
    assert (laboratory.root / "mine.jsonl").read_text() == "precious"


@pytest.mark.directory_only
def test_the_snapshot_is_on_disk_before_anything_is_written(laboratory):
    before, people = laboratory.table(), laboratory.table("participants")
    # The run's own rollback snapshot, the first thing that a commit writes, can't be written.
    (laboratory.root / "assets" / "ursa" / "catalog" / "_rollback").touch()
    backfill(laboratory, "--commit", code=4)
    assert len(snapshots(laboratory)) == 1
    assert laboratory.table() == before and laboratory.table("participants") == people


@pytest.mark.parametrize("how", ["snapshot", "run_id", "snapshot_alone"])
def test_restore_takes_a_backfill_back(laboratory, how):
    before, people = without_stamps(laboratory.table()), laboratory.table("participants")
    summary = backfill(laboratory, "--commit").summary
    command = [BACKFILL, "--restore", snapshots(laboratory)[0].name] if how != "run_id" \
        else ["restore", summary["run_id"]]
    if how == "snapshot_alone":
        laboratory.remove_all("assets", "ursa/catalog/_rollback/")
    dry = laboratory.ursa(*command, "--json")
    assert dry.summary["dry_run"] and dry.summary["restore"] == summary["committed"]
    assert without_stamps(laboratory.table()) != before
    run = laboratory.ursa(*command, "--json", "--commit")
    assert run.summary["committed"] == summary["committed"]
    assert without_stamps(laboratory.table()) == before
    assert laboratory.table("participants") == people
    assert backfill(laboratory).summary["attach"] == summary["attach"]


def test_restore_refuses_what_is_no_snapshot_of_the_command(laboratory):
    laboratory.ursa(BACKFILL, "--restore", "absent.jsonl", code=3)
    backfill(laboratory, "--commit")
    file = snapshots(laboratory)[0]
    damaged = file.read_text().replace("unknown", "unknowm", 1)
    (laboratory.root / "damaged.jsonl").write_text(damaged)
    run = laboratory.ursa(BACKFILL, "--restore", "damaged.jsonl", "--json", code=2)
    assert run.summary["refused"] == "plan_damaged"
    laboratory.ursa("fix-durations-inplace", "--plan-out", "durations.plan")
    laboratory.ursa(BACKFILL, "--restore", "durations.plan", code=3)


@pytest.mark.directory_only
def test_restore_takes_no_flags_of_a_backfill(laboratory):
    laboratory.ursa(BACKFILL, "--restore", "x", "--nas-root", ".", code=3)


def test_a_commit_needs_the_nas_or_leave_to_go_without(laboratory):
    assert laboratory.ursa(BACKFILL, "--json").summary["would_refuse"] == ["nas_required"]
    before = laboratory.fingerprint()
    run = laboratory.ursa(BACKFILL, "--json", "--commit", code=2)
    assert run.summary["refused"] == "nas_required"
    assert laboratory.fingerprint() == before


@pytest.mark.parametrize("made", ["absent", "empty", "without_recordings"])
def test_a_nas_that_is_not_mounted_refuses_the_commit(laboratory, tmp_path, made):
    nas = tmp_path / "nas"
    if made != "absent":
        nas.mkdir()
    if made == "without_recordings":
        (nas / "lost+found").mkdir()
    run = laboratory.ursa(BACKFILL, "--json", "--commit", "--nas-root", nas, code=2)
    assert run.summary["refused"] == "nas_missing"


def test_the_nas_has_the_last_word(laboratory, tmp_path):
    nas = tmp_path / "nas"
    chosen = type_on_nas(laboratory, "Ada Lovelace\n", nas)
    run = laboratory.ursa(BACKFILL, "--json", "--commit", "--nas-root", nas)
    (row,) = [row for row in run.rows() if row["recording_id"] == chosen]
    assert row["source"] == "nas" and row["raw_name"] == "Ada Lovelace"
    assert [problem["code"] for problem in row["problems"]] == ["nas_r2_differ"]
    assert ids_of(laboratory)[chosen] == ["ada-lovelace"]
    assert run.summary["nas_found"] == 1


def test_a_nas_file_that_cannot_be_read_is_never_no_name(laboratory, tmp_path):
    nas = tmp_path / "nas"
    makers = (lambda file: file.symlink_to("nowhere"), lambda file: file.mkdir(),
              lambda file: os.mkfifo(file),
              lambda file: os.mknod(file, stat.S_IFSOCK | 0o600))
    chosen = sorted(dropped(laboratory))[:len(makers)]
    assert len(chosen) == len(makers)
    for recording_id, make in zip(chosen, makers):
        (nas / recording_id).mkdir(parents=True)
        make(nas / recording_id / "participant.txt")
    run = laboratory.ursa(BACKFILL, "--json", "--nas-root", nas, code=1)
    rows = run.rows(action="unreadable")
    assert sorted(row["recording_id"] for row in rows) == chosen
    for row in rows:
        (problem,) = row["problems"]
        assert problem["code"] == "read_failed" and problem["message"]
        assert problem["key"] == str(nas / row["recording_id"] / "participant.txt")


@pytest.mark.parametrize("data, code", [(b"Zo\xeb", "not_utf8"), (b"m" * 65537, "too_large"),
                                        ("\U0001F600".encode(), "empty_slug")])
def test_a_file_that_names_nobody_readably_needs_a_person(laboratory, data, code):
    (chosen,) = retype(laboratory, data)
    run = backfill(laboratory, "--commit", code=1)
    (row,) = run.rows(action="unreadable")
    assert (row["recording_id"], row["problems"][0]["code"]) == (chosen, code)
    assert row["problems"][0]["key"] == f"recordings/{chosen}/participant.txt"
    assert ids_of(laboratory)[chosen] in ([], ["unknown"])
    assert laboratory.ursa(AUDIT, "--json", code=1).summary["unreadable"] == 1


def collisions(run):
    return [record for record in run.records if record["record"] == "collision"]


def test_two_names_with_one_slug_refuse_until_the_merge_map_settles_them(laboratory):
    retype(laboratory, "O'Neil\nO\u2019Neil\n")
    run = backfill(laboratory, "--commit", "--allow-collisions", code=2)
    assert run.summary["refused"] == "collisions"
    (collision,) = collisions(run)
    assert collision["kind"] == "slug" and collision["slugs"] == ["o-neil"]
    assert collision["names"] == ["O'Neil", "O\u2019Neil"]
    with (laboratory.root / "participants.mergemap").open("a") as merge_map:
        merge_map.write("O'Neil = O\u2019Neil\n")
    assert backfill(laboratory, "--commit").summary["collisions"] == 0


def test_near_duplicates_refuse_unless_they_are_allowed(laboratory):
    (chosen,) = retype(laboratory, "Jonas Webber\n")
    run = backfill(laboratory, "--commit", code=2)
    (collision,) = collisions(run)
    assert collision["kind"] == "near_duplicate" and chosen in collision["recording_ids"]
    assert collision["names"] == ["Jonas Webber", "Jonas Weber"]
    run = backfill(laboratory, "--commit", "--allow-collisions", code=1)
    assert ids_of(laboratory)[chosen] == ["jonas-webber"]


def test_a_name_that_may_be_typed_last_name_first_refuses(laboratory):
    retype(laboratory, "Lovelace, Ada\n")
    run = backfill(laboratory, "--commit", code=2)
    assert [collision["kind"] for collision in collisions(run)] == ["maybe_last_first"]


def test_people_see_collisions_and_the_command_that_commits(laboratory):
    retype(laboratory, "Jonas Webber\n")
    out = laboratory.ursa(BACKFILL, "--allow-r2-only", code=1).out
    assert "collision (near_duplicate): 'Jonas Webber' and 'Jonas Weber'" in out
    assert "The commit would be refused (collisions): " in out and "To commit:" not in out
    out = laboratory.ursa(BACKFILL, "--allow-r2-only", "--allow-collisions", code=1).out
    assert out.splitlines()[-1].endswith(
        f"{BACKFILL} --allow-r2-only --allow-collisions --commit")


def test_a_name_cannot_forge_a_line(laboratory):
    retype(laboratory, "x\x1b[2J\u202e forged\x00\n")
    out = laboratory.ursa(BACKFILL, "--allow-r2-only").out
    assert "\x1b[2J" not in out and "\u202e" not in out and "\x00" not in out
    assert "X[2j Forged" in out


@pytest.mark.directory_only
def test_a_bad_merge_map_refuses_before_anything_is_read(laboratory):
    (laboratory.root / "bad.mergemap").write_text("Maya Chen = maya\nMaya Ray = maya\n")
    laboratory.remove_all("assets", "ursa")
    for command in ((BACKFILL, "--merge-map", "bad.mergemap"), (AUDIT, "--merge-map", "absent")):
        run = laboratory.ursa(*command, "--json", code=3)
        assert [record["record"] for record in run.records] == ["summary"]
    assert "bad.mergemap:2:" in laboratory.ursa(BACKFILL, "--merge-map", "bad.mergemap",
                                                code=3).err


def test_the_flag_replaces_the_profiles_merge_map(laboratory):
    (laboratory.root / "other.mergemap").write_text("Ada Lovelace <ada> = countess\n")
    (chosen,) = retype(laboratory, "COUNTESS\n")
    run = backfill(laboratory, "--merge-map", "other.mergemap", code=None)
    (row,) = [row for row in run.rows() if row["recording_id"] == chosen]
    assert row["participants"] == [{"participant_id": "ada", "display_name": "Ada Lovelace",
                                    "is_new": True}]


def test_the_profile_sets_placeholders_and_sentinels(laboratory):
    with (laboratory.root / "ursa.toml").open("a") as config:
        config.write('placeholders = ["pilot"]\nsentinels = ["nobody"]\n')
    first, second = retype(laboratory, "Pilot!\n", count=2)
    type_into(laboratory, second, "NOBODY")
    rows = {row["recording_id"]: row["action"] for row in backfill(laboratory, code=None).rows()}
    assert rows[first] == "skip_placeholder" and rows[second] == "skip_sentinel"
    assert first not in {row["recording_id"] for row in
                         laboratory.ursa(AUDIT, "--json", code=1).rows()}


def test_a_saved_plan_leaves_a_recording_alone_that_was_attributed_since(laboratory):
    backfill(laboratory, "--plan-out", "names.plan")
    (chosen,) = retype(laboratory, "Ada Lovelace\n")
    backfill(laboratory, "--commit", "--snapshot", "s.jsonl")
    run = laboratory.ursa("apply", "names.plan", "--commit", "--json", code=1)
    assert run.summary["changed_since_plan"] == 1
    assert ids_of(laboratory)[chosen] == ["ada-lovelace"]


# Production: --confirm-prod, and the assets bucket's name typed at a terminal.

COMMIT = (BACKFILL, "--json", "--allow-r2-only", "--commit")


def test_production_needs_its_own_flag(production):
    run = backfill(production)
    assert run.summary["would_refuse"] == ["production"]
    run = production.ursa(*COMMIT, code=2)
    assert run.summary["refused"] == "production" and "--confirm-prod" in run.summary["message"]
    production.ursa(*COMMIT, "--i-know-this-targets-prod", code=3)
    assert "The commit would be refused (nas_required): " in production.ursa(BACKFILL).out
    last = production.ursa(BACKFILL, "--allow-r2-only").out.splitlines()[-1]
    assert last.endswith("--allow-r2-only --commit --confirm-prod")


def test_production_needs_a_terminal(production):
    before = production.fingerprint()
    run = ursa_without_terminal(*COMMIT, "--confirm-prod", cwd=production.root,
                                environment=production.environment)
    assert run.code == 2 and run.summary["refused"] == "confirmation"
    assert snapshots(production) == []
    changed = {path for path, value in production.fingerprint().items()
               if before.get(path) != value}
    assert all(path.endswith(("_probe", "/catalog")) for path in changed)


def test_production_needs_the_buckets_name_typed(production):
    for answer in ("", "yes", "local", production.raw_uri("")):
        run, shown = at_terminal(production, *COMMIT, "--confirm-prod", answer=answer)
        assert run.code == 2 and run.summary["refused"] == "confirmation", answer
        assert "production" in shown
    assert snapshots(production) == []
    run, shown = at_terminal(production, *COMMIT, "--confirm-prod",
                             answer=production.confirmation)
    assert run.code == 0 and run.summary["committed"] > 0


@pytest.mark.directory_only
def test_the_name_of_a_directory_is_its_root_as_configured(production):
    config = production.root / "ursa.toml"
    config.write_text(config.read_text().replace('root = "."', 'root = "./../lab"'))
    run, _ = at_terminal(production, *COMMIT, "--confirm-prod", answer="./../lab")
    assert run.code == 0, run.err


def test_ctrl_c_at_the_prompt_writes_nothing(production):
    run, _ = at_terminal(production, *COMMIT, "--confirm-prod", answer=CTRL_C)
    assert run.code == 130 and run.summary["error"]["code"] == "interrupted"
    assert snapshots(production) == []


def test_nothing_is_asked_where_a_brake_refuses_anyway(production):
    retype(production, "Lovelace, Ada\n")
    run, shown = at_terminal(production, *COMMIT, "--confirm-prod", answer="never asked")
    assert run.code == 2 and run.summary["refused"] == "collisions" and shown == ""


def test_what_applies_or_restores_a_backfill_needs_the_same_guard(production):
    backfill(production, "--plan-out", "names.plan")
    apply = ("apply", "names.plan", "--commit", "--json")
    run = production.ursa(*apply, "--i-know-this-targets-prod", code=2)
    assert run.summary["refused"] == "production" and "--confirm-prod" in run.summary["message"]
    run, _ = at_terminal(production, *apply, "--confirm-prod", answer="no")
    assert run.summary["refused"] == "confirmation"
    answer = production.confirmation
    run, _ = at_terminal(production, *apply, "--confirm-prod", answer=answer)
    assert run.code == 0, run.err
    for restore in (("restore", run.summary["run_id"]), (BACKFILL, "--restore", "names.plan")):
        refused = production.ursa(*restore, "--commit", "--json", code=2)
        assert refused.summary["refused"] == "production"
        run, _ = at_terminal(production, *restore, "--commit", "--json", "--confirm-prod",
                             answer=answer)
        assert run.code == 0, run.err


def test_a_saved_plan_of_a_restore_needs_the_same_guard(production):
    run, _ = at_terminal(production, *COMMIT, "--confirm-prod", answer=production.confirmation)
    production.ursa("restore", run.summary["run_id"], "--plan-out", "back.plan")
    run = production.ursa("apply", "back.plan", "--commit", "--i-know-this-targets-prod", "--json",
                          code=2)
    assert run.summary["refused"] == "production" and "--confirm-prod" in run.summary["message"]


# The audit.

def test_an_audit_writes_nothing_and_needs_no_guard(production):
    before = production.fingerprint()
    production.ursa(AUDIT, code=1)
    assert production.fingerprint() == before


def test_an_audit_of_an_empty_catalog_is_never_green(tmp_path):
    (tmp_path / "ursa.toml").write_text('default_profile = "x"\n[profile.x]\nroot = "lab"\n')
    ursa("catalog", "init", "--staging", cwd=tmp_path)
    run = ursa(AUDIT, "--json", cwd=tmp_path, code=4)
    assert run.summary["error"]["code"] == "not_found"


def test_an_audit_tells_people_how_to_repair_it(pristine):
    out = pristine.ursa(AUDIT, code=1).out
    assert "Repair it" in out and f"{BACKFILL} --nas-root DIR" in out
    kinds = {record["record"] for record in pristine.ursa(AUDIT, "--json", code=1).records}
    assert kinds == {"run", "row", "summary"}


# Merge maps.

def test_a_recording_that_stands_twice_is_left_alone_and_the_others_get_their_names(laboratory):
    attached = backfill(laboratory, "--allow-collisions", code=None).rows(action="attach")
    twin = laboratory.append_twin(attached[0]["recording_hash"])
    run = backfill(laboratory, "--allow-collisions", "--commit", code=1)
    left = run.rows(recording_hash=twin["recording_hash"])
    assert [row["action"] for row in left] == ["unreadable", "unreadable"]
    assert {problem["code"] for row in left for problem in row["problems"]} >= {"read_failed"}
    assert len(run.rows(action="attach")) == len(attached) - 1
    assert laboratory.rows_with(twin["recording_hash"]) == [twin, twin]


def test_the_name_of_a_participant_unknown_is_never_attached(laboratory):
    register_by_delta_rs(laboratory, "unknown", "Unknown Person")
    [recording_id] = retype(laboratory, "unknown person")
    [row] = backfill(laboratory, code=None).rows(recording_id=recording_id)
    assert row["action"] == "skip_sentinel" and row["participants"] == []
    assert laboratory.ursa(AUDIT, "--json", code=None).rows(recording_id=recording_id) == []


@pytest.mark.parametrize("participant_id", ["straße", "", "a b"])
def test_a_participant_with_an_id_that_is_none_keeps_only_its_own_recordings(laboratory,
                                                                            participant_id):
    register_by_delta_rs(laboratory, participant_id, "Quirin Vogelsang")
    [recording_id] = retype(laboratory, "quirin vogelsang")
    run = backfill(laboratory, "--allow-collisions", "--commit", code=1)
    [row] = run.rows(recording_id=recording_id)
    assert row["action"] == "unreadable" and row["participants"] == []
    assert [problem["code"] for problem in row["problems"]] == ["bad_participant_id"]
    assert run.summary["committed"] > 0
    assert ids_of(laboratory)[recording_id] in ([], ["unknown"])
    [audited] = laboratory.ursa(AUDIT, "--json", code=1).rows(recording_id=recording_id)
    assert audited["action"] == "unreadable"
