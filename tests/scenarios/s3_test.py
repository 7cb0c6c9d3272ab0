"""A laboratory in two buckets of a real server (scripts/rgw), repaired as its operator does it."""
import http.server
import os
import ssl
import subprocess
import threading

import pytest

from buckets import Buckets, needs_server, upload
from s3_laboratory import local, raw  # noqa: F401 (fixtures)

COMMAND = "fix-durations-inplace"
pytestmark = needs_server


@pytest.fixture
def buckets(local, raw, tmp_path):
    return Buckets(tmp_path, raw, upload(local.root / "assets", "-assets-test"))


def test_a_reader_cannot_commit(buckets):
    before = buckets.names(buckets.assets)
    run = buckets.ursa(COMMAND, "--json", "--commit", "--max-indeterminate", 100, user="reader",
                       code=4)
    assert run.summary["error"]["code"] == "denied"
    assert "from AWS_ACCESS_KEY_ID" in run.summary["error"]["message"]
    assert buckets.names(buckets.assets) == before


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
