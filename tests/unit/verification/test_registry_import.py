"""What a file must be to become the register: everything that would be printed is right, and what is not is named by line and column."""

import codecs
import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy import glyphs
from services.verification.adapters.registry_csv import LoadReport, check_file, read_families, write_families
from services.verification.adapters.registry_sample import sample_families
from services.verification.domain.register import Family
from services.verification.domain.register_rules import (
    COLUMNS,
    MORE_COLUMNS,
    SENTENCES,
    check_family,
    check_row,
    family_from,
    normal,
    rows_from,
)
from services.verification.wiring import registry
from shared.errors import BadInput
from shared.reference import printing
from shared.reference.printing import LONGEST

TODAY = date(2026, 11, 24)
FAMILIES = tuple(sample_families(3, 7))
ROWS = [dict(row) for family in FAMILIES for row in rows_from(family)]


def table(rows: list[dict[str, str]], separator: str = ",", columns: Sequence[str] = COLUMNS) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", delimiter=separator, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def changed(change: dict[str, str], line: int = 2, rows: list[dict[str, str]] = ROWS) -> list[dict[str, str]]:
    """The sample with other cells on one line; the card's columns change in the whole family."""
    kk_number = rows[line - 2]["kk_number"]
    card = {column: value for column, value in change.items() if column in COLUMNS[:6]}
    spread = [row | card if row["kk_number"] == kk_number else row for row in rows]
    return [row | change if index == line - 2 else row for index, row in enumerate(spread)]


def checked(path: Path, content: str | bytes, encoding: str | None = None) -> LoadReport:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return check_file(path, today=TODAY, encoding=encoding)


def found(report: LoadReport) -> set[tuple[str, str]]:
    return {(problem.field, problem.code) for problem in report.problems}


WRONG_CELLS = [
    ("nik", "123", "nik_not_16_digits"),
    ("nik", "35.1908 1107880001", "digits_only"),
    ("nik", "3519081107880000", "nik_serial_zero"),
    ("nik", "\uff13519081107880001", "digits_only"),
    ("village_code", "35.19.08.1001", "village_code_malformed"),
    ("village_code", "9919081001", "village_code_malformed"),
    ("village_code", "3519081999", "village_unknown"),
    ("marital", "KAWIN", "term_unknown"),
    ("relation", "KEPALA", "term_unknown"),
    ("sex", "M", "term_unknown"),
    ("religion", "ISLA", "term_unknown"),
    ("religion", "islam", "term_unknown"),
    ("education", "SMA", "term_unknown"),
    ("blood_type", "C", "term_unknown"),
    ("citizenship", "INDONESIA", "term_unknown"),
    ("born_on", "11/07/1988", "date_malformed"),
    ("born_on", "19880711", "date_malformed"),
    ("born_on", "1988-02-30", "date_malformed"),
    ("born_on", "", "date_malformed"),
    ("born_on", "2031-01-01", "date_in_future"),
    ("born_on", "2026-11-25", "date_in_future"),
    ("born_on", "0001-01-01", "date_too_early"),
    ("born_on", "1899-12-31", "date_too_early"),
    ("marital_on", "kemarin", "date_malformed"),
    ("marital_on", "1901-01-01", "marital_before_birth"),
    ("marital_on", "2026-11-25", "date_in_future"),
    ("name", " ", "text_missing"),
    ("name", "BUDI\nSANTOSO", "text_has_controls"),
    ("name", "BUDI\0SANTOSO", "text_has_controls"),
    ("name", "BUDI\tSANTOSO", "text_has_controls"),
    ("name", "BUDI\u200bSANTOSO", "text_has_controls"),
    ("name", "BUD1 SANTOSO", "name_has_digits"),
    ("name", "BUDI #1", "name_has_digits"),
    ("name", "BUDI # SANTOSO", "name_has_symbols"),
    ("name", "A" * 61, "text_too_long"),
    ("name", "王小明", "glyph_missing"),
    ("name", "BUDI \N{SLIGHTLY SMILING FACE}", "glyph_missing"),
    ("father", "ABDULLĀH \u0639", "glyph_missing"),
    ("mother", "A" * 61, "text_too_long"),
    ("address", "", "text_missing"),
    ("address", "\u00a0 ", "text_missing"),
    ("address", "J" * 241, "text_too_long"),
    ("address", "JL. \ufffd NO. 1", "glyph_missing"),
    ("occupation", "", "text_missing"),
    ("birth_place", "", "text_missing"),
    ("passport", "X" * 25, "text_too_long"),
    ("rt", "RT 04", "rt_malformed"),
    ("rt", "", "rt_malformed"),
    ("rt", "1234", "rt_malformed"),
    ("rt", "\u0663", "rt_malformed"),
    ("rw", "II", "rw_malformed"),
    ("postal_code", "6315", "postal_code_malformed"),
    ("kk_number", "1", "kk_not_16_digits"),
]


@pytest.mark.parametrize(("column", "value", "code"), WRONG_CELLS)
def test_a_wrong_cell_is_named_by_line_and_column_with_a_sentence_and_never_repeated(
    tmp_path: Path, column: str, value: str, code: str
) -> None:
    report = checked(tmp_path / "register.csv", table(changed({column: value})))
    assert (f"baris 2, {column}", code) in found(report)
    assert {each for _, each in found(report)} <= {code, "one_head_needed"}
    told = {problem.code: problem.detail for problem in report.problems}
    assert told[code] == SENTENCES[code]
    assert len(value) < 4 or value not in told[code]


@pytest.mark.parametrize(
    ("column", "value", "kept"),
    [
        ("rt", "4", "004"),
        ("rt", "04", "004"),
        ("rw", "012", "012"),
        ("name", "  SITI   NURAINI ", "SITI NURAINI"),
        ("name", "JOSE\u0301", "JOS\u00c9"),
        ("name", "H. AHMAD, S.AG.", "H. AHMAD, S.AG."),
        ("name", "SITI NUR\u2019AINI", "SITI NUR\u2019AINI"),
        ("father", "", "-"),
        ("mother", "", "-"),
        ("passport", "", "-"),
        ("blood_type", "", "-"),
        ("postal_code", "", ""),
        ("address", "J" * 240, "J" * 240),
        ("name", "W" * 60, "W" * 60),
        ("born_on", "1900-01-01", "1900-01-01"),
    ],
)
def test_a_right_cell_is_kept_in_its_normal_form(tmp_path: Path, column: str, value: str, kept: str) -> None:
    path = tmp_path / "register.csv"
    change = {column: value} | ({"marital_on": "1950-01-01"} if column == "born_on" else {})
    assert not checked(path, table(changed(change))).problems
    assert rows_from(next(read_families(path)))[0][column] == kept


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8"),
        lambda text: codecs.BOM_UTF8 + text.encode("utf-8"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.replace("\n", "\r\n").encode("utf-16"),
    ],
    ids=["utf-8", "utf-8 BOM", "utf-16", "utf-16-le bare", "utf-16-be bare", "utf-16-be", "CRLF"],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encoding_and_separator_are_seen(tmp_path: Path, encode: Callable[[str], bytes], separator: str) -> None:
    path = tmp_path / "register.csv"
    report = checked(path, encode(table(changed({"name": "JOSÉ"}), separator)))
    assert (report.families, report.problems) == (3, [])
    assert next(read_families(path)).members[0].name == "JOSÉ"


def test_an_encoding_that_can_not_be_seen_is_named_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    content = table(changed({"name": "JOSÉ"}, line=4)).encode("cp1252")
    assert unreadable(path, content) == [("baris 4", "encoding_unknown")]
    assert not checked(path, content, "cp1252").problems
    assert next(read_families(path, encoding="cp1252")).members[2].name == "JOSÉ"


def unreadable(path: Path, content: str | bytes, encoding: str | None = None) -> list[tuple[str, str]]:
    with pytest.raises(BadInput) as raised:
        checked(path, content, encoding)
    assert all(problem.detail for problem in raised.value.problems)
    return [(problem.field, problem.code) for problem in raised.value.problems]


RIGHT = table(ROWS)
QUOTED = table(changed({"address": 'JL. "A", NO. 1'}))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ("berkas", "file_empty")),
        (b"PK\x03\x04 a workbook", ("berkas", "file_is_workbook")),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ("berkas", "file_is_workbook")),
        (RIGHT.encode().replace(b"MADIUN", b"\xff\xfe\x80", 1), ("baris 2", "encoding_unknown")),
        (table(changed({"address": "J" * 140_000})), ("baris 2", "cell_too_long")),
        (QUOTED.replace('""A""', '"A"', 1), ("baris 2", "quote_unescaped")),
        (RIGHT + '"', ("baris 11", "quote_open")),
        ("nik,name\n1,A\n", ("kk_number", "column_missing")),
        (RIGHT.replace("passport", "nik", 1), ("passport", "column_missing")),
        (RIGHT.replace("kitap", "kitap,nik", 1), ("nik", "column_twice")),
    ],
)
def test_a_file_that_is_no_table_is_told_in_a_sentence(tmp_path: Path, content: str | bytes, expected: tuple[str, str]) -> None:
    problems = unreadable(tmp_path / "register.csv", content)
    assert expected[1] in {code for _, code in problems}
    assert expected[0].startswith("baris 11") or expected in problems


def test_a_wrong_encoding_by_hand_is_told(tmp_path: Path) -> None:
    assert unreadable(tmp_path / "register.csv", table(changed({"name": "JOSÉ"})), "ascii") == [("berkas", "encoding_differs")]


def test_an_open_quote_that_a_later_one_closes_is_found(tmp_path: Path) -> None:
    lines = RIGHT.splitlines()
    for line, cell in ((2, '"JL'), (3, 'JL"')):
        cells = lines[line - 1].split(",")
        cells[1] = cell
        lines[line - 1] = ",".join(cells)
    path = tmp_path / "register.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = check_file(path, today=TODAY)
    assert ("baris 2, address", "text_has_controls") in found(report)
    assert FAMILIES[0].kk_number in report.wrong


def test_rows_of_another_length_take_their_neighbours_with_them(tmp_path: Path) -> None:
    first = len(FAMILIES[0].members)
    lines = RIGHT.splitlines()
    lines[first] += ",one more"
    report = checked(tmp_path / "register.csv", "\n".join(lines) + "\n")
    assert (f"baris {first + 1}", "cells_differ") in found(report)
    assert set(report.wrong) == {FAMILIES[0].kk_number, FAMILIES[1].kk_number}


def test_what_is_known_of_an_akta_may_be_in_the_file_or_not(tmp_path: Path) -> None:
    known = {"birth_certificate": "3519-LU-04052021-0007", "birth_certificate_on": "2021-05-04", "birth_kind": "3", "birth_order": "2"}
    path = tmp_path / "register.csv"
    assert not checked(path, table(changed(known), columns=(*COLUMNS, *MORE_COLUMNS))).problems
    whole = next(read_families(path)).members
    said = (whole[0].birth_certificate, whole[0].birth_certificate_on, whole[0].birth_kind, whole[0].birth_order)
    assert said == ("3519-LU-04052021-0007", date(2021, 5, 4), 3, 2)
    assert (whole[1].birth_certificate, whole[1].birth_kind) == (None, None)
    assert not checked(path, table(changed(known))).problems, "a file from before has no such columns"
    assert next(read_families(path)).members == FAMILIES[0].members


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("birth_certificate", "W" * 61, "text_too_long"),
        ("birth_certificate", "王", "glyph_missing"),
        ("birth_certificate_on", "2026-11-25", "date_in_future"),
        ("birth_certificate_on", "04-05-2021", "date_malformed"),
        ("birth_kind", "5", "birth_kind_unknown"),
        ("birth_order", "0", "birth_order_malformed"),
        ("disability", "BUTA", "term_unknown"),
    ],
)
def test_what_is_wrong_of_what_may_be_left_out_is_named(tmp_path: Path, column: str, value: str, code: str) -> None:
    report = checked(tmp_path / "register.csv", table(changed({column: value}), columns=(*COLUMNS, *MORE_COLUMNS)))
    assert found(report) == {(f"baris 2, {column}", code)}


def test_a_register_that_is_written_is_read_the_same(tmp_path: Path) -> None:
    member = replace(
        FAMILIES[0].members[0], birth_certificate="477/12/1990", birth_certificate_on=date(1990, 3, 1), birth_kind=2, disability="FISIK"
    )
    families = (replace(FAMILIES[0], members=(member, *FAMILIES[0].members[1:])), *FAMILIES[1:])
    assert write_families(tmp_path / "register.csv", families) == len(families)
    assert tuple(read_families(tmp_path / "register.csv")) == families


def test_families_are_checked_as_a_whole(tmp_path: Path) -> None:
    assert ("baris 2, relation", "one_head_needed") in found(checked(tmp_path / "a.csv", table(changed({"relation": "ANAK"}))))
    assert ("baris 2, relation", "one_head_needed") in found(
        checked(tmp_path / "b.csv", table(changed({"relation": "KEPALA KELUARGA"}, line=3)))
    )
    other = [ROWS[0], ROWS[1] | {"address": "JL. LAIN"}, *ROWS[2:]]
    assert ("baris 3, address", "family_differs") in found(checked(tmp_path / "c.csv", table(other)))
    scattered = [*ROWS, *rows_from(FAMILIES[0])]
    assert {code for _, code in found(checked(tmp_path / "d.csv", table(scattered)))} == {"family_scattered"}


def test_the_same_nik_twice_is_told_with_both_lines_and_takes_both_families(tmp_path: Path) -> None:
    second = len(FAMILIES[0].members) + 2
    across = checked(tmp_path / "a.csv", table(changed({"nik": ROWS[0]["nik"]}, line=second)))
    assert [(problem.field, problem.code) for problem in across.problems] == [(f"baris {second}, nik", "nik_twice")]
    assert across.problems[0].detail.endswith("baris 2")
    assert set(across.wrong) == {FAMILIES[0].kk_number, FAMILIES[1].kk_number}
    within = checked(tmp_path / "b.csv", table(changed({"nik": ROWS[0]["nik"]}, line=3)))
    assert found(within) == {("baris 3, nik", "nik_twice")}


def test_good_families_can_be_read_without_the_wrong_ones(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    report = checked(path, table(changed({"religion": "ISLA"})))
    assert report.wrong == {FAMILIES[0].kk_number: 2}
    assert list(read_families(path, without=report.wrong)) == list(FAMILIES[1:])


def test_a_family_that_has_its_types_is_checked_by_the_same_rules() -> None:
    assert all(not check_family(family, today=TODAY) for family in FAMILIES)
    rows = changed({"religion": "ISLA", "rt": "4", "born_on": "2031-01-01"})[: len(FAMILIES[0].members)]
    wrong = check_family(family_from(rows), today=TODAY)
    assert {(index, flaw.column, flaw.code) for index, flaw in wrong} >= {
        (0, "religion", "term_unknown"),
        (0, "rt", "rt_malformed"),
        (0, "born_on", "date_in_future"),
    }


@pytest.mark.parametrize(
    ("column", "text", "kept"),
    [
        ("occupation", "PEGAWAI NEGERI SIPIL", "PEGAWAI NEGERI SIPIL"),
        ("occupation", "APARATUR SIPIL NEGARA", "APARATUR SIPIL NEGARA"),
        ("education", "DIPLOMA IV/STRATA I", "DIPLOMA IV/STRATA I"),
        ("education", "STRATA I", "STRATA I"),
        ("education", "PAUD/TK", "PAUD/TK"),
        ("blood_type", "AB-", "AB-"),
        ("blood_type", "", "-"),
        ("religion", "BUDHA", "BUDDHA"),
        ("religion", "KONG HU CU", "KHONGHUCU"),
        ("religion", "LAINNYA", "LAINNYA"),
        ("relation", "FAMILI", "FAMILI LAIN"),
        ("relation", "PEMBANTU", "PEMBANTU"),
    ],
)
def test_words_of_every_version_of_the_lists_are_taken_and_spellings_become_ours(column: str, text: str, kept: str) -> None:
    row = ROWS[1] | {column: normal(column, text)}
    assert row[column] == kept
    assert list(check_row(row, today=TODAY)) == []


@given(st.text(max_size=80), st.sampled_from(COLUMNS))
def test_whatever_a_cell_holds_is_named_or_can_be_printed(text: str, column: str) -> None:
    kept = normal(column, text)
    assert normal(column, kept) == kept
    if any(flaw.column == column for flaw in check_row(ROWS[0] | {column: kept}, today=TODAY)):
        return
    assert printing.is_printable(kept)
    assert "\n" not in kept
    assert len(kept) <= LONGEST.get(column, 16)
    change = {column: kept} if column not in ("relation", "nik", "kk_number") else {}
    assert isinstance(family_from([ROWS[0] | change]), Family)


def test_the_list_of_characters_is_the_fonts() -> None:
    assert glyphs.GLYPHS.read_text(encoding="utf-8") == glyphs.text(), "run: python -m deploy.glyphs"
    assert printing.glyphs() == glyphs.characters()
    assert {"É", "\u2019", "Ł"} <= printing.glyphs()
    assert not {"\n", "\u200b", "王"} & printing.glyphs()


def test_every_finding_of_the_rules_has_a_sentence() -> None:
    assert {code for _, _, code in WRONG_CELLS} <= set(SENTENCES)
    assert all(sentence and not sentence.endswith(".") for sentence in SENTENCES.values())


def test_the_command_says_which_line_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "register.csv"
    monkeypatch.delenv("MONGO_URL", raising=False)
    assert registry(["import", str(path)]) == 2
    assert registry(["pick", str(tmp_path / "missing.csv")]) == 1
    path.write_text("nik\n", encoding="utf-8")
    assert registry(["pick", str(path)]) == 1
    assert "column_missing" in capsys.readouterr().err
    for name in ("cp99999", "base64"):
        with pytest.raises(SystemExit):
            registry(["import", str(path), "--encoding", name])


def test_the_office_is_told_every_column() -> None:
    page = (Path(__file__).parents[3] / "docs/operations/petugas.md").read_text(encoding="utf-8")
    assert not [column for column in (*COLUMNS, *MORE_COLUMNS) if f"`{column}`" not in page]
