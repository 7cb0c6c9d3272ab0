"""Every command that writes, on buckets of a real server (scripts/rgw), as its operator runs it.

A bucket has its own times of modification: what depends on a file's is left to the directories.
"""
from buckets import etags, needs_server
from s3_laboratory import (  # noqa: F401 (fixtures)
    AUDIT, BACKFILL, MODALITIES, RECONSTRUCT, WRITERS, buckets, check_modalities, check_rows,
    commit, dropped, everything, filled, incomplete, local, missing, raw, restore, rows_of, shifts,
    together)

pytestmark = needs_server


# fix-modalities-start-epoch


def test_a_dry_run_shows_every_shift_and_writes_nothing(local, buckets):
    before = everything(buckets)
    run = buckets.ursa(MODALITIES, "--json", user="reader")
    found = {(row["recording_id"], row["worker"], row["modality"]): row["start_epoch_ns"]
             for row in run.rows(action="shift")}
    assert found == {key: truth["start_epoch_ns"] for key, truth in shifts(local).items()}
    assert run.summary["would_refuse"] == ["max_underivable"]
    assert everything(buckets) == before


def test_shifts_are_committed_once_and_taken_back(local, buckets):
    before = rows_of(buckets, "modalities")
    names = buckets.names(buckets.assets)
    left = buckets.ursa(MODALITIES, "--json").summary
    left = left["underivable"] + left["out_of_window"] + left["no_recording"]
    refused = buckets.ursa(MODALITIES, "--json", "--commit", "--max-underivable", left - 1, code=2)
    assert refused.summary["refused"] == "max_underivable"
    assert buckets.names(buckets.assets) == names

    run = buckets.ursa(MODALITIES, "--json", "--commit", "--max-underivable", left)
    wanted = shifts(local)
    assert run.summary["committed"] == len(wanted) > 10
    for key, row in rows_of(buckets, "modalities").items():
        truth = wanted.get((row["recording_id"], row["worker"], row["modality"]))
        if truth is None:
            assert row == before[key]
            continue
        assert row["start_epoch_ns"] == truth["start_epoch_ns"]
        if row["domain_intervals"]:
            assert row["domain_intervals"][0]["start"] == truth["shift_ns"] / 1e9
        changed = ("start_epoch_ns", "domain_intervals")
        assert {name: value for name, value in row.items() if name not in changed} == \
            {name: value for name, value in before[key].items() if name not in changed}

    second = commit(buckets, MODALITIES).summary
    assert (second["shift"], second["committed"], second["run_id"]) == (0, 0, None)
    assert second["selected"] == run.summary["null_after"]
    restore(buckets, run)
    assert rows_of(buckets, "modalities") == before


# backfill-participants and audit-participants


def test_dropped_names_are_found_attached_and_taken_back(local, buckets):
    wanted = dropped(local)
    before, people = rows_of(buckets), rows_of(buckets, "participants")
    names = everything(buckets)
    audit = buckets.ursa(AUDIT, "--json", user="reader", code=1)
    assert {row["recording_id"] for row in audit.rows(action="dropped")} == wanted.keys()
    dry = buckets.ursa(BACKFILL, "--json", "--allow-r2-only", user="reader")
    assert dry.summary["attach"] == len(wanted) > 2
    assert everything(buckets) == names

    run = commit(buckets, BACKFILL)
    for key, row in rows_of(buckets).items():
        expected = before[key]
        if row["recording_id"] in wanted:
            expected = dict(expected, participant_ids=[
                person["participant_id"] for person in wanted[row["recording_id"]]["expected"]])
        assert row == expected
    found = rows_of(buckets, "participants")
    assert {key: found[key] for key in people} == people
    for truth in wanted.values():
        for person in truth["expected"]:
            assert found[person["participant_id"],]["display_name"] == person["display_name"]
    assert buckets.ursa(AUDIT, "--json").rows() == []
    assert commit(buckets, BACKFILL).summary["committed"] == 0

    restore(buckets, run)
    assert rows_of(buckets) == before and rows_of(buckets, "participants") == people
    buckets.ursa(AUDIT, "--json", code=1)


# reconstruct-all-recent and ingest


def check_worklist(local, run):
    rows = {row["recording_id"]: row for row in run.rows()}
    assert rows.keys() == missing(local).keys()
    for recording_id, row in rows.items():
        truth = local.truth[recording_id]["reconstruct"]
        assert (row["files"], row["bytes"]) == (truth["files"], truth["bytes"])
        # In a bucket that was filled just now no lock is stale.
        fresh = truth["reason"] == "stale_lock"
        wanted = ("skipped", "session_lock") if fresh else (truth["action"], truth["reason"])
        assert (row["action"], row["reason"]) == wanted
    assert run.summary["bytes_read"] == run.summary["committed"] == 0


def test_reconstruct_fills_the_missing_days_with_the_truth_and_nothing_else(local, incomplete):
    rig, before, names = etags(incomplete.raw), rows_of(incomplete), everything(incomplete)
    check_worklist(local, incomplete.ursa(*RECONSTRUCT, "--json", user="reader", code=1))
    assert everything(incomplete) == names

    run = incomplete.ursa(*RECONSTRUCT, "--json", "--commit", code=1)
    wanted = filled(local)
    check_rows(incomplete, local, wanted)
    check_modalities(incomplete, wanted)
    assert run.summary["ingested"] == len(wanted) > 4
    assert run.summary["bytes_read"] == sum(
        truth["reconstruct"]["bytes"] for truth in wanted.values()
        if truth["reconstruct"]["action"] == "reconstruct")
    after = rows_of(incomplete)
    assert len(after) == len(before) + len(wanted) and before.items() <= after.items()
    found = etags(incomplete.raw)
    assert rig.items() <= found.items()
    assert found.keys() - rig.keys() == {
        f"recordings/{recording_id}/manifest.reconstructed.json"
        for recording_id, truth in wanted.items()
        if truth["reconstruct"]["action"] == "reconstruct"}
    assert not any("/ursa/work/" in name for name in incomplete.names(incomplete.assets))

    names = everything(incomplete)
    second = incomplete.ursa(*RECONSTRUCT, "--json", "--commit", code=1).summary
    assert second["committed"] == second["ingested"] == second["bytes_read"] == 0
    assert everything(incomplete) == names
    restore(incomplete, run)
    assert rows_of(incomplete) == before
    assert etags(incomplete.raw) == found


def test_what_was_uploaded_just_now_is_still_arriving(local, buckets):
    run = buckets.ursa("reconstruct-all-recent", "--days", 500, "--json", user="reader")
    assert run.rows() == [row for row in run.rows() if row["action"] == "skipped"]
    assert run.summary["still_arriving"] == len(missing(local)) - 1


def test_shards_that_reconstruct_at_once_do_the_work_of_one(local, incomplete):
    before = rows_of(incomplete)
    together(incomplete, [(*RECONSTRUCT, "--commit", "--shard", f"{index}/{WRITERS}")
                          for index in range(WRITERS)], codes=(0, 1))
    check_rows(incomplete, local, filled(local))
    assert len(rows_of(incomplete)) == len(before) + len(filled(local))


def test_ingest_takes_a_recording_once_and_refuses_one_without_a_hash(local, buckets):
    by_reason = {truth["reconstruct"]["reason"] or "ingest": recording_id
                 for recording_id, truth in missing(local).items()}
    chosen, legacy = by_reason["ingest"], by_reason["legacy_manifest"]
    names = everything(buckets)
    dry = buckets.ursa("ingest", chosen, "--json", user="reader")
    assert [row["action"] for row in dry.rows()] == ["ingested"]
    assert everything(buckets) == names
    before = rows_of(buckets)
    run = buckets.ursa("ingest", chosen, legacy, "--json", "--commit", code=1)
    assert {row["recording_id"]: row["action"] for row in run.rows()} == \
        {chosen: "ingested", legacy: "refused"}
    check_rows(buckets, local, [chosen])
    check_modalities(buckets, [chosen])
    assert buckets.names(buckets.raw) == names[0]
    second = buckets.ursa("ingest", chosen, "--json", "--commit")
    assert [row["action"] for row in second.rows()] == ["already"]
    restore(buckets, run)
    assert rows_of(buckets) == before
    buckets.ursa("ingest", "rec_20260507_143022_ffffffff", code=3)
