"""reconstruct-all-recent beside those who hash the same bytes: files here, objects of a bucket; and
its dry run beside the bare calls that it needs.
usage: hashing.py URSA PEERS_DIR WORK_DIR [large] [small] [bucket] [dry] [dry_bucket]
                                                                            (default: all of them)

MIB (default 2048) scales the files, RECORDINGS (default 100000) the dry run. What is read is
generated once and kept; what a run wrote is removed before the next."""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import hashing_bucket
import measure
import recordings

HERE = pathlib.Path(__file__).resolve().parent
THREADS = os.cpu_count()
MIB = int(os.environ.get("MIB", "2048"))
COMMAND = ("reconstruct-all-recent", "--days", "100000", "--quiet-minutes", "0", "--commit", "--json")
MANIFEST = "manifest.reconstructed.json"


def nothing():
    pass


def compile_bare(work, name, *libraries):
    """A program of ours that does the least that anybody has to do."""
    subprocess.run(["g++", "-O2", "-std=c++20", "-pthread", HERE / f"{name}.cc", "-o", work / name,
                    *libraries], check=True)
    return work / name


def quietly(command, **options):
    """One measured process whose output nobody reads."""
    with open(os.devnull, "wb") as nowhere:
        return measure.run(command, output=nowhere, **options)


def make_directory(root):
    (root / "raw" / "recordings").mkdir(parents=True)
    (root / "assets").mkdir()
    (root / "ursa.toml").write_text('default_profile = "local"\n[profile.local]\nroot = "."\n')


class Files:
    """A laboratory in a directory, whose recordings hold the files of the peers' generator."""

    def __init__(self, ursa, root, recordings):
        """recordings: for each, the files of its one worker; they are linked."""
        self.ursa, self.root = ursa, root
        self.bytes = sum(path.stat().st_size for files in recordings for path in files)
        self.paths = [path for files in recordings for path in files]
        if not (root / "done").exists():
            shutil.rmtree(root, ignore_errors=True)
            make_directory(root)
            for number, files in enumerate(recordings):
                worker = root / "raw" / "recordings" / f"rec_20260507_143022_{number:04x}" / "camera_0"
                worker.mkdir(parents=True)
                for index, path in enumerate(files):
                    os.link(path, worker / f"camera_{index:04}.mp4")
            subprocess.run([ursa, "catalog", "init", "--staging"], cwd=root, check=True,
                           stdout=subprocess.DEVNULL)
            shutil.copytree(root / "assets", root / "pristine")
            (root / "done").touch()
        (root / "list.txt").write_text("".join(f"{path}\n" for path in self.paths))

    def restore(self):
        for manifest in self.root.glob(f"raw/recordings/*/{MANIFEST}"):
            manifest.unlink()
        shutil.rmtree(self.root / "assets")
        shutil.copytree(self.root / "pristine", self.root / "assets")

    def run(self):
        sample = measure.run([self.ursa, *COMMAND], cwd=self.root)
        assert f'"bytes_read":{self.bytes}'.encode() in sample[3], sample[3][-500:]
        return sample

    def bare(self, program):
        with open(self.root / "list.txt", "rb") as paths:
            return measure.run([program, str(THREADS)], stdin=paths)

    def openssl(self):
        with open(self.root / "list.txt", "rb") as paths:
            return quietly(["xargs", "openssl", "dgst", "-sha256"], stdin=paths)


def generate(peers, work):
    files = work / f"hashing-{MIB}"
    if not (files / "done").exists():
        subprocess.run([sys.executable, peers / "hash_local_gen.py", files, str(MIB)], check=True)
        (files / "done").touch()
    return files


def large(ursa, peers, work):
    """Files of 256 MiB, in one recording, beside the bare loop."""
    files = generate(peers, work)
    laboratory = Files(ursa, work / f"hashing-{MIB}-large", [sorted((files / "big").iterdir())])
    program = compile_bare(work, "hash_files", "-lcrypto")
    results = measure.medians({
        "bare reads and EVP": (nothing, lambda: laboratory.bare(program)),
        "ursa": (laboratory.restore, laboratory.run)})
    measure.table(f"{laboratory.bytes / 2**20:,.0f} MiB in {len(laboratory.paths)} files, {THREADS} "
                  "threads", results, "bare reads and EVP")


def small(ursa, peers, work):
    """Files of 100 KiB, 200 a recording, beside those who hash directories."""
    files = generate(peers, work) / "small"
    laboratory = Files(ursa, work / f"hashing-{MIB}-small",
                       [sorted(folder.iterdir()) for folder in sorted(files.iterdir())])
    program = compile_bare(work, "hash_files", "-lcrypto")
    rclone = pathlib.Path(sys.executable).parent / "rclone"
    results = measure.medians({
        "bare reads and EVP": (nothing, lambda: laboratory.bare(program)),
        "openssl dgst": (nothing, laboratory.openssl),
        "rclone hashsum": (nothing, lambda: quietly(
            [rclone, "hashsum", "sha256", files, "--checkers", str(THREADS)])),
        "Python (hashlib)": (nothing, lambda: quietly(
            [sys.executable, peers / "hash_py.py", files, str(THREADS)])),
        "ursa": (laboratory.restore, laboratory.run)})
    best = min(("openssl dgst", "rclone hashsum", "Python (hashlib)"),
               key=lambda name: results[name][0])
    measure.table(f"{len(laboratory.paths):,} files of 100 KiB, {THREADS} threads", results, best)


def hashing_seconds(mebibytes):
    """Processor seconds that OpenSSL needs for so many bytes that are in the cache."""
    buffer = bytes(2**20)
    digest = hashlib.sha256()
    begin = time.process_time()
    for _ in range(mebibytes):
        digest.update(buffer)
    return time.process_time() - begin


def bucket(ursa, peers, work):
    """Eight objects, together half of MIB, on Ceph's gateway, beside other clients of it."""
    size = MIB // 16 * 2**20
    recording = "recordings/rec_20260507_143022_a1b2/camera_0"
    with hashing_bucket.gateway(work / "rgw") as server:
        laboratory = hashing_bucket.Bucket(ursa, server, work / "hashing-bucket", "hashing")
        laboratory.make_catalog()
        peak_idle = measure.run([ursa, *COMMAND], cwd=laboratory.directory,
                                environment=laboratory.environment, codes=(2,))[2]
        keys = [f"{recording}/camera_{number:04}.mp4" for number in range(8)]
        laboratory.alone("put_large", laboratory.raw, keys, size)
        environment = laboratory.environment

        def restore():
            laboratory.alone("remove", laboratory.raw, MANIFEST)
            laboratory.make_catalog()

        def ours():
            sample = measure.run([ursa, *COMMAND], cwd=laboratory.directory, environment=environment)
            assert f'"bytes_read":{8 * size}'.encode() in sample[3], sample[3][-500:]
            return sample

        # The keys go into a file: arguments are for everybody to see.
        (laboratory.directory / "curl.txt").write_text(
            f'user = "{server["AK"]}:{server["SK"]}"\naws-sigv4 = "aws:amz:us-east-1:s3"\n'
            'header = "x-amz-content-sha256: UNSIGNED-PAYLOAD"\n' + "".join(
                f'url = "{server["ENDPOINT"]}/{laboratory.raw}/{key}"\noutput = "/dev/null"\n'
                for key in keys))
        curl = ["curl", "--silent", "--fail", "--noproxy", "*", "--no-progress-meter", "--parallel",
                "--config", laboratory.directory / "curl.txt"]
        rclone = [pathlib.Path(sys.executable).parent / "rclone", "hashsum", "sha256", "--download",
                  "--checkers", "8", f"lab:{laboratory.raw}/recordings"]
        python = [sys.executable, peers / "hash_s3.py"]
        more = [laboratory.raw, "recordings/", "8"]
        results = measure.medians({
            "curl, not hashed": (nothing, lambda: quietly(curl, environment=environment)),
            "rclone hashsum --download": (nothing, lambda: quietly(rclone, environment=environment)),
            "Python (obstore, hashlib)": (nothing, lambda: quietly([*python, "obstore", *more],
                                                                   environment=environment)),
            "Python (boto3, hashlib)": (nothing, lambda: quietly([*python, "boto3", *more],
                                                                 environment=environment)),
            "ursa": (restore, ours)})
    best = min((name for name in results if "hash" in name and "curl" not in name),
               key=lambda name: results[name][0])
    measure.table(f"{8 * size / 2**20:,.0f} MiB in 8 objects of a bucket", results, best)
    least = results["curl, not hashed"][1] + hashing_seconds(8 * size // 2**20)
    print(f"\nursa: {results['ursa'][1] / least:.2f} times the processor time of curl and OpenSSL "
          f"({least:.2f} s), {results['ursa'][2] - peak_idle:.0f} MiB more than with nothing to do")


def fill_catalog(table, options, count, with_missing):
    """In a process of its own, so that nobody inherits its peak."""
    subprocess.run([sys.executable, HERE / "recordings.py",
                    json.dumps([str(table), options, count, with_missing])], check=True)


def dry_run(ursa, directory, missing, environment=None):
    sample = measure.run([ursa, "reconstruct-all-recent", "--days", "100000", "--quiet-minutes", "0",
                          "--json"], cwd=directory, environment=environment)
    assert f'"listed":{missing},'.encode() in sample[3], sample[3][-500:]
    return sample


def tell_dry_run(title, results, base):
    measure.table(title, results, base)
    more = results["ursa"][2] - results["ursa, nothing missing"][2]
    print(f"\nThe missing ones take {more:.1f} MiB.")


def dry(ursa, peers, work):
    """A dry run over recordings of which one in a hundred is not in the catalog."""
    count = int(os.environ.get("RECORDINGS", "100000"))
    root, missing = work / f"hashing-dry-{count}", recordings.missing_of(count)
    if not (root / "done").exists():
        shutil.rmtree(root, ignore_errors=True)
        make_directory(root)
        for key, body in recordings.files_of(count):
            path = root / "raw" / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        for every, kept in ((True, "all"), (False, "pristine")):
            shutil.rmtree(root / "assets")
            (root / "assets").mkdir()
            subprocess.run([ursa, "catalog", "init", "--staging"], cwd=root, check=True,
                           stdout=subprocess.DEVNULL)
            fill_catalog(root / "assets" / "ursa" / "catalog" / "recordings", {}, count, every)
            shutil.copytree(root / "assets", root / kept)
        (root / "list.txt").write_text("".join(f"{name}\n" for name in missing))
        (root / "done").touch()
    program = compile_bare(work, "list_recordings")

    def bare():
        with open(root / "list.txt", "rb") as names:
            return measure.run([program, root / "raw" / "recordings", str(THREADS)], stdin=names)

    def put(kept):
        shutil.rmtree(root / "assets")
        shutil.copytree(root / kept, root / "assets")

    tell_dry_run(f"dry run over {count:,} recordings in a directory, {len(missing):,} missing",
                 measure.medians({
                     "bare listings and reads": (nothing, bare),
                     "ursa": (lambda: put("pristine"), lambda: dry_run(ursa, root, len(missing))),
                     "ursa, nothing missing": (lambda: put("all"), lambda: dry_run(ursa, root, 0)),
                 }), "bare listings and reads")


def dry_bucket(ursa, peers, work):
    """The same on Ceph's gateway, with a tenth of the recordings: to put them takes longest."""
    count = int(os.environ.get("RECORDINGS", "100000")) // 10
    missing = recordings.missing_of(count)
    with hashing_bucket.gateway(work / "rgw") as server:
        options = {"AWS_ACCESS_KEY_ID": server["AK"], "AWS_SECRET_ACCESS_KEY": server["SK"],
                   "AWS_ENDPOINT_URL": server["ENDPOINT"], "AWS_ALLOW_HTTP": "true",
                   "AWS_REGION": "us-east-1"}
        laboratories = []
        for name, every in (("some", False), ("none", True)):
            laboratory = hashing_bucket.Bucket(ursa, server, work / f"hashing-{name}", name)
            laboratory.make_catalog()
            fill_catalog(f"s3://{laboratory.assets}/ursa/catalog/recordings", options, count, every)
            laboratory.alone("put_recordings", laboratory.raw, count)
            laboratories.append(laboratory)
        some, none = laboratories
        calls = some.command("bare_calls", some.raw, missing)
        results = measure.medians({
            "bare List and GET calls (obstore)": (
                nothing, lambda: measure.run(calls, environment=some.environment)),
            "ursa": (nothing, lambda: dry_run(ursa, some.directory, len(missing),
                                              some.environment)),
            "ursa, nothing missing": (nothing, lambda: dry_run(ursa, none.directory, 0,
                                                               none.environment))})
    tell_dry_run(f"dry run over {count:,} recordings in a bucket, {len(missing):,} missing", results,
                 "bare List and GET calls (obstore)")


PARTS = {"large": large, "small": small, "bucket": bucket, "dry": dry, "dry_bucket": dry_bucket}

if __name__ == "__main__":
    arguments = [pathlib.Path(argument).resolve() for argument in sys.argv[1:4]]
    for part in sys.argv[4:] or PARTS:
        PARTS[part](*arguments)
