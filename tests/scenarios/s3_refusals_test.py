"""A service that refuses every request is told in one sentence, and no secret with it.

The real server (scripts/rgw) knows no regions, and its clock is ours: what it would not say is
said here by one that has nothing else to say.
"""
import email.utils
import http.server
import os
import subprocess
import threading
import time

import pytest

from buckets import Buckets, needs_server, upload
from laboratory import BINARY, Laboratory, Run

SECRET = "the/very/secret/key/of/forty/characters0"
TOKEN = "the-session-token-that-nobody-may-see"
KEYS = {"AWS_ACCESS_KEY_ID": "SOMEBODY", "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_SESSION_TOKEN": TOKEN, "URSA_RAW_ACCESS_KEY_ID": "", "URSA_ASSETS_ACCESS_KEY_ID": "",
        "R2_ACCESS_KEY_ID": "", "HOME": "/nonexistent"}
DURATIONS = ("fix-durations-inplace", "--max-indeterminate", 1000)
COMMANDS = [DURATIONS, (*DURATIONS, "--commit"), ("fix-modalities-start-epoch",),
            ("backfill-participants", "--allow-r2-only"), ("audit-participants",),
            ("reconstruct-all-recent", "--days", 9), ("ingest", "rec_20260507_143022_a1b2c3d4"),
            ("explain", "rec_20260507_143022_a1b2c3d4"), ("query", "recordings"), ("runs",),
            ("catalog", "show"), ("catalog", "init"), ("restore", "0" * 64)]


class Refusing(http.server.BaseHTTPRequestHandler):
    """Answers every request with what the server is told to."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, code, more, ahead_s = self.server.refusal
        # It repeats what it was sent, as careless ones do.
        body = (f"<Error><Code>{code}</Code><Message>{SECRET} {TOKEN}</Message>{more}"
                f"</Error>").encode()
        self.send_response_only(status)
        self.send_header("Date", email.utils.formatdate(time.time() - ahead_s, usegmt=True))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_DELETE = answer

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    """What it answers is in its `refusal`: status, code, more XML, how late its clock is."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def run_all(server, directory, refusal):
    """Runs every command, all at once, with a log file each."""
    server.refusal = refusal
    (directory / "ursa.toml").write_text(
        'default_profile = "s3"\n[profile.s3]\n'
        f'endpoint = "http://127.0.0.1:{server.server_port}"\n'
        'region = "us-east-1"\nraw_bucket = "raw-test"\nassets_bucket = "assets-test"\n')
    started = [subprocess.Popen([BINARY, "--log-file", f"log-{number}", "--json",
                                 *map(str, command)], cwd=directory, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env={"PATH": "/usr/bin:/bin", **KEYS})
               for number, command in enumerate(COMMANDS)]
    for process in started:
        out, err = process.communicate(timeout=60)
        yield Run(subprocess.CompletedProcess(process.args, process.returncode, out, err))


def check_no_secret(text):
    for secret in (SECRET, TOKEN):
        assert secret not in text


@pytest.mark.parametrize("refusal, code, sentence", [
    ((400, "ExpiredToken", "", 0), 4, "the session token has expired"),
    ((403, "RequestTimeTooSkewed", "", 3600), 4, "s ahead of the service's; set it right"),
    ((403, "RequestTimeTooSkewed", "", -3600), 4, "s behind the service's; set it right"),
    ((400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>", 0), 4,
     'is in another region ("eu-west-1"); set region'),
    ((301, "PermanentRedirect", "<Endpoint>elsewhere.example.com</Endpoint>", 0), 4,
     "set region and endpoint (elsewhere.example.com)"),
    ((403, "AccessDenied", "", 0), 4, "the service denies it"),
], ids=lambda value: value[1] if isinstance(value, tuple) else "")
def test_every_command_says_it_in_one_sentence_and_keeps_the_secrets(server, tmp_path, refusal,
                                                                     code, sentence):
    for command, run in zip(COMMANDS, run_all(server, tmp_path, refusal)):
        message = run.summary["error"]["message"]
        assert run.code == code and sentence in message, (command, run.code, message)
        assert run.err == f"ursa: error: {message}\n"
        check_no_secret(run.out + run.err)
    logs = sorted(tmp_path.glob("log-*"))
    assert len(logs) == len(COMMANDS)
    for log in logs:
        assert "ursa" in log.read_text()
        check_no_secret(log.read_text())


@needs_server
def test_the_log_of_a_commit_says_what_was_done_and_no_secret(tmp_path):
    local = Laboratory(tmp_path / "lab", recordings=8)
    buckets = Buckets(tmp_path, upload(local.root / "raw", "-raw-test"),
                      upload(local.root / "assets", "-assets-test"))
    run = buckets.ursa("--log-file", "log", *DURATIONS, "--json", "--commit",
                       environment={"AWS_SESSION_TOKEN": ""})
    log = (tmp_path / "log").read_text()
    assert run.summary["run_id"] in log
    assert "Signature=" not in log and "Authorization" not in log
    for secret in (os.environ["URSA_TEST_S3_SECRET"], os.environ["URSA_TEST_S3_READER_SECRET"]):
        assert secret not in log + run.out + run.err
