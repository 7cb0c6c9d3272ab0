"""Runs the real binary on real directories, and reads what it wrote with another engine."""
import functools
import json
import math
import os
import pathlib
import shutil
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


def plain(value):
    """A value of pyarrow's in the types that ursa's JSON has."""
    if hasattr(value, "isoformat"):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "-Infinity" if value < 0 else "Infinity"
    return [plain(part) for part in value] if isinstance(value, list) else value


class Laboratory:
    """A laboratory made by `ursa demo` in a directory, with its known truth.

    places.py has the same in buckets; what its tests may use there is what both have.
    """

    place = "directory"
    # What a process is told beside its arguments, and delta-rs to open a table.
    environment = {}
    storage_options = None
    # What shows that one stands before the right catalog in production.
    confirmation = "."
    # The flags without which reconstruct-all-recent would wait for these recordings to arrive.
    arrived = ()

    def __init__(self, directory, recordings=None, seed=1):
        """Makes it where `recordings` is given; else it is there already."""
        self.root = pathlib.Path(directory)
        if recordings is not None:
            ursa("demo", self.root, "--recordings", recordings, "--seed", seed)
        self.truth = {}
        for line in (self.root / "truth.jsonl").read_text().splitlines():
            record = json.loads(line)
            self.truth[record["recording_id"]] = record

    def copy_to(self, directory, staging=True):
        """The same laboratory elsewhere, with the same times and holes."""
        subprocess.run(["cp", "-a", "--sparse=always", self.root, directory], check=True)
        copy = Laboratory(directory)
        if not staging:
            (copy.root / ".ursa-staging").unlink()
        return copy

    def ursa(self, *arguments, **options):
        return ursa(*arguments, cwd=self.root, **options)

    def start(self, *arguments):
        """Starts ursa and goes on."""
        return subprocess.Popen([BINARY, *map(str, arguments)], cwd=self.root,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=dict(os.environ, **self.environment))

    @property
    def recordings(self):
        return self.root / "assets" / "ursa" / "catalog" / "recordings"

    def uri_of(self, table):
        return str(self.root / "assets" / "ursa" / "catalog" / table)

    def delta(self, name="recordings"):
        """A table as delta-rs opens it."""
        from deltalake import DeltaTable
        return DeltaTable(self.uri_of(name), storage_options=self.storage_options)

    def rows(self, name="recordings"):
        """The rows of a table, as delta-rs reads them."""
        return self.delta(name).to_pyarrow_table().to_pylist()

    def table(self, name="recordings"):
        """The same by recording hash, or by the table's first column."""
        return {next(iter(row.values())): row for row in self.rows(name)}

    def append_twin(self, key, **changed):
        """Another engine appends a recording that is there already, or one that has its key."""
        import deltalake
        import pyarrow
        schema = self.delta().to_pyarrow_table().schema
        twin = dict(self.table()[key], **changed)
        deltalake.write_deltalake(self.delta(), pyarrow.Table.from_pylist([twin], schema=schema),
                                  mode="append")
        return twin

    def rows_with(self, key):
        """All recordings that have this key."""
        return [row for row in self.rows() if row["recording_hash"] == key]

    def raw_uri(self, recording_id):
        return f"local://raw/recordings/{recording_id}/"

    def times_are_kept(self, recording_id):
        """Whether its files have the times of modification of which the truth tells."""
        return True

    def read(self, side, key):
        """A file of "raw" or "assets"."""
        return (self.root / side / key).read_bytes()

    def write(self, side, key, data):
        path = self.root / side / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def remove(self, side, key):
        (self.root / side / key).unlink()

    def stamps(self, side, prefix=""):
        """The size and time of every file of "raw" or "assets" below a prefix, by its key."""
        root = self.root / side
        return {str(path.relative_to(root)): (path.stat().st_size, path.stat().st_mtime_ns)
                for path in (root / prefix).rglob("*") if path.is_file()}

    def remove_all(self, side, prefix):
        """Leaves an empty directory."""
        shutil.rmtree(self.root / side / prefix)
        (self.root / side / prefix).mkdir()

    def put_back(self):
        """Nothing: a copy in a directory has recordings of its own."""

    def fingerprint(self):
        """Every path below the root with its bytes' size and both its times."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            status = path.lstat()
            found[str(path)] = (status.st_size, status.st_mtime_ns, status.st_mode)
        return found
