"""What a court decided, as it lies in a case: as it is kept now, and as it was while there were divorces alone."""

from __future__ import annotations

from dataclasses import asdict

from services.verification.domain.submission import CASE_FIELDS
from services.verification.store.submissions import decision_doc, decision_from
from tests.support import families as people


def test_a_decision_comes_back_as_it_was() -> None:
    for ruling in (people.decision(), people.decision(kind="cerai_talak", pledge_on=people.TODAY)):
        assert decision_from(decision_doc(ruling)) == ruling


def test_a_divorce_from_before_the_kinds_were_described_is_read() -> None:
    ruling = people.decision()
    own = ("deed_number", "deed_on", "deed_serial", "pledge_on", "marriage_certificate_number", "marriage_certificate_on")
    dated = {name: value.isoformat() if hasattr(value, "isoformat") else value for name in CASE_FIELDS if (value := getattr(ruling, name))}
    parties = {}
    for role, party in ruling.parties.items():
        parties[role] = asdict(party) | {"born_on": party.born_on.isoformat() if party.born_on else None}
    flat = dated | parties | dict.fromkeys(own) | {"children": [asdict(child) for child in ruling.children]}
    flat |= {"deed_number": "194/AC/2026/PA.Kab.Mn", "deed_on": "2026-09-20"}
    again = decision_from(flat)
    assert (again.parties, again.children, again.divorced_on) == (ruling.parties, ruling.children, ruling.divorced_on)
    assert again.answers.date("deed_on") == ruling.answers.date("deed_on")
