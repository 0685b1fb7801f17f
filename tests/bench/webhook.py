"""How long the provider waits for the answer to a webhook: `python -m tests.bench.webhook`.

Bodies as Meta sends them, signed, every one new: one in four is a person's message, the others say how far messages of ours came, because
each of our answers comes back as sent, delivered and read. They arrive in an open loop: at their moment, whether or not earlier ones were
answered, spread as independent people spread them (exponential gaps from a seed). The time runs from when a body was due, so that a
server that falls behind is charged for it. Intake answers 200 only when the body is durable (majority and journal); what was answered is
counted in the database afterwards. Meanwhile the system works on what came: the dialogue answers every message through notifier and
simulator, which sends no statuses here, so that the rate is the rate.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import statistics
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import httpx
import orjson
import uvloop

from deploy.keys import PHONE_NUMBER_ID
from deploy.simulators.http_wire import Broken, Http, request
from shared.clock import monotonic_seconds, now
from shared.ids import new_id
from shared.mongo import Mongo
from tests.bench import report
from tests.bench.report import Report, Row, percentile
from tests.bench.system import System, calm, running

RATES: Final = (50, 150, 300)
HELD: Final = 150  # the rate that has a target
TARGET_MS: Final = 60.0  # p99
PEOPLE: Final = 2000  # who write; one person writes rarely twice in a round
OK: Final = 200
ONE_MESSAGE_IN: Final = 4
PATH: Final = "/v1/webhooks/whatsapp"


@dataclass(frozen=True)
class Wave:
    """One rate for some seconds: milliseconds of each answer, and how many were not 200."""

    rate: int
    milliseconds: tuple[float, ...]
    failed: int
    late_ms: float
    """How late the generator itself was, p99: beyond a few milliseconds the machine had no room for it."""

    def at(self, share: float) -> float:
        """A percentile."""
        return percentile(self.milliseconds, share)


class Meta:
    """The provider's side."""

    def __init__(self, http: Http, secret: str, seed: int = 1) -> None:
        self._http = http
        self._secret = secret.encode()
        self._random = Random(seed)
        self._run = new_id()[-12:]
        self._sent = 0
        self.answered: list[str] = []
        """Keys in the webhook log of what was answered 200."""

    async def wave(self, rate: int, seconds: float) -> Wave:
        """Post at a rate; returns when the last is answered."""
        loop = asyncio.get_running_loop()
        began = monotonic_seconds()
        due, calls, late = 0.0, [], []
        bodies = [self._next() for _ in range(round(rate * seconds))]  # made before: making them is not the server's time
        for key, body in bodies:
            due += self._random.expovariate(rate)
            ahead = began + due - monotonic_seconds()
            if ahead > 0:
                await asyncio.sleep(ahead)
            late.append((monotonic_seconds() - began - due) * 1000)
            calls.append(loop.create_task(self._post(key, body, began + due)))
        answers = await asyncio.gather(*calls)
        found = tuple(answer for answer in answers if answer is not None)
        return Wave(rate, found, len(answers) - len(found), percentile(late, 0.99))

    async def _post(self, key: str, body: bytes, due: float) -> float | None:
        """Milliseconds since it was due; None where it was not taken."""
        try:
            status, _ = await self._http.send(body)
        except (Broken, OSError):
            return None
        if status != OK:
            return None
        self.answered.append(key)
        return (monotonic_seconds() - due) * 1000

    def _next(self) -> tuple[str, bytes]:
        self._sent += 1
        wamid = f"wamid.{self._run}{self._sent:08d}"
        phone = f"62813{self._random.randrange(PEOPLE):08d}"
        at, content = str(int(now().timestamp())), dict[str, Any]()
        if self._sent % ONE_MESSAGE_IN:
            status = ("sent", "delivered", "read")[self._sent % ONE_MESSAGE_IN - 1]
            key, content = (
                f"wa:st:{wamid}:{status}",
                {"statuses": [{"id": wamid, "status": status, "timestamp": at, "recipient_id": phone}]},
            )
        else:
            key = f"wa:{wamid}"
            message: dict[str, Any] = {"from": phone, "id": wamid, "timestamp": at, "type": "text", "text": {"body": "Halo"}}
            content = {"contacts": [{"profile": {"name": "Warga"}, "wa_id": phone}], "messages": [message]}
        body = orjson.dumps(_change(content))
        signature = "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        return key, request("POST", PATH, body, {"content-type": "application/json", "x-hub-signature-256": signature})


def _change(content: dict[str, Any]) -> dict[str, Any]:
    """In the shape of the Cloud API."""
    number = {"display_phone_number": "628113519000", "phone_number_id": PHONE_NUMBER_ID}
    value = {"messaging_product": "whatsapp", "metadata": number, **content}
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}]}


async def lost(system: System, keys: Sequence[str]) -> int:
    """How many that were answered 200 are not stored."""
    mongo = Mongo.connect(system.mongo_url)
    try:
        stored = await mongo.collection(system.database("intake"), "webhook_log").count_documents({"_id": {"$in": list(keys)}})
    finally:
        await mongo.close()
    return len(set(keys)) - stored


async def _measure(system: System, options: argparse.Namespace) -> tuple[list[Wave], int, float]:
    mongo = Mongo.connect(system.mongo_url)
    async with Http(system.url("intake")) as http:
        meta = Meta(http, system.stack.keys.whatsapp_app_secret)
        async with _without_statuses(system.url("whatsapp")):
            await meta.wave(RATES[0], 2.0)  # connections, caches
            waves, worked_off = [], 0.0
            for rate in RATES * options.rounds:
                waves.append(await meta.wave(rate, options.seconds))
                worked_off = max(worked_off, await calm(mongo, system))  # the next wave does not pay for this one
        await mongo.close()
        return waves, await lost(system, meta.answered), worked_off


@asynccontextmanager
async def _without_statuses(url: str) -> AsyncIterator[None]:
    """Nobody but us posts webhooks."""
    async with httpx.AsyncClient(base_url=url) as simulator:
        (await simulator.post("/sim/faults", json={"kind": "webhook_drop"})).raise_for_status()
        yield
        (await simulator.delete("/sim/faults")).raise_for_status()


def measure(options: argparse.Namespace) -> Report:
    """On a system of its own."""
    with running() as system:
        return on(system, options)


def on(system: System, options: argparse.Namespace) -> Report:
    """Every rate in every round."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        waves, missing, worked_off = runner.run(_measure(system, options))
    rows: list[Row] = []
    data: dict[str, Any] = {"servers": system.provider, "seconds": options.seconds, "target_p99_ms": TARGET_MS, "lost": missing}
    for rate in RATES:
        ones = [wave for wave in waves if wave.rate == rate]
        middle = {name: statistics.median(one.at(share) for one in ones) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}
        failed = sum(one.failed for one in ones)
        late = statistics.median(one.late_ms for one in ones)
        note = f"p50 {middle['p50']:.1f}, p95 {middle['p95']:.1f}; not 200: {failed}; generator late by {late:.1f}"
        rows.append(Row(f"webhook at {rate}/s, p99", middle["p99"], "ms", at_most=TARGET_MS if rate == HELD else None, note=note))
        data[str(rate)] = {
            **{name: round(value, 1) for name, value in middle.items()},
            "not_ok": failed,
            "generator_late_ms": round(late, 1),
        }
    rows.append(Row("answered 200 and not stored", float(missing), "", at_most=0.0))
    rows.append(Row("all of a wave answered in the chats, after its end, at most", worked_off, "s"))
    data["worked_off_seconds"] = round(worked_off, 1)
    return Report("webhook", tuple(rows), data)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this bench can be told."""
    report.rounds(parser)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each rate of the webhook in each round (default 4)")


def main(words: Sequence[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.webhook", description="How long a webhook waits for its answer.")
    arguments(parser)
    return report.run(parser, words, measure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
