"""reconstruct-all-recent beside those who hash the same bytes: files here, objects of a bucket; and
its dry run beside the bare calls that it needs.
usage: hashing.py URSA PEERS_DIR WORK_DIR [large] [small] [bucket] [dry]   (default: all four)

MIB (default 2048) scales the files, RECORDINGS (default 100000) the dry run. What is read is
generated once and kept; what a run wrote is removed before the next."""
import os
import pathlib
import shutil
import subprocess
import sys

import measure

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


PARTS = {"large": large, "small": small}

if __name__ == "__main__":
    arguments = [pathlib.Path(argument).resolve() for argument in sys.argv[1:4]]
    for part in sys.argv[4:] or PARTS:
        PARTS[part](*arguments)
