"""Every case: the crash points and the rows of the fault table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tests.chaos import broadcast, broken_servers, crashes, odd_messages, odd_world, posting, sick_processes
from tests.chaos.scene import Case

ALL: Final[tuple[Case, ...]] = (
    *crashes.cases(),
    *broken_servers.cases(),
    *odd_messages.cases(),
    *sick_processes.cases(),
    *odd_world.cases(),
    *broadcast.cases(),
    *posting.cases(),
)
FAST: Final[tuple[Case, ...]] = tuple(case for case in ALL if case.fast)
"""One of each kind, with durations scaled to seconds: `make chaos FAST=1`."""


def rounds(cases: Sequence[Case]) -> tuple[tuple[Case, ...], ...]:
    """Cases to play together: those that strike different parts; what strikes a server, or all, is alone."""
    groups: list[list[Case]] = []
    for case in cases:
        free = (group for group in groups if all(case.strikes and other.strikes.isdisjoint(case.strikes) for other in group))
        group = next((group for group in free if group[0].strikes), None)
        if group is None:
            groups.append([case])
        else:
            group.append(case)
    return tuple(map(tuple, groups))
