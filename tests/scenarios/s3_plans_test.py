"""Plans, runs and the production guard, on buckets of a real server (scripts/rgw)."""
from buckets import Buckets, needs_server, upload
from s3_laboratory import (  # noqa: F401 (fixtures)
    BACKFILL, DURATIONS, LIMITS, MODALITIES, RECONSTRUCT, buckets, check_rows, everything, local,
    missing, raw, upload_recordings, with_names)

pytestmark = needs_server


def test_a_plan_of_other_buckets_is_refused(local, buckets):
    buckets.ursa(DURATIONS, *LIMITS[DURATIONS], "--plan-out", "plan")
    buckets.configure(buckets.raw, upload(local.root / "assets", "-assets-test"))
    run = buckets.ursa("apply", "plan", "--json", "--commit", code=2)
    assert run.summary["refused"] == "plan_other_catalog"


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
