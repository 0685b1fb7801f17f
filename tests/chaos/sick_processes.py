"""Processes that are killed, stopped, asked to end, blocked, or have the wrong time."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator
from random import Random
from typing import Final

from deploy.local.parts import ROOT, SERVICES
from deploy.local.ports import free_ports
from deploy.local.processes import Process
from tests.chaos.scene import STRIKE_SECONDS, Case, Play, Scene
from tests.chaos.stage import whole_environment
from tests.support.eventually import eventually

RESTART_SECONDS: Final = 60.0
HOUR: Final = 3600


def _asked_to_end(service: str) -> Play:
    async def play(scene: Scene) -> None:
        stage = scene.stage
        restarts, process = stage.restarts(service), stage.stack.process(service)
        ended: list[int | None] = []
        async with scene.trouble("sigterm", service):
            stage.hold(service)
            stage.signal(service, signal.SIGTERM)
            await eventually(lambda: not process.running, RESTART_SECONDS)
            ended.append(process.exit_code)
            stage.release(service)
            await eventually(lambda: stage.restarts(service) > restarts, RESTART_SECONDS)
        assert ended == [0], f"{service} ended with {ended}"

    return play


async def _random_kills(scene: Scene) -> None:
    """One process every 1-3 s."""
    stage, rng = scene.stage, Random(scene.seed)
    kills = round(scene.seconds(3, 150))
    async with scene.trouble("random_kill", f"{kills} times"):
        for _ in range(kills):
            victim = rng.choice(SERVICES)
            with contextlib.suppress(ProcessLookupError):
                stage.signal(victim, signal.SIGKILL)
            await asyncio.sleep(rng.uniform(1, 3))
    scene.notes["kills"] = kills


@contextlib.asynccontextmanager
async def second_copy(scene: Scene, service: str, role: str) -> AsyncIterator[Process]:
    """Another process of a service beside the one that is there."""
    stage = scene.stage
    part = stage.stack.part(service)
    (port,) = free_ports(1)
    folder = stage.settings.local_state.resolve()
    environment = {name: value for name, value in whole_environment(part).items() if name != "FAULT_FILE"}
    process = Process(
        f"{service} {role}",
        [*part.command[:-1], role],
        pid_file=folder / "run" / f"{service}-{role}.pid",
        log=folder / "log" / f"{service}.log",  # the judge reads it too
        env=environment | {"PORT": str(port)},
        cwd=ROOT,
    )
    process.start()
    try:
        yield process
    finally:
        await asyncio.to_thread(process.stop)


def _sleeps_through_its_lease(service: str, role: str) -> Play:
    """Two copies; one is stopped with rows or jobs in hand for longer than a lease, the other takes over, then the first goes on."""

    async def play(scene: Scene) -> None:
        stage = scene.stage
        async with scene.trouble("lease_lost", service), second_copy(scene, service, role):
            await scene.journeys(2)
            stage.signal(service, signal.SIGSTOP)
            await asyncio.sleep(scene.seconds(12, 90))
            stage.signal(service, signal.SIGCONT)
            await scene.journeys(1)

    return play


def _blocked(service: str, place: str) -> Play:
    async def play(scene: Scene) -> None:
        stage = scene.stage
        seconds = scene.seconds(6, 20)
        async with scene.trouble("blocked_loop", f"{service} {place}"):
            stage.arm(service, f"block {place}:{seconds}")
            await eventually(lambda: stage.struck(service), STRIKE_SECONDS)
            await asyncio.sleep(seconds)

    return play


def _wrong_time(service: str, seconds: float) -> Play:
    async def play(scene: Scene) -> None:
        async with scene.trouble("clock_jump", f"{service} {seconds:+.0f} s"):
            scene.stage.arm(service, f"skew {seconds}")
            await scene.journeys(round(scene.seconds(4, 60)))
            scene.stage.disarm(service)

    return play


def cases() -> Iterator[Case]:
    """The rows of processes."""
    for service in SERVICES:
        strikes = frozenset({service})
        yield Case(f"SIGTERM {service}", "SIGTERM under load", _asked_to_end(service), fast=service == "intake", strikes=strikes)
    yield Case("random kills", "random kill -9 every 1-3 s for 5 min", _random_kills, fast=True, scaled="3 kills of 150")
    row = "two relays, lease lost (SIGSTOP 90 s, SIGCONT)"
    for service, role, name in (
        ("verification", "relay", "relay of verification"),
        ("notifier", "worker", "worker of notifier"),
        ("issuance", "worker", "worker of issuance"),
    ):
        sleeps, fast, strikes = _sleeps_through_its_lease(service, role), role == "relay", frozenset({service})
        yield Case(f"{name} sleeps", row, sleeps, fast=fast, scaled="12 s of 90 s", strikes=strikes)
    row = "blocked event loop 20 s"
    for service, place, name in (
        ("issuance", "before_commit/worker", "loop of issuance blocked"),
        ("notifier", "after_bytes_sent/whatsapp", "loop of notifier blocked in a call"),
        ("intake", "before_commit/api", "loop of intake blocked"),
        ("verification", "before_publish/relay", "loop of verification's relay blocked"),
    ):
        fast, strikes = service == "issuance", frozenset({service})
        yield Case(name, row, _blocked(service, place), fast=fast, scaled="6 s of 20 s", strikes=strikes)
    for service, hours in (("issuance", -1), ("verification", 1), ("intake", 1), ("intake", -1), ("issuance", 1)):
        fast = (service, hours) == ("issuance", -1)
        jump, strikes = _wrong_time(service, hours * HOUR), frozenset({service})
        yield Case(f"clock of {service} jumps {hours:+} h", "clock jump", jump, fast=fast, strikes=strikes)
