"""Laboratories in buckets of a real server, which scripts/rgw starts."""
import os
import subprocess
import uuid
from xml.etree import ElementTree

import pytest

from laboratory import ursa

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


def file_system():
    """Another client of the server than ours."""
    # It would send checksums as trailers else, which this server does not take.
    os.environ["AWS_REQUEST_CHECKSUM_CALCULATION"] = "when_required"
    from pyarrow import fs
    keys = keys_of("owner")
    return fs.S3FileSystem(access_key=keys["AWS_ACCESS_KEY_ID"],
                           secret_key=keys["AWS_SECRET_ACCESS_KEY"], endpoint_override=ENDPOINT,
                           region="us-east-1", allow_bucket_creation=True)


def upload(directory, suffix):
    """A new bucket with what is in a directory."""
    from pyarrow import fs
    bucket = f"lab-{uuid.uuid4().hex[:12]}{suffix}"
    files = file_system()
    files.create_dir(bucket)
    fs.copy_files(str(directory), bucket, destination_filesystem=files)
    return bucket


def etags(bucket):
    """The ETag of every object of a bucket."""
    space = "{http://s3.amazonaws.com/doc/2006-03-01/}"
    listing = ElementTree.fromstring(request(bucket, "list-type=2"))
    assert listing.findtext(space + "IsTruncated") == "false", "one page is all that this reads"
    return {entry.findtext(space + "Key"): entry.findtext(space + "ETag")
            for entry in listing.iter(space + "Contents")}


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
        from pyarrow import fs
        found = self.files.get_file_info(fs.FileSelector(bucket, recursive=True))
        return {info.path: (info.size, info.mtime_ns) for info in found
                if info.type == fs.FileType.File}

    def rows(self, name="recordings", prefix="ursa/catalog"):
        """The rows of a table as delta-rs reads them."""
        from deltalake import DeltaTable
        keys = keys_of("owner")
        options = {"AWS_ACCESS_KEY_ID": keys["AWS_ACCESS_KEY_ID"],
                   "AWS_SECRET_ACCESS_KEY": keys["AWS_SECRET_ACCESS_KEY"],
                   "AWS_ENDPOINT_URL": ENDPOINT, "AWS_ALLOW_HTTP": "true",
                   "AWS_REGION": "us-east-1"}
        table = DeltaTable(f"s3://{self.assets}/{prefix}/{name}", storage_options=options)
        return table.to_pyarrow_table().to_pylist()

    def table(self, name="recordings"):
        """The same by the table's first column."""
        return {next(iter(row.values())): row for row in self.rows(name)}
