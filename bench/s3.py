"""Buckets of a real server (scripts/rgw) on loopback, which shares the processors with its client:
so client processor seconds stand beside wall time.
usage: s3.py URSA PEERS_DIR WORK_DIR [PART...]
PART: durations, get, list, delay (all without one). RECORDINGS, KEYS, MEBIBYTES, DELAY_MS and ROUNDS
say how much.

Each part has a server of its own, whose objects lie in memory. S3_CALLS, S3_FLOOR and PROXY are the
programs bench_s3_calls, bench_s3_floor and bench_delaying_proxy."""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys

import measure

HERE = pathlib.Path(__file__).resolve().parent
ursa, peers, work = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
parts = sys.argv[4:] or ["durations", "get", "list", "delay"]
RECORDINGS = int(os.environ.get("RECORDINGS", "2000"))
KEYS = int(os.environ.get("KEYS", "100000"))
MEBIBYTES = int(os.environ.get("MEBIBYTES", "1024"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
PAGE = 1000
DELAY_MS = int(os.environ.get("DELAY_MS", "50"))
JOBS = 64
programs = ursa.parent / "bench"
S3_CALLS = pathlib.Path(os.environ.get("S3_CALLS", programs / "bench_s3_calls"))
S3_FLOOR = pathlib.Path(os.environ.get("S3_FLOOR", programs / "bench_s3_floor"))
PROXY = pathlib.Path(os.environ.get("PROXY", programs / "bench_delaying_proxy"))
COMMAND = ("fix-durations-inplace", "--min-delta-seconds", "1", "--json")


class Server:
    """A server of its own for as long as a part runs."""

    def __enter__(self):
        self.directory = work / "rgw"
        subprocess.run([HERE.parent / "scripts" / "rgw", "restart", self.directory], check=True)
        lines = (self.directory / "environment").read_text().splitlines()
        told = dict(line.split("=", 1) for line in lines)
        self.endpoint = told["URSA_TEST_S3_ENDPOINT"]
        self.keys = told["URSA_TEST_S3_KEY_ID"], told["URSA_TEST_S3_SECRET"]
        return self

    def __exit__(self, *_):
        subprocess.run([HERE.parent / "scripts" / "rgw", "stop", self.directory], check=True)

    @property
    def port(self):
        return int(self.endpoint.rsplit(":", 1)[1])

    def environment(self, endpoint=None):
        """What ursa, the peers and s3_calls are told."""
        key, secret = self.keys
        return dict(os.environ, ENDPOINT=endpoint or self.endpoint, AK=key, SK=secret,
                    AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret, HOME="/nonexistent",
                    PYTHONPATH=str(peers))

    def bucket(self, name):
        """Makes a bucket."""
        self.curl([f"{self.endpoint}/{name}"], "--request", "PUT")

    def store(self, name):
        """What objects are put with."""
        from obstore.store import S3Store
        return S3Store(name, endpoint=self.endpoint, access_key_id=self.keys[0],
                       secret_access_key=self.keys[1], region="us-east-1",
                       virtual_hosted_style_request=False, client_options={"allow_http": True})

    def curl_command(self, *options):
        return ["curl", "--silent", "--fail", "--noproxy", "*", "--config", "-", *options]

    def curl_settings(self, urls):
        return ('user = "%s:%s"\naws-sigv4 = "aws:amz:us-east-1:s3"\n' % self.keys
                + 'header = "x-amz-content-sha256: UNSIGNED-PAYLOAD"\n'
                + "".join(f'url = "{url}"\noutput = "/dev/null"\n' for url in urls))

    def curl(self, urls, *options):
        subprocess.run(self.curl_command(*options), input=self.curl_settings(urls).encode(),
                       check=True)

    def measure_curl(self, urls):
        """Times one curl that fetches them all on one connection."""
        settings = work / "curl.config"
        settings.touch(mode=0o600)
        settings.write_text(self.curl_settings(urls))
        with settings.open() as stdin:
            return measure.run(self.curl_command(), stdin=stdin)


def put_all(store, objects):
    import obstore
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        for _ in pool.map(lambda item: obstore.put(store, item[0], item[1], use_multipart=False),
                          objects):
            pass


def in_child(function):
    """What is measured begins with the peak memory of this process, which is kept small so."""
    child = os.fork()
    if child == 0:
        function()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status == 0


class Proxy:
    """Our proxy before the server, and what it counted."""

    def __init__(self, server, delay_ms):
        self.process = subprocess.Popen([PROXY, str(server.port), str(delay_ms)],
                                        stdout=subprocess.PIPE, text=True)
        self.endpoint = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return json.loads(self.process.communicate()[0])


def files_below(directory):
    """(key, bytes) of every file. Sound is cut to a tenth at a tenth of its rate, so that it lasts
    as long: the server keeps everything in memory, and nobody reads the samples."""
    for path in sorted(directory.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        if path.suffix == ".wav":
            data = (data[:28] + (200).to_bytes(4, "little") + data[32:40]
                    + (100_000).to_bytes(4, "little") + data[44:100_044])
            data = data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:]
        yield str(path.relative_to(directory)), data


def laboratory_on(server):
    """The laboratory of bench/durations.py in buckets; a function that gives the catalog anew."""
    laboratory = work / f"durations-{RECORDINGS}"
    pristine = work / f"durations-{RECORDINGS}-catalog"
    if not pristine.exists():
        subprocess.run([sys.executable, peers / "fix_durations_gen.py", str(RECORDINGS),
                        laboratory], check=True)
        shutil.copytree(laboratory / "assets", pristine)
    server.bucket("raw-test")
    in_child(lambda: put_all(server.store("raw-test"), files_below(laboratory / "raw")))
    made = []

    def fresh_assets():
        made.append(f"assets-{len(made)}-test")
        server.bucket(made[-1])
        in_child(lambda: put_all(server.store(made[-1]), files_below(pristine)))
        return made[-1]

    return fresh_assets


def floor_requests(server):
    """What has to be read of the laboratory, as bench_s3_floor takes it: pages of a thousand keys, and
    of each recording's sidecars tails and heads; all of the camera's CSV, which is short."""
    raw = work / f"durations-{RECORDINGS}" / "raw"
    ranges = {".bin": "-31", ".wav": "0-4095", ".csv": "-"}
    keys = sorted(str(path.relative_to(raw)) for path in raw.rglob("*") if path.is_file())
    for after in ["recordings", *keys[PAGE - 1::PAGE]]:
        yield (f"- {server.endpoint}/raw-test?encoding-type=url&list-type=2&max-keys={PAGE}"
               f"&prefix=recordings%2F&start-after={after.replace('/', '%2F')}")
    for key in keys:
        if not key.endswith(".json"):
            yield f"{ranges[pathlib.Path(key).suffix]} {server.endpoint}/raw-test/{key}"


def configure(directory, endpoint, assets):
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    (directory / "ursa.toml").write_text(
        f'default_profile = "s3"\n[profile.s3]\nendpoint = "{endpoint}"\nregion = "us-east-1"\n'
        f'raw_bucket = "raw-test"\nassets_bucket = "{assets}"\n')


def durations(server):
    directory = work / "s3-laboratory"
    fresh_assets = laboratory_on(server)
    assets = [None]

    def prepare():
        assets[0] = fresh_assets()
        configure(directory, server.endpoint, assets[0])

    def python():
        return measure.run([sys.executable, peers / "python_fix_durations.py", "s3", "raw-test",
                            assets[0]], environment=server.environment())

    def ours():
        sample = measure.run([ursa, *COMMAND, "--commit"], cwd=directory,
                             environment=server.environment())
        committed = re.search(rb'"committed": ?(\d+)', sample[3])
        assert int(committed[1]) == RECORDINGS // 2, sample[3][-500:]
        return sample

    requests = work / "floor.requests"
    requests.write_text("\n".join(floor_requests(server)) + "\n")

    def floor():
        with requests.open() as stdin:
            return measure.run([S3_FLOOR, "32"], stdin=stdin, environment=server.environment())

    peer = "Python (delta-rs, obstore)"
    bare = "libcurl alone, the same reads"
    results = measure.medians({peer: (prepare, python), "ursa": (prepare, ours),
                               bare: (lambda: None, floor)}, rounds=ROUNDS)
    measure.table(f"fix-durations-inplace --commit, {RECORDINGS} recordings in buckets", results,
                  peer)
    print(f"\nclient processor time: {results['ursa'][1] / results[peer][1]:.2f} of Python's, "
          f"{results['ursa'][1] / results[bare][1]:.2f} of libcurl's alone")
    proxy = Proxy(server, 0)
    configure(directory, proxy.endpoint, fresh_assets())
    measure.run([ursa, *COMMAND, "--commit"], cwd=directory,
                environment=server.environment())
    counted = proxy.end()
    print(f"\n{counted}: a recording {counted['LIST'] / RECORDINGS:.2f} LISTs and "
          f"{counted['GET'] / RECORDINGS:.2f} GETs; {counted['connections']} connections")


def get(server):
    server.bucket("objects-test")
    size = min(256, MEBIBYTES)
    keys = [f"part-{number}" for number in range(MEBIBYTES // size)]
    for key in keys:
        # In one piece, as ours are: parts that were uploaded one by one may be kept apart.
        in_child(lambda key=key: put_all(server.store("objects-test"),
                                         [(key, os.urandom(size << 20))]))
    results = measure.medians({
        "curl": (lambda: None,
                 lambda: server.measure_curl([f"{server.endpoint}/objects-test/{key}"
                                              for key in keys])),
        "ursa": (lambda: None,
                 lambda: measure.run([S3_CALLS, "get", "objects-test", *keys],
                                     environment=server.environment()))}, rounds=ROUNDS)
    measure.table(f"GET of {MEBIBYTES} MiB in objects of {size} MiB", results, "curl")
    print(f"\nclient processor time: {results['ursa'][1] / results['curl'][1]:.2f} of curl's")


def list_keys(server):
    server.bucket("keys-test")
    keys = [f"recordings/rec_20260507_143022_{number:08x}/eeg_0/eeg_0000.bin"
            for number in range(KEYS)]
    in_child(lambda: put_all(server.store("keys-test"), ((key, b"") for key in keys)))
    base = f"{server.endpoint}/keys-test?encoding-type=url&list-type=2&max-keys={PAGE}"
    after = [None, *keys[PAGE - 1::PAGE]][:(KEYS + PAGE - 1) // PAGE]
    urls = [f"{base}&prefix=recordings%2F"
            + ("" if key is None else "&start-after=" + key.replace("/", "%2F")) for key in after]

    def ours():
        sample = measure.run([S3_CALLS, "list", "keys-test", "recordings/"],
                             environment=server.environment())
        assert int(sample[3].split()[1]) == KEYS, sample[3]
        return sample

    results = measure.medians({"curl": (lambda: None, lambda: server.measure_curl(urls)),
                               "ursa": (lambda: None, ours)}, rounds=ROUNDS)
    measure.table(f"List of {KEYS} keys, {len(urls)} pages", results, "curl")


def delay(server):
    server.bucket("objects-test")
    in_child(lambda: put_all(server.store("objects-test"), [("small", b"x" * 4096)]))
    wanted = JOBS * 1000 / DELAY_MS
    rates = []
    for _ in range(ROUNDS):
        proxy = Proxy(server, DELAY_MS)
        sample = measure.run([S3_CALLS, "read", "objects-test", "small", "10000", str(JOBS)],
                             environment=server.environment(proxy.endpoint))
        counted = proxy.end()
        assert counted["connections"] <= JOBS, counted
        seconds, count = map(float, sample[3].split())
        rates.append(count / seconds)
    print(f"\n### {DELAY_MS} ms of added latency, --jobs {JOBS}\n\n"
          f"{statistics.median(rates):.0f} requests a second, "
          f"{statistics.median(rates) / wanted:.2f} of {wanted:.0f}; "
          f"{counted['connections']} connections")


run = {"durations": durations, "get": get, "list": list_keys, "delay": delay}
for part in parts:
    with Server() as one:
        run[part](one)
