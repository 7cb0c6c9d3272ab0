"""Plans, runs and the production guard, on buckets of a real server (scripts/rgw)."""
from buckets import Buckets, keys_of, needs_server, upload
from s3_laboratory import (  # noqa: F401 (fixtures)
    BACKFILL, DURATIONS, LIMITS, MODALITIES, RECONSTRUCT, WRITERS, buckets, check_rows, commit,
    dropped, everything, local, missing, raw, restore, rows_of, together, upload_recordings,
    with_names)
from terminal import ursa_at_terminal

pytestmark = needs_server


# Plans, runs, restore


def save_shards(buckets):
    plans = [f"shard-{index}.plan" for index in range(WRITERS)]
    for index, plan in enumerate(plans):
        buckets.ursa(DURATIONS, *LIMITS[DURATIONS], "--shard", f"{index}/{WRITERS}",
                     "--plan-out", plan, user="reader")
    return plans


def test_a_saved_plan_is_what_is_committed_listed_and_taken_back(buckets):
    before, names = rows_of(buckets), everything(buckets)
    dry = buckets.ursa(DURATIONS, "--json", *LIMITS[DURATIONS], "--plan-out", "plan", user="reader")
    assert buckets.ursa("apply", "plan", "--json", user="reader").summary["dry_run"]
    assert everything(buckets) == names
    applied = buckets.ursa("apply", "plan", "--json", "--commit")
    assert applied.summary["committed"] == dry.summary["update"] + dry.summary["flag"] > 0
    planned = {row["recording_hash"]: row for row in dry.rows(action="update")}
    for row in rows_of(buckets).values():
        if row["recording_hash"] in planned:
            derived = planned[row["recording_hash"]]["derived_duration_s"]
            assert row["duration_us"] == round(derived * 1e6)
    again = buckets.ursa("apply", "plan", "--json", "--commit").summary
    assert again["committed"] == 0
    [listed] = buckets.ursa("runs", "--json", user="reader").rows()
    assert (listed["run_id"], listed["state"]) == (applied.summary["run_id"], "committed")
    look = buckets.ursa("restore", applied.summary["run_id"], "--json", user="reader").summary
    assert look["dry_run"] and look["restore"] == applied.summary["committed"]
    restore(buckets, applied)
    assert rows_of(buckets) == before
    assert [row["state"] for row in buckets.ursa("runs", "--json").rows()
            if row["run_id"] == applied.summary["run_id"]] == ["undone"]
    assert buckets.ursa("apply", "plan", "--json", "--commit", code=2).summary["refused"] == \
        "plan_undone"
    buckets.ursa("restore", "0" * 64, "--json", code=3)


def test_a_plan_of_other_buckets_is_refused(local, buckets):
    buckets.ursa(DURATIONS, *LIMITS[DURATIONS], "--plan-out", "plan")
    buckets.configure(buckets.raw, upload(local.root / "assets", "-assets-test"))
    run = buckets.ursa("apply", "plan", "--json", "--commit", code=2)
    assert run.summary["refused"] == "plan_other_catalog"


def test_plans_of_shards_applied_at_once_lose_nothing(local, raw, buckets, tmp_path):
    plans = save_shards(buckets)
    summaries = together(buckets, [("apply", plan, "--commit") for plan in plans])
    (tmp_path / "alone").mkdir()
    alone = Buckets(tmp_path / "alone", raw, upload(local.root / "assets", "-assets-test"))
    whole = commit(alone, DURATIONS).summary
    assert rows_of(buckets) == rows_of(alone)
    assert sum(summary["committed"] for summary in summaries) == whole["committed"]
    assert all(summary["changed_since_plan"] == 0 for summary in summaries)
    log = f"{buckets.assets}/ursa/catalog/recordings/_delta_log/"
    versions = sorted(name.removeprefix(log) for name in buckets.names(buckets.assets)
                      if name.startswith(log) and name.endswith(".json"))
    assert versions == [f"{version:020}.json" for version in range(len(versions))]
    assert {row["state"] for row in buckets.ursa("runs", "--json").rows()} == {"committed"}


def test_one_plan_applied_by_many_at_once_is_committed_once(buckets):
    buckets.ursa(MODALITIES, *LIMITS[MODALITIES], "--plan-out", "plan")
    summaries = together(buckets, [("apply", "plan", "--commit")] * WRITERS)
    assert sorted(summary["committed"] > 0 for summary in summaries) == \
        [False] * (WRITERS - 1) + [True]
    assert len(buckets.ursa("runs", "--json").rows()) == 1


# Production


def test_production_is_written_only_with_its_flag(local, raw, tmp_path):
    buckets = with_names(local, Buckets(tmp_path, raw, upload(local.root / "assets", "-assets")))
    names = everything(buckets)
    chosen = next(recording_id for recording_id, truth in missing(local).items()
                  if truth["reconstruct"]["action"] == "ingest")
    buckets.ursa(MODALITIES, *LIMITS[MODALITIES], "--plan-out", "plan")
    guarded = [(MODALITIES, *LIMITS[MODALITIES]), ("ingest", chosen), RECONSTRUCT,
               ("apply", "plan"), (BACKFILL, *LIMITS[BACKFILL])]
    for command in guarded:
        run = buckets.ursa(*command, "--json", "--commit", code=2)
        assert run.summary["refused"] == "production", command
        assert run.records[0]["environment"] == "production"
    assert everything(buckets) == names
    run = buckets.ursa("apply", "plan", "--json", "--commit", "--i-know-this-targets-prod")
    assert run.summary["committed"] > 10
    command = ("restore", run.summary["run_id"], "--json", "--commit")
    assert buckets.ursa(*command, code=2).summary["refused"] == "production"
    buckets.ursa(*command, "--i-know-this-targets-prod")


def test_names_are_committed_to_production_once_its_bucket_was_typed(local, raw, tmp_path,
                                                                     monkeypatch):
    buckets = with_names(local, Buckets(tmp_path, raw, upload(local.root / "assets", "-assets")))
    names = everything(buckets)
    for name, value in keys_of("owner").items():
        monkeypatch.setenv(name, value)
    command = (BACKFILL, *LIMITS[BACKFILL], "--commit", "--confirm-prod", "--json")
    run, shown = ursa_at_terminal(*command, answer=buckets.raw, cwd=buckets.directory)
    assert run.code == 2 and run.summary["refused"] == "confirmation"
    assert buckets.assets in shown and everything(buckets) == names
    run, _ = ursa_at_terminal(*command, answer=buckets.assets, cwd=buckets.directory)
    assert run.code == 0 and run.summary["committed"] > len(dropped(local))


def test_a_raw_bucket_in_production_counts_for_what_writes_there_only(local, tmp_path):
    chosen = next(recording_id for recording_id, truth in missing(local).items()
                  if truth["reconstruct"]["reason"] == "no_manifest")
    bucket = upload_recordings(local, [chosen], tmp_path / "raw", "-raw")
    buckets = Buckets(tmp_path, bucket, upload(local.root / "assets", "-assets-test"))
    before = everything(buckets)
    assert buckets.ursa(DURATIONS, "--json").records[0]["environment"] == "staging"
    assert "production" in buckets.ursa(*RECONSTRUCT, "--json").summary["would_refuse"]
    run = buckets.ursa(*RECONSTRUCT, "--json", "--commit", code=2)
    assert run.summary["refused"] == "production"
    assert everything(buckets) == before
    buckets.ursa(*RECONSTRUCT, "--commit", "--i-know-this-targets-prod")
    check_rows(buckets, local, [chosen])
