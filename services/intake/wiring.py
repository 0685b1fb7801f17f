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
from services.intake.domain.forms import ServiceMenu
from services.intake.domain.requests import RequestState
from services.intake.domain.texts import Dates, DialogueTexts
from services.intake.domain.words import Meaning, Vocabulary, plain
from services.intake.jobs import ChatLimits, Chats, Drafts, Statuses, UploadSweeper
from services.intake.ports import Deps, Tx
from services.intake.settings import Settings
from services.intake.store import INDEXES, IntakeTx, MongoRequestReader, MongoWebhookLog, PeopleStore, UsedFiles
from shared.clock import WIB, Clock, now
from shared.health import Check, Health
from shared.ids import new_id, new_receipt
from shared.messaging.host import MessagingHost
from shared.messaging.operations import accounting
from shared.messaging.transaction.runner import UnitOfWork, UnitOfWorkRunner
from shared.mongo.files import Files
from shared.mongo.unused import UnusedFiles
from shared.process import BackgroundJob, Service
from shared.reference.catalogue import Catalogue, catalogue
from shared.reference.reasons import reasons
from shared.reference.working_hours import WorkingHours
from shared.web import InFlightRequests

NAME: Final = "intake"
TEMPLATES: Final = Path(__file__).parent / "templates"
BUCKET: Final = "files"
ACCOUNTS: Final = (
    accounting.by_state(
        "requests",
        "requests",
        finished=(RequestState.RETURNED, RequestState.REJECTED, RequestState.READY, RequestState.DELIVERED),
        parked=(RequestState.UNDELIVERED,),
        in_flight=(RequestState.SUBMITTED, RequestState.APPROVED, RequestState.ISSUED),
    ),
    accounting.by_state("webhook_log", "webhook_log", finished=("handled", "kept", "discarded"), parked=("parked",), in_flight=("new",)),
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
        self.host = MessagingHost(settings, NAME)
        self.mongo, self.database = self.host.mongo, self.host.database
        self.files = Files(self.mongo, self.database, BUCKET)
        self.webhook_log = MongoWebhookLog(self.mongo, self.database)
        self.media = self._media(http)
        self.documents = IssuedDocuments(
            settings.issuance_url,
            settings.issuance_api_key.get_secret_value(),
            timeout_seconds=settings.issuance_timeout_seconds,
            transport=issuance,
        )
        self.units: UnitOfWorkRunner[Tx] = self.host.units(self._tx(clock), clock)
        self.deps = self._deps(clock)
        self.in_flight = InFlightRequests()
        self.consumer = self.host.consumer(self.units, consumers.routes(self.deps), self._yield_to_requests)
        self.chats_woken, self.statuses_woken = asyncio.Event(), asyncio.Event()
        self.chats = Chats(self.deps, self.units, self.chats_woken, self._chat_limits(), self._yield_to_requests)
        self.statuses = Statuses(self.deps, self.units, self.statuses_woken, settings.webhook_log_poll_seconds, self._yield_to_requests)
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
        self.health.add("mongo", self.host.check_database)

    def service(self) -> Service:
        """The process."""
        return Service(
            name=NAME,
            health=self.health,
            app=api.create(self.settings, self.health, self._parts()),
            prepare=self.prepare,
            workers=(
                BackgroundJob("consumer", self.consumer.run, {"broker": self.consumer.check}),
                BackgroundJob("chats", self.chats.run, {"webhook_log": self.check_webhook_log}),
                BackgroundJob("statuses", self.statuses.run),
                BackgroundJob("drafts", UploadSweeper("drafts", self.drafts.sweep).run),
                BackgroundJob("unused files", UploadSweeper("unused_files", self.unused_files.sweep).run),
                BackgroundJob("half uploads", UploadSweeper("half_uploads", self.files.sweep).run),
            ),
            relay=BackgroundJob("relay", self.host.relay.run, {"outbox": self.host.check_outbox, "publisher": self.host.publisher.check}),
            close=(self.media.close, self.documents.close, self.host.close),
        )

    async def prepare(self) -> None:
        """Create collections and indexes, and write down how intake counts."""
        await self.mongo.prepare(self.database, INDEXES)
        await self.files.prepare()
        await self.units.prepare()
        await accounting.register(self.mongo, self.database, ACCOUNTS)

    async def check_webhook_log(self) -> Check:
        """Readiness of what works the webhook log off: nothing waits in it for too long, whatever keeps it there."""
        age = await self.webhook_log.oldest_seconds(self.deps.clock())
        old = age > self.settings.webhook_log_alarm_seconds
        return Check(ok=not old, reason="webhook_log_old" if old else "", value=round(age, 1))

    def wake(self) -> None:
        """There is something in the webhook log."""
        self.chats_woken.set()
        self.statuses_woken.set()

    async def _yield_to_requests(self) -> None:
        await self.in_flight.yield_to_requests(self.settings.yield_seconds)

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
        desk = ServiceMenu.of(services, settings.open_services)
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
            webhook_log=self.webhook_log,
            files=self.files,
            media=self.media,
            register=MongoRequestReader(self.mongo, self.database),
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
            in_flight=self.in_flight,
            database_lost=self.mongo.lost,
        )

    def _chat_limits(self) -> ChatLimits:
        settings = self.settings
        return ChatLimits(
            at_once=settings.chats_at_once,
            lease_seconds=settings.chat_lease_seconds,
            tries=settings.chat_tries,
            media_tries=settings.media_tries,
            poll_seconds=settings.webhook_log_poll_seconds,
        )


def read_texts(path: Path) -> DialogueTexts:
    """What the dialogue says.

    Raises:
        OSError: the file can't be read.
        KeyError: a table is missing.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    dates = document["dates"]
    sentences = {code: reason.text for code, reason in reasons().items()}
    written = Dates(dates["days"], dates["months"], dates["moment"])
    return DialogueTexts(document["texts"], document["buttons"], document["states"], sentences, written, WIB)


def read_vocabulary(path: Path, desk: ServiceMenu, services: Catalogue) -> Vocabulary:
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
