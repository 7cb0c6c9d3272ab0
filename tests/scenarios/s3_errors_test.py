"""What is wrong is told in one sentence, and no secret with it: on a real server (scripts/rgw)."""
import concurrent.futures
import os
import resource
import signal
import socket
import subprocess
import time

import pytest

from buckets import Buckets, keys_of, needs_server, upload
from laboratory import BINARY, Laboratory
from s3_laboratory import (  # noqa: F401 (fixtures)
    AUDIT, BACKFILL, DURATIONS, MODALITIES, RECONSTRUCT, raw)

pytestmark = needs_server


WRONG_SECRET = "wrong/secret/of/forty/characters/0123456"
ANYONE = "rec_20260507_143022_a1b2c3d4"
OF_THE_CATALOG = [("query", "recordings"), ("runs",), ("restore", "0" * 64), ("catalog", "show"),
                  ("catalog", "history")]
OF_THE_RAW_BUCKET = [(DURATIONS,), (MODALITIES,), (BACKFILL,), (AUDIT,), RECONSTRUCT,
                     ("ingest", ANYONE), ("explain", ANYONE), ("doctor",)]


def name_of(command):
    return "-".join(map(str, command[:2]))


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    return Laboratory(tmp_path_factory.mktemp("demo") / "lab", recordings=5)


@pytest.fixture(scope="module")
def shared(local, raw, tmp_path_factory):
    """For tests that write nothing."""
    return Buckets(tmp_path_factory.mktemp("shared"), raw,
                   upload(local.root / "assets", "-assets-test"))


def check_error(run, sentence):
    """One sentence on one line, with no secret in it or anywhere else."""
    assert run.code == 4, run.out[-1000:]
    message = run.summary["error"]["message"]
    assert sentence in message
    assert run.err == f"ursa: error: {message}\n"
    for secret in (os.environ["URSA_TEST_S3_SECRET"], os.environ["URSA_TEST_S3_READER_SECRET"],
                   WRONG_SECRET):
        assert secret not in run.out + run.err


@pytest.mark.parametrize("command", OF_THE_CATALOG + OF_THE_RAW_BUCKET, ids=name_of)
def test_a_wrong_secret_or_bucket_is_told_in_one_sentence(shared, command):
    shared.configure(shared.raw, shared.assets)
    run = shared.ursa(*command, "--json", code=None,
                      environment={"AWS_SECRET_ACCESS_KEY": WRONG_SECRET})
    check_error(run, "does not belong to the access key id (from AWS_ACCESS_KEY_ID)")
    shared.configure(shared.raw, "no-such-bucket")
    check_error(shared.ursa(*command, "--json", code=None), "there is no bucket no-such-bucket")


@pytest.mark.parametrize("command", OF_THE_RAW_BUCKET, ids=name_of)
def test_a_wrong_secret_or_raw_bucket_is_told_in_one_sentence(shared, command):
    shared.configure(shared.raw, shared.assets)
    run = shared.ursa(*command, "--json", code=None, environment={
        "URSA_RAW_ACCESS_KEY_ID": os.environ["URSA_TEST_S3_KEY_ID"],
        "URSA_RAW_SECRET_ACCESS_KEY": WRONG_SECRET})
    check_error(run, "does not belong to the access key id (from URSA_RAW_ACCESS_KEY_ID)")
    shared.configure("no-such-bucket", shared.assets)
    check_error(shared.ursa(*command, "--json", code=None), "there is no bucket no-such-bucket")


def test_a_server_that_is_not_there_is_told_in_one_sentence(shared):
    shared.configure(shared.raw, shared.assets, endpoint="http://127.0.0.1:9")
    commands = (MODALITIES,), (AUDIT,), RECONSTRUCT, ("query", "recordings")
    # They wait between their attempts; all at once, that takes no longer than one.
    with concurrent.futures.ThreadPoolExecutor(len(commands)) as pool:
        for run in pool.map(lambda command: shared.ursa(*command, "--json", code=None), commands):
            check_error(run, "check endpoint and the network")


def test_an_unknown_key_is_told_in_one_sentence(shared):
    shared.configure(shared.raw, shared.assets)
    run = shared.ursa("runs", "--json", code=None, environment={"AWS_ACCESS_KEY_ID": "NOBODY"})
    check_error(run, "does not know the access key id (from AWS_ACCESS_KEY_ID)")


def test_doctor_says_soon_that_a_server_does_not_answer(shared):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        ports = 9, silent.getsockname()[1]
        for port in ports:
            shared.configure(shared.raw, shared.assets, endpoint=f"http://127.0.0.1:{port}")
            begin = time.monotonic()
            run = shared.ursa("doctor", "--write", "--json", code=4)
            assert time.monotonic() - begin < 25
            assert [(row["check"], row["place"]) for row in run.rows(outcome="failed")] == \
                [("clock", "raw")]
            assert run.rows(check="sha_extensions")


def aborted(command, **options):
    """Whether a process that is aborted while it waits leaves a core."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               preexec_fn=lambda: resource.setrlimit(
                                   resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2), **options)
    time.sleep(1)
    process.send_signal(signal.SIGABRT)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert os.WTERMSIG(status) == signal.SIGABRT
    return os.WCOREDUMP(status)


def test_a_run_that_holds_keys_leaves_no_core(shared, tmp_path):
    if not aborted(["sleep", "60"], cwd=tmp_path):
        pytest.skip("this machine lets no process leave a core")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        shared.configure(shared.raw, shared.assets, endpoint=f"http://127.0.0.1:{port}")
        assert not aborted([BINARY, "runs"], cwd=shared.directory,
                           env=dict(os.environ, **keys_of("owner")))
