"""Puts issuance together. The only place that knows the store and the adapters."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from prometheus_client import Gauge
from pydantic import ValidationError

from services.issuance import api, desk
from services.issuance.adapters.renderer.pool import Pool
from services.issuance.api import stuck
from services.issuance.consumers import routes
from services.issuance.desk import exports
from services.issuance.domain.document import DocumentState
from services.issuance.domain.office import Office, Officer, Pickup
from services.issuance.domain.products import PRODUCTS
from services.issuance.domain.signing import CERTIFICATE_EXPIRED, CERTIFICATE_UNREADABLE
from services.issuance.jobs import Printing, RenderLimits
from services.issuance.ports import Deps, RegisterQuery, Tx
from services.issuance.settings import ArchiveSettings, Settings
from services.issuance.store import (
    INDEXES,
    REFILLS,
    RETIRED_INDEXES,
    GridFsArchive,
    MongoCardReader,
    MongoDocumentReader,
    MongoRegisterReader,
    MongoTx,
)
from shared import metrics
from shared.child.process import ChildLimits
from shared.clock import Clock, now
from shared.health import Check, CheckFunction
from shared.ids import new_token
from shared.messaging.host import MessagingHost
from shared.messaging.operations import accounting
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.mongo import DatabaseUnavailable, Mongo
from shared.pdf_pages import PdfiumPages
from shared.poller import sweeper
from shared.process import BackgroundJob, Service
from shared.reference.calendar import written_week
from shared.refill import RefillJob
from shared.retention import Holdings
from shared.standing import state_counts
from shared.stuck_messages import StuckWithMessages
from shared.web import create_app, keeping
from shared.web.desk import JwksReader, Pages, shell
from shared.web.measuring import Found, StateCount

NAME: Final = "issuance"
TEMPLATES: Final = Path(__file__).parent / "templates"
ACCOUNT: Final = accounting.by_state(
    "documents",
    "documents",
    finished=(DocumentState.ISSUED, DocumentState.SUPERSEDED, DocumentState.REVOKED, DocumentState.VOID),
    parked=(DocumentState.HELD,),
    in_flight=(DocumentState.CLAIMED, DocumentState.RENDERING),
)
_SWEEP_SECONDS: Final = 6 * 3600.0  # what a process that died left in the archive is removed when it is a day old


@dataclass(frozen=True, slots=True)
class Issuance:
    """Everything but the consumer and the HTTP side: what the process runs and what tests reach for."""

    host: MessagingHost
    mongo: Mongo
    units: UnitOfWorkRunner[Tx]
    deps: Deps
    renderer: Pool
    archive: GridFsArchive
    printing: Printing

    async def prepare(self, database: str) -> None:
        """Create collections and indexes, and register the account."""
        await self.mongo.prepare(database, INDEXES, RETIRED_INDEXES)
        await self.archive.prepare()
        await self.units.prepare()
        await accounting.register(self.mongo, database, (ACCOUNT,))


def assemble(settings: Settings, clock: Clock = now) -> Issuance:
    """Assemble what makes documents."""
    host = MessagingHost(settings, NAME)
    mongo, database = host.mongo, host.database
    units: UnitOfWorkRunner[Tx] = host.units(MongoTx, clock)
    renderer, archive, woken = _renderer(settings), GridFsArchive(mongo, database), asyncio.Event()
    deps = Deps(
        clock=clock,
        new_token=new_token,
        products=PRODUCTS,
        office=office_of(settings),
        check_base_url=settings.check_base_url.rstrip("/"),
        renderer=renderer,
        archive=archive,
        document_reader=MongoDocumentReader(mongo, database),
        register=MongoRegisterReader(mongo, database),
        cards=MongoCardReader(mongo, database),
        wake_renderer=woken.set,
        lease=timedelta(seconds=settings.print_lease_seconds),
        most_attempts=settings.print_attempts,
        blanks_low=settings.blanks_low,
        signs_until=lambda: renderer.signer_identity.not_after if renderer.signer_identity else None,
        renderer_failure=lambda: renderer.failure,
    )
    pace = RenderLimits(
        settings.renderer_at_once, settings.renderer_poll_seconds, settings.renderer_batcher_sheets, settings.renderer_batcher_seconds
    )
    printing = Printing(deps, units, woken, pace)
    return Issuance(host, mongo, units, deps, renderer, archive, printing)


def build(settings: Settings) -> Service:
    """Return all parts of one process."""
    parts = assemble(settings)
    host = parts.host
    consumer = host.consumer(parts.units, routes(parts.deps))
    documents, certificate = readiness(settings, parts)
    health = host.health()
    app = create_app(settings, health, title="Penerbitan dokumen", database_lost=host.mongo.lost, public=api.PUBLIC)
    api.install(app, parts.units, parts.deps, settings)
    session_keys = JwksReader(settings.desk_keys_url)
    shell.install(app, settings, health, session_keys.read, desk.TEMPLATES)
    desk.install(app, parts.units, parts.deps, PdfiumPages())
    source = StuckWithMessages(stuck.HeldDocuments(parts.units, parts.deps), host.stuck_messages(), NAME)
    desk.install_stuck(app, source, stuck.PERSONAL, stuck.REFUSALS)
    keeping.install(app, "dokumen", Holdings(parts.mongo, host.database, NAME, settings), Pages(desk.TEMPLATES))
    return Service(
        name=NAME,
        health=health,
        app=app,
        prepare=lambda: parts.prepare(host.database),
        workers=(
            BackgroundJob("consumer", consumer.run, {"broker": consumer.check}),
            BackgroundJob("renderer", parts.printing.run, {"documents": documents, "renderer": certificate}),
            BackgroundJob("refill", RefillJob(parts.mongo, host.database, REFILLS).poller().run),
            BackgroundJob("sweep", sweeper("archive", parts.archive.sweep, every_seconds=_SWEEP_SECONDS).run),
        ),
        relay=BackgroundJob("relay", host.relay.run, {"outbox": host.check_outbox, "publisher": host.publisher.check}),
        counts=(*state_counts(host, (ACCOUNT,)), _signer_count(settings, parts.renderer)),
        close=(parts.renderer.close, session_keys.close, host.close),
    )


def _renderer(settings: Settings) -> Pool:
    folder = settings.signer_dir.resolve()
    setup = {
        "templates": str(TEMPLATES),
        "products": [spec.template for spec in PRODUCTS.values()],
        "certificate": str(folder / "signer.pem"),
        "key": str(folder / "signer-key.pem"),
        "chain": str(folder / "ca.pem"),
        "location": "Kabupaten Madiun",
        "genuine": settings.signer_genuine,
    }
    limits = ChildLimits(
        order_seconds=settings.renderer_seconds,
        start_seconds=settings.renderer_start_seconds,
        memory_mib=settings.renderer_memory_mib,
        orders_per_life=settings.renderer_sheets_per_life,
    )
    return Pool(setup, limits, settings.renderer_processes)


def readiness(settings: Settings, parts: Issuance) -> tuple[CheckFunction, CheckFunction]:
    """Return what tells whether documents are late, and what tells of the certificate."""
    renderer = parts.renderer

    async def documents() -> Check:
        age = await parts.deps.document_reader.oldest_due_seconds(parts.deps.clock())
        late = age > settings.renderer_alarm_seconds
        return Check(ok=not late, reason="documents_late" if late else "", value=round(age, 1))

    async def certificate() -> Check:
        """Tell of the certificate. One that is over or can't be read makes no process unready: all but signing goes on."""
        days = _days_left(renderer)
        if days is None:
            return Check(ok=renderer.failure == "", reason=renderer.failure)
        return Check(ok=True, reason="" if days > 0 else renderer.failure or CERTIFICATE_EXPIRED, value=round(days, 1))

    return documents, certificate


def _days_left(renderer: Pool) -> float | None:
    """Return the days until the signer's certificate ends; none are left of one that can't be read; None before the renderer started."""
    if renderer.failure == CERTIFICATE_UNREADABLE:
        return 0.0
    identity = renderer.signer_identity
    return None if identity is None else (identity.not_after - now()).total_seconds() / 86_400


def _signer_count(settings: Settings, renderer: Pool) -> StateCount:
    async def signer() -> Mapping[Gauge, Found]:
        days = _days_left(renderer)
        certificate: Found = {} if days is None else {("signer",): days}
        return {metrics.CERTIFICATE_DAYS: certificate, metrics.SIGNER_GENUINE: {(): float(settings.signer_genuine)}}

    return StateCount("signer", signer, (metrics.CERTIFICATE_DAYS, metrics.SIGNER_GENUINE))


def office_of(settings: Settings) -> Office:
    """Return the office's texts, with who signs and where cards are handed over by the settings; a file of its own says it itself."""
    if settings.office_file:
        return read_office(settings.office_file)
    office = read_office(TEMPLATES / "office.toml")
    officer = Officer(office.officer.title, settings.officer_name or office.officer.name, settings.officer_nip or office.officer.nip)
    return replace(office, officer=officer, pickup=replace(office.pickup, address=settings.office_address.strip() or office.pickup.address))


def read_office(path: Path) -> Office:
    """Return the office's texts.

    Raises:
        OSError: the file can't be read.
        KeyError, TypeError: it lacks a text or has one too many.
    """
    text = tomllib.loads(path.read_text(encoding="utf-8"))
    return Office(
        government=text["government"],
        name=text["name"],
        city=text["city"],
        officer=Officer(**text["officer"]),
        pickup=Pickup(**text["pickup"], hours=written_week()),
    )


def numbers_command(words: Sequence[str]) -> int:
    """`numbers audit`: read every number that was given; print a line for each kind and day that has gaps. 1: a number has no document."""
    parser = argparse.ArgumentParser(prog="python -m services.issuance numbers", description=numbers_command.__doc__)
    parser.add_argument("what", choices=["audit"])
    parser.parse_args(words)
    try:
        settings = ArchiveSettings()
    except ValidationError:
        sys.stderr.write("numbers: MONGO_URL belum diisi\n")
        return 2  # as argparse
    try:
        return asyncio.run(_audit_numbers(settings))
    except DatabaseUnavailable as error:
        sys.stderr.write(f"numbers: {error}\n")
        return 1


async def _audit_numbers(settings: ArchiveSettings) -> int:
    mongo = Mongo.connect_command(settings.mongo_url.get_secret_value(), "issuance numbers")
    try:
        rows = await exports.book_of(MongoRegisterReader(mongo, settings.mongo_database or NAME), RegisterQuery())
    finally:
        await mongo.close()
    for row in rows:
        if row.gaps or row.skipped or row.lost:
            states = Counter(str(gap.state) for gap in row.gaps)
            said = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
            gaps = f"{said or 'tanpa celah'}, {row.skipped} dilewati, {row.lost} hilang"
            sys.stdout.write(f"{row.counter:<14} {row.given} nomor, {row.issued} terbit; {gaps}\n")
    lost = sum(row.lost for row in rows)
    sys.stdout.write(f"{sum(row.given for row in rows)} nomor dalam {len(rows)} deret; {lost} tanpa dokumen\n")
    return 1 if lost else 0


def make_demo_ca(words: Sequence[str]) -> int:
    """`demo-ca --out DIR`: make the demo authority, or keep the one that is there. Prints where it lies."""
    from services.issuance.adapters.demo_ca import ensure_demo_ca  # noqa: PLC0415 - keeps cryptography out of the service's process

    parser = argparse.ArgumentParser(prog="python -m services.issuance demo-ca", description=make_demo_ca.__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder, made where missing")
    parser.add_argument(
        "--force", action="store_true", help="make a new one in any case: documents signed so far stay valid to the old ca.pem only"
    )
    options = parser.parse_args(words)
    made = ensure_demo_ca(options.out, now=now(), force=options.force)
    sys.stdout.write(f"{'made' if made.fresh else 'kept'} {made.ca} {made.certificate} {made.key}\n")
    return 0
