"""Runs the real binary on real directories, and reads what it wrote with another engine."""
import functools
import json
import os
import pathlib
import subprocess

import jsonschema
import referencing

SCHEMAS = pathlib.Path(__file__).parents[2] / "docs" / "schemas"
BINARY = os.environ.get("URSA_BINARY", str(pathlib.Path(__file__).parents[2] / "build" / "ursa"))


@functools.cache
def validator_of(command):
    """The schema of a command's records; None is no command at all."""
    path = SCHEMAS / f"{command or 'no-command'}.json"
    assert path.is_file(), f"no schema has the records of {command}"
    common = json.loads((SCHEMAS / "common.json").read_text())
    registry = referencing.Registry().with_resource(
        "common.json", referencing.Resource.from_contents(common))
    return jsonschema.Draft202012Validator(json.loads(path.read_text()), registry=registry)


def check_record(record):
    """Holds a record against the schema of its command."""
    error = jsonschema.exceptions.best_match(validator_of(record["command"]).iter_errors(record))
    assert error is None, f"{error.json_path}: {error.message}\n{json.dumps(record)}"


class Run:
    """What a run of ursa gave: exit code, text, and with --json its records."""

    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout.decode()
        self.err = process.stderr.decode()

    @functools.cached_property
    def records(self):
        """All records, each as its schema says, in the order of spec/commands.md, "Output"."""
        records = [json.loads(line) for line in self.out.splitlines()]
        for record in records:
            check_record(record)
        kinds = [record["record"] for record in records]
        assert kinds.index("summary") == len(kinds) - 1 and "run" not in kinds[1:], kinds
        return records

    def rows(self, **wanted):
        return [record for record in self.records if record["record"] == "row"
                and all(record.get(name) == value for name, value in wanted.items())]

    @property
    def summary(self):
        last = self.records[-1]
        assert last["record"] == "summary", last
        return last


def ursa(*arguments, cwd=None, code=0, environment=None):
    """Runs ursa and checks its exit code; None accepts any."""
    process = subprocess.run([BINARY, *map(str, arguments)], cwd=cwd, capture_output=True,
                             timeout=300, env=dict(os.environ, **(environment or {})))
    run = Run(process)
    if code is not None:
        assert run.code == code, f"exit code {run.code}\n{run.out[-3000:]}\n{run.err[-3000:]}"
    return run


class Laboratory:
    """A laboratory made by `ursa demo`, with its known truth."""

    def __init__(self, directory, recordings=None, seed=1):
        """Makes it where `recordings` is given; else it is there already."""
        self.root = pathlib.Path(directory)
        if recordings is not None:
            ursa("demo", self.root, "--recordings", recordings, "--seed", seed)
        self.truth = {}
        for line in (self.root / "truth.jsonl").read_text().splitlines():
            record = json.loads(line)
            self.truth[record["recording_id"]] = record

    def copy_to(self, directory):
        """The same laboratory elsewhere, with the same times and holes."""
        subprocess.run(["cp", "-a", "--sparse=always", self.root, directory], check=True)
        return Laboratory(directory)

    def ursa(self, *arguments, **options):
        return ursa(*arguments, cwd=self.root, **options)

    @property
    def recordings(self):
        return self.root / "assets" / "ursa" / "catalog" / "recordings"

    def table(self, name="recordings"):
        """The rows of a table by recording hash (or by its first column), as delta-rs reads them."""
        from deltalake import DeltaTable
        table = DeltaTable(self.root / "assets" / "ursa" / "catalog" / name)
        rows = table.to_pyarrow_table().to_pylist()
        key = "recording_hash" if name == "recordings" else table.schema().fields[0].name
        return {row[key]: row for row in rows}

    def fingerprint(self):
        """Every path below the root with its bytes' size and both its times."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            status = path.lstat()
            found[str(path)] = (status.st_size, status.st_mtime_ns, status.st_mode)
        return found
