"""Held documents wait for an operator, who finds them with `admin` at `/v1/stuck`; a number of theirs never comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.issuance.api import stuck
from services.issuance.domain import document as documents
from services.issuance.domain.document import DocumentState
from services.issuance.store.schema import document_from_doc
from services.issuance.wiring import ACCOUNT
from shared.errors import Permanent
from shared.messaging.operations import accounting
from shared.messaging.operations.stuck_item import StuckItem
from tests.integration.issuance.office import Desk, FakePress
from tests.support.approvals import ADDRESS, CONTACT, WIFE
from tests.support.operating import Operator, operating


@pytest.fixture
async def held(desk: Desk) -> AsyncIterator[tuple[Desk, str, Operator]]:
    """An office whose first document does not print, and its operator."""
    desk = desk.with_renderer(FakePress([Permanent("sheet_unprintable")]))
    async with desk.printing():
        document_id = await desk.claim()
        await desk.reaches(document_id, "held")
    async with operating("issuance", stuck.router(desk.parts.units, desk.parts.deps)) as operator:
        yield desk, document_id, operator


async def waits(operator: Operator) -> StuckItem:
    [entry] = await operator.waiting()
    return entry


async def test_a_held_document_is_listed_with_its_reason_and_nothing_personal(held: tuple[Desk, str, Operator]) -> None:
    desk, document_id, operator = held
    document = await desk.document(document_id)
    entry = await waits(operator)
    assert (entry.address, entry.type, entry.code) == (f"issuance/stuck/{document_id}", "kk", "sheet_unprintable")
    assert (entry.times, entry.at) == (1, document.reason_at)
    assert (await accounting.tally(desk.parts.mongo, desk.database, ACCOUNT)).parked == 1
    shown, in_full = await operator.shown(document_id), await operator.shown(document_id, personal=True)
    for personal in (WIFE["name"], WIFE["nik"], ADDRESS["street"], CONTACT.address):
        assert personal not in repr(entry)
        assert personal not in shown
        assert personal in in_full
    assert document.number in shown


async def test_a_replay_is_the_retry_of_the_domain_and_the_renderer_takes_it_up(held: tuple[Desk, str, Operator]) -> None:
    desk, document_id, operator = held
    [before] = await desk.rows("documents")
    assert await operator.replay(document_id)
    [after] = await desk.rows("documents")
    assert document_from_doc(after) == documents.retry(document_from_doc(before), at=after["due_at"])
    assert after["version"] == before["version"] + 1
    assert not await operator.replay(document_id)
    async with desk.printing():
        await desk.reaches(document_id, "issued")
    assert await operator.waiting() == []


async def test_a_held_document_discarded_is_void_keeps_the_note_and_its_reason(held: tuple[Desk, str, Operator]) -> None:
    desk, document_id, operator = held
    assert await operator.discard(document_id, "wrong data; decided by op")
    document = await desk.document(document_id)
    assert (document.state, document.reason, document.note) == (DocumentState.VOID, "sheet_unprintable", "wrong data; decided by op")
    [row] = await desk.rows("documents")
    assert (row["content"], row["contact"]) == (None, None)
    assert await operator.waiting() == []
    assert not await operator.discard(document_id, "again")
    assert not await operator.replay(document_id)
    [told] = await desk.told_data("document_voided")
    assert (told["document_id"], told["reason"], told["documents"]) == (document_id, "sheet_unprintable", 1)
    assert "decided by op" not in str(told), "the note stays at the office"


async def test_only_what_is_held_can_be_decided_about(desk: Desk) -> None:
    desk = desk.with_renderer(FakePress())
    document_id = await desk.claim()
    async with operating("issuance", stuck.router(desk.parts.units, desk.parts.deps)) as operator:
        assert not await operator.discard(document_id, "not held")
        assert not await operator.replay(document_id)
        assert not await operator.replay("unknown")
        assert await operator.api.find("issuance", document_id, personal=False) is None
    assert (await desk.document(document_id)).state is DocumentState.CLAIMED
