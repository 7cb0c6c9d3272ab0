"""reconstruct-all-recent and ingest on a laboratory whose truth is known, as operators run them."""
import datetime
import hashlib
import itertools
import json
import os
import signal
import subprocess
import threading
import time

import pytest

COMMAND = ("reconstruct-all-recent", "--days", 500)
RECORDINGS = 40
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def expected_of(laboratory):
    return {recording_id: truth for recording_id, truth in laboratory.truth.items()
            if truth["reconstruct"] is not None}


def wanted_of(laboratory):
    """What ends up in the catalog."""
    return {recording_id: truth for recording_id, truth in expected_of(laboratory).items()
            if truth["reconstruct"]["action"] in ("reconstruct", "ingest")}


def by_id(laboratory, table="recordings"):
    return {row["recording_id"]: row for row in laboratory.table(table).values()}


def microseconds(time):
    return (time - EPOCH) // datetime.timedelta(microseconds=1)


def reconstruct(laboratory, *more, code=1):
    """Runs the command; what needs a person is there in every laboratory."""
    return laboratory.ursa(*COMMAND, *laboratory.arrived, *more, code=code)


def of_kind(laboratory, action):
    return sorted(recording_id for recording_id, truth in expected_of(laboratory).items()
                  if truth["reconstruct"]["action"] == action)


def check_rows(laboratory, ids):
    """The catalog's rows of these recordings are exactly the truth."""
    rows = by_id(laboratory)
    for recording_id in ids:
        truth, row = laboratory.truth[recording_id], rows[recording_id]
        assert row["recording_hash"] == truth["reconstruct"]["recording_hash"], recording_id
        assert microseconds(row["start_time"]) == truth["start_ns"] // 1000, recording_id
        assert row["duration_us"] == truth["duration_us"], recording_id
        assert row["duration_known_wrong"] == (truth["duration_us"] is None), recording_id
        reconstructed = truth["reconstruct"]["action"] == "reconstruct"
        assert row["manifest_source"] == ("reconstructed" if reconstructed else "rig")


def recording_directory(laboratory, recording_id):
    return laboratory.root / "raw" / "recordings" / recording_id


def make_large(laboratory, recording_id, files, size):
    """Puts files of zeros into a recording, as old as what lies beside them."""
    worker = recording_directory(laboratory, recording_id) / "camera_9"
    worker.mkdir()
    for number in range(files):
        path = worker / f"camera_{number:04}.mp4"
        with path.open("wb") as file:
            file.truncate(size)
        os.utime(path, (time.time() - 86_400, time.time() - 86_400))


def test_a_dry_run_lists_what_is_true_and_writes_nothing(pristine):
    before = pristine.fingerprint()
    run = reconstruct(pristine, "--json")
    assert pristine.fingerprint() == before
    expected = expected_of(pristine)
    rows = {row["recording_id"]: row for row in run.rows()}
    assert rows.keys() == expected.keys()
    for recording_id, truth in expected.items():
        row = rows[recording_id]
        for name in ("action", "reason", "files", "bytes"):
            assert row[name] == truth["reconstruct"][name], (name, row)
        assert row["duration_s"] is None and row["seconds"] is None
    assert run.summary["bytes_read"] == 0
    assert run.summary["dry_run"] is True
    assert run.summary["committed"] == 0


def test_the_worklist_is_smallest_first(pristine):
    sizes = [row["bytes"] for row in reconstruct(pristine, "--json").rows()]
    assert sizes == sorted(sizes) and len(sizes) > 5


def test_a_commit_fills_the_missing_days_with_exactly_the_truth(laboratory):
    wanted = wanted_of(laboratory)
    before = by_id(laboratory)
    run = reconstruct(laboratory, "--json", "--commit", "--log-file", "run.log")
    assert "SHA extensions" in (laboratory.root / "run.log").read_text()
    check_rows(laboratory, wanted)
    after = by_id(laboratory)
    assert after.keys() == before.keys() | wanted.keys()
    assert all(after[recording_id] == row for recording_id, row in before.items())
    assert run.summary["ingested"] == len(wanted)
    assert run.summary["bytes_read"] == sum(
        truth["reconstruct"]["bytes"] for truth in wanted.values()
        if truth["reconstruct"]["action"] == "reconstruct")
    assert {row["recording_id"] for row in run.rows(action="failed")} == \
        set(of_kind(laboratory, "failed"))
    verify = [record for record in run.records if record["record"] == "verify"]
    assert [record["when"] for record in verify] == ["before", "after"]
    assert verify[1]["recordings"] - verify[0]["recordings"] == len(wanted)
    assert verify[1]["recent"] - verify[0]["recent"] == len(wanted)
    assert run.records[-2] == verify[1]
    assert not any(key.startswith("ursa/work/") for key in laboratory.stamps("assets"))


def test_a_commit_changes_nothing_that_a_rig_wrote(laboratory):
    before = laboratory.stamps("raw")
    reconstruct(laboratory, "--commit")
    after = laboratory.stamps("raw")
    assert before.items() <= after.items()
    assert {key.rsplit("/", 1)[1] for key in after.keys() - before.keys()} == \
        {"manifest.reconstructed.json"}


def test_a_reconstructed_manifest_names_every_byte(laboratory):
    reconstruct(laboratory, "--commit")
    for recording_id in of_kind(laboratory, "reconstruct"):
        directory = f"recordings/{recording_id}"
        manifest = json.loads(laboratory.read("raw", f"{directory}/manifest.reconstructed.json"))
        assert manifest["reconstructed"]["reason"] == \
            laboratory.truth[recording_id]["reconstruct"]["reason"]
        digest = hashlib.sha256(f"ursa-recording-hash/1 {recording_id}\n".encode())
        for file in manifest["files"]:
            data = laboratory.read("raw", f"{directory}/{file['path']}")
            assert file["size"] == len(data)
            assert file["sha256"] == hashlib.sha256(data).hexdigest()
            digest.update(f"{file['sha256']} {file['size']} {file['path']}\n".encode())
        assert manifest["recording_hash"] == digest.hexdigest()


def test_the_modalities_of_a_recording_come_with_it(laboratory):
    reconstruct(laboratory, "--commit")
    table = laboratory.rows("modalities")
    for recording_id in wanted_of(laboratory):
        rows = [row for row in table if row["recording_id"] == recording_id]
        keys = [key.split("/") for key in laboratory.stamps("raw", f"recordings/{recording_id}")]
        workers = {key[2] for key in keys if len(key) == 4 and not key[2].startswith("_node")
                   and key[3] != "worker_report.json"}
        assert {row["worker"] for row in rows} == workers
        for row in rows:
            assert row["ingestion_status"] == "raw"
            assert row["raw_storage_uri"] == \
                f"{laboratory.raw_uri(recording_id)}{row['worker']}/"
            assert row["segment_count"] > 0


def test_a_second_run_finds_nothing_to_do(laboratory):
    reconstruct(laboratory, "--commit")
    before = laboratory.fingerprint()
    run = reconstruct(laboratory, "--json", "--commit")
    assert laboratory.fingerprint() == before
    assert run.summary["reconstruct"] == run.summary["ingest"] == run.summary["committed"] == 0
    assert run.summary["run_id"] is None


def test_a_run_is_undone_as_a_whole(laboratory):
    before = by_id(laboratory)
    run_id = reconstruct(laboratory, "--json", "--commit").summary["run_id"]
    laboratory.ursa("restore", run_id, "--commit")
    assert by_id(laboratory) == before
    run = reconstruct(laboratory, "--json")
    assert run.summary["reconstruct"] == 0  # their manifests stay
    assert run.summary["ingest"] == len(wanted_of(laboratory))


@pytest.mark.directory_only
def test_stale_locks_are_left_alone_until_they_are_broken(laboratory):
    stale = [recording_id for recording_id, truth in expected_of(laboratory).items()
             if truth["reconstruct"]["reason"] == "stale_lock"]
    assert stale
    run = reconstruct(laboratory, "--json")
    assert {row["recording_id"] for row in run.rows(reason="stale_lock")} == set(stale)
    reconstruct(laboratory, "--commit", "--break-stale-locks")
    rows = by_id(laboratory)
    for recording_id in stale:
        assert rows[recording_id]["recording_hash"] == \
            laboratory.truth[recording_id]["reconstruct"]["recording_hash"]


def seal(laboratory):
    """Leaves the table as a flip does that moved the catalog."""
    log = laboratory.recordings / "_delta_log"
    entries = sorted(log.glob("*.json"))
    metadata = next(json.loads(line) for line in entries[0].read_text().splitlines()
                    if "metaData" in line)
    metadata["metaData"]["configuration"]["ursa.sealed"] = "2"
    (log / f"{int(entries[-1].stem) + 1:020}.json").write_text(json.dumps(metadata) + "\n")


@pytest.mark.directory_only
def test_a_sealed_catalog_refuses_before_anything_is_hashed_or_written(laboratory):
    seal(laboratory)
    before = laboratory.fingerprint()
    run = laboratory.ursa(*COMMAND, "--json", code=1)
    assert run.summary["would_refuse"] == ["sealed"]
    assert "would be refused (sealed)" in laboratory.ursa(*COMMAND, code=1).out
    run = laboratory.ursa(*COMMAND, "--json", "--commit", code=2)
    assert run.summary["refused"] == "sealed" and run.summary["bytes_read"] == 0
    assert laboratory.fingerprint() == before


@pytest.mark.directory_only
@pytest.mark.parametrize("name, code", [("\U0001F600", "participant_unreadable"),
                                        ("Zo\u00eb Maier", "participant_collision")])
def test_names_that_cannot_be_attached_are_for_a_person_and_not_told(laboratory, name, code):
    recording_id = of_kind(laboratory, "ingest")[0]
    other = of_kind(laboratory, "reconstruct")[0]
    for each, text in ((recording_id, "Zoe Maier"), (other, name)):
        path = recording_directory(laboratory, each) / "participant.txt"
        path.write_text(text)
        os.utime(path, (time.time() - 86_400, time.time() - 86_400))
    for path in (laboratory.root / "raw" / "recordings").iterdir():
        if path.name not in (recording_id, other):
            subprocess.run(["rm", "-r", path], check=True)
    laboratory.ursa("ingest", recording_id, "--commit")
    run = laboratory.ursa(*COMMAND, "--json", "--commit", code=1)
    row, = run.rows(recording_id=other)
    assert row["action"] == "reconstruct" and other in by_id(laboratory)
    problem, = [each for each in row["problems"] if each["code"] == code]
    assert "Maier" not in problem["message"] and name not in problem["message"]
    laboratory.ursa("restore", run.summary["run_id"], "--commit")
    row, = laboratory.ursa("ingest", other, "--json", code=1).rows()
    assert row["action"] == "ingested" and code in {each["code"] for each in row["problems"]}


@pytest.mark.directory_only
def test_what_ingest_takes_in_needs_no_journal(laboratory):
    recording_id, other = (of_kind(laboratory, kind)[0] for kind in ("ingest", "reconstruct"))
    work = laboratory.root / "assets" / "ursa" / "work"
    work.mkdir()
    for each in (recording_id, other):
        (work / f"{each}.json").write_text("{}")
    laboratory.ursa("ingest", recording_id)
    assert (work / f"{recording_id}.json").exists()
    laboratory.ursa("ingest", recording_id, "--commit")
    assert [path.name for path in work.iterdir()] == [f"{other}.json"]


@pytest.mark.directory_only
def test_explain_shows_the_manifests_and_the_start_that_ingest_would_write(laboratory):
    recording_id = next(recording_id for recording_id, truth in expected_of(laboratory).items()
                        if truth["reconstruct"]["reason"] == "legacy_manifest")
    path = recording_directory(laboratory, recording_id) / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["started_at"] = "2026-05-07T14:30:22.5"
    path.write_text(json.dumps(manifest))
    config = laboratory.root / "ursa.toml"
    config.write_text(config.read_text() + '\nrig_timezone = "Europe/Berlin"\n')
    run = laboratory.ursa("explain", recording_id, "--json", code=None)
    key = f"recordings/{recording_id}/manifest.json"
    utc = "2026-05-07T12:30:22.500000000Z"
    row, = run.rows(field="manifest")
    assert (row["key"], row["action"], row["time"]) == (key, "legacy", utc)
    row, = run.rows(field="start_time")
    assert (row["key"], row["reason"], row["time"]) == (key, "legacy_manifest", utc)
    assert run.summary["ingest_start_time"] == utc
    assert run.summary["start_time"] == utc[:26] + "Z"
    assert run.summary["start_source"] == "legacy_manifest"
    assert run.summary["inventory_files"] == \
        laboratory.truth[recording_id]["reconstruct"]["files"]
    assert run.summary["bad_keys"] == 0


def test_large_recordings_are_deferred_and_listed_last(laboratory):
    rows = reconstruct(laboratory, "--json", "--max-gb", "0.000001", code=None).rows()
    deferred = [row["action"] == "deferred" for row in rows]
    assert any(deferred) and deferred == sorted(deferred)
    assert all(row["bytes"] > 1000 for row in rows if row["action"] == "deferred")


def test_names_that_are_no_recordings_are_findings(laboratory):
    laboratory.write("raw", "recordings/Copy of rec/x", b"x")
    row, = reconstruct(laboratory, "--json").rows(reason="not_a_recording_id")
    assert row["recording_id"] == "Copy of rec"
    assert row["action"] == "skipped" and row["bytes"] is None and row["files"] is None


@pytest.mark.directory_only
def test_a_recording_that_got_an_object_lately_is_still_arriving(laboratory):
    recording_id = of_kind(laboratory, "reconstruct")[0]
    (recording_directory(laboratory, recording_id) / "notes.txt").write_text("x")
    run = reconstruct(laboratory, "--json")
    row, = run.rows(recording_id=recording_id)
    assert (row["action"], row["reason"]) == ("skipped", "still_arriving")
    assert run.summary["still_arriving"] == 1


@pytest.mark.directory_only
def test_an_object_that_changes_fails_its_recording_only(laboratory):
    changing = of_kind(laboratory, "reconstruct")[0]
    make_large(laboratory, changing, 1, 50_000_000)
    path = recording_directory(laboratory, changing) / "camera_9" / "camera_0000.mp4"
    stop = threading.Event()
    old = time.time() - 86_400

    def change():
        # Another file each time, as old as the others: nothing but the bytes tells. The ones before
        # stay, or a new one might be given the inode of the first.
        kept = laboratory.root / "kept"
        kept.mkdir()
        for number in itertools.count():
            if stop.is_set():
                return
            os.link(path, kept / str(number))
            other = laboratory.root / "other.mp4"
            other.write_bytes(os.urandom(16))
            os.truncate(other, 50_000_000)
            os.utime(other, (old, old))
            os.replace(other, path)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        run = reconstruct(laboratory, "--json", "--commit")
    finally:
        stop.set()
        thread.join()
    row, = run.rows(recording_id=changing)
    assert row["action"] == "failed", row
    assert row["reason"] in ("object_changed", "inventory_changed"), row
    assert not (path.parents[1] / "manifest.reconstructed.json").exists()
    check_rows(laboratory, wanted_of(laboratory).keys() - {changing})
    assert changing not in by_id(laboratory)


@pytest.mark.directory_only
def test_a_killed_run_goes_on_where_it_was(laboratory):
    large = of_kind(laboratory, "reconstruct")[0]
    make_large(laboratory, large, 12, 1_000_000_000)
    journal = laboratory.root / "assets" / "ursa" / "work" / f"{large}.json"
    process = laboratory.start(*COMMAND, "--commit", "--jobs", 1)
    deadline = time.time() + 120
    while not journal.exists() and process.poll() is None and time.time() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    if not journal.exists():
        pytest.skip("this machine hashes it within the first five seconds")
    known = len(json.loads(journal.read_text())["files"])
    assert known > 0
    run = reconstruct(laboratory, "--json", "--commit")
    row, = run.rows(recording_id=large)
    assert row["action"] == "reconstruct" and row["recording_hash"] is not None
    assert run.summary["bytes_read"] <= row["bytes"] - 1_000_000_000
    assert not journal.exists()
    assert large in by_id(laboratory)


def test_a_damaged_journal_counts_for_nothing(laboratory):
    texts = itertools.cycle([b"", b"{", b"[]", b'{"journal_version":1}'])
    for recording_id, text in zip(of_kind(laboratory, "reconstruct"), texts):
        laboratory.write("assets", f"ursa/work/{recording_id}.json", text)
    reconstruct(laboratory, "--commit")
    check_rows(laboratory, wanted_of(laboratory))


def test_shards_that_run_at_once_do_what_one_run_does(laboratory):
    before = by_id(laboratory)
    started = [laboratory.start(*COMMAND, *laboratory.arrived, "--commit", "--shard", f"{index}/3")
               for index in range(3)]
    for process in started:
        out, err = process.communicate(timeout=300)
        assert process.returncode in (0, 1), (out[-1000:], err[-1000:])
    check_rows(laboratory, wanted_of(laboratory))
    assert by_id(laboratory).keys() == before.keys() | wanted_of(laboratory).keys()


def test_a_commit_on_production_needs_the_guard(production):
    before = production.fingerprint()
    assert reconstruct(production, "--json").summary["would_refuse"] == ["production"]
    run = reconstruct(production, "--json", "--commit", code=2)
    assert run.summary["refused"] == "production"
    assert production.fingerprint() == before
    reconstruct(production, "--commit", "--i-know-this-targets-prod")
    check_rows(production, wanted_of(production))


def test_max_changes_counts_the_worklist(laboratory):
    work = len(wanted_of(laboratory))
    run = reconstruct(laboratory, "--json", "--commit", "--max-changes", work - 1, code=2)
    assert run.summary["refused"] == "max_changes"
    reconstruct(laboratory, "--commit", "--max-changes", work)


def test_an_empty_bucket_refuses_the_commit(laboratory):
    laboratory.remove_all("raw", "recordings")
    run = reconstruct(laboratory, "--json", "--commit", code=2)
    assert run.summary["refused"] == "empty_listing"


@pytest.mark.directory_only
@pytest.mark.parametrize("wrong", [(), ("--days", "0"), ("--days", "x"),
                                   ("--days", "9", "--plan-out", "x"),
                                   ("--days", "9", "--expect", "0" * 64)])
def test_wrong_usage_is_refused(pristine, wrong):
    pristine.ursa("reconstruct-all-recent", *wrong, code=3)


def test_people_see_verify_first_and_last(pristine):
    lines = reconstruct(pristine).out.splitlines()
    assert any(line.startswith("VERIFY-BEFORE recordings=") for line in lines[:3])
    last = [line for line in lines if line.startswith("VERIFY recordings=")]
    assert len(last) == 1 and "recent500d=" in last[0]


def test_ingest_takes_a_recording_with_a_manifest(laboratory):
    recording_id = of_kind(laboratory, "ingest")[0]
    before = laboratory.fingerprint()
    assert laboratory.ursa("ingest", recording_id, "--json").rows()[0]["action"] == "ingested"
    assert laboratory.fingerprint() == before
    run = laboratory.ursa("ingest", recording_id, "--json", "--commit")
    check_rows(laboratory, [recording_id])
    assert laboratory.ursa("ingest", recording_id, "--json", "--commit").rows()[0]["action"] == \
        "already"
    laboratory.ursa("restore", run.summary["run_id"], "--commit")
    assert recording_id not in by_id(laboratory)


def test_ingest_refuses_what_does_not_pass_the_gate(laboratory):
    for reason in ("legacy_manifest", "no_manifest", "node_manifests", "bad_manifest"):
        recording_id = next(recording_id for recording_id, truth in expected_of(laboratory).items()
                            if truth["reconstruct"]["reason"] == reason)
        row, = laboratory.ursa("ingest", recording_id, "--json", "--commit", code=1).rows()
        assert row["action"] == "refused" and row["problems"][0]["code"] == reason, row


def test_ingest_names_every_file_that_is_not_what_the_manifest_says(laboratory):
    recording_id = of_kind(laboratory, "ingest")[0]
    files = [key for key in laboratory.stamps("raw", f"recordings/{recording_id}")
             if key.count("/") == 3]
    laboratory.remove("raw", files[0])
    laboratory.write("raw", files[1], laboratory.read("raw", files[1]) + b"x")
    row, = laboratory.ursa("ingest", recording_id, "--json", "--commit", code=1).rows()
    assert row["action"] == "refused"
    assert {problem["key"] for problem in row["problems"]
            if problem["code"] == "inventory_mismatch"} == {*files[:2]}


def test_ingest_refuses_a_recording_that_the_catalog_has_under_another_hash(laboratory):
    recording_id = next(recording_id for recording_id, truth in laboratory.truth.items()
                        if truth["manifest"] == "augmented" and truth["recording_hash"]
                        and truth["in_raw"] and truth["indeterminate_reason"] is None)
    key = f"recordings/{recording_id}/manifest.json"
    manifest = json.loads(laboratory.read("raw", key))
    manifest["recording_hash"] = "0" * 64
    laboratory.write("raw", key, json.dumps(manifest).encode())
    row, = laboratory.ursa("ingest", recording_id, "--json", "--commit", code=1).rows()
    assert row["action"] == "refused" and row["problems"][0]["code"] == "conflicting_hash"


def test_modalities_that_outlived_their_recording_are_named_and_left_alone(laboratory):
    recording_id = of_kind(laboratory, "ingest")[0]
    laboratory.ursa("ingest", recording_id, "--commit")
    laboratory.delta("modalities").update(predicate=f"recording_id = '{recording_id}'",
                                          new_values={"ingestion_status": "processed"})
    def modalities():
        return {f"{row['worker']}/{row['modality']}": row for row in laboratory.rows("modalities")
                if row["recording_id"] == recording_id}

    before = modalities()
    for command in (("ingest", recording_id), ("ingest", recording_id, "--commit"),
                    (*COMMAND, *laboratory.arrived, "--commit")):
        laboratory.delta().delete(f"recording_id = '{recording_id}'")
        run = laboratory.ursa(*command, "--json", code=1)
        [row] = run.rows(recording_id=recording_id)
        assert row["action"] == "changed_since_plan"
        [message] = [problem["message"] for problem in row["problems"]
                     if problem["code"] == "modality_differs"]
        assert all(name in message for name in before)
        assert run.summary["changed_since_plan"] == len(before) > 0
    assert recording_id in by_id(laboratory)
    assert modalities() == before


def test_ingest_of_what_does_not_exist_is_wrong_usage(pristine):
    pristine.ursa("ingest", "rec_20260507_143022_ffffffff", code=3)
    pristine.ursa("ingest", "../x", code=3)
    pristine.ursa("ingest", code=3)
