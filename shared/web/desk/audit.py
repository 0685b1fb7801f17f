"""`/desk/jejak/<name>`: who saw whom and who did what in one service, for the auditor. The same page in all four."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import APIRouter, FastAPI, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from shared.audit import AuditEntry, AuditFilter, AuditLog
from shared.clock import WIB
from shared.reference.roles import roles
from shared.web.desk.pages import Pages
from shared.web.desk.session import StaffMember, signed_in

PATH: Final = "/desk/jejak"
SERVICES: Final[Mapping[str, str]] = MappingProxyType(
    {"verifikasi": "Verifikasi dan akun", "permohonan": "Permohonan dan percakapan", "dokumen": "Dokumen", "pesan": "Pesan"}
)
"""The last part of the address of each service's page -> its name."""
_ROWS: Final = 50

Auditor = Annotated[StaffMember, signed_in("audit:read")]


class AuditQuestion(BaseModel):
    """What the auditor looks for. Nothing of it is a person's but `nik`, which is asked by a form alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    petugas: Annotated[str, Field(max_length=100)] = ""
    tentang: Annotated[str, Field(max_length=200)] = ""
    tindakan: Annotated[str, Field(max_length=100)] = ""
    dari: Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""
    sampai: Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""
    sebelum: Annotated[int | None, Field(ge=1)] = None


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
        page = await log.page(_filter(asked))
        values: dict[str, Any] = {"rows": page.rows, "next": page.next, "asked": asked, "here": f"{PATH}/{name}", "services": SERVICES}
        return pages.show(request, "audit.html", member, base=PATH, service=name, act=act_in_words, roles=roles(), **values)

    if is_first:

        @routes.get(PATH)
        async def first(_member: Auditor) -> Response:
            return RedirectResponse(f"{PATH}/{name}", HTTPStatus.SEE_OTHER)

    app.include_router(routes)


def _filter(asked: PersonQuestion) -> AuditFilter:
    return AuditFilter(
        actor=asked.petugas or None,
        about=asked.tentang or None,
        act=asked.tindakan or None,
        nik="".join(filter(str.isdigit, asked.nik)) or None,
        since=_midnight(asked.dari),
        until=_midnight(asked.sampai, days=1),
        before=asked.sebelum,
        limit=_ROWS,
    )


def _midnight(day: str, *, days: int = 0) -> datetime | None:
    """Return the beginning of a day here, or of the one so many days later; None for no day, or one that there is not."""
    try:
        return datetime.combine(date.fromisoformat(day), time(), WIB) + timedelta(days=days) if day else None
    except ValueError:
        return None


_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "session.begun": "Masuk",
        "session.ended": "Keluar, atau mengakhiri sesi",
        "account.invited": "Mengundang akun",
        "account.set_up": "Membuka akunnya",
        "account.changed": "Mengubah peran atau wilayah akun",
        "account.locked": "Mengunci akun",
        "account.unlocked": "Membuka akun yang dikunci",
        "account.reset": "Mengatur ulang sandi dan ponsel akun",
        "account.closed": "Menutup akun",
        "account.paused": "Akun dijeda: terlalu sering salah",
        "account.pause_ended": "Mengakhiri jeda akun",
        "account.session_ended": "Mengakhiri satu sesi akun",
        "account.sessions_ended": "Mengakhiri semua sesi akun",
        "account.password_changed": "Mengganti kata sandinya",
        "account.recovery_renewed": "Membuat kode cadangan baru",
        "task.seen": "Membuka pekerjaan",
        "task.listed": "Melihat daftar pekerjaan",
        "task.claimed": "Mengambil pekerjaan",
        "task.released": "Melepas pekerjaan",
        "task.decided": "Memutus pekerjaan",
        "attachment.seen": "Membuka berkas",
        "history.seen": "Membuka riwayat keluarga",
        "document.read": "Melihat dokumen",
        "document.page_read": "Melihat satu halaman dokumen",
        "document.revoked": "Mencabut dokumen",
        "document.voided": "Menghanguskan nomor dokumen",
        "card.listed": "Melihat papan kartu",
        "card.seen": "Membuka kartu",
        "card.searched": "Mencari kartu",
        "card.printed": "Menandai kartu sudah dicetak",
        "card.ready": "Menandai kartu siap diambil",
        "card.spoiled": "Mengembalikan kartu untuk dicetak ulang",
        "card.handed_over": "Menyerahkan kartu",
        "blanks.received": "Mencatat blangko kartu",
        "stuck.seen": "Membuka pekerjaan macet",
        "stuck.replayed": "Mengulang pekerjaan macet",
        "stuck.discarded": "Membuang pekerjaan macet",
    }
)


def act_in_words(act: str) -> str:
    """Return an act as people say it; one that has no words yet by its route."""
    return _WORDS.get(act) or act.replace("GET ", "Melihat ").replace("POST ", "Mengirim ")
