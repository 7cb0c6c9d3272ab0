"""What a shell and `man` make of what we print for them."""
import os
import shutil
import subprocess

import pytest

from laboratory import ursa


def completion(shell):
    return ursa("completion", shell).out


def complete_in_bash(*words):
    """The completions of the last word, as bash finds them."""
    script = completion("bash") + f"""
COMP_WORDS=({" ".join(f"'{word}'" for word in words)}); COMP_CWORD={len(words) - 1}
_ursa; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    run = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, check=True)
    return run.stdout.split()


def test_bash_completes_commands_words_of_groups_options_and_choices():
    assert "fix-durations-inplace" in complete_in_bash("ursa", "fix-")
    assert set(complete_in_bash("ursa", "catalog", "")) >= {"init", "show", "history"}
    assert "--max-indeterminate" in complete_in_bash("ursa", "fix-durations-inplace", "--max")
    assert "--jobs" in complete_in_bash("ursa", "catalog", "show", "--j")
    assert complete_in_bash("ursa", "query", "recordings", "--format", "") == \
        ["table", "csv", "json", "parquet"]
    assert complete_in_bash("ursa", "--color", "ne") == ["never"]


def test_bash_offers_no_words_for_the_value_of_an_option():
    assert complete_in_bash("ursa", "--jobs", "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_script_is_one_that_its_shell_reads(shell):
    assert shutil.which(shell), f"{shell} is missing: scripts/setup installs it"
    run = subprocess.run([shell, "-n"], input=completion(shell), capture_output=True, text=True)
    assert run.returncode == 0 and not run.stderr, run.stderr


def test_fish_completes_the_words_of_a_group(tmp_path):
    script = tmp_path / "ursa.fish"
    script.write_text(completion("fish"))
    run = subprocess.run(["fish", "--no-config", "-c",
                          f"source {script}; complete -C 'ursa catalog '"],
                         capture_output=True, text=True, check=True)
    assert {"init", "show", "history"} <= {line.split("\t")[0] for line in run.stdout.splitlines()}


def test_another_shell_is_wrong_usage():
    assert "bash, zsh and fish" in ursa("completion", "tcsh", code=3).err


def test_the_manual_page_formats_without_a_warning_and_names_every_exit_code(tmp_path):
    page = tmp_path / "ursa.1"
    page.write_text(ursa("man").out)
    run = subprocess.run(["man", "--warnings=w", "-l", page], capture_output=True, text=True,
                         env={"MANROFFSEQ": "", "LC_ALL": "C.UTF-8", "MANWIDTH": "80",
                              "PATH": "/usr/bin:/bin", "MANPAGER": "cat", "TERM": "dumb"})
    assert run.returncode == 0 and run.stderr == "", run.stderr
    for word in ("fix-durations-inplace", "--max-indeterminate", "EXIT STATUS", "130"):
        assert word in run.stdout


def paste(line, directory):
    """Runs a printed command line in a shell where nobody has set URSA_PROFILE."""
    environment = {name: value for name, value in os.environ.items() if name != "URSA_PROFILE"}
    return subprocess.run(["bash", "--norc", "-c", line], cwd=directory, env=environment,
                          capture_output=True, text=True, timeout=60)


def test_the_offered_command_commits_where_the_dry_run_looked(tmp_path):
    for name in ("a", "b"):
        ursa("demo", tmp_path / name, "--recordings", 5)
    (tmp_path / "ursa.toml").write_text(
        'default_profile = "a"\n[profile.a]\nroot = "a"\n[profile.b]\nroot = "b"\n')
    of_b = {"URSA_PROFILE": "b"}
    backup = ("catalog", "backup", "ursa/backups/1")
    dry = ursa(*backup, cwd=tmp_path, environment=of_b)
    committed = paste(dry.out.splitlines()[-1], tmp_path)
    assert committed.returncode == 0 and committed.stdout.startswith("profile b,")
    # The backup is b's; so is the command that goes back to it.
    whole = ursa(*backup, "--json", cwd=tmp_path, environment=of_b).summary
    assert whole["is_whole"] and not ursa(*backup, "--json", cwd=tmp_path).summary["arrived"]
    assert "profile b," in paste(whole["restore_command"], tmp_path).stdout


def test_a_command_in_a_sentence_or_a_log_is_one_that_bash_reads(tmp_path):
    ursa("demo", tmp_path / "it's", "--recordings", 1)
    given = ("--config", "it's/ursa.toml")
    run = ursa(*given, "catalog", "backup", "ursa/b/1", "--commit", "--log-file", "it's.log",
               cwd=tmp_path)
    note = run.out.splitlines()[-1]
    log = (tmp_path / "it's.log").read_text().splitlines()
    begins = log[0]
    for line in (begins.split(" begins: ")[1], note.split("catalog: ")[1]):
        pasted = paste(line, tmp_path)
        assert pasted.returncode == 0, line + pasted.stderr
    assert any(line.endswith(note) for line in log)


def test_the_step_after_a_demo_can_be_pasted(tmp_path):
    run = ursa("demo", tmp_path / "it's new", "--recordings", 1)
    line = run.out.splitlines()[-1].removeprefix("Next: ")
    assert paste(line.replace("&& ursa fix-durations-inplace", "&& cat ursa.toml"),
                 tmp_path).stdout.startswith("default_profile")
