"""A plan of 1,000,000 changes to a `recordings` table of as many rows: what showing it, its dry run and
committing it cost, and two plans of half of it, committed as one. Its peak memory is bounded.
usage: big_plans.py URSA PEERS_DIR WORK_DIR [ROWS]"""
import json
import pathlib
import shutil
import sys

import measure
import plans

ursa, peers, work = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
ROWS = int(sys.argv[4]) if len(sys.argv) > 4 else 1_000_000
pristine, used = work / f"apply-by-id-{ROWS}", work / f"big-plans-{ROWS}"
if not (pristine / "ursa.toml").exists():
    plans.alone(plans.make_laboratory, pristine, peers, ROWS, "recording_id")
shutil.rmtree(used, ignore_errors=True)
shutil.copytree(pristine, used)
whole, halves = work / "big.plan", [work / "big-0.plan", work / "big-1.plan"]
plans.alone(plans.write_large_plans, used, [
    [whole, 0, ROWS, 1], *([half, part, ROWS, 2] for part, half in enumerate(halves))])


def restore():
    shutil.rmtree(used / "assets")
    shutil.copytree(pristine / "assets", used / "assets")


def run(*arguments):
    """To a file, as an operator would keep it; every change is shown, and told of in the summary."""
    output = work / "big-plans.json"
    with open(output, "wb") as file:
        sample = measure.run([ursa, *arguments, "--json"], cwd=used, output=file)
    with open(output, "rb") as file:
        file.seek(-4096, 2)
        summary = json.loads(file.read().splitlines()[-1])
    assert summary["changes"] == ROWS, summary
    assert summary.get("committed") in (None, ROWS if "--commit" in arguments else 0), summary
    return sample


measure.table(f"A plan of {ROWS:,} changes", measure.medians({
    "ursa plan show": (lambda: None, lambda: run("plan", "show", whole)),
    "ursa apply (a dry run)": (restore, lambda: run("apply", whole)),
    "ursa apply --commit": (restore, lambda: run("apply", whole, "--commit")),
    "ursa apply --commit of two plans": (restore, lambda: run("apply", *halves, "--commit"))}),
    "ursa plan show")
