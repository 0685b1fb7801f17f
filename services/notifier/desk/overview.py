"""The notifier's picture of the head's view: how far today's messages came, and why some did not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.notifier.desk import message_words
from services.notifier.domain.tally import MessageTally
from services.notifier.ports import Deps
from shared.web.desk.overview import Column, Gallery, Lead, Picture, PictureRow, Shade, day_began
from shared.web.desk.pages import address
from shared.web.desk.words import count

_MESSAGES: Final = "/desk/pesan"
_COLUMNS: Final = (
    Column("Sampai", Shade.MAIN),
    Column("Terkirim", Shade.CALM),
    Column("Menunggu", Shade.SOON),
    Column("Gagal", Shade.LATE),
)


def gallery(deps: Deps) -> Gallery:
    """Return the pictures."""

    async def messages() -> Picture:
        at = deps.clock()
        tally = await deps.job_reader.tally(since=day_began(at), at=at)
        paused = (await deps.sender_limiter.state()).is_paused
        return picture(tally, paused=paused)

    return Gallery({"pesan": messages}, deps.clock)


def picture(tally: MessageTally, *, paused: bool) -> Picture:
    """Return the picture of what was counted."""
    failed = sum(tally.failures.values())
    channels = tuple(
        PictureRow(message_words.CHANNELS[channel], (each.arrived, each.sent, each.waiting, each.failed))
        for channel, each in sorted(tally.channels.items())
    )
    causes = tuple(
        PictureRow(f"Gagal: {said}", (0, 0, 0, number), address(_MESSAGES, keadaan="gagal", kode=reason))
        for reason, said, number in _causes(tally.failures)
    )
    waiting = address(_MESSAGES, keadaan="antre")
    return Picture(
        name="pesan",
        finding=finding(tally, paused=paused),
        about="Pesan hari ini menurut saluran, dan sebab gagal yang belum ditangani" + (" (50.000 terakhir)" if tally.is_cut else ""),
        subject="Saluran",
        columns=_COLUMNS,
        lines=channels + causes,
        lead=Lead(f"Buka {count(failed)} yang gagal", address(_MESSAGES, keadaan="gagal"))
        if failed
        else Lead("Buka yang menunggu", waiting),
        teaches="Begitu ada balasan, resi, atau dokumen yang dikirim, di sini terlihat berapa yang sampai dan mengapa ada yang gagal.",
    )


def finding(tally: MessageTally, *, paused: bool) -> str:
    """Return what the figures say."""
    failed, waiting = sum(tally.failures.values()), sum(each.waiting for each in tally.channels.values())
    if paused:
        return f"Saluran: pengiriman WhatsApp dijeda, {count(waiting)} menunggu"
    if failed:
        _, said, number = _causes(tally.failures)[0]
        return (
            f"Saluran: {count(failed)} pesan gagal, {'semuanya' if number == failed else 'terbanyak'} karena {said[:1].lower()}{said[1:]}"
        )
    if tally.oldest_minutes >= _SLOW_MINUTES:
        return f"Saluran: pesan tertunda {count(tally.oldest_minutes)} menit"
    if not tally.channels:
        return "Saluran: belum ada pesan hari ini"
    return "Saluran: semua lancar"


_SLOW_MINUTES: Final = 15  # a message in flight for longer waits for a provider or court that does not answer


def _causes(failures: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Return reason, what it is in words, and how many; the most first."""
    rows = [(reason, message_words.result_of(reason), number) for reason, number in failures.items()]
    return sorted(rows, key=lambda row: (-row[2], row[0]))
