"""Intake's pages at the desk: chats with citizens, their words, the survey, what registrars and clerks send, and the audit log."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, FastAPI

from services.intake.desk import (
    chat_acts,
    chats,
    court_typing,
    courts,
    funnel,
    next_steps,
    overview,
    source_trials,
    sources,
    standing_sources,
    studio,
    survey,
    trips,
    village_form,
    villages,
    words,
)
from services.intake.desk.room import DeskRoom
from services.intake.desk.search import IntakeSearch
from services.intake.domain.webhook_log import WebhookItemKind
from services.intake.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.desk import Pages, audit, search
from shared.web.stuck import StuckSource
from shared.web.stuck import pages as stuck

TEMPLATES: Final = Path(__file__).parent / "templates"
_ITEMS: Final[Mapping[WebhookItemKind, str]] = MappingProxyType(
    {
        WebhookItemKind.MESSAGE: "Pesan warga",
        WebhookItemKind.STATUS: "Kabar sampainya pesan",
        WebhookItemKind.ACCOUNT: "Kabar tentang nomor kantor",
        WebhookItemKind.ERROR: "Kabar kesalahan dari WhatsApp",
        WebhookItemKind.ELSEWHERE: "Kiriman untuk nomor lain",
    }
)
"""What WhatsApp sends us -> as people call it."""


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
    """Add the pages to the app; the shell must be in it."""
    pages = Pages(TEMPLATES)
    room = DeskRoom(deps, units, pages)
    audit.install(app, units.audit, units.note, pages, "permohonan")
    search.install(app, "permohonan", IntakeSearch(room).find, pages, units.note, deps.clock)
    app.include_router(chats.router(room))
    app.include_router(chat_acts.router(room))
    app.include_router(standing_sources.router(room))  # before the addresses of one request and one case
    app.include_router(village_form.router(room))  # before the address of one request, which would take `ajukan` for a receipt
    app.include_router(villages.router(room))
    app.include_router(court_typing.router(room))  # before the address of one case, which would take `baru` for an id
    app.include_router(courts.router(room))
    app.include_router(words.router(room))
    app.include_router(survey.router(room))
    app.include_router(sources.router(room))
    app.include_router(studio.router(room))
    app.include_router(funnel.router(room))
    app.include_router(next_steps.router(room))
    app.include_router(trips.router(room))
    app.include_router(source_trials.router(room))
    summary = APIRouter(include_in_schema=False)
    overview.gallery(deps).install(summary, pages)
    app.include_router(summary)


def install_stuck(app: FastAPI, source: StuckSource, personal: frozenset[str]) -> None:
    """Add what was given up here to the page of stuck work. `personal`: names of fields that tell of persons."""
    stuck.install(app, stuck.StuckRoom("permohonan", source, personal, _item_name), Pages(TEMPLATES))


def _item_name(kind: str) -> str:
    return _ITEMS[WebhookItemKind(kind)]
