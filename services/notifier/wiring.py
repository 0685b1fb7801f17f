"""Puts the notifier together. The only place that knows the store and the adapters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from secrets import SystemRandom
from typing import Final, TypeVar

import httpx

from services.notifier import api, consumers
from services.notifier.adapters.court import CourtCallbacks, Endpoint
from services.notifier.adapters.issuance import IssuedDocuments
from services.notifier.adapters.network import make_http
from services.notifier.adapters.whatsapp import WhatsApp
from services.notifier.adapters.wording import load_texts
from services.notifier.domain.facts import Channel
from services.notifier.domain.job import OPEN, Job, JobState, SendPolicy
from services.notifier.domain.notice import channel_of
from services.notifier.domain.pacing import Rate
from services.notifier.handlers.lane_worker import LaneWorker
from services.notifier.handlers.sender_limiter import SenderLimiter
from services.notifier.jobs import Dispatcher, JobSweeper
from services.notifier.ports import Deps, Tx
from services.notifier.settings import Settings
from services.notifier.store import INDEXES, JOBS, MongoJobReader, MongoJobs, MongoLanes, MongoSenders, MongoTx
from shared.clock import Clock, now
from shared.health import Check, CheckFunction, Health
from shared.messaging.delivery import Context
from shared.messaging.host import MessagingHost
from shared.messaging.operations import accounting
from shared.messaging.transaction.runner import UnitOfWork, UnitOfWorkRunner
from shared.mongo import Mongo
from shared.process import BackgroundJob, Service
from shared.web import create_app

NAME: Final = "notifier"
ACCOUNT: Final = accounting.by_state(
    "notices", JOBS, finished=(JobState.DONE, JobState.DISCARDED, JobState.HELD), parked=(JobState.FAILED,), in_flight=tuple(sorted(OPEN))
)
_BURST_SECONDS: Final = 0.25  # of the number's rate may leave at once: a burst stays far below what Meta counts in a second

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the process runs and what tests reach for."""

    host: MessagingHost
    mongo: Mongo
    units: UnitOfWorkRunner[Tx]
    deps: Deps
    sender_limiter: SenderLimiter
    reader: MongoJobReader
    dispatchers: tuple[Dispatcher, Dispatcher]
    sweeper: JobSweeper
    http: httpx.AsyncClient


def assemble(settings: Settings, clock: Clock = now) -> Parts:
    """Everything but the consumer and the HTTP side."""
    host = MessagingHost(settings, NAME)
    mongo, database = host.mongo, host.database
    by_channel: dict[str, Dispatcher] = {}
    rows = mongo.collection(database, JOBS)

    def wake(lane: str) -> None:
        by_channel[channel_of(lane)].wake(lane)

    def make_tx(work: UnitOfWork) -> Tx:
        return MongoTx(work, rows, wake)

    units: UnitOfWorkRunner[Tx] = host.units(make_tx, clock)
    http = make_http(settings.answer_seconds)
    deps = _deps(settings, clock, mongo, database, units, http)
    sender_limiter = SenderLimiter(deps.senders, deps.number_rate, clock, deps.jitter)
    slots = settings.lanes_at_once
    sweeper = JobSweeper(deps, sender_limiter)
    lane_worker = LaneWorker(deps, sender_limiter, warm=sender_limiter.warm, accepted=sweeper.accepted)
    whatsapp = Dispatcher("whatsapp", deps, lane_worker, slots=slots, hold_seconds=sender_limiter.hold_seconds)
    court = Dispatcher("court", deps, LaneWorker(deps, sender_limiter), slots=slots)
    by_channel |= {"whatsapp": whatsapp, "court": court}
    return Parts(host, mongo, units, deps, sender_limiter, MongoJobReader(mongo, database), (whatsapp, court), sweeper, http)


def build(settings: Settings) -> Service:
    """All parts of one process."""
    parts = assemble(settings)
    host = parts.host
    consumer = host.consumer(parts.units, consumers.routes(parts.deps, parts.sender_limiter))
    sender, notices = _checks(settings, parts)
    health = Health()
    health.add("mongo", host.check_database)
    app = create_app(settings, health, title="Pemberitahuan", database_lost=host.mongo.lost)
    app.include_router(api.router(parts.deps, parts.sender_limiter, parts.reader))
    app.include_router(api.stuck_router(parts.deps, parts.reader))

    async def prepare() -> None:
        await parts.mongo.prepare(host.database, INDEXES)
        await parts.units.prepare()
        await accounting.register(parts.mongo, host.database, (ACCOUNT,))

    return Service(
        name=NAME,
        health=health,
        app=app,
        prepare=prepare,
        workers=(
            BackgroundJob("consumer", consumer.run, {"broker": consumer.check}),
            *(BackgroundJob(f"dispatcher-{dispatcher.channel}", dispatcher.run) for dispatcher in parts.dispatchers),
            BackgroundJob("sweeper", parts.sweeper.run, {"sender": sender, "notices": notices}),
        ),
        relay=BackgroundJob("relay", host.relay.run, {"outbox": host.check_outbox, "publisher": host.publisher.check}),
        close=(parts.http.aclose, host.close),
    )


def _deps(settings: Settings, clock: Clock, mongo: Mongo, database: str, units: UnitOfWorkRunner[Tx], http: httpx.AsyncClient) -> Deps:
    async def transact(body: Callable[[Tx], Awaitable[R]], job: Job | None = None) -> R:
        context = None if job is None else Context(job.correlation_id, job.causation_id, job.traceparent)
        return await units.run(body, context=context)

    endpoints = {each.court: Endpoint(each.url, each.secret.get_secret_value(), each.can_be_asked) for each in settings.court_endpoints}
    return Deps(
        clock=clock,
        jitter=SystemRandom().random,
        policy=SendPolicy(
            window_seconds=timedelta(hours=settings.whatsapp_window_hours).total_seconds(),
            unknown_seconds=max(settings.unknown_seconds, settings.answer_seconds),
        ),
        texts=load_texts(),
        number_rate=Rate(settings.whatsapp_per_second, max(1.0, settings.whatsapp_per_second * _BURST_SECONDS)),
        pair_rate=Rate(1 / settings.whatsapp_pair_seconds, settings.whatsapp_pair_burst),
        transact=transact,
        lanes=MongoLanes(mongo, database),
        jobs=MongoJobs(mongo, database),
        senders=MongoSenders(mongo, database),
        messenger=WhatsApp(
            http,
            base_url=settings.whatsapp_url,
            version=settings.whatsapp_version,
            phone_number_id=settings.whatsapp_phone_number_id,
            access_token=settings.whatsapp_access_token.get_secret_value(),
            clock=clock,
        ),
        courts=CourtCallbacks(http, endpoints, clock),
        documents=IssuedDocuments(http, base_url=settings.issuance_url, api_key=settings.issuance_api_key.get_secret_value(), clock=clock),
        lease_seconds=settings.lane_lease_seconds,
    )


def _checks(settings: Settings, parts: Parts) -> tuple[CheckFunction, CheckFunction]:
    async def sender() -> Check:
        state = await parts.sender_limiter.state()
        return Check(ok=not state.is_paused, reason="sender_paused" if state.is_paused else "", value=state.paused_reason)

    async def notices() -> Check:
        age = await parts.reader.oldest_open_seconds(Channel.WHATSAPP, parts.deps.clock())
        old = age > settings.stuck_seconds
        return Check(ok=not old, reason="notices_old" if old else "", value=round(age, 1))

    return sender, notices
