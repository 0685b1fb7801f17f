"""I1: what was answered 2xx is stored exactly once and reaches an end or a visible parked state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import orjson

from tests.chaos.findings import Finding, hidden
from tests.chaos.history import Asked, History
from tests.chaos.world import Doc, World

ENDED: Final = frozenset({"returned", "rejected", "ready", "delivered", "void"})
PARKED: Final = frozenset({"undelivered"})
OPEN_JOB: Final = frozenset({"ready", "running", "unknown"})
PROMISE: Final = "I1"
DEFECT: Final = 500  # what is away or too busy is 503, and the caller knows that it may come again


def check(history: History, world: World) -> Iterator[Finding]:
    """Every key against what is stored, and every stored thing against its end."""
    stored = _Stored(world)
    for asked in history.asked_for.values():
        if any(answer.status == DEFECT for answer in asked.answers):
            yield Finding(PROMISE, "answered_as_a_defect", {"key": asked.key, "channel": asked.channel})
        if asked.channel == "adapter" and asked.files:
            yield from _keyed(asked, stored.by_reference.get(asked.key, []))
        elif asked.channel == "court":
            yield from _decision(asked, stored)
        elif asked.channel == "whatsapp":
            yield from _message(asked, history, stored)
    for journey in history.journeys.values():
        for receipt in journey.receipts - stored.receipts:
            yield Finding(PROMISE, "request_lost", {"receipt": receipt, "channel": journey.channel, "journey": journey.id})
    yield from _ends(world)


class _Stored:
    """What intake holds, by the ways in."""

    def __init__(self, world: World) -> None:
        self.by_reference: dict[str, list[Doc]] = defaultdict(list)
        self.by_address: dict[str, list[Doc]] = defaultdict(list)
        requests = world.of("intake", "requests")
        for request in requests:
            origin = request["origin"]
            if request["channel"] == "adapter" and origin.get("reference"):
                self.by_reference[origin["reference"]].append(request)
            elif request["channel"] == "whatsapp":
                self.by_address[origin["address"]].append(request)
        self.ids = {request["_id"] for request in requests}
        self.receipts = {request["receipt"] for request in requests}
        self.pieces = {piece["_id"]: piece for piece in world.of("intake", "webhook_log")}
        self.cases: dict[str, list[Doc]] = defaultdict(list)
        for case in world.of("intake", "cases"):
            self.cases[case["decision"]["decision_id"]].append(case)


def _keyed(asked: Asked, found: list[Doc]) -> Iterator[Finding]:
    """An adapter's request under its Idempotency-Key: one answer, and what it says is what is stored."""
    ids = {request["_id"] for request in found}
    yield from _answers(asked, ids)
    if len(found) > 1:
        yield Finding(PROMISE, "request_doubled", {"key": asked.key, "request_ids": sorted(ids)})
    refused = [answer.status for answer in asked.answers if answer.status is not None and 400 <= answer.status < 500]
    if ids and refused and not asked.promised:
        yield Finding(PROMISE, "refused_but_stored", {"key": asked.key, "status": refused[0], "request_ids": sorted(ids)})


def _answers(asked: Asked, stored: set[str]) -> Iterator[Finding]:
    answers = {answer.request_ids for answer in asked.answers if answer.good}
    if len(answers) > 1:
        yield Finding(PROMISE, "answers_differ", {"key": asked.key, "answers": sorted(answers)})
    named = {request_id for answer in answers for request_id in answer}
    if asked.promised and (not named or named - stored):
        yield Finding(PROMISE, "request_lost", {"key": asked.key, "channel": asked.channel, "request_ids": sorted(named - stored)})
    if named and stored - named:
        yield Finding(PROMISE, "request_doubled", {"key": asked.key, "request_ids": sorted(stored), "answered": sorted(named)})


def _decision(asked: Asked, stored: _Stored) -> Iterator[Finding]:
    """A court's decision: one case, with the requests that the court was told."""
    cases = stored.cases.get(asked.key, [])
    if len(cases) > 1:
        yield Finding(PROMISE, "case_doubled", {"key": asked.key, "case_ids": sorted(case["_id"] for case in cases)})
    if asked.promised and not cases:
        yield Finding(PROMISE, "request_lost", {"key": asked.key, "channel": asked.channel, "request_ids": []})
        return
    opened = {one["request_id"] for case in cases for one in case["requests"]}
    if opened - stored.ids:
        yield Finding(PROMISE, "request_lost", {"key": asked.key, "channel": asked.channel, "request_ids": sorted(opened - stored.ids)})
    told = {case_id for answer in asked.answers if answer.good and (case_id := answer.case_id)}
    if told - {case["_id"] for case in cases}:
        yield Finding(PROMISE, "request_lost", {"key": asked.key, "channel": asked.channel, "case_ids": sorted(told)})


def _message(asked: Asked, history: History, stored: _Stored) -> Iterator[Finding]:
    """A citizen's message: its piece is stored and worked off; the one that sends the request off opened exactly one."""
    if not asked.promised:
        return
    piece = stored.pieces.get(f"wa:{asked.key}")
    where = {"message": hidden(asked.key), "journey": asked.journey}
    if piece is None:
        yield Finding(PROMISE, "message_lost", where)
    elif piece["state"] == "new":
        yield Finding(PROMISE, "message_stuck", where)
    elif piece["state"] == "handled" and asked.files:
        opened = stored.by_address.get(history.journeys[asked.journey].address, [])
        if len(opened) != 1:
            what = "request_doubled" if opened else "request_lost"
            yield Finding(PROMISE, what, {**where, "request_ids": sorted(request["_id"] for request in opened)})


def parked_ids(world: World) -> set[str]:
    """Ids of requests and court cases of which something visibly waits for a person."""
    tasks = [task for task in world.of("verification", "tasks") if task["state"] == "open"]
    ids = {str(task[name]) for task in tasks for name in ("request_id", "case_id") if task.get(name)}
    ids |= {str(document["request_id"]) for document in world.of("issuance", "documents") if document["state"] == "held"}
    ids |= {str(job["request_id"]) for job in world.of("notifier", "jobs") if job["state"] in {"failed", "discarded"} and job["request_id"]}
    for service, rows in world.outbox.items():
        ids |= {row["correlation_id"] for row in rows if row["state"] in {"parked", "discarded"}}
        ids |= {correlation for message in world.of(service, "parked") if (correlation := _correlation(message))}
    letters = {
        waiting.address.rpartition("/")[2] for waiting in world.waiting if "/dead/" in waiting.address or "/unrouted/" in waiting.address
    }
    if letters:
        ids |= {row["correlation_id"] for rows in world.outbox.values() for row in rows if row["_id"] in letters}
    return ids


def _correlation(message: Doc) -> str | None:
    if message["state"] not in {"parked", "discarded"}:
        return None
    try:
        envelope: Any = orjson.loads(message["body"])
    except orjson.JSONDecodeError:
        return None
    return envelope.get("correlation_id") if isinstance(envelope, dict) else None


def unfinished(world: World) -> list[Doc]:
    """Requests that neither ended nor visibly wait for a person."""
    waiting = parked_ids(world)
    open_ones = [request for request in world.of("intake", "requests") if request["state"] not in ENDED | PARKED]
    return [request for request in open_ones if request["_id"] not in waiting and request.get("case_id") not in waiting]


def _ends(world: World) -> Iterator[Finding]:
    cases = {case["_id"]: case["state"] for case in world.of("verification", "cases")}
    documents: dict[str, list[str]] = defaultdict(list)
    for document in world.of("issuance", "documents"):
        documents[document["request_id"]].append(document["state"])
    notices: dict[str, list[str]] = defaultdict(list)
    for job in world.of("notifier", "jobs"):
        notices[job["request_id"]].append(job["state"])
        if job["state"] in OPEN_JOB:
            yield Finding(PROMISE, "notice_stuck", {"job": job["_id"], "state": job["state"], "reason": job["reason"]})
    for request in unfinished(world):
        where = {
            "request_id": request["_id"],
            "state": request["state"],
            "case": cases.get(request.get("case_id") or request["_id"]),
            "documents": documents.get(request["_id"], []),
            "notices": notices.get(request["_id"], []),
        }
        yield Finding(PROMISE, "request_stuck", where)
