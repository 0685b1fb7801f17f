"""Held documents wait for an operator, who finds them with `admin`; a number only ever ends void by its own route."""

from __future__ import annotations

import pytest

from services.issuance import handlers
from services.issuance.domain import document as documents
from services.issuance.domain.document import DocumentState
from services.issuance.store.schema import document_from_doc
from shared.errors import BadInput, Permanent
from shared.messaging.operations.shelves import Shelves
from shared.messaging.operations.stuck_item import StuckItem
from tests.integration.issuance.office import Desk, FakePress
from tests.support.approvals import CARD, WIFE


@pytest.fixture
async def held(desk: Desk) -> tuple[Desk, str, Shelves]:
    """An office whose first document does not print, and its operator."""
    desk = desk.with_renderer(FakePress([Permanent("sheet_unprintable")]))
    async with desk.printing():
        document_id = await desk.claim()
        await desk.reaches(document_id, "held")
    return desk, document_id, Shelves(desk.parts.mongo, desk.database, "issuance")


async def waits(operator: Shelves) -> StuckItem:
    [entry] = await operator.waiting(10)
    return entry


async def test_a_held_document_is_listed_with_its_reason_and_nothing_personal(held: tuple[Desk, str, Shelves]) -> None:
    desk, document_id, operator = held
    document = await desk.document(document_id)
    entry = await waits(operator)
    assert (entry.address, entry.type, entry.code) == (f"issuance/documents/{document_id}", "kk", "sheet_unprintable")
    assert (entry.times, entry.at) == (1, document.reason_at)
    shown = await operator.find("documents", document_id)
    assert shown is not None
    for personal in (WIFE.name, WIFE.nik, CARD.address):
        assert personal not in repr(entry)
        assert personal not in str(shown.content(in_full=False))
        assert personal in str(shown.content(in_full=True))
    assert document.number in str(shown.content(in_full=False))


async def test_a_replay_is_the_retry_of_the_domain_and_the_renderer_takes_it_up(held: tuple[Desk, str, Shelves]) -> None:
    desk, document_id, operator = held
    [before] = await desk.rows("documents")
    assert await operator.replay("documents", document_id)
    [after] = await desk.rows("documents")
    assert document_from_doc(after) == documents.retry(document_from_doc(before), at=after["due_at"])
    assert after["version"] == before["version"] + 1
    assert not await operator.replay("documents", document_id)
    async with desk.printing():
        await desk.reaches(document_id, "issued")
    assert await operator.waiting(10) == []


async def test_a_held_document_is_not_discarded_but_voided_where_its_number_is_kept(held: tuple[Desk, str, Shelves]) -> None:
    desk, document_id, operator = held
    with pytest.raises(BadInput, match="/void") as refused:
        await operator.discard("documents", document_id, "wrong data; decided by op")
    assert refused.value.code == "not_done_here"
    assert (await desk.document(document_id)).state is DocumentState.HELD
    await desk.parts.units.run(lambda tx: handlers.void_document(tx, desk.parts.deps, document_id, reason="wrong_data"))
    assert await operator.waiting(10) == []
