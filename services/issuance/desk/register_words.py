"""The register in words: states as people see them, and what the filters offer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from services.issuance.domain.document import Document, DocumentState
from services.issuance.domain.number_book import Gap
from shared.clock import WIB
from shared.reference.revocations import VOID, end_reasons
from shared.web.desk import State, Tone

_MAKING: Final = State("Sedang dibuat", Tone.INFO, icon="signature")

STATES: Final[Mapping[DocumentState, State]] = MappingProxyType(
    {
        DocumentState.CLAIMED: _MAKING,
        DocumentState.RENDERING: _MAKING,
        DocumentState.HELD: State("Tertahan", Tone.BAD, icon="alert-octagon"),
        DocumentState.ISSUED: State("Berlaku", Tone.GOOD, icon="circle-check"),
        DocumentState.SUPERSEDED: State("Diganti", Tone.WAIT, icon="replace"),
        DocumentState.REVOKED: State("Dicabut", Tone.BAD, icon="ban"),
        DocumentState.VOID: State("Nomor hangus", Tone.IDLE, icon="circle-minus"),
    }
)

STATE_FILTERS: Final[Mapping[str, tuple[str, tuple[DocumentState, ...]]]] = MappingProxyType(
    {
        "": ("Semua keadaan", ()),
        "berlaku": ("Berlaku", (DocumentState.ISSUED,)),
        "dibuat": ("Sedang dibuat", (DocumentState.CLAIMED, DocumentState.RENDERING)),
        "tertahan": ("Tertahan", (DocumentState.HELD,)),
        "diganti": ("Diganti", (DocumentState.SUPERSEDED,)),
        "dicabut": ("Dicabut", (DocumentState.REVOKED,)),
        "hangus": ("Nomor hangus", (DocumentState.VOID,)),
    }
)
"""What the URL says -> what people read, and the states that it means."""

HELD_FOR: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sheet_unprintable": "isinya tidak muat atau tidak dapat dicetak; templatnya perlu diperbaiki",
        "renderer_overran": "pencetakan terlalu lama, berkali-kali",
        "renderer_died": "pencetak berhenti di tengah jalan, berkali-kali",
        "renderer_start_failed": "pencetak tidak mau menyala",
        "number_void": "menampilkan nomor akta yang sudah hangus",
        "product_unknown": "jenis dokumen ini belum dikenal versi yang sedang berjalan",
        "content_gone": "isinya sudah dihapus",
    }
)
"""Why a document waits for a person, by the code that is kept."""

PERIODS: Final[Mapping[str, tuple[str, int | None]]] = MappingProxyType(
    {"": ("7 hari terakhir", 7), "hari-ini": ("Hari ini", 1), "30-hari": ("30 hari terakhir", 30), "semua": ("Sejak awal", None)}
)
"""What the URL says -> what people read, and how many days of the office it means, today included."""


def since(period: str, now: datetime) -> datetime | None:
    """Return when a period began; None: it reaches back to the first document."""
    days = PERIODS[period][1]
    if days is None:
        return None
    midnight = now.astimezone(WIB).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days - 1)


def trail(document: Document) -> list[tuple[datetime, str]]:
    """Return what happened to a document, the oldest first."""
    happened = [
        (document.approved_at, "Permohonan disetujui"),
        (document.claimed_at, "Nomor diberikan"),
        (document.issued_at, "Terbit dan ditandatangani"),
        (document.reason_at, _of_reason(document)),
        (document.superseded_at, "Diganti dokumen yang lebih baru"),
        (document.revoked_at, "Dicabut"),
    ]
    return [(at, what) for at, what in happened if at is not None and what]


def held_for(document: Document) -> str:
    """Return why a document is held, in words; a code that has none by itself."""
    return HELD_FOR.get(document.reason or "", document.reason or "") if document.state is DocumentState.HELD else ""


def gap(of: Gap) -> str:
    """Return why a number carries no document, in words."""
    match of.state:
        case DocumentState.VOID:
            known = end_reasons(VOID).get(of.reason)
            return f"hangus: {known.word if known else HELD_FOR.get(of.reason, of.reason)}"
        case DocumentState.HELD:
            return f"tertahan: {HELD_FOR.get(of.reason, of.reason)}"
        case _:
            return "sedang dibuat"


def _of_reason(document: Document) -> str:
    match document.state:
        case DocumentState.HELD:
            return "Tertahan, menunggu petugas"
        case DocumentState.VOID:
            return "Nomor hangus, tidak dipakai lagi"
        case _:
            return "Percobaan gagal, dicoba lagi"
