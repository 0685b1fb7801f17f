"""Intake's routes, added to the app that every service has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI

from services.intake.api import court, documents, files, people, pieces, requests, services, stuck, whatsapp
from services.intake.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.meta_webhooks import WebhookSecrets

PUBLIC: Final = (whatsapp.PATH,)
UPLOADS: Final = ("/desk/desa/ajukan", "/desk/perkara/isi")
"""Paths under which pages take files: a village registrar's photos, the PDF of a decision."""
_MAKES: Final = ("/desk/konten/baru", "/desk/konten/paket")  # a ZIP file of posters may have more bytes than a day of photos
TAKES_IN: Final = (whatsapp.PATH, court.PATH, requests.PATH, files.PATH, *UPLOADS, "/desk/perkara/baru", *_MAKES)
"""Where something new comes in: messages, decisions, requests and their files; and what the office has made anew."""
_FORM_OVERHEAD_BYTES: Final = 5 * 1024 * 1024  # a photo somewhat too large is answered on the page, with its size, and not as a whole
_OVERHEAD_BYTES: Final = 1024  # the store enforces the file limit, with its own error code; the body limit is just above it


@dataclass(frozen=True, slots=True)
class ApiDeps:
    """Dependencies of the routes. `wake` tells the jobs that there is something in the webhook log."""

    deps: Deps
    wake: Callable[[], None]
    whatsapp: WebhookSecrets
    courts: court.Signatures
    file_max_bytes: int


def larger_bodies(file_max_bytes: int) -> tuple[tuple[str, int], ...]:
    """Return the paths that take larger bodies than usual, each with its limit in bytes."""
    pages = tuple((path, file_max_bytes + _FORM_OVERHEAD_BYTES) for path in UPLOADS)
    return ((files.PATH, file_max_bytes + _OVERHEAD_BYTES), *pages)


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: ApiDeps) -> None:
    """Add every route."""
    app.include_router(whatsapp.routes(deps.deps, deps.wake, deps.whatsapp))
    app.include_router(court.routes(deps.deps, units, deps.courts))
    app.include_router(requests.routes(deps.deps, units))
    app.include_router(services.routes(deps.deps))
    app.include_router(people.routes(deps.deps, units))
    app.include_router(documents.routes(deps.deps, units))
    app.include_router(files.routes(deps.deps, deps.file_max_bytes))
    app.include_router(pieces.routes(deps.deps))
    app.include_router(stuck.routes(deps.deps, units, deps.wake))
