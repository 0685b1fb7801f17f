"""One approval, several documents: all of them or none, each with its number, in one unit of work."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest

from services.issuance import handlers
from services.issuance.domain.claim import Approval
from services.issuance.domain.document import Certificate, Document, DocumentState
from services.issuance.ports import Tx
from shared.clock import WIB
from shared.contracts.verification import RequestApproved
from shared.errors import DomainError
from shared.ids import new_id
from shared.messaging.delivery import Dead, Done, Retry
from shared.mongo import Doc
from tests.integration.issuance.office import Desk, FakePress, watched_desk
from tests.support.approvals import CARD, WIFE, approval, birth, order, request_approved


def day_of(desk: Desk) -> str:
    """The day in numbers; from here on the clock stands, for midnight is no part of this."""
    desk.clock.at = desk.clock()
    return f"{desk.clock().astimezone(WIB):%d%m%Y}"


async def kept(desk: Desk) -> tuple[list[Doc], list[Doc]]:
    return await desk.rows("documents"), await desk.rows("counters")


async def test_a_birth_is_three_documents_and_the_child_s_card_shows_the_number_of_the_certificate(desk: Desk) -> None:
    renderer, asked, day = FakePress(), birth(), day_of(desk)
    desk = desk.with_renderer(renderer)
    assert await desk.take_in(asked) == [Done()]
    assert {document.document_id: document.number for document in await desk.documents()} == {
        f"{asked.request_id}.akta_kelahiran": f"3519-LU-{day}-0001",
        f"{asked.request_id}.kk": f"3519-KK-{day}-0001",
        f"{asked.request_id}.kia": f"3519-KI-{day}-0001",
    }
    assert len({row["claimed_at"] for row in await desk.rows("documents")}) == 1
    async with desk.printing():
        for document in await desk.documents():
            await desk.reaches(document.document_id, "issued")
    [slip] = [sheet for sheet in renderer.sheets if "has_photo" in sheet]
    assert slip["birth_certificate_number"] == f"3519-LU-{day}-0001"
    told = await desk.told_data("document_issued")
    assert {(event["product"], event["documents"], event["form"]) for event in told} == {
        ("akta_kelahiran", 3, "pdf"),
        ("kk", 3, "pdf"),
        ("kia", 3, "card"),
    }
    assert {event["request_id"] for event in told} == {asked.request_id}


async def test_a_card_that_would_show_the_number_of_a_void_certificate_is_held_for_a_person(desk: Desk) -> None:
    renderer, asked = FakePress(), birth()
    desk = desk.with_renderer(renderer)
    await desk.take_in(asked)
    certificate, card = f"{asked.request_id}.akta_kelahiran", f"{asked.request_id}.kia"
    await desk.parts.units.run(lambda tx: handlers.void_document(tx, desk.parts.deps, certificate, reason="data_wrong"))
    async with desk.printing():
        await desk.reaches(f"{asked.request_id}.kk", "issued")
        held = await desk.reaches(card, "held")
    assert (held.reason, held.pdf) == (handlers.NUMBER_VOID, None)
    assert [sheet for sheet in renderer.sheets if "has_photo" in sheet] == []


async def test_a_certificate_whose_number_an_issued_card_shows_is_not_made_void_before_the_card_is_revoked(desk: Desk) -> None:
    asked = birth()
    certificate, card = f"{asked.request_id}.akta_kelahiran", f"{asked.request_id}.kia"
    desk = desk.with_renderer(FakePress(never="akta_kelahiran"))
    await desk.take_in(asked)
    async with desk.printing():
        await desk.reaches(certificate, "held")
        await desk.reaches(card, "issued")
    with pytest.raises(DomainError) as refused:
        await desk.parts.units.run(lambda tx: handlers.discard_document(tx, desk.parts.deps, certificate, note="x; decided by y"))
    assert refused.value.code == handlers.NUMBER_SHOWN
    await desk.parts.units.run(lambda tx: handlers.revoke_document(tx, desk.parts.deps, card, desk.revocation()))
    ended = await desk.parts.units.run(lambda tx: handlers.discard_document(tx, desk.parts.deps, certificate, note="x; decided by y"))
    assert ended.state is DocumentState.VOID


@pytest.mark.parametrize("first", ["issue", "void"])
async def test_of_a_void_number_and_the_issue_of_a_card_that_shows_it_at_one_moment_one_is_refused(desk: Desk, first: str) -> None:
    asked, deps, tries = birth(), desk.parts.deps, count()
    certificate, card = f"{asked.request_id}.akta_kelahiran", f"{asked.request_id}.kia"
    await desk.take_in(asked)
    begun = await desk.parts.units.run(lambda tx: handlers.begin_printing(tx, deps, card))
    pdf = await deps.archive.put(handlers.file_id(begun), b"%PDF-1.7")

    async def void(tx: Tx) -> Document:
        return await handlers.void_document(tx, deps, certificate, reason="wrong_data")

    async def issue(tx: Tx) -> Document:
        return await handlers.record_issued(tx, deps, begun, pdf, Certificate("CA Demo", "f" * 64, demo=True))

    earlier, later = (issue, void) if first == "issue" else (void, issue)

    async def overtaken(tx: Tx) -> Document:
        done = await later(tx)
        if not next(tries):  # what it has read is old before it commits
            await desk.parts.units.run(earlier)
        return done

    with pytest.raises(DomainError) as refused:
        await desk.parts.units.run(overtaken)
    assert refused.value.code == (handlers.NUMBER_SHOWN if first == "issue" else "attempt_superseded")
    states = [(await desk.document(each)).state.value for each in (certificate, card)]
    assert states == (["claimed", "issued"] if first == "issue" else ["void", "rendering"])


async def test_two_of_one_product_are_told_apart_by_their_keys(desk: Desk) -> None:
    asked = approval("ktp", order("ktp", key="ktp.2"), "kk")
    await desk.take_in(asked)
    numbers = {document.document_id: document.number[5:7] + document.number[-4:] for document in await desk.documents()}
    assert numbers == {f"{asked.request_id}.{key}": number for key, number in (("ktp", "KT0001"), ("ktp.2", "KT0002"), ("kk", "KK0001"))}


def _spoiled(asked: Approval, index: int, **changes: Any) -> RequestApproved:
    event = request_approved(asked)
    documents = list(event.personal.documents)
    documents[index] = documents[index].model_copy(update=changes)
    return event.model_copy(update={"personal": event.personal.model_copy(update={"documents": tuple(documents)})})


REFUSED: Mapping[str, tuple[RequestApproved, str]] = {
    "a product that is new to us": (_spoiled(approval("kk", "ktp"), 1, product="surat_baru", key="surat_baru"), "documents_contradict"),
    "a product that is new to us, announced": (
        _spoiled(approval("kk", order("ktp", key="surat_baru")), 1, product="surat_baru"),
        "product_unknown",
    ),
    "a content type that is new to us": (_spoiled(birth(), 2, content_type="child_card.v9"), "content_type_unknown"),
    "the content of another product": (
        _spoiled(birth(), 2, content_type="family_card.v1", content=CARD),
        "content_type_wrong",
    ),
    "a content that its type does not allow": (
        _spoiled(birth(), 1, content={**CARD, "members": [{**WIFE, "nik": "SITI CONTOH"}]}),
        "content_invalid",
    ),
    "fewer than announced": (request_approved(birth()).model_copy(update={"documents": ("kk", "kia")}), "documents_contradict"),
    "one key twice": (request_approved(approval("kk", "kk")), "documents_contradict"),
    "the number of a document that is not ordered": (request_approved(approval("kk", birth().orders[2])), "number_unknown"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_an_approval_that_can_not_be_followed_whole_is_parked_with_a_code_and_claims_nothing(desk: Desk, case: str) -> None:
    event, code = REFUSED[case]
    good = (approval("kk"), birth())
    deliveries = [desk.delivery(each, subject=each.request_id) for each in (request_approved(good[0]), event, request_approved(good[1]))]
    before, refused, after = await desk.deliver(*deliveries)
    assert (before, after) == (Done(), Done())
    assert isinstance(refused, Dead)
    assert refused.code == code
    assert "CONTOH" not in refused.detail
    documents, _ = await kept(desk)
    assert {row["request_id"] for row in documents} == {each.request_id for each in good}
    assert sorted(row["number"][5:7] + row["number"][-4:] for row in documents) == ["KI0001", "KK0001", "KK0002", "LU0001"]
    [parked] = await desk.rows("parked")
    assert parked["code"] == code


async def test_the_same_approval_in_another_message_changes_nothing(desk: Desk) -> None:
    asked = birth()
    await desk.take_in(asked)
    before = await kept(desk)
    assert await desk.take_in(asked, asked) == [Done()] * 2
    assert await desk.take_in(asked) == [Done()]
    assert await kept(desk) == before


async def test_racing_consumers_claim_a_birth_once_and_leave_no_gap(desk: Desk) -> None:
    shared_request = birth()

    async def until_handled(asked: Approval) -> None:
        message_id = new_id()
        for _ in range(50):  # who lost every race is handed the message again by the broker
            (outcome,) = await desk.take_in(asked, message_ids=(message_id,))
            if not isinstance(outcome, Retry):
                return
        pytest.fail("fifty deliveries and always a lost race")

    await asyncio.gather(*(until_handled(asked) for asked in (shared_request, birth(), shared_request, birth(), shared_request)))
    documents = await desk.documents()
    assert len(documents) == 9
    for kind in ("LU", "KK", "KI"):
        assert sorted(each.number[-4:] for each in documents if each.number[5:7] == kind) == ["0001", "0002", "0003"]


@pytest.mark.parametrize("count", [1, 50])
async def test_claiming_costs_one_question_per_collection_however_many_documents(desk: Desk, mongo_url: str, count: int) -> None:
    await desk.take_in(birth())  # the first of a day also asks after what a restore left (ADR 57)
    async with watched_desk(desk, mongo_url) as (watched, commands):
        assert await watched.take_in(*(birth() for _ in range(count))) == [Done()] * count
        assert sorted(commands.asked("documents", "counters")) == ["counters", "documents"]
    assert len(await desk.documents()) == 3 * (count + 1)


async def test_a_day_has_more_than_9999_numbers(desk: Desk) -> None:
    day = day_of(desk)
    await desk.take_in(approval())
    counters = desk.mongo.collection(desk.database, "counters")
    assert (await counters.update_many({}, {"$set": {"last": 9_998}, "$inc": {"version": 1}})).modified_count == 1
    await desk.take_in(*(approval() for _ in range(3)))
    numbers = [document.number for document in reversed(await desk.documents())]
    assert numbers == [f"3519-KK-{day}-{serial}" for serial in ("0001", "9999", "10000", "10001")]
    async with (desk := desk.with_renderer(FakePress())).printing():
        for document in await desk.documents():
            await desk.reaches(document.document_id, "issued")
    assert sorted(event["document_number"] for event in await desk.told_data("document_issued")) == sorted(numbers)


async def test_a_day_without_numbers_left_parks_with_a_code_and_claims_nothing(desk: Desk) -> None:
    await desk.take_in(approval())
    await desk.mongo.collection(desk.database, "counters").update_many({}, {"$set": {"last": 999_999}, "$inc": {"version": 1}})
    [refused] = await desk.take_in(birth())
    assert refused == Dead("numbers_exhausted")
    documents, counters = await kept(desk)
    assert len(documents) == len(counters) == 1


async def test_one_of_several_that_never_prints_is_held_and_the_others_are_issued(desk: Desk) -> None:
    asked, desk = birth(), desk.with_renderer(FakePress(never="kia"))
    async with desk.printing():
        await desk.take_in(asked)
        held = await desk.reaches(f"{asked.request_id}.kia", "held")
        for key in ("akta_kelahiran", "kk"):
            await desk.reaches(f"{asked.request_id}.{key}", "issued")
    assert held.state is DocumentState.HELD
    assert len(await desk.told("document_issued")) == 2
