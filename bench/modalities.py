"""fix-modalities-start-epoch's planning beside bare reads of the sidecars' heads.
usage: modalities.py URSA PEERS_DIR WORK_DIR [RECORDINGS]   (default: 20000, of ten rows each)

The laboratory is generated once and kept. A dry run changes nothing; before a commit the catalog is
put back as it was. Then a million rows without any sidecar, for the memory that rows need.
PEERS_DIR is not used."""
import datetime
import pathlib
import shutil
import struct
import subprocess
import sys

import measure

HERE = pathlib.Path(__file__).resolve()
THREADS = 2
COMMAND = ("fix-modalities-start-epoch", "--jobs", str(THREADS))

START_NS = 1_778_164_222_120_000_000
# worker, modality, its sidecar, and the sidecar's bytes for a first sample
STREAMS = (
    ("eeg_0", "eeg", "eeg_0000_timestamps.bin",
     lambda ns: b"".join(struct.pack("<qd", 250 * i, ns / 1e9 + i) for i in range(1, 600))),
    ("mic_0", "mic", "mic_0000_{}.wav", lambda ns: b""),
    ("samsungwatch_0", "samsungwatch-imu", "imu_0000_1.csv",
     lambda ns: f"t,x,y,z\n{ns},1,2,3\n".encode() * 50),
    ("samsungwatch_0", "samsungwatch-ppg", "ppg_0000_1.csv",
     lambda ns: f"t,green\n{ns},1\n".encode() * 50),
    ("environment_0", "environment", "environment_0000_1.csv",
     lambda ns: f"epoch_ns,celsius\n{ns},21.5\n".encode()),
    ("pupillabs_0", "pupillabs-gaze", "gaze_0000_1.csv",
     lambda ns: f"section,timestamp [ns],x\na,{ns},0.5\n".encode() * 50),
    *((f"{family}_0", family, f"{family}_0000_1.jsonl",
       lambda ns: f'{{"timestamp_ns": {ns}, "event": "x"}}\n'.encode() * 50)
      for family in ("keyboard", "mouse", "notes", "location")))


def names_of(i):
    return f"rec_20260507_143022_{i:08x}", f"{i:064x}"


def make_catalog(ursa, root, count):
    """A catalog of `count` recordings, each with a legacy row of every stream."""
    import pyarrow
    from deltalake import DeltaTable, write_deltalake
    subprocess.run([ursa, "catalog", "init", "--staging"], cwd=root, check=True,
                   stdout=subprocess.DEVNULL)
    stamp = datetime.datetime(2026, 5, 8, tzinfo=datetime.timezone.utc)
    start = datetime.datetime.fromtimestamp(START_NS // 10**9, datetime.timezone.utc)
    common = {"registered_at": stamp, "updated_at": stamp}
    catalog = root / "assets" / "ursa" / "catalog"

    def append(table, rows):
        path = catalog / table
        schema = pyarrow.schema(DeltaTable(path).schema().to_arrow())
        write_deltalake(path, pyarrow.Table.from_pylist(rows, schema=schema), mode="append")

    for begin in range(0, count, 20_000):
        indices = range(begin, min(begin + 20_000, count))
        append("recordings", [
            dict(common, recording_id=names_of(i)[0], recording_hash=names_of(i)[1],
                 participant_ids=[], start_time=start + datetime.timedelta(microseconds=120_000),
                 duration_us=3_600_000_000, duration_known_wrong=False, manifest_source="rig")
            for i in indices])
        append("modalities", [
            dict(common, recording_id=names_of(i)[0], recording_hash=names_of(i)[1],
                 worker=worker, modality=modality, format="raw_other",
                 raw_storage_uri=f"local://raw/recordings/{names_of(i)[0]}/{worker}/",
                 ingestion_status="processed", ingestion_attempts=1, segment_count=1,
                 byte_count=1_000, domain_intervals=[{"start": 0.0, "end": 3_000.5}])
            for i in indices for worker, modality, _, _ in STREAMS])


def make_laboratory(ursa, root, count, with_sidecars):
    (root / "raw" / "recordings").mkdir(parents=True)
    (root / "assets").mkdir()
    (root / "ursa.toml").write_text('default_profile = "local"\n[profile.local]\nroot = "."\n')
    paths = []
    for i in range(count if with_sidecars else 1):
        base = root / "raw" / "recordings" / names_of(i)[0]
        for number, (worker, modality, name, content) in enumerate(STREAMS):
            first_ns = START_NS + (i % 1_000 * 10 + number) * 1_000_003
            folder = base / worker
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / name.format(first_ns)
            path.write_bytes(content(first_ns))
            if modality == "eeg":
                (folder / "eeg_meta.json").write_text('{"sample_rate_hz": 250, "channels": []}')
                paths.append(folder / "eeg_meta.json")
            if modality != "mic":
                paths.append(path)
    (root / "heads.txt").write_text("".join(f"{path}\n" for path in paths))
    make_catalog(ursa, root, count)
    shutil.copytree(root / "assets", root / "pristine")
    (root / "done").touch()


def laboratory_of(ursa, root, count, with_sidecars):
    """Made in a process of its own: what it took must not count as the peak of those measured."""
    if not (root / "done").exists():
        subprocess.run([sys.executable, HERE, "make", ursa, root, str(count),
                        "sidecars" if with_sidecars else "bare"], check=True)
    return root


def run_ursa(ursa, root, action, rows, *more):
    sample = measure.run([ursa, *COMMAND, *more], cwd=root)
    assert f" {action}={rows} ".encode() in sample[3], sample[3][-500:]
    return sample


def main(ursa, work, recordings):
    reader = work / "read_heads"
    subprocess.run(["g++", "-O2", "-std=c++20", "-pthread", HERE.parent / "read_heads.cc", "-o",
                    reader], check=True)
    root = laboratory_of(ursa, work / f"modalities-{recordings}", recordings, True)
    rows = recordings * len(STREAMS)

    def bare():
        with open(root / "heads.txt", "rb") as paths:
            return measure.run([reader, str(THREADS)], stdin=paths)

    def restore():
        shutil.rmtree(root / "assets")
        shutil.copytree(root / "pristine", root / "assets")

    def nothing():
        pass

    candidates = {
        "bare opens and reads": (nothing, bare),
        "ursa, a dry run": (restore, lambda: run_ursa(ursa, root, "shift", rows)),
        "ursa --commit": (restore, lambda: run_ursa(ursa, root, "shift", rows, "--commit")),
    }
    results = measure.medians(candidates, rounds=3)
    restore()
    measure.table(f"fix-modalities-start-epoch, {rows:,} rows of {recordings:,} recordings, "
                  f"{THREADS} threads", results, "bare opens and reads")

    root = laboratory_of(ursa, work / "modalities-without-sidecars", 100_000, False)
    wall, _, peak, _ = run_ursa(ursa, root, "underivable", 1_000_000 - len(STREAMS))
    print(f"\n1,000,000 rows without sidecars: {wall:.1f} s, {peak:.0f} MiB at the most")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make_laboratory(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), int(sys.argv[4]),
                        sys.argv[5] == "sidecars")
    else:
        main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[3]).resolve(),
             int(sys.argv[4]) if len(sys.argv) > 4 else 20_000)
