"""Every case: the crash points and the rows of the fault table."""

from __future__ import annotations

from typing import Final

from tests.chaos import broken_servers, crashes, odd_messages, odd_world, sick_processes
from tests.chaos.scene import Case

ALL: Final[tuple[Case, ...]] = (
    *crashes.cases(),
    *broken_servers.cases(),
    *odd_messages.cases(),
    *sick_processes.cases(),
    *odd_world.cases(),
)
FAST: Final[tuple[Case, ...]] = tuple(case for case in ALL if case.fast)
"""One of each kind, with durations and leases scaled to seconds: `make chaos FAST=1`."""
