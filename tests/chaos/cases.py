"""Every case: the crash points and the rows of the fault table."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

from tests.chaos import broken_servers, crashes, odd_messages, odd_world, sick_processes
from tests.chaos.scene import Case, Scene

ALL: Final[tuple[Case, ...]] = (
    *crashes.cases(),
    *broken_servers.cases(),
    *odd_messages.cases(),
    *sick_processes.cases(),
    *odd_world.cases(),
)
FAST: Final[tuple[Case, ...]] = tuple(case for case in ALL if case.fast)
"""One of each kind, with durations and leases scaled to seconds: `make chaos FAST=1`."""


def rounds(cases: Sequence[Case]) -> Iterator[tuple[Case, ...]]:
    """Cases to play together: crashes of different services, which have nothing to do with each other; all others alone."""
    crashing: list[list[Case]] = []
    for case in cases:
        if case.row != crashes.ROW:
            continue
        service = case.name.split()[1]
        free = next((group for group in crashing if all(other.name.split()[1] != service for other in group)), None)
        if free is None:
            crashing.append([case])
        else:
            free.append(case)
    yield from map(tuple, crashing)
    yield from ((case,) for case in cases if case.row != crashes.ROW)


def together(cases: Sequence[Case]) -> Case:
    """One case out of those of a round."""
    if len(cases) == 1:
        return cases[0]

    async def play(scene: Scene) -> None:
        await asyncio.gather(*(case.play(scene) for case in cases))

    return Case(" + ".join(case.name.removeprefix("crash ") for case in cases), cases[0].row, play)
