"""What contrib/ has for a nightly audit and a backfill over many machines: that it can be read, and
does what it should."""
import json
import os
import pathlib
import re
import shlex
import stat
import subprocess

import pytest

from laboratory import BINARY, Laboratory

CONTRIB = pathlib.Path(__file__).parents[2] / "contrib"
DIRECTORY = CONTRIB / "audit-participants"
BACKFILL = CONTRIB / "backfill"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    return Laboratory(tmp_path_factory.mktemp("pristine") / "lab", recordings=60, seed=3)


@pytest.fixture
def laboratory(pristine, tmp_path):
    return pristine.copy_to(tmp_path / "lab")


def nightly(laboratory, *arguments, umask=-1, **variables):
    environment = {**os.environ, "URSA": BINARY, "AUDIT_DIRECTORY": "audits",
                   "ALERT_FINDINGS": "printf 'FINDINGS %s %s\\n' \"$AUDIT_REPORT\"",
                   "ALERT_FAILURE": "printf 'FAILURE %s %s\\n' \"$AUDIT_REPORT\"", **variables}
    return subprocess.run([DIRECTORY / "nightly", *arguments], cwd=laboratory.root, umask=umask,
                          env=environment, capture_output=True, text=True, timeout=60)


def reports(laboratory):
    return sorted((laboratory.root / "audits").glob("audit-participants-*.jsonl"))


def test_findings_are_alerted_and_kept(laboratory):
    run = nightly(laboratory)
    (report,) = reports(laboratory)
    assert run.returncode == 1
    assert run.stdout.startswith("FINDINGS audits/") and "need a person" in run.stdout
    assert '"record":"summary"' in report.read_text().splitlines()[-1]


def test_a_quiet_night_alerts_nobody_and_keeps_its_report(laboratory):
    laboratory.ursa("backfill-participants", "--allow-r2-only", "--commit")
    run = nightly(laboratory)
    assert run.returncode == 0 and run.stdout == "" and run.stderr == ""
    assert len(reports(laboratory)) == 1


def test_an_audit_that_failed_is_alerted_differently(laboratory):
    run = nightly(laboratory, "--profile", "absent")
    assert run.returncode == 3
    assert run.stdout.startswith("FAILURE audits/") and "exit code 3" in run.stdout
    run = nightly(laboratory, URSA_PROFILE="absent")
    assert run.stdout.startswith("FAILURE")


def test_a_binary_that_is_missing_is_a_failure(laboratory):
    environment = dict(os.environ, URSA="/nonexistent/ursa", AUDIT_DIRECTORY="audits",
                       ALERT_FAILURE="echo FAILURE")
    run = subprocess.run([DIRECTORY / "nightly"], cwd=laboratory.root, env=environment,
                         capture_output=True, text=True)
    assert run.returncode == 127 and run.stdout.startswith("FAILURE")


def test_old_reports_are_removed(laboratory):
    (laboratory.root / "audits").mkdir()
    old = laboratory.root / "audits" / "audit-participants-old.jsonl"
    old.touch()
    os.utime(old, (0, 0))
    nightly(laboratory)
    assert old not in reports(laboratory) and len(reports(laboratory)) == 1


def test_reports_are_for_their_owner_only(laboratory):
    (laboratory.root / "ursa").write_text(f'#!/bin/sh\necho told >&2\nexec {BINARY} "$@"\n')
    (laboratory.root / "ursa").chmod(0o755)
    run = nightly(laboratory, URSA="./ursa", umask=0o022)
    assert run.returncode == 1
    audits = laboratory.root / "audits"
    modes = {path.suffix: stat.S_IMODE(path.stat().st_mode) for path in audits.iterdir()}
    assert modes == {".jsonl": 0o600, ".err": 0o600}
    assert stat.S_IMODE(audits.stat().st_mode) == 0o700


def variables_of_the_unit():
    lines = re.findall(r"^Environment=(.*)$",
                       (DIRECTORY / "ursa-audit-participants.service").read_text(), re.MULTILINE)
    return dict(variable.split("=", 1) for line in lines for variable in shlex.split(line))


def variables_of_the_table():
    return dict(re.findall(r"^([A-Z_]+)=(.*)$",
                           (DIRECTORY / "ursa-audit-participants.cron").read_text(), re.MULTILINE))


@pytest.mark.parametrize("variables", [variables_of_the_unit, variables_of_the_table])
def test_as_shipped_findings_and_failures_are_told_to_the_system_log(laboratory, variables):
    (laboratory.root / "logger").write_text('#!/bin/sh\necho "$1 $2 $3"\n')
    (laboratory.root / "logger").chmod(0o755)
    shipped = {name: value for name, value in variables().items() if name.startswith("ALERT_")}
    path = f"{laboratory.root}:{os.environ['PATH']}"
    run = nightly(laboratory, PATH=path, **shipped)
    assert run.returncode == 1
    assert run.stdout.startswith("-p user.warning ursa audit-participants: ")
    run = nightly(laboratory, "--profile", "absent", PATH=path, **shipped)
    assert run.stdout.startswith("-p user.err ursa audit-participants FAILED")


def test_the_unit_keeps_its_reports_for_itself():
    unit = (DIRECTORY / "ursa-audit-participants.service").read_text().splitlines()
    assert variables_of_the_unit()["AUDIT_DIRECTORY"] == "/var/lib/ursa-audit-participants"
    assert {"StateDirectory=ursa-audit-participants", "StateDirectoryMode=0700"} <= {*unit}


@pytest.mark.parametrize("script", [DIRECTORY / "nightly", BACKFILL / "slurm.sbatch"],
                         ids=lambda script: script.name)
def test_the_scripts_are_shell(script):
    subprocess.run(["bash", "-n", script], check=True)


def test_systemd_reads_the_units(tmp_path):
    service = (DIRECTORY / "ursa-audit-participants.service").read_text()
    service = service.replace("/usr/local/lib/ursa/audit-participants/nightly",
                              str(DIRECTORY / "nightly"))
    (tmp_path / "ursa-audit-participants.service").write_text(service)
    timer = DIRECTORY / "ursa-audit-participants.timer"
    (tmp_path / timer.name).write_text(timer.read_text())
    # man:ursa(1) is there once Ursa is installed.
    run = subprocess.run(["systemd-analyze", "verify", "--man=no",
                          tmp_path / "ursa-audit-participants.service", tmp_path / timer.name],
                         capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert str(tmp_path) not in run.stderr, run.stderr


def test_cron_reads_its_table():
    entry = re.compile(r"^(\d+|\*) (\d+|\*) (\d+|\*) (\d+|\*) (\d+|\*) [a-z]+ /\S+.*$")
    variable = re.compile(r"^[A-Z_]+=.+$")
    lines = (DIRECTORY / "ursa-audit-participants.cron").read_text()
    assert lines.endswith("\n")
    kept = [line for line in lines.splitlines() if line and not line.startswith("#")]
    assert all(entry.match(line) or variable.match(line) for line in kept), kept
    assert sum(bool(entry.match(line)) for line in kept) == 1
    assert not any("%" in line for line in kept if entry.match(line))


def read_yaml(file):
    """What is in a file of YAML, by a parser that is not ours; scalars stay text."""
    program = ("import json, sys, yaml; "
               "print(json.dumps(yaml.load(sys.stdin, yaml.BaseLoader)))")
    with file.open() as stream:
        run = subprocess.run(["/usr/bin/python3", "-c", program], capture_output=True, text=True,
                             stdin=stream)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_the_ci_job_is_yaml_with_a_step_for_each_kind_of_alert():
    steps = read_yaml(DIRECTORY / "ci.yml")["jobs"]["audit"]["steps"]
    conditions = {step["name"]: step.get("if") for step in steps if "name" in step}
    assert conditions["Names were dropped"] == "steps.audit.outputs.code == '1'"
    assert "!= '1'" in conditions["The audit failed"]
    for step in steps:
        subprocess.run(["bash", "-n"], input=step.get("run", ""), text=True, check=True)


def options_of(*words):
    """The long options that a command's help lists."""
    text = subprocess.run([BINARY, *words, "--help"], capture_output=True, text=True, check=True)
    return {*re.findall(r"^ +(?:-\w,)?(--[\w-]+)", text.stdout, re.MULTILINE)}


def the_manifest():
    job = read_yaml(BACKFILL / "kubernetes.yaml")
    return job, job["spec"]["template"]["spec"]["containers"][0]


def command_of_the_manifest():
    _, container = the_manifest()
    assert container["command"] == ["/bin/sh", "-c"]
    return container["args"][0]


def command_of_the_batch_script():
    script = (BACKFILL / "slurm.sbatch").read_text().replace("\\\n", " ")
    return re.search(r"^[^#\n]*\b(ursa --profile .*)$", script, re.MULTILINE)[1]


@pytest.mark.parametrize("command", [command_of_the_batch_script, command_of_the_manifest])
def test_a_backfill_uses_options_that_there_are(command):
    used = re.findall(r"--[\w-]+", command())
    assert {"--days", "--shard", "--commit", "--i-know-this-targets-prod"} <= {*used}
    assert {*used} <= options_of() | options_of("reconstruct-all-recent")


def test_the_pods_of_the_kubernetes_job_do_the_whole_backfill(laboratory):
    job, _ = the_manifest()
    assert job["kind"] == "Job" and job["spec"]["completionMode"] == "Indexed"
    (laboratory.root / "ursa").symlink_to(BINARY)
    line = command_of_the_manifest().replace("/etc/ursa/ursa.toml", "ursa.toml")
    line = line.replace("--days 10", "--days 500")
    wanted = laboratory.ursa("reconstruct-all-recent", "--days", 500, "--json", code=1).summary
    ingested = 0
    for index in range(int(job["spec"]["completions"])):
        environment = dict(os.environ, PATH=f"{laboratory.root}:{os.environ['PATH']}",
                           JOB_COMPLETION_INDEX=str(index))
        run = subprocess.run(["/bin/sh", "-c", line], cwd=laboratory.root, env=environment,
                             capture_output=True, text=True, timeout=60)
        assert run.returncode in (0, 1), run.stderr
        ingested += json.loads(run.stdout.splitlines()[-1])["ingested"]
    assert ingested == wanted["reconstruct"] + wanted["ingest"] > 4
