"""The court: signed callbacks, the ladder while it is down, and the question whether one arrived."""

from __future__ import annotations

from shared.contracts.issuance import DocumentRevoked, DocumentSuperseded
from shared.contracts.parts import Contact
from shared.values import Channel
from tests.integration.notifier.rig import COURT, IMPATIENT, Rig, make_rig
from tests.support.eventually import eventually


def contact(court: str = COURT) -> Contact:
    return Contact(channel=Channel.COURT, address=court, reference="decision-1")


async def test_the_court_hears_once_per_case_that_its_decision_is_in(rig: Rig) -> None:
    await rig.tell(*(rig.submitted(contact(), f"request-{number}", "case-1") for number in range(4)))
    (callback,) = await rig.callbacks(1)
    assert (callback["type"], callback["data"]["reference"], callback["data"]["case_id"]) == ("decision.received", "decision-1", "case-1")


async def test_the_court_gets_number_hash_and_check_address(rig: Rig) -> None:
    event = rig.document(contact())
    await rig.tell(event)
    (callback,) = await rig.callbacks(1)
    data = callback["data"]
    assert callback["type"] == "document.issued"
    assert callback["id"] == f"document:{event.document_id}"  # type: ignore[attr-defined]
    assert (data["document_number"], data["sha256"]) == ("3519-KK-24112026-0001", event.sha256)  # type: ignore[attr-defined]
    assert data["check_url"].endswith("/v/token")
    await rig.job_becomes("done")
    (told,) = await rig.emitted()
    assert (told["type"], told["channel"]) == ("notifier.notice_delivered.v1", "court")
    assert told["document_id"] == event.document_id  # type: ignore[attr-defined]


async def test_a_return_carries_codes_fields_and_sentences(rig: Rig) -> None:
    await rig.tell(rig.turned_down(contact(), note="Mohon diperiksa"))
    (callback,) = await rig.callbacks(1)
    assert callback["type"] == "request.returned"
    assert callback["data"]["reasons"][0]["code"] == "nik_not_in_kk"
    assert callback["data"]["reasons"][0]["field"] == "answers.nik"
    assert "NIK" in callback["data"]["reasons"][0]["text"]
    assert callback["data"]["products"] == ["kk"]
    assert callback["data"]["note"] == "Mohon diperiksa"


async def test_a_court_that_is_down_hears_when_it_is_back_once(rig: Rig) -> None:
    await rig.court_fault("server_error", count=3)
    await rig.tell(rig.document(contact()))
    for tries, seconds in ((1, 7), (2, 19), (3, 57)):  # in all less than a signature's age of five minutes
        job = await rig.noted(tries)
        assert job.state == "ready"
        rig.later(seconds=seconds)
    await rig.callbacks(1)
    job = await rig.job_becomes("done")
    assert not job.maybe_duplicate


async def test_retry_after_of_the_court_is_heeded(rig: Rig) -> None:
    await rig.court_fault("server_error", count=1, retry_after=3000)
    await rig.tell(rig.document(contact()))
    job = await rig.noted(1)
    assert (job.next_at - rig.clock()).total_seconds() > 2900


async def test_a_timeout_after_success_is_found_by_asking_and_not_repeated(impatient: Rig) -> None:
    await impatient.court_fault("timeout_after_success", count=1)
    await impatient.tell(impatient.document(contact()))
    await impatient.job_becomes("unknown")
    impatient.later(seconds=31)
    job = await impatient.job_becomes("done")
    assert (job.attempt, job.maybe_duplicate, job.history[-1].result) == (1, False, "reconciled_sent")
    (callback,) = await impatient.callbacks(1)
    assert callback["deliveries"] == 1


async def test_a_timeout_before_success_is_found_by_asking_and_repeated_without_a_flag(impatient: Rig) -> None:
    await impatient.court_fault("no_answer", operation="callback", count=1)
    await impatient.tell(impatient.document(contact()))
    await impatient.job_becomes("unknown")
    impatient.later(seconds=31)
    job = await impatient.job_becomes("done")
    assert (job.attempt, job.maybe_duplicate) == (2, False)


async def test_a_court_that_cant_be_asked_gets_a_flagged_repeat(mongo_url: str, database: str) -> None:
    async with make_rig(mongo_url, database, **IMPATIENT) as rig:
        await rig.court_fault("timeout_after_success", operation="callback", count=1)
        await rig.court_fault("server_error", operation="lookup", http_status=405)
        await rig.tell(rig.document(contact()))
        await rig.job_becomes("unknown")
        rig.later(seconds=31)
        job = await rig.job_becomes("done")
        assert (job.attempt, job.maybe_duplicate) == (2, True)
        (callback,) = await rig.callbacks(1)
        assert callback["deliveries"] == 2


async def test_a_court_without_an_endpoint_is_parked_with_its_reason(rig: Rig) -> None:
    await rig.tell(rig.document(contact("PA.Nowhere")))
    job = await rig.job_becomes("failed")
    assert job.reason == "court_unknown"
    (told,) = await rig.emitted()
    assert told["type"] == "notifier.notice_failed.v1"


async def test_a_court_that_is_down_holds_nobody_else(impatient: Rig) -> None:
    await impatient.court_fault("no_answer", count=1)
    await impatient.tell(impatient.document(contact()), impatient.reply())
    await impatient.accepted(1)


async def test_two_callbacks_of_one_case_keep_their_order(rig: Rig) -> None:
    await rig.court_fault("server_error", count=1)
    await rig.tell(rig.submitted(contact(), "request-1", "case-1"), rig.document(contact()))
    await rig.noted(1)
    assert await rig.callbacks() == []
    rig.later(seconds=10)
    callbacks = await rig.callbacks(2)
    assert [callback["type"] for callback in callbacks] == ["decision.received", "document.issued"]
    await eventually(rig.emitted)


async def test_the_court_hears_once_of_each_of_its_documents_that_is_valid_no_more(rig: Rig) -> None:
    ended = [rig.ended(DocumentSuperseded, contact()), rig.ended(DocumentRevoked, contact(), document_id="request-0.ktp", product="ktp")]
    await rig.tell(*ended, *ended)
    superseded, revoked = await rig.callbacks(2)
    assert (superseded["type"], superseded["id"]) == ("document.superseded", "superseded:request-0.kk")
    assert superseded["data"]["superseded_by"] == "request-1.kk"
    assert (revoked["type"], revoked["id"]) == ("document.revoked", "revoked:request-0.ktp")
    assert (revoked["data"]["authority"], revoked["data"]["reason"]) == ("head_of_office", "data_wrong")
    assert {each["data"]["case_id"] for each in (superseded, revoked)} == {"case-0"}
