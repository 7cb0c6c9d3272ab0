"""Commits into a `recordings` table of 1,000,000 rows in 16 files: a plan of 10,000 changes beside
delta-rs's MERGE, and one row beside delta-rs with a range predicate; then the whole table as
Parquet beside Polars.
usage: apply.py URSA PEERS_DIR WORK_DIR [ROWS]"""
import json
import os
import pathlib
import shutil
import sys

import measure
import plans

ursa, peers, work = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
ROWS = int(sys.argv[4]) if len(sys.argv) > 4 else 1_000_000
CHANGES = min(10_000, ROWS // 10)
TABLE = pathlib.Path("assets") / "ursa" / "catalog" / "recordings"
environment = dict(os.environ, PYTHONPATH=str(peers))


def laboratory_of(name, sort_by):
    """The laboratory that each run begins with, and the one that runs change."""
    pristine, used = work / f"{name}-{ROWS}", work / f"{name}-{ROWS}-used"
    if not (pristine / "ursa.toml").exists():
        plans.alone(plans.make_laboratory, pristine, peers, ROWS, sort_by)
    shutil.rmtree(used, ignore_errors=True)
    shutil.copytree(pristine, used)

    def restore():
        shutil.rmtree(used / "assets")
        shutil.copytree(pristine / "assets", used / "assets")
    return used, restore


def committed(sample, count):
    summary = json.loads(sample[3].splitlines()[-1])
    assert summary["committed"] == count, summary
    return sample


by_hash, restore_by_hash = laboratory_of("apply-by-hash", "recording_hash")
by_id, restore_by_id = laboratory_of("apply-by-id", "recording_id")
many, one = work / "many.plan", work / "one.plan"
plans.alone(plans.write_plans, by_hash, [[many, plans.random_keys(ROWS, CHANGES, 1)]])
plans.alone(plans.write_plans, by_id, [[one, plans.random_keys(ROWS, 1, 2)]])


def ours(laboratory, plan, count):
    return committed(measure.run([ursa, "apply", plan, "--commit", "--json"], cwd=laboratory), count)


def theirs(laboratory, count, *more):
    return measure.run([sys.executable, peers / "upsert_deltalake.py", laboratory / TABLE, str(ROWS),
                        str(count), "random", "1", *more], environment=environment)


measure.table(f"{CHANGES} changes at random keys, {ROWS} rows in files of 65,536", measure.medians({
    "delta-rs MERGE": (restore_by_hash, lambda: theirs(by_hash, CHANGES)),
    "ursa apply": (restore_by_hash, lambda: ours(by_hash, many, CHANGES))}), "delta-rs MERGE")
measure.table("One row", measure.medians({
    "delta-rs MERGE, range predicate": (restore_by_hash, lambda: theirs(by_hash, 1, "prune")),
    "ursa apply": (restore_by_id, lambda: ours(by_id, one, 1))}), "delta-rs MERGE, range predicate")

POLARS = ("import sys, polars; polars.scan_delta(sys.argv[1]).collect()"
          ".write_parquet(sys.argv[2])")
output = work / "all.parquet"


def ours_parquet():
    with open(output, "wb") as file:
        return measure.run([ursa, "query", "recordings", "--format", "parquet"], cwd=by_id,
                           output=file)


measure.table("The whole table as Parquet", measure.medians({
    "Polars scan_delta, write_parquet": (lambda: None, lambda: measure.run(
        [sys.executable, "-c", POLARS, by_id / TABLE, output])),
    "ursa query --format parquet": (lambda: None, ours_parquet)}),
    "Polars scan_delta, write_parquet")
