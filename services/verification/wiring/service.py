"""The assembly of a process from its settings. No effects before `prepare` and `run`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from prometheus_client import Gauge

from services.verification import api, consumers, desk
from services.verification.adapters.intake_files import IntakeFiles
from services.verification.api import sessions, stuck
from services.verification.desk import accounts
from services.verification.domain.service_clock import AlarmTimes
from services.verification.domain.services import RULES, check_registry
from services.verification.jobs import DecisionJob, LatenessJob, RegisterJob
from services.verification.ports import Deps, QueueRules, Tx
from services.verification.settings import Settings
from services.verification.store import (
    ACCOUNTS,
    INDEXES,
    MongoCaseReader,
    MongoHistoryReader,
    MongoOverviewReader,
    MongoPauseReader,
    MongoQueueReader,
    MongoStaffReader,
    MongoTaskReader,
    MongoTx,
    RegistryStore,
    refills_of,
)
from services.verification.wiring.staff import install_accounts
from shared import clock, metrics
from shared.ids import new_id
from shared.logs import get
from shared.messaging.host import MessagingHost
from shared.messaging.operations import accounting
from shared.messaging.transaction.runner import UnitOfWork, UnitOfWorkRunner
from shared.pdf_pages import PdfiumPages
from shared.poller import Poller
from shared.process import BackgroundJob, Service
from shared.reference.calendar import missing_year
from shared.reference.catalogue import Catalogue, catalogue
from shared.reference.retention import expiry_days
from shared.reference.working_hours import WorkingHours
from shared.refill import RefillJob
from shared.retention import Holdings
from shared.standing import state_counts
from shared.stuck_messages import StuckWithMessages
from shared.web import create_app, keeping
from shared.web.desk import Pages
from shared.web.desk.overview import day_began
from shared.web.measuring import Found, StateCount

SERVICE: Final = "verification"

_log = get("calendar")


def build(settings: Settings) -> Service:
    """Return one process of verification; nothing is opened before it runs."""
    host = MessagingHost(settings, SERVICE)
    mongo, database = host.mongo, host.database
    registry = RegistryStore(mongo, database)
    files = IntakeFiles(settings.intake_url, settings.intake_api_key.get_secret_value(), timeout_seconds=settings.intake_timeout_seconds)
    check_registry(RULES, catalogue(), settings.automatic)
    deps = _deps(settings, host, files, registry)

    def make_tx(work: UnitOfWork) -> Tx:
        return MongoTx(work, registry)

    units = host.units(make_tx, clock.now)
    consumer = host.consumer(units, consumers.routes(deps))

    async def prepare() -> None:
        if year := missing_year(clock.now().astimezone(clock.WIB).date()):
            _log.error("calendar.missing_year", year=year)  # its holidays are reckoned until shared/reference/data/calendar has the file
        await units.prepare()
        await mongo.prepare(database, INDEXES, days=expiry_days(SERVICE, settings))
        await accounting.register(mongo, database, ACCOUNTS)
        deps.gate.is_paused = (await deps.pause_reader.current()).is_paused  # before the first message

    health = host.health()
    app = create_app(settings, health, title="Verifikasi", database_lost=host.mongo.lost, public=accounts.PUBLIC | sessions.PUBLIC)
    closing = install_accounts(app, units, settings, health, host)
    staff = MongoStaffReader(mongo, database)
    api.install(app, units, deps, staff)
    desk.install(app, units, deps, staff, PdfiumPages())
    source = StuckWithMessages(stuck.UnrecordedChanges(units, deps), host.stuck_messages(), SERVICE)
    desk.install_stuck(app, source, stuck.PERSONAL, stuck.REFUSALS, deps.catalogue)
    keeping.install(app, "verifikasi", Holdings(mongo, database, SERVICE, settings), Pages(desk.TEMPLATES))
    return Service(
        name=SERVICE,
        health=health,
        app=app,
        prepare=prepare,
        workers=(BackgroundJob("consumer", consumer.run, {"broker": consumer.check}), *_jobs(settings, deps, units, host)),
        relay=BackgroundJob("relay", host.relay.run, {"outbox": host.check_outbox, "publisher": host.publisher.check}),
        counts=(*state_counts(host, ACCOUNTS), _task_count(deps)),
        close=(files.close, *closing, host.close),
    )


def _task_count(deps: Deps) -> StateCount:
    async def by_due() -> Mapping[Gauge, Found]:
        at = deps.clock()
        due = await deps.queue_reader.by_due(at=at, day_ends=day_began(at) + timedelta(days=1))
        return {metrics.TASKS_OPEN: {(name,): float(count) for name, count in due.items()}}

    return StateCount("tasks", by_due, (metrics.TASKS_OPEN,))


def _deps(settings: Settings, host: MessagingHost, files: IntakeFiles, registry: RegistryStore) -> Deps:
    mongo, database = host.mongo, host.database
    return Deps(
        clock=clock.now,
        new_id=new_id,
        catalogue=_catalogue(settings),
        hours=WorkingHours(closed_on=settings.office_closed_on, open_on=settings.office_open_on),
        claim_lease=timedelta(minutes=settings.claim_lease_minutes),
        files=files,
        task_reader=MongoTaskReader(mongo, database),
        queue_reader=MongoQueueReader(mongo, database),
        overview_reader=MongoOverviewReader(mongo, database),
        case_reader=MongoCaseReader(mongo, database),
        pause_reader=MongoPauseReader(mongo, database),
        register_answers=registry.answers,
        history_reader=MongoHistoryReader(mongo, database),
        rules=RULES,
        reserved_for=timedelta(hours=settings.reserved_hours),
        queue=_queue_rules(settings),
    )


def _jobs(settings: Settings, deps: Deps, units: UnitOfWorkRunner[Tx], host: MessagingHost) -> tuple[BackgroundJob, ...]:
    register = RegisterJob(deps, units, failures=settings.register_failures, return_seconds=settings.register_return_seconds)
    pollers = {
        "refill": RefillJob(host.mongo, host.database, refills_of(host.mongo, host.database)).poller(),
        "decisions": Poller("decisions", DecisionJob(deps, units).turn, poll_seconds=settings.decisions_poll_seconds),
        "lateness": Poller("lateness", LatenessJob(deps, units).turn, poll_seconds=settings.decisions_poll_seconds),
        "register": Poller("register", register.turn, poll_seconds=settings.register_poll_seconds),
    }
    return tuple(BackgroundJob(name, poller.run) for name, poller in pollers.items())


def _catalogue(settings: Settings) -> Catalogue:
    return catalogue().adjusted(promise_hours=settings.promise_hours, automatic=settings.automatic, second=settings.second_approval)


def _queue_rules(settings: Settings) -> QueueRules:
    return QueueRules(
        undo=timedelta(seconds=settings.undo_seconds),
        claims_at_once=settings.claims_at_once,
        elderly_age=settings.elderly_age,
        sample_every=settings.sample_every,
        alarms=AlarmTimes(timedelta(hours=settings.amber_hours), timedelta(hours=settings.red_hours)),
    )
