"""What a shell and `man` make of what we print for them."""
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
