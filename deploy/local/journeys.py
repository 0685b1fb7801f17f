"""Two journeys through the running system, by the simulators' HTTP API: a citizen in a chat, and the court with a decision.

`make run` shows them, the end-to-end tests call them. Each returns what came out, with the bytes as the recipient got them.
"""

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from deploy.local.chat import RECEIPT, Chat, ask, text_of
from deploy.local.travel import ANSWER_SECONDS, JourneyError, Places, Tell, Travel

NUMBER: Final = re.compile(r"\b[0-9]{4}-[A-Z]{2}-[0-9]{8}-[0-9]{4}\b")
CHECK_URL: Final = re.compile(r"https?://\S+/v/[A-Za-z0-9_-]+")
WATCH_SECONDS: Final = 0.03  # between looks at a request's state, to show its steps while they happen


@dataclass(frozen=True)
class Paper:
    """An issued document, as issuance serves it and as the recipient was told or sent it."""

    number: str
    product: str
    receipt: str
    sha256: str
    check_url: str
    pdf: bytes = field(repr=False)


@dataclass(frozen=True)
class Result:
    """What a journey brought. ``seconds`` counts from the last thing the citizen or the court did."""

    receipts: tuple[str, ...]
    papers: tuple[Paper, ...]
    seconds: Mapping[str, float]
    case_id: str | None = None


async def whatsapp(
    places: Places, person: Mapping[str, Any], tell: Tell = lambda _who, _what: None, *, look_seconds: float = WATCH_SECONDS
) -> Result:
    """Ask for a lost family card in a chat, as a citizen, and get it there.

    Args:
        places: A running system.
        person: ``nik``, ``kk_number`` and ``name`` of somebody in the register.
        tell: Hears of each step as it happens.
        look_seconds: Between looks at the request; more, where looking shall not take from what is looked at.

    Raises:
        JourneyError: a step did not bring what it should.
    """
    async with Travel(places, tell) as travel:
        chat = await Chat.open(travel, person["name"])
        await travel.link(chat.phone, person["nik"])
        confirmed, answer = await ask(chat, person)
        receipt = RECEIPT.findall(text_of(answer))[0]
        watching = asyncio.create_task(_watch(travel, receipt, look_seconds))
        try:
            message = await chat.hears(lambda message: message["content"]["type"] == "document", "the document")
            tell("WhatsApp", f"document {message['content']['media']['filename']} accepted")
            paper = await _paper_in_chat(travel, receipt, message)
            stands = await asyncio.wait_for(watching, ANSWER_SECONDS)
        finally:
            watching.cancel()
        tell("check", f"{paper.number}: sha256 of the file served and of the file delivered are the same, the check page vouches for it")
    since = datetime.fromisoformat(confirmed["at"])
    seconds = {"accepted": _after(since, answer["at"]), **_stages(since, stands), "delivered": _after(since, message["at"])}
    return Result((receipt,), (paper,), seconds)


async def court(places: Places, decision: Mapping[str, Any], tell: Tell = lambda _who, _what: None) -> Result:
    """Return the court sends a divorce decision and is told of every document that follows from it.

    Args:
        places: A running system.
        decision: As `POST /sim/decisions` of the court simulator takes it; `sample_decision` gives one.
        tell: Hears of each step as it happens.

    Raises:
        JourneyError: it was refused, or a step did not bring what it should.
    """
    async with Travel(places, tell) as travel:
        sent = await travel.call("POST", f"{places.court}/sim/decisions", json={"decision": decision})
        tell("court", f"decision {decision['kind']} sent")
        sent = await _court_state(travel, sent["id"], callbacks=0)
        if sent["state"] != "accepted":
            raise JourneyError(f"intake answered the decision with {sent['state']}: {sent['answer']}")
        case = sent["answer"]
        receipts = tuple(request["receipt"] for request in case["requests"])
        tell("intake", f"case opened with {len(receipts)} requests: {', '.join(receipts)}")
        watching = [asyncio.create_task(_watch(travel, receipt, WATCH_SECONDS)) for receipt in receipts]
        try:
            told = await _documents_told(travel, sent["id"], receipts)
            papers = [await _paper_of_court(travel, callback["data"]) for callback in told]
            stands = await asyncio.wait_for(asyncio.gather(*watching), ANSWER_SECONDS)
        finally:
            for watch in watching:
                watch.cancel()
        tell("check", f"{len(papers)} documents: sha256 told to the court and of the files served are the same")
    since = datetime.fromisoformat(sent["at"])
    accepted = _after(since, sent["attempts"][0]["at"]) + sent["attempts"][0]["seconds"]
    stages = [_stages(since, stand) for stand in stands]
    seconds = {
        "accepted": round(accepted, 3),
        **{name: max(stage[name] for stage in stages) for name in stages[0]},
        "delivered": max(_after(since, callback["at"]) for callback in told),
    }
    return Result(receipts, tuple(papers), seconds, case["case_id"])


async def sample_decision(places: Places, index: int) -> dict[str, Any]:
    """Return a decision about a couple of the sample register, ready to send; another couple for another index."""
    async with Travel(places, lambda _who, _what: None) as travel:
        page = await travel.call("GET", f"{places.court}/sim/families", params={"limit": 200})
    families: list[dict[str, Any]] = page["families"]
    if not families:
        raise JourneyError("the court simulator has no sample families: is REGISTRY_CSV there?")
    decision: dict[str, Any] = families[index % len(families)]["decision"]
    return decision


async def _watch(travel: Travel, receipt: str, look_seconds: float) -> dict[str, Any]:
    """Tell of each state of a request as it is reached; ends when it is delivered or turned down."""
    told = 0
    while True:
        stands = await travel.request(receipt)
        for step in stands["timeline"][told:]:
            number = f" as {step['document_number']}" if step.get("document_number") else ""
            travel.tell("request", f"{receipt} {stands['product']} {step['state']}{number}")
        told = len(stands["timeline"])
        if stands["state"] in {"delivered", "undelivered", "returned", "rejected"}:
            return stands
        await asyncio.sleep(look_seconds)


async def _paper_in_chat(travel: Travel, receipt: str, message: Mapping[str, Any]) -> Paper:
    media, caption = message["content"]["media"], text_of(message)
    answer = await travel.http.get(f"{travel.places.whatsapp}/sim/media/{media['id']}")
    delivered = hashlib.sha256(answer.content).hexdigest()
    found = [document for document in await travel.documents(receipt) if document["number"] in NUMBER.findall(caption)]
    links = CHECK_URL.findall(caption)
    if len(found) != 1 or len(links) != 1:
        raise JourneyError(f"the caption names {len(found)} documents of this request and {len(links)} check pages")
    (document,), (link,) = found, links
    pdf = await travel.fetch(document, expected_sha256=delivered)
    if document["sha256"] != delivered:
        raise JourneyError(f"document {document['number']}: delivered sha256 {delivered}, recorded {document['sha256']}")
    await travel.check(link)
    return Paper(document["number"], document["product"], receipt, delivered, link, pdf)


async def _paper_of_court(travel: Travel, told: Mapping[str, Any]) -> Paper:
    document = {"document_id": told["document_id"], "number": told["document_number"]}
    pdf = await travel.fetch(document, expected_sha256=told["sha256"])
    await travel.check(told["check_url"])
    return Paper(told["document_number"], told["product"], told["receipt"], told["sha256"], told["check_url"], pdf)


async def _court_state(travel: Travel, decision_id: str, *, callbacks: int) -> dict[str, Any]:
    url = f"{travel.places.court}/sim/decisions/{decision_id}"
    state: dict[str, Any] = await travel.call("GET", url, params={"callbacks": callbacks, "wait_seconds": ANSWER_SECONDS})
    return state


async def _documents_told(travel: Travel, decision_id: str, receipts: Sequence[str]) -> list[dict[str, Any]]:
    """Wait until the court was told a document for each request."""
    seen = 0
    loop = asyncio.get_running_loop()
    deadline = loop.time() + ANSWER_SECONDS
    while loop.time() < deadline:
        callbacks = (await _court_state(travel, decision_id, callbacks=seen + 1))["callbacks"]
        for callback in callbacks[seen:]:
            number = callback["data"].get("document_number", "")
            travel.tell("court", f"told {callback['type']} {number}".rstrip())
        seen = len(callbacks)
        told = [callback for callback in callbacks if callback["type"] == "document.issued"]
        if {callback["data"]["receipt"] for callback in told} >= set(receipts):
            return told
    raise JourneyError(f"the court was told {[callback['type'] for callback in callbacks]}, expected a document for each of {receipts}")


def _stages(since: datetime, stands: Mapping[str, Any]) -> dict[str, float]:
    """Seconds until each state that this request went through, but for the first and the last, which are seen from outside."""
    steps = {step["state"]: step["at"] for step in stands["timeline"]}
    if "issued" not in steps:
        raise JourneyError(f"request {stands['receipt']} ended as {stands['state']}: {stands['timeline']}")
    return {state: _after(since, steps[state]) for state in ("approved", "issued") if state in steps}


def _after(since: datetime, moment: str) -> float:
    return round((datetime.fromisoformat(moment) - since).total_seconds(), 3)
