"""A bucket behind a network that falls silent in the middle of one file."""
import contextlib
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

import pytest

from buckets import ENDPOINT, Buckets, keys_of, needs_server, upload
from laboratory import BINARY, Laboratory

pytestmark = needs_server

COMMAND = ("reconstruct-all-recent", "--days", 500, "--quiet-minutes", 0, "--json", "--commit")


class SilentProxy:
    """Passes on what is sent, but keeps a request of `key` that wants all of it to itself."""

    def __init__(self, key):
        self.wanted = f"/{key} ".encode()
        self.asked = threading.Event()
        self.server = urllib.parse.urlsplit(ENDPOINT)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection((self.server.hostname, self.server.port))
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self.forward, args=(source, target, client),
                                 daemon=True).start()

    def forward(self, source, target, client):
        with contextlib.suppress(OSError):  # an interrupted client breaks off
            while data := source.recv(65536):
                if source is client and self.wanted in data and b"\r\nrange:" not in data.lower():
                    self.asked.set()
                    continue
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@pytest.fixture
def silent(tmp_path):
    """A laboratory of buckets, the recording that falls silent in it, and the proxy."""
    local = Laboratory(tmp_path / "lab", recordings=40)
    wanted = [recording_id for recording_id, truth in local.truth.items()
              if truth["reconstruct"] and truth["reconstruct"]["action"] == "reconstruct"][:2]
    assert len(wanted) == 2
    for path in (local.root / "raw" / "recordings").iterdir():
        if path.name not in wanted:
            subprocess.run(["rm", "-r", path], check=True)
    directory = local.root / "raw" / "recordings" / wanted[0]
    file = max((path for path in directory.glob("[a-z]*/*") if path.is_file()),
               key=lambda path: path.stat().st_size)
    proxy = SilentProxy(file.relative_to(local.root / "raw"))
    buckets = Buckets(tmp_path, upload(local.root / "raw", "-raw-test"),
                      upload(local.root / "assets", "-assets-test"))
    buckets.configure(buckets.raw, buckets.assets, endpoint=proxy.endpoint)
    return buckets, wanted, proxy


def test_a_recording_times_out_when_nothing_moves_and_the_others_go_on(silent):
    buckets, (stalled, other), _ = silent
    begin = time.monotonic()
    run = buckets.ursa(*COMMAND, "--timeout-base-seconds", 2, code=1)
    assert time.monotonic() - begin < 15
    row, = run.rows(recording_id=stalled)
    assert (row["action"], row["reason"]) == ("timeout", "timeout")
    row, = run.rows(recording_id=other)
    assert row["action"] == "reconstruct" and row["recording_hash"] is not None
    assert {row["recording_id"] for row in buckets.rows()} >= {other}


def test_an_interrupt_takes_effect_at_once_while_a_read_is_silent(silent):
    buckets, _, proxy = silent
    environment = {"PATH": "/usr/bin:/bin", **keys_of("owner")}
    process = subprocess.Popen([BINARY, *map(str, COMMAND)], cwd=buckets.directory,
                               env=environment, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        assert proxy.asked.wait(60)
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert time.monotonic() - begin < 5
    finally:
        process.kill()
