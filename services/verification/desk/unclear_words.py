"""An answer of the register that makes no sense, in words: what each value is called, and why it can't be understood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from services.verification.domain.answers import AnswerLine, UnclearAnswer
from services.verification.domain.case import Case
from services.verification.domain.unclear import UNCLEAR
from shared.web.desk.words import masked_number

_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kk_number": "Nomor KK",
        "address": "Alamat",
        "rt": "RT",
        "rw": "RW",
        "village_code": "Kode desa",
        "postal_code": "Kode pos",
        "closed_on": "Ditutup tanggal",
        "pending": "Perubahan yang menunggu",
        "version": "Edisi",
        "members": "Anggota keluarga",
        "nik": "NIK",
        "name": "Nama",
        "sex": "Jenis kelamin",
        "birth_place": "Tempat lahir",
        "born_on": "Tanggal lahir",
        "religion": "Agama",
        "education": "Pendidikan",
        "occupation": "Pekerjaan",
        "blood_type": "Golongan darah",
        "marital": "Status perkawinan",
        "marital_on": "Tanggal perkawinan",
        "relation": "Hubungan keluarga",
        "citizenship": "Kewarganegaraan",
        "father": "Nama ayah",
        "mother": "Nama ibu",
        "passport": "Nomor paspor",
        "kitap": "Nomor KITAP",
        "birth_certificate": "Nomor akta kelahiran",
        "birth_certificate_on": "Tanggal akta kelahiran",
        "birth_order": "Anak ke",
        "birth_kind": "Orang tua di akta",
        "former_names": "Nama terdahulu",
        "annulled": "Akta yang dibatalkan",
        "disability": "Disabilitas",
        "reason": "Sebab keluar",
        "died_on": "Tanggal meninggal",
        "death_certificate": "Nomor akta kematian",
        "death_place": "Tempat meninggal",
    }
)
WHY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "members_missing": "Tidak ada anggota keluarga yang terbaca.",
        "one_head_needed": "Harus ada tepat satu kepala keluarga.",
        "row_malformed": "Ini bukan baris anggota keluarga.",
        "column_unknown": "Ada kolom yang tidak dikenal di baris ini.",
        "value_missing": "Kosong, padahal harus ada.",
        "value_not_text": "Ini bukan teks.",
        "value_not_number": "Ini bukan bilangan.",
        "date_malformed": "Ini bukan tanggal.",
        "date_in_future": "Tanggal ini belum tiba.",
        "date_too_early": "Tahunnya sebelum 1900.",
        "term_unknown": "Kode ini tidak dikenal.",
        "nik_not_16_digits": "NIK harus 16 angka.",
        "nik_date_impossible": "Tanggal lahir di dalam NIK tidak mungkin.",
        "nik_serial_zero": "NIK tidak berakhir dengan 0000.",
        "nik_twice": "NIK ini ada di dua baris.",
        "kk_not_16_digits": "Nomor KK harus 16 angka.",
        "kk_date_impossible": "Tanggal di dalam nomor KK tidak mungkin.",
        "digits_only": "Harus angka saja.",
        "text_has_controls": "Ada tanda yang tidak terlihat di dalamnya.",
        "village_code_malformed": "Kode desa harus 10 angka dari daerah yang ada.",
    }
)
"""Code of what can't be understood -> why."""
_ROW: Final = re.compile(r"members\[(\d+)]\.?(.*)")
_NUMBERS: Final = frozenset(("nik", "kk_number", "passport", "kitap"))
_LONG: Final = re.compile(r"\d{8}")  # whatever field it stands in, so many digits may be somebody's number
_EMPTY: Final = "(kosong)"
_NOTHING: Final = frozenset(("", "null", "[]", "{}"))


@dataclass(frozen=True, slots=True)
class SaidLine:
    """One value as an officer reads it. `why` empty: it can be understood."""

    label: str
    text: str
    shown: str
    """The same, with numbers masked."""
    why: str


@dataclass(frozen=True, slots=True)
class SaidAnswer:
    """One answer: what can't be understood, and all the rest of it."""

    flawed: tuple[SaidLine, ...]
    rest: tuple[SaidLine, ...]


def said(case: Case) -> tuple[SaidAnswer, ...]:
    """Return the answers that are kept with a case."""
    return tuple(_answer(answer) for answer in case.unclear)


def is_unclear_now(case: Case) -> bool:
    """Return whether the checks, as they were made last, met such an answer; else the register was mended since."""
    return any(finding.code == UNCLEAR for finding in case.findings)


def label(place: str) -> str:
    """Return what a place of an answer is called: `members[1].born_on` is `Anggota ke-2, tanggal lahir`."""
    row = _ROW.fullmatch(place)
    if row is None:
        return _NAMES.get(place, place or "Seluruh jawaban")
    who, column = f"Anggota ke-{int(row[1]) + 1}", row[2]
    if not column:
        return who
    known = _NAMES.get(column, column)
    return f"{who}, {known if known.isupper() else known[0].lower() + known[1:]}"


def _answer(answer: UnclearAnswer) -> SaidAnswer:
    lines = tuple(map(_line, answer.lines))
    return SaidAnswer(tuple(line for line in lines if line.why), tuple(line for line in lines if not line.why))


def _line(line: AnswerLine) -> SaidLine:
    text = _EMPTY if line.text in _NOTHING else line.text
    is_number = text != _EMPTY and (line.place.rpartition(".")[2] in _NUMBERS or _LONG.search(text) is not None)
    return SaidLine(label(line.place), text, masked_number(text) if is_number else text, WHY.get(line.code, line.code) if line.code else "")
