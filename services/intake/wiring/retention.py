"""What becomes of files that nobody needs any more, and the page that tells how long everything is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.intake import desk
from services.intake.domain.file_times import FileTimes
from services.intake.jobs import FilesOver
from services.intake.jobs.files_over import ACTOR, ACTOR_NAME
from services.intake.ports import Deps, Tx
from services.intake.settings import Settings
from services.intake.store import MongoFilesOver, UsedFiles
from shared.audit import AuditEntry
from shared.messaging.host import MessagingHost
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.mongo.unused import UnusedFiles
from shared.poller import sweeper
from shared.process import BackgroundJob
from shared.retention import ClockWitness, Holdings, RemovalBook
from shared.web import FastAPI, keeping
from shared.web.desk import Pages

_SWEEP_SECONDS: Final = 3600.0  # what is over is days old


@dataclass(frozen=True, slots=True)
class Retention:
    """The sweeps of a process."""

    unused_files: UnusedFiles
    files_over: FilesOver

    def jobs(self) -> tuple[BackgroundJob, ...]:
        """Return what a worker runs."""
        return (
            BackgroundJob("files over", sweeper("files_over", self.files_over.sweep, every_seconds=_SWEEP_SECONDS).run),
            BackgroundJob("unused files", sweeper("unused_files", self.unused_files.sweep, every_seconds=_SWEEP_SECONDS).run),
        )


def retention_of(settings: Settings, host: MessagingHost, bucket: str, deps: Deps, units: UnitOfWorkRunner[Tx]) -> Retention:
    """Return the sweeps over the files of a bucket."""
    book = RemovalBook(host.mongo, host.database)

    async def removed(kind: str, files: int, size_bytes: int) -> None:
        at = deps.clock()
        await book.add(kind, files, size_bytes, at)
        detail = {"kind": kind, "files": str(files), "size_bytes": str(size_bytes)}
        await units.note(AuditEntry(ACTOR, "files.removed", at, ACTOR_NAME, detail=detail))

    used, age = UsedFiles(host.mongo, host.database).used, timedelta(days=settings.unused_file_days)
    unused = UnusedFiles(host.mongo, host.database, bucket, used=used, age=age, removed=removed, clock=deps.clock)
    times = FileTimes(timedelta(days=settings.request_file_days), timedelta(days=settings.returned_file_days))
    reader = MongoFilesOver(host.mongo, host.database)
    witness = ClockWitness(host.mongo, host.database, timedelta(days=settings.clock_jump_days))
    return Retention(unused, FilesOver(deps, units, reader, unused, times, host.mongo.clock_ahead_seconds, witness.look))


def install_keeping(app: FastAPI, settings: Settings, host: MessagingHost) -> None:
    """Add intake's part of the page."""
    keeping.install(app, "permohonan", Holdings(host.mongo, host.database, host.service, settings), Pages(desk.TEMPLATES))
