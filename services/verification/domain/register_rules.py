"""The rules a family must meet to be in the register and on paper: every writer of the register uses them. Pure.

A row is one person with the columns of the card, as text. `normal` converts a text to the form in which it is stored, `check_row` and
`check_rows` name what is wrong by column and code, `family_from` builds the family. `check_family` checks a family that is built.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from services.verification.domain.birth_columns import BIRTH_COLUMNS, BIRTH_SENTENCES, birth_of, check_birth
from services.verification.domain.register import Family, Member
from shared.reference.population import SPELLINGS, BloodType, Citizenship, Disability, Education, KkMarital, Relation, Religion
from shared.reference.printing import LONGEST, is_printable
from shared.reference.regions import find_regency, find_village, is_home
from shared.values import KkNumber, Malformed, Nik, Sex

FAMILY_COLUMNS: Final = ("kk_number", "address", "rt", "rw", "village_code", "postal_code")
MEMBER_COLUMNS: Final = (
    "nik",
    "name",
    "sex",
    "birth_place",
    "born_on",
    "religion",
    "education",
    "occupation",
    "blood_type",
    "marital",
    "marital_on",
    "relation",
    "citizenship",
    "father",
    "mother",
    "passport",
    "kitap",
)
COLUMNS: Final = FAMILY_COLUMNS + MEMBER_COLUMNS
MORE_COLUMNS: Final = (*BIRTH_COLUMNS, "disability")
"""What a source may leave out, and cells of it that may be empty: it is not known then."""

Row: TypeAlias = Mapping[str, str]

NOTHING: Final = "-"  # how a card prints a missing value
EARLIEST_BIRTH: Final = date(1900, 1, 1)  # nobody alive is older: an earlier year is a mistyped or an invented one
YOUNGEST_MARRIED_YEARS: Final = 10  # a lower age is a mistyped year, whatever law was in force
_REMEMBERED: Final = 100_000  # verdicts on texts: names and addresses repeat, terms are few; about 20 MB
_TEXTS: Final = frozenset(("address", "name", "birth_place", "occupation", "father", "mother", "passport", "kitap"))
_NEEDED: Final = frozenset(("address", "name", "birth_place", "occupation"))
_DASHED: Final = ("father", "mother", "passport", "kitap", "blood_type")
_NAMES: Final = frozenset(("name", "father", "mother"))
_NUMBERS: Final[Mapping[str, type[Nik | KkNumber]]] = MappingProxyType({"nik": Nik, "kk_number": KkNumber})
_IN_NAMES: Final = " '`.,-/\u2018\u2019\u00b4"  # beside letters and their marks; older records have titles with commas
_VILLAGE_DIGITS: Final = 10
_POSTAL_DIGITS: Final = 5

TERMS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "sex": frozenset(term.value for term in Sex),
        "religion": frozenset(term.value for term in Religion),
        "education": frozenset(term.value for term in Education),
        "blood_type": frozenset((NOTHING, *(term.value for term in BloodType))),
        "marital": frozenset(term.value for term in KkMarital),
        "relation": frozenset(term.value for term in Relation),
        "citizenship": frozenset(term.value for term in Citizenship),
        "disability": frozenset(("", *(term.value for term in Disability))),
    }
)

SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "nik_not_16_digits": "NIK terdiri atas 16 angka",
        "nik_date_impossible": "angka ke-7 sampai ke-12 dari NIK adalah tanggal lahir; ini bukan",
        "nik_serial_zero": "NIK tidak berakhir dengan 0000",
        "kk_not_16_digits": "nomor KK terdiri atas 16 angka",
        "kk_date_impossible": "angka ke-7 sampai ke-12 dari nomor KK adalah tanggal; ini bukan",
        "digits_only": "tulis angkanya saja, tanpa spasi, titik, dan tanda hubung",
        "text_missing": "tidak boleh kosong",
        "text_too_long": "lebih panjang daripada tempatnya pada KK",
        "text_has_controls": "di dalamnya ada ganti baris, tab, NUL, atau karakter kendali lain",
        "glyph_missing": "ada huruf yang tidak dimiliki fon dokumen",
        "name_has_digits": "nama tidak memuat angka",
        "name_has_symbols": "nama hanya memuat huruf, spasi, apostrof, titik, koma, dan tanda hubung",
        "term_unknown": "bukan istilah kependudukan; tulis dengan huruf besar, seperti pada KK",
        "date_malformed": "tanggal ditulis TTTT-BB-HH, seperti 1994-10-08",
        "date_in_future": "hari itu belum tiba",
        "date_too_early": "tidak ada yang masih hidup dan lahir sebelum 1900",
        "marital_before_birth": "perkawinan atau akhirnya mendahului kelahiran, atau terjadi pada masa kanak-kanak",
        "marital_date_unexpected": "yang BELUM KAWIN tidak punya tanggal perkawinan",
        "rt_malformed": "RT adalah satu sampai tiga angka, tanpa huruf RT",
        "rw_malformed": "RW adalah satu sampai tiga angka, tanpa huruf RW",
        "postal_code_malformed": "kode pos terdiri atas 5 angka, atau dikosongkan",
        "village_code_malformed": "kode desa terdiri atas 10 angka tanpa titik, dan diawali kode kabupaten",
        "village_unknown": "Kabupaten Madiun tidak punya desa dengan kode ini",
        "one_head_needed": "satu keluarga punya tepat satu KEPALA KELUARGA",
        "family_differs": "semua baris satu keluarga menyebut hal yang sama tentang KK-nya",
        "nik_twice": "NIK ini ada juga di baris lain",
        "family_scattered": "baris satu keluarga harus berurutan",
        **BIRTH_SENTENCES,
    }
)
"""Sentences for whoever corrects the source. None repeats a value: it is personal."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One problem of one column."""

    column: str
    code: str


def normal(column: str, text: str) -> str:
    """Return the stored form of a text: composed letters, single blanks, RT and RW of three digits, `-` for a missing value, our spelling.

    Control characters stay, so that `check_row` can name them.
    """
    if not text.isprintable() and _has_controls(text):
        return text
    kept = " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).split())
    if column in ("rt", "rw") and _is_number(kept):
        return kept.zfill(LONGEST[column])
    if column in SPELLINGS:
        return SPELLINGS[column].get(kept, kept)
    return NOTHING if column in _DASHED and not kept else kept


def check_row(row: Row, *, today: date) -> Iterator[Flaw]:
    """Check a row in its normal form, column by column."""
    for column in COLUMNS:
        code = number_problem(column, row[column]) if column in _NUMBERS else _problem(column, row[column])
        if code:
            yield Flaw(column, code)
    if code := _problem("disability", row.get("disability", "")):
        yield Flaw("disability", code)
    yield from _date_problems(row, today)
    yield from (Flaw(column, code) for column, code in check_birth(row, today=today))


def check_rows(rows: Sequence[Row]) -> Iterator[tuple[int, Flaw]]:
    """Check the rows of one family against each other; yield the index of the row with each problem."""
    if sum(row["relation"] == Relation.HEAD.value for row in rows) != 1:
        yield 0, Flaw("relation", "one_head_needed")
    seen: set[str] = set()
    for index, row in enumerate(rows):
        for column in FAMILY_COLUMNS:
            if row[column] != rows[0][column]:
                yield index, Flaw(column, "family_differs")
        if row["nik"] in seen:
            yield index, Flaw("nik", "nik_twice")
        seen.add(row["nik"])


def check_family(family: Family, *, today: date) -> tuple[tuple[int, Flaw], ...]:
    """Check a family that is built; return the index of the member with each problem."""
    rows = rows_from(family)
    return (*((index, flaw) for index, row in enumerate(rows) for flaw in check_row(row, today=today)), *check_rows(rows))


def rows_from(family: Family) -> tuple[dict[str, str], ...]:
    """Return a family as rows of text."""
    shared = {name: str(getattr(family, name)) for name in FAMILY_COLUMNS}
    columns = (*MEMBER_COLUMNS, *MORE_COLUMNS)
    return tuple(shared | {name: _cell(getattr(member, name)) for name in columns} for member in family.members)


def family_from(rows: Sequence[Row]) -> Family:
    """Build a family from rows that were checked and had no problem.

    Raises:
        ValueError: the rows were not checked.
    """
    first = rows[0]
    return Family(
        kk_number=first["kk_number"],
        address=first["address"],
        rt=first["rt"],
        rw=first["rw"],
        village_code=first["village_code"],
        postal_code=first["postal_code"],
        members=tuple(map(_member, rows)),
    )


def _member(row: Row) -> Member:
    texts: dict[str, Any] = {name: row[name] for name in MEMBER_COLUMNS if name not in ("born_on", "marital", "marital_on", "relation")}
    return Member(
        **texts,
        born_on=date.fromisoformat(row["born_on"]),
        marital=KkMarital(row["marital"]),
        marital_on=date.fromisoformat(row["marital_on"]) if row["marital_on"] else None,
        relation=Relation(row["relation"]),
        **birth_of(row),
        disability=row.get("disability") or None,
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


@lru_cache(maxsize=_REMEMBERED)
def _problem(column: str, text: str) -> str | None:
    plain = text.isascii() and text.isprintable()  # most texts are: the rest of the alphabet is looked up by letter
    if not plain and _has_controls(text):
        return "text_has_controls"
    if column not in _TEXTS:
        return _form_problem(column, text)
    if not plain and not is_printable(text):
        return "glyph_missing"
    if not text.strip() and column in _NEEDED:
        return "text_missing"
    if len(text) > LONGEST[column]:
        return "text_too_long"
    return _name_problem(text) if column in _NAMES else None


def _has_controls(text: str) -> bool:
    return any(unicodedata.category(char).startswith("C") for char in text)


def _form_problem(column: str, text: str) -> str | None:
    if column in TERMS:
        return None if text in TERMS[column] else "term_unknown"
    if column in ("rt", "rw"):
        return None if _is_number(text) and len(text) == LONGEST[column] else f"{column}_malformed"
    if column == "postal_code":
        return None if not text or (_is_number(text, _POSTAL_DIGITS) and len(text) == _POSTAL_DIGITS) else "postal_code_malformed"
    return village_problem(text) if column == "village_code" else None


def number_problem(column: str, text: str) -> str | None:
    """Return what is wrong with the number of a person or a card, as a code."""
    if not text.isprintable():
        return "text_has_controls"
    try:
        return None if _NUMBERS[column].parse(text).text == text else "digits_only"
    except Malformed as malformed:
        return malformed.code


def _name_problem(text: str) -> str | None:
    if any(char.isdigit() for char in text):
        return "name_has_digits"
    return None if all(unicodedata.category(char)[0] in "LM" or char in _IN_NAMES for char in text) else "name_has_symbols"


def village_problem(code: str) -> str | None:
    """Return what is wrong with the code of a village, as a code."""
    if len(code) != _VILLAGE_DIGITS or not _is_number(code, _VILLAGE_DIGITS) or find_regency(code) is None:
        return "village_code_malformed"
    return "village_unknown" if is_home(code) and find_village(code) is None else None


def _date_problems(row: Row, today: date) -> Iterator[Flaw]:
    born_on, marital_on = date_of(row["born_on"]), date_of(row["marital_on"])
    if born_on is None:
        yield Flaw("born_on", "date_malformed")
    elif not EARLIEST_BIRTH <= born_on <= today:
        yield Flaw("born_on", "date_in_future" if born_on > today else "date_too_early")
    if marital_on is None:
        if row["marital_on"]:
            yield Flaw("marital_on", "date_malformed")
    elif row["marital"] == KkMarital.SINGLE.value:
        yield Flaw("marital_on", "marital_date_unexpected")
    elif marital_on > today:
        yield Flaw("marital_on", "date_in_future")
    elif born_on is not None and born_on <= today and marital_on.year - born_on.year < YOUNGEST_MARRIED_YEARS:
        yield Flaw("marital_on", "marital_before_birth")


def date_of(text: str) -> date | None:
    """Return the day of a text that is written YYYY-MM-DD; None where it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None  # Python also reads 20110711 and 2011-W28-1


def _is_number(text: str, most: int = 3) -> bool:
    return 1 <= len(text) <= most and text.isascii() and text.isdigit()
