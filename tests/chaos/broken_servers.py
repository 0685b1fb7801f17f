"""RabbitMQ and MongoDB go, hang, lose their answers, or say that they are full."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from typing import Final

import httpx
from pymongo.errors import PyMongoError

from shared.ids import new_id
from tests.chaos.askers import lost_card
from tests.chaos.people import Person
from tests.chaos.scene import STRIKE_SECONDS, Case, Play, Scene
from tests.support.eventually import eventually

OUT_OF_DISK: Final = 14031  # MongoDB's code OutOfDiskSpace
SERVING_WITHOUT_BROKER: Final = 4  # answers looked at while the broker takes nothing


async def _restart_broker(scene: Scene) -> None:
    async with scene.trouble("broker_restart"):
        await asyncio.to_thread(scene.stage.broker.restart)


async def _kill_broker(scene: Scene) -> None:
    async with scene.trouble("broker_kill"):
        await asyncio.to_thread(scene.stage.broker.kill)
        try:
            await scene.journeys(3)
        finally:
            await asyncio.to_thread(scene.stage.broker.start)


def _alarm(kind: str, on: tuple[str, ...], off: tuple[str, ...]) -> Play:
    async def play(scene: Scene) -> None:
        ctl = scene.stage.broker.ctl
        async with scene.trouble(f"broker_{kind}_alarm"):
            await asyncio.to_thread(ctl, *on)
            try:
                await eventually(lambda: asyncio.to_thread(_alarmed, scene), STRIKE_SECONDS)
                before = len(scene.answers_since(0))
                await asyncio.sleep(scene.seconds(3, 120))
                scene.load.press(SERVING_WITHOUT_BROKER)
                await eventually(lambda: len(scene.answers_since(before)) >= SERVING_WITHOUT_BROKER, STRIKE_SECONDS)
                answers = scene.answers_since(before)
                refused = [status for status in answers if status not in (200, 201)]
                assert not refused, f"intake must take requests while the broker takes none: {refused}"
            finally:
                await asyncio.to_thread(ctl, *off)

    return play


def _alarmed(scene: Scene) -> bool:
    """Asked of the alarms themselves: what the API tells of a node is up to five seconds old."""
    try:
        scene.stage.api.call("GET", "/api/health/checks/local-alarms")
    except httpx.HTTPStatusError:
        return True
    return False


def _ways(kind: str, server: str, quick: float, full: float, *services: str) -> Play:
    """A fault of the proxies between services and one server: `cut`, `hang`, `drop_downstream`."""

    async def play(scene: Scene) -> None:
        ways = scene.stage.amqp if server == "broker" else scene.stage.mongo
        async with scene.trouble(f"{server}_{kind}", " ".join(services) or "all"):
            for proxy in ways.of(*services):
                getattr(proxy, kind)()
            await asyncio.sleep(scene.seconds(quick, full))

    return play


def _flicker(server: str) -> Play:
    async def play(scene: Scene) -> None:
        ways = scene.stage.amqp if server == "broker" else scene.stage.mongo
        async with scene.trouble(f"{server}_reset"):
            for _ in range(5):
                for proxy in ways.of():
                    proxy.reset()
                await asyncio.sleep(0.3)

    return play


async def _kill_database_at_commit(scene: Scene) -> None:
    """MongoDB dies while a unit of work stands between its last write and its commit."""
    stage = scene.stage
    async with scene.trouble("database_kill_at_commit", "issuance"):
        stage.arm("issuance", "block before_commit/worker:1.5")
        await eventually(lambda: stage.struck("issuance"), STRIKE_SECONDS)
        await asyncio.to_thread(stage.database.kill)
        await asyncio.sleep(scene.seconds(2, 10))
        await asyncio.to_thread(stage.database.start)


async def _start_together(scene: Scene) -> None:
    """MongoDB and intake start at the same moment: whoever asks meanwhile is told to come again, never of a defect (the judge looks)."""
    stage = scene.stage
    async with scene.trouble("database_and_intake_start_together"):
        await asyncio.to_thread(stage.database.kill)
        stage.signal("intake", signal.SIGKILL)
        await asyncio.to_thread(stage.database.start)
        await scene.journeys(3)


async def _step_down(scene: Scene) -> None:
    async with scene.trouble("database_step_down"):
        with contextlib.suppress(PyMongoError):  # the server may cut the connection that told it to
            await scene.stage.admin(replSetStepDown=int(scene.seconds(3, 30)), secondaryCatchUpPeriodSecs=0, force=True)
        await eventually(lambda: _is_primary(scene), 60, ignoring=(PyMongoError, AssertionError))


async def _is_primary(scene: Scene) -> bool:
    return bool((await scene.stage.admin(hello=1)).get("isWritablePrimary"))


async def _disk_full(scene: Scene) -> None:
    """Every write is answered as MongoDB answers it when its disk is full; reads go on."""
    writes = ["insert", "update", "findAndModify", "delete", "commitTransaction"]
    async with scene.trouble("database_disk_full"):
        data = {"errorCode": OUT_OF_DISK, "failCommands": writes, "appName": "intake"}
        await scene.stage.admin(configureFailPoint="failCommand", mode="alwaysOn", data=data)
        try:
            await asyncio.sleep(scene.seconds(2, 30))
            answers = [(await _file(scene)).status_code for _ in range(3)]
            assert set(answers) == {503}, f"a full disk is 503: {answers}"
        finally:
            await scene.stage.admin(configureFailPoint="failCommand", mode="off")


async def _no_promise_without_database(scene: Scene) -> None:
    """While intake can't reach MongoDB it promises nothing: 503 for a webhook and for a request."""
    async with scene.trouble("database_cut", "intake"):
        for proxy in scene.stage.mongo.of("intake"):
            proxy.cut()
        await asyncio.sleep(0.5)
        answer = await _file(scene)
        assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text


async def _file(scene: Scene) -> httpx.Response:
    headers = {"Authorization": f"Bearer {scene.sites.adapter_key}", "Idempotency-Key": f"nobody-{new_id()}"}
    body = lost_card(Person("3519010101900001", "3519010101900002", "NOBODY"), scene.load.road.files)
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        return await http.post(f"{scene.sites.intake}/v1/requests", json=body, headers=headers)


def cases() -> Iterator[Case]:
    """The rows of the servers."""
    alarms = {
        "memory": (("set_vm_memory_high_watermark", "0.00001"), ("set_vm_memory_high_watermark", "0.4")),
        "disk": (("set_disk_free_limit", "100000000000000"), ("set_disk_free_limit", "50MB")),
    }
    yield Case("broker restart", "broker restart, broker kill -9", _restart_broker)
    yield Case("broker kill -9", "broker restart, broker kill -9", _kill_broker, fast=True)
    for kind, (on, off) in alarms.items():
        yield Case(
            f"broker {kind} alarm", "broker disk or memory alarm 2 min", _alarm(kind, on, off), fast=kind == "memory", scaled="3 s of 2 min"
        )
    row = "connection cut (RST) 30 s and 5 min; hang without RST"
    yield Case("broker cut 30 s", row, _ways("cut", "broker", 3, 30), fast=True, scaled="3 s of 30 s")
    yield Case("broker cut 5 min", row, _ways("cut", "broker", 6, 300))
    yield Case("broker flickers", row, _flicker("broker"))
    yield Case("broker hangs", row, _ways("hang", "broker", 4, 60), fast=True, scaled="4 s of 60 s")
    yield Case("confirms lost", "confirm lost", _ways("drop_downstream", "broker", 2, 15), fast=True, scaled="2 s of 15 s")
    row = "MongoDB cut, hang, kill -9 at commit, step-down"
    yield Case("database cut", row, _ways("cut", "database", 3, 30))
    yield Case("database cut, no promise", row, _no_promise_without_database)
    yield Case("database flickers", row, _flicker("database"))
    yield Case("database hangs", row, _ways("hang", "database", 4, 60), fast=True, scaled="4 s of 60 s")
    yield Case("database answers lost", row, _ways("drop_downstream", "database", 2, 15))
    yield Case("database kill -9 at commit", row, _kill_database_at_commit, fast=True, scaled="2 s of 10 s")
    yield Case("database and intake start together", row, _start_together)
    yield Case("database steps down", row, _step_down, fast=True, scaled="3 s of 30 s")
    yield Case(
        "database disk full", "disk full under MongoDB or files", _disk_full, fast=True, scaled="2 s of 30 s; its answer, by a failpoint"
    )
