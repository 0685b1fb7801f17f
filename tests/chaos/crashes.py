"""Crash points in every service and role where they can be hit: the process kills itself there, and is started again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tests.chaos.scene import STRIKE_SECONDS, Case, Play, Scene
from tests.support.eventually import eventually

ROW: Final = "kill -9 at a crash point"
_CONSUMER: Final = (
    *("after_receive/worker", "before_tx/worker", "in_tx_after_inbox/worker", "before_commit/worker"),
    *("after_commit/worker", "after_mark_before_ack/worker", "after_ack/worker"),
)
_UNIT: Final = ("before_tx/api", "before_commit/api", "after_commit/api")
_RELAY: Final = (
    *("before_publish/relay", "after_publish_before_confirm/events"),
    *("after_confirm_before_mark/relay", "after_mark_before_ack/relay"),
)


def _call(where: str) -> tuple[str, ...]:
    return (f"before_call/{where}", f"after_bytes_sent/{where}", f"after_response_before_save/{where}")


PLACES: Final[Mapping[str, Sequence[str]]] = {
    "intake": (*_CONSUMER, *_UNIT, "in_tx_after_inbox/api", *_RELAY, *_call("media")),
    "verification": (*_CONSUMER, *_RELAY),
    "issuance": (*_CONSUMER, *_UNIT, *_RELAY, *_call("press"), "after_response_before_save/archive"),
    "notifier": (*_CONSUMER, *_UNIT, *_RELAY, *_call("whatsapp"), *_call("upload"), *_call("court"), *_call("documents")),
}
"""What each service passes: by `api` a request or a job of its own, by `worker` its consumer, then relay and publisher, then its calls."""

FAST: Final = frozenset(
    {
        *("intake before_commit/api", "intake after_commit/api", "intake after_publish_before_confirm/events"),
        *("intake after_response_before_save/media", "verification after_receive/worker", "verification in_tx_after_inbox/worker"),
        *("verification after_confirm_before_mark/relay", "issuance before_tx/worker", "issuance before_publish/relay"),
        *("issuance after_response_before_save/press", "notifier after_mark_before_ack/worker", "notifier after_ack/worker"),
        *("notifier before_call/whatsapp", "notifier after_bytes_sent/whatsapp", "notifier after_bytes_sent/court"),
    }
)
"""Every point once, every service, every kind of call."""
OUTSIDE: Final = frozenset({"whatsapp", "court"})


def _dies_at(service: str, place: str) -> Play:
    async def play(scene: Scene) -> None:
        stage = scene.stage
        restarts = stage.restarts(service)
        async with scene.trouble("crash_point", f"{service} {place}"):
            stage.arm(service, f"crash {place}")
            await eventually(lambda: place in stage.struck(service), STRIKE_SECONDS)
            await eventually(lambda: stage.restarts(service) > restarts, STRIKE_SECONDS)

    return play


def cases() -> Iterator[Case]:
    """One for each service and place."""
    for service, places in PLACES.items():
        for place in places:
            name = f"{service} {place}"
            strikes = frozenset({service, *OUTSIDE.intersection({place.partition("/")[2]})})
            yield Case(f"crash {name}", ROW, _dies_at(service, place), fast=name in FAST, scaled="leases", strikes=strikes)
