"""From an approval to stored bytes and an event, on a real database; promise I2 whatever goes wrong."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from services.issuance import handlers
from services.issuance.domain.claim import Approval
from services.issuance.domain.document import DocumentState
from services.issuance.jobs import Printing
from shared.clock import WIB
from shared.errors import DomainError, Permanent, Transient
from shared.ids import new_id
from shared.messaging.delivery import Done, Duplicate, Retry
from shared.messaging.operations import accounting
from shared.mongo import Collection
from tests.integration.issuance.office import Desk, FakePress, sha256
from tests.support.approvals import ADDRESS, CARD, CONTACT, WIFE, approval
from tests.support.eventually import eventually


def day_of(desk: Desk) -> str:
    """The day in numbers; from here on the clock stands, for midnight is no part of this."""
    desk.clock.at = desk.clock()
    return f"{desk.clock().astimezone(WIB):%d%m%Y}"


async def test_approval_becomes_a_signed_document_and_an_event(desk: Desk) -> None:
    day = day_of(desk)
    async with desk.printing():
        document_id = await desk.claim()
        document = await desk.reaches(document_id, "issued")
    assert document.number == f"3519-KK-{day}-0001"
    content = await desk.content(document)
    assert content.startswith(b"%PDF")
    assert document.pdf is not None
    assert (document.pdf.sha256, document.pdf.size_bytes) == (sha256(content), len(content))
    assert document.certificate is not None
    assert document.certificate.demo
    [event] = await desk.told()
    assert event["type"] == "issuance.document_issued.v1"
    assert event["subject"] == document_id
    assert event["sequence"] == 1
    assert event["correlation_id"] == document.request_id
    assert event["causation_id"] == document.origin.causation_id
    assert event["data"]["sha256"] == sha256(content)
    assert event["data"]["personal"]["holder_name"] == WIFE["name"]
    assert event["data"]["personal"]["check_url"] == f"https://cek.contoh.invalid/v/{document.token}"


async def test_nothing_personal_but_name_and_contact_is_kept_after_issue(desk: Desk) -> None:
    desk = desk.with_renderer(FakePress())
    async with desk.printing():
        await desk.reaches(await desk.claim(), "issued")
    [row] = await desk.rows("documents")
    assert row["contact"]["address"] == CONTACT.address, "of what becomes of it later the holder is told"
    for personal in (WIFE["nik"], ADDRESS["street"], WIFE["father"], CARD["kk_number"]):
        assert personal not in str(row)


async def test_same_message_again_is_a_duplicate_and_another_message_changes_nothing(desk: Desk) -> None:
    desk = desk.with_renderer(FakePress())
    asked, message = approval(), new_id()
    async with desk.printing():
        assert await desk.take_in(asked, message_ids=(message,)) == [Done()]
        before = await desk.reaches(f"{asked.request_id}.kk", "issued")
        content = await desk.content(before)
        assert await desk.take_in(asked, message_ids=(message,)) == [Duplicate()]
        assert await desk.take_in(asked) == [Done()]
    [after] = await desk.documents()
    assert after == before
    assert await desk.content(after) == content
    assert len(await desk.told()) == 1


async def test_a_document_that_cannot_be_read_stops_no_other(desk: Desk) -> None:
    desk = desk.with_renderer(FakePress())
    broken, good = await desk.claim(), await desk.claim()
    collection = desk.parts.mongo.collection(desk.database, "documents")
    await collection.update_one({"_id": broken}, {"$unset": {"origin": ""}})
    async with desk.printing():
        await eventually(lambda: _issued(collection, good))


async def _issued(collection: Collection, document_id: str) -> bool:
    return await collection.count_documents({"_id": document_id, "state": "issued"}) == 1


async def test_batch_of_fifty_gets_fifty_numbers_in_a_row(desk: Desk) -> None:
    day, asked = day_of(desk), [approval("kk" if index % 2 else "ktp") for index in range(50)]
    again = [asked[0], asked[1]]
    assert await desk.take_in(*asked, *again) == [Done()] * 52
    numbers = sorted(document.number for document in await desk.documents())
    assert numbers == sorted(f"3519-{kind}-{day}-{serial:04d}" for kind in ("KK", "KT") for serial in range(1, 26))


async def test_racing_consumers_never_share_a_number(desk: Desk) -> None:
    shared_request = approval()

    async def until_handled(asked: Approval) -> None:
        message_id = new_id()
        for _ in range(50):  # who lost every race is handed the message again by the broker
            (outcome,) = await desk.take_in(asked, message_ids=(message_id,))
            if not isinstance(outcome, Retry):
                return
        pytest.fail("fifty deliveries and always a lost race")

    await asyncio.gather(*(until_handled(asked) for _ in range(4) for asked in (shared_request, *(approval() for _ in range(3)))))
    documents = await desk.documents()
    numbers = [document.number for document in documents]
    assert len(numbers) == 13
    assert len(numbers) == len(set(numbers))
    assert sorted(int(number[-4:]) for number in numbers) == list(range(1, len(numbers) + 1))  # no gap either
    assert len({document.token for document in documents}) == len(documents)
    assert [document.request_id for document in documents].count(shared_request.request_id) == 1


async def test_renderer_that_fails_is_tried_again_and_one_event_leaves(desk: Desk) -> None:
    renderer = FakePress([Transient("renderer_died"), Transient("renderer_overran")])
    desk = desk.with_renderer(renderer)
    document_id = await desk.claim()
    async with desk.printing():
        for attempt in (1, 2):

            async def failed(wanted: int = attempt) -> bool:
                document = await desk.document(document_id)
                return document.attempt == wanted and document.reason is not None

            await eventually(failed)
            desk.clock.forward(seconds=10)
        document = await desk.reaches(document_id, "issued")
    assert document.attempt == 3
    assert document.reason is None
    assert len(await desk.told()) == 1


async def test_sheet_that_never_prints_is_held_with_its_reason_and_can_be_retried(desk: Desk) -> None:
    desk = desk.with_renderer(FakePress([Permanent("sheet_unprintable")]))
    async with desk.printing():
        document_id = await desk.claim()
        held = await desk.reaches(document_id, "held")
        assert held.reason == "sheet_unprintable"
        tally = (await accounting.take(desk.parts.mongo, desk.database))["documents"]
        assert (tally.accepted, tally.parked, tally.missing) == (1, 1, 0)
        await desk.parts.units.run(lambda tx: handlers.retry_document(tx, desk.parts.deps, document_id))
        await desk.reaches(document_id, "issued")
    tally = (await accounting.take(desk.parts.mongo, desk.database))["documents"]
    assert (tally.finished, tally.missing) == (1, 0)


async def test_void_document_is_never_printed_and_its_number_never_given_again(desk: Desk) -> None:
    renderer = FakePress()
    desk = desk.with_renderer(renderer)
    first = await desk.claim()
    void = await desk.parts.units.run(lambda tx: handlers.void_document(tx, desk.parts.deps, first, reason="wrong_data"))
    async with desk.printing():
        second = await desk.reaches(await desk.claim(), "issued")
    assert void.state is DocumentState.VOID
    assert (void.number[-4:], second.number[-4:]) == ("0001", "0002")
    assert len(renderer.sheets) == 1


async def test_document_voided_while_it_is_in_the_renderer_leaves_no_bytes(desk: Desk) -> None:
    renderer = FakePress(gate=asyncio.Event())
    desk = desk.with_renderer(renderer)
    document_id = await desk.claim()
    async with desk.printing():
        await renderer.entered.wait()
        await desk.parts.units.run(lambda tx: handlers.void_document(tx, desk.parts.deps, document_id, reason="wrong_data"))
        assert renderer.gate is not None
        renderer.gate.set()
    assert (await desk.document(document_id)).state is DocumentState.VOID
    assert await desk.files() == []
    assert [told["type"] for told in await desk.told()] == ["issuance.document_voided.v1"]


async def test_attempt_that_died_after_storing_is_replaced_and_its_bytes_removed(desk: Desk) -> None:
    desk = desk.with_renderer(FakePress())
    document_id = await desk.claim()
    begun = await desk.parts.units.run(lambda tx: handlers.begin_printing(tx, desk.parts.deps, document_id))
    await desk.parts.archive.put(handlers.file_id(begun), b"%PDF-1.7 of a process that died here")
    desk.clock.forward(seconds=desk.parts.deps.lease.total_seconds())
    async with desk.printing():
        document = await desk.reaches(document_id, "issued")
    assert document.attempt == 2
    assert await desk.files() == [f"{document_id}.2"]


async def test_late_attempt_never_replaces_the_issued_bytes(desk: Desk) -> None:
    late = desk.with_renderer(FakePress(gate=asyncio.Event()))
    document_id = await desk.claim()
    async with late.printing():
        renderer = late.parts.deps.renderer
        assert isinstance(renderer, FakePress)
        await renderer.entered.wait()
        desk.clock.forward(seconds=desk.parts.deps.lease.total_seconds())
        quick = desk.with_renderer(FakePress())
        async with quick.printing():
            document = await desk.reaches(document_id, "issued")
        content = await desk.content(document)
        assert renderer.gate is not None
        renderer.gate.set()
    after = await desk.document(document_id)
    assert after == document
    assert await desk.content(after) == content
    assert await desk.files() == [f"{document_id}.2"]
    assert len(await desk.told()) == 1


async def test_two_copies_of_the_renderer_never_print_one_document_twice(desk: Desk) -> None:
    one, two = FakePress(), FakePress()
    await desk.take_in(*(approval() for _ in range(20)))
    async with desk.with_renderer(one).printing(), desk.with_renderer(two).printing():
        for document in await desk.documents():
            await desk.reaches(document.document_id, "issued")
    documents = await desk.documents()
    assert [document.attempt for document in documents] == [1] * 20
    assert len(one.sheets) + len(two.sheets) == 20
    assert len(await desk.told()) == 20


async def test_recording_the_same_bytes_twice_is_one_issue(desk: Desk) -> None:
    desk = desk.with_renderer(FakePress())
    async with desk.printing():
        document = await desk.reaches(await desk.claim(), "issued")
    pdf, certificate = document.pdf, document.certificate
    begun = replace(document, state=DocumentState.RENDERING)
    assert pdf is not None
    assert certificate is not None
    deps, units = desk.parts.deps, desk.parts.units
    again = await units.run(lambda tx: handlers.record_issued(tx, deps, begun, pdf, certificate))
    assert replace(again, contact=None) == document
    other = replace(pdf, sha256="0" * 64)
    with pytest.raises(DomainError, match="attempt_superseded"):
        await units.run(lambda tx: handlers.record_issued(tx, deps, begun, other, certificate))
    assert len(await desk.told()) == 1


async def test_renderer_that_does_not_start_costs_no_document_an_attempt(desk: Desk) -> None:
    class NoPress(FakePress):
        async def start(self) -> None:
            self.entered.set()
            raise Transient("renderer_start_failed", "no key")

    renderer = NoPress()
    desk = desk.with_renderer(renderer)
    document_id = await desk.claim()
    async with desk.printing():
        await renderer.entered.wait()
    assert (await desk.document(document_id)).state is DocumentState.CLAIMED


async def test_stopping_finishes_the_sheet_in_work(desk: Desk) -> None:
    renderer = FakePress(gate=asyncio.Event())
    desk = desk.with_renderer(renderer)
    document_id = await desk.claim()
    printing: Printing = desk.parts.printing
    stop = asyncio.Event()
    job = asyncio.create_task(printing.run(stop))
    await renderer.entered.wait()
    stop.set()
    assert renderer.gate is not None
    renderer.gate.set()
    await job
    assert (await desk.document(document_id)).state is DocumentState.ISSUED
