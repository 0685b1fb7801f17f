"""What a court's clerk types: read as the API reads it, kept in paths and rows, given back for a correction."""

from dataclasses import replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

import pytest

from services.intake.domain.clerk import (
    ClerkSave,
    CourtDraft,
    attachment_of,
    first_rows,
    groups,
    paths,
    row_added,
    row_removed,
    saved,
    sent,
    values_of,
)
from services.intake.domain.clerk_reading import judged
from services.intake.domain.court import decision_from, fingerprint
from shared.errors import Stale
from shared.reference.decision_kinds import decision_kinds
from shared.values import Attachment

TODAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HUSBAND, WIFE, CHILD = "3519081708850003", "3519084502880004", "3519080101150002"
FILE = Attachment("f-1", "decision", "putusan", "application/pdf", 9, "ab")
DIVORCE = {
    "case_number": "412/Pdt.G/2026/PA.Kab.Mn",
    "decided_on": "1-10-2026",
    "final_on": "15-10-2026",
    "deed_number": "194/AC/2026/PA.Kab.Mn",
    "deed_on": "20-10-2026",
    "husband.nik": HUSBAND,
    "husband.name": "Budi Santoso",
    "wife.nik": WIFE,
    "wife.name": "Siti Aminah",
}
ADOPTION = {
    "case_number": "7/Pdt.P/2026/PA.Kab.Mn",
    "decided_on": "1-10-2026",
    "final_on": "1-10-2026",
    "child.nik": CHILD,
    "child.name": "Ani Lestari",
    "certificate_number": "3519-LU-28112015-0018",
}


def draft(kind: str = "cerai_gugat", values: dict[str, str] | None = None, **rows: int) -> CourtDraft:
    begun = CourtDraft("d-1", "PA.Kab.Mn", kind, "staff-1", "Ratna Dewi", AT, MappingProxyType(DIVORCE if values is None else values))
    return replace(begun, rows=MappingProxyType({**first_rows(decision_kinds()[kind]), **rows}))


def save(values: dict[str, str], version: int = 1, page: str = "p-1", **more: Any) -> ClerkSave:
    rows = more.pop("rows", {})
    return ClerkSave("staff-2", "Joko Susilo", page, version, values, rows, **more)


def problems(known: CourtDraft) -> dict[str, str]:
    return {problem.field: problem.code for problem in judged(known, "d-1", TODAY).problems}


def test_what_is_typed_is_the_decision_that_the_api_would_be_sent() -> None:
    typed = draft(values=DIVORCE | {"children[0].nik": CHILD, "children[0].custody_nik": "wife"}, children=1)
    body = {
        "decision_id": "other",
        "court_code": "PA.Kab.Mn",
        "case_number": "0412/Pdt.G/2026/PA Kab Mn",
        "kind": "cerai_gugat",
        "decided_on": "2026-10-01",
        "final_on": "2026-10-15",
        "deed_number": "194/AC/2026/PA.Kab.Mn",
        "deed_on": "2026-10-20",
        "husband": {"nik": HUSBAND, "name": "Budi Santoso"},
        "wife": {"nik": WIFE, "name": "Siti Aminah"},
        "children": [{"nik": CHILD, "custody_nik": WIFE}],
    }
    read = judged(typed, "d-1", TODAY)
    assert read.problems == ()
    assert read.decision is not None
    assert fingerprint(read.decision) == fingerprint(decision_from(body, TODAY))
    assert read.decision.decision_id == "d-1"


@pytest.mark.parametrize("kind", sorted(decision_kinds()))
def test_of_an_empty_page_all_that_is_needed_is_named_and_nothing_else(kind: str) -> None:
    known = decision_kinds()[kind]
    court = "PN.Mjy" if kind == "perubahan_nama" else "PA.Kab.Mn"
    empty = replace(draft(kind, {}), court=court)
    found = problems(empty)
    assert set(found.values()) == {"answer_missing"}
    assert "case_number" in found
    assert all(field in dict(paths(known, empty.rows)) for field in found)
    assert judged(empty, "d-1", TODAY).so_far == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"husband.nik": "123"}, {"husband.nik": "nik_not_16_digits"}),
        ({"husband.nik": ""}, {"husband.nik": "answer_missing"}),
        ({"husband.nik": "", "wife.nik": ""}, {"husband.nik": "answer_missing", "wife.nik": "answer_missing"}),
        ({"deed_on": ""}, {"deed_on": "answer_missing"}),
        ({"final_on": "14-10-2026"}, {"final_on": "final_too_early"}),
        ({"final_on": "entah"}, {"final_on": "date_malformed"}),
        ({"decided_on": "31-2-2026"}, {"decided_on": "date_impossible"}),
        ({"husband.village_code": "3519082001"}, {}),
        ({"husband.village_code": "35.77.01.1001"}, {}),
        ({"husband.village_code": "Desa Antah Berantah"}, {"husband.village_code": "village_unknown"}),
        ({"husband.village_code": "Sidorejo"}, {"husband.village_code": "village_unclear"}),
        ({"deed_serial": "J" * 201}, {"deed_serial": "text_too_long"}),
    ],
)
def test_each_field_has_its_first_problem(changes: dict[str, str], expected: dict[str, str]) -> None:
    assert problems(draft(values=DIVORCE | changes)) == expected


def test_who_adopts_may_be_one_of_two_and_is_asked_whole_once_begun() -> None:
    assert problems(draft("pengangkatan_anak", ADOPTION)) == {"adoptive_mother": "adopter_missing"}
    begun = ADOPTION | {"adoptive_mother.name": "Wati Ningsih"}
    assert problems(draft("pengangkatan_anak", begun)) == {"adoptive_mother.nik": "answer_missing"}
    assert problems(draft("pengangkatan_anak", begun | {"adoptive_mother.nik": WIFE})) == {}


def test_a_repudiation_without_its_pledge_is_named_by_its_rule() -> None:
    assert problems(draft("cerai_talak")) == {"pledge_on": "pledge_missing"}
    assert judged(draft("cerai_talak"), "d-1", TODAY).so_far == ()


def test_of_a_page_that_was_not_drawn_from_the_present_version_nothing_is_taken() -> None:
    begun = draft(values={})
    first = saved(begun, save({"deed_on": " 20-10-2026 ", "nothing": "x"}), AT)
    assert (dict(first.values), first.version, first.clerk_name) == ({"deed_on": "20-10-2026"}, 2, "Joko Susilo")
    with pytest.raises(Stale, match="draft_changed"):
        saved(first, save({}, page="p-2"), AT)
    assert saved(first, save({}, page="p-1"), AT).version == 3, "the page that saved last"
    with pytest.raises(Stale, match="draft_changed"):
        saved(first, save({}, page="p-1", is_quiet=True), AT)
    with pytest.raises(Stale, match="draft_sent"):
        saved(sent(first, "c-1"), save({}, version=3), AT)


def test_rows_come_and_go_and_stay_within_what_the_kind_allows() -> None:
    one = row_added(draft(), "children")
    assert (one.rows["children"], row_added(one, "nobody")) == (1, one)
    full = replace(one, rows=MappingProxyType({"children": 30}))
    assert row_added(full, "children") is full
    two = replace(one, rows=MappingProxyType({"children": 2}), values=MappingProxyType({"children[1].name": "Beni"}))
    left = row_removed(two, "children", 0)
    assert (dict(left.values), left.rows["children"]) == ({"children[0].name": "Beni"}, 1)
    assert row_removed(left, "children", 1) is left
    assert saved(draft(), save({}, rows={"children": 999}), AT).rows["children"] == 30


def test_what_was_sent_is_given_back_for_its_correction() -> None:
    whole = DIVORCE | {"children[0].nik": CHILD, "children[0].custody_nik": "husband", "wife.born_on": "5-2-1988"}
    read = judged(draft(values=whole, children=1), "d-1", TODAY)
    assert read.decision is not None
    values, rows = values_of(read.decision, TODAY)
    again = judged(replace(draft(values=values), rows=MappingProxyType(rows)), "d-1", TODAY)
    assert (again.problems, again.decision) == ((), read.decision)
    assert values["children[0].custody_nik"] == "husband"
    assert values["wife.born_on"] == "05-02-1988"


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        ("cerai_gugat", "", "putusan"),
        ("pengangkatan_anak", "7/Pdt.P/2026/PA.Kab.Mn", "penetapan"),
        ("itsbat_nikah", "7/Pdt.P/2026/PA.Kab.Mn", "penetapan"),
        ("itsbat_nikah", "7/pdt.g/2026/PA.Kab.Mn", "putusan"),
    ],
)
def test_a_pdf_is_named_by_what_it_is(kind: str, number: str, expected: str) -> None:
    assert attachment_of(kind, FILE, number).kind == expected


def test_of_what_was_sent_nothing_personal_is_left() -> None:
    left = sent(replace(draft(), file=FILE), "c-1")
    assert (dict(left.values), dict(left.rows), left.file, left.sent_case) == ({}, {}, None, "c-1")


def test_every_group_can_be_drawn() -> None:
    for kind in decision_kinds().values():
        rows = {each.name: 1 for each in groups(kind)}
        named = [path for path, _ in paths(kind, rows)]
        assert len(named) == len(set(named))
