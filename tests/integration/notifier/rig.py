"""The notifier's workers over a real database and real HTTP: the simulators of WhatsApp and the court, and a small issuance."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI, Request, Response

from deploy.simulators.court.app import build as build_court
from deploy.simulators.court.courtroom import Courtroom
from deploy.simulators.court.settings import Settings as CourtSettings
from deploy.simulators.whatsapp.app import build as build_whatsapp
from deploy.simulators.whatsapp.carrier import Carrier
from deploy.simulators.whatsapp.settings import Settings as WhatsAppSettings
from services.notifier import consumers, wiring
from services.notifier.domain.job import Job
from services.notifier.settings import Settings
from services.notifier.store import INDEXES
from services.notifier.store.schema import JOBS, job_from_doc
from shared.clock import now
from shared.contracts import intake, intake_news, issuance, verification
from shared.contracts.envelope import Event
from shared.contracts.parts import Contact, Person
from shared.ids import new_id
from shared.messaging.delivery import AnyEventRoute, Delivery
from shared.values import BROADCAST_KEY, Channel
from tests.support.eventually import PATIENCE_SECONDS, eventually
from tests.support.harness import Clock, Harness
from tests.support.http_server import free_socket, serving

ACCESS_TOKEN = "token-of-the-test"
CALLBACK_SECRET = "whsec_Y2FsbGJhY2stc2VjcmV0LW9mLXRoZS10ZXN0"
COURT = "PA.Kab.Mn"
ISSUANCE_KEY = "key-of-the-notifier"
IMPATIENT: dict[str, Any] = {"answer_seconds": 1.0}
"""For where somebody gives no answer. Elsewhere a busy machine must not make a slow answer a lost one."""
PDF = b"%PDF-1.7 a family card\n%%EOF"
PHONE = "6281234567890"


Ended = issuance.DocumentSuperseded | issuance.DocumentRevoked | issuance.DocumentVoided


@dataclass
class Office:
    """What stands around the notifier: issuance with its documents, and the webhook address that intake would have."""

    documents: dict[str, bytes] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/v1/documents/{document_id}/content")
        async def content(document_id: str, request: Request) -> Response:
            self.fetched.append(document_id)
            if request.headers["authorization"] != f"Bearer {ISSUANCE_KEY}":
                return Response(status_code=401)
            if self.answers:
                return Response(status_code=self.answers.pop(0))
            return Response(self.documents[document_id], media_type="application/pdf")

        @app.post("/webhook")
        async def webhook(request: Request) -> Response:
            for entry in json.loads(await request.body())["entry"]:
                for change in entry["changes"]:
                    self.statuses += change["value"].get("statuses", [])
            self.arrived.set()
            return Response("{}", media_type="application/json")

        return app


@dataclass
class Rig(Harness):
    """The notifier under test and everything it talks to."""

    settings: Settings
    parts: wiring.Notifier
    office: Office
    phone: Carrier
    court: Courtroom
    whatsapp: httpx.AsyncClient
    courthouse: httpx.AsyncClient

    # What comes in

    def routes(self) -> Sequence[AnyEventRoute[Any]]:
        return consumers.routes(self.parts.deps)

    def delivery(self, event: Event, **other: Any) -> Delivery:
        return super().delivery(event, **{"correlation_id": "request-1", **other})

    def whatsapp_contact(self, phone: str = PHONE, ago: timedelta = timedelta(0)) -> Contact:
        return Contact(channel=Channel.WHATSAPP, address=phone, last_inbound_at=self.clock() - ago)

    def reply(
        self,
        text: str = "Halo",
        phone: str = PHONE,
        *,
        ago: timedelta = timedelta(0),
        buttons: Sequence[str] = (),
        rows: Sequence[str] = (),
    ) -> Event:
        said = [intake.ReplyButton(id=title.lower(), title=title) for title in buttons]
        listed = [intake.ReplyRow(id=title.lower(), title=title, about=title * 2) for title in rows]
        personal = intake.ReplyComposedPersonal(
            contact=self.whatsapp_contact(phone, ago), text=text, buttons=tuple(said), rows=tuple(listed)
        )
        return intake.ReplyComposed(conversation_id="conversation-1", request_id="request-1", personal=personal)

    def document(self, contact: Contact | None = None, content: bytes = PDF, **changes: Any) -> Event:
        contact = contact or self.whatsapp_contact()
        document_id = new_id()
        self.office.documents[document_id] = content
        event = issuance.DocumentIssued(
            document_id=document_id,
            request_id="request-1",
            receipt="MDN-7K4Q-9F2X",
            case_id="case-1" if contact.channel == Channel.COURT else None,
            channel=contact.channel,
            service="kk_hilang",
            product="kk",
            documents=1,
            form="pdf",
            document_number="3519-KK-24112026-0001",
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            issued_at=self.clock(),
            personal=issuance.DocumentIssuedPersonal(contact=contact, holder_name="BUDI SANTOSO", check_url="http://127.0.0.1/v/token"),
        )
        return event.model_copy(update=changes)

    def ended(self, kind: type[Ended], contact: Contact | None = None, **changes: Any) -> Event:
        """A document of an earlier request that is superseded, revoked or void."""
        contact = contact or self.whatsapp_contact()
        facts: dict[str, Any] = {
            "document_id": "request-0.kk",
            "request_id": "request-0",
            "receipt": "MDN-3H8P-2C5T",
            "case_id": "case-0" if contact.channel == Channel.COURT else None,
            "channel": contact.channel,
            "product": "kk",
            "document_number": "3519-KK-02032026-0007",
            "personal": issuance.DocumentEndedPersonal(contact=contact, holder_name="BUDI SANTOSO"),
            **changes,
        }
        if kind is issuance.DocumentSuperseded:
            return kind(**{"superseded_by": "request-1.kk", "same_contact": False, "superseded_at": self.clock(), **facts})
        if kind is issuance.DocumentVoided:
            told = {"service": "kk_hilang", "documents": 1, "reason": "sheet_unprintable", "voided_at": self.clock()}
            return kind(**(told | facts))
        return kind(**{"authority": "head_of_office", "reason": "data_wrong", "revoked_at": self.clock(), **facts})

    def card_ready(self, contact: Contact | None = None, **changes: Any) -> Event:
        """A card that lies ready."""
        contact = contact or self.whatsapp_contact()
        facts: dict[str, Any] = {
            "document_id": "request-0.ktp",
            "request_id": "request-0",
            "receipt": "MDN-3H8P-2C5T",
            "case_id": "case-0" if contact.channel == Channel.COURT else None,
            "channel": contact.channel,
            "product": "ktp",
            "document_number": "3519-KT-02032026-0007",
            "prints": 1,
            "place": "MPP Kabupaten Madiun",
            "office_address": "Jl. Contoh 1",
            "hours": "Senin-Kamis 08.00-15.00",
            "ready_at": self.clock(),
            "personal": issuance.DocumentEndedPersonal(contact=contact, holder_name="BUDI SANTOSO"),
        }
        return issuance.CardReady(**(facts | changes))

    def turned_down(self, contact: Contact | None = None, *, note: str | None = None) -> Event:
        contact = contact or self.whatsapp_contact()
        return verification.RequestReturned(
            request_id="request-1",
            receipt="MDN-7K4Q-9F2X",
            case_id="case-1" if contact.channel == Channel.COURT else None,
            channel=contact.channel,
            service="kk_hilang",
            products=("kk",),
            reasons=(verification.Reason(code="nik_not_in_kk", field="answers.nik"), verification.Reason(code="nobody_wrote_a_text")),
            returned_at=self.clock(),
            personal=verification.OfficerNotePersonal(contact=contact, note=note),
        )

    def submitted(self, contact: Contact, request_id: str = "request-1", case_id: str | None = None) -> Event:
        return intake.RequestSubmitted(
            request_id=request_id,
            receipt="MDN-7K4Q-9F2X",
            case_id=case_id,
            channel=contact.channel,
            service="cerai",
            products=("kk", "ktp"),
            submitted_at=self.clock(),
            personal=intake.RequestSubmittedPersonal(contact=contact, applicant=Person(nik="3519014107900001"), answers={}),
        )

    # What goes out

    async def effects(self, **query: Any) -> list[dict[str, Any]]:
        """Every message that WhatsApp accepted, oldest first."""
        response = await self.whatsapp.get("/sim/effects", params={"limit": 1000, **query})
        return list(response.json()["effects"])

    async def accepted(self, count: int, timeout_seconds: float = PATIENCE_SECONDS, **query: Any) -> list[dict[str, Any]]:
        """Wait for so many."""

        async def enough() -> list[dict[str, Any]]:
            found = await self.effects(**query)
            assert len(found) >= count, len(found)
            return found

        found: list[dict[str, Any]] = await eventually(enough, timeout_seconds)
        assert len(found) == count
        return found

    async def callbacks(self, count: int = 0) -> list[dict[str, Any]]:
        """Wait for so many callbacks at the court."""

        async def enough() -> bool:
            return len((await self.courthouse.get("/sim/callbacks")).json()["callbacks"]) >= count

        await eventually(enough)
        return list((await self.courthouse.get("/sim/callbacks")).json()["callbacks"])

    async def fault(self, kind: str, **order: Any) -> None:
        response = await self.whatsapp.post("/sim/faults", json={"kind": kind, **order})
        assert response.status_code == 201, response.text

    async def noted(self, tries: int) -> Job:
        """Wait until what so many tries of the first job came to is written down."""

        async def there() -> Job:
            first = (await self.jobs())[0]
            assert len(first.history) >= tries
            return first

        return await eventually(there)

    async def court_fault(self, kind: str, **order: Any) -> None:
        response = await self.courthouse.post("/sim/faults", json={"kind": kind, **order})
        assert response.status_code == 201, response.text

    async def statuses_in(self) -> None:
        """Carry the statuses that came to the webhook address into the notifier, as intake does."""
        pending, self.office.statuses = self.office.statuses, []
        ours = [status for status in pending if str(status.get("biz_opaque_callback_data")).startswith(BROADCAST_KEY)]
        if ours:
            told = intake_news.BroadcastStatusesReceivedPersonal(statuses=tuple(_of_broadcast(status) for status in ours))
            await self.tell(intake_news.BroadcastStatusesReceived(personal=told))
        for status in pending:
            error = (status.get("errors") or [{}])[0]
            if status in ours:
                continue
            await self.tell(
                intake.MessageStatusReceived(
                    status=intake.DeliveryStatus(status["status"]),
                    at=datetime.fromtimestamp(int(status["timestamp"]), UTC),
                    callback_data=status.get("biz_opaque_callback_data"),
                    error_code=error.get("code"),
                    personal=intake.MessageStatusReceivedPersonal(wamid=status["id"]),
                )
            )

    # What is written down

    async def jobs(self) -> list[Job]:
        """Every job, in the order of its lane."""
        return [job_from_doc(doc) for doc in sorted(await self.rows(JOBS), key=lambda doc: str(doc["order"]))]

    async def job(self) -> Job:
        """The only job."""
        (job,) = await self.jobs()
        return job

    async def job_becomes(self, state: str, timeout_seconds: float = PATIENCE_SECONDS) -> Job:
        """Wait until the only job is in that state."""

        async def there() -> Job:
            job = await self.job()
            assert job.state == state, job.state
            return job

        return await eventually(there, timeout_seconds)

    async def held(self, count: int) -> list[Job]:
        """Wait until so many messages wait for the person to write."""
        found: list[Job] = []

        async def there() -> bool:
            found[:] = [job for job in await self.jobs() if job.state == "held"]
            return len(found) == count

        await eventually(there)
        return found

    async def emitted(self) -> list[dict[str, Any]]:
        """The data of every event in the outbox, with its type."""
        return [{"type": each["type"], "sequence": each["sequence"], **each["data"]} for each in await self.told()]

    def later(self, **delta: float) -> None:
        """Move the clock and let the dispatchers look."""
        self.clock.forward(**delta)
        self.wake()

    def wake(self) -> None:
        for dispatcher in self.parts.dispatchers:
            dispatcher.wake()


def settings_for(mongo_url: str, database: str, *, whatsapp: str, court: str, office: str, **changes: Any) -> Settings:
    """The notifier's settings in a test."""
    values: dict[str, Any] = {
        "amqp_url": "amqp://unused",
        "mongo_url": mongo_url,
        "mongo_database": database,
        "port": 0,
        "whatsapp_url": whatsapp,
        "whatsapp_phone_number_id": "106540352242922",
        "whatsapp_access_token": ACCESS_TOKEN,
        "court_endpoints": [{"court": COURT, "url": f"{court}/callbacks", "secret": CALLBACK_SECRET}],
        "issuance_url": office,
        "issuance_api_key": ISSUANCE_KEY,
        **changes,
    }
    return Settings(**values)


@contextlib.asynccontextmanager
async def outside(**phone: Any) -> AsyncIterator[tuple[Clock, Office, tuple[str, Carrier], tuple[str, Courtroom], str]]:
    """Everything but the notifier."""
    clock, office = Clock(), Office()
    async with contextlib.AsyncExitStack() as stack:
        office_url = await stack.enter_async_context(serving(office.app()))
        place, phone_url = free_socket()
        chosen = WhatsAppSettings(
            app_secret="app-secret",
            access_token=ACCESS_TOKEN,
            webhook_url=f"{office_url}/webhook",
            public_url=phone_url,
            **{"sent_after_ms": 1, "delivered_after_ms": 2, "hang_seconds": 3, **phone},
        )
        app, carrier = build_whatsapp(chosen, clock)
        await stack.enter_async_context(serving(app, place=place, before_stop=carrier.close))
        court_app, room = build_court(
            CourtSettings(
                decision_secret=CALLBACK_SECRET,
                callback_secret=CALLBACK_SECRET,
                hang_seconds=3,
            )
        )
        court_url = await stack.enter_async_context(serving(court_app, before_stop=room.close))
        yield clock, office, (phone_url, carrier), (court_url, room), office_url


@contextlib.asynccontextmanager
async def running(parts: wiring.Notifier) -> AsyncIterator[None]:
    """Run the dispatchers until the block ends."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(dispatcher.run(stop)) for dispatcher in parts.dispatchers]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


@contextlib.asynccontextmanager
async def make_rig(
    mongo_url: str, database: str, *, work: bool = True, phone: dict[str, Any] | None = None, **changes: Any
) -> AsyncIterator[Rig]:
    """A notifier at work."""
    async with outside(**(phone or {})) as (clock, office, (phone_url, carrier), (court_url, room), office_url):
        settings = settings_for(mongo_url, database, whatsapp=phone_url, court=court_url, office=office_url, **changes)
        parts = wiring.assemble(settings, clock)
        await parts.mongo.prepare(database, INDEXES)
        await parts.units.prepare()
        async with (
            httpx.AsyncClient(base_url=phone_url, trust_env=False, timeout=30) as whatsapp,
            httpx.AsyncClient(base_url=court_url, trust_env=False, timeout=30) as courthouse,
        ):
            rig = Rig(parts.mongo, database, clock, parts.units, settings, parts, office, carrier, room, whatsapp, courthouse)
            await rig.whatsapp.post("/sim/citizens", json={"phone": PHONE})
            carrier.people.by_phone(PHONE).last_inbound_at = now()  # type: ignore[union-attr]  # just added
            try:
                if work:
                    async with running(parts):
                        yield rig
                else:
                    yield rig
            finally:
                await parts.http.aclose()
                await parts.mongo.close()


@contextlib.asynccontextmanager
async def another(rig: Rig) -> AsyncIterator[wiring.Notifier]:
    """A second process of the notifier, not yet at work."""
    parts = wiring.assemble(rig.settings, rig.clock)
    try:
        yield parts
    finally:
        await parts.http.aclose()
        await parts.mongo.close()


def _of_broadcast(status: dict[str, Any]) -> intake_news.BroadcastStatus:
    return intake_news.BroadcastStatus(
        wamid=status["id"],
        status=intake.DeliveryStatus(status["status"]),
        at=datetime.fromtimestamp(int(status["timestamp"]), UTC),
        callback_data=status["biz_opaque_callback_data"],
        error_code=(status.get("errors") or [{}])[0].get("code"),
    )
