"""Where the CPU of a service goes, by library: py-spy looks at each process while one more round runs, which counts for nothing else.

Time is charged to the innermost Python function, and work of a library's C or Rust code to the function that called it. Of a service, whose
threads mostly wait for MongoDB, only the thread that holds Python's lock is counted; the press has one thread, which lets go of the lock
while it typesets. Looking at another process takes the right to: root, or `sysctl kernel.yama.ptrace_scope=0`.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

LOOKS_PER_SECOND: Final = 50  # each stops the process for a moment
END_SECONDS: Final = 20.0
PROGRAM: Final = Path(sys.executable).with_name("py-spy")
_PLACE: Final = re.compile(r"\(([^()]*?)(?::\d+)?\)$")


class Profiler:
    """Looks at processes, given by name and pid, from `with` to its end."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = pids
        self._folder = tempfile.TemporaryDirectory(prefix="profile-")
        self._looking: dict[str, subprocess.Popen[bytes]] = {}
        self.shares: dict[str, dict[str, float]] = {}
        """By process, then by library: the share (0 to 1) of its CPU, the largest first. Empty where nobody may look."""

    def _file(self, name: str) -> Path:
        return Path(self._folder.name) / f"{name}.txt"

    def __enter__(self) -> Self:
        for name, pid in self._pids.items():
            words = [str(PROGRAM), "record", "--pid", str(pid), "--rate", str(LOOKS_PER_SECOND), "--duration", "3600"]
            words += ["--format", "raw", "--output", str(self._file(name))]
            words += [] if name == "press" else ["--gil"]
            self._looking[name] = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for looking in self._looking.values():
            looking.send_signal(signal.SIGINT)
        for name, looking in self._looking.items():
            looking.wait(END_SECONDS)
            self.shares[name] = by_library(self._file(name).read_text()) if self._file(name).exists() else {}
        self._folder.cleanup()


def by_library(stacks: str) -> dict[str, float]:
    """The share of each library in stacks as py-spy writes them: frames parted by semicolons, then how often they were seen."""
    seen: Counter[str] = Counter()
    for line in stacks.splitlines():
        frames, _, times = line.rpartition(" ")
        seen[library(frames.rsplit(";", 1)[-1])] += int(times)
    return {name: times / seen.total() for name, times in seen.most_common()}


def library(frame: str) -> str:
    """Whose code a frame is: a package's, a room's of ours, or Python's."""
    found = _PLACE.search(frame)
    parts = found[1].split("/") if found else [""]
    top = parts[0].removesuffix(".py")
    if top in ("shared", "services", "tests"):
        return parts[-1].removesuffix(".py") if "press" in parts else ".".join(parts[:2]).removesuffix(".py")
    if top in ("asyncio", "uvloop"):
        return "asyncio"
    return "python" if not top or top.startswith("<") or top in sys.stdlib_module_names else top
