"""Runs whole processes side by side and takes medians: wall seconds, processor seconds, peak MiB."""
import os
import statistics
import subprocess
import time


def run(command, cwd=None, environment=None, stdin=None, output=None, code=0):
    """One process to its end: (wall s, cpu s, peak MiB, its standard output unless `output`, a
    file, takes it). Any other exit code than `code` ends all."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, env=environment, stdin=stdin,
                               stdout=subprocess.PIPE if output is None else output)
    output = process.stdout.read() if output is None else b""
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != code:
        raise SystemExit(f"{command} ended with {process.returncode}:\n{output.decode()}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output


def medians(candidates, rounds=int(os.environ.get("ROUNDS", "5"))):
    """candidates: {name: (prepare, run)}; each round runs every candidate once, in turn.
    Returns {name: (wall, cpu, peak MiB)}, medians over the rounds."""
    samples = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, (prepare, measured) in candidates.items():
            prepare()
            samples[name].append(measured()[:3])
    return {name: tuple(statistics.median(column) for column in zip(*rows))
            for name, rows in samples.items()}


def table(title, results, baseline):
    """A Markdown table of medians and their ratios to one candidate."""
    print(f"\n### {title}\n")
    print("| | wall s | cpu s | peak MiB | wall ratio | memory ratio |")
    print("|---|---:|---:|---:|---:|---:|")
    base = results[baseline]
    for name, (wall, cpu, peak) in results.items():
        print(f"| {name} | {wall:.3f} | {cpu:.3f} | {peak:.0f} | {wall / base[0]:.3f} "
              f"| {peak / base[2]:.2f} |")
