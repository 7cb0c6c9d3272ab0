"""A backup of the catalog, and the way back, on a directory and in buckets (scripts/rgw)."""
import re
import shlex
import shutil

import pytest

from buckets import Buckets, needs_server, upload
from laboratory import BINARY, Laboratory

DEST = "ursa/backups/one"
MODALITIES = ("fix-modalities-start-epoch", "--commit", "--max-underivable", 1000, "--json")


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    return Laboratory(tmp_path_factory.mktemp("demo") / "lab", recordings=20)


class Directory:
    """The laboratory in a directory, with what Buckets can do."""

    def __init__(self, local, directory):
        self.laboratory = local.copy_to(directory / "lab")
        self.directory = self.laboratory.root
        self.assets = self.directory / "assets"

    def ursa(self, *arguments, user=None, **options):
        return self.laboratory.ursa(*arguments, **options)

    def everything(self):
        return self.laboratory.fingerprint()

    def rows(self, name, prefix="ursa/catalog"):
        from deltalake import DeltaTable
        return DeltaTable(self.assets / prefix / name).to_pyarrow_table().to_pylist()

    def remove(self, key):
        (self.assets / key).unlink()

    def write(self, key, data):
        (self.assets / key).parent.mkdir(parents=True, exist_ok=True)
        (self.assets / key).write_bytes(data)

    def keys(self, prefix):
        return sorted(str(path.relative_to(self.assets))
                      for path in (self.assets / prefix).rglob("*") if path.is_file())

    def make_production(self):
        (self.directory / ".ursa-staging").unlink()


class OnServer(Buckets):
    """The same in buckets."""

    def __init__(self, local, directory):
        super().__init__(directory, upload(local.root / "raw", "-raw-test"),
                         upload(local.root / "assets", "-assets-test"))

    def everything(self):
        return self.names(self.raw), self.names(self.assets)

    def remove(self, key):
        self.files.delete_file(f"{self.assets}/{key}")

    def write(self, key, data):
        with self.files.open_output_stream(f"{self.assets}/{key}") as stream:
            stream.write(data)

    def keys(self, prefix):
        return sorted(name.removeprefix(self.assets + "/") for name in self.names(self.assets)
                      if name.startswith(f"{self.assets}/{prefix}/"))


@pytest.fixture(params=["directory", pytest.param("buckets", marks=needs_server)])
def home(request, local, tmp_path):
    return (Directory if request.param == "directory" else OnServer)(local, tmp_path)


def sorted_rows(home, name, prefix="ursa/catalog"):
    return sorted(map(str, home.rows(name, prefix)))


def back_up(home, *more, **options):
    return home.ursa("catalog", "backup", DEST, "--json", *more, **options)


def test_a_backup_is_shown_made_read_by_another_engine_and_gone_back_to(home):
    home.ursa(*MODALITIES)
    before = home.everything()
    dry = back_up(home, user="reader")
    assert dry.summary["dry_run"] and dry.summary["restore_command"] is None
    assert dry.summary["would_refuse"] == [] and dry.summary["arrived"] == 0
    assert home.everything() == before

    made = back_up(home, "--commit")
    assert made.summary["is_whole"]
    assert made.summary["copied"] == made.summary["objects"] == dry.summary["objects"]
    tables = {row["table"]: row["version"] for row in made.rows()}
    assert set(tables) == {"participants", "recordings", "modalities", "events",
                           "maintenance_runs"}
    for name in tables:
        assert sorted_rows(home, name, DEST) == sorted_rows(home, name)
    wanted = {name: sorted_rows(home, name) for name in tables}

    home.ursa("backfill-participants", "--allow-r2-only", "--commit")
    assert sorted_rows(home, "recordings") != wanted["recordings"]
    restore = shlex.split(made.summary["restore_command"])
    assert restore[0] == BINARY
    home.ursa(*restore[1:])
    shown = home.ursa("catalog", "show", "--json")
    assert shown.summary["prefix"] == DEST
    assert {row["table"]: row["version"] for row in shown.rows()} == tables
    # Runs are known there, and can be taken back; and it is written to like any catalog.
    run, = home.ursa("runs", "--json").rows()
    home.ursa("restore", run["run_id"], "--commit")
    assert sorted_rows(home, "modalities", DEST) != wanted["modalities"]
    home.ursa(*MODALITIES)
    assert len(home.ursa("runs", "--json").rows()) == 3
    home.ursa("catalog", "flip", "ursa/catalog", "--commit")
    assert len(home.ursa("runs", "--json").rows()) == 2
    home.ursa("fix-durations-inplace", "--commit", "--max-indeterminate", 1000)


def test_a_backup_that_was_cut_off_goes_on_with_the_versions_it_began_with(home):
    whole = back_up(home, "--commit").summary
    lost = [key for key in home.keys(DEST) if not key.endswith("_backup.json")][::2]
    for key in lost:
        home.remove(key)
    home.ursa(*MODALITIES)
    run = home.ursa("catalog", "flip", DEST, "--json", code=2)
    assert run.summary["refused"] == "flip_target"
    again = back_up(home, "--commit").summary
    # A run since then has its rollback snapshot, which is none of the backup's.
    assert again["copied"] == len(lost) and again["is_whole"]
    versions = {row["table"]: row["version"] for row in back_up(home).rows()}
    assert versions["modalities"] == 1 and set(versions) and again["tables"] == whole["tables"]


def test_a_destination_that_was_changed_or_is_in_use_is_refused_and_left_alone(home):
    back_up(home, "--commit")
    key = next(key for key in home.keys(DEST) if key.endswith(".parquet"))
    home.write(key, b"something else")
    home.write("home/notes.txt", b"mine")
    before = home.everything()
    run = back_up(home, "--commit", code=4)
    assert run.summary["error"]["code"] == "corrupt" and key in run.summary["error"]["message"]
    for destination in ("../../x", "ursa/catalog", "/tmp/x", "s3://elsewhere/x", "a\nb", "$(id)"):
        run = home.ursa("catalog", "backup", destination, "--commit", "--json", code=3)
        assert "can't be the prefix of a backup" in run.summary["error"]["message"]
    run = home.ursa("catalog", "backup", "home", "--commit", "--json", code=4)
    assert run.summary["error"]["code"] == "already_exists"
    assert home.everything() == before


def test_production_is_backed_up_and_moved_only_with_its_flag(local, tmp_path):
    home = Directory(local, tmp_path)
    home.make_production()
    before = home.everything()
    assert back_up(home).summary["would_refuse"] == ["production"]
    assert back_up(home, "--commit", code=2).summary["refused"] == "production"
    assert home.everything() == before
    flag = "--i-know-this-targets-prod"
    made = back_up(home, "--commit", flag)
    restore = shlex.split(made.summary["restore_command"])
    assert restore[-1] == flag
    refused = home.ursa(*restore[1:-1], "--json", code=2)
    assert refused.summary["refused"] == "production"
    home.ursa(*restore[1:])


def test_a_backup_says_to_people_how_to_go_back_to_it(local, tmp_path):
    home = Directory(local, tmp_path)
    dry = home.ursa("catalog", "backup", DEST)
    offered = re.search(r"^\s*(\S*ursa catalog backup .*--commit.*)$", dry.out, re.MULTILINE)
    home.ursa(*shlex.split(offered[1])[1:])
    made = home.ursa("catalog", "backup", DEST)
    command = re.search(r"To make it the catalog: (.*)$", made.out, re.MULTILINE)[1]
    shutil.rmtree(home.assets / "ursa" / "catalog")
    home.ursa(*shlex.split(command)[1:])
    assert home.ursa("catalog", "show", "--json").summary["prefix"] == DEST
    home.ursa("fix-durations-inplace", "--commit", "--max-indeterminate", 1000)
