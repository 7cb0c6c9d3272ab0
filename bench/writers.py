"""8 processes with 20 commits of one row each into one table, beside delta-rs without retries.
usage: writers.py URSA PEERS_DIR WORK_DIR"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import plans

ursa, peers, work = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
PROCESSES, COMMITS, ROWS = 8, 20, 1000
environment = dict(os.environ, PYTHONPATH=str(peers))
laboratory, pristine = work / "writers", work / "writers-pristine"
if not (pristine / "ursa.toml").exists():
    plans.alone(plans.make_laboratory, pristine, peers, ROWS, "recording_id")


def restore():
    shutil.rmtree(laboratory, ignore_errors=True)
    shutil.copytree(pristine, laboratory)


def ours():
    """Wall seconds and commits of all processes; each runs its commits one after the other."""
    script = "for plan in %s/writers-plans/{0}-*.plan; do {1} apply $plan --commit --json | tail -n 1; done"
    start = time.perf_counter()
    running = [subprocess.Popen(["bash", "-c", (script % work).format(index, ursa)], cwd=laboratory,
                                stdout=subprocess.PIPE) for index in range(PROCESSES)]
    outputs = [process.communicate()[0] for process in running]
    seconds = time.perf_counter() - start
    return seconds, sum(json.loads(line)["committed"] for output in outputs
                        for line in output.splitlines())


def theirs():
    # Its processes may abort at their very end (a library's thread), after all is said.
    output = subprocess.run(
        [sys.executable, peers / "concurrency_deltalake.py", work / "writers-peer", str(PROCESSES),
         str(COMMITS), str(ROWS), "0"], env=environment, stdout=subprocess.PIPE).stdout.decode()
    return (float(re.search(r"total ([\d.]+) s", output)[1]),
            int(re.search(r"commits (\d+)", output)[1]))


restore()
shutil.rmtree(work / "writers-plans", ignore_errors=True)
(work / "writers-plans").mkdir()
plans.alone(plans.write_plans, laboratory, [
    [work / "writers-plans" / f"{number % PROCESSES}-{number}.plan", [key]]
    for number, key in enumerate(plans.random_keys(ROWS, PROCESSES * COMMITS, 3))])
samples = {"delta-rs MERGE, no retries": [], "ursa apply": []}
for _ in range(3):
    samples["delta-rs MERGE, no retries"].append(theirs())
    restore()
    samples["ursa apply"].append(ours())
print(f"\n### {PROCESSES} processes, {COMMITS} commits of one row each\n")
print("| | wall s | committed |\n|---|---:|---:|")
for name, rows in samples.items():
    seconds, commits = sorted(rows)[len(rows) // 2]
    print(f"| {name} | {seconds:.2f} | {commits} of {PROCESSES * COMMITS} |")
