"""A run of ursa at a terminal of its own, at which a person types."""
import fcntl
import os
import pty
import select
import subprocess
import termios
import time

from laboratory import BINARY, Run

PROMPT_END = b": "
CTRL_C = "\x03"


def ursa_at_terminal(*arguments, answer, cwd, environment=None):
    """Runs ursa with a controlling terminal, and types `answer` at its first prompt.

    Standard input is empty and the output goes to pipes, so only /dev/tty can have answered. Gives
    the run and what the terminal showed; where nothing was asked, that is empty.
    """
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [BINARY, *map(str, arguments)], cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True,
        env=dict(os.environ, **(environment or {})),
        preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0))
    shown = b""
    deadline = time.monotonic() + 60
    while process.poll() is None and not shown.endswith(PROMPT_END):
        assert time.monotonic() < deadline, "it neither asked nor ended"
        if select.select([master], [], [], 0.05)[0]:
            shown += os.read(master, 4096)
    if shown.endswith(PROMPT_END):
        # A line follows nobody's Ctrl-C: it would race with the signal.
        os.write(master, answer.encode() + (b"" if answer == CTRL_C else b"\n"))
    out, err = process.communicate(timeout=60)
    os.close(master)
    os.close(slave)
    return Run(subprocess.CompletedProcess(process.args, process.returncode, out, err)), \
        shown.decode()


def ursa_without_terminal(*arguments, cwd, environment=None):
    """Runs ursa in a session of its own, which has no controlling terminal."""
    return Run(subprocess.run([BINARY, *map(str, arguments)], cwd=cwd, stdin=subprocess.DEVNULL,
                              capture_output=True, start_new_session=True, timeout=60,
                              env=dict(os.environ, **(environment or {}))))
