"""What the page of the funnel says: its filters as a question, and the rows of its table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.intake.domain.outreach.funnel import AGE_BANDS, Facet, FunnelQuestion, FunnelStep, StepCounts
from services.intake.domain.outreach.sources import OutreachSource
from shared.reference.lists import code_list
from shared.reference.outreach import outreach_lists
from shared.reference.village_changes import VillageHistory
from shared.web.desk.words import day_short

PATH: Final = "/desk/corong"
STEPS: Final[Mapping[FunnelStep, str]] = {
    FunnelStep.SEEN: "Dilihat",
    FunnelStep.VISITED: "Membuka halaman",
    FunnelStep.CHATTED: "Memulai percakapan",
    FunnelStep.BEGAN: "Mulai mengisi",
    FunnelStep.SUBMITTED: "Mengajukan",
    FunnelStep.FINISHED: "Selesai",
    FunnelStep.TOLD: "Datang karena diajak",
}
OF_PERSONS: Final = frozenset({FunnelStep.SUBMITTED, FunnelStep.FINISHED})
"""The steps of which sex and age are known: a request says them, and what comes before it does not."""
PERIODS: Final[Mapping[str, str]] = {
    "7": "7 hari terakhir",
    "30": "30 hari terakhir",
    "3": "3 bulan ini",
    "tahun": "Tahun ini",
    "setahun": "12 bulan ini",
}
FACETS: Final[Mapping[str, tuple[str, Facet]]] = {
    "sumber": ("Sumber", Facet.SOURCE),
    "kampanye": ("Kampanye", Facet.SOURCE),
    "saluran": ("Saluran", Facet.SOURCE),
    "akun": ("Akun", Facet.SOURCE),
    "layanan": ("Layanan", Facet.SERVICE),
    "desa": ("Desa", Facet.VILLAGE),
    "jenis-kelamin": ("Jenis kelamin", Facet.SEX),
    "umur": ("Umur", Facet.AGE),
    "hari": ("Hari", Facet.DAY),
}
_NONE: Final[Mapping[str, str]] = {
    "sumber": "Tanpa sumber",
    "kampanye": "Tanpa sumber",
    "saluran": "Tanpa sumber",
    "akun": "Tanpa akun",
    "layanan": "Belum memilih layanan",
}
_UNKNOWN: Final = "Tidak diketahui"
_MONTHS: Final[Mapping[str, int]] = {"3": 3, "setahun": 12}
_PERCENT: Final = 100


class FunnelFilter(BaseModel):
    """What the address says."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    waktu: Literal["7", "30", "3", "tahun", "setahun"] = "30"
    kampanye: Annotated[str, Field(max_length=80)] = ""
    saluran: Annotated[str, Field(max_length=63)] = ""
    akun: Annotated[str, Field(max_length=80)] = ""
    sumber: Annotated[str, Field(max_length=5)] = ""
    layanan: Annotated[str, Field(max_length=63)] = ""
    wilayah: Annotated[str, Field(pattern=r"^([0-9]{6}|[0-9]{10})?$")] = ""
    jk: Literal["", "L", "P"] = ""
    umur: Literal["", "0-4", "5-16", "17-24", "25-39", "40-59", "60+"] = ""
    menurut: Literal["sumber", "kampanye", "saluran", "akun", "layanan", "desa", "jenis-kelamin", "umur", "hari"] = "sumber"

    @property
    def by_source(self) -> bool:
        """Whether it narrows down by sources."""
        return any((self.kampanye, self.saluran, self.akun, self.sumber))

    @property
    def by_person(self) -> bool:
        """Whether it narrows down by who people are: that is known of a request, and of nothing before it."""
        return bool(self.jk or self.umur)

    @property
    def is_narrow(self) -> bool:
        """Whether anything but its time is asked for."""
        return bool(self.by_source or self.by_person or self.wilayah or self.layanan)

    def first(self, today: date) -> date:
        """Return the first day of the time that it asks for: that of a month, but where it is a month or less."""
        if self.waktu == "tahun":
            return today.replace(month=1, day=1)
        months = _MONTHS.get(self.waktu)
        if months is None:
            return today - timedelta(days=int(self.waktu) - 1)
        before = today.year * 12 + today.month - months
        return date(before // 12, before % 12 + 1, 1)

    @property
    def is_by_months(self) -> bool:
        """Whether its time is made of whole months."""
        return self.waktu == "tahun" or self.waktu in _MONTHS


@dataclass(frozen=True, slots=True)
class RowNames:
    """What services and villages are called, by their codes."""

    service: Callable[[str], str]
    village: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """One row of the table."""

    code: str
    word: str
    counts: StepCounts

    @property
    def finished_percent(self) -> float | None:
        """How many of those who chatted came to the end; None where nobody chatted."""
        chatted = self.counts.get(FunnelStep.CHATTED, 0)
        return _PERCENT * self.counts.get(FunnelStep.FINISHED, 0) / chatted if chatted else None


def question_of(asked: FunnelFilter, sources: Sequence[OutreachSource], today: date, history: VillageHistory) -> FunnelQuestion:
    """Return what a filter asks of the counts. `sources`: all that there are."""
    chosen = frozenset(source.code for source in sources if _is_chosen(asked, source)) if asked.by_source else None
    places = history.codes_in(asked.wilayah) if asked.wilayah else None
    return FunnelQuestion(asked.first(today), today, chosen, places, asked.jk or None, asked.umur or None, asked.layanan or None)


def _is_chosen(asked: FunnelFilter, source: OutreachSource) -> bool:
    what = source.what
    named = (
        (asked.kampanye, what.campaign),
        (asked.saluran, what.channel),
        (asked.akun, what.account),
        (asked.sumber.upper(), source.code),
    )
    return all(value in ("", own) for value, own in named)


def rows_of(facet: str, found: Mapping[str, StepCounts], sources: Sequence[OutreachSource], names: RowNames) -> tuple[FunnelRow, ...]:
    """Return the rows of a table, the fullest first; days the latest first, ages the youngest."""
    named = {source.code: source for source in sources}
    grouped: dict[str, list[StepCounts]] = {}
    for code, counts in found.items():
        grouped.setdefault(_group(facet, code, named), []).append(counts)
    summed = {group: several[0] if len(several) == 1 else added(several) for group, several in grouped.items()}
    rows = [FunnelRow(code, _word(facet, code, named, names), counts) for code, counts in summed.items()]
    if facet == "hari":
        return tuple(sorted(rows, key=lambda row: row.code, reverse=True))
    if facet == "umur":
        return tuple(sorted(rows, key=lambda row: AGE_BANDS.index(row.code) if row.code in AGE_BANDS else len(AGE_BANDS)))
    return tuple(sorted(rows, key=lambda row: (-row.counts.get(FunnelStep.CHATTED, 0), -sum(row.counts.values()), row.word)))


def _group(facet: str, code: str, named: Mapping[str, OutreachSource]) -> str:
    """Return what a row of a source counts for."""
    source = named.get(code)
    if source is None or facet not in ("kampanye", "saluran", "akun"):
        return code
    return {"kampanye": source.what.campaign, "saluran": source.what.channel, "akun": source.what.account}[facet]


def _word(facet: str, code: str, named: Mapping[str, OutreachSource], names: RowNames) -> str:
    """Return what people read for a row."""
    if not code:
        return _NONE.get(facet, _UNKNOWN)
    words: Mapping[str, Callable[[str], str]] = {
        "sumber": lambda each: named[each].what.name if each in named else each,
        "saluran": lambda each: outreach_lists().channels.get(each, each),
        "layanan": names.service,
        "desa": names.village,
        "jenis-kelamin": lambda each: code_list("sex").label(each),
        "umur": "{} tahun".format,
        "hari": lambda each: f"{day_short(date.fromisoformat(each))} {each[:4]}",
    }
    return words[facet](code) if facet in words else code


def total_of(found: Mapping[str, StepCounts]) -> StepCounts:
    """Return all rows together."""
    return added(found.values())


def added(several: Iterable[StepCounts]) -> StepCounts:
    """Return counts added up."""
    total: dict[FunnelStep, int] = {}
    for counts in several:
        for step, count in counts.items():
            total[step] = total.get(step, 0) + count
    return total
