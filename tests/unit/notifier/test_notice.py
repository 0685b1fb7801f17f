"""To whom, in which words, under which key; and the texts as they are shipped."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.simulators.whatsapp.templates import Templates
from services.notifier.adapters.wording import load_texts
from services.notifier.domain import notice
from services.notifier.domain.facts import Fact, NoticeDelivered, NoticeFailed, NoticeKind
from services.notifier.domain.job import Try
from services.notifier.domain.message import Button, CourtCallback, DocumentMessage, RecordOnly, Reply
from services.notifier.domain.notice import AnnouncedDocument, Recipient, RequestSummary, SourceEvent, TurnedDown
from services.notifier.domain.texts import NoticeTexts
from services.notifier.events import to_event
from services.notifier.store.schema import job_from_doc, job_to_doc
from services.verification.domain.policy import ROUTES, CaseRoute
from shared.values import Channel
from tests.unit.notifier.samples import AT, make_job

TEXTS = load_texts()
ORIGIN = SourceEvent("01920000-0000-7000-8000-000000000001", AT, "request-1", "00-" + "1" * 32 + "-" + "2" * 16 + "-01")
ABOUT = RequestSummary("request-1", "MDN-7K4Q-9F2X", "case-1", "kk")
ISSUED = AnnouncedDocument("document-1", "3519-KK-24112026-0001", "0" * 64, 1000, AT, "https://contoh/v/token")
CITIZEN = Recipient(Channel.WHATSAPP, "6281234567890", None, AT)
COURT = Recipient(Channel.COURT, "PA.Kab.Mn", "decision-1")
ADAPTER = Recipient(Channel.ADAPTER, "desa")


def test_one_key_per_document_whoever_announces_it() -> None:
    keys = {notice.document_job(replace(ORIGIN, message_id=each), CITIZEN, ABOUT, ISSUED, texts=TEXTS, at=AT).key for each in "ab"}
    assert keys == {"document:document-1"}


def test_keys_are_good_for_urls_signatures_and_callback_data() -> None:
    jobs = [
        notice.document_job(ORIGIN, COURT, ABOUT, ISSUED, texts=TEXTS, at=AT),
        notice.received_job(ORIGIN, COURT, ABOUT, submitted_at=AT, texts=TEXTS, at=AT),
        *notice.reply_jobs(ORIGIN, CITIZEN, request_id=None, text="x" * 2000, buttons=[Button("a", "A")], texts=TEXTS, at=AT),
    ]
    for job in jobs:
        assert job is not None
        assert "." not in job.key  # Standard Webhooks joins id, time and body with full stops
        assert "/" not in job.key
        assert len(job.key) <= 512


def test_a_person_is_a_lane_and_so_is_a_case() -> None:
    assert notice.lane_of(CITIZEN) == "whatsapp:6281234567890"
    assert notice.lane_of(COURT, "case-1") == "court:PA.Kab.Mn:case-1"
    assert notice.channel_of(notice.lane_of(COURT, "case-1")) == "court"


def test_only_courts_get_a_receipt_from_us() -> None:
    assert notice.received_job(ORIGIN, CITIZEN, ABOUT, submitted_at=AT, texts=TEXTS, at=AT) is None
    assert notice.received_job(ORIGIN, ADAPTER, ABOUT, submitted_at=AT, texts=TEXTS, at=AT) is None


def test_the_document_by_channel() -> None:
    shapes = [type(notice.document_job(ORIGIN, to, ABOUT, ISSUED, texts=TEXTS, at=AT).message) for to in (CITIZEN, COURT, ADAPTER)]
    assert shapes == [DocumentMessage, CourtCallback, RecordOnly]


def test_a_note_with_braces_and_no_note() -> None:
    why = TurnedDown((("nik_not_in_kk", "nik"),), "Foto {0} buram", AT)
    with_note = notice.turned_down_job(ORIGIN, CITIZEN, ABOUT, NoticeKind.RETURNED, why, texts=TEXTS, at=AT).message
    without = notice.turned_down_job(ORIGIN, CITIZEN, ABOUT, NoticeKind.RETURNED, replace(why, note=" "), texts=TEXTS, at=AT).message
    assert isinstance(with_note, Reply)
    assert isinstance(without, Reply)
    assert "Foto {0} buram" in with_note.text
    assert "Catatan" not in without.text
    assert "\n\n\n" not in without.text


def test_the_buttons_follow_a_long_text_in_order() -> None:
    first, second = notice.reply_jobs(ORIGIN, CITIZEN, request_id=None, text="x" * 1025, buttons=[Button("a", "A")], texts=TEXTS, at=AT)
    assert first.order < second.order
    assert second.order < "01920000-0000-7000-8000-000000000002"
    (alone,) = notice.reply_jobs(ORIGIN, CITIZEN, request_id=None, text="x" * 1024, buttons=[Button("a", "A")], texts=TEXTS, at=AT)
    assert alone.message == Reply("x" * 1024, (Button("a", "A"),))


@pytest.mark.parametrize("code", [code for code, way in ROUTES.items() if way in (CaseRoute.RETURN, CaseRoute.REJECT)])
def test_every_reason_that_verification_gives_by_itself_has_a_sentence(code: str) -> None:
    assert TEXTS.reason(code) != TEXTS.unknown_reason


@pytest.mark.parametrize("name", ["reply", "document", "returned", "rejected"])
def test_the_templates_are_those_that_are_approved(name: str) -> None:
    wording = TEXTS.wordings[name]
    (approved,) = [each for each in Templates(strict=True).listed() if (each.name, each.language) == (wording.template, wording.language)]
    assert len(approved.variables()) == len(wording.parameters)
    assert (approved.header == "document") is (name == "document")


def test_template_parameters_have_no_line_breaks() -> None:
    assert TEXTS.parameters("document", product="Kartu\n  Keluarga", receipt="MDN") == ("Kartu Keluarga", "MDN")


def test_a_text_that_speaks_of_what_it_does_not_know_is_refused() -> None:
    data: dict[str, Any] = {
        "notices": {name: {"text": "{nik}", "template": "t", "language": "id"} for name in ("document", "returned", "rejected", "reply")},
        "reasons": {},
        "products": {},
        "file_names": {},
        "unknown_reason": "",
        "note": "{note}",
        "choose": "",
    }
    with pytest.raises(ValueError, match=r"unknown fields \['nik'\]"):
        NoticeTexts.from_data(data)


@pytest.mark.parametrize("contact", [CITIZEN, COURT, ADAPTER], ids=lambda contact: str(contact.channel))
def test_a_job_comes_back_from_the_database_as_it_went_in(contact: Recipient) -> None:
    for job in (
        notice.document_job(ORIGIN, contact, ABOUT, ISSUED, texts=TEXTS, at=AT),
        notice.turned_down_job(
            ORIGIN, contact, ABOUT, NoticeKind.REJECTED, TurnedDown((("other_office", None),), "x", AT), texts=TEXTS, at=AT
        ),
        make_job(history=(Try(1, AT, "accepted"),), provider_ids=("a", "b"), template_since=AT, done_at=AT),
    ):
        assert job_from_doc({"_id": job.key, **job_to_doc(job)}) == job


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("kind", NoticeKind)
def test_every_fact_fits_its_contract(channel: Channel, kind: NoticeKind) -> None:
    facts: list[Fact] = [
        NoticeDelivered("key", None, channel, kind, AT, maybe_duplicate=True),
        NoticeFailed("key", "request-1", channel, kind, datetime(2026, 1, 1, tzinfo=UTC), "meta_131026"),
    ]
    assert [to_event(fact).type for fact in facts] == ["notifier.notice_delivered.v1", "notifier.notice_failed.v1"]
