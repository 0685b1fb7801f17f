"""The survey's report as files, in the form of PermenPANRB 14/2017: what a sheet of paper says, and the same as a workbook."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from services.intake.desk import survey_words as words
from services.intake.domain.survey.index import WEIGHT, rounded
from services.intake.domain.survey.questions import SurveyQuestions
from services.intake.domain.survey.report import SurveyLine, SurveyReport
from services.intake.ports import Deps
from shared.web.desk.words import NOTHING, count, decimal, moment
from shared.web.desk.xlsx import Cell, WorkbookSheet

OFFICE: Final = "Dinas Kependudukan dan Pencatatan Sipil Kabupaten Madiun"
_NOT_ASKED: Final = "Pendidikan dan pekerjaan tidak ditanyakan: survei tidak meminta data pribadi. Umur dan jenis kelamin dari NIK pemohon."
_MEAN_DIGITS: Final = 3
_HUNDREDTHS: Final = Decimal("0.01")
_THOUSANDTHS: Final = Decimal("0.001")
_SMALL: Final = " *"  # beside an index of few answers


def sheet_of(report: SurveyReport, deps: Deps, at: datetime) -> Mapping[str, Any]:
    """Return what the report says on paper, all of it as text."""
    least = deps.survey.smallest_cell
    index = report.index
    return {
        "office": OFFICE,
        "made_at": moment(at),
        "period": words.period_words(report),
        "service": deps.menu.title(report.service) if report.service else "Semua layanan",
        "index": words.index_words(report.whole.value),
        "grade": f"{index.grade} ({words.GRADE_WORDS[index.grade].lower()})" if index else NOTHING,
        "facts": facts_of(report, least),
        "note": note_of(report, deps),
        "elements": _elements(report, deps.questions),
        "sexes": words.rows_of(report.sexes, words.SEXES, least),
        "ages": words.rows_of(report.ages, words.AGE_WORDS, least),
        "education": _NOT_ASKED,
        "services": [[deps.menu.title(line.name), *_line(line, least)] for line in report.services] if not report.service else [],
        "months": [[words.month_words(line.name), count(line.asked), *_line(line, least)] for line in report.months],
        "has_small": any(line.is_small or line.is_hidden for line in (*report.services, *report.months)),
        "small_sample": count(deps.survey.small_sample),
        "topics": [[name, count(number)] for name, number in _topics(report, deps.questions)],
        "plans": [[str(number), name, plan, "", ""] for number, (name, plan) in enumerate(plans_of(report, deps.questions), 1)],
    }


def facts_of(report: SurveyReport, least: int) -> list[tuple[str, str]]:
    """Return the line of numbers beside the index."""
    rate = NOTHING if report.rate is None else f"{decimal(float(report.rate))} %"
    return [
        ("Ditanya", count(report.whole.asked)),
        ("Menjawab", words.answered_words(report.whole, least)),
        ("Tingkat jawaban", rate if report.whole.answered is not None else NOTHING),
        ("Tidak bersedia", count(report.declined)),
        ("Saran tertulis", count(report.remarks)),
    ]


def note_of(report: SurveyReport, deps: Deps) -> str:
    """Return what has to be said of so few answers."""
    if report.whole.is_hidden:
        return f"Kurang dari {deps.survey.smallest_cell} jawaban: nilainya tidak ditampilkan supaya tidak menunjuk orang."
    if report.whole.is_small:
        return f"Contoh kecil: kurang dari {deps.survey.small_sample} jawaban. Nilainya dapat berubah banyak oleh beberapa jawaban."
    return ""


def plans_of(report: SurveyReport, questions: SurveyQuestions) -> list[tuple[str, str]]:
    """Return what is proposed for the weakest elements, the lowest first."""
    named = (questions.named(each.code) for each in report.weakest)
    return [(element.name, element.plan) for element in named if element is not None]


def sheets_of(report: SurveyReport, deps: Deps, villages: Sequence[SurveyLine]) -> tuple[WorkbookSheet, ...]:
    """Return the sheets of the workbook: numbers as numbers. `villages`: of the year of its last month."""
    least, questions = deps.survey.smallest_cell, deps.questions
    index = report.index
    titles: list[list[Cell]] = [[name, _as_number(value)] for name, value in facts_of(report, least)]
    summary: list[list[Cell]] = [
        ["Unit", OFFICE],
        ["Layanan", deps.menu.title(report.service) if report.service else "Semua layanan"],
        ["Periode", words.period_words(report)],
        ["Nilai IKM", _shown_index(index.value) if index else NOTHING],
        ["Mutu", f"{index.grade} ({words.GRADE_WORDS[index.grade].lower()})" if index else NOTHING],
        *titles,
        ["Catatan", note_of(report, deps) or NOTHING],
    ]
    places = [_village_row(deps.village_history.name(line.name), line, least) for line in villages]
    groups = (("Jenis kelamin", report.sexes, words.SEXES), ("Umur", report.ages, words.AGE_WORDS))
    people: list[list[Cell]] = [
        [by, name, _as_number(people)] for by, counts, names in groups for name, people in words.rows_of(counts, names, least)
    ]
    people.append(["Pendidikan", "Tidak ditanyakan", NOTHING])
    plans: list[list[Cell]] = [[number, *row, "", ""] for number, row in enumerate(plans_of(report, questions), 1)]
    return (
        _sheet("Ringkasan", ("Isian", "Nilai"), (26, 90), summary),
        _sheet(
            "Unsur",
            ("No", "Unsur pelayanan", "Rata-rata", "Tertimbang 1/9", "Nilai", "Mutu"),
            (6, 46, 12, 16, 10, 8),
            _numbers(report, questions),
        ),
        _sheet("Responden", ("Menurut", "Kelompok", "Orang"), (18, 26, 14), people),
        _sheet("Layanan", _HEAD, _WIDTHS, [_row(deps.menu.title(line.name), line, least) for line in report.services]),
        _sheet("Bulan", ("Bulan", *_HEAD[1:]), _WIDTHS, [_row(words.month_words(line.name), line, least) for line in report.months]),
        _sheet(f"Desa {report.last[:4]}", ("Desa", *_HEAD[2:]), (46, *_WIDTHS[2:]), places),
        _sheet("Saran", ("Pokok", "Saran"), (34, 10), [list(row) for row in _topics(report, questions)]),
        _sheet("Tindak lanjut", ("No", "Unsur terendah", "Program atau kegiatan", "Waktu", "Penanggung jawab"), (6, 40, 90, 16, 26), plans),
    )


_HEAD: Final = ("Layanan", "Ditanya", "Menjawab", "IKM", "Mutu", "Catatan")
_WIDTHS: Final = (46, 10, 14, 10, 8, 18)


def _sheet(name: str, head: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[Cell]]) -> WorkbookSheet:
    async def batches() -> AsyncIterator[Sequence[Sequence[Cell]]]:
        yield rows

    return WorkbookSheet(name, head, widths, batches())


def _elements(report: SurveyReport, questions: SurveyQuestions) -> list[list[str]]:
    index = report.index
    return [
        [
            f"U{number}",
            element.name,
            decimal(float(_mean(index.elements[number - 1].mean)), _MEAN_DIGITS) if index else NOTHING,
            decimal(float(_mean(index.elements[number - 1].mean * WEIGHT)), _MEAN_DIGITS) if index else NOTHING,
            words.index_words(index.elements[number - 1].index) if index else NOTHING,
            index.elements[number - 1].grade if index else NOTHING,
        ]
        for number, element in enumerate(questions.elements, 1)
    ]


def _numbers(report: SurveyReport, questions: SurveyQuestions) -> list[list[Cell]]:
    index = report.index
    if index is None:
        return []
    return [
        [number, element.name, _mean(found.mean), _mean(found.mean * WEIGHT), _shown_index(found.index), found.grade]
        for number, (element, found) in enumerate(zip(questions.elements, index.elements, strict=True), 1)
    ]


def _as_number(text: str) -> Cell:
    """Return a count as a number, and what is said in its place as it is."""
    digits = text.replace(".", "")
    return int(digits) if digits.isdecimal() else text


def _shown_index(value: Decimal) -> Decimal:
    return value.quantize(_HUNDREDTHS)


def _mean(value: Fraction) -> Decimal:
    """Return a mean with three decimals, for reading: the index is not made of it."""
    return (rounded(value * 10) / 10).quantize(_THOUSANDTHS)


def _line(line: SurveyLine, least: int) -> list[str]:
    mark = _SMALL if line.is_small else ""
    return [words.answered_words(line, least), words.index_words(line.value) + mark, line.index.grade if line.index else NOTHING]


def _row(name: str, line: SurveyLine, least: int) -> list[Cell]:
    answered: Cell = words.answered_words(line, least) if line.answered is None else line.answered
    said = "contoh kecil" if line.is_small else "terlalu sedikit" if line.is_hidden else ""
    return [
        name,
        line.asked,
        answered,
        _shown_index(line.value) if line.value is not None else NOTHING,
        line.index.grade if line.index else NOTHING,
        said,
    ]


def _village_row(name: str, line: SurveyLine, least: int) -> list[Cell]:
    _name, _asked, *said = _row(name, line, least)
    return [name, *said]


def _topics(report: SurveyReport, questions: SurveyQuestions) -> list[tuple[str, int]]:
    names = {topic.code: topic.name for topic in questions.topics}
    return sorted(((names.get(code, code), number) for code, number in report.topics.items()), key=lambda row: (-row[1], row[0]))
