"""`/desk/jejak/<name>`: who saw whom and who did what in one service, for the auditor. The same page in all four."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import APIRouter, FastAPI, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from shared.audit import AuditEntry, AuditFilter, AuditLog
from shared.clock import midnight, now
from shared.web.desk.acts import act_in_words
from shared.web.desk.pages import Pages
from shared.web.desk.session import StaffMember, signed_in
from shared.web.desk.sought import IN_WORDS, Shape, recognised

PATH: Final = "/desk/jejak"
SERVICES: Final[Mapping[str, str]] = MappingProxyType(
    {"verifikasi": "Verifikasi dan akun", "permohonan": "Permohonan dan percakapan", "dokumen": "Dokumen", "pesan": "Pesan"}
)
"""The last part of the address of each service's page -> its name."""
_ROWS: Final = 50
_MOST_ROWS: Final = 2**63 - 1  # numbers that the database can hold

Auditor = Annotated[StaffMember, signed_in("audit:read")]


class AuditQuestion(BaseModel):
    """What the auditor looks for. Nothing of it is a person's but `nik`, which is asked by a form alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    petugas: Annotated[str, Field(max_length=100)] = ""
    tentang: Annotated[str, Field(max_length=200)] = ""
    tindakan: Annotated[str, Field(max_length=100, description="In words: several acts may share them")] = ""
    dari: Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""
    sampai: Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""
    sebelum: Annotated[int | None, Field(ge=1, le=_MOST_ROWS)] = None


class PersonQuestion(AuditQuestion):
    """The same with a NIK."""

    nik: Annotated[str, Field(max_length=40)] = ""


def install(
    app: FastAPI,
    log: AuditLog,
    note: Callable[[AuditEntry], Awaitable[None]],
    pages: Pages,
    name: str,
    *,
    is_first: bool = False,
) -> None:
    """Add the page, and have every look and act of a person written down (`shared.web.audited`).

    Args:
        app: With the shell in it.
        log: Of this service.
        note: Writes a row (`UnitOfWorkRunner.note`).
        pages: Of this service.
        name: Of `SERVICES`.
        is_first: Whether `/desk/jejak` leads here.
    """
    app.state.audit_note = note
    routes = APIRouter(include_in_schema=False)

    @routes.get(f"{PATH}/{name}")
    async def listed(request: Request, member: Auditor, asked: Annotated[AuditQuestion, Query()]) -> Response:
        return await _page(request, member, PersonQuestion(**asked.model_dump()))

    @routes.post(f"{PATH}/{name}/cari")
    async def searched(request: Request, member: Auditor, asked: Annotated[PersonQuestion, Form()]) -> Response:
        return await _page(request, member, asked)

    async def _page(request: Request, member: StaffMember, asked: PersonQuestion) -> Response:
        acts = await log.acts()
        page = await log.page(_filter(asked, tuple(each for each in acts if act_in_words(each) == asked.tindakan)))
        values: dict[str, Any] = {
            "rows": page.rows,
            "next": page.next,
            "asked": asked,
            "here": f"{PATH}/{name}",
            "services": SERVICES,
            "actors": await log.actors(),
            "acts": sorted({act_in_words(each) for each in acts}),
            "check": await log.last_check(),
            "why": _BREAKS,
        }
        return pages.show(
            request, "audit.html", member, base=PATH, service=name, act=act_in_words, detail=detail_in_words, about=about_in_words, **values
        )

    @routes.post(f"{PATH}/{name}/periksa")
    async def checked(member: Auditor) -> Response:
        """Check the whole chain, and show what was found."""
        found = await log.check(now())
        detail = {"rows": str(found.rows), "broken": str(found.broken or "")}
        entry = AuditEntry(member.staff_id, "audit.checked", now(), member.name, "", tuple(sorted(member.roles)), detail)
        await note(entry)
        return RedirectResponse(f"{PATH}/{name}", HTTPStatus.SEE_OTHER)

    if is_first:

        @routes.get(PATH)
        async def first(_member: Auditor) -> Response:
            return RedirectResponse(f"{PATH}/{name}", HTTPStatus.SEE_OTHER)

    app.include_router(routes)


_BREAKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "its number is wrong": "nomornya salah",
        "it is not linked to the row before": "tidak tersambung dengan baris sebelumnya",
        "its persons were changed": "warganya diubah",
        "it was changed": "isinya diubah",
        "a field is missing": "ada isian yang hilang",
        "its hash is not the one that was noted": "bukan baris yang dulu diperiksa",
        "it was noted once and is gone": "dulu ada dan sekarang hilang",
    }
)
"""Why the chain is broken, as `shared.audit.verify` says it -> in words; of a row that is gone it says so by its number."""
_DETAILS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "receipt": "resi",
        "act": "putusan",
        "reasons": "alasan",
        "outcome": "hasil",
        "to": "kepada",
        "found": "ditemukan",
        "shape": "dicari dengan",
        "file": "kode",
        "file_id": "kode",
        "way": "cara",
        "rows": "baris utuh",
        "broken": "baris rusak",
        "roles": "peran",
        "field": "isian",
        "service": "layanan",
        "kind": "jenis",
    }
)
_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "task": "pekerjaan",
        "staff": "akun",
        "chat": "percakapan",
        "request": "permohonan",
        "village": "permohonan desa",
        "village_draft": "isian desa",
        "court": "perkara pengadilan",
        "court_draft": "isian putusan",
        "case": "perkara",
        "document": "dokumen",
        "message": "pesan",
        "stuck": "macet",
        "search": "pencarian",
        "blanks": "blangko",
    }
)
"""Kinds of what a row is about -> in words."""
_SHOWN_OF_ID: Final = 8  # characters


def detail_in_words(entry: AuditEntry) -> list[tuple[str, str]]:
    """Return what a row says beside, by names that people know; what is empty is left out."""
    values = {"queue": "antrean", "together": "bersama", "approve": "setujui", "return": "kembalikan", "reject": "tolak"}
    values |= {shape.value: word for shape, word in IN_WORDS.items()}
    return [(_DETAILS.get(name, name), values.get(value, value)) for name, value in entry.detail.items() if value]


def about_in_words(about: str) -> str:
    """Return what a row is about as people say it: its kind and the end of its id, which tells it from the others of a page."""
    kind, _, which = about.partition("/")
    return f"{_KINDS[kind]} {which[-_SHOWN_OF_ID:]}" if kind in _KINDS else about


def _filter(asked: PersonQuestion, acts: tuple[str, ...]) -> AuditFilter:
    sought = recognised(asked.tentang)
    receipt = sought.text if sought.shape is Shape.RECEIPT else None
    return AuditFilter(
        actor=asked.petugas or None,
        about=None if receipt else asked.tentang or None,
        receipt=receipt,
        acts=acts or ((asked.tindakan,) if asked.tindakan else ()),  # words of no act: nothing is found
        nik="".join(filter(str.isdigit, asked.nik)) or None,
        since=midnight(_day(asked.dari)),
        until=midnight(_day(asked.sampai), days=1),
        before=asked.sebelum,
        limit=_ROWS,
    )


def _day(text: str) -> date | None:
    """Return a day; None for none, or one that there is not."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
