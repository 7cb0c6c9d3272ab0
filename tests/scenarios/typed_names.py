"""Names that somebody typed, in laboratories whose backfill is tried."""
import pyarrow
from deltalake import write_deltalake

from terminal import ursa_at_terminal

BACKFILL = "backfill-participants"
STAMPS = ("updated_at",)


def unattributed(laboratory):
    """The truth of every recording that backfill has to look at, by recording_id."""
    return {recording_id: truth["participants"] for recording_id, truth in laboratory.truth.items()
            if truth["participants"]["backfill_action"] is not None}


def dropped(laboratory):
    return {recording_id: truth["participants"] for recording_id, truth in laboratory.truth.items()
            if truth["participants"]["is_dropped"]}


def backfill(laboratory, *more, code=0):
    return laboratory.ursa(BACKFILL, "--json", "--allow-r2-only", *more, code=code)


def ids_of(laboratory):
    return {row["recording_id"]: row["participant_ids"] for row in laboratory.table().values()}


def type_into(laboratory, recording_id, text):
    data = text if isinstance(text, bytes) else text.encode()
    laboratory.write("raw", f"recordings/{recording_id}/participant.txt", data)


def retype(laboratory, text, count=1):
    """Gives dropped recordings another participant.txt."""
    chosen = sorted(dropped(laboratory))[:count]
    for recording_id in chosen:
        type_into(laboratory, recording_id, text)
    return chosen


def type_on_nas(laboratory, text, nas):
    """Gives a dropped recording a participant.txt on a NAS."""
    chosen = min(dropped(laboratory))
    (nas / chosen).mkdir(parents=True)
    (nas / chosen / "participant.txt").write_text(text)
    return chosen


def at_terminal(laboratory, *arguments, answer):
    return ursa_at_terminal(*arguments, answer=answer, cwd=laboratory.root,
                            environment=laboratory.environment)


def without_stamps(rows):
    return {key: {name: value for name, value in row.items() if name not in STAMPS}
            for key, row in rows.items()}


def snapshots(laboratory):
    return sorted(laboratory.root.glob(f"{BACKFILL}-*.jsonl"))


def register_by_delta_rs(laboratory, participant_id, display_name):
    table = laboratory.delta("participants")
    row = dict(laboratory.rows("participants")[0], participant_id=participant_id,
               display_name=display_name)
    schema = table.to_pyarrow_table().schema
    write_deltalake(table, pyarrow.Table.from_pylist([row], schema=schema), mode="append")
