"""The clock of a run a year ahead (`make test AHEAD=365`), for child processes whose environment a test makes itself."""

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

CLOCK: Final[Mapping[str, str]] = {
    name: value for name, value in os.environ.items() if name.startswith("FAKETIME") or name in {"LD_PRELOAD", "NO_FAKE_STAT"}
}
"""What libfaketime goes by; empty in a run of today."""


def machine_now() -> datetime:
    """The moment by the machine's own clock, which a process without our environment goes by."""
    said = subprocess.run(["date", "+%s"], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=True).stdout
    return datetime.fromtimestamp(int(said), UTC)
