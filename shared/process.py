"""From a service's parts to a running process: roles, start-up, supervision, signals and the order of stopping.

`python -m services.X api|worker|relay|all` (or a command of the service's own). One image, many roles. Stopping: readiness off, stop
taking in (the HTTP side when those who ask had time to turn away), finish what runs, flush the relay, close. A second signal ends at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

import structlog
import uvicorn
import uvloop
from pydantic import ValidationError

from shared import logs, tracing
from shared.health import CheckFunction, Health
from shared.mongo import DatabaseUnavailable
from shared.settings import ServiceSettings
from shared.waiting import wait_for
from shared.web import FastAPI, create_app
from shared.web.measuring import StateCount
from shared.web.protocol import Patience, guarded

_START_RETRY_SECONDS: Final = 1.0  # between tries to prepare the database while it is not there yet
_USAGE_EXIT: Final = 2  # as argparse
_TRACES_SECONDS: Final = 3.0  # for the last spans of a process that stops
_BACKLOG: Final = 2048  # waiting connections; a flood is refused by the kernel, not by memory running out

_log = logs.get("process")

Stop = asyncio.Event
Run = Callable[[Stop], Awaitable[None]]


class Role(StrEnum):
    """The part of a service that a process runs."""

    API = "api"
    WORKER = "worker"
    RELAY = "relay"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class BackgroundJob:
    """A coroutine that runs until `stop` is set. One that ends before that takes the process down, so that it is restarted."""

    name: str
    run: Run
    checks: Mapping[str, CheckFunction] = field(default_factory=dict)
    """Readiness inputs that mean something only where this runs."""


@dataclass(frozen=True, slots=True)
class Service:
    """The parts that `wiring.build` returns."""

    name: str
    health: Health
    app: FastAPI
    prepare: Callable[[], Awaitable[None]]
    """Creates collections and indexes, and whatever else must be there before serving. Idempotent."""
    workers: tuple[BackgroundJob, ...]
    relay: BackgroundJob
    close: tuple[Callable[[], Awaitable[None]], ...] = field(default=())
    """Called last, in this order."""
    counts: tuple[StateCount, ...] = field(default=())
    """What `/metrics` counts when it is asked, in every role: whoever adds up takes the greatest."""


S = TypeVar("S", bound=ServiceSettings)
Command = Callable[[Sequence[str]], int]


def main(name: str, settings: type[S], build: Callable[[S], Service], commands: Mapping[str, Command] | None = None) -> None:
    """Run the service `name` in the role that the command line names, or one of its own commands, and exit."""
    commands = commands or {}
    words = sys.argv[1:]
    known = [*Role, *commands]
    if not words or words[0] not in known or (words[0] in list(Role) and len(words) > 1):
        sys.stderr.write(f"usage: python -m services.{name} {'|'.join(known)}\n")
        raise SystemExit(_USAGE_EXIT)
    if words[0] in commands:
        raise SystemExit(commands[words[0]](words[1:]))
    role = Role(words[0])
    try:
        values = settings()  # from the environment
    except ValidationError as error:
        if _is_unprepared():
            sys.stderr.write(f"{name} [secrets_missing]: folder {os.environ['SECRETS_DIR']} kosong; jalankan `prepare` dahulu.\n")
        for item in error.errors(include_input=False, include_url=False):
            sys.stderr.write(f"{name}: setting {'.'.join(map(str, item['loc'])).upper()}: {item['msg']}\n")
        raise SystemExit(_USAGE_EXIT) from None
    logs.configure(name, role, values.log_level)
    _trace(name, role, values)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        raise SystemExit(runner.run(_Process(build, values, role, name).run()))


def _trace(name: str, role: Role, settings: ServiceSettings) -> None:
    """Send spans where a collector is named; only then is OpenTelemetry imported."""
    if settings.trace_endpoint:
        from shared.tracing.otlp import OtlpSink  # noqa: PLC0415 - eight megabytes, for whoever asks for them

        tracing.configure(OtlpSink(settings.trace_endpoint, service=name, role=role), settings.trace_sample)


def _is_unprepared() -> bool:
    """Return whether the folder of settings and secrets is named and has nothing in it: what makes it did not run."""
    folder = os.environ.get("SECRETS_DIR", "")
    return bool(folder) and not (Path(folder).is_dir() and any(Path(folder).iterdir()))


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: the process decides in which order things stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def _patience(settings: ServiceSettings) -> Patience:
    return Patience(
        headers_seconds=settings.headers_seconds,
        body_seconds=settings.body_seconds,
        taking_seconds=settings.taking_seconds,
        slow_per_address=settings.max_slow_per_address,
        trusted=settings.trusted_proxies,
    )


class _Process:
    def __init__(self, build: Callable[[S], Service], settings: S, role: Role, name: str) -> None:
        self._build: Callable[[], Service] = lambda: build(settings)
        self._settings: ServiceSettings = settings
        self._role = role
        self._name = name
        self._stop_intake: Stop = asyncio.Event()
        self._stop_relay: Stop = asyncio.Event()
        self._failed = False
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> int:
        """Start, wait for a signal or a failure, stop in order.

        Returns:
            0 after a signal, 1 when a part ended by itself.
        """
        listener = self._listen()
        if listener is None:
            return 1
        self._catch_signals()
        service = self._build()
        server = _Server(self._uvicorn(service))
        serving = asyncio.create_task(self._serve(server, listener), name="http")
        try:
            if await self._prepare(service):
                gc.freeze()  # what was made until here stays: a full collection would look at all of it, 50 ms in which nobody is served
                self._start(service)
                service.health.started = True
                _log.info("process.started", port=listener.getsockname()[1], parts=sorted(self._tasks))
            await self._stop_intake.wait()
            service.health.stopping = True
            _log.info("process.stopping")
        finally:
            await self._drain(service, server, serving)
        _log.info("process.stopped", failed=self._failed)
        return 1 if self._failed else 0

    def _listen(self) -> socket.socket | None:
        listener = socket.socket(socket.AF_INET6 if ":" in self._settings.host else socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._settings.host, self._settings.port))
        except OSError as error:
            _log.critical("port.taken", host=self._settings.host, port=self._settings.port, reason=error.strerror)
            listener.close()
            return None
        return listener

    def _uvicorn(self, service: Service) -> uvicorn.Config:
        app = service.app if self._role in (Role.API, Role.ALL) else create_app(self._settings, service.health, title=service.name)
        app.state.measuring.add(*service.counts)
        return uvicorn.Config(
            app,
            http=guarded(_patience(self._settings)),
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            backlog=_BACKLOG,
            timeout_graceful_shutdown=max(1, round(self._settings.drain_seconds)),
        )

    def _catch_signals(self) -> None:
        loop = asyncio.get_running_loop()

        def on_signal() -> None:
            if self._stop_intake.is_set():
                os._exit(130)
            self._stop_intake.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, on_signal)

    async def _prepare(self, service: Service) -> bool:
        while not self._stop_intake.is_set():
            try:
                await service.prepare()
            except DatabaseUnavailable as error:
                _log.warning("database.unavailable", reason=error.detail)
                await wait_for(self._stop_intake, _START_RETRY_SECONDS)
            else:
                return True
        return False

    def _start(self, service: Service) -> None:
        if self._role in (Role.WORKER, Role.ALL):
            for job in service.workers:
                self._supervise(job, self._stop_intake, service.health)
        if self._role in (Role.RELAY, Role.ALL):
            self._supervise(service.relay, self._stop_relay, service.health)

    def _supervise(self, job: BackgroundJob, stop: Stop, health: Health) -> None:
        for name, check in job.checks.items():
            health.add(name, check)

        async def run() -> None:
            try:
                await job.run(stop)
            except Exception:  # noqa: BLE001 - any end that nobody asked for is the same failure
                _log.critical("part.failed", part=job.name, exc_info=True)
                self._failed = True
            else:
                if not stop.is_set():
                    _log.critical("part.ended", part=job.name)
                    self._failed = True
            if self._failed:
                self._stop_intake.set()

        structlog.contextvars.clear_contextvars()
        self._tasks[job.name] = asyncio.create_task(run(), name=job.name)

    async def _serve(self, server: _Server, listener: socket.socket) -> None:
        try:
            await server.serve(sockets=[listener])
        finally:
            if not self._stop_intake.is_set():
                self._failed = True
                self._stop_intake.set()

    async def _drain(self, service: Service, server: _Server, serving: asyncio.Task[None]) -> None:
        await self._leave(server, serving)
        server.should_exit = True
        relay = self._tasks.pop(service.relay.name, None)
        await self._finish([serving, *self._tasks.values()], "intake")
        self._stop_relay.set()
        if relay is not None:
            await self._finish([relay], "relay")
        for close in service.close:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(self._settings.drain_seconds):
                    await close()
        if tracing.is_on():
            await asyncio.to_thread(tracing.stop, _TRACES_SECONDS)

    async def _leave(self, server: _Server, serving: asyncio.Task[None]) -> None:
        """Answer what still comes, and hang up after each answer: a proxy that keeps connections would send into one that just closes."""
        if self._failed or not self._settings.leave_seconds:
            return
        hang_up = (b"connection", b"close")
        server.config.encoded_headers.append(hang_up)  # uvicorn makes its own of these each second
        server.server_state.default_headers.append(hang_up)
        await asyncio.wait({serving}, timeout=self._settings.leave_seconds)

    async def _finish(self, tasks: Sequence[asyncio.Task[None]], what: str) -> None:
        _, pending = await asyncio.wait(tasks, timeout=self._settings.drain_seconds)
        for task in pending:
            _log.warning("drain.cut", what=what, part=task.get_name())
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
