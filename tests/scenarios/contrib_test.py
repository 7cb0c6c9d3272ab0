"""What contrib/ has for a nightly audit: that it says what it should, and that it can be read."""
import os
import pathlib
import re
import subprocess

import pytest

from laboratory import BINARY, Laboratory

DIRECTORY = pathlib.Path(__file__).parents[2] / "contrib" / "audit-participants"


@pytest.fixture
def laboratory(tmp_path):
    return Laboratory(tmp_path / "lab", recordings=60, seed=3)


def nightly(laboratory, *arguments, **variables):
    environment = dict(os.environ, URSA=BINARY, AUDIT_DIRECTORY="audits",
                       ALERT_FINDINGS="printf 'FINDINGS %s %s\\n' \"$AUDIT_REPORT\"",
                       ALERT_FAILURE="printf 'FAILURE %s %s\\n' \"$AUDIT_REPORT\"", **variables)
    return subprocess.run([DIRECTORY / "nightly", *arguments], cwd=laboratory.root,
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


def test_the_scripts_are_shell(tmp_path):
    subprocess.run(["bash", "-n", DIRECTORY / "nightly"], check=True)


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


def test_the_ci_job_is_yaml_with_a_step_for_each_kind_of_alert():
    program = ("import json, sys, yaml; "
               "print(json.dumps(yaml.load(sys.stdin, yaml.BaseLoader)))")
    run = subprocess.run(["/usr/bin/python3", "-c", program], capture_output=True, text=True,
                         stdin=(DIRECTORY / "ci.yml").open())
    assert run.returncode == 0, run.stderr
    import json
    steps = json.loads(run.stdout)["jobs"]["audit"]["steps"]
    conditions = {step["name"]: step.get("if") for step in steps if "name" in step}
    assert conditions["Names were dropped"] == "steps.audit.outputs.code == '1'"
    assert "!= '1'" in conditions["The audit failed"]
    for step in steps:
        subprocess.run(["bash", "-n"], input=step.get("run", ""), text=True, check=True)
