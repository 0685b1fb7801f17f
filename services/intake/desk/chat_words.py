"""How chats and requests are said on the pages: names, reasons, states, and the log by days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from services.intake.domain.assistance import WaitingReason
from services.intake.domain.chat_log import ChatEntry, ChatExchange, EntryKind, SaidKind
from services.intake.domain.contacts import ChatContact
from services.intake.domain.files import FileTrouble
from services.intake.domain.requests import RequestState
from services.intake.domain.window import window_end
from services.intake.ports import ContactChat, LogLine
from shared.clock import WIB
from shared.web.desk import State, Tone
from shared.web.desk.words import day_words, masked_number, short_moment, span

REASONS: Final[Mapping[WaitingReason, State]] = {
    WaitingReason.ASKED: State("Minta petugas", Tone.BAD, icon="hand-stop"),
    WaitingReason.NOT_UNDERSTOOD: State("Tidak dipahami 3 kali", Tone.WAIT, icon="help-circle"),
    WaitingReason.ANSWERED: State("Menjawab petugas", Tone.INFO, icon="message-reply"),
    WaitingReason.COMPLAINED: State("Keluhan", Tone.BAD, icon="message-exclamation"),
    WaitingReason.TROUBLE: State("Gangguan di sistem", Tone.BAD, icon="alert-triangle"),
}
STATES: Final[Mapping[RequestState, State]] = {
    RequestState.SUBMITTED: State("Sedang diperiksa", Tone.INFO, icon="hourglass"),
    RequestState.RETURNED: State("Menunggu warga melengkapi", Tone.WAIT, icon="arrow-back-up"),
    RequestState.APPROVED: State("Disetujui, dokumen dibuat", Tone.INFO, icon="circle-check"),
    RequestState.ANSWERED: State("Dijawab", Tone.GOOD, icon="send"),
    RequestState.REJECTED: State("Ditolak", Tone.BAD, icon="circle-x"),
    RequestState.ISSUED: State("Terbit, sedang dikirim", Tone.INFO, icon="send"),
    RequestState.READY: State("Terbit, siap diunduh", Tone.GOOD, icon="download"),
    RequestState.DELIVERED: State("Selesai", Tone.GOOD, icon="circle-check"),
    RequestState.UNDELIVERED: State("Terbit, belum sampai", Tone.BAD, icon="alert-triangle"),
    RequestState.VOID: State("Dokumen batal dibuat", Tone.BAD, icon="circle-x"),
}
FILES: Final[Mapping[SaidKind, str]] = {
    SaidKind.PHOTO: "Foto",
    SaidKind.DOCUMENT: "Berkas",
    SaidKind.OTHER: "Pesan yang tidak dapat dibaca",
    SaidKind.DELETED: "Pesan dihapus oleh warga",
}
OTHERS: Final[Mapping[str, str]] = {
    "voice": "Pesan suara",
    "audio": "Rekaman suara",
    "video": "Video",
    "video_note": "Pesan video",
    "location": "Lokasi",
    "contacts": "Kartu kontak",
    "call": "Menelepon",
    "view_once": "Foto sekali lihat",
    "poll": "Jajak pendapat",
    "survey": "Jawaban survei, tidak disimpan di sini",
}
TROUBLES: Final[Mapping[FileTrouble, str]] = {
    FileTrouble.WRONG_TYPE: "bukan foto atau PDF",
    FileTrouble.TOO_LARGE: "terlalu besar",
    FileTrouble.NOT_READABLE: "tidak terbaca",
    FileTrouble.SAME_FILE: "sama dengan yang sudah ada",
    FileTrouble.DAMAGED: "rusak",
    FileTrouble.LOCKED: "dikunci sandi",
    FileTrouble.TOO_MANY_PAGES: "terlalu banyak halaman",
    FileTrouble.NOT_PLAIN: "berisi program atau berkas lain",
}
EVENTS: Final[Mapping[EntryKind, tuple[str, str]]] = {
    EntryKind.TOOK: ("{who} mengambil percakapan ini; mesin diam sampai dikembalikan.", "hand-stop"),
    EntryKind.HANDED_OVER: ("{who} mengalihkan percakapan ini kepada {to}.", "transfer"),
    EntryKind.GAVE_BACK: ("{who} mengembalikan percakapan ini ke mesin.", "robot"),
    EntryKind.BLOCKED: ("{who} memblokir nomor ini.", "ban"),
    EntryKind.UNBLOCKED: ("{who} membuka blokir nomor ini.", "lock-open"),
}
_PHONE_DIGITS: Final = 4  # shown of the end of a number without a name, and five of its beginning
_MASK: Final = "•••••"
_LONG_NUMBER: Final = re.compile(r"\d(?:[ .-]?\d){15}")


def name_of(contact: ChatContact) -> str:
    """Return how the person is called in lists: as they call themself, else their masked number."""
    return contact.name or contact.username or phone_of(contact)


def phone_of(contact: ChatContact) -> str:
    """Return the number with its middle masked, at a fixed length."""
    if not contact.wa_id:
        return "nomor disembunyikan"
    local = f"0{contact.wa_id.removeprefix('62')}" if contact.wa_id.startswith("62") else contact.wa_id
    return f"{local[:_PHONE_DIGITS]}{_MASK}{local[-2:]}"


def initials(contact: ChatContact) -> str:
    """Return two letters for a name; a question mark where there is none."""
    words = (contact.name or contact.username or "").split()
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"


def state_of(chat: ContactChat, staff_id: str, at: datetime) -> State:
    """Return why a chat stands in the list."""
    assistance = chat.conversation.assistance
    holder = assistance.holder(at)
    if chat.contact.blocked is not None:
        return State("Diblokir", Tone.IDLE, icon="ban")
    if assistance.waiting_since is not None and assistance.reason is not None and (holder is None or holder.staff_id == staff_id):
        reason = REASONS[assistance.reason]
        return State(f"{reason.word} · {span(at - assistance.waiting_since)}", reason.tone, reason.icon)
    if holder is not None:
        return State("Anda pegang" if holder.staff_id == staff_id else f"Dipegang {holder.name}", Tone.INFO, icon="user")
    if assistance.is_held(at):
        return State("Menunggu warga", Tone.IDLE, icon="player-pause")
    return State("Dijawab mesin", Tone.GOOD, icon="robot")


@dataclass(frozen=True, slots=True)
class Window:
    """Until when the citizen may be answered freely, as a sentence."""

    is_open: bool
    sentence: str


def window_of(contact: ChatContact, at: datetime) -> Window:
    """Return the window of 24 hours as a sentence."""
    end = window_end(contact.last_inbound_at, at)
    if end > at:
        return Window(is_open=True, sentence=f"Balas bebas sampai {day_words(end, at)}")
    closed = f" sejak {day_words(end, at)}" if contact.last_inbound_at else ""
    return Window(is_open=False, sentence=f"Hanya templat{closed}: pesan terakhir warga lebih dari 24 jam")


@dataclass(frozen=True, slots=True)
class Bubble:
    """One bubble of the log. `side`: `them`, `bot`, `note-in` or `event`."""

    side: str
    at: datetime
    text: str = field(repr=False)
    by: str = ""
    icon: str = ""
    file_id: str | None = None
    media_type: str | None = None


def day_or_time(at: datetime, now: datetime) -> str:
    """Return `08.24` of today, `24 Nov` of another day: short enough to stand beside a name."""
    local = at.astimezone(WIB)
    return f"{local:%H.%M}" if local.date() == now.astimezone(WIB).date() else short_moment(at, now).rsplit(" ", 1)[0]


def masked_text(text: str) -> str:
    """Return what somebody wrote with each NIK and number of a family card masked."""
    return _LONG_NUMBER.sub(lambda found: masked_number("".join(each for each in found.group() if each.isdigit())), text)


def days(lines: Iterable[LogLine], kept: frozenset[str], *, revealed: bool) -> list[tuple[datetime, Sequence[Bubble]]]:
    """Return the log by days of the office. `kept`: ids of files that are still there; `revealed`: with numbers in clear."""
    found: list[tuple[datetime, list[Bubble]]] = []
    shown = (bubble for line in lines for bubble in _bubbles(line, kept))
    for bubble in shown if revealed else (replace(each, text=masked_text(each.text)) for each in shown):
        local = bubble.at.astimezone(WIB)
        if not found or found[-1][0].astimezone(WIB).date() != local.date():
            found.append((bubble.at, []))
        found[-1][1].append(bubble)
    return [(at, tuple(bubbles)) for at, bubbles in found]


def _bubbles(line: LogLine, kept: frozenset[str]) -> Iterator[Bubble]:
    if isinstance(line.what, ChatExchange):
        yield from _exchange(line.what, line.at, kept)
    else:
        yield from _entry(line.what)


def _exchange(said: ChatExchange, at: datetime, kept: frozenset[str]) -> Iterator[Bubble]:
    text = said.said or OTHERS.get(said.other) or FILES.get(said.kind, "")
    if said.kind is SaidKind.EDITED:
        text = f"{said.said} (diubah)"
    if said.trouble is not None:
        text = f"{text}: {TROUBLES[said.trouble]}"
    file_id = said.file_id if said.file_id in kept else None
    if said.kind in {SaidKind.PHOTO, SaidKind.DOCUMENT} and file_id is None and said.trouble is None:
        text = f"{text} (tidak disimpan)"
    yield Bubble("them", at, text, file_id=file_id, media_type=said.media_type)
    if said.answer:
        yield Bubble("bot", at, said.answer, "Mesin", icon="robot")


def _entry(entry: ChatEntry) -> Iterator[Bubble]:
    who = entry.officer.name
    if entry.kind is EntryKind.REPLY:
        yield Bubble("bot", entry.at, entry.text, f"{who} · templat" if entry.template else who, icon="user")
        return
    if entry.kind is EntryKind.NOTE:
        yield Bubble("note-in", entry.at, entry.text, f"Catatan, tidak dikirim · {who}", icon="note")
        return
    sentence, icon = EVENTS[entry.kind]
    yield Bubble("event", entry.at, sentence.format(who=who, to=entry.to.name if entry.to else "-"), icon=icon)
    if entry.kind is EntryKind.HANDED_OVER and entry.text:
        yield Bubble("note-in", entry.at, entry.text, f"Catatan, tidak dikirim · {who}", icon="note")
    if entry.kind in {EntryKind.TOOK, EntryKind.GAVE_BACK, EntryKind.UNBLOCKED} and entry.text:
        yield Bubble("bot", entry.at, entry.text, "Mesin", icon="robot")
