"""Laboratories in buckets of a real server, which scripts/rgw starts."""
import concurrent.futures
import functools
import os
import subprocess
import uuid

import pytest

from laboratory import ursa

UPLOADS_AT_ONCE = 8
ENDPOINT = os.environ.get("URSA_TEST_S3_ENDPOINT")
# scripts/test starts the server; by itself a file is run with `scripts/rgw run DIR ... pytest`.
needs_server = pytest.mark.skipif(ENDPOINT is None, reason="no server: scripts/rgw starts one")


def keys_of(user):
    """The variables with which ursa is told the keys of "owner", "reader" or "guest"."""
    prefix = "URSA_TEST_S3_" + ("" if user == "owner" else f"{user.upper()}_")
    return {"URSA_RAW_ACCESS_KEY_ID": "", "URSA_ASSETS_ACCESS_KEY_ID": "",
            "R2_ACCESS_KEY_ID": "", "HOME": "/nonexistent",
            "AWS_ACCESS_KEY_ID": os.environ[prefix + "KEY_ID"],
            "AWS_SECRET_ACCESS_KEY": os.environ[prefix + "SECRET"]}


def storage_options():
    """How delta-rs is told the server and the keys of its owner."""
    keys = keys_of("owner")
    return {"AWS_ACCESS_KEY_ID": keys["AWS_ACCESS_KEY_ID"],
            "AWS_SECRET_ACCESS_KEY": keys["AWS_SECRET_ACCESS_KEY"], "AWS_ENDPOINT_URL": ENDPOINT,
            "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1", "AWS_CONDITIONAL_PUT": "etag"}


@functools.cache
def file_system():
    """Another client of the server than ours; one is enough, and takes its time to go."""
    # It would send checksums as trailers else, which this server does not take.
    os.environ["AWS_REQUEST_CHECKSUM_CALCULATION"] = "when_required"
    from pyarrow import fs
    keys = keys_of("owner")
    # Opened late, a small object is one request, not the three of an upload in parts.
    return fs.S3FileSystem(access_key=keys["AWS_ACCESS_KEY_ID"],
                           secret_key=keys["AWS_SECRET_ACCESS_KEY"], endpoint_override=ENDPOINT,
                           region="us-east-1", allow_bucket_creation=True,
                           allow_delayed_open=True)


def upload(directory, suffix):
    """A new bucket with what is in a directory."""
    bucket = f"lab-{uuid.uuid4().hex[:12]}{suffix}"
    files = file_system()
    files.create_dir(bucket)

    def put(path):
        with files.open_output_stream(f"{bucket}/{path.relative_to(directory)}") as stream:
            stream.write(path.read_bytes())

    with concurrent.futures.ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
        list(pool.map(put, [path for path in directory.rglob("*") if path.is_file()]))
    return bucket


def stamps_of(files, path):
    """The size and time of every object below a path, by its own path."""
    from pyarrow import fs
    found = files.get_file_info(fs.FileSelector(path, recursive=True))
    return {info.path: (info.size, info.mtime_ns) for info in found
            if info.type == fs.FileType.File}


def request(bucket, query, *arguments):
    """The answer to a request to a bucket, as curl sends it for its owner."""
    keys = keys_of("owner")
    # The keys go to standard input: arguments are for everybody to see.
    settings = (f'user = "{keys["AWS_ACCESS_KEY_ID"]}:{keys["AWS_SECRET_ACCESS_KEY"]}"\n'
                f'url = "{ENDPOINT}/{bucket}?{query}"\naws-sigv4 = "aws:amz:us-east-1:s3"\n'
                'header = "x-amz-content-sha256: UNSIGNED-PAYLOAD"\n')
    return subprocess.run(["curl", "--silent", "--fail", "--noproxy", "*", "--config", "-",
                           *arguments], input=settings.encode(), capture_output=True,
                          check=True).stdout


class Buckets:
    """A laboratory in two buckets, and its ursa.toml in a directory."""

    def __init__(self, directory, raw, assets):
        self.directory = directory
        self.raw, self.assets = raw, assets
        self.files = file_system()
        self.configure(raw=raw, assets=assets)

    def configure(self, raw, assets, more="", endpoint=ENDPOINT):
        (self.directory / "ursa.toml").write_text(
            f'default_profile = "s3"\n[profile.s3]\nendpoint = "{endpoint}"\n'
            f'region = "us-east-1"\nraw_bucket = "{raw}"\nassets_bucket = "{assets}"\n{more}')

    def ursa(self, *arguments, user="owner", environment=None, **options):
        return ursa(*arguments, cwd=self.directory,
                    environment={**keys_of(user), **(environment or {})}, **options)

    def names(self, bucket):
        return stamps_of(self.files, bucket)

    def rows(self, name="recordings", prefix="ursa/catalog"):
        """The rows of a table as delta-rs reads them."""
        from deltalake import DeltaTable
        table = DeltaTable(f"s3://{self.assets}/{prefix}/{name}", storage_options=storage_options())
        return table.to_pyarrow_table().to_pylist()

    def table(self, name="recordings"):
        """The same by the table's first column."""
        return {next(iter(row.values())): row for row in self.rows(name)}
