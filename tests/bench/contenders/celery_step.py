"""Runs the Celery worker against the clock."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aio_pika
import orjson
import psutil

from shared.ids import new_id
from shared.mongo import Collection
from tests.bench.contenders.ground import Ground, Round, Stopwatch, fresh_database, messages, prove, until

ROOT: Final = Path(__file__).resolve().parents[3]
QUEUE: Final = "bench.celery"  # as in `celery_worker`, which is not imported here: it reads its addresses from the environment
TASK: Final = "step"
POOL: Final = ("--pool", "threads", "--concurrency", "8")  # the best of threads and of 2, 4 and 8 processes on two cores
LOOK_SECONDS: Final = 0.05  # counting is no part of the work
WARM_UP: Final = 60  # messages before the clock runs: the worker is up, its processes are connected
STOP_SECONDS: Final = 20.0


@dataclass(frozen=True)
class CeleryStep:
    """Celery doing the same work."""

    name: str = "Celery, one transaction per message"
    steps: int = 600

    async def play(self, ground: Ground, steps: int) -> Round:
        """One round. The clock runs from when the worker is warm, with the queue full."""
        database = await fresh_database(ground)
        outbox = ground.mongo.collection(database, "outbox")

        whole = steps + WARM_UP
        await _send(ground, whole)
        with _worker(ground, database) as worker:
            await until(lambda: _at_least(outbox, WARM_UP), LOOK_SECONDS)
            before = await _sent(outbox)
            watch = Stopwatch(ground, [worker, *worker.children(recursive=True)])
            await until(lambda: _at_least(outbox, whole), LOOK_SECONDS)
            found = watch.stop(whole - before)
        await prove(ground, database, self.name, whole)
        return found


async def _sent(outbox: Collection) -> int:
    return await outbox.count_documents({"state": "sent"})


async def _at_least(outbox: Collection, count: int) -> bool:
    return await _sent(outbox) >= count


@contextmanager
def _worker(ground: Ground, database: str) -> Iterator[psutil.Process]:
    environment = os.environ | {"BENCH_AMQP_URL": ground.amqp_url, "BENCH_MONGO_URL": ground.mongo_url, "BENCH_DATABASE": database}
    command = [sys.executable, "-m", "celery", "-A", "tests.bench.contenders.celery_worker", "worker"]
    quiet = ("--loglevel", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat")
    with subprocess.Popen([*command, *POOL, *quiet], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as child:
        try:
            yield psutil.Process(child.pid)
        finally:
            child.terminate()
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()


async def _send(ground: Ground, count: int) -> None:
    """Ask for the tasks in Celery's wire format (message protocol 2), before its worker is there."""
    async with await aio_pika.connect(ground.amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        exchange = await channel.declare_exchange(QUEUE, aio_pika.ExchangeType.DIRECT, durable=True)
        queue = await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        await queue.bind(exchange, QUEUE)
        await queue.purge()
        asked = [_task(body.decode()) for _, body in messages(count)]
        for begin in range(0, count, 100):
            await asyncio.gather(*(exchange.publish(message, QUEUE) for message in asked[begin : begin + 100]))


def _task(body: str) -> aio_pika.Message:
    task_id = new_id()
    return aio_pika.Message(
        orjson.dumps([[body], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]),
        content_type="application/json",
        content_encoding="utf-8",
        correlation_id=task_id,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        headers={"lang": "py", "task": TASK, "id": task_id, "root_id": task_id, "retries": 0},
    )
