"""Puts the notifier together. The only place that knows the store and the adapters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from secrets import SystemRandom
from typing import Final, TypeVar

import httpx

from services.notifier import api, consumers, desk
from services.notifier.adapters.court import CourtCallbacks, Endpoint
from services.notifier.adapters.issuance import IssuanceDocuments
from services.notifier.adapters.network import make_http
from services.notifier.adapters.sender_limiter import TokenSenderLimiter
from services.notifier.adapters.whatsapp import WhatsApp
from services.notifier.adapters.wording import approved_texts, load_texts
from services.notifier.api import stuck
from services.notifier.domain.broadcast import Hours
from services.notifier.domain.job import OPEN, Job, JobState
from services.notifier.domain.news import NewsPolicy
from services.notifier.domain.pacing import Rate
from services.notifier.domain.policy import SendPolicy
from services.notifier.domain.posting.effect import OPEN_EFFECTS, STOPPED, EffectState
from services.notifier.domain.recipient import channel_of
from services.notifier.jobs import Broadcaster, Dispatcher, LaneWorker, Measurer, PostPublisher, StatusSweeper
from services.notifier.ports import Deps, Tx
from services.notifier.settings import Settings
from services.notifier.store import (
    EFFECT_ROWS,
    INDEXES,
    JOBS,
    POSTING_INDEXES,
    MongoBroadcastReader,
    MongoEarlyStatuses,
    MongoJobReader,
    MongoJobs,
    MongoLanes,
    MongoSenders,
    MongoTx,
)
from services.notifier.wiring.posting import PICTURES, picture_inspector, posting_deps
from shared.clock import Clock, now
from shared.health import Check, CheckFunction
from shared.inspection.inspector import Inspector
from shared.messaging.delivery import Context
from shared.messaging.host import MessagingHost
from shared.messaging.operations import accounting
from shared.messaging.transaction.runner import UnitOfWork, UnitOfWorkRunner
from shared.mongo import Mongo
from shared.mongo.files import Files
from shared.process import BackgroundJob, Service
from shared.reference.retention import expiry_days
from shared.reference.working_hours import WorkingHours
from shared.retention import Holdings
from shared.standing import state_counts
from shared.stuck_messages import StuckWithMessages
from shared.values import Channel
from shared.web import create_app, keeping
from shared.web.desk import JwksReader, Pages, shell
from shared.web.storage_gate import TakingIn

NAME: Final = "notifier"
ACCOUNT: Final = accounting.by_state(
    "notices", JOBS, finished=(JobState.DONE, JobState.DISCARDED, JobState.HELD), parked=(JobState.FAILED,), in_flight=tuple(sorted(OPEN))
)
POSTS_ACCOUNT: Final = accounting.by_state(
    "posts",
    EFFECT_ROWS,
    finished=(EffectState.DONE, EffectState.CANCELLED),
    parked=tuple(sorted(STOPPED)),
    in_flight=(EffectState.BY_HAND, *sorted(OPEN_EFFECTS)),
)
_AHEAD_SHARE: Final = 0.5  # of the recipients served at a time may be a broadcast's: the rest is for what people asked for
_FORM_BYTES: Final = 16 * 1024 * 1024  # of a post with its pictures: what the front door lets through
_BURST_SECONDS: Final = 0.25  # of the number's rate may leave at once: a burst stays far below what Meta counts in a second

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Notifier:
    """Everything but the consumer and the HTTP side: what the process runs and what tests reach for."""

    host: MessagingHost
    mongo: Mongo
    units: UnitOfWorkRunner[Tx]
    deps: Deps
    dispatchers: tuple[Dispatcher, ...]
    sweeper: StatusSweeper
    broadcaster: Broadcaster
    measurer: Measurer
    inspector: Inspector
    http: httpx.AsyncClient

    async def close(self) -> None:
        """End the connections to the outside and the child process."""
        await self.http.aclose()
        await self.inspector.close()


def assemble(settings: Settings, clock: Clock = now) -> Notifier:
    """Assemble what works on jobs."""
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
    inspector = picture_inspector(settings)
    deps = _deps(settings, clock, host, units, http, inspector)
    slots = settings.lanes_at_once
    sweeper = StatusSweeper(deps)
    lane_worker = LaneWorker(deps, warm=deps.sender_limiter.warm, accepted=sweeper.accepted)
    whatsapp = Dispatcher("whatsapp", deps, lane_worker, slots=slots, hold_seconds=deps.sender_limiter.hold_seconds)
    court = Dispatcher("court", deps, LaneWorker(deps), slots=slots)
    posting = Dispatcher("posting", deps, PostPublisher(deps), slots=slots)
    by_channel |= {"whatsapp": whatsapp, "court": court, "posting": posting}
    broadcaster = Broadcaster(deps, ahead=max(1, int(slots * _AHEAD_SHARE)))
    return Notifier(host, mongo, units, deps, (whatsapp, court, posting), sweeper, broadcaster, Measurer(deps), inspector, http)


def build(settings: Settings) -> Service:
    """Return all parts of one process."""
    parts = assemble(settings)
    host = parts.host
    consumer = host.consumer(parts.units, consumers.routes(parts.deps))
    sender, notices = _checks(settings, parts)
    health = host.health()
    app = create_app(
        settings,
        health,
        title="Pemberitahuan",
        database_lost=host.mongo.lost,
        public=api.PUBLIC,
        larger_bodies=((desk.POSTS, _FORM_BYTES),),
        taking_in=TakingIn(api.TAKES_IN, host.storage.is_low),
    )
    api.install(app, parts.units, parts.deps, settings.graph_app_secret, settings.graph_verify_token)
    session_keys = JwksReader(settings.desk_keys_url)
    shell.install(app, settings, health, session_keys.read, desk.TEMPLATES)
    desk.install(app, parts.units, parts.deps)
    source = StuckWithMessages(stuck.source(parts.units, parts.deps), host.stuck_messages(), NAME)
    desk.install_stuck(app, source, stuck.PERSONAL, stuck.REFUSALS)
    keeping.install(app, "pesan", Holdings(parts.mongo, host.database, NAME, settings), Pages(desk.TEMPLATES))

    async def prepare() -> None:
        await parts.mongo.prepare(host.database, {**INDEXES, **POSTING_INDEXES}, days=expiry_days(NAME, settings))
        await parts.mongo.prepare(host.database, Files(parts.mongo, host.database, PICTURES).indexes)
        await parts.units.prepare()
        await accounting.register(parts.mongo, host.database, (ACCOUNT, POSTS_ACCOUNT))

    return Service(
        name=NAME,
        health=health,
        app=app,
        prepare=prepare,
        workers=(
            BackgroundJob("consumer", consumer.run, {"broker": consumer.check}),
            *(BackgroundJob(f"dispatcher-{dispatcher.channel}", dispatcher.run) for dispatcher in parts.dispatchers),
            BackgroundJob("broadcasts", parts.broadcaster.run),
            BackgroundJob("numbers", parts.measurer.run),
            BackgroundJob("sweeper", parts.sweeper.run, {"sender": sender, "notices": notices}),
        ),
        relay=BackgroundJob("relay", host.relay.run, {"outbox": host.check_outbox, "publisher": host.publisher.check}),
        counts=state_counts(host, (ACCOUNT, POSTS_ACCOUNT)),
        close=(parts.close, session_keys.close, host.close),
    )


def _deps(
    settings: Settings,
    clock: Clock,
    host: MessagingHost,
    units: UnitOfWorkRunner[Tx],
    http: httpx.AsyncClient,
    inspector: Inspector,
) -> Deps:
    mongo, database = host.mongo, host.database

    async def transact(body: Callable[[Tx], Awaitable[R]], job: Job | None = None) -> R:
        context = None if job is None else Context(job.correlation_id, job.causation_id, job.traceparent)
        return await units.run(body, context=context)

    jitter = SystemRandom().random
    number_rate = Rate(settings.whatsapp_per_second, max(1.0, settings.whatsapp_per_second * _BURST_SECONDS))
    endpoints = {each.court: Endpoint(each.url, each.secret.get_secret_value(), each.can_be_asked) for each in settings.court_endpoints}
    return Deps(
        clock=clock,
        jitter=jitter,
        policy=SendPolicy(
            window_seconds=timedelta(hours=settings.whatsapp_window_hours).total_seconds(),
            unknown_seconds=max(settings.unknown_seconds, settings.answer_seconds),
        ),
        texts=load_texts(),
        pair_rate=Rate(1 / settings.whatsapp_pair_seconds, settings.whatsapp_pair_burst),
        transact=transact,
        lanes=MongoLanes(mongo, database),
        jobs=MongoJobs(mongo, database),
        early_statuses=MongoEarlyStatuses(mongo, database),
        job_reader=MongoJobReader(mongo, database),
        sender_limiter=TokenSenderLimiter(MongoSenders(mongo, database), number_rate, clock, jitter),
        messenger=WhatsApp(
            http,
            base_url=settings.whatsapp_url,
            version=settings.whatsapp_version,
            phone_number_id=settings.whatsapp_phone_number_id,
            access_token=settings.whatsapp_access_token.get_secret_value(),
            clock=clock,
        ),
        courts=CourtCallbacks(http, endpoints, clock),
        documents=IssuanceDocuments(
            http, base_url=settings.issuance_url, api_key=settings.issuance_api_key.get_secret_value(), clock=clock
        ),
        broadcasts=MongoBroadcastReader(mongo, database),
        news=_news(settings),
        approved_texts=approved_texts(),
        posting=posting_deps(settings, clock, host, http, inspector),
        lease_seconds=settings.lane_lease_seconds,
    )


def _news(settings: Settings) -> NewsPolicy:
    return NewsPolicy(
        office=WorkingHours(closed_on=settings.office_closed_on, open_on=settings.office_open_on),
        hours=Hours(settings.broadcast_from, settings.broadcast_until),
        on_days_off=settings.broadcast_on_days_off,
        rest=timedelta(days=settings.broadcast_rest_days),
        per_second=min(settings.broadcast_per_second, settings.whatsapp_per_second),
        alone_most=settings.broadcast_alone_most,
        people_a_day=settings.broadcast_people_a_day,
        echo=timedelta(seconds=settings.broadcast_echo_seconds),
        errors_share=settings.broadcast_errors_share,
        errors_after=settings.broadcast_errors_after,
        prices=settings.broadcast_prices,
        currency=settings.broadcast_currency,
    )


def _checks(settings: Settings, parts: Notifier) -> tuple[CheckFunction, CheckFunction]:
    async def sender() -> Check:
        state = await parts.deps.sender_limiter.state()
        return Check(ok=not state.is_paused, reason="sender_paused" if state.is_paused else "", value=state.paused_reason)

    async def notices() -> Check:
        age = await parts.deps.job_reader.oldest_open_seconds(Channel.WHATSAPP, parts.deps.clock())
        old = age > settings.stuck_seconds
        return Check(ok=not old, reason="notices_old" if old else "", value=round(age, 1))

    return sender, notices
