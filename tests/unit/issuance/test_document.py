from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.issuance.domain import document as documents
from services.issuance.domain.claim import Approval, claim
from services.issuance.domain.document import NEXT, Certificate, Document, DocumentState, Pdf
from services.issuance.domain.products import PRODUCTS
from services.issuance.domain.revocation import Authority, Revocation
from shared.errors import DomainError
from tests.support.approvals import AT, CONTACT, WIFE, approval, origin

LEASE = timedelta(seconds=60)
PDF = Pdf("d.1", 1000, "a" * 64)
CERTIFICATE = Certificate("CA Demo", "b" * 64, demo=True)
URL = "https://x/v/t"


ORDER = Revocation(Authority.COURT, "court_order", "Putusan 12/G/2026", "console")


def claimed(asked: Approval | None = None) -> Document:
    [document] = claim(asked or approval(), PRODUCTS, ["3519-KK-24112026-0001"], new_token=lambda: "t", origin=origin(), at=AT)
    return document


def rendering() -> Document:
    return documents.begin(claimed(), lease=LEASE, at=AT)


def issued() -> Document:
    return documents.issue(rendering(), attempt=1, pdf=PDF, certificate=CERTIFICATE, check_url=URL, at=AT)[0]


def test_claim_is_due_at_once_and_names_the_holder() -> None:
    document = claimed()
    assert document.state is DocumentState.CLAIMED
    assert document.due_at == AT
    assert document.holder_name == WIFE["name"]
    assert document.document_id == f"{document.request_id}.kk"


def test_running_attempt_belongs_to_its_caller_until_the_lease_ends() -> None:
    document = rendering()
    with pytest.raises(DomainError, match="document_not_due"):
        documents.begin(document, lease=LEASE, at=AT + LEASE - timedelta(milliseconds=1))
    second = documents.begin(document, lease=LEASE, at=AT + LEASE)
    assert second.attempt == 2
    with pytest.raises(DomainError, match="attempt_superseded"):
        documents.issue(second, attempt=1, pdf=PDF, certificate=CERTIFICATE, check_url=URL, at=AT)


def test_issue_forgets_what_the_sheet_says_and_keeps_where_it_goes() -> None:
    document, fact = documents.issue(rendering(), attempt=1, pdf=PDF, certificate=CERTIFICATE, check_url=URL, at=AT)
    assert document.state is DocumentState.ISSUED
    assert document.content is None
    assert document.contact == fact.contact == CONTACT
    assert document.due_at is None
    assert document.pdf == PDF


def test_issued_document_can_be_neither_printed_nor_voided_again() -> None:
    document = issued()
    with pytest.raises(DomainError, match="document_not_due"):
        documents.begin(document, lease=LEASE, at=AT + timedelta(days=1))
    with pytest.raises(DomainError, match="document_issued"):
        documents.void(document, reason="wrong_data", at=AT)
    with pytest.raises(DomainError, match="attempt_superseded"):
        documents.issue(document, attempt=1, pdf=replace(PDF, sha256="c" * 64), certificate=CERTIFICATE, check_url=URL, at=AT)


def test_failed_attempt_waits_longer_each_time_and_is_held_at_the_end() -> None:
    document, at, waits = claimed(), AT, []
    for attempt in (1, 2, 3):
        document = documents.begin(document, lease=LEASE, at=at)
        document = documents.fail(document, attempt=attempt, reason="renderer_died", final=False, most_attempts=3, at=at)
        if document.due_at is not None:
            waits.append((document.due_at - at).total_seconds())
            at = document.due_at
    assert waits == [1, 2]
    assert document.state is DocumentState.HELD
    assert document.reason == "renderer_died"
    assert documents.begin(documents.retry(document, at=at), lease=LEASE, at=at).attempt == 4


def test_pause_is_capped() -> None:
    for attempt, seconds in ((1, 1), (10_000, 300)):
        document = replace(rendering(), attempt=attempt)
        failed = documents.fail(document, attempt=attempt, reason="renderer_died", final=False, most_attempts=20_000, at=AT)
        assert failed.due_at == AT + timedelta(seconds=seconds)


def test_final_failure_is_held_at_once() -> None:
    held = documents.fail(rendering(), attempt=1, reason="sheet_unprintable", final=True, most_attempts=9, at=AT)
    assert (held.state, held.due_at) == (DocumentState.HELD, None)


@pytest.mark.parametrize("document", [claimed(), rendering()])
def test_void_keeps_number_and_reason_and_forgets_persons(document: Document) -> None:
    void, fact = documents.void(document, reason="wrong_data", at=AT)
    assert (fact.document, fact.reason, fact.contact, fact.voided_at) == (void, "wrong_data", CONTACT, AT)
    assert (void.state, void.number, void.reason) == (DocumentState.VOID, document.number, "wrong_data")
    assert (void.content, void.contact, void.due_at) == (None, None, None)
    with pytest.raises(DomainError, match="document_void"):
        documents.void(void, reason="again_why", at=AT)


def test_revoking_ends_an_issued_document_tells_whom_and_forgets_it() -> None:
    revoked, fact = documents.revoke(issued(), ORDER, at=AT)
    assert (revoked.state, revoked.revocation, revoked.revoked_at, revoked.contact) == (DocumentState.REVOKED, ORDER, AT, None)
    assert (fact.contact, fact.document) == (CONTACT, revoked)
    assert revoked.pdf == PDF
    for end in (lambda: documents.revoke(revoked, ORDER, at=AT), lambda: documents.void(revoked, reason="wrong_data", at=AT)):
        with pytest.raises(DomainError, match="document_revoked"):
            end()


@pytest.mark.parametrize("document", [claimed(), rendering(), documents.void(claimed(), reason="wrong_data", at=AT)[0]])
def test_only_what_was_issued_is_revoked(document: Document) -> None:
    with pytest.raises(DomainError, match="document_not_issued"):
        documents.revoke(document, ORDER, at=AT)


def test_a_superseded_document_is_not_revoked() -> None:
    superseded, _ = documents.supersede(issued(), issued(), at=AT)
    with pytest.raises(DomainError, match="document_superseded"):
        documents.revoke(superseded, ORDER, at=AT)


def test_only_a_held_document_is_retried() -> None:
    with pytest.raises(DomainError, match="document_not_held"):
        documents.retry(claimed(), at=AT)


WAS_ISSUED = (DocumentState.ISSUED, DocumentState.SUPERSEDED, DocumentState.REVOKED)


class Life(RuleBasedStateMachine):
    """Whatever happens in whatever order, the promises hold."""

    def __init__(self) -> None:
        super().__init__()
        self.document = claimed()
        self.number = self.document.number
        self.at = AT
        self.bytes: Pdf | None = None
        self.trail = [self.document]

    def _try(self, change: object) -> None:
        try:
            self.document = change()  # type: ignore[operator]
        except DomainError:
            return
        self.trail.append(self.document)

    @rule(seconds=st.integers(0, 400))
    def wait(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    @rule()
    def begin(self) -> None:
        self._try(lambda: documents.begin(self.document, lease=LEASE, at=self.at))

    @rule(late=st.integers(0, 2))
    def issue(self, late: int) -> None:
        attempt = self.document.attempt - late
        pdf = Pdf(f"d.{attempt}", 10, f"{len(self.trail):064x}")
        self._try(lambda: documents.issue(self.document, attempt=attempt, pdf=pdf, certificate=CERTIFICATE, check_url=URL, at=self.at)[0])

    @rule(late=st.integers(0, 1), final=st.booleans())
    def fail(self, late: int, final: bool) -> None:  # noqa: FBT001 - how hypothesis passes it
        attempt = self.document.attempt - late
        self._try(lambda: documents.fail(self.document, attempt=attempt, reason="renderer_died", final=final, most_attempts=3, at=self.at))

    @rule()
    def void(self) -> None:
        self._try(lambda: documents.void(self.document, reason="wrong_data", at=self.at)[0])

    @rule()
    def retry(self) -> None:
        self._try(lambda: documents.retry(self.document, at=self.at))

    @rule()
    def revoke(self) -> None:
        self._try(lambda: documents.revoke(self.document, ORDER, at=self.at)[0])

    @rule()
    def supersede(self) -> None:
        self._try(lambda: documents.supersede(self.document, issued(), at=self.at)[0])

    @invariant()
    def number_never_changes(self) -> None:
        assert self.document.number == self.number

    @invariant()
    def states_follow_the_table_and_attempts_only_grow(self) -> None:
        for before, after in zip(self.trail, self.trail[1:], strict=False):
            assert after.state in NEXT[before.state] | {before.state}
            assert after.attempt >= before.attempt

    @invariant()
    def bytes_never_change(self) -> None:
        self.bytes = self.bytes or self.document.pdf
        assert self.document.pdf == self.bytes
        assert (self.document.state in WAS_ISSUED) == (self.document.pdf is not None)

    @invariant()
    def ended_or_held_has_a_reason_or_bytes_and_nothing_to_do(self) -> None:
        if self.document.state in (DocumentState.HELD, DocumentState.VOID):
            assert self.document.reason
        if self.document.state in (DocumentState.HELD, DocumentState.VOID, *WAS_ISSUED):
            assert self.document.due_at is None
        else:
            assert self.document.due_at is not None

    @invariant()
    def persons_are_kept_only_while_they_are_needed(self) -> None:
        assert (self.document.content is None) == (self.document.state in (DocumentState.VOID, *WAS_ISSUED))
        assert (self.document.contact is None) == (not NEXT[self.document.state])


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30)
