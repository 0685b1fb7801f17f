"""I2: no more documents of a request than were ordered, one valid about the same; numbers unique, each issued or void with a reason.

And bytes never change.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, Final

from tests.chaos.findings import Finding
from tests.chaos.history import History
from tests.chaos.world import DOCUMENT_ISSUED, DOCUMENT_VOIDED, Doc, World

PROMISE: Final = "I2"
REGENCY: Final = "3519"
GIVEN: Final = frozenset({"issued", "superseded", "revoked"})  # what was issued, whatever became of it
UNDER_WAY: Final = frozenset({"claimed", "rendering"})


def check(history: History, world: World) -> Iterator[Finding]:
    """Documents, their numbers, their events and their bytes."""
    documents = world.of("issuance", "documents")
    events = [row["data"] for row in world.outbox.get("issuance", []) if row["type"] == DOCUMENT_ISSUED]
    yield from _once(documents)
    yield from _one_is_valid(documents)
    yield from _reasons(documents)
    yield from _counted(world, documents)
    yield from _told(documents, events)
    yield from _voids_told(world, documents)
    yield from _bytes(history, world, documents, events)
    yield from _elsewhere(world, documents)


def _once(documents: list[Doc]) -> Iterator[Finding]:
    made: dict[str, list[Doc]] = defaultdict(list)
    for document in documents:
        if document["state"] != "void":
            made[document["request_id"]].append(document)
    for request_id, found in made.items():
        ordered = max(document["documents"] for document in found)
        if len(found) > ordered:
            ids = sorted(document["_id"] for document in found)
            yield Finding(PROMISE, "document_doubled", {"request_id": request_id, "ordered": ordered, "document_ids": ids})
    for number, count in Counter(map(_number, documents)).items():
        if count > 1:
            yield Finding(PROMISE, "number_doubled", {"number": number, "documents": count})


def _one_is_valid(documents: list[Doc]) -> Iterator[Finding]:
    """Of documents about the same, each of another application, the newest alone is valid."""
    valid: dict[str, dict[str, str]] = defaultdict(dict)
    for document in documents:
        if document["state"] == "issued":
            valid[document["about"]][document.get("case_id") or document["request_id"]] = document["_id"]
    for found in valid.values():
        if len(found) > 1:
            yield Finding(PROMISE, "valid_twice", {"document_ids": sorted(found.values())})


def _reasons(documents: list[Doc]) -> Iterator[Finding]:
    for document in documents:
        if document["state"] in {"void", "held"} and not document["reason"]:
            yield Finding(PROMISE, "number_without_reason", {"number": document["number"], "state": document["state"]})
        if document["state"] in UNDER_WAY:
            yield Finding(
                PROMISE, "number_not_ended", {"number": document["number"], "state": document["state"], "attempt": document["attempt"]}
            )


def _number(document: Doc) -> str:
    """Return the number of a document; of a further extract of an akta, which has the akta's, with its count."""
    return f"{document['number']} {document['extract']}" if "extract" in document else str(document["number"])


def _given(counter: str, serial: int) -> str:
    """Return what a counter gave: a number, or the count of a further extract (the first counted one is the second extract)."""
    kind, of_akta, number = counter.partition("extracts-")
    return f"{number} {serial + 1}" if of_akta else f"{REGENCY}-{kind}-{serial:04d}"


def _counted(world: World, documents: list[Doc]) -> Iterator[Finding]:
    """Every serial that a counter gave is held by a document, and none beyond."""
    held = set(map(_number, documents))
    counted: set[str] = set()
    for counter in world.of("issuance", "counters"):
        counted |= {_given(counter["_id"], serial) for serial in range(1, counter["last"] + 1)}
    for number in sorted(counted - held):
        yield Finding(PROMISE, "number_without_document", {"number": number})
    for number in sorted(held - counted):
        yield Finding(PROMISE, "number_not_counted", {"number": number})


def _told(documents: list[Doc], events: list[Any]) -> Iterator[Finding]:
    told = Counter(event["document_id"] for event in events)
    numbers = {event["document_id"]: event["document_number"] for event in events}
    known = {document["_id"]: document for document in documents}
    for document_id, document in known.items():
        times = told.get(document_id, 0)
        if document["state"] in GIVEN and times != 1:
            yield Finding(PROMISE, "issued_not_told_once", {"document_id": document_id, "events": times})
        elif times and (document["state"] not in GIVEN or numbers[document_id] != document["number"]):
            yield Finding(PROMISE, "told_otherwise", {"document_id": document_id, "state": document["state"]})
    for document_id in sorted(told.keys() - known.keys()):
        yield Finding(PROMISE, "document_lost", {"document_id": document_id})


def _voids_told(world: World, documents: list[Doc]) -> Iterator[Finding]:
    """Whoever waits for a document hears once that it will never come."""
    told = Counter(row["aggregate"] for row in world.outbox.get("issuance", []) if row["type"] == DOCUMENT_VOIDED)
    for document in documents:
        times = told[f"documents/{document['_id']}"]
        if times != (document["state"] == "void"):
            yield Finding(PROMISE, "void_not_told_once", {"document_id": document["_id"], "state": document["state"], "events": times})


def _bytes(history: History, world: World, documents: list[Doc], events: list[Any]) -> Iterator[Finding]:
    """One sha256 per document, wherever and whenever it was seen."""
    seen: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for document in documents:
        pdf = document["pdf"]
        if document["state"] not in GIVEN or pdf is None:
            continue
        seen[document["_id"]][pdf["sha256"]].add("recorded")
        stored = world.bytes.get(pdf["file_id"])
        if stored is None:
            yield Finding(PROMISE, "bytes_missing", {"document_id": document["_id"]})
        else:
            seen[document["_id"]][stored].add("stored")
    for event in events:
        seen[event["document_id"]][event["sha256"]].add("told")
    for served in history.served_bytes:
        seen[served.document_id][served.sha256].add(f"served to {served.by}")
    for effect in history.effects.values():
        if effect.document_id and effect.sha256:
            seen[effect.document_id][effect.sha256].add(f"seen by {effect.side}")
    for document_id, digests in seen.items():
        if len(digests) > 1:
            found = {digest[:16]: sorted(ways) for digest, ways in digests.items()}
            yield Finding(PROMISE, "bytes_changed", {"document_id": document_id, "sha256": found})


def _elsewhere(world: World, documents: list[Doc]) -> Iterator[Finding]:
    """What the other services say of documents is so."""
    issued = {(document["request_id"], document["number"]) for document in documents if document["state"] in GIVEN}
    for request in world.of("intake", "requests"):
        numbers = request.get("document_numbers") or []
        unknown = [number for number in numbers if (request["_id"], number) not in issued]
        if unknown or (request["state"] in {"ready", "delivered"} and not numbers):
            yield Finding(PROMISE, "number_without_document", {"request_id": request["_id"], "numbers": unknown, "said_by": "intake"})
        if request["state"] == "rejected" and numbers:
            yield Finding("I5", "issued_and_rejected", {"request_id": request["_id"], "numbers": numbers})
    for case in world.of("verification", "cases"):
        for document in case["documents"] if case["state"] == "issued" else ():
            if document.get("voided_at") is None and (document["request_id"], document["number"]) not in issued:
                where = {"request_id": document["request_id"], "number": document["number"], "said_by": "verification"}
                yield Finding(PROMISE, "number_without_document", where)
