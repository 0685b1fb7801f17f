"""A newer document about the same takes the older one's place, in the unit of work that issues it, whoever is printed first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.issuance import handlers
from services.issuance.domain.claim import Approval
from services.issuance.domain.document import Certificate, Document
from services.issuance.jobs.result_batcher import RenderedDocument
from services.issuance.jobs.result_store import ResultStore
from services.issuance.ports import Printed, Tx
from shared.ids import new_id
from shared.messaging.delivery import Context
from tests.integration.issuance.office import Desk, watched_desk
from tests.support.approvals import AT, CONTACT, approval, birth, order

FAMILY, NEW_FAMILY, HOLDER = "kk:3519080101100001", "kk:3519082411260001", "ktp:3519084509870002"
CERTIFICATE = Certificate("CA Demo", "f" * 64, demo=True)


def card(about: str = FAMILY, *replaces: str, minutes: int = 0, **other: Any) -> Approval:
    return approval(order("kk", about=about, replaces=replaces), approved_at=AT + timedelta(minutes=minutes), **other)


def states(*documents: Document) -> list[str]:
    return [document.state.value for document in documents]


async def test_a_reprint_supersedes_what_was_lost_and_its_holder_needs_no_other_word(desk: Desk) -> None:
    old, new = await desk.issue(card(), card(minutes=1))
    assert states(old, new) == ["superseded", "issued"]
    assert (old.superseded_by, old.superseded_at) == (new.document_id, new.issued_at)
    [told] = await desk.told("document_superseded")
    assert (told["subject"], told["sequence"], told["correlation_id"]) == (old.document_id, 2, old.origin.correlation_id)
    data = told["data"]
    assert (data["superseded_by"], data["same_contact"], data["document_number"]) == (new.document_id, True, old.number)
    assert data["personal"]["contact"]["address"] == CONTACT.address
    [row] = await desk.rows("documents", {"_id": old.document_id})
    assert row["contact"] is None
    assert row["pdf"]


async def test_a_new_family_closes_the_cards_of_the_families_it_changes(desk: Desk) -> None:
    other = replace(CONTACT, address="628999")
    parents, unrelated, divorced = await desk.issue(card(contact=other), card("kk:3519080101100009"), card(NEW_FAMILY, FAMILY, minutes=1))
    assert states(parents, unrelated, divorced) == ["superseded", "issued", "issued"]
    [told] = await desk.told_data("document_superseded")
    assert (told["document_id"], told["same_contact"]) == (parents.document_id, False)
    assert told["personal"]["contact"]["address"] == "628999"


async def test_documents_of_one_request_and_of_one_case_leave_each_other_alone(desk: Desk) -> None:
    one = approval(order("kk", about=NEW_FAMILY, replaces=(FAMILY,)), order("kk", key="kk.2", about=FAMILY))
    case = new_id()
    wife, husband = card(NEW_FAMILY + "1", FAMILY + "1", case_id=case), card(FAMILY + "1", case_id=case)
    assert states(*await desk.issue(one, wife, husband)) == ["issued"] * 4
    assert await desk.told("document_superseded") == []


async def test_other_subjects_are_left_alone(desk: Desk) -> None:
    mixed = approval(order("ktp", about=HOLDER), order("kk", about=FAMILY))
    again = approval(order("ktp", about=HOLDER), approved_at=AT + timedelta(minutes=1))
    assert states(*await desk.issue(mixed, again)) == ["superseded", "issued", "issued"]


class Rendered:
    """Attempts that are in the renderer: each is recorded when the test says so."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.store = ResultStore(desk.parts.deps, desk.parts.units)

    async def begin(self, *approvals: Approval) -> list[Document]:
        deps, units = self.desk.parts.deps, self.desk.parts.units
        await self.desk.take_in(*approvals)
        ids = [f"{asked.request_id}.{each.key}" for asked in approvals for each in asked.orders]
        return [await units.run(lambda tx, key=key: handlers.begin_printing(tx, deps, key)) for key in ids]  # type: ignore[misc]

    def result(self, document: Document) -> RenderedDocument:
        cause = document.origin
        context = Context(cause.correlation_id, cause.causation_id, cause.traceparent)
        return RenderedDocument(document, Printed(b"%PDF-1.7 " + document.document_id.encode(), CERTIFICATE), context)

    async def record(self, *documents: Document) -> list[Document | Exception]:
        """As the batcher does, in one unit of work."""
        return await self.store.store([self.result(document) for document in documents])

    async def recording(self, document: Document) -> Callable[[Tx], Awaitable[Document]]:
        """The body that records it, its bytes being stored already."""
        pdf = await self.desk.parts.archive.put(handlers.file_id(document), b"%PDF-1.7 " + document.document_id.encode())
        return lambda tx: handlers.record_issued(tx, self.desk.parts.deps, document, pdf, CERTIFICATE)

    async def now(self, *documents: Document) -> list[str]:
        return states(*[await self.desk.document(document.document_id) for document in documents])


@pytest.fixture
def rendered(desk: Desk) -> Rendered:
    return Rendered(desk)


async def test_an_older_one_that_leaves_the_renderer_later_is_born_superseded(rendered: Rendered) -> None:
    old, new = await rendered.begin(card(), card(minutes=1))
    await rendered.record(new)
    await rendered.record(old)
    assert await rendered.now(old, new) == ["superseded", "issued"]
    told = await rendered.desk.told()
    assert [(event["type"].split(".")[1], event["subject"]) for event in told] == [
        ("document_issued", new.document_id),
        ("document_issued", old.document_id),
        ("document_superseded", old.document_id),
    ]
    assert [event["sequence"] for event in told] == [1, 1, 2]


async def test_an_older_one_that_is_claimed_late_is_born_superseded(desk: Desk) -> None:
    """The approval went through the retry ladder while a newer one was printed."""
    new, old = await desk.issue(card(minutes=1), card())
    assert states(new, old) == ["issued", "superseded"]


@pytest.mark.parametrize("turn", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
async def test_in_one_batch_only_the_newest_stays_valid_and_each_is_told_once(rendered: Rendered, turn: tuple[int, ...]) -> None:
    documents = await rendered.begin(card(), card(NEW_FAMILY, FAMILY, minutes=1), card(NEW_FAMILY, minutes=2))
    await rendered.record(*(documents[index] for index in turn))
    assert await rendered.now(*documents) == ["superseded", "superseded", "issued"]
    told = [event["subject"] for event in await rendered.desk.told("document_superseded")]
    assert sorted(told) == sorted(document.document_id for document in documents[:2])


@pytest.mark.parametrize("first", [0, 1])
async def test_two_processes_that_issue_at_one_moment_never_leave_both_valid(rendered: Rendered, first: int) -> None:
    """One has read what is related and is about to write when the other commits."""
    documents = await rendered.begin(card(), card(NEW_FAMILY, FAMILY, minutes=1))
    slow, quick = await rendered.recording(documents[first]), documents[1 - first]
    tries = 0

    async def overtaken(tx: Tx) -> Document:
        nonlocal tries
        tries += 1
        recorded = await slow(tx)
        if tries == 1:
            await rendered.record(quick)
        return recorded

    await rendered.desk.parts.units.run(overtaken)
    assert tries == 2, "it lost the race and looked again"
    assert await rendered.now(*documents) == ["superseded", "issued"]
    assert [event["subject"] for event in await rendered.desk.told("document_superseded")] == [documents[0].document_id]


async def test_one_that_is_claimed_while_a_newer_one_is_being_issued_is_found_at_its_own_issue(rendered: Rendered) -> None:
    """Neither saw the other's row at first: the newer was read before the older was claimed, and commits after it is printed."""
    [new] = await rendered.begin(card(minutes=1))
    slow, tries, old = await rendered.recording(new), 0, new

    async def overtaken(tx: Tx) -> Document:
        nonlocal tries, old
        tries += 1
        recorded = await slow(tx)
        if tries == 1:
            [old] = await rendered.begin(card())
            await rendered.record(old)
        return recorded

    await rendered.desk.parts.units.run(overtaken)
    assert await rendered.now(old, new) == ["superseded", "issued"]


async def test_what_is_revoked_at_the_moment_it_is_superseded_ends_once(rendered: Rendered) -> None:
    old, new = await rendered.begin(card(), card(minutes=1))
    await rendered.record(old)
    slow, tries = await rendered.recording(new), 0
    units, deps = rendered.desk.parts.units, rendered.desk.parts.deps

    async def overtaken(tx: Tx) -> Document:
        nonlocal tries
        tries += 1
        recorded = await slow(tx)
        if tries == 1:
            await units.run(lambda other: handlers.revoke_document(other, deps, old.document_id, rendered.desk.revocation()))
        return recorded

    await units.run(overtaken)
    assert await rendered.now(old, new) == ["revoked", "issued"]
    assert await rendered.desk.told("document_superseded") == []
    assert len(await rendered.desk.told("document_revoked")) == 1


@pytest.mark.parametrize("count", [1, 8])
async def test_issuing_costs_one_question_with_and_without_something_to_supersede(desk: Desk, mongo_url: str, count: int) -> None:
    """As many round trips as before there was anything to supersede: the question for what is related reads the documents themselves."""
    async with watched_desk(desk, mongo_url) as (watched, commands):
        rendered = Rendered(watched)
        for minutes in (0, 1):
            documents = await rendered.begin(*(card(f"kk:{index}", minutes=minutes) for index in range(count)))
            commands.forget()
            found = await rendered.record(*documents)
            assert not [each for each in found if isinstance(each, Exception)]
            assert commands.asked("documents") == ["documents"]
            assert (commands.written("documents"), commands.written("outbox")) == (1, 1)
    assert len(await desk.told("document_superseded")) == count


async def test_a_birth_supersedes_the_family_s_card_and_nothing_else(desk: Desk) -> None:
    before = card()
    asked = birth(approved_at=AT + timedelta(minutes=1))
    orders = tuple(replace(each, about=FAMILY) if each.product == "kk" else each for each in asked.orders)
    documents = await desk.issue(before, replace(asked, orders=orders))
    assert states(*documents) == ["superseded", "issued", "issued", "issued"]
