"""Journeys through the running system, by HTTP from outside: citizens in a chat, officers at their desk, the court with a decision.

`make run` shows them, the end-to-end tests call them. Each returns what came out, with the bytes as the recipient got them.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from deploy.local import applications
from deploy.local.applications import Application
from deploy.local.chat import PHOTOS, RECEIPT, Chat, anything, ask, confirm, says, text_of
from deploy.local.office import Officer, effects
from deploy.local.travel import ANSWER_SECONDS, JourneyError, Places, Tell, Travel

NUMBER: Final = re.compile(r"\b(?:[0-9]{4}-[A-Z]{2}-[0-9]{8}-[0-9]{4,6}|[A-Z]{2,10}/[0-9]{4}/[0-9]{8}/[0-9]{4,6})\b")
CHECK_URL: Final = re.compile(r"https?://\S+/v/[A-Za-z0-9_-]+")
WATCH_SECONDS: Final = 0.03  # between looks at a request's state, to show its steps while they happen
OVER: Final = frozenset({"delivered", "undelivered", "rejected", "void", "answered"})

Meanwhile = Callable[[Travel, Chat, str], Awaitable[None]]
"""What happens between the receipt and the documents: given the chat and the receipt."""


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
    """What a journey brought. ``seconds`` counts from the last thing the citizen or the court did; ``register``: what it changed there."""

    receipts: tuple[str, ...]
    papers: tuple[Paper, ...]
    seconds: Mapping[str, float]
    case_id: str | None = None
    register: Mapping[str, Any] | None = None


async def nothing(_travel: Travel, _chat: Chat, _receipt: str) -> None:
    """Let the rules alone decide."""


async def approval(travel: Travel, _chat: Chat, receipt: str) -> None:
    """Have an officer approve."""
    await Officer(travel).approve(receipt)


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
    return await by_chat(places, applications.reprint("kk_hilang", person), nothing, tell, look_seconds=look_seconds)


async def birth(places: Places, family: Mapping[str, Any], child_name: str, tell: Tell = lambda _who, _what: None) -> Result:
    """Report a birth in a chat: an officer approves, and the certificate, the family card and the slip of the KIA come.

    Raises:
        JourneyError: a step did not bring what it should.
    """
    return await by_chat(places, applications.birth(family, child_name), approval, tell, changes=family["kk_number"])


async def death(places: Places, family: Mapping[str, Any], tell: Tell = lambda _who, _what: None) -> Result:
    """Report the death of the head of a family in a chat; the family gets another head, and with it another number.

    Raises:
        JourneyError: a step did not bring what it should.
    """
    return await by_chat(places, applications.death(family), approval, tell, changes=family["kk_number"])


async def mended(places: Places, person: Mapping[str, Any], tell: Tell = lambda _who, _what: None) -> Result:
    """Ask for a damaged card with a photo that nobody can read: it is returned, mended in the chat, and approved.

    Raises:
        JourneyError: a step did not bring what it should.
    """
    return await by_chat(places, applications.reprint("kk_rusak", person), _mending, tell)


async def _mending(travel: Travel, chat: Chat, receipt: str) -> None:
    officer = Officer(travel)
    await officer.send_back(receipt, [{"code": "attachment_unreadable", "field": "answers.kk_rusak"}], "Foto KK buram.")
    await chat.hears(says("belum dapat diproses"), "what is to be mended")
    await chat.type("Halo")
    await chat.hears(anything, "the question that is asked again")
    await chat.send(PHOTOS / "surat-polisi.jpg", "kk_rusak yang terbaca")
    _, answer = await confirm(chat, await chat.hears(anything, "the summary"))
    if receipt not in text_of(answer):
        raise JourneyError(f"the mended request has another receipt than {receipt}: {text_of(answer)}")
    await officer.approve(receipt)


async def by_chat(
    places: Places,
    application: Application,
    meanwhile: Meanwhile,
    tell: Tell = lambda _who, _what: None,
    *,
    look_seconds: float = WATCH_SECONDS,
    changes: str | None = None,
) -> Result:
    """Ask for something in a chat and get all its documents there.

    Args:
        places: A running system.
        application: What is asked for.
        meanwhile: What happens between the receipt and the documents.
        tell: Hears of each step as it happens.
        look_seconds: Between looks at the request.
        changes: The family card whose change in the register is waited for; None: nothing changes.

    Raises:
        JourneyError: a step did not bring what it should.
    """
    async with Travel(places, tell) as travel:
        chat = await Chat.open(travel, application.name)
        if application.catalogued.proves_identity:
            await travel.link(chat.phone, application.answers["nik"])
        confirmed, answer = await ask(chat, application)
        receipt = RECEIPT.findall(text_of(answer))[0]
        watching = asyncio.create_task(watch(travel, receipt, look_seconds))
        try:
            await meanwhile(travel, chat, receipt)
            messages = await _documents_in(travel, chat, receipt)
            papers = [await _paper_in_chat(travel, receipt, message) for message in messages]
            stands = await asyncio.wait_for(watching, ANSWER_SECONDS)
        finally:
            watching.cancel()
        tell("check", f"{len(papers)} documents: sha256 of the file served and of the file delivered are the same, the check pages vouch")
        change = effects(await Officer(travel).history(changes, stands["request_id"])) if changes else None
    since = datetime.fromisoformat(confirmed["at"])
    delivered = max(_after(since, message["at"]) for message in messages)
    seconds = {"accepted": _after(since, answer["at"]), **_stages(since, stands), "delivered": delivered}
    return Result((receipt,), tuple(papers), seconds, register=change)


async def _documents_in(travel: Travel, chat: Chat, receipt: str) -> list[dict[str, Any]]:
    """Wait for every document of a request: the first one says how many there are."""
    messages: list[dict[str, Any]] = []
    count = 1
    while len(messages) < count:
        message = await chat.hears(lambda message: message["content"]["type"] == "document", "the document")
        travel.tell("WhatsApp", f"document {message['content']['media']['filename']} accepted")
        messages.append(message)
        count = len(await travel.documents(receipt))
    return messages


async def court(places: Places, decision: Mapping[str, Any], tell: Tell = lambda _who, _what: None, *, by_officer: bool = False) -> Result:
    """Have the court send a decision and be told of every document that follows from it.

    Args:
        places: A running system.
        decision: As `POST /sim/decisions` of the court simulator takes it; `sample_decision` gives one.
        tell: Hears of each step as it happens.
        by_officer: An officer approves.

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
        if by_officer:
            await Officer(travel).approve(receipts[0])
        watching = [asyncio.create_task(watch(travel, receipt, WATCH_SECONDS)) for receipt in receipts]
        try:
            told = await _documents_told(travel, sent["id"], len(receipts))
            papers = [await _paper_of_court(travel, callback["data"]) for callback in told]
            stands = await asyncio.wait_for(asyncio.gather(*watching), ANSWER_SECONDS)
        finally:
            for each in watching:
                each.cancel()
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


async def watch(travel: Travel, receipt: str, look_seconds: float) -> dict[str, Any]:
    """Tell of each state of a request as it is reached; ends when it is delivered or turned down."""
    told = 0
    while True:
        stands = await travel.request(receipt)
        for step in stands["timeline"][told:]:
            number = f" as {step['document_number']}" if step.get("document_number") else ""
            travel.tell("request", f"{receipt} {'+'.join(stands['products'])} {step['state']}{number}")
        told = len(stands["timeline"])
        if stands["state"] in OVER:
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


async def _documents_told(travel: Travel, decision_id: str, requests: int) -> list[dict[str, Any]]:
    """Wait until the court was told every document of so many requests: each says how many its request has."""
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
        expected = {callback["data"]["receipt"]: callback["data"]["documents"] for callback in told}
        if len(expected) == requests and len(told) == sum(expected.values()):
            return told
    raise JourneyError(f"the court was told {[callback['type'] for callback in callbacks]}, expected all documents of {requests} requests")


def _stages(since: datetime, stands: Mapping[str, Any]) -> dict[str, float]:
    """Seconds until each state that this request went through, but for the first and the last, which are seen from outside."""
    steps = {step["state"]: step["at"] for step in stands["timeline"]}  # of what came twice, as after a return, the last
    if "issued" not in steps:
        raise JourneyError(f"request {stands['receipt']} ended as {stands['state']}: {stands['timeline']}")
    return {state: _after(since, steps[state]) for state in ("approved", "issued") if state in steps}


def _after(since: datetime, moment: str) -> float:
    return round((datetime.fromisoformat(moment) - since).total_seconds(), 3)
