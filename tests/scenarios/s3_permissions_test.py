"""docs/r2.md says what the keys of a bucket have to be allowed: a real server holds it to that.

The guest may do with a bucket what its policy says, and nothing else.
"""
import concurrent.futures
import json
import pathlib
import re
import shutil

import pytest

from buckets import Buckets, keys_of, needs_server, request, upload
from laboratory import SCHEMAS, ursa
from manual import words_of_the_man_page
from s3_laboratory import local, raw  # noqa: F401 (fixtures)

pytestmark = needs_server
ROOT = pathlib.Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "r2.md").read_text()
READ = ("s3:ListBucket", "s3:GetObject")
ACTIONS = {"-": (), "read": READ, "write": (*READ, "s3:PutObject", "s3:DeleteObject")}
# Everything was uploaded just now.
RECONSTRUCT = ("--days", 500, "--quiet-minutes", 0)
ALLOWED = {}  # by bucket


def rows_below(heading):
    """The cells of the table's rows that follow a heading row."""
    lines = PAGE[PAGE.index(heading):].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def permissions():
    """For every command of the page what (raw, assets) have to allow: in a dry run, in a commit."""
    found = {}
    for names, *cells in rows_below("| command |"):
        for name in re.findall(r"`([a-z][a-z -]*[a-z])`", names):
            if not name.startswith("--"):
                found[name] = tuple(cells[:2]), tuple(cells[2:])
    return found


def actions_of_the_page_s_policy():
    """What the page's policy allows, by the kind of bucket."""
    [policy] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    found = {}
    for statement in json.loads(policy)["Statement"]:
        bucket, objects = statement["Resource"]
        assert objects == bucket + "/*" and statement["Effect"] == "Allow"
        found[bucket.rpartition("-")[2]] = statement["Action"]
    return found


def missing(local, reason):
    return next(recording_id for recording_id, truth in local.truth.items()
                if truth["reconstruct"] and truth["reconstruct"]["reason"] == reason)


@pytest.fixture
def buckets(local, raw, tmp_path):
    return Buckets(tmp_path, raw, upload(local.root / "assets", "-assets-test"))


def commands(local, buckets):
    """Every command with its arguments; there is a run to restore, and a plan to apply."""
    seen = next(recording_id for recording_id, truth in local.truth.items() if truth["in_raw"])
    wrong = buckets.ursa("fix-durations-inplace", "--json").rows(action="update")
    run = buckets.ursa("fix-durations-inplace", "--json", "--commit", "--recording",
                       wrong[0]["recording_id"])
    buckets.ursa("fix-modalities-start-epoch", "--modality", "eeg", "--plan-out", "plan",
                 "--max-underivable", 100)
    buckets.ursa("catalog", "backup", "ursa/backup", "--commit")
    more = {"catalog backup": ["ursa/again"], "catalog flip": ["ursa/backup"],
            "reconstruct-all-recent": RECONSTRUCT, "ingest": [missing(local, None)],
            "fix-durations-inplace": ("--max-indeterminate", 100), "apply": ["plan"],
            "fix-modalities-start-epoch": ("--max-underivable", 100),
            "backfill-participants": ["--allow-r2-only"], "restore": [run.summary["run_id"]],
            "query": ["recordings"], "explain": [seen],
            "table read": [f"s3://{buckets.assets}/ursa/catalog/recordings"]}
    return {name: (*name.split(), *more.get(name, ())) for name in permissions()}


def allow(buckets, raw, assets):
    """Makes these actions all that the guest may do with the buckets and their objects."""
    policy = buckets.directory / "policy.json"
    for bucket, actions in ((buckets.raw, tuple(raw)), (buckets.assets, tuple(assets))):
        # A policy takes the server more than a second.
        if ALLOWED.get(bucket) == actions:
            continue
        ALLOWED[bucket] = actions
        statement = {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam:::user/guest"]},
                     "Action": list(actions),
                     "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}
        policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        request(bucket, "policy=", "--upload-file", policy)


def told(buckets, command, *more):
    """How a command ended for the guest, and every record of it but the times that it took."""
    run = buckets.ursa(*command, *more, "--json", user="guest", code=None)
    return run.code, [{name: value for name, value in record.items() if name != "seconds"}
                      for record in run.records]


def test_every_command_has_its_row():
    assert sorted(permissions()) == sorted(words_of_the_man_page())
    assert sorted(permissions()) == sorted(set(permissions()))


def test_a_dry_run_needs_what_the_table_says_and_no_less(local, buckets):
    rows = {name: dry for name, (dry, _) in permissions().items() if "read" in dry}
    all_commands = commands(local, buckets)
    assert {action for row in rows.values() for action in row} == {"read", "-"}
    allow(buckets, READ, READ)

    def look():
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            return dict(zip(rows, pool.map(lambda name: told(buckets, all_commands[name]), rows)))

    wanted = look()
    for name, (code, records) in wanted.items():
        assert code in (0, 1) and "error" not in records[-1], (name, records[-1])
    for place in (0, 1):
        for action in READ:
            left = [tuple({*READ} - {action}) if at == place else READ for at in (0, 1)]
            allow(buckets, *left)
            for name, found in look().items():
                needed = rows[name][place] == "read"
                assert (found != wanted[name]) == needed, (name, action, place, found)


def test_who_works_on_tables_alone_needs_no_keys_of_the_raw_bucket(local, buckets):
    all_commands = commands(local, buckets)
    mine = {f"URSA_ASSETS_{name}": keys_of("owner")[f"AWS_{name}"]
            for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")}
    without = {**mine, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    alone = [name for name in all_commands if name.startswith("catalog ") or
             name in ("runs", "query")]
    for name in alone:
        # There is a catalog already.
        buckets.ursa(*all_commands[name], environment=without,
                     code=4 if name == "catalog init" else 0)
    run = buckets.ursa("audit-participants", "--json", environment=without, code=3)
    assert "URSA_RAW_ACCESS_KEY_ID" in run.records[-1]["error"]["message"]


def test_a_commit_needs_what_the_table_says(local, buckets):
    all_commands = commands(local, buckets)
    # Those that have tests of their own below left out; the saved plan comes before its command.
    on_raw = {name: row[0] for name, (_, row) in sorted(permissions().items())
              if row in {("-", "write"), ("read", "write")} and name != "catalog init"}
    chosen = list(on_raw)
    assert len(chosen) > 6
    flag = {name: "--write" if name == "doctor" else "--commit" for name in chosen}
    before = buckets.names(buckets.raw), buckets.names(buckets.assets)
    allow(buckets, ACTIONS["write"], READ)
    for name in chosen:
        code, records = told(buckets, all_commands[name], flag[name])
        assert code == 4 and records[-1]["error"]["code"] == "denied", (name, records[-1])
    assert (buckets.names(buckets.raw), buckets.names(buckets.assets)) == before

    of_policy = actions_of_the_page_s_policy()
    assert (tuple(of_policy["data"]), tuple(of_policy["assets"])) == (READ, ACTIONS["write"])
    for name in chosen:
        allow(buckets, ACTIONS[on_raw[name]], of_policy["assets"])
        code, records = told(buckets, all_commands[name], flag[name])
        assert code == 0, (name, records[-1])
        assert name.startswith(("catalog ", "doctor")) or records[-1]["committed"] > 0, name
    assert buckets.names(buckets.raw) == before[0]


def test_only_a_reconstruct_writes_to_raw_and_goes_on_once_it_may(local, tmp_path):
    assert [name for name, (_, (raw, _)) in permissions().items() if raw == "write"] == \
        ["reconstruct-all-recent"]
    recording_id = missing(local, "no_manifest")
    shutil.copytree(local.root / "raw" / "recordings" / recording_id,
                    tmp_path / "raw" / "recordings" / recording_id)
    buckets = Buckets(tmp_path, upload(tmp_path / "raw", "-raw-test"),
                      upload(local.root / "assets", "-assets-test"))
    before = buckets.names(buckets.raw)
    command = ("reconstruct-all-recent", *RECONSTRUCT, "--commit")
    allow(buckets, READ, ACTIONS["write"])
    code, records = told(buckets, command)
    assert code == 1 and records[-1]["bytes_read"] > 0 == records[-1]["committed"]
    assert [record["reason"] for record in records if record["record"] == "row"] == ["write_failed"]
    assert buckets.names(buckets.raw) == before

    allow(buckets, (*READ, "s3:PutObject"), (*READ, "s3:PutObject"))
    code, records = told(buckets, command)
    assert (code, records[-1]["ingested"], records[-1]["bytes_read"]) == (0, 1, 0)
    assert [name for name in buckets.names(buckets.assets) if "/ursa/work/" in name] == \
        [f"{buckets.assets}/ursa/work/{recording_id}.json"]


def test_a_catalog_is_begun_with_keys_that_may_write_its_bucket_only(local, raw, tmp_path):
    (tmp_path / "empty").mkdir()
    buckets = Buckets(tmp_path, raw, upload(tmp_path / "empty", "-assets-test"))
    allow(buckets, (), READ)
    assert told(buckets, ("catalog", "init"))[1][-1]["error"]["code"] == "denied"
    allow(buckets, (), ACTIONS[permissions()["catalog init"][1][1]])
    assert told(buckets, ("catalog", "init"))[0] == 0


def test_the_profiles_of_the_page_are_taken(tmp_path):
    [text] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "ursa.toml").write_text(text.replace("<account>", "0123abcd"))
    for profile in re.findall(r"^\[profile\.(.*?)\]", text, re.MULTILINE):
        run = ursa("--profile", profile, "catalog", "show", "--json", cwd=tmp_path, code=3,
                   environment={"HOME": str(tmp_path), "AWS_ACCESS_KEY_ID": "",
                                "AWS_SECRET_ACCESS_KEY": ""})
        assert "no credentials for the assets bucket" in run.summary["error"]["message"], profile


def test_every_rule_has_its_row():
    rules = json.loads((SCHEMAS / "common.json").read_text())["$defs"]["rule"]["enum"]
    sources = "".join(path.read_text() for path in (ROOT / "src").rglob("*.cc"))
    named = [row[0].strip("`") for row in rows_below("| rule |")]
    assert sorted(named) == sorted(rule for rule in rules if f'"{rule}"' in sources)


def test_what_the_page_says_that_ursa_says_is_in_its_sources():
    sources = "".join(path.read_text() for path in (ROOT / "src").rglob("*.cc"))
    for row in rows_below("| it says |"):
        sentence = re.match(r"`(.*?)`", row[0])[1].removesuffix(" raw bucket")
        assert sentence in re.sub(r'"\s*"', "", sources), sentence
