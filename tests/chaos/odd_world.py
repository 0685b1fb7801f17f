"""WhatsApp and the court misbehave, and strangers knock."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import sys
from collections.abc import Iterator
from typing import Any, Final

import httpx
import psutil

from deploy.local.parts import ROOT
from shared.clock import monotonic_seconds
from tests.chaos.scene import STRIKE_SECONDS, Case, Play, Scene
from tests.support.eventually import eventually

WEBHOOK: Final = "/v1/webhooks/whatsapp"
GOOD_EVERY_SECONDS: Final = 0.02
GOOD_P99_SECONDS: Final = 1.0
FLOOD_MEMORY_BYTES: Final = 50_000_000  # what intake may grow by while it is flooded
FAST: Final = ("WhatsApp 429", "WhatsApp 131056 for a person", "WhatsApp timeout after success")


def _phone(kind: str, count: int = 3, **order: Any) -> Play:
    """WhatsApp does this so many times."""

    async def play(scene: Scene) -> None:
        async with scene.trouble(f"whatsapp_{kind}"):
            await scene.disturb("whatsapp", kind=kind, count=count, **order)
            await eventually(lambda: _struck(scene, "whatsapp", count), STRIKE_SECONDS)
            await scene.calm("whatsapp")

    return play


async def _struck(scene: Scene, simulator: str, count: int) -> bool:
    return await scene.struck_by(simulator) >= count


def _court(kind: str, quick: float, full: float, **order: Any) -> Play:
    """The court does this for some time."""

    async def play(scene: Scene) -> None:
        async with scene.trouble(f"court_{kind}"):
            await scene.disturb("court", kind=kind, **order)
            await eventually(lambda: _struck(scene, "court", 1), STRIKE_SECONDS)
            await asyncio.sleep(scene.seconds(quick, full))
            await scene.calm("court")

    return play


async def _flood(scene: Scene) -> None:
    """Webhooks with bad signatures, as many as go, while good ones come: those are answered, and memory stays.

    How quickly they are is for `make chaos` to judge: a machine that runs tests beside it tells nothing of it.
    """
    stage = scene.stage
    intake = psutil.Process(stage.stack.process("intake").pid)
    before = intake.memory_info().rss
    seconds = scene.seconds(4, 60)
    async with scene.trouble("webhook_flood"):
        command = [sys.executable, "-m", "tests.chaos.flood", str(stage.settings.intake_port), WEBHOOK, str(seconds)]
        flood = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        told, good = await asyncio.gather(flood.communicate(), _good_webhooks(scene, seconds))
    statuses = json.loads(told[0])
    grown = intake.memory_info().rss - before
    p99 = sorted(good)[int(len(good) * 0.99)]
    scene.notes.update(bad=sum(statuses.values()), good=len(good), good_p99_ms=round(p99 * 1000), grown_mb=round(grown / 1e6, 1))
    assert set(statuses) == {str(httpx.codes.UNAUTHORIZED.value)}, f"answered {statuses}"
    assert grown < FLOOD_MEMORY_BYTES, f"intake grew by {grown} bytes"
    assert scene.quick or p99 <= GOOD_P99_SECONDS, f"p99 of good webhooks: {p99:.2f} s"


async def _good_webhooks(scene: Scene, seconds: float) -> list[float]:
    """Well signed webhooks beside the flood; how long each took."""
    secret = scene.stage.stack.keys.whatsapp_app_secret.encode()
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    headers = {"X-Hub-Signature-256": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()}
    taken: list[float] = []
    until = monotonic_seconds() + seconds
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        while monotonic_seconds() < until:
            began = monotonic_seconds()
            answer = await http.post(f"{scene.sites.intake}{WEBHOOK}", content=body, headers=headers)
            taken.append(monotonic_seconds() - began)
            assert answer.status_code == httpx.codes.OK, answer.text
            await asyncio.sleep(GOOD_EVERY_SECONDS)
    return taken


def cases() -> Iterator[Case]:
    """The rows of the world outside."""
    row = "WhatsApp 429 / 131056 / 5xx / slow; timeout AFTER success"
    phone = {
        "WhatsApp 429": _phone("rate_limit", http_status=429),
        "WhatsApp 131056 for a person": _phone("pair_rate"),
        "WhatsApp 503": _phone("server_error", http_status=503),
        "WhatsApp 500 with a page": _phone("server_error", http_status=502, body="<html>bad gateway</html>"),
        "WhatsApp slow": _phone("slow", milliseconds=1500),
        "WhatsApp never answers": _phone("no_answer", 2),
        "WhatsApp timeout after success": _phone("timeout_after_success", 2),
        "WhatsApp upload 503": _phone("server_error", operation="upload", http_status=503),
        "WhatsApp media 503": _phone("server_error", operation="download", http_status=503),
    }
    for name, play in phone.items():
        yield Case(name, row, play, fast=name in FAST, strikes=frozenset({"whatsapp"}))
    for kind in ("webhook_duplicate", "webhook_reorder"):
        name = f"WhatsApp {kind}"
        yield Case(name, "duplicate, reordered, replayed, batched deliveries", _phone(kind), strikes=frozenset({"whatsapp"}))
    row, strikes = "court callback down for an hour; timeout after success", frozenset({"court"})
    yield Case("court down", row, _court("down", 3, 60), fast=True, scaled="3 s; 60 s of an hour in full", strikes=strikes)
    yield Case("court 503", row, _court("server_error", 2, 20), strikes=strikes)
    late = _court("timeout_after_success", 1, 10, operation="callback", count=2)
    yield Case("court timeout after success", row, late, fast=True, strikes=strikes)
    row = "webhook flood 10x with bad signatures"
    yield Case("webhook flood", row, _flood, fast=True, scaled="4 s of 60 s", strikes=frozenset({"intake"}))
