"""The assembly of a process from its settings. No effects before `prepare` and `run`."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from services.verification import api, consumers, desk
from services.verification.adapters.intake_files import IntakeFiles
from services.verification.api import sessions
from services.verification.desk import accounts
from services.verification.domain.services import RULES, check_registry
from services.verification.ports import Deps, Tx
from services.verification.settings import Settings
from services.verification.store import ACCOUNTS, INDEXES, MongoCaseReader, MongoHistoryReader, MongoTaskReader, MongoTx, RegistryStore
from services.verification.wiring.staff import install_accounts
from shared import clock
from shared.health import Health
from shared.ids import new_id
from shared.messaging.host import MessagingHost
from shared.messaging.operations import accounting
from shared.messaging.transaction.runner import UnitOfWork
from shared.process import BackgroundJob, Service
from shared.reference.catalogue import catalogue
from shared.reference.working_hours import WorkingHours
from shared.web import create_app

SERVICE: Final = "verification"


def build(settings: Settings) -> Service:
    """Return one process of verification; nothing is opened before it runs."""
    host = MessagingHost(settings, SERVICE)
    mongo, database = host.mongo, host.database
    registry = RegistryStore(mongo, database)
    files = IntakeFiles(settings.intake_url, settings.intake_api_key.get_secret_value(), timeout_seconds=settings.intake_timeout_seconds)
    check_registry(RULES, catalogue(), settings.automatic)
    deps = Deps(
        clock=clock.now,
        new_id=new_id,
        catalogue=catalogue().adjusted(promise_hours=settings.promise_hours, automatic=settings.automatic),
        hours=WorkingHours(closed_on=settings.office_closed_on, open_on=settings.office_open_on),
        claim_lease=timedelta(minutes=settings.claim_lease_minutes),
        files=files,
        task_reader=MongoTaskReader(mongo, database),
        case_reader=MongoCaseReader(mongo, database),
        history_reader=MongoHistoryReader(mongo, database),
        rules=RULES,
        reserved_for=timedelta(hours=settings.reserved_hours),
    )

    def make_tx(work: UnitOfWork) -> Tx:
        return MongoTx(work, registry)

    units = host.units(make_tx, clock.now)
    consumer = host.consumer(units, consumers.routes(deps))

    async def prepare() -> None:
        await units.prepare()
        await mongo.prepare(database, INDEXES)
        await accounting.register(mongo, database, ACCOUNTS)

    health = Health()
    health.add("mongo", host.check_database)
    app = create_app(settings, health, title="Verifikasi", database_lost=host.mongo.lost, public=accounts.PUBLIC | sessions.PUBLIC)
    closing = install_accounts(app, units, settings, health, host)
    api.install(app, units, deps)
    desk.install(app, units, deps)
    return Service(
        name=SERVICE,
        health=health,
        app=app,
        prepare=prepare,
        workers=(BackgroundJob("consumer", consumer.run, {"broker": consumer.check}),),
        relay=BackgroundJob("relay", host.relay.run, {"outbox": host.check_outbox, "publisher": host.publisher.check}),
        close=(files.close, *closing, host.close),
    )
