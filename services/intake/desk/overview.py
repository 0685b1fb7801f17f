"""Intake's pictures of the head's view: what came in today by channel, and in what state the requests are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.intake.domain.requests import RequestState
from services.intake.ports import Deps
from shared.values import Channel
from shared.web.desk.overview import Column, Gallery, Lead, Picture, PictureRow, Shade, day_began
from shared.web.desk.pages import address
from shared.web.desk.words import count

_WORK, _CHATS, _DOCUMENTS, _MESSAGES = "/desk/pekerjaan", "/desk/percakapan", "/desk/dokumen", "/desk/pesan"
CHANNELS: Final[Mapping[Channel, str]] = MappingProxyType(
    {Channel.WHATSAPP: "WhatsApp", Channel.COURT: "Pengadilan", Channel.DESK: "Registrar desa", Channel.ADAPTER: "Saluran lain"}
)
_COLUMNS: Final[Mapping[Column, frozenset[RequestState]]] = MappingProxyType(
    {
        Column("Diperiksa", Shade.CALM): frozenset({RequestState.SUBMITTED}),
        Column("Disetujui atau dijawab", Shade.MAIN): frozenset(
            {
                *(RequestState.APPROVED, RequestState.ISSUED, RequestState.READY, RequestState.DELIVERED, RequestState.UNDELIVERED),
                RequestState.ANSWERED,
            }
        ),
        Column("Dikembalikan", Shade.SOON): frozenset({RequestState.RETURNED}),
        Column("Ditolak", Shade.LATE): frozenset({RequestState.REJECTED, RequestState.VOID}),
    }
)
ON_THE_WAY: Final[Mapping[RequestState, tuple[str, str]]] = MappingProxyType(
    {
        RequestState.SUBMITTED: ("Sedang diperiksa", address(_WORK, tampil="terbuka")),
        RequestState.APPROVED: ("Disetujui, dokumennya dibuat", address(_DOCUMENTS, keadaan="dibuat", waktu="semua")),
        RequestState.ISSUED: ("Terbit, sedang dikirim", address(_MESSAGES, keadaan="antre")),
        RequestState.READY: ("Siap diambil di loket", address(_DOCUMENTS, waktu="semua")),
        RequestState.UNDELIVERED: ("Tidak sampai ke warga", address(_MESSAGES, keadaan="gagal")),
    }
)
"""States in which somebody of the office has something to do; each in words, and the list of it."""


def gallery(deps: Deps) -> Gallery:
    """Return the pictures."""

    async def incoming() -> Picture:
        return picture_of_incoming(await deps.register.tally(since=day_began(deps.clock())))

    async def states() -> Picture:
        at = deps.clock()
        waiting = (await deps.chats.counts("", at)).waiting
        return picture_of_states(await deps.register.count_states(tuple(ON_THE_WAY)), waiting)

    return Gallery({"masuk": incoming, "permohonan": states}, deps.clock)


def picture_of_incoming(tally: Mapping[tuple[Channel, RequestState], int]) -> Picture:
    """Return the picture of what came in today."""
    totals = {channel: sum(number for (each, _), number in tally.items() if each is channel) for channel in CHANNELS}
    shown = sorted((channel for channel in CHANNELS if totals[channel]), key=lambda channel: -totals[channel])
    return Picture(
        name="masuk",
        finding=finding_of_incoming(totals),
        about="Permohonan yang masuk hari ini menurut saluran, dan apa yang sudah terjadi dengannya",
        subject="Saluran",
        columns=tuple(_COLUMNS),
        lines=tuple(
            PictureRow(
                CHANNELS[channel],
                tuple(sum(tally.get((channel, state), 0) for state in states) for states in _COLUMNS.values()),
                address(_WORK, tampil="terbuka", jalur=channel.value),
            )
            for channel in shown
        ),
        lead=Lead("Buka yang diperiksa", address(_WORK, tampil="terbuka")),
        teaches="Begitu warga, pengadilan, atau registrar desa mengajukan permohonan, di sini terlihat dari mana datangnya.",
        is_wide=True,
    )


def finding_of_incoming(totals: Mapping[Channel, int]) -> str:
    """Return what came in, and from where the most."""
    total = sum(totals.values())
    if not total:
        return "Belum ada permohonan masuk hari ini"
    most = max(totals, key=lambda channel: totals[channel])
    share = "semuanya" if totals[most] == total else "terbanyak"
    return (
        f"{count(total)} permohonan masuk hari ini, {share} lewat {CHANNELS[most] if most is Channel.WHATSAPP else CHANNELS[most].lower()}"
    )


def picture_of_states(states: Mapping[RequestState, int], chats_waiting: int) -> Picture:
    """Return the picture of what is on its way."""
    lines = [PictureRow(word, (states.get(state, 0),), link) for state, (word, link) in ON_THE_WAY.items()]
    lines.append(PictureRow("Percakapan menunggu petugas", (chats_waiting,), address(_CHATS, daftar="menunggu")))
    lost = states.get(RequestState.UNDELIVERED, 0)
    return Picture(
        name="permohonan",
        finding=finding_of_states(states, chats_waiting),
        about="Permohonan yang belum sampai ke warga menurut keadaannya, dan percakapan yang menunggu",
        subject="Keadaan",
        columns=(Column("Jumlah"),),
        lines=tuple(lines),
        lead=Lead(f"Buka {count(lost)} yang tidak sampai", ON_THE_WAY[RequestState.UNDELIVERED][1])
        if lost
        else Lead("Buka yang diperiksa", address(_WORK, tampil="terbuka")),
        teaches="Begitu ada permohonan, di sini terlihat berapa yang diperiksa, dibuat, dikirim, dan yang tidak sampai.",
    )


def finding_of_states(states: Mapping[RequestState, int], chats_waiting: int) -> str:
    """Return what stands out."""
    lost, total = states.get(RequestState.UNDELIVERED, 0), sum(states.values())
    if lost:
        return f"{count(lost)} permohonan tidak sampai ke warga"
    if chats_waiting:
        return f"{count(chats_waiting)} percakapan menunggu petugas"
    return f"{count(total)} permohonan dalam perjalanan, semuanya bergerak" if total else "Tidak ada permohonan dalam perjalanan"
