"""Puts intake together. The only place that knows the store and the adapters."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx

from services.intake import api, consumers
from services.intake.adapters.issued_documents import IssuedDocuments
from services.intake.adapters.whatsapp_media import MediaLimits, WhatsappMedia
from services.intake.domain.conversation import DOCUMENT_TYPES
from services.intake.domain.docket import Limits
from services.intake.domain.forms import Desk
from services.intake.domain.requests import State
from services.intake.domain.texts import Dates, Texts
from services.intake.domain.words import Meaning, Vocabulary, plain
from services.intake.jobs import ChatLimits, Chats, Drafts, Statuses, Sweeper
from services.intake.ports import Deps, Tx
from services.intake.settings import Settings
from services.intake.store import INDEXES, SHELVES, InflowStore, IntakeTx, PeopleStore, RegisterStore, UsedFiles
from shared.clock import WIB, Clock, now
from shared.health import Check, Health
from shared.ids import new_id, new_receipt
from shared.messaging import conservation, shelves
from shared.messaging.station import Station
from shared.messaging.units import UnitOfWork, Units
from shared.mongo.files import Files
from shared.mongo.unused import UnusedFiles
from shared.process import Job, Service
from shared.reference.catalogue import Catalogue, catalogue
from shared.reference.reasons import reasons
from shared.reference.working_hours import WorkingHours
from shared.web import Traffic

NAME: Final = "intake"
TEMPLATES: Final = Path(__file__).parent / "templates"
BUCKET: Final = "files"
ACCOUNTS: Final = (
    conservation.by_state(
        "requests",
        "requests",
        finished=(State.RETURNED, State.REJECTED, State.READY, State.DELIVERED),
        parked=(State.UNDELIVERED,),
        in_flight=(State.SUBMITTED, State.APPROVED, State.ISSUED),
    ),
    conservation.by_state("inflow", "inflow", finished=("handled", "kept", "discarded"), parked=("parked",), in_flight=("new",)),
)


def build(settings: Settings) -> Service:
    """Everything one process of intake is made of; nothing is opened before it runs."""
    return Wiring(settings).service()


class Wiring:
    """The parts, by name, so that tests can reach them. `http` is for calls to WhatsApp, `issuance` for those to issuance."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock = now,
        http: httpx.AsyncClient | None = None,
        issuance: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.settings = settings
        self.station = Station(settings, NAME)
        self.mongo, self.database = self.station.mongo, self.station.database
        self.files = Files(self.mongo, self.database, BUCKET)
        self.inflow = InflowStore(self.mongo, self.database)
        self.media = self._media(http)
        self.documents = IssuedDocuments(
            settings.issuance_url,
            settings.issuance_api_key.get_secret_value(),
            timeout_seconds=settings.issuance_timeout_seconds,
            transport=issuance,
        )
        self.units: Units[Tx] = self.station.units(self._tx(clock), clock)
        self.deps = self._deps(clock)
        self.traffic = Traffic()
        self.consumer = self.station.consumer(self.units, consumers.routes(self.deps), self._give_way)
        self.chats_woken, self.statuses_woken = asyncio.Event(), asyncio.Event()
        self.chats = Chats(self.deps, self.units, self.chats_woken, self._chat_limits(), self._give_way)
        self.statuses = Statuses(self.deps, self.units, self.statuses_woken, settings.inflow_poll_seconds, self._give_way)
        self.drafts = Drafts(self.deps, self.units)
        self.unused_files = UnusedFiles(
            self.mongo,
            self.database,
            BUCKET,
            used=UsedFiles(self.mongo, self.database).used,
            age=timedelta(days=settings.unused_file_days),
            clock=clock,
        )
        self.health = Health()
        self.health.add("mongo", self.station.check_database)

    def service(self) -> Service:
        """The process."""
        return Service(
            name=NAME,
            health=self.health,
            app=api.create(self.settings, self.health, self._parts()),
            prepare=self.prepare,
            workers=(
                Job("consumer", self.consumer.run, {"broker": self.consumer.check}),
                Job("chats", self.chats.run, {"inflow": self.check_inflow}),
                Job("statuses", self.statuses.run),
                Job("drafts", Sweeper("drafts", self.drafts.sweep).run),
                Job("unused files", Sweeper("unused_files", self.unused_files.sweep).run),
                Job("half uploads", Sweeper("half_uploads", self.files.sweep).run),
            ),
            relay=Job("relay", self.station.relay.run, {"outbox": self.station.check_outbox, "publisher": self.station.publisher.check}),
            close=(self.media.close, self.documents.close, self.station.close),
        )

    async def prepare(self) -> None:
        """Create collections and indexes, and write down how intake counts and where things wait for an operator."""
        await self.mongo.prepare(self.database, INDEXES)
        await self.files.prepare()
        await self.units.prepare()
        await conservation.register(self.mongo, self.database, ACCOUNTS)
        await shelves.register(self.mongo, self.database, SHELVES)

    async def check_inflow(self) -> Check:
        """Readiness of what works the inflow off: nothing waits in it for too long, whatever keeps it there."""
        age = await self.inflow.oldest_seconds(self.deps.clock())
        old = age > self.settings.inflow_alarm_seconds
        return Check(ok=not old, reason="inflow_old" if old else "", value=round(age, 1))

    def wake(self) -> None:
        """There is something in the inflow."""
        self.chats_woken.set()
        self.statuses_woken.set()

    async def _give_way(self) -> None:
        await self.traffic.give_way(self.settings.yield_seconds)

    def _tx(self, clock: Clock) -> Callable[[UnitOfWork], Tx]:
        return lambda work: IntakeTx(work, self.mongo, self.database, clock)

    def _media(self, http: httpx.AsyncClient | None) -> WhatsappMedia:
        settings = self.settings
        limits = MediaLimits(
            max_bytes=settings.media_max_bytes,
            media_types=DOCUMENT_TYPES,
            hosts=settings.whatsapp_media_hosts,
            allow_http=settings.whatsapp_api_url.startswith("http://"),
        )
        token = settings.whatsapp_access_token.get_secret_value()
        return WhatsappMedia(self.files, api_url=settings.whatsapp_api_url, token=token, limits=limits, client=http)

    def _deps(self, clock: Clock) -> Deps:
        settings = self.settings
        services = catalogue().adjusted(promise_hours=settings.promise_hours)
        desk = Desk.of(services, settings.open_services)
        office = WorkingHours(closed_on=settings.office_closed_on, open_on=settings.office_open_on)
        office.promise(clock(), timedelta(hours=1))  # loads the holidays now: half a second that the first citizen would wait for
        return Deps(
            clock=clock,
            new_id=new_id,
            new_receipt=new_receipt,
            promise=office.promise,
            catalogue=services,
            desk=desk,
            vocabulary=read_vocabulary(TEMPLATES / "words.toml", desk, services),
            texts=read_texts(TEMPLATES / "dialogue.toml"),
            inflow=self.inflow,
            files=self.files,
            media=self.media,
            register=RegisterStore(self.mongo, self.database),
            documents=self.documents,
            people=PeopleStore(self.mongo, self.database),
            limits=Limits(
                settings.contact_requests_a_day,
                settings.person_requests_a_day,
                timedelta(days=settings.repeat_days),
                timedelta(days=settings.link_days),
            ),
            phone_number_id=settings.whatsapp_phone_number_id,
        )

    def _parts(self) -> api.Parts:
        settings = self.settings
        app_secrets = (settings.whatsapp_app_secret, settings.whatsapp_app_secret_before)
        return api.Parts(
            deps=self.deps,
            units=self.units,
            wake=self.wake,
            whatsapp=api.Secrets(
                tuple(secret.get_secret_value().encode() for secret in app_secrets if secret and secret.get_secret_value()),
                settings.whatsapp_verify_token.get_secret_value().encode(),
            ),
            courts=api.Signatures(
                {code: [secret.get_secret_value() for secret in known] for code, known in settings.court_secrets.items()}
            ),
            file_max_bytes=settings.file_max_bytes,
            traffic=self.traffic,
            database_lost=self.mongo.lost,
        )

    def _chat_limits(self) -> ChatLimits:
        settings = self.settings
        return ChatLimits(
            at_once=settings.chats_at_once,
            lease_seconds=settings.chat_lease_seconds,
            tries=settings.chat_tries,
            media_tries=settings.media_tries,
            poll_seconds=settings.inflow_poll_seconds,
        )


def read_texts(path: Path) -> Texts:
    """What the dialogue says.

    Raises:
        OSError: the file can't be read.
        KeyError: a table is missing.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    dates = document["dates"]
    sentences = {code: reason.text for code, reason in reasons().items()}
    written = Dates(dates["days"], dates["months"], dates["moment"])
    return Texts(document["texts"], document["buttons"], document["states"], sentences, written, WIB)


def read_vocabulary(path: Path, desk: Desk, services: Catalogue) -> Vocabulary:
    """What people write. The number and the name of a service in the menu are understood by themselves.

    Raises:
        OSError: the file can't be read.
        ValueError: a command that is none.
        NotFound: words for a service that the catalogue does not have.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    commands = {word: Meaning(name) for name, words in document["commands"].items() for word in words}
    online = {phrase: services.get(code).id for code, phrases in document["services"].items() for phrase in phrases}
    numbered = {str(number): code for number, code in enumerate(desk.forms, start=1)}
    named = {plain(form.title): code for code, form in desk.forms.items()}
    in_person = {phrase: services.get(code).id for code, phrases in document["in_person"].items() for phrase in phrases}
    return Vocabulary(commands, online | named, in_person, numbered)
