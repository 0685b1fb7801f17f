"""From settings to a service that can be started. No effects before `prepare` and `run`."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final

from services.verification import api, consumers
from services.verification.adapters.intake_files import IntakeFiles
from services.verification.ports import Deps, Tx
from services.verification.settings import Settings
from services.verification.store import ACCOUNTS, INDEXES, MongoTaskList, MongoTx, RegistryStore
from shared import clock
from shared.health import Check, Health
from shared.ids import new_id
from shared.messaging import conservation
from shared.messaging.connection import endpoint
from shared.messaging.consumer import Consumer, Options
from shared.messaging.delivery import routing
from shared.messaging.outbox import Outbox
from shared.messaging.publisher import Publisher
from shared.messaging.relay import Relay
from shared.messaging.units import UnitOfWork, Units
from shared.mongo import Mongo
from shared.process import Job, Service
from shared.reference.catalogue import catalogue
from shared.reference.working_hours import WorkingHours
from shared.web import create_app

SERVICE: Final = "verification"


def build(settings: Settings) -> Service:
    """Put the service together."""
    mongo = Mongo.connect(settings.mongo_url.get_secret_value(), app_name=SERVICE, transaction_limit_seconds=settings.transaction_seconds)
    database = settings.mongo_database or SERVICE
    registry = RegistryStore(mongo, database)
    files = IntakeFiles(settings.intake_url, settings.intake_api_key.get_secret_value(), timeout_seconds=settings.intake_timeout_seconds)
    deps = Deps(
        clock=clock.now,
        new_id=new_id,
        catalogue=catalogue().adjusted(promise_hours=settings.promise_hours, automatic=settings.automatic),
        hours=WorkingHours(closed_on=settings.office_closed_on, open_on=settings.office_open_on),
        claim_lease=timedelta(minutes=settings.claim_lease_minutes),
        files=files,
        task_list=MongoTaskList(mongo, database),
    )
    where = endpoint(settings.amqp_url.get_secret_value())
    publisher = Publisher(where, SERVICE)
    relay = Relay(Outbox(mongo, database), publisher.publish_row, poll_seconds=settings.outbox_poll_seconds)

    def make_tx(work: UnitOfWork) -> Tx:
        return MongoTx(work, registry)

    units = Units(mongo=mongo, database=database, service=SERVICE, make_tx=make_tx, clock=clock.now, wake=relay.wake)
    consumer = _consumer(settings, units, deps, publisher, mongo)

    async def prepare() -> None:
        await units.prepare()
        await mongo.prepare(database, INDEXES)
        await conservation.register(mongo, database, ACCOUNTS)

    health = Health()
    _add_checks(health, mongo, consumer, relay, settings)
    app = create_app(settings, health, title="Verifikasi")
    api.install(app, units, deps)
    return Service(
        name=SERVICE,
        health=health,
        app=app,
        prepare=prepare,
        workers=(Job("consumer", consumer.run),),
        relay=Job("relay", relay.run),
        close=(publisher.close, files.close, mongo.close),
    )


def _consumer(settings: Settings, units: Units[Tx], deps: Deps, publisher: Publisher, mongo: Mongo) -> Consumer:
    table = routing(consumers.routes(deps))
    return Consumer(
        endpoint(settings.amqp_url.get_secret_value()),
        SERVICE,
        handle=partial(units.run_batch, routes=table),
        park=units.park,
        publish=publisher.publish,
        ping=mongo.ping,
        options=Options(
            batch_messages=settings.batch_messages, batch_wait_seconds=settings.batch_wait_seconds, drain_seconds=settings.drain_seconds
        ),
    )


def _add_checks(health: Health, mongo: Mongo, consumer: Consumer, relay: Relay, settings: Settings) -> None:
    async def database() -> Check:
        await mongo.ping()
        return Check(ok=True)

    async def outbox() -> Check:
        age = relay.oldest_unsent_seconds
        old = age > settings.outbox_alarm_seconds
        return Check(ok=not old, reason="outbox_old" if old else "", value=round(age, 1))

    health.add("mongo", database)
    health.add("broker", consumer.check)
    health.add("outbox", outbox)
