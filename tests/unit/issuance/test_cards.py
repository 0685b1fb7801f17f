"""Cards over the board, by any order of moves: no step is skipped, each print takes a blank, nothing is handed over without the code."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.issuance.domain import cards
from services.issuance.domain import document as documents
from services.issuance.domain.card_order import CardState
from services.issuance.domain.cards import BlankStock, CardClerk, Receiver, pickup_code
from services.issuance.domain.claim import claim
from services.issuance.domain.document import Certificate, Document, Pdf
from services.issuance.domain.office import Pickup
from services.issuance.domain.products import PRODUCTS
from services.issuance.domain.revocation import Authority, Revocation
from services.issuance.store.schema import DOCUMENTS
from shared.errors import DomainError
from tests.support.approvals import AT, approval, origin

YUNI = CardClerk("staff-1", "Yuni")
PICKUP = Pickup("MPP", "Jl. Contoh", "Senin 08.00-15.00")


def slip(product: str = "ktp", service: str = "ktp_rusak") -> Document:
    """An issued document of this product."""
    [claimed] = claim(
        approval(product, service=service), PRODUCTS, ["3519-KT-24112026-0001"], new_token=lambda: "t", origin=origin(), at=AT
    )
    begun = documents.begin(claimed, lease=timedelta(seconds=60), at=AT)
    signed = Certificate("CA Demo", "b" * 64, demo=True)
    return documents.issue(begun, attempt=1, pdf=Pdf("d.1", 1, "a" * 64), certificate=signed, check_url="https://x", at=AT)[0]


def seen(document: Document) -> int:
    assert document.card is not None
    return document.card.seen


def printed(document: Document) -> Document:
    return cards.mark_printed(document, seen=seen(document), by=YUNI, at=AT)


def ready(document: Document) -> Document:
    return cards.mark_ready(document, pickup=PICKUP, seen=seen(document), by=YUNI, at=AT)[0]


def fetched(document: Document, code: str, *, old_card: bool | None = True) -> Document:
    return cards.hand_over(document, code=code, receiver=Receiver.HOLDER, old_card=old_card, seen=seen(document), by=YUNI, at=AT)


def test_a_slip_orders_a_card_and_a_document_of_paper_none() -> None:
    card = slip().card
    assert card is not None
    assert (card.state, card.since, card.prints) == (CardState.TO_PRINT, AT, 0)
    assert slip("kk").card is None


def test_who_is_told_that_a_card_is_ready_is_told_where_and_which_print_it_is() -> None:
    document = printed(slip())
    moved, fact = cards.mark_ready(document, pickup=PICKUP, seen=1, by=YUNI, at=AT)
    assert (fact.document, fact.pickup, fact.prints, fact.contact) == (moved, PICKUP, 1, document.contact)
    again = cards.spoil(moved, reason="chip", seen=2, by=YUNI, at=AT)
    assert cards.mark_ready(printed(again), pickup=PICKUP, seen=4, by=YUNI, at=AT)[1].prints == 2


def test_the_slips_code_is_asked_for_however_it_is_typed() -> None:
    document = ready(printed(slip()))
    code = pickup_code("t")
    for wrong in ("", "ABCDEF", code[:-1], f"{code}2"):
        with pytest.raises(DomainError, match="pickup_code_wrong"):
            fetched(document, wrong)
    done = fetched(document, f" {code[:3].lower()}-{code[3:]} ")
    assert done.card is not None
    last = done.card.moves[-1]
    assert (done.card.state, last.note, last.old_card, last.by_name) == (CardState.HANDED_OVER, "holder", True, "Yuni")


@pytest.mark.parametrize(
    ("service", "is_asked"),
    [
        *((service, True) for service in ("ktp_rusak", "ktp_ubah", "kia_rusak", "kia_habis_masa", "kia_pindah", "cerai", "of_old_times")),
        *((service, False) for service in ("ktp_hilang", "kia_hilang", "kia_baru", "akta_lahir")),
    ],
)
def test_an_old_card_is_taken_back_unless_there_is_none_or_it_is_lost(service: str, *, is_asked: bool) -> None:
    waiting, code = ready(printed(slip(service=service))), pickup_code("t")
    assert cards.has_old_card(waiting) is is_asked
    for answer in (True, False):
        done = fetched(waiting, code, old_card=answer).card
        assert done is not None
        assert done.moves[-1].old_card is answer
    if is_asked:
        with pytest.raises(DomainError, match="old_card_unanswered"):
            fetched(waiting, code, old_card=None)
    else:
        assert fetched(waiting, code, old_card=None).card is not None


def test_codes_differ_and_tell_nothing_of_the_token() -> None:
    codes = {pickup_code(f"token-{number}") for number in range(1000)}
    assert len(codes) == 1000
    assert {len(code) for code in codes} == {6}
    assert not any(letter in "01IOSZ" for code in codes for letter in code)


def test_a_move_on_what_has_changed_since_is_refused() -> None:
    first = slip()
    with pytest.raises(DomainError, match="card_changed"):
        cards.mark_printed(printed(first), seen=seen(first), by=YUNI, at=AT)
    with pytest.raises(DomainError, match="card_to_print"):
        cards.mark_ready(first, pickup=PICKUP, seen=0, by=YUNI, at=AT)
    with pytest.raises(DomainError, match="card_none"):
        cards.mark_printed(slip("kk"), seen=0, by=YUNI, at=AT)


def test_a_card_whose_slip_was_revoked_moves_no_more() -> None:
    revoked, _ = documents.revoke(slip(), Revocation(Authority.COURT, "court_order", "x", "y"), at=AT)
    with pytest.raises(DomainError, match="document_revoked"):
        cards.mark_printed(revoked, seen=0, by=YUNI, at=AT)


def test_a_card_is_stored_with_all_its_steps() -> None:
    for document in (slip(), fetched(ready(printed(slip())), pickup_code("t")), slip("kk")):
        assert DOCUMENTS.from_doc({"_id": document.document_id, **DOCUMENTS.to_doc(document)}) == document


def test_blanks_are_counted_and_never_below_none() -> None:
    stock = cards.add_blanks(BlankStock("ktp"), 2)
    assert cards.take_blank(cards.take_blank(stock)).left == 0
    with pytest.raises(DomainError, match="blanks_none"):
        cards.take_blank(replace(stock, left=0))
    with pytest.raises(DomainError, match="blanks_too_few"):
        cards.add_blanks(stock, -3)
    with pytest.raises(DomainError, match="blanks_too_many"):
        cards.add_blanks(stock, cards.MOST_BLANKS)


@pytest.mark.parametrize(("left", "told"), [(101, False), (100, True), (99, False), (1, False)])
def test_few_blanks_are_told_with_the_print_that_made_them_few(left: int, *, told: bool) -> None:
    before = BlankStock("ktp", left)
    assert cards.ran_low(before, cards.take_blank(before), low=100) is told


class CardMachine(RuleBasedStateMachine):
    """Any clerk tries anything at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.document = slip()
        self.stock = BlankStock("ktp", 5)
        self.path = [CardState.TO_PRINT]

    @property
    def state(self) -> CardState:
        assert self.document.card is not None
        return self.document.card.state

    @rule(act=st.sampled_from(["print", "ready", "spoil", "fetch"]), stale=st.booleans(), code=st.booleans())
    def attempt(self, act: str, *, stale: bool, code: bool) -> None:
        before, at = self.document, seen(self.document) - stale
        try:
            match act:
                case "print":
                    moved = cards.mark_printed(before, seen=at, by=YUNI, at=AT)
                    self.stock = cards.take_blank(self.stock)
                case "ready":
                    moved, _ = cards.mark_ready(before, pickup=PICKUP, seen=at, by=YUNI, at=AT)
                case "spoil":
                    moved = cards.spoil(before, reason="chip", seen=at, by=YUNI, at=AT)
                case _:
                    given = pickup_code("t") if code else "222222"
                    moved = cards.hand_over(before, code=given, receiver=Receiver.PROXY, old_card=False, seen=at, by=YUNI, at=AT)
                    assert code
        except DomainError:
            return
        assert not stale
        self.document = moved
        self.path.append(self.state)

    @precondition(lambda self: self.stock.left == 0)
    @rule()
    def blanks_come_in(self) -> None:
        self.stock = cards.add_blanks(self.stock, 3)

    @invariant()
    def what_was_done_is_what_is_written(self) -> None:
        assert self.document.card is not None
        assert [move.state for move in self.document.card.moves] == self.path[1:]
        assert self.document.card.prints == self.path.count(CardState.PRINTED)
        assert self.path.count(CardState.HANDED_OVER) <= 1
        assert CardState.HANDED_OVER not in self.path[:-1]


TestCardMachine = CardMachine.TestCase
