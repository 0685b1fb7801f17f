"""Broadcasts in words: their state, why they hold, whom they are for, what became of their people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from services.notifier.desk.message_words import result_of
from services.notifier.domain.broadcast import Broadcast, BroadcastState, Category, OpenNeed, Segment
from services.notifier.domain.news import NewsPolicy, cost
from services.notifier.ports import BroadcastResults
from shared.reference.regions import find_village
from shared.web.desk import State, Tone
from shared.web.desk.words import count

STATES: Final[Mapping[BroadcastState, State]] = MappingProxyType(
    {
        BroadcastState.COUNTING: State("Sedang dihitung", Tone.INFO, icon="clock"),
        BroadcastState.READY: State("Siap", Tone.INFO, icon="check"),
        BroadcastState.RUNNING: State("Berjalan", Tone.GOOD, icon="send"),
        BroadcastState.PAUSED: State("Dijeda", Tone.WAIT, icon="player-pause"),
        BroadcastState.STOPPED: State("Dihentikan", Tone.IDLE, icon="x"),
        BroadcastState.DONE: State("Selesai", Tone.GOOD, icon="checks"),
    }
)
CATEGORIES: Final[Mapping[Category, str]] = MappingProxyType(
    {
        Category.MARKETING: "Kabar: hanya ke orang yang setuju menerima kabar",
        Category.UTILITY: "Pengingat: hanya ke orang yang urusannya belum selesai",
    }
)
NEEDS: Final[Mapping[str, str]] = MappingProxyType(
    {"": "Siapa saja", OpenNeed.DRAFT: "Isiannya belum dikirim", OpenNeed.RETURNED: "Permohonannya perlu dilengkapi"}
)
_HELD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "office": "Dijeda petugas",
        "too_many_errors": "Terlalu banyak yang gagal. Lihat sebabnya di bawah sebelum melanjutkan",
        "flagged": "WhatsApp menandai mutu nomor kantor turun",
        "downgrade": "WhatsApp menurunkan batas kirim nomor kantor",
    }
)
_WHY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "no_opt_in": "Belum setuju menerima kabar",
        "opted_out": "Tidak mau kabar lagi (STOP)",
        "not_invited": "Tidak menerima undangannya",
        "lately_told": "Baru saja menerima siaran lain",
        "broadcast_stopped": "Siaran dihentikan lebih dulu",
        "address_lost": "Nomornya sudah milik orang lain",
    }
)
_PROBLEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name_missing": "Beri nama siarannya, supaya mudah dicari.",
        "template_unknown": "Pilih templatnya lebih dulu.",
        "variable_missing": "Bagian nomor {detail} belum diisi.",
        "variable_too_long": "Bagian nomor {detail} terlalu panjang.",
        "hours_outside": "Jam kirimnya di luar jam siaran kantor.",
        "hours_wrong": "Jam mulai harus sebelum jam berhenti.",
        "rate_too_high": "Kecepatannya melebihi batas.",
        "village_unknown": "Ada desa yang tidak dikenal.",
        "second_person_needed": "Siaran sebanyak ini dimulai oleh orang lain, bukan oleh penulisnya.",
        "broadcast_not_ready": "Siaran ini sudah dimulai, atau belum selesai dihitung.",
        "nothing_to_correct": "Belum ada undangan yang berangkat, jadi tidak ada yang perlu dikabari. Mulai dari halaman jemput bolanya.",
        "trial_day_past": "Perbandingan disimpulkan sesudah hari ini: pilih hari yang masih datang.",
        "trial_texts_same": "Kedua teksnya sama. Ubah teks B.",
        "broadcast_empty": "Tidak ada orang yang bisa menerima siaran ini.",
        "broadcast_not_paused": "Siaran ini sudah tidak dijeda.",
        "broadcast_ended": "Siaran ini sudah berakhir.",
        "number_fell": "WhatsApp menandai nomor kantor. Siaran baru berjalan lagi setelah WhatsApp memulihkannya.",
        "try_outs_spent": "Siaran ini sudah cukup sering diuji. Kalau kata-katanya masih perlu diubah, tulis siaran baru.",
        "try_number_unknown": "Nomor itu belum setuju menerima kabar. Dari HP itu, ketik MULAI KABAR ke nomor kantor, lalu coba lagi.",
        "phone_malformed": "Itu bukan nomor HP. Contoh: 0812…",
    }
)


@dataclass(frozen=True, slots=True)
class ResultLine:
    """A row of what became of the people."""

    word: str
    number: int


def problem_of(code: str, detail: str = "") -> str:
    """Return what is wrong, and what to do."""
    return _PROBLEMS.get(code, "Tidak bisa dilakukan sekarang.").format(detail=detail)


def why(code: str) -> str:
    """Return why somebody gets nothing."""
    return _WHY.get(code) or result_of(code)


def held(reason: str) -> str:
    """Return why a broadcast holds."""
    return _HELD.get(reason) or f"WhatsApp membatasi akun kantor ({reason})"


def lines(found: Mapping[str, int]) -> list[ResultLine]:
    """Return how many get nothing, by why, the most first."""
    return [ResultLine(why(code), number) for code, number in sorted(found.items(), key=lambda row: (-row[1], row[0]))]


def results(found: BroadcastResults, broadcast: Broadcast) -> list[ResultLine]:
    """Return what became of the people: those further on are not counted again among those before."""
    planned = "Tidak jadi dikirim" if broadcast.state is BroadcastState.STOPPED else "Belum dikirim"
    rows = [
        ResultLine(planned, found.planned),
        ResultLine("Dalam perjalanan", found.waiting),
        ResultLine("Terkirim", found.sent),
        ResultLine("Sampai", found.delivered),
        ResultLine("Dibaca", found.read),
        ResultLine("Gagal", found.missed),
        ResultLine("Dilewati", sum(found.skipped.values())),
    ]
    return [*rows, ResultLine("Mungkin diterima dua kali", found.maybe_twice)] if found.maybe_twice else rows


def segment(of: Segment) -> str:
    """Return whom it is for."""
    names = [village.name for code in of.villages if (village := find_village(code))]
    shown = f"{', '.join(names[:5])} dan {count(len(names) - 5)} desa lain" if len(names) > 5 else ", ".join(names)  # noqa: PLR2004 - a line
    return " · ".join(part for part in (shown or "Semua desa", NEEDS[of.need] if of.need else "") if part)


def price(people: int, category: Category, policy: NewsPolicy) -> str:
    """Return what it costs at most, as an office writes money."""
    found = cost(people, category, policy)
    return "harga belum diatur" if found is None else f"paling banyak {policy.currency} {count(round(found))}"


def total(rows: Sequence[ResultLine]) -> int:
    """Return how many people the rows are."""
    return sum(row.number for row in rows)
