"""One journey of each channel, played by somebody patient: tries again as a real client does, and notes all of it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx

from deploy.local.chat import PHOTOS
from shared.clock import monotonic_seconds
from tests.chaos.client import Answer, Client
from tests.chaos.history import Asked, History
from tests.chaos.outside import Outside
from tests.chaos.people import Person, personal
from tests.chaos.sites import Sites

RECEIPT: Final = re.compile(r"\b[A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
OVER: Final = ("undelivered", "rejected", "void", "returned", "ready", "delivered")  # the end of several is the first of these that one has
TRY_SECONDS: Final = 10.0  # a client gives up one try after that
REPEATED: Final = 0.05  # share of clients that repeat although they were answered
LISTEN_SECONDS: Final = 8.0  # one look at a chat, which ends with what comes; shorter than a try
FIRST_PAUSE: Final = 0.3
LONGEST_PAUSE: Final = 3.0
CONFLICT, TOO_MANY, BROKEN = 409, 429, 500

Said = Callable[[Mapping[str, Any]], bool]


class Gone(Exception):  # noqa: N818 - what the asker is
    """The asker's patience is over; what became of the request is the judge's matter."""


@dataclass
class Road:
    """What an asker needs: connections, the history, and how long to wait."""

    sites: Sites
    history: History
    outside: Outside
    http: Client
    patience_seconds: float
    files: tuple[str, ...] = ()
    """Ids of the two photos that adapters attach."""
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    """Set: nobody waits any longer."""

    async def rest(self, seconds: float) -> None:
        """Wait a little.

        Raises:
            Gone: there is no time left for anybody.
        """
        try:
            await asyncio.wait_for(self.hurry.wait(), seconds)
        except TimeoutError:
            return
        raise Gone

    async def try_once(self, method: str, url: str, **options: Any) -> Answer | None:
        """One try; None where no answer came."""
        try:
            return await self.http.request(method, url, timeout=TRY_SECONDS, **options)
        except httpx.HTTPError:
            return None

    async def simulator(self, method: str, url: str, **options: Any) -> Any:
        """A call of a simulator, which is always there.

        Raises:
            httpx.HTTPError: it is not.
        """
        answer = await self.http.request(method, url, **options)
        answer.raise_for_status()
        return answer.json()

    def deadline(self) -> float:
        """When patience is over, on the monotonic clock."""
        return monotonic_seconds() + self.patience_seconds


async def adapter(road: Road, key: str, person: Person, rng: Random) -> None:
    """A counter's program files a request under its Idempotency-Key until it is answered."""
    road.history.journey(key, "adapter")
    road.history.personal(person.nik, person.kk_number, person.name)
    asked = road.history.asked("adapter", key, key, files=True)
    answer = await _insist(road, asked, body := lost_card(person, road.files, key))
    if answer is None:
        road.history.ended(key, "refused")
        return
    if rng.random() < REPEATED:
        await _insist(road, asked, body)
    await follow(road, key, [answer["receipt"]])
    if road.history.journeys[key].end == "ready":
        await _fetch(road, answer)
        road.history.ended(key, "delivered")


def lost_card(person: Person, files: Sequence[str], reference: str | None = None) -> dict[str, Any]:
    """Give the body of an adapter's request for a lost family card; `files` are the ids of the police letter and of the KTP."""
    photos = {field: {"file_id": file_id, "kind": field} for field, file_id in zip(("surat_kehilangan", "ktp"), files, strict=True)}
    answers = {"nik": person.nik, "kk_number": person.kk_number, **photos}
    return {"service": "kk_hilang", "answers": answers, "reference": reference}


async def _fetch(road: Road, request: Mapping[str, Any]) -> None:
    """Fetch the only document until all of it came. After that the request is delivered.

    Raises:
        Gone: it did not come in time.
    """
    url, headers = f"{road.sites.intake}/v1/requests/{request['receipt']}", {"Authorization": f"Bearer {road.sites.adapter_key}"}
    deadline, pause = road.deadline(), FIRST_PAUSE
    async with httpx.AsyncClient(timeout=TRY_SECONDS, trust_env=False, verify=False) as client:  # noqa: S501 - http: nothing to verify
        while True:
            with contextlib.suppress(httpx.HTTPError):
                answer = await client.get(f"{url}/documents/1", headers=headers)
                if answer.is_success:
                    break
            if monotonic_seconds() > deadline:
                raise Gone
            await road.rest(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
    road.history.served(f"{request['request_id']}.{request['products'][0]}", hashlib.sha256(answer.content).hexdigest(), "adapter")
    stands = await road.try_once("GET", url, headers=headers)
    if stands is not None and stands.is_success:
        road.history.observed(request["receipt"], stands.json()["state"])


async def _insist(road: Road, asked: Asked, body: Mapping[str, Any]) -> Any:
    """Try until there is an answer that is no failure. None: refused.

    Raises:
        Gone: there was none in time.
    """
    headers = {"Authorization": f"Bearer {road.sites.adapter_key}", "Idempotency-Key": asked.key}
    deadline, pause = road.deadline(), FIRST_PAUSE
    while True:
        answer = await road.try_once("POST", f"{road.sites.intake}/v1/requests", json=body, headers=headers)
        if answer is not None and answer.is_success:
            found = answer.json()
            road.history.answered(asked.key, answer.status_code, [found["request_id"]])
            return found
        road.history.answered(asked.key, None if answer is None else answer.status_code)
        if answer is not None and answer.status_code < BROKEN and answer.status_code != TOO_MANY:
            return None
        if monotonic_seconds() > deadline:
            raise Gone
        await road.rest(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def follow(road: Road, journey: str, receipts: Iterable[str]) -> None:
    """Look at the requests now and then until all are over.

    Raises:
        Gone: they were not in time.
    """
    headers = {"Authorization": f"Bearer {road.sites.reader_key}"}
    left, ends = list(receipts), set()
    for receipt in left:
        road.history.told(journey, receipt)
    deadline, pause = road.deadline(), FIRST_PAUSE
    while left:
        await road.rest(pause)
        pause = min(pause * 1.4, LONGEST_PAUSE)
        for receipt in tuple(left):
            answer = await road.try_once("GET", f"{road.sites.intake}/v1/requests/{receipt}", headers=headers)
            if answer is None or not answer.is_success:
                continue
            state = answer.json()["state"]
            road.history.observed(receipt, state)
            if state in OVER:
                ends.add(state)
                left.remove(receipt)
        if left and monotonic_seconds() > deadline:
            raise Gone
    road.history.ended(journey, next((end for end in OVER if end in ends), "nothing_asked"))


async def court(road: Road, key: str, decision: Mapping[str, Any], rng: Random) -> None:
    """The court sends a decision; its own program tries again until it is answered."""
    road.history.journey(key, "court")
    road.history.personal(*personal(dict(decision)))
    road.history.asked("court", key, key, files=True)
    url = f"{road.sites.court}/sim/decisions"
    await road.simulator("POST", url, json={"decision": decision, "id": key})
    sent = await _arrived(road, key)
    if sent["state"] != "accepted":
        road.history.ended(key, "refused")
        return
    if rng.random() < REPEATED:
        await road.simulator("POST", url, json={"decision": decision, "id": key})
        await _arrived(road, key)
    await follow(road, key, [request["receipt"] for request in sent["answer"]["requests"]])


async def _arrived(road: Road, key: str) -> Any:
    """Wait until the court has its answer; every try is noted.

    Raises:
        Gone: there was none in time.
    """
    deadline, pause = road.deadline(), FIRST_PAUSE
    while True:
        sent = await road.simulator("GET", f"{road.sites.court}/sim/decisions/{key}")
        asked = road.history.asked_for[key]
        for attempt in sent["attempts"][len(asked.answers) :]:
            answer = attempt["answer"] if isinstance(attempt["answer"], dict) else {}
            ids = [request["request_id"] for request in answer.get("requests", ())]
            road.history.answered(key, attempt["status"], ids, answer.get("case_id"))
        if sent["state"] != "sending":
            return sent
        if monotonic_seconds() > deadline:
            raise Gone
        await road.rest(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)


class Chat:
    """A citizen's phone."""

    def __init__(self, road: Road, journey: str, citizen_id: str) -> None:
        self._road = road
        self._journey = journey
        self.citizen_id = citizen_id
        self._base = f"{road.sites.whatsapp}/sim/citizens/{citizen_id}"
        self._seen = 0
        self.wamids: list[str] = []

    async def write(self, text: str) -> None:
        """Write a text."""
        self._sent(await self._road.simulator("POST", f"{self._base}/messages", json={"type": "text", "text": text}))

    async def press(self, message: Mapping[str, Any], button_id: str, *, files: bool = False) -> None:
        """Press a button under a message; `files`: it sends the request off."""
        title = next(button["title"] for button in message["content"]["buttons"] if button["id"] == button_id)
        body = {"type": "button_reply", "id": button_id, "text": title, "reply_to": message["wamid"]}
        self._sent(await self._road.simulator("POST", f"{self._base}/messages", json=body), files=files)

    async def photo(self, name: str) -> None:
        """Send a photo."""
        content = await asyncio.to_thread((PHOTOS / name).read_bytes)
        answer = await self._road.http.send_file(f"{self._base}/files", name, content, "image/jpeg")
        answer.raise_for_status()
        self._sent(answer.json())

    async def hears(self, wanted: Said) -> Mapping[str, Any]:
        """Read until the wanted message is there.

        Raises:
            Gone: it did not come in time.
        """
        deadline = self._road.deadline()
        while monotonic_seconds() < deadline and not self._road.hurry.is_set():
            query = {"after": self._seen, "author": "office", "wait_seconds": LISTEN_SECONDS}
            page = await self._road.simulator("GET", f"{self._base}/messages", params=query)
            for message in page["messages"]:
                self._seen = message["number"]
                if wanted(message):
                    return dict(message)
        raise Gone

    def _sent(self, message: Mapping[str, Any], *, files: bool = False) -> None:
        self._road.history.asked("whatsapp", message["wamid"], self._journey, files=files)
        self.wamids.append(message["wamid"])


async def whatsapp(road: Road, key: str, person: Person, phone: str) -> None:
    """A citizen asks for a lost family card in a chat and waits for it there."""
    road.history.journey(key, "whatsapp", phone)
    road.history.personal(person.nik, person.kk_number, person.name, phone)
    body = {"phone": phone, "name": person.name, "auto_read": True}
    citizen = await road.simulator("POST", f"{road.sites.whatsapp}/sim/citizens", json=body)
    road.history.personal(citizen["bsuid"])
    await _enrol(road, person, phone)
    chat = Chat(road, key, citizen["id"])
    try:
        receipt = await _ask(chat, person)
        await follow(road, key, [receipt])
    finally:
        await road.outside.read_messages(chat.citizen_id, chat.wamids)


async def _enrol(road: Road, person: Person, phone: str) -> None:
    """The counter links the phone to the person, again until it is answered.

    Raises:
        Gone: there was no answer in time.
    """
    headers, deadline, pause = {"Authorization": f"Bearer {road.sites.reader_key}"}, road.deadline(), FIRST_PAUSE
    while True:
        body = {"phone": phone, "nik": person.nik}
        answer = await road.try_once("POST", f"{road.sites.intake}/v1/people/links", json=body, headers=headers)
        if answer is not None and answer.is_success:
            return
        if monotonic_seconds() > deadline:
            raise Gone
        await road.rest(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def _ask(chat: Chat, person: Person) -> str:
    await chat.write("Halo")
    await chat.hears(_says("Layanan yang dapat diajukan"))
    await chat.write("Kartu Keluarga hilang")
    await chat.hears(_says("ketik *NIK*"))
    await chat.write(person.nik)
    await chat.hears(_says("ketik *Nomor Kartu Keluarga*"))
    await chat.write(person.kk_number)
    await chat.hears(_says("kirim foto *surat kehilangan"))
    await chat.photo("surat-polisi.jpg")
    await chat.hears(_says("kirim foto *KTP"))
    await chat.photo("ktp.jpg")
    await chat.press(await chat.hears(_has_button("confirm")), "confirm", files=True)
    answer = await chat.hears(lambda message: bool(RECEIPT.search(_text(message))))
    return str(RECEIPT.findall(_text(answer))[0])


def _text(message: Mapping[str, Any]) -> str:
    return str(message["content"].get("text") or "")


def _says(word: str) -> Said:
    return lambda message: word in _text(message)


def _has_button(button_id: str) -> Said:
    return lambda message: any(button["id"] == button_id for button in message["content"].get("buttons", ()))
