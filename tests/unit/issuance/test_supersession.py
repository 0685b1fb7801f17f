"""Which document takes the place of which, whatever the order in which they are printed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.issuance.domain import document as documents
from services.issuance.domain.claim import claim
from services.issuance.domain.document import Certificate, Document, DocumentRevoked, DocumentState, DocumentSuperseded, Fact, Pdf
from services.issuance.domain.products import PRODUCTS
from services.issuance.domain.revocation import Authority, Revocation
from services.issuance.domain.supersession import are_related, settle, subjects
from shared.reference.revocations import REVOKED, end_reasons
from shared.values import Contact
from tests.support.approvals import AT, CONTACT, approval, order, origin

CERTIFICATE = Certificate("CA Demo", "b" * 64, demo=True)
FAMILY, OTHER = "kk:3519080101100001", "kk:3519080101100002"


def claimed(about: str = FAMILY, *replaces: str, minutes: int = 0, case_id: str | None = None, contact: Contact = CONTACT) -> Document:
    asked = approval(order(about=about, replaces=replaces), approved_at=AT + timedelta(minutes=minutes), case_id=case_id, contact=contact)
    [document] = claim(asked, PRODUCTS, ["n"], new_token=lambda: "t", origin=origin(), at=AT)
    return document


def issued(document: Document) -> Document:
    running = documents.begin(document, lease=timedelta(seconds=9), at=AT)
    return documents.issue(running, attempt=1, pdf=Pdf("f", 9, "a" * 64), certificate=CERTIFICATE, check_url="u", at=AT)[0]


def states(*settled: Document) -> list[str]:
    return [each.state.value for each in settled]


def test_a_newer_document_about_the_same_ends_the_older() -> None:
    old, new = issued(claimed()), issued(claimed(minutes=1))
    found = settle(new, [old], at=AT)
    [ended] = found.others
    assert states(found.document, ended) == ["issued", "superseded"]
    assert (ended.superseded_by, ended.superseded_at, ended.contact) == (new.document_id, AT, None)
    [fact] = found.facts
    assert isinstance(fact, DocumentSuperseded)
    assert (fact.document, fact.by, fact.contact, fact.same_contact) == (ended, new.document_id, CONTACT, True)


def test_what_replaces_a_card_ends_it_and_another_holder_is_not_the_same_contact() -> None:
    old = issued(claimed(OTHER))
    new = issued(claimed(FAMILY, OTHER, minutes=1, contact=replace(CONTACT, address="628999")))
    [fact] = settle(new, [old], at=AT).facts
    assert isinstance(fact, DocumentSuperseded)
    assert (fact.document.document_id, fact.same_contact) == (old.document_id, False)


def test_an_older_one_that_is_printed_late_is_born_superseded() -> None:
    late, first_newer, newest = claimed(), issued(claimed(minutes=1)), issued(claimed(minutes=2))
    found = settle(issued(late), [newest, first_newer], at=AT)
    assert found.document.state is DocumentState.SUPERSEDED
    assert found.document.superseded_by == first_newer.document_id
    assert found.others == ()
    assert [fact.document for fact in found.facts] == [found.document]


@pytest.mark.parametrize("ending", ["superseded", "revoked"])
def test_a_newer_one_that_has_ended_itself_has_taken_the_place_all_the_same(ending: str) -> None:
    newer = issued(claimed(OTHER, FAMILY, minutes=1))
    if ending == "revoked":
        newer, _ = documents.revoke(newer, Revocation(Authority.COURT, "court_order", "", "k"), at=AT)
    else:
        newer, _ = documents.supersede(newer, issued(claimed(OTHER, minutes=2)), at=AT)
    found = settle(issued(claimed()), [newer], at=AT)
    assert found.document.state is DocumentState.SUPERSEDED


def test_what_was_revoked_stays_revoked() -> None:
    revoked, _ = documents.revoke(issued(claimed()), Revocation(Authority.COURT, "court_order", "", "k"), at=AT)
    assert settle(issued(claimed(minutes=1)), [revoked], at=AT).others == ()


@pytest.mark.parametrize("minutes", [-1, 1])
def test_one_that_is_yet_to_be_issued_is_saved_unchanged_so_that_its_own_issue_notices(minutes: int) -> None:
    waiting = claimed(minutes=minutes)
    found = settle(issued(claimed()), [waiting], at=AT)
    assert (found.document.state, found.others, found.facts) == (DocumentState.ISSUED, (waiting,), ())


def test_a_void_one_is_nobody() -> None:
    void, _ = documents.void(claimed(), reason="wrong_data", at=AT)
    assert settle(issued(claimed(minutes=1)), [void], at=AT).others == ()


def test_documents_of_one_request_or_one_case_never_take_each_other_s_place() -> None:
    one, other = claimed(case_id="case-1"), claimed(case_id="case-1", minutes=1)
    assert not are_related(one, other)
    assert not are_related(one, replace(other, case_id="case-2", request_id=one.request_id))
    assert are_related(one, replace(other, case_id="case-2"))
    assert are_related(claimed(), claimed()), "no case is not one case"


AKTA, NOTE = "akta_kelahiran:3519080101100009", "catatan_pinggir:r-9"


def annulling(minutes: int) -> Document:
    """The side note by which an akta is void."""
    return replace(claimed(NOTE, AKTA, minutes=minutes), annulled_by="court")


def test_what_is_annulled_is_taken_back_and_its_holder_is_told_why() -> None:
    quote, note = issued(claimed(AKTA)), issued(annulling(1))
    found = settle(note, [quote], at=AT)
    [ended] = found.others
    assert states(found.document, ended) == ["issued", "revoked"]
    [fact] = found.facts
    assert isinstance(fact, DocumentRevoked)
    assert (fact.revocation.authority, fact.revocation.reason, fact.contact) == (Authority.COURT, "certificate_annulled", CONTACT)
    assert "certificate_annulled" in end_reasons(REVOKED)


def test_an_annulled_quote_that_is_printed_late_is_born_revoked() -> None:
    found = settle(issued(claimed(AKTA)), [issued(annulling(1))], at=AT)
    assert states(found.document) == ["revoked"]
    assert [type(fact) for fact in found.facts] == [DocumentRevoked]


@pytest.mark.parametrize("note_first", [True, False])
def test_a_new_akta_leaves_the_note_of_the_annulled_one_as_it_is(*, note_first: bool) -> None:
    note, new = issued(annulling(1)), issued(claimed(AKTA, minutes=2))
    found = settle(new, [note], at=AT) if note_first else settle(note, [new], at=AT)
    assert states(found.document, *found.others) == ["issued"]
    assert found.facts == ()


@pytest.mark.parametrize(
    ("one", "other", "related"),
    [
        (claimed(FAMILY), claimed(FAMILY), True),
        (claimed(FAMILY), claimed(OTHER), False),
        (claimed(FAMILY, OTHER), claimed(OTHER), True),
        (claimed(FAMILY, OTHER), claimed("ktp:1", OTHER), False),
    ],
)
def test_related_goes_both_ways_and_the_question_to_the_store_finds_all(one: Document, other: Document, related: bool) -> None:  # noqa: FBT001 - a table
    assert are_related(one, other) is are_related(other, one) is related
    about, replaced = subjects([one])
    found = other.about in about or not set(replaced).isdisjoint(other.replaces)
    assert found or not related


def play(order_of_issue: tuple[Document, ...]) -> tuple[dict[str, str | None], list[Fact]]:
    """Issue documents in this order; by what each is superseded at the end."""
    known = {document.document_id: document for document in order_of_issue}
    told: list[Fact] = []
    for document in order_of_issue:
        related = [other for other in known.values() if are_related(document, other)]
        found = settle(issued(document), related, at=AT)
        known |= {each.document_id: each for each in (found.document, *found.others)}
        told += found.facts
    return {key: document.superseded_by for key, document in known.items()}, told


SUBJECTS = st.sampled_from([FAMILY, OTHER, "kk:3519080101100003"])
APPROVED = st.lists(st.tuples(SUBJECTS, st.lists(SUBJECTS, max_size=2)), min_size=2, max_size=4)


@given(APPROVED)
def test_who_is_valid_at_the_end_does_not_depend_on_who_is_printed_first(approved: list[tuple[str, list[str]]]) -> None:
    asked = [claimed(about, *replaces, minutes=index) for index, (about, replaces) in enumerate(approved)]
    in_order, _ = play(tuple(asked))
    for turns in permutations(asked):
        ends, told = play(turns)
        assert {key for key, by in ends.items() if by is None} == {key for key, by in in_order.items() if by is None}
        ended = [fact.document.document_id for fact in told]
        assert sorted(ended) == sorted(key for key, by in ends.items() if by is not None), "each is told once"
