"""docs/schemas has every record of every command, and refuses what is none."""
import copy
import json
import re
import shutil

import jsonschema
import pytest

from laboratory import SCHEMAS, Laboratory, check_record, ursa, validator_of
from manual import words_of_the_man_page

NOT_A_COMMAND = {"common", "no-command"}
COMMANDS = sorted({path.stem for path in SCHEMAS.glob("*.json")} - NOT_A_COMMAND)
PLANNED = {"fix-durations-inplace", "reconstruct-all-recent", "fix-modalities-start-epoch",
           "backfill-participants", "ingest", "apply", "restore"}
# They print a page or a script, and a summary without members of its own.
PRINTS_TEXT = {"completion", "man"}
# What has any columns of a table as its members, and what is any value of one.
COLUMNS = {"values", "columns"}
ANYTHING = {"values", "before", "after"}


def ending_of(record):
    """How the run ended that a summary is of."""
    if "error" in record:
        return "failed"
    if "refused" in record:
        return "refused"
    return "dry run" if record.get("dry_run") else "done"


def names_that_collide(laboratory):
    """Two people who may be one, typed into the files of two recordings without participants."""
    rows = laboratory.ursa("backfill-participants", "--json").rows(action="attach")
    for row, name in zip(rows, ("Maya Chen", "Chen, Maya")):
        path = laboratory.root / "raw" / "recordings" / row["recording_id"] / "participant.txt"
        path.write_text(name)


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """All records of many runs, by command; Run.records has held each against its schema."""
    found = {command: [] for command in [*COMMANDS, None]}
    directory = tmp_path_factory.mktemp("schemas")
    root = directory / "lab"

    def look(*arguments, code=0, cwd=root):
        run = ursa(*arguments, "--json", cwd=cwd, code=code)
        for record in run.records:
            found[record["command"]].append(record)
        assert (run.code == 2) == (ending_of(run.summary) == "refused"), run.summary
        assert (run.code > 2) == (ending_of(run.summary) == "failed"), run.summary
        return run

    look("demo", root, cwd=directory)
    look("demo", root, code=3, cwd=directory)
    laboratory = Laboratory(root)
    (root / "maps").write_text("Maya Chen = maya\n")
    arriving = look("reconstruct-all-recent", "--days", 1000, code=1).rows(action="ingest")

    changes = {
        "fix-durations-inplace": ("--max-indeterminate", 1000),
        "fix-modalities-start-epoch": ("--max-underivable", 1000),
        "ingest": (arriving[0]["recording_id"],),
        "backfill-participants": ("--allow-r2-only", "--merge-map", root / "maps"),
        "reconstruct-all-recent": ("--days", 1000),
    }
    # What needs a person is there in every laboratory: exit code 1 is as good as 0.
    for command, options in changes.items():
        look(command, *options, code=None)
        if command != "reconstruct-all-recent":
            look(command, *options, "--plan-out", root / f"{command}.plan", code=None)
            look(command, *options, "--plan-out", root / f"{command}.plan", code=3)
            look("plan", "show", f"{command}.plan")
            look("apply", f"{command}.plan")
    for command, options in changes.items():
        look(command, *options, "--commit", "--max-changes", 0, code=2)
    look("apply", "ingest.plan", "--commit", "--max-changes", 0, code=2)
    look("apply", "ingest.plan", "--commit")
    look("apply", "ingest.plan", "--commit")
    for command, options in changes.items():
        look(command, *options, "--commit", code=None)

    runs = look("runs").rows()
    for run in runs[:-1]:
        look("restore", run["run_id"], code=None)
    look("restore", runs[0]["run_id"], "--commit", "--max-changes", 0, code=2)
    look("restore", runs[0]["run_id"], "--commit", code=None)
    look("restore", runs[0]["run_id"], "--plan-out", root / "ingest.plan", code=3)
    [snapshot] = root.glob("backfill-participants-*.jsonl")
    look("backfill-participants", "--restore", snapshot)
    look("backfill-participants", "--restore", snapshot, "--commit", "--max-changes", 0, code=2)
    look("backfill-participants", "--restore", snapshot, "--commit")

    names_that_collide(laboratory)
    look("backfill-participants", "--allow-r2-only", "--commit", code=2)
    look("audit-participants", code=1)
    look("participants", "check-merge-map", "maps", "maya", "Ewan", "test", "unknown", "...",
         code=1)
    for recording in sorted((root / "raw" / "recordings").iterdir())[:12]:
        look("explain", recording.name, code=None)
    for table in ("recordings", "modalities", "participants", "maintenance_runs"):
        look("catalog", "history", table)
        look("query", table)
        look("table", "read", f"assets/ursa/catalog/{table}")
    look("query", "recordings", "--columns", "recording_id,duration_us", "--limit", 0)
    look("catalog", "show")
    look("catalog", "backup", "kept")
    look("catalog", "backup", "kept", "--commit")
    look("catalog", "backup", "../kept", code=3)
    look("catalog", "flip", "nowhere", code=2)
    look("catalog", "flip", "kept")
    look("catalog", "flip", "kept", "--commit")
    look("catalog", "flip", "ursa/catalog", "--commit")
    look("doctor")
    look("doctor", "--write", "--nas-root", "nowhere", code=4)
    look("nonsense", code=3)
    look("catalog", code=3)

    plan = root / "ingest.plan"
    plan.write_bytes(plan.read_bytes().replace(b"rec_", b"rec-", 1))
    look("plan", "show", plan, code=2)
    look("apply", plan, "--commit", code=2)
    empty = directory / "empty"
    empty.mkdir()
    for name in ("ursa.toml", "participants.mergemap"):
        shutil.copy(root / name, empty)
    look("catalog", "init", cwd=empty)
    look("catalog", "init", cwd=empty, code=None)
    look("fix-durations-inplace", cwd=empty)
    look("fix-durations-inplace", "--commit", cwd=empty, code=2)
    look("audit-participants", cwd=empty, code=4)
    for log in (root / "assets" / "ursa" / "catalog" / "recordings" / "_delta_log").iterdir():
        log.write_bytes(b"{")
    for command, options in changes.items():
        look(command, *options, code=4)
        look(command, *options, "--commit", code=4)
    for words in words_of_the_man_page():
        look(*words.split(), "--no-such-option", code=3)
    for arguments in (("man",), ("completion", "fish")):
        record = json.loads(ursa(*arguments, "--json", code=3).out.splitlines()[-1])
        check_record(record)
        found[record["command"]].append(record)
    return found


def test_every_command_has_a_schema():
    words = words_of_the_man_page()
    assert sorted(name.replace(" ", "-") for name in words) == COMMANDS
    listed = re.findall(r"^  ([a-z][a-z-]+) {2,}\S", ursa("--help").out, re.MULTILINE)
    assert set(listed) == {name.split()[0] for name in words}


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_the_schemas_are_schemas(path):
    schema = json.loads(path.read_text())
    assert schema["$schema"] == jsonschema.Draft202012Validator.META_SCHEMA["$schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    # A reference that leads nowhere is found only when it is followed.
    resolver = validator_of(None)._resolver
    for reference in re.findall(r'"\$ref": "(common\.json#[^"]*)"', path.read_text()):
        resolver.lookup(reference)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_record_of_a_command_was_seen(seen, command):
    kinds = validator_of(command).schema["properties"]["record"]
    wanted = set(kinds.get("enum", [kinds.get("const")]))
    if command == "catalog-init":
        wanted.discard("row")
    assert {record["record"] for record in seen[command]} == wanted
    endings = {ending_of(record) for record in seen[command] if record["record"] == "summary"}
    assert endings >= ({"failed"} if command in PRINTS_TEXT else {"done", "failed"})
    if command in PLANNED:
        assert endings == {"dry run", "done", "refused", "failed"}


def test_a_run_without_a_command_has_a_schema(seen):
    assert [record["error"]["code"] for record in seen[None]] == ["usage", "usage"]


def with_a_member_less(value, name=None):
    """Every (name, copy) of `value` that lacks one member somewhere."""
    if isinstance(value, dict):
        for key in value:
            if name not in COLUMNS:
                yield key, {other: value[other] for other in value if other != key}
            if key not in ANYTHING:
                for lacks, changed in with_a_member_less(value[key], key):
                    yield lacks, {**value, key: changed}
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            for lacks, changed in with_a_member_less(entry):
                yield lacks, [*value[:index], changed, *value[index + 1:]]


def with_a_member_more(value):
    """Every copy of `value` that has one more member somewhere."""
    if isinstance(value, dict):
        yield {**value, "another": 1}
        for key in value:
            if key not in ANYTHING:
                for changed in with_a_member_more(value[key]):
                    yield {**value, key: changed}
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            for changed in with_a_member_more(entry):
                yield [*value[:index], changed, *value[index + 1:]]


def one_of_each(records):
    """The fullest record of each kind and ending."""
    found = {}
    for record in sorted(records, key=lambda record: len(json.dumps(record))):
        found[record["record"], ending_of(record), len(record)] = record
    return found.values()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_record_with_a_member_less_is_refused(seen, command):
    validator = validator_of(command)
    for record in one_of_each(seen[command]):
        for name, changed in with_a_member_less(record):
            # Without its error the summary of a failed run is that of one that is done.
            if name != "error" or (len(record) == 4 and command not in PRINTS_TEXT):
                assert not validator.is_valid(changed), (name, changed)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_record_with_a_member_more_is_refused(seen, command):
    validator = validator_of(command)
    for record in one_of_each(seen[command]):
        for changed in with_a_member_more(record):
            assert not validator.is_valid(changed), changed


@pytest.mark.parametrize("command", COMMANDS)
def test_a_record_of_another_version_command_or_kind_is_refused(seen, command):
    validator = validator_of(command)
    for record in one_of_each(seen[command]):
        for name, value in (("record_version", 2), ("command", "another"), ("record", "another")):
            changed = copy.deepcopy(record)
            changed[name] = value
            assert not validator.is_valid(changed), changed


def test_a_record_of_a_command_without_a_schema_fails():
    with pytest.raises(AssertionError, match="no schema"):
        check_record({"record": "summary", "record_version": 1, "command": "another"})
