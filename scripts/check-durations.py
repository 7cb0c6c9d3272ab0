#!/usr/bin/env python3
"""Compares the durations in a catalog with the truth of a demo laboratory.

usage: check-durations.py LAB_DIR CATALOG_JSONL    (- for standard input)

CATALOG_JSONL is what `ursa query recordings --format json` prints, after fix-durations-inplace. A
row that was to be updated must have the true duration to the microsecond, and no flag; one that was
to be left alone must be as it was made, and less than a minute off; one without a derivable end
must be flagged. A row of a recording that the catalog did not have must be exact too; that there is
none yet is only counted. Prints the rows that are off, then one line of counts; exit code 1 where
any row differs from what it should be.
"""
import json
import pathlib
import sys

MIN_DELTA_US = 60_000_000  # the default of --min-delta-seconds
DIFFERENCES_SHOWN = 20


def read_truth(path):
    with open(path, encoding="utf-8") as lines:
        return {line["recording_id"]: line for line in map(json.loads, lines)}


def read_rows(path):
    """All rows, as (recording_id, duration_us, duration_known_wrong)."""
    with (sys.stdin if path == "-" else open(path, encoding="utf-8")) as lines:
        for number, text in enumerate(lines, 1):
            try:
                record = json.loads(text)
                if record["record"] == "row":
                    values = record["values"]
                    yield (values["recording_id"], values["duration_us"],
                           values["duration_known_wrong"])
            except (ValueError, KeyError, TypeError) as error:
                raise SystemExit(f"{path}:{number}: no record of `ursa query recordings "
                                 f"--format json`: {error!r}")


def judge(truth, duration, flagged):
    """(kind, why it differs or None) of one row."""
    if truth["fix_durations"] is None:
        right = truth["duration_us"] is not None and duration == truth["duration_us"]
        return "added", None if right and not flagged else "its row is new, and not the truth"
    action = truth["fix_durations"]["action"]
    stored = truth["stored"]
    if action == "update":
        if duration != truth["duration_us"]:
            return "exact", "it was to be set to the true duration"
        return "exact", "its flag was to be cleared" if flagged else None
    kind = {"flag": "no_end", "indeterminate": "no_end"}.get(action, action)
    if duration != stored["duration_us"]:
        return kind, "its duration was to stay as it was"
    if flagged != (True if kind == "no_end" else stored["duration_known_wrong"]):
        return kind, "it was to be flagged" if kind == "no_end" else "its flag was to stay"
    if action == "unchanged" and duration != truth["duration_us"]:
        kind = "off_by_less_than_a_minute"
        if abs(duration - truth["duration_us"]) > MIN_DELTA_US:
            return kind, "it is off by more than a minute"
    return kind, None


class Comparison:
    def __init__(self):
        self.counts = dict.fromkeys(("exact", "unchanged", "off_by_less_than_a_minute", "no_end",
                                     "still_arriving", "added"), 0)
        self.differences = []
        self.worst_us = 0
        self.seen = set()

    def take(self, truths, recording_id, duration, flagged):
        truth = truths.get(recording_id)
        if truth is None or recording_id in self.seen:
            why = "no such recording was made" if truth is None else "it has a second row"
            self.differences.append((recording_id, duration, None, why))
            return
        self.seen.add(recording_id)
        kind, why = judge(truth, duration, flagged)
        self.counts[kind] += why is None
        true_duration = truth["duration_us"]
        if why is not None:
            self.differences.append((recording_id, duration, true_duration, why))
        elif kind == "off_by_less_than_a_minute":
            print(f"{recording_id}: unchanged, off by {(duration - true_duration) / 1e6:+.6f} s")
        if duration is not None and true_duration is not None:
            self.worst_us = max(self.worst_us, abs(duration - true_duration))

    def take_missing(self, truths):
        """Counts recordings without a row; an error for those that the catalog had."""
        absent = 0
        for recording_id, truth in truths.items():
            if recording_id in self.seen:
                continue
            if truth["fix_durations"] is None:
                absent += 1
            else:
                self.differences.append((recording_id, None, truth["duration_us"],
                                         "its row is gone"))
        return absent


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    truths = read_truth(pathlib.Path(sys.argv[1]) / "truth.jsonl")
    comparison = Comparison()
    for row in read_rows(sys.argv[2]):
        comparison.take(truths, *row)
    absent = comparison.take_missing(truths)
    for recording_id, duration, true_duration, why in comparison.differences[:DIFFERENCES_SHOWN]:
        print(f"{recording_id}: {why}: duration_us {duration}, truth {true_duration}")
    if len(comparison.differences) > DIFFERENCES_SHOWN:
        print(f"and {len(comparison.differences) - DIFFERENCES_SHOWN} more")
    counts = " ".join(f"{kind}={count}" for kind, count in comparison.counts.items())
    print(f"rows={len(comparison.seen)} {counts} absent={absent} "
          f"differences={len(comparison.differences)} worst_s={comparison.worst_us / 1e6:.6f}")
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main())
