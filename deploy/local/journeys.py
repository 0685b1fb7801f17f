"""Two journeys through the running system, by the simulators' HTTP API: a citizen in a chat, and the court with a decision.

`make run` shows them, the end-to-end tests call them. Each returns what came out, with the bytes as the recipient got them.
"""

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

import httpx

from deploy.local.parts import ROOT, Part

PHOTOS: Final = ROOT / "deploy" / "local" / "data"
RECEIPT: Final = re.compile(r"\b[A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
NUMBER: Final = re.compile(r"\b[0-9]{4}-[A-Z]{2}-[0-9]{8}-[0-9]{4}\b")
CHECK_URL: Final = re.compile(r"https?://\S+/v/[A-Za-z0-9_-]+")
ANSWER_SECONDS: Final = 30.0  # the longest a step may take on a machine that also does other work
WATCH_SECONDS: Final = 0.03  # between looks at a request's state, to show its steps while they happen
SHOWN_CHARACTERS: Final = 70

Tell = Callable[[str, str], None]
"""Called with who acts and what happens, as it happens."""


class JourneyError(Exception):
    """A step did not bring what it should; says which and what came instead."""


@dataclass(frozen=True)
class Places:
    """Where the journeys go, and the key they look things up with (scopes ``requests:read``, ``documents:read``, ``people:link``)."""

    intake: str
    issuance: str
    whatsapp: str
    court: str
    api_key: str = field(repr=False)

    @classmethod
    def of(cls, parts: Sequence[Part], api_key: str) -> "Places":
        """The places of a running stack."""
        urls = {part.name: part.url for part in parts}
        return cls(urls["intake"], urls["issuance"], urls["whatsapp"], urls["court"], api_key)


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


class Travel:
    """One journey under way: an HTTP client, and who is told about the steps."""

    def __init__(self, places: Places, tell: Tell) -> None:
        self.places = places
        self.tell = tell
        self.http = httpx.AsyncClient(timeout=ANSWER_SECONDS + 30, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def call(self, method: str, url: str, **options: Any) -> Any:
        """One HTTP call; the decoded JSON.

        Raises:
            JourneyError: the answer is no success.
        """
        answer = await self.http.request(method, url, **options)
        if answer.is_error:
            raise JourneyError(f"{method} {httpx.URL(url).path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()

    async def request(self, receipt: str) -> dict[str, Any]:
        """How a request stands, by intake."""
        found: dict[str, Any] = await self.call("GET", f"{self.places.intake}/v1/requests/{receipt}", headers=self._key)
        return found

    async def fetch(self, paper: Mapping[str, Any], *, expected_sha256: str) -> bytes:
        """The bytes that issuance serves, compared with the hash that the recipient has.

        Raises:
            JourneyError: they are not the same bytes.
        """
        url = f"{self.places.issuance}/v1/documents/{paper['document_id']}/content"
        answer = await self.http.get(url, headers=self._key)
        found = hashlib.sha256(answer.content).hexdigest()
        if answer.is_error or found != expected_sha256:
            raise JourneyError(f"document {paper['number']}: served {answer.status_code} with sha256 {found}, expected {expected_sha256}")
        return answer.content

    async def documents(self, receipt: str) -> list[dict[str, Any]]:
        """The documents of a request, by issuance."""
        page = await self.call("GET", f"{self.places.issuance}/v1/documents", params={"receipt": receipt}, headers=self._key)
        found: list[dict[str, Any]] = page["documents"]
        return found

    async def link(self, phone: str, nik: str) -> None:
        """Have the counter link a phone to the person who stands there."""
        await self.call("POST", f"{self.places.intake}/v1/people/links", json={"phone": phone, "nik": nik}, headers=self._key)
        self.tell("counter", "has looked at the KTP-el: this phone is that person's")

    async def check(self, url: str) -> None:
        """Open the public check page.

        Raises:
            JourneyError: it does not vouch for the document.
        """
        answer = await self.http.get(url)
        if answer.status_code != httpx.codes.OK:
            raise JourneyError(f"the check page answers {answer.status_code}")

    @property
    def _key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.places.api_key}"}


async def whatsapp(
    places: Places, person: Mapping[str, Any], tell: Tell = lambda _who, _what: None, *, look_seconds: float = WATCH_SECONDS
) -> Result:
    """A citizen asks for a lost family card in a chat and gets it there.

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
        receipt = RECEIPT.findall(_text(answer))[0]
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


async def ask(chat: "Chat", person: Mapping[str, Any], selfie: Path | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ask for a lost family card: from the greeting to the confirmation and the answer with the receipt.

    Args:
        chat: A phone.
        person: ``nik`` and ``kk_number`` that are typed.
        selfie: What is sent where the chat asks for it, as it asks whoever was linked to nobody.
    """
    await chat.type("Halo")
    await chat.press(await chat.hears(_has_button("service:kk_hilang"), "the menu"), "service:kk_hilang")
    await chat.hears(_says("NIK"), "the question for the NIK")
    await chat.type(person["nik"], shown="(the NIK)")
    await chat.hears(_says("Kartu Keluarga"), "the question for the KK number")
    await chat.type(person["kk_number"], shown="(the KK number)")
    await chat.hears(_says("kepolisian"), "the question for the police letter")
    await chat.send(PHOTOS / "surat-polisi.jpg")
    await chat.hears(_says("KTP"), "the question for the KTP")
    await chat.send(PHOTOS / "ktp.jpg")
    if selfie is not None:
        await chat.hears(_says("swafoto"), "the question for the selfie")
        await chat.send(selfie)
    confirmed = await chat.press(await chat.hears(_has_button("confirm"), "the summary"), "confirm")
    return confirmed, await chat.hears(lambda message: bool(RECEIPT.search(_text(message))), "the receipt")


async def court(places: Places, decision: Mapping[str, Any], tell: Tell = lambda _who, _what: None) -> Result:
    """The court sends a divorce decision and is told of every document that follows from it.

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
    """A decision about a couple of the sample register, ready to send; another couple for another index."""
    async with Travel(places, lambda _who, _what: None) as travel:
        page = await travel.call("GET", f"{places.court}/sim/families", params={"limit": 200})
    families: list[dict[str, Any]] = page["families"]
    if not families:
        raise JourneyError("the court simulator has no sample families: is REGISTRY_CSV there?")
    decision: dict[str, Any] = families[index % len(families)]["decision"]
    return decision


class Chat:
    """A citizen's phone."""

    def __init__(self, travel: Travel, citizen_id: str, phone: str) -> None:
        self._travel = travel
        self.phone = phone
        self.url = f"{travel.places.whatsapp}/sim/citizens/{citizen_id}"
        self._seen = 0

    @classmethod
    async def open(cls, travel: Travel, name: str) -> "Chat":
        """A new citizen with a number nobody had before."""
        phone = "62812" + "".join(str(secrets.randbelow(10)) for _ in range(8))
        citizen = await travel.call(
            "POST", f"{travel.places.whatsapp}/sim/citizens", json={"phone": phone, "name": name, "auto_read": True}
        )
        return cls(travel, citizen["id"], phone)

    async def type(self, text: str, *, shown: str | None = None) -> dict[str, Any]:
        """Write a text. ``shown`` stands for it where it is personal."""
        self._travel.tell("citizen", shown or text)
        return await self._write({"type": "text", "text": text})

    async def press(self, message: Mapping[str, Any], button_id: str) -> dict[str, Any]:
        """Press a button under a message."""
        title = next(button["title"] for button in message["content"]["buttons"] if button["id"] == button_id)
        self._travel.tell("citizen", f"[{title}]")
        return await self._write({"type": "button_reply", "id": button_id, "text": title, "reply_to": message["wamid"]})

    async def send(self, photo: Path) -> None:
        """Send a photo."""
        self._travel.tell("citizen", f"(photo {photo.name})")
        content = await asyncio.to_thread(photo.read_bytes)
        await self._travel.call("POST", f"{self.url}/files", files={"file": (photo.name, content, "image/jpeg")})

    async def hears(self, wanted: Callable[[Mapping[str, Any]], bool], what: str) -> dict[str, Any]:
        """Read the office's messages until the wanted one is there.

        Raises:
            JourneyError: it did not come; says what came instead.
        """
        heard: list[str] = []
        loop = asyncio.get_running_loop()
        deadline = loop.time() + ANSWER_SECONDS
        while (left := deadline - loop.time()) > 0:
            query = {"after": self._seen, "author": "office", "wait_seconds": min(left, 10.0)}
            page = await self._travel.call("GET", f"{self.url}/messages", params=query)
            for message in page["messages"]:
                self._seen = message["number"]
                heard.append(_first_line(message))
                self._travel.tell("PAK'DE ON", heard[-1])
                if wanted(message):
                    found: dict[str, Any] = message
                    return found
        raise JourneyError(f"{what} did not come in {ANSWER_SECONDS:g} s; heard instead: {heard or 'nothing'}")

    async def _write(self, body: dict[str, Any]) -> dict[str, Any]:
        written: dict[str, Any] = await self._travel.call("POST", f"{self.url}/messages", json=body)
        return written


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
    media, caption = message["content"]["media"], _text(message)
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


def _text(message: Mapping[str, Any]) -> str:
    return str(message["content"].get("text") or "")


def _first_line(message: Mapping[str, Any]) -> str:
    line = next(iter(_text(message).strip().splitlines()), "") or f"({message['content']['type']})"
    return line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1] + "…"


def _says(word: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda message: word in _text(message)


def _has_button(button_id: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda message: any(button["id"] == button_id for button in message["content"].get("buttons", ()))
