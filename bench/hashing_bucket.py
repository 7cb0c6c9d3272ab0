"""What bench/hashing.py needs of a bucket: Ceph's gateway, which scripts/rgw starts, laboratories in
it, and the bare calls of a dry run. Whatever takes memory is done in processes of their own: one
that is measured begins with the peak of the one that starts it.
usage by itself: hashing_bucket.py FUNCTION ARGUMENTS_AS_JSON   (ENDPOINT, AK, SK in the environment)"""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import subprocess
import sys

import recordings

HERE = pathlib.Path(__file__).resolve().parent
RGW = HERE.parent / "scripts" / "rgw"
WORKERS = 32


@contextlib.contextmanager
def gateway(directory):
    """A server that runs for as long as the block; its variables, as the peers want them."""
    subprocess.run([RGW, "restart", directory], check=True)
    try:
        lines = (directory / "environment").read_text().splitlines()
        told = dict(line.split("=", 1) for line in lines)
        yield {"ENDPOINT": told["URSA_TEST_S3_ENDPOINT"], "AK": told["URSA_TEST_S3_KEY_ID"],
               "SK": told["URSA_TEST_S3_SECRET"]}
    finally:
        subprocess.run([RGW, "stop", directory], check=True)


def client():
    import boto3
    from botocore.config import Config
    return boto3.client(
        "s3", endpoint_url=os.environ["ENDPOINT"], aws_access_key_id=os.environ["AK"],
        aws_secret_access_key=os.environ["SK"], region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}, max_pool_connections=WORKERS,
                      request_checksum_calculation="when_required"))


def make(buckets):
    for bucket in buckets:
        client().create_bucket(Bucket=bucket)


def put_large(bucket, keys, size):
    """Objects of `size` bytes, a multiple of 1 MiB; no two are the same."""
    service, block = client(), os.urandom(2**20 - 1)
    for number, key in enumerate(keys):
        service.put_object(Bucket=bucket, Key=key,
                           Body=(bytes([number]) + block) * (size // 2**20))


def put_recordings(bucket, count):
    """What the dry run lists, see recordings.py."""
    service = client()
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for _ in pool.map(lambda pair: service.put_object(Bucket=bucket, Key=pair[0], Body=pair[1]),
                          recordings.files_of(count)):
            pass


def remove(bucket, ending):
    service = client()
    for page in service.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", []):
            if entry["Key"].endswith(ending):
                service.delete_object(Bucket=bucket, Key=entry["Key"])


class Bucket:
    """A laboratory in two buckets; `name` is unique on its server."""

    def __init__(self, ursa, server, directory, name):
        self.ursa, self.directory = ursa, directory
        self.raw, self.assets = f"{name}-raw-test", f"{name}-assets-test"
        self.environment = dict(
            os.environ, **server, AWS_ACCESS_KEY_ID=server["AK"],
            AWS_SECRET_ACCESS_KEY=server["SK"], RCLONE_CONFIG="", RCLONE_CONFIG_LAB_TYPE="s3",
            RCLONE_CONFIG_LAB_PROVIDER="Ceph", RCLONE_CONFIG_LAB_ENDPOINT=server["ENDPOINT"],
            RCLONE_CONFIG_LAB_ACCESS_KEY_ID=server["AK"],
            RCLONE_CONFIG_LAB_SECRET_ACCESS_KEY=server["SK"])
        self.alone("make", [self.raw, self.assets])
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "ursa.toml").write_text(
            f'default_profile = "s3"\n[profile.s3]\nendpoint = "{server["ENDPOINT"]}"\n'
            f'region = "us-east-1"\nraw_bucket = "{self.raw}"\nassets_bucket = "{self.assets}"\n')

    def command(self, function, *arguments):
        """A command line that calls one of the functions above."""
        return [sys.executable, __file__, function, json.dumps(arguments)]

    def alone(self, function, *arguments):
        subprocess.run(self.command(function, *arguments), env=self.environment, check=True)

    def make_catalog(self):
        self.alone("remove", self.assets, "")
        subprocess.run([self.ursa, "catalog", "init", "--staging"], cwd=self.directory, check=True,
                       env=self.environment, stdout=subprocess.DEVNULL)


def bare_calls(bucket, recording_ids):
    """Lists the names below recordings/, then lists each of these recordings and reads its manifest."""
    import obstore
    from obstore.store import S3Store
    store = S3Store(bucket, endpoint=os.environ["ENDPOINT"], access_key_id=os.environ["AK"],
                    secret_access_key=os.environ["SK"], region="us-east-1",
                    virtual_hosted_style_request=False, client_options={"allow_http": True})
    obstore.list_with_delimiter(store, "recordings/")

    def look(recording_id):
        prefix = f"recordings/{recording_id}"
        for _ in obstore.list(store, prefix):
            pass
        obstore.get(store, f"{prefix}/manifest.json").bytes()

    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for _ in pool.map(look, recording_ids):
            pass


if __name__ == "__main__":
    globals()[sys.argv[1]](*json.loads(sys.argv[2]))
