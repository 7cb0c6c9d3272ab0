"""One Spark session for all tests, and a laboratory for each."""
import os
import pathlib
import sys
import time

# Spark gives timestamps without an offset, in the process's zone.
os.environ["TZ"] = "UTC"
time.tzset()
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "scenarios"))

import pytest

from laboratory import Laboratory


@pytest.fixture(scope="session")
def pristine(tmp_path_factory):
    return Laboratory(tmp_path_factory.mktemp("pristine") / "lab", recordings=60)


@pytest.fixture
def laboratory(pristine, tmp_path):
    return pristine.copy_to(tmp_path / "lab")


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """Spark in this process, with the jars that scripts/test-engines copied; small, but otherwise
    with its own defaults: what it makes of our tables is the question."""
    from pyspark.sql import SparkSession
    jars = sorted(map(str, pathlib.Path(os.environ["URSA_ENGINES_JARS"]).glob("*.jar")))
    assert jars
    work = tmp_path_factory.mktemp("spark")
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.jars", ",".join(jars))
        .config("spark.driver.extraClassPath", ":".join(jars))
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.memory", "2g")
        .config("spark.local.dir", str(work / "local"))
        .config("spark.sql.warehouse.dir", str(work / "warehouse"))
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.databricks.delta.snapshotPartitions", "2")
        .config("spark.databricks.delta.retentionDurationCheck.enabled", "false")
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog",
                "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .getOrCreate())
    session.sparkContext.setLogLevel("ERROR")
    yield session
    # Nothing is worth keeping, and an orderly end can take minutes.
    session.sparkContext._gateway.proc.kill()
    session.sparkContext._gateway.proc.wait()
