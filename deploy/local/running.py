"""Who works in a folder of a local run: one `make run` at a time, which `make clean` does not pull away."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psutil
from filelock import FileLock, Timeout

LOCK: Final = "run.lock"
HOLDER: Final = "run.holder"


class RunningHereError(Exception):
    """Another process works in the folder; the message names it and says what to do."""


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder while the block runs. The lock ends with the process, however that ends.

    Raises:
        RunningHereError: somebody else holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK, blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise RunningHereError(f"already running here ({_holder(folder)}, folder {folder}): stop it with Ctrl-C there first") from error
    try:
        (folder / HOLDER).write_text(str(os.getpid()))
        yield
    finally:
        (folder / HOLDER).unlink(missing_ok=True)
        lock.release()


def refuse_tests(folder: Path) -> None:
    """Pass where no test run is under way in the folder.

    Raises:
        RunningHereError: one is.
    """
    runs = folder / "test"
    for run in runs.iterdir() if runs.is_dir() else ():
        if run.name.isdigit() and psutil.pid_exists(int(run.name)):
            raise RunningHereError(f"tests are running here (process {run.name}, folder {folder}): let them end first")


def _holder(folder: Path) -> str:
    with contextlib.suppress(OSError):
        return f"process {(folder / HOLDER).read_text()}"
    return "another process"
