"""A laboratory in two buckets of a real server (scripts/rgw), repaired as its operator does it."""
import http.server
import os
import ssl
import subprocess
import threading

import pytest

from buckets import Buckets, needs_server, upload
from laboratory import Laboratory

COMMAND = "fix-durations-inplace"
pytestmark = needs_server


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    return Laboratory(tmp_path_factory.mktemp("demo") / "lab", recordings=40)


@pytest.fixture(scope="module")
def raw(local):
    """The recordings, uploaded once: no test changes them."""
    return upload(local.root / "raw", "-raw-test")


@pytest.fixture
def buckets(local, raw, tmp_path):
    return Buckets(tmp_path, raw, upload(local.root / "assets", "-assets-test"))


def without_run(records):
    """Rows as both places must give them: the keys of problems are the same, the URIs are not."""
    return sorted((row["recording_id"], row["action"], row["derived_duration_s"],
                   str(row["streams"]), str(row["problems"])) for row in records)


def chosen_by_no_time_of_upload(local):
    """Flags for the recordings whose files' times of modification matter to nothing: a bucket has
    its own."""
    flags = []
    for row in local.ursa(COMMAND, "--json").rows():
        codes = {problem["code"] for problem in row["problems"]}
        if not codes & {"mtime_implausible", "after_modified"}:
            flags += ["--recording", row["recording_id"]]
    assert len(flags) > 20
    return flags


def test_a_dry_run_says_the_same_as_on_a_directory_and_writes_nothing(local, buckets):
    before = buckets.names(buckets.raw), buckets.names(buckets.assets)
    chosen = chosen_by_no_time_of_upload(local)
    here = local.ursa(COMMAND, "--json", *chosen)
    there = buckets.ursa(COMMAND, "--json", *chosen, user="reader")
    assert without_run(there.rows()) == without_run(here.rows())
    assert there.records[0]["environment"] == "staging"
    assert there.records[0]["catalog"] == f"s3://{buckets.assets}/ursa/catalog"
    assert there.summary["changes_digest"] == here.summary["changes_digest"]
    assert (buckets.names(buckets.raw), buckets.names(buckets.assets)) == before


def test_a_commit_writes_what_it_writes_on_a_directory(local, buckets, tmp_path):
    indeterminate = buckets.ursa(COMMAND, "--json").summary["indeterminate"]
    raw_before = buckets.names(buckets.raw)
    copy = local.copy_to(tmp_path / "copy")
    flags = (COMMAND, "--json", "--commit", "--max-indeterminate", indeterminate)
    here = copy.ursa(*flags)
    there = buckets.ursa(*flags)
    assert there.summary["committed"] == here.summary["committed"] > 0
    wanted, found = copy.table(), buckets.table()
    stamp = "updated_at"
    assert {key: {**row, stamp: None} for key, row in found.items()} == \
        {key: {**row, stamp: None} for key, row in wanted.items()}
    assert buckets.names(buckets.raw) == raw_before
    assert buckets.ursa(COMMAND, "--json").summary["update"] == 0
    runs = buckets.ursa("runs", "--json").rows()
    assert [run["run_id"] for run in runs] == [there.summary["run_id"]]
    buckets.ursa("restore", there.summary["run_id"], "--commit", "--json")
    assert {key: row["duration_us"] for key, row in buckets.table().items()} == \
        {key: row["duration_us"] for key, row in local.table().items()}


def test_a_query_reads_the_bucket(local, buckets):
    there = buckets.ursa("query", "recordings", "--json", user="reader").rows()
    here = local.ursa("query", "recordings", "--json").rows()
    assert [row["values"] for row in there] == [row["values"] for row in here]


def test_a_reader_cannot_commit(buckets):
    before = buckets.names(buckets.assets)
    run = buckets.ursa(COMMAND, "--json", "--commit", "--max-indeterminate", 100, user="reader",
                       code=4)
    assert run.summary["error"]["code"] == "denied"
    assert "from AWS_ACCESS_KEY_ID" in run.summary["error"]["message"]
    assert buckets.names(buckets.assets) == before


def test_a_bucket_without_a_staging_name_is_production(local, raw, tmp_path):
    buckets = Buckets(tmp_path, raw, upload(local.root / "assets", "-assets"))
    run = buckets.ursa(COMMAND, "--json", "--commit", "--max-indeterminate", 100, code=2)
    assert run.records[0]["environment"] == "production"
    assert run.summary["refused"] == "production"


def test_what_is_wrong_with_a_profile_is_told_in_one_sentence(buckets):
    cases = [
        ({}, {"AWS_SECRET_ACCESS_KEY": "wrong"}, 4, "does not belong to the access key id"),
        ({}, {"AWS_ACCESS_KEY_ID": "NOBODY"}, 4, "does not know the access key id"),
        ({}, {"AWS_SECRET_ACCESS_KEY": ""}, 3, "AWS_SECRET_ACCESS_KEY is not"),
        ({}, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, 3, "no credentials for the"),
        ({"raw": "no-such-bucket"}, {}, 4, "there is no bucket no-such-bucket"),
        ({"assets": "no-such-bucket"}, {}, 4, "there is no bucket no-such-bucket"),
        ({"endpoint": "http://127.0.0.1:9"}, {}, 4, "check endpoint"),
    ]
    for settings, environment, code, sentence in cases:
        buckets.configure(**{"raw": buckets.raw, "assets": buckets.assets, **settings})
        run = buckets.ursa(COMMAND, "--json", code=code, environment=environment)
        assert sentence in run.summary["error"]["message"], run.summary
        for secret in (os.environ["URSA_TEST_S3_SECRET"], "wrong"):
            assert secret not in run.out + run.err


def test_a_certificate_has_to_be_trusted(buckets, tmp_path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-keyout", tmp_path / "key.pem", "-out", tmp_path / "certificate.pem", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True,
                   capture_output=True)
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"https://localhost:{server.server_port}"
    try:
        buckets.configure(buckets.raw, buckets.assets, endpoint=endpoint)
        run = buckets.ursa(COMMAND, "--json", code=4)
        assert "certificate is not trusted" in run.summary["error"]["message"]
        buckets.configure(buckets.raw, buckets.assets, 'ca_bundle = "certificate.pem"\n', endpoint)
        run = buckets.ursa(COMMAND, "--json", code=4)
        assert "certificate" not in run.summary["error"]["message"]
    finally:
        server.shutdown()


def test_doctor_finds_nothing_wrong(buckets):
    before = buckets.names(buckets.raw), buckets.names(buckets.assets)
    run = buckets.ursa("doctor", "--write", "--json")
    checks = {(row["check"], row["place"]): row["outcome"] for row in run.rows()}
    for check in ("credentials", "list", "read", "write", "conditional_put", "clock"):
        for place in ("raw", "assets"):
            assert checks[(check, place)] == "ok", run.out
    assert (buckets.names(buckets.raw), buckets.names(buckets.assets)) == before


def test_doctor_says_what_a_reader_may_not_do(buckets):
    run = buckets.ursa("doctor", "--write", "--json", user="reader", code=4)
    checks = {(row["check"], row["place"]): row for row in run.rows()}
    assert checks[("read", "raw")]["outcome"] == "ok"
    assert checks[("write", "assets")]["outcome"] == "failed"
    assert "the service denies it" in checks[("write", "assets")]["message"]
    buckets.ursa("doctor", user="reader")
