"""Tables and plans for the benchmarks of commits: a `recordings` table of N rows in files of 65,536,
and a plan of K changes to it, in the format of src/plan/plan.h. All of it is done in processes of
their own: a process that is measured would begin with the peak memory of the one that starts it."""
import hashlib
import json
import pathlib
import random
import shutil
import subprocess
import sys

COLUMNS = ["recording_hash", "recording_id", "start_time", "duration_us", "duration_known_wrong"]


def make_laboratory(directory, peers, count, sort_by):
    """A staging laboratory whose catalog is a `recordings` table; its recordings have no raw files."""
    directory = pathlib.Path(directory)
    sys.path.insert(0, str(peers))
    import pyarrow
    from delta_common import rows
    from deltalake import WriterProperties, write_deltalake
    shutil.rmtree(directory, ignore_errors=True)
    (directory / "raw" / "recordings" / "rec_20250101_000000_0000" / "notes_0").mkdir(parents=True)
    (directory / "raw" / "recordings" / "rec_20250101_000000_0000" / "notes_0" / "x").touch()
    table = pyarrow.concat_tables(
        [rows(range(start, min(start + 100_000, count)), seed=1 + start)
         for start in range(0, count, 100_000)]).sort_by(sort_by).combine_chunks()
    for start in range(0, count, 65_536):
        write_deltalake(directory / "assets" / "ursa" / "catalog" / "recordings",
                        table.slice(start, 65_536), mode="append", target_file_size=1 << 40,
                        writer_properties=WriterProperties(compression="ZSTD"))
    (directory / ".ursa-staging").touch()
    (directory / "ursa.toml").write_text('default_profile = "local"\n[profile.local]\nroot = "."\n')


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def change_line(row):
    start = row["start_time"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    columns = {"duration_us": {"before": row["duration_us"], "after": row["duration_us"] + 1},
               "duration_known_wrong": {"before": row["duration_known_wrong"], "after": False}}
    return compact({"record": "change", "kind": "update", "table": "recordings",
                    "key": {"recording_hash": row["recording_hash"]},
                    "locator": row["recording_id"], "columns": columns,
                    "relied": {"start_time": start}})


def write_plans(laboratory, files):
    """Plans, each a file and the positions of the rows that it changes, in the order of their ids."""
    from deltalake import DeltaTable
    table = DeltaTable(pathlib.Path(laboratory) / "assets" / "ursa" / "catalog" / "recordings")
    rows = table.to_pyarrow_table(columns=COLUMNS)
    for file, keys in files:
        write_plan(laboratory, table, rows.take(keys), file)


def write_large_plans(laboratory, files):
    """The same of rows that lie evenly: each a file, the first row, the end and the step."""
    write_plans(laboratory, [[file, list(range(*rows))] for file, *rows in files])


def write_plan(laboratory, table, rows, file):
    data = rows.sort_by("recording_id")
    lines = [change_line(row) for row in data.to_pylist()]
    tables = {"recordings": {"id": str(table.metadata().id), "version": table.version()}}
    catalog = f"local://{laboratory}/assets/ursa/catalog"
    changes_digest = sha256("".join(line + "\n" for line in lines))
    plan_digest = sha256(compact({"plan_version": 1, "command": "fix-durations-inplace",
                                  "catalog": catalog, "tables": tables, "marks": {},
                                  "changes_digest": changes_digest}))
    header = compact({"record": "plan", "plan_version": 1, "command": "fix-durations-inplace",
                      "catalog": catalog, "tables": tables, "run_id": plan_digest, "marks": {},
                      "tool": "bench", "created_at": "2026-01-01T00:00:00.000000Z"})
    text = "".join(line + "\n" for line in [header, *lines])
    digest = compact({"record": "digest", "changes": len(lines),
                      "changes_of": {"recordings": len(lines)}, "changes_digest": changes_digest,
                      "plan_digest": plan_digest, "sha256": sha256(text)})
    pathlib.Path(file).write_text(text + digest + "\n")


def random_keys(count, changes, seed):
    return random.Random(seed).sample(range(count), changes)


def alone(function, *arguments):
    """Calls it in a process of its own, to its end; the arguments are paths, lists and numbers."""
    call = json.dumps([function.__name__, *arguments], default=str)
    subprocess.run([sys.executable, __file__, call], check=True)


if __name__ == "__main__":
    name, *given = json.loads(sys.argv[1])
    globals()[name](*given)
