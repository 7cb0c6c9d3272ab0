"""Other engines read what we wrote, and we read what they wrote."""
import decimal
import json
import pathlib

import pyarrow
import pytest
from deltalake import write_deltalake

from laboratory import plain, ursa

GOLDEN = pathlib.Path(__file__).parents[1] / "data" / "golden" / "delta"
COMMAND = "fix-durations-inplace"
LOG = "ursa/catalog/recordings/_delta_log"
RECORDINGS = 60


def ours(laboratory, table="recordings"):
    """The rows by their first column, as ursa reads them, in JSON's types."""
    rows = [row["values"] for row in
            laboratory.ursa("query", table, "--format", "json").rows()]
    return {next(iter(row.values())): row for row in rows}


def theirs(laboratory, table="recordings"):
    return {key: plain(row) for key, row in laboratory.table(table).items()}


def commit_one_by_one(laboratory, count):
    """So many commits of one row each."""
    updates = laboratory.ursa(COMMAND, "--json").rows(action="update")
    assert len(updates) >= count
    for row in updates[:count]:
        run = laboratory.ursa(COMMAND, "--recording", row["recording_id"], "--commit", "--json")
        assert run.summary["committed"] == 1


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.iterdir() if path.is_dir()))
def test_every_golden_table_is_read_right_or_refused_by_the_named_feature(name):
    expected = json.loads((GOLDEN / name / "expected.json").read_text())
    if expected["expect"] == "refuse":
        run = ursa("table", "read", GOLDEN / name / "table", "--json", code=4)
        assert expected["feature"] in run.summary["error"]["message"]
        return
    run = ursa("table", "read", GOLDEN / name / "table", "--json")
    rows = [row["values"] for row in run.rows()]
    order = lambda row: json.dumps(row, sort_keys=True)
    assert sorted(rows, key=order) == sorted(expected["rows"], key=order)
    assert run.summary["rows"] == expected["row_count"]
    assert run.summary["version"] == expected["version"]


def test_delta_rs_reads_the_same_rows_before_and_after_a_commit(laboratory):
    assert ours(laboratory) == theirs(laboratory)
    indeterminate = laboratory.ursa(COMMAND, "--json").summary["indeterminate"]
    laboratory.ursa(COMMAND, "--commit", "--max-indeterminate", indeterminate)
    assert ours(laboratory) == theirs(laboratory)
    for table in ("participants", "modalities"):
        assert len(ours(laboratory, table)) > 0
    assert ours(laboratory, "participants") == theirs(laboratory, "participants")


def test_delta_rs_reads_a_table_from_our_checkpoint_alone(laboratory):
    commit_one_by_one(laboratory, 12)
    hint = json.loads(laboratory.read("assets", f"{LOG}/_last_checkpoint"))
    assert hint["version"] == 10
    for version in range(hint["version"] + 1):
        laboratory.remove("assets", f"{LOG}/{version:020}.json")
    assert ours(laboratory) == theirs(laboratory)
    assert laboratory.delta().version() >= 12


def test_a_commit_follows_a_checkpoint_by_delta_rs_that_is_all_of_its_log(laboratory):
    laboratory.delta().create_checkpoint()
    version = laboratory.delta().version()
    for old in range(version + 1):
        laboratory.remove("assets", f"{LOG}/{old:020}.json")
    commit_one_by_one(laboratory, 1)
    assert laboratory.delta().version() == version + 1
    assert ours(laboratory) == theirs(laboratory)


def test_old_versions_are_the_same_for_both(laboratory):
    before = theirs(laboratory)
    version = laboratory.delta().version()
    commit_one_by_one(laboratory, 2)
    rows = laboratory.ursa("query", "recordings", "--version", version, "--format", "json").rows()
    assert {row["values"]["recording_hash"]: row["values"] for row in rows} == before


def merge_by_delta_rs(laboratory, rows, **options):
    (laboratory.delta()
     .merge(rows, "target.recording_hash = source.recording_hash", source_alias="source",
            target_alias="target", **options)
     .when_matched_update_all().when_not_matched_insert_all().execute())


def test_a_merge_by_delta_rs_is_read_and_built_upon(laboratory):
    table = laboratory.delta().to_pyarrow_table()
    changed = table.slice(0, 5)
    position = changed.schema.get_field_index("duration_us")
    changed = changed.set_column(position, changed.schema.field(position),
                                 pyarrow.array([7] * 5, pyarrow.int64()))
    merge_by_delta_rs(laboratory, changed)
    rows = ours(laboratory)
    assert rows == theirs(laboratory)
    for key in changed["recording_hash"].to_pylist():
        assert rows[key]["duration_us"] == 7
    summary = laboratory.ursa(COMMAND, "--commit", "--json", "--max-indeterminate", 1000).summary
    assert summary["committed"] > 0
    assert ours(laboratory) == theirs(laboratory)


def modalities(laboratory):
    """All rows of the table as ursa reads them, once it is sure that delta-rs reads the same."""
    rows = [row["values"] for row in
            laboratory.ursa("query", "modalities", "--format", "json").rows()]
    # Some stand twice.
    order = lambda row: (row["recording_hash"], row["worker"], row["modality"],
                         json.dumps(row, sort_keys=True))
    rows.sort(key=order)
    assert sorted(map(plain, laboratory.rows("modalities")), key=order) == rows
    return rows


@pytest.mark.parametrize("element", ["item", "array", "x"])
def test_lists_whose_elements_others_name_otherwise_are_written_and_restored(laboratory, element):
    table = laboratory.delta("modalities").to_pyarrow_table()
    position = table.schema.get_field_index("domain_intervals")
    interval = pyarrow.struct([("start", pyarrow.float64()), ("end", pyarrow.float64())])
    renamed = pyarrow.list_(pyarrow.field(element, interval))
    table = table.set_column(position, "domain_intervals",
                             table["domain_intervals"].cast(renamed))
    write_deltalake(laboratory.uri_of("modalities"), table, mode="overwrite",
                    schema_mode="overwrite", storage_options=laboratory.storage_options)
    before = modalities(laboratory)
    summary = laboratory.ursa("fix-modalities-start-epoch", "--commit", "--json",
                              "--max-underivable", 99).summary
    after = modalities(laboratory)
    assert sum(map(dict.__ne__, before, after)) == summary["committed"] > 0
    laboratory.ursa("restore", summary["run_id"], "--commit")
    without_time = lambda rows: [{**row, "updated_at": None} for row in rows]
    assert without_time(modalities(laboratory)) == without_time(before)


def test_a_filter_of_another_engine_finds_the_rows_that_we_wrote(laboratory):
    laboratory.ursa(COMMAND, "--commit", "--json", "--max-indeterminate", 1000)
    rows = laboratory.delta().to_pyarrow_table()
    for wrong in (True, False):
        found = laboratory.delta().to_pyarrow_table(filters=[("duration_known_wrong", "=", wrong)])
        assert found.num_rows == rows["duration_known_wrong"].to_pylist().count(wrong)


def test_unknown_columns_of_any_type_survive_a_commit(laboratory):
    table = laboratory.delta().to_pyarrow_table()
    count = table.num_rows
    extra = {
        "site": pyarrow.array([f"s{i}" if i % 3 else None for i in range(count)]),
        "score": pyarrow.array([i / 7 for i in range(count)], pyarrow.float32()),
        "small": pyarrow.array(range(count), pyarrow.int16()),
        "day": pyarrow.array([19000 + i for i in range(count)], pyarrow.int32()).cast(
            pyarrow.date32()),
        "price": pyarrow.array([decimal.Decimal(i) / 8 for i in range(count)],
                               pyarrow.decimal128(20, 3)),
        "blob": pyarrow.array([bytes([i % 256]) * 3 for i in range(count)], pyarrow.binary()),
        "tags": pyarrow.array([[("a", i)] for i in range(count)],
                              pyarrow.map_(pyarrow.string(), pyarrow.int64())),
        "nested": pyarrow.array([{"x": [i, None]} for i in range(count)]),
    }
    for name, column in extra.items():
        table = table.append_column(name, column)
    write_deltalake(laboratory.uri_of("recordings"), table, mode="overwrite",
                    schema_mode="overwrite", storage_options=laboratory.storage_options)
    before = laboratory.table()
    summary = laboratory.ursa(COMMAND, "--commit", "--json", "--max-indeterminate", 1000).summary
    assert summary["committed"] > 0
    after = laboratory.table()
    for key, row in before.items():
        for name in extra:
            assert after[key][name] == row[name], name
