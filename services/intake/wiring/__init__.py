"""The assembly of intake. The only place that knows the store and the adapters."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import httpx

from services.intake import api, consumers, desk, public
from services.intake.adapters.bundle_files import ZipFiles
from services.intake.api import stuck
from services.intake.domain.requests import RequestState
from services.intake.jobs import (
    AudienceFinder,
    BundlePacking,
    ChatLimits,
    ChatWorker,
    DraftReminders,
    FunnelFolder,
    LateOfficers,
    StaleDrafts,
    StatusWorker,
    SurveyAsking,
    VisitReminders,
    WebhookLogWatch,
)
from services.intake.ports import Deps, Tx
from services.intake.settings import Settings
from services.intake.store import (
    INDEXES,
    MongoTx,
    MongoWebhookLog,
    refills_of,
)
from services.intake.wiring.counts import chat_count
from services.intake.wiring.dependencies import dependencies
from services.intake.wiring.outside import Outside
from services.intake.wiring.retention import Retention, install_keeping, retention_of
from services.intake.wiring.survey import read_questions as read_questions
from services.intake.wiring.texts import TEMPLATES as TEMPLATES
from services.intake.wiring.texts import read_card_words as read_card_words
from services.intake.wiring.texts import read_desk_texts as read_desk_texts
from services.intake.wiring.texts import read_texts as read_texts
from services.intake.wiring.texts import read_vocabulary as read_vocabulary
from shared.clock import Clock, now
from shared.health import Check, Health
from shared.messaging.host import MessagingHost
from shared.messaging.operations import accounting
from shared.messaging.operations.accounting import Count
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.mongo.files import Files
from shared.poller import Poller, sweeper
from shared.process import BackgroundJob, Service
from shared.reference.retention import expiry_days
from shared.refill import RefillJob
from shared.standing import state_counts
from shared.stuck_messages import StuckWithMessages
from shared.web import FastAPI, InFlightRequests, create_app
from shared.web.desk import JwksReader, shell
from shared.web.meta_webhooks import WebhookSecrets
from shared.web.storage_gate import TakingIn

NAME: Final = "intake"
BUCKET: Final = "files"
BUNDLE_BUCKET: Final = "bundle_files"
_REMIND_SECONDS: Final = 600.0  # a reminder is some hours late or early, and nobody minds minutes
_SWEEP_SECONDS: Final = 3600.0  # stale drafts and unused files are days old
ACCOUNTS: Final = (
    accounting.by_state(
        "requests",
        "requests",
        finished=(
            *(RequestState.RETURNED, RequestState.REJECTED, RequestState.ANSWERED),
            *(RequestState.VOID, RequestState.READY, RequestState.DELIVERED),
        ),
        parked=(RequestState.UNDELIVERED,),
        in_flight=(RequestState.SUBMITTED, RequestState.APPROVED, RequestState.ISSUED),
    ),
    replace(
        accounting.by_state(
            "webhook_log", "webhook_log", finished=("handled", "kept", "discarded"), parked=("parked",), in_flight=("new",)
        ),
        parked=(Count("webhook_log", {"state": {"$in": ["parked"]}, "stuck_id": {"$gt": ""}}),),  # as their index has them
    ),
)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a process, for `service` and for tests."""

    settings: Settings
    host: MessagingHost
    files: Files
    bundles: Files
    outside: Outside
    webhook_log: MongoWebhookLog
    units: UnitOfWorkRunner[Tx]
    deps: Deps
    retention: Retention
    drafts: StaleDrafts
    waiting: LateOfficers
    reminders: DraftReminders
    survey: SurveyAsking
    visit_reminders: VisitReminders
    in_flight: InFlightRequests = field(default_factory=InFlightRequests)
    chats_woken: asyncio.Event = field(default_factory=asyncio.Event)
    statuses_woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def prepare(self) -> None:
        """Create collections and indexes, and register intake's accounts for the reconciliation."""
        mongo, database = self.host.mongo, self.host.database
        await mongo.prepare(database, INDEXES, days=expiry_days(NAME, self.settings))
        await self.files.prepare()
        await self.bundles.prepare()
        await self.units.prepare()
        await accounting.register(mongo, database, ACCOUNTS)

    async def check_webhook_log(self) -> Check:
        """Check that nothing waits in the webhook log for too long, for whatever reason."""
        age = await self.webhook_log.oldest_seconds(self.deps.clock())
        old = age > self.settings.webhook_log_alarm_seconds
        return Check(ok=not old, reason="webhook_log_old" if old else "", value=round(age, 1))

    async def yield_to_requests(self) -> None:
        """Wait, for a limited time, while HTTP requests are being answered."""
        await self.in_flight.yield_to_requests(self.settings.yield_seconds)

    def wake(self) -> None:
        """Tell the jobs that there is something in the webhook log."""
        self.chats_woken.set()
        self.statuses_woken.set()


def build(settings: Settings) -> Service:
    """Return one process of intake; nothing is opened before it runs."""
    parts = assemble(settings)
    return service(parts, chat_worker(parts), status_worker(parts))


def assemble(settings: Settings, clock: Clock = now, http: httpx.AsyncClient | None = None) -> Parts:
    """Return the parts of a process without its workers and routes. `http` is for calls to WhatsApp."""
    host = MessagingHost(settings, NAME)
    mongo, database = host.mongo, host.database
    files, webhook_log = Files(mongo, database, BUCKET), MongoWebhookLog(mongo, database)
    bundles = Files(mongo, database, BUNDLE_BUCKET)
    zips = ZipFiles(bundles, clock, settings.bundle_max_bytes)
    outside = Outside.of(settings, files, zips, webhook_log, http)
    deps = dependencies(settings, mongo, database, clock, outside)
    kept = timedelta(days=settings.chat_log_days)
    units: UnitOfWorkRunner[Tx] = host.units(lambda work: MongoTx(work, mongo, database, clock, deps.catalogue, kept), clock)
    return Parts(
        settings,
        host,
        files,
        bundles,
        outside,
        webhook_log,
        units,
        deps,
        retention_of(settings, host, BUCKET, deps, units),
        StaleDrafts(deps, units),
        LateOfficers(deps, units),
        DraftReminders(deps, units, timedelta(hours=settings.draft_reminder_hours)),
        SurveyAsking(deps, units, settings.survey_poll_seconds),
        VisitReminders(deps, units),
    )


def chat_worker(parts: Parts) -> ChatWorker:
    """Return the worker that handles messages."""
    settings = parts.settings
    limits = ChatLimits(
        at_once=settings.chats_at_once,
        lease_seconds=settings.chat_lease_seconds,
        tries=settings.chat_tries,
        media_tries=settings.media_tries,
        poll_seconds=settings.webhook_log_poll_seconds,
    )
    return ChatWorker(parts.deps, parts.units, parts.chats_woken, limits, parts.yield_to_requests)


def status_worker(parts: Parts) -> StatusWorker:
    """Return the worker that handles statuses."""
    return StatusWorker(parts.deps, parts.units, parts.statuses_woken, parts.settings.webhook_log_poll_seconds, parts.yield_to_requests)


def service(parts: Parts, chats: ChatWorker, statuses: StatusWorker) -> Service:
    """Return the process made of these parts and workers."""
    host = parts.host
    consumer = host.consumer(parts.units, consumers.routes(parts.deps), parts.yield_to_requests)
    health = host.health()
    session_keys = JwksReader(parts.settings.desk_keys_url)
    app = _app(parts, health)
    shell.install(app, parts.settings, health, session_keys.read, desk.TEMPLATES)
    desk.install(app, parts.units, parts.deps)
    public.install(app, parts.units, parts.deps, parts.settings)
    source = StuckWithMessages(stuck.ParkedItems(parts.deps, parts.units, parts.wake), host.stuck_messages(), NAME)
    desk.install_stuck(app, source, stuck.PERSONAL)
    install_keeping(app, parts.settings, host)
    return Service(
        name=NAME,
        health=health,
        app=app,
        prepare=parts.prepare,
        workers=(
            BackgroundJob("consumer", consumer.run, {"broker": consumer.check}),
            BackgroundJob("chats", chats.run, {"webhook_log": parts.check_webhook_log}),
            BackgroundJob("statuses", statuses.run),
            BackgroundJob("watch", WebhookLogWatch(parts.webhook_log, parts.wake, is_on=parts.settings.webhook_log_watch).run),
            BackgroundJob("audiences", AudienceFinder(parts.deps, parts.units).run),
            BackgroundJob("words", Poller("words", parts.deps.words.refresh, poll_seconds=parts.settings.words_poll_seconds).run),
            BackgroundJob("refill", RefillJob(host.mongo, host.database, refills_of(parts.deps.catalogue)).poller().run),
            BackgroundJob("drafts", sweeper("drafts", parts.drafts.sweep, every_seconds=_SWEEP_SECONDS).run),
            BackgroundJob("funnel", FunnelFolder(parts.deps.funnel, parts.settings.funnel_seconds).poller().run),
            BackgroundJob("bundles", BundlePacking(parts.deps, parts.units).poller().run),
            BackgroundJob("late officers", parts.waiting.poller().run),
            BackgroundJob("survey", parts.survey.poller().run),
            BackgroundJob("reminders", sweeper("reminders", parts.reminders.sweep, every_seconds=_REMIND_SECONDS).run),
            BackgroundJob("visits", sweeper("visits", parts.visit_reminders.sweep, every_seconds=_REMIND_SECONDS).run),
            *parts.retention.jobs(),
            BackgroundJob("half uploads", sweeper("half_uploads", parts.files.sweep, every_seconds=_SWEEP_SECONDS).run),
            BackgroundJob("half bundles", sweeper("half_bundles", parts.bundles.sweep, every_seconds=_SWEEP_SECONDS).run),
        ),
        relay=BackgroundJob("relay", host.relay.run, {"outbox": host.check_outbox, "publisher": host.publisher.check}),
        counts=(*state_counts(host, ACCOUNTS), chat_count(parts.deps.chats, parts.deps.clock)),
        close=(parts.outside.close, session_keys.close, host.close),
    )


def _app(parts: Parts, health: Health) -> FastAPI:
    settings = parts.settings
    app = create_app(
        settings,
        health,
        title="Intake",
        database_lost=parts.host.mongo.lost,
        public=(*api.PUBLIC, *public.PATHS),
        larger_bodies=api.larger_bodies(settings.file_max_bytes),
        in_flight=parts.in_flight,
        taking_in=TakingIn(api.TAKES_IN, parts.host.storage.is_low),
    )
    secrets = (settings.whatsapp_app_secret, settings.whatsapp_app_secret_before)
    api.install(
        app,
        parts.units,
        api.ApiDeps(
            deps=parts.deps,
            wake=parts.wake,
            whatsapp=WebhookSecrets(
                tuple(secret.get_secret_value().encode() for secret in secrets if secret and secret.get_secret_value()),
                settings.whatsapp_verify_token.get_secret_value().encode(),
            ),
            courts=api.Signatures({court: [each.get_secret_value() for each in known] for court, known in settings.court_secrets.items()}),
            file_max_bytes=settings.file_max_bytes,
        ),
    )
    return app
