"""What stands in the search box is recognised by its shape."""

import pytest

from shared.reference.roles import roles
from shared.web.desk.sought import IN_WORDS, LONGEST, OWNERS, Shape, owners_for, recognised
from tests.support.sessions import SessionIssuer

RECEIPT = "MDN-UWEJ-V78R"


@pytest.mark.parametrize(
    ("typed", "shape", "text"),
    [
        ("", Shape.NOTHING, ""),
        ("  ", Shape.NOTHING, ""),
        ("3519 0145 0389 0001", Shape.NUMBER, "3519014503890001"),
        ("3519.0145.0389.0001", Shape.NUMBER, "3519014503890001"),
        (RECEIPT, Shape.RECEIPT, RECEIPT),
        (RECEIPT.lower().replace("-", ""), Shape.RECEIPT, RECEIPT),
        ("mdn-7K4Q", Shape.RECEIPT, "MDN-7K4Q"),
        ("mdn-7k4q-9f", Shape.RECEIPT, "MDN-7K4Q-9F"),
        ("3519-kk-24112026-0001", Shape.DOCUMENT, "3519-KK-24112026-0001"),
        ("skpwni/3519/24112026/0001", Shape.DOCUMENT, "SKPWNI/3519/24112026/0001"),
        ("SKPWNI/3519/2411", Shape.DOCUMENT, "SKPWNI/3519/2411"),
        ("3519-LU-2411", Shape.DOCUMENT, "3519-LU-2411"),
        ("40/Pdt.G/2026/PA.Kab.Mn", Shape.CASE, "40/Pdt.G/2026/PA.Kab.Mn"),
        ("0812-3456-7890", Shape.PHONE, "6281234567890"),
        ("+62 812 3456 7890", Shape.PHONE, "6281234567890"),
        ("08123456789", Shape.PHONE, "628123456789"),
        ("0812", Shape.TOO_SHORT, ""),
        ("K7Q", Shape.SOURCE, "K7Q"),
        ("#k7q2", Shape.SOURCE, "K7Q2"),
        ("siti  aminah", Shape.NAME, "siti aminah"),
        ("SUTRESNA", Shape.NAME, "SUTRESNA"),
        ("Nur'aini", Shape.NAME, "Nur'aini"),
        ("ab", Shape.TOO_SHORT, ""),
        ("12345", Shape.TOO_SHORT, ""),
        ("MDN", Shape.NAME, "MDN"),
    ],
)
def test_a_text_is_what_it_looks_like(typed: str, shape: Shape, text: str) -> None:
    found = recognised(typed)
    assert (found.shape, found.text) == (shape, text)


def test_what_is_typed_is_in_no_representation() -> None:
    assert "3519014503890001" not in repr(recognised("3519014503890001"))


def test_what_is_too_long_is_cut() -> None:
    assert len(recognised("a" * 5 * LONGEST).text) == LONGEST


def test_everything_that_is_recognised_is_found_by_somebody() -> None:
    assert {shape for owner in OWNERS.values() for shape in owner.finds} == set(IN_WORDS) == set(Shape) - {Shape.NOTHING, Shape.TOO_SHORT}


def test_a_role_asks_whom_it_may_see_and_an_admin_nobody() -> None:
    members = {code: SessionIssuer().member(code) for code in roles()}
    assert set(owners_for(members["section_head"])) == set(OWNERS)
    assert set(owners_for(members["village"])) == {"permohonan"}
    assert set(owners_for(members["outreach"])) == {"pesan"}
    assert owners_for(members["admin"]) == {}
