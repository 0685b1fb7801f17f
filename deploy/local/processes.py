"""One child process: started in a session of its own, found again by its pid file, stopped or killed as a whole."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from deploy.waiting import wait_until

LOG_KEPT_BYTES = 10_000_000  # a log larger than this at start is moved aside, so that a folder never grows without end
TAIL_LINES = 15


class CannotStartError(Exception):
    """A process ended or stayed silent while it should have become ready; carries the end of its log."""


class Process:
    """A program that we start and stop, with its output in a log file.

    The pid file holds the pid and its start time, so that a program left over from a killed run is recognised (and never mistaken
    for another that has the same pid by now).
    """

    def __init__(
        self, name: str, command: Sequence[str], *, pid_file: Path, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._pid_file = pid_file
        self._env = dict(env) if env is not None else None
        self._cwd = cwd
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The pid of the running child.

        Raises:
            RuntimeError: not started here.
        """
        if self._child is None:
            raise RuntimeError(f"{self.name} is not started")
        return self._child.pid

    @property
    def running(self) -> bool:
        """Whether the child was started and has not ended."""
        return self._child is not None and self._child.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How the child ended; None while it runs or before it was started."""
        return None if self._child is None else self._child.poll()

    def start(self) -> None:
        """Start the program, after stopping one of ours that an earlier run left behind."""
        if self.running:
            return
        stop_left_over(self._pid_file)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_KEPT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._env,
                cwd=self._cwd,
                start_new_session=True,  # Ctrl-C in the terminal reaches the launcher alone, which stops children in order
            )
        self._pid_file.parent.mkdir(parents=True, exist_ok=True)
        self._pid_file.write_text(f"{self._child.pid} {_started(self._child.pid)}")

    def wait_ready(self, ready: Callable[[], bool], timeout_seconds: float) -> None:
        """Block until ``ready()`` says yes.

        Raises:
            CannotStartError: the process ended, or the time is over.
        """

        def checked() -> bool:
            if not self.running:
                raise CannotStartError(f"{self.name} ended with exit code {self.exit_code} while starting:\n{self.tail()}")
            return ready()

        try:
            wait_until(checked, timeout_seconds, f"{self.name} is ready")
        except TimeoutError as error:
            raise CannotStartError(f"{error}\n{self.tail()}") from error

    def stop(self, timeout_seconds: float = 20) -> None:
        """Ask the program to end (SIGTERM), and kill it when it takes longer. Nothing happens when it does not run."""
        if self._child is None:
            return
        if self._child.poll() is None:
            self._child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(timeout_seconds)
        self.kill()

    def kill(self) -> None:
        """End the program and its children at once (SIGKILL)."""
        if self._child is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        self._pid_file.unlink(missing_ok=True)

    def tail(self) -> str:
        """Return the last lines of the log, for a message to a person."""
        if not self.log.exists():
            return f"(no log at {self.log})"
        lines = self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
        return "\n".join([f"--- {self.log}", *(line[:400] for line in lines)])


def stop_left_over(pid_file: Path, timeout_seconds: float = 20) -> None:
    """Stop the process that a pid file of ours names, if it still is that process. The file is gone afterwards."""
    with contextlib.suppress(OSError, ValueError, psutil.Error):
        pid, started = pid_file.read_text().split()
        process = psutil.Process(int(pid))
        if f"{process.create_time():.2f}" == started:
            family = [process, *process.children(recursive=True)]
            process.terminate()
            _, alive = psutil.wait_procs([process], timeout_seconds)
            for left in [*alive, *family]:
                with contextlib.suppress(psutil.Error):
                    left.kill()
    pid_file.unlink(missing_ok=True)


def _started(pid: int) -> str:
    try:
        return f"{psutil.Process(pid).create_time():.2f}"
    except psutil.Error:  # ended at once: `wait_ready` will say so with its log
        return "0"
