"""What the dry run of bench/hashing.py looks at: recordings of which every hundredth is to be missing
in the catalog, and the catalog.
usage by itself: recordings.py ARGUMENTS_AS_JSON   calls write_catalog with them"""
import json
import sys


def missing_of(count):
    return [id_of(number) for number in range(0, count, 100)]


def id_of(number):
    return f"rec_20260507_143022_{number:08x}"


LEGACY = b'{"started_at": "2026-05-07T14:30:22Z", "hostname": "rig-3", "workers": ["notes_0"]}'


def files_of(count):
    """Keys and bytes: of every hundredth recording a manifest and four files, else one file."""
    for number in range(count):
        prefix = f"recordings/{id_of(number)}"
        yield f"{prefix}/notes_0/notes_0000_1.jsonl", b"x"
        if number % 100 == 0:
            yield f"{prefix}/manifest.json", LEGACY
            for file in range(3):
                yield f"{prefix}/camera_0/camera_{file:04}.mp4", b"x" * 1000


def write_catalog(table, options, count, with_missing):
    """The rows of all recordings, or without every hundredth."""
    import datetime
    import pyarrow
    from deltalake import DeltaTable, write_deltalake
    stamp = datetime.datetime(2026, 5, 7, 14, 30, 22, tzinfo=datetime.timezone.utc)
    schema = pyarrow.schema(DeltaTable(table, storage_options=options).schema().to_arrow())
    rows = [dict(registered_at=stamp, updated_at=stamp, recording_id=id_of(number),
                 recording_hash=f"{number:064x}", participant_ids=[], start_time=stamp,
                 duration_us=1, duration_known_wrong=False, manifest_source="rig")
            for number in range(count) if with_missing or number % 100 != 0]
    write_deltalake(table, pyarrow.Table.from_pylist(rows, schema=schema), mode="append",
                    storage_options=options)


if __name__ == "__main__":
    write_catalog(*json.loads(sys.argv[1]))
