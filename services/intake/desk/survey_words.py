"""How the survey is said on its page and in its report: grades, months, people, and the pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from services.intake.domain.survey.counting import AGES, OLDEST, UNKNOWN
from services.intake.domain.survey.index import GRADES
from services.intake.domain.survey.questions import SurveyQuestions
from services.intake.domain.survey.report import SurveyLine, SurveyReport
from shared.reference.catalogue import Catalogue
from shared.web.desk import State, Tone
from shared.web.desk.overview import Column, Kind, Lead, Limit, Picture, PictureRow, Shade
from shared.web.desk.words import NOTHING, count, decimal

PATH: Final = "/desk/survei"
MONTHS: Final = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
GRADE_WORDS: Final[Mapping[str, str]] = MappingProxyType({"A": "Sangat baik", "B": "Baik", "C": "Kurang baik", "D": "Tidak baik"})
GRADE_STATES: Final[Mapping[str, State]] = MappingProxyType(
    {
        "A": State("A, sangat baik", Tone.GOOD, icon="circle-check"),
        "B": State("B, baik", Tone.GOOD, icon="circle-check"),
        "C": State("C, kurang baik", Tone.WAIT, icon="alert-triangle"),
        "D": State("D, tidak baik", Tone.BAD, icon="circle-x"),
    }
)
SEXES: Final[Mapping[str, str]] = MappingProxyType({"male": "Laki-laki", "female": "Perempuan", UNKNOWN: "Tidak diketahui"})
AGE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "under_17": "Di bawah 17 tahun",
        "17_25": "17 sampai 25 tahun",
        "26_35": "26 sampai 35 tahun",
        "36_45": "36 sampai 45 tahun",
        "46_55": "46 sampai 55 tahun",
        OLDEST: "Di atas 55 tahun",
        UNKNOWN: "Tidak diketahui",
    }
)
_GOOD_FROM: Final = next(least for least, grade in GRADES if grade == "B")
_AGE_ORDER: Final = (*(band for band, _ in AGES), OLDEST, UNKNOWN)


def index_words(value: Decimal | None) -> str:
    """Return 77,78, or a dash."""
    return NOTHING if value is None else decimal(float(value), 2)


def month_words(month: str) -> str:
    """Return `November 2026` of `2026-11`."""
    return f"{MONTHS[int(month[5:]) - 1]} {month[:4]}"


def period_words(report: SurveyReport) -> str:
    """Return the months of a report."""
    first, last = month_words(report.first), month_words(report.last)
    return first if first == last else f"{first} sampai {last}"


def rows_of(counts: Mapping[str, int | None], names: Mapping[str, str], least: int) -> list[tuple[str, str]]:
    """Return people in words; what is too small to be shown says so."""
    order = _AGE_ORDER if names is AGE_WORDS else tuple(names)
    return [(names[each], _few(least) if counts[each] is None else count(counts[each] or 0)) for each in order if each in counts]


def answered_words(line: SurveyLine, least: int) -> str:
    """Return how many answered."""
    return _few(least) if line.answered is None else count(line.answered)


def _few(least: int) -> str:
    return f"1 sampai {least - 1}" if least > 2 else "1"  # noqa: PLR2004 - of two, one is the only number below


def pictures(report: SurveyReport, questions: SurveyQuestions, catalogue: Catalogue, query: str) -> Iterator[Picture]:
    """Yield the pictures of a report. `query`: the filter as it stands in addresses."""
    yield _elements(report, questions, query)
    yield _trend(report, query)
    yield _services(report, catalogue, query)
    yield _topics(report, questions, query)


def _elements(report: SurveyReport, questions: SurveyQuestions, query: str) -> Picture:
    index = report.index
    lines = [(questions.elements[at].name, each.index) for at, each in enumerate(index.elements)] if index else []
    lowest = min(lines, key=lambda line: line[1]) if lines else None
    return Picture(
        name="unsur",
        finding=f"Terendah: {lowest[0].lower()}, {index_words(lowest[1])}" if lowest else "Belum ada nilai per unsur",
        about="Nilai setiap unsur dari 25 sampai 100; di bawah garis berarti kurang baik",
        subject="Unsur",
        columns=(Column("Nilai"),),
        lines=tuple(PictureRow(name, (float(value),)) for name, value in lines),
        lead=Lead("Buka laporan PDF", f"{PATH}/unduh-pdf{query}"),
        teaches="Begitu cukup banyak warga menjawab, di sini terlihat unsur mana yang kuat dan yang lemah.",
        limit=Limit(float(_GOOD_FROM), "batas baik", is_floor=True),
        shown=9,
        is_wide=True,
        part=f"{PATH}/gambar/unsur{query}",
    )


def _trend(report: SurveyReport, query: str) -> Picture:
    shown = [line for line in report.months if line.value is not None]
    return Picture(
        name="tren",
        finding=_trend_words(shown),
        about="Indeks kepuasan per bulan; bulan dengan terlalu sedikit jawaban tidak digambar",
        subject="Bulan",
        columns=(Column("Indeks"),),
        lines=tuple(PictureRow(month_words(line.name), (None if line.value is None else float(line.value),)) for line in report.months),
        lead=Lead("Unduh angkanya", f"{PATH}/unduh-xlsx{query}"),
        teaches="Setelah beberapa bulan, di sini terlihat apakah layanan membaik.",
        kind=Kind.LINES,
        limit=Limit(float(_GOOD_FROM), "batas baik", is_floor=True),
        is_wide=True,
        part=f"{PATH}/gambar/tren{query}",
    )


def _trend_words(shown: list[SurveyLine]) -> str:
    if len(shown) < 2:  # noqa: PLR2004 - a change needs two
        return "Belum ada tren" if not shown else f"{month_words(shown[0].name)}: {index_words(shown[0].value)}"
    before, after = shown[-2], shown[-1]
    change = (after.value or Decimal(0)) - (before.value or Decimal(0))
    said = f"naik {index_words(change)}" if change > 0 else f"turun {index_words(-change)}" if change else "tetap"
    return f"{month_words(after.name)}: {index_words(after.value)}, {said} dari bulan sebelumnya"


def _services(report: SurveyReport, catalogue: Catalogue, query: str) -> Picture:
    found = sorted((line.value, line.name) for line in report.services if line.value is not None)
    names = {code: service.name for code, service in catalogue.services.items()}
    lowest = f"Terendah: {names.get(found[0][1], found[0][1])}, {index_words(found[0][0])}" if found else "Belum ada nilai per layanan"
    return Picture(
        name="layanan",
        finding=lowest,
        about="Indeks kepuasan menurut layanan, yang terendah di atas",
        subject="Layanan",
        columns=(Column("Indeks"),),
        lines=tuple(PictureRow(names.get(code, code), (float(value),)) for value, code in found),
        lead=Lead("Unduh angkanya", f"{PATH}/unduh-xlsx{query}"),
        teaches="Layanan muncul di sini begitu jawabannya cukup untuk tidak menunjuk orang.",
        limit=Limit(float(_GOOD_FROM), "batas baik", is_floor=True),
        is_wide=True,
        part=f"{PATH}/gambar/layanan{query}",
    )


def _topics(report: SurveyReport, questions: SurveyQuestions, query: str) -> Picture:
    names = {topic.code: topic.name for topic in questions.topics}
    found = sorted(((-number, names.get(code, code)) for code, number in report.topics.items()))
    return Picture(
        name="saran",
        finding=f"Paling sering ditulis: {found[0][1].lower()}" if found else "Belum ada saran tertulis",
        about="Saran warga menurut pokoknya; satu saran dapat menyebut beberapa pokok",
        subject="Pokok",
        columns=(Column("Saran", Shade.CALM),),
        lines=tuple(PictureRow(name, (-number,)) for number, name in found),
        lead=Lead("Baca sarannya", f"{query or PATH}#tulisan"),
        teaches="Saran yang ditulis warga di akhir survei dikelompokkan di sini.",
        is_wide=True,
        part=f"{PATH}/gambar/saran{query}",
    )


def village_rows(lines: Iterable[SurveyLine], name_of: Callable[[str], str]) -> list[tuple[str, SurveyLine]]:
    """Return villages by their names, the highest index first; those of which it is not shown last."""
    named = [(name_of(line.name), line) for line in lines]
    return sorted(named, key=lambda each: (each[1].is_hidden, -(each[1].value or 0), each[0]))
