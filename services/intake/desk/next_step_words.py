"""What the page of villages with few served says: why, the number that shows it, and where something can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.intake.desk.funnel_words import FunnelFilter
from services.intake.domain.counting import SMALL
from services.intake.domain.outreach.lagging import LaggingVillage, Why
from shared.reference.regions import village_name
from shared.web.desk.pages import address
from shared.web.desk.words import count, decimal

PATH: Final = "/desk/tindak-lanjut"
QUESTIONS: Final = f"{PATH}/pertanyaan"
WHY: Final[Mapping[Why, str]] = {
    Why.UNREACHED: "Belum terjangkau",
    Why.NO_CHAT: "Membuka halaman, tidak memulai percakapan",
    Why.STOPPING: "Berhenti di pertanyaan",
    Why.RETURNED: "Permohonannya dikembalikan",
    Why.LATE: "Selesainya terlambat",
    Why.FEW: "Jalannya lancar, yang datang sedikit",
}
_SHOWN: Final[Mapping[Why, str]] = {
    Why.NO_CHAT: "{count} dari {of} orang yang datang tidak memulai percakapan ({here} %; kabupaten {usual} %)",
    Why.STOPPING: "{count} dari {of} isian berakhir tanpa permohonan ({here} %; kabupaten {usual} %)",
    Why.RETURNED: "{count} dari {of} yang mengajukan perlu melengkapi ({here} %; kabupaten {usual} %)",
    Why.LATE: "{count} dari {of} yang selesai melewati janji ({here} %; kabupaten {usual} %)",
    Why.FEW: "{count} orang datang dari {of} warga",
}
_PERCENT: Final = 100
_DISTRICT_DIGITS: Final = 6
SORTS: Final[Mapping[str, tuple[str, Callable[[LaggingVillage], tuple[float | str, ...]]]]] = {
    "": ("Terendah dulu", lambda row: (row.stands.per_thousand, -row.stands.residents)),
    "warga": ("Warga terbanyak dulu", lambda row: (-row.stands.residents,)),
    "selisih": ("Yang belum dilayani terbanyak dulu", lambda row: (row.stands.gap * row.stands.residents,)),
    "datang": ("Yang datang terbanyak dulu", lambda row: (-row.came,)),
    "nama": ("Menurut nama", lambda row: (village_name(row.stands.village),)),
}


class LaggingFilter(BaseModel):
    """What the address says. `setelah`: rows before those that are shown."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    waktu: Literal["30", "3", "tahun", "setahun"] = "3"
    q: Annotated[str, Field(max_length=60)] = ""
    sebab: Literal["", "unreached", "no_chat", "stopping", "returned", "late", "few"] = ""
    urut: Literal["", "warga", "selisih", "datang", "nama"] = ""
    setelah: Annotated[int, Field(ge=0, le=10_000)] = 0

    def days(self, today: date) -> tuple[date, date]:
        """Return the first and the last day that are counted."""
        funnel = FunnelFilter(waktu=self.waktu)
        return funnel.first(today), today


@dataclass(frozen=True, slots=True)
class NextAct:
    """What can be done, and the page where it is. `needs`: the permission without which that page is not opened."""

    word: str
    address: str
    needs: str = "campaigns:work"


def shown_number(row: LaggingVillage) -> str:
    """Return the number that shows why."""
    evidence = row.evidence
    if row.why is Why.UNREACHED:
        came = "Belum ada yang datang" if not evidence.count else f"Baru {count(evidence.count)} orang datang"
        return f"{came} dari {count(evidence.of)} warga"
    here = decimal(_PERCENT * evidence.count / evidence.of)
    usual = decimal(_PERCENT * evidence.usual)
    return _SHOWN[row.why].format(count=count(evidence.count), of=count(evidence.of), here=here, usual=usual)


def caution(row: LaggingVillage) -> str:
    """Return what may not be concluded yet; "" where nothing stands against it."""
    if not row.is_clear:
        return "Selisihnya bisa kebetulan: warganya sedikit atau waktunya pendek."
    return f"Kurang dari {SMALL} orang: sebab lain belum bisa dilihat." if row.why is Why.UNREACHED and row.came else ""


def next_acts(row: LaggingVillage) -> Sequence[NextAct]:
    """Return what can be done about a village, what helps most first."""
    village = row.stands.village
    poster = NextAct("Buat poster", address("/desk/konten/desa", kecamatan=village[:_DISTRICT_DIGITS], desa=village))
    trip = NextAct("Rencanakan jemput bola", address("/desk/jemput-bola/baru", desa=village))
    told = NextAct("Tulis siaran", address("/desk/siaran/baru", templat="kabar_layanan", desa=village))
    return {
        Why.UNREACHED: (poster, trip),
        Why.NO_CHAT: (NextAct("Bandingkan dua teks", "/desk/uji/baru"), poster),
        Why.STOPPING: (NextAct("Lihat pertanyaannya", address(QUESTIONS, desa=village), "funnel:read"), trip),
        Why.RETURNED: (
            NextAct(
                "Ingatkan yang belum lengkap", address("/desk/siaran/baru", templat="ingat_permohonan", desa=village, kebutuhan="returned")
            ),
            poster,
        ),
        Why.LATE: (NextAct("Lihat yang mendekati janji", "/desk/ringkasan", "overview:read"),),
        Why.FEW: (told, trip),
    }[row.why]


def chosen(rows: Sequence[LaggingVillage], asked: LaggingFilter) -> list[LaggingVillage]:
    """Return the rows that the filter leaves, sorted. Words: beginnings of the names of village and kecamatan, or a code."""
    words = asked.q.casefold().split()
    left = [row for row in rows if asked.sebab in ("", row.why.value) and _is_named(row.stands.village, words)]
    return sorted(left, key=SORTS[asked.urut][1])


def _is_named(village: str, words: Sequence[str]) -> bool:
    parts = [*village_name(village).casefold().replace(",", " ").split(), village]
    return all(any(part.startswith(word) for part in parts) for word in words)
