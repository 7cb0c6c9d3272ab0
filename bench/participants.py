"""audit-participants beside reads of the columns that it needs, and near-duplicates among many names.
usage: participants.py URSA PEERS_DIR WORK_DIR [RECORDINGS [NAMES]]   (default: 100000 50000)

Every recording has a participant.txt; one in a hundred is unattributed, half of those to a
placeholder. The laboratories are generated once and kept; nothing here writes to them. The names of
the second one all stand in the files of a few recordings, so that comparing them is what is
measured. PEERS_DIR is not used."""
import datetime
import json
import pathlib
import random
import shutil
import statistics
import subprocess
import sys

import measure

HERE = pathlib.Path(__file__).resolve()
COLUMNS = ("recording_id", "recording_hash", "participant_ids")
NAMES_A_FILE = 2_000
# Prints the seconds of the read without what it takes to start. It leaves by os._exit because this
# pyarrow now and then aborts while the interpreter ends.
READ = """
import deltalake, os, sys, time
begin = time.perf_counter()
deltalake.DeltaTable(sys.argv[1]).to_pyarrow_table(columns=sys.argv[2].split(","))
print(time.perf_counter() - begin, flush=True)
os._exit(0)
"""


def names_of(i):
    return f"rec_20260507_143022_{i:08x}", f"{i:064x}"


def is_unattributed(i):
    return i % 100 == 7


def make_catalog(ursa, root, participant_ids):
    """A catalog of recordings with these participants each."""
    import pyarrow
    from deltalake import DeltaTable, write_deltalake
    (root / "ursa.toml").write_text('default_profile = "local"\n[profile.local]\nroot = "."\n')
    subprocess.run([ursa, "catalog", "init", "--staging"], cwd=root, check=True,
                   stdout=subprocess.DEVNULL)
    stamp = datetime.datetime(2026, 5, 8, tzinfo=datetime.timezone.utc)
    path = root / "assets" / "ursa" / "catalog" / "recordings"
    schema = pyarrow.schema(DeltaTable(path).schema().to_arrow())
    for begin in range(0, len(participant_ids), 20_000):
        rows = [dict(recording_id=names_of(i)[0], recording_hash=names_of(i)[1],
                     participant_ids=participant_ids[i], start_time=stamp, duration_us=3_600_000_000,
                     duration_known_wrong=False, manifest_source="rig", registered_at=stamp,
                     updated_at=stamp)
                for i in range(begin, min(begin + 20_000, len(participant_ids)))]
        write_deltalake(path, pyarrow.Table.from_pylist(rows, schema=schema), mode="append")
    (root / "done").touch()


def type_names(root, i, text):
    folder = root / "raw" / "recordings" / names_of(i)[0]
    folder.mkdir(parents=True)
    (folder / "participant.txt").write_text(text)


def make_audited(ursa, root, count):
    for i in range(count):
        type_names(root, i, "test\n" if i % 200 == 7 else f"maya chen {i % 97}\n")
    make_catalog(ursa, root, [[] if is_unattributed(i) else [f"maya-chen-{i % 97}"]
                              for i in range(count)])


def typed_names(count):
    """Names as they are typed: of two to four words, some of them one edit from another one."""
    chosen = random.Random(1)

    def word():
        return "".join(chosen.choice("bdfgklmnprstvz") + chosen.choice("aeiouy\u00e9\u00fc")
                       for _ in range(chosen.randint(2, 4)))
    names = []
    while len(names) < count:
        if names and len(names) % 1_000 == 0:
            names.append(names[-1] + "x")
        else:
            names.append(" ".join(word() for _ in range(chosen.choice((2, 2, 2, 3, 4)))))
    return names


def make_named(ursa, root, count):
    names = typed_names(count)
    files = [names[begin:begin + NAMES_A_FILE] for begin in range(0, count, NAMES_A_FILE)]
    for i, lines in enumerate(files):
        type_names(root, i, "".join(f"{name}\n" for name in lines))
    make_catalog(ursa, root, [[] for _ in files])


def laboratory_of(ursa, root, kind, count):
    """Made in a process of its own: what it took must not count as the peak of those measured."""
    if not (root / "done").exists():
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run([sys.executable, HERE, "make", ursa, root, kind, str(count)], check=True)
    return root


def opened_names(ursa, root):
    """How many participant.txt one audit opens; none where there is no strace."""
    if shutil.which("strace") is None:
        return None
    trace = root / "trace"
    subprocess.run(["strace", "-f", "-qq", "-e", "trace=open,openat", "-o", trace, ursa,
                    "audit-participants", "--json"], cwd=root, stdout=subprocess.DEVNULL,
                   check=False)
    lines = trace.read_text().splitlines()
    trace.unlink()
    return sum("participant.txt" in line for line in lines)


def audit(ursa, root, count):
    sample = measure.run([ursa, "audit-participants", "--json"], cwd=root, codes=(1,))
    summary = json.loads(sample[3].splitlines()[-1])
    unattributed = sum(map(is_unattributed, range(count)))
    assert summary["examined"] == count and summary["unattributed"] == unattributed, summary
    assert summary["dropped"] + summary["skipped_placeholder"] == unattributed, summary
    return sample


def main(ursa, work, recordings, names):
    root = laboratory_of(ursa, work / f"participants-{recordings}", "audited", recordings)
    table = root / "assets" / "ursa" / "catalog" / "recordings"

    def nothing():
        pass

    query = (ursa, "query", "recordings", "--columns", ",".join(COLUMNS), "--format", "parquet")
    reads = []

    def delta_rs():
        sample = measure.run([sys.executable, "-c", READ, table, ",".join(COLUMNS)])
        reads.append(float(sample[3]))
        return sample

    results = measure.medians({
        "delta-rs, the columns read": (nothing, delta_rs),
        "ursa query, the columns as Parquet": (nothing, lambda: measure.run(query, cwd=root)),
        "ursa audit-participants": (nothing, lambda: audit(ursa, root, recordings)),
    })
    measure.table(f"audit-participants, {recordings:,} recordings, one in a hundred unattributed",
                  results, "delta-rs, the columns read")
    print(f"\ndelta-rs's read without its start: {statistics.median(reads):.3f} s; participant.txt "
          f"opened by the audit: {opened_names(ursa, root)} of {recordings:,}")

    root = laboratory_of(ursa, work / f"names-{names}", "named", names)
    command = (ursa, "backfill-participants", "--allow-r2-only", "--top", "1")
    wall, cpu, peak, shown = measure.run(command, cwd=root, codes=(1,))
    assert f" new_participants={names} ".encode() in shown, shown[-500:]
    print(f"\n{names:,} new names compared (backfill-participants, a dry run): {wall:.2f} s, "
          f"{cpu:.2f} s of processor time, {peak:.0f} MiB")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        {"audited": make_audited, "named": make_named}[sys.argv[4]](
            pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), int(sys.argv[5]))
    else:
        given = [int(argument) for argument in sys.argv[4:]]
        main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[3]).resolve(),
             *(given + [100_000, 50_000][len(given):]))
