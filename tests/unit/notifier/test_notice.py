"""To whom, in which words, under which key; and the texts as they are shipped."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from deploy.simulators.whatsapp.templates import Templates
from services.notifier.adapters.wording import load_texts
from services.notifier.domain import notice
from services.notifier.domain.announcement import AnnouncedDocument, EndedDocument, ReadyCard, RequestSummary, SourceEvent, TurnedDown
from services.notifier.domain.facts import SPEAKS_OF, Fact, NoticeDelivered, NoticeFailed, NoticeKind
from services.notifier.domain.job import Job, JobState
from services.notifier.domain.message import Button, CourtCallback, DocumentMessage, RecordOnly, Reply, ReplyRow, Template
from services.notifier.domain.officer_words import OfficerWords, answered_words, question_words, told_words
from services.notifier.domain.recipient import Recipient, channel_of, lane_of
from services.notifier.domain.texts import NoticeTexts
from services.notifier.domain.tries import Try
from services.notifier.events import to_event
from services.notifier.store.schema import job_from_doc, job_to_doc
from services.verification.domain.policy import ROUTES, CaseRoute
from shared.values import Channel
from tests.unit.notifier.samples import AT, make_job

TEXTS = load_texts()
ORIGIN = SourceEvent("01920000-0000-7000-8000-000000000001", AT, "request-1", "00-" + "1" * 32 + "-" + "2" * 16 + "-01")
ABOUT = RequestSummary("request-1", "MDN-7K4Q-9F2X", "case-1")
ISSUED = AnnouncedDocument(
    document_id="request-1.kk",
    service="kk_hilang",
    product="kk",
    documents=1,
    form="pdf",
    document_number="3519-KK-24112026-0001",
    sha256="0" * 64,
    size_bytes=1000,
    issued_at=AT,
    check_url="https://contoh/v/token",
)
BIRTH = replace(ISSUED, document_id="request-1.akta_kelahiran", service="akta_lahir", product="akta_kelahiran", documents=3)
CHILD_CARD = replace(BIRTH, document_id="request-1.kia", product="kia", form="card")
REVOKED = EndedDocument(NoticeKind.REVOKED, "request-1.kk", "kk", "3519-KK-24112026-0001", AT, (("authority", "court"),), "data_wrong")
SUPERSEDED = EndedDocument(NoticeKind.SUPERSEDED, "request-1.kk", "kk", "3519-KK-24112026-0001", AT, (("superseded_by", "request-2.kk"),))
VOIDED = EndedDocument(NoticeKind.VOIDED, "request-1.kk", "kk", "3519-KK-24112026-0001", AT, (("reason", "sheet_unprintable"),))
CITIZEN = Recipient(Channel.WHATSAPP, "6281234567890", None, AT)
COURT = Recipient(Channel.COURT, "PA.Kab.Mn", "decision-1")
ADAPTER = Recipient(Channel.ADAPTER, "desa")


VILLAGE = Recipient(Channel.DESK, "3519072001")


def test_a_template_that_an_officer_chose_goes_as_it_is_and_stands_for_nothing() -> None:
    chosen = Template("pesan_baru", "id")
    (job,) = notice.reply_jobs(ORIGIN, CITIZEN, request_id=None, said=Reply("Ada pesan baru."), template=chosen, texts=TEXTS, at=AT)
    assert (job.message, job.fallback) == (chosen, None)
    assert job_from_doc({"_id": job.key, **job_to_doc(job)}) == job


def test_a_village_that_hands_over_itself_is_sent_nothing() -> None:
    assert isinstance(notice.document_job(ORIGIN, VILLAGE, ABOUT, ISSUED, texts=TEXTS, at=AT).message, RecordOnly)
    assert isinstance(ended(VILLAGE, REVOKED).message, RecordOnly)


def ended(contact: Recipient, document: EndedDocument) -> Job:
    (job,) = notice.ended_jobs(ORIGIN, contact, ABOUT, document, texts=TEXTS, at=AT)
    return job


def test_who_gets_the_newer_document_is_told_nothing_of_the_older_one() -> None:
    assert notice.ended_jobs(ORIGIN, CITIZEN, ABOUT, replace(SUPERSEDED, is_told=True), texts=TEXTS, at=AT) == ()


def words(contact: Recipient, said: OfficerWords) -> Job:
    job = notice.words_job(ORIGIN, contact, ABOUT, said, texts=TEXTS, at=AT)
    assert job is not None
    return job


def test_a_question_is_asked_once() -> None:
    asked = words(CITIZEN, question_words("q-1", "Alamat baru Ibu di RT berapa?"))
    assert asked.key == "question:q-1"
    assert "Alamat baru Ibu di RT berapa?" in said(asked)
    assert asked.fallback is not None
    assert (asked.fallback.name, asked.fallback.parameters) == ("pertanyaan_petugas", (ABOUT.receipt,))


def test_nobody_is_asked_who_has_no_chat_to_answer_in() -> None:
    assert notice.words_job(ORIGIN, COURT, ABOUT, question_words("q-1", "?"), texts=TEXTS, at=AT) is None


def test_an_answer_says_what_was_found_and_what_the_officer_wrote() -> None:
    answer = words(CITIZEN, answered_words(["nik_double"], "NIK 3519 yang lama berlaku.", "request-1", TEXTS))
    assert answer.key == "answered:request-1"
    assert "lebih dari satu NIK" in said(answer)
    assert "NIK 3519 yang lama berlaku." in said(answer)
    assert answer.fallback is not None
    assert answer.fallback.parameters == (ABOUT.receipt,), "nothing personal goes into a template that anybody reads on a locked phone"
    alone = said(words(CITIZEN, answered_words([], "Petugas itu sudah ditegur.", "request-1", TEXTS)))
    assert "Petugas itu sudah ditegur." in alone
    assert "Catatan petugas" not in alone, "it is the answer itself"


@pytest.mark.parametrize(
    ("day", "where", "kind", "expected"),
    [
        (None, None, NoticeKind.TOLD, "masih kami kerjakan"),
        (date(2026, 12, 1), "home", NoticeKind.VISIT_HOME, "datang ke alamat Anda pada *Selasa, 1 Desember 2026*"),
        (date(2026, 12, 1), "office", NoticeKind.VISIT_OFFICE, "pada *Selasa, 1 Desember 2026*"),
    ],
)
def test_what_an_officer_tells_names_the_day_where_there_is_one(
    day: date | None, where: str | None, kind: NoticeKind, expected: str
) -> None:
    told = words(CITIZEN, told_words("Siapkan KK.", day, where, "m-1", TEXTS))
    assert (told.kind, told.key) == (kind, "told:m-1")
    assert expected in said(told)
    assert "Siapkan KK." in said(told)


def test_who_fetches_is_sent_no_words() -> None:
    assert isinstance(words(ADAPTER, told_words("Siapkan KK.", None, None, "m-1", TEXTS)).message, RecordOnly)


def test_one_key_per_document_whoever_announces_it() -> None:
    keys = {notice.document_job(replace(ORIGIN, message_id=each), CITIZEN, ABOUT, ISSUED, texts=TEXTS, at=AT).key for each in "ab"}
    assert keys == {"document:request-1.kk"}


def test_keys_are_good_for_urls_signatures_and_callback_data() -> None:
    jobs = [
        notice.document_job(ORIGIN, COURT, ABOUT, ISSUED, texts=TEXTS, at=AT),
        notice.received_job(ORIGIN, COURT, ABOUT, submitted_at=AT, at=AT),
        *notice.ended_jobs(ORIGIN, COURT, ABOUT, REVOKED, texts=TEXTS, at=AT),
        *notice.reply_jobs(ORIGIN, CITIZEN, request_id=None, said=Reply("x" * 2000, (Button("a", "A"),)), texts=TEXTS, at=AT),
    ]
    for job in jobs:
        assert job is not None
        assert "/" not in job.key
        assert len(job.key) <= 512


def test_a_person_is_a_lane_and_so_is_a_case() -> None:
    assert lane_of(CITIZEN) == "whatsapp:6281234567890"
    assert lane_of(COURT, "case-1") == "court:PA.Kab.Mn:case-1"
    assert channel_of(lane_of(COURT, "case-1")) == "court"


def test_only_courts_get_a_receipt_from_us() -> None:
    assert notice.received_job(ORIGIN, CITIZEN, ABOUT, submitted_at=AT, at=AT) is None
    assert notice.received_job(ORIGIN, ADAPTER, ABOUT, submitted_at=AT, at=AT) is None


def test_a_court_is_told_once_that_its_decision_is_kept() -> None:
    job = notice.recorded_job(ORIGIN, COURT, "case-7", recorded_at=AT, at=AT)
    assert isinstance(job.message, CourtCallback)
    assert (job.key, job.message.type, job.kind) == ("recorded:case-7", "decision.recorded", NoticeKind.RECORDED)
    assert dict(job.message.data) == {"reference": "decision-1", "case_id": "case-7", "recorded_at": AT}


def test_the_document_by_channel() -> None:
    shapes = [type(notice.document_job(ORIGIN, to, ABOUT, ISSUED, texts=TEXTS, at=AT).message) for to in (CITIZEN, COURT, ADAPTER)]
    assert shapes == [DocumentMessage, CourtCallback, RecordOnly]


def said(job: Job) -> str:
    match job.message:
        case DocumentMessage(caption=text) | Reply(text=text):
            return text
    raise AssertionError(job.message)


def test_the_first_of_several_documents_says_how_many_come_and_the_last_words_stand_under_it_alone() -> None:
    first, card = (said(notice.document_job(ORIGIN, CITIZEN, ABOUT, each, texts=TEXTS, at=AT)) for each in (BIRTH, CHILD_CARD))
    assert first.startswith("Permohonan MDN-7K4Q-9F2X selesai. Anda menerima 3 dokumen")
    assert "Kutipan Akta Kelahiran" in first
    assert "gratis" in first
    assert card.startswith("Bukti pengambilan Kartu Identitas Anak Anda sudah terbit.")
    assert "gratis" not in card


def test_a_document_alone_has_no_greeting_and_one_of_a_service_that_nobody_knows_does_not_fail() -> None:
    alone, unknown = (
        said(notice.document_job(ORIGIN, CITIZEN, ABOUT, each, texts=TEXTS, at=AT))
        for each in (ISSUED, replace(BIRTH, service="akta_baru"))
    )
    assert alone.startswith("Kartu Keluarga Anda sudah terbit.")
    assert "gratis" in alone
    assert "3 dokumen" in unknown


def test_the_slip_of_a_card_is_to_be_brought_and_not_to_be_printed() -> None:
    job = notice.document_job(ORIGIN, CITIZEN, ABOUT, CHILD_CARD, texts=TEXTS, at=AT)
    assert "Bawa bukti ini" in said(job)
    assert "HVS" not in said(job)
    assert job.fallback is not None
    assert job.fallback.name == "bukti_pengambilan"
    assert job.fallback.file is not None


def test_products_are_named_as_one_speaks_of_several_each_once() -> None:
    assert TEXTS.product_names(("kk",)) == "Kartu Keluarga"
    assert TEXTS.product_names(("kk", "ktp", "kk")) == "Kartu Keluarga dan KTP-el"
    assert TEXTS.product_names(("akta_kelahiran", "kk", "ktp")) == "Kutipan Akta Kelahiran, Kartu Keluarga, dan KTP-el"
    assert TEXTS.product_names(("kartu_baru",)) == "KARTU_BARU"


def test_a_refusal_offers_only_what_is_answered() -> None:
    why = TurnedDown(("akta_kelahiran", "kk"), (("nobody_wrote_a_text", None),), None, AT)
    text = said(notice.turned_down_job(ORIGIN, CITIZEN, ABOUT, NoticeKind.REJECTED, why, texts=TEXTS, at=AT))
    assert "permohonan Kutipan Akta Kelahiran dan Kartu Keluarga dengan nomor MDN-7K4Q-9F2X" in text
    assert "*MENU*" in text
    assert "*STATUS*" in text
    assert TEXTS.office in text
    assert "Balas" not in text


def test_what_is_valid_no_more_is_named_with_its_number_and_why() -> None:
    revoked, superseded = (ended(CITIZEN, each) for each in (REVOKED, SUPERSEDED))
    assert "Kartu Keluarga dengan nomor 3519-KK-24112026-0001 dicabut" in said(revoked)
    assert TEXTS.revocation("data_wrong") in said(revoked)
    assert "tidak berlaku lagi" in said(superseded)
    assert [job.fallback and job.fallback.parameters for job in (revoked, superseded)] == [
        ("Kartu Keluarga", "3519-KK-24112026-0001"),
        ("Kartu Keluarga", "3519-KK-24112026-0001"),
    ]
    unexplained = said(ended(CITIZEN, replace(REVOKED, reason="new_reason")))
    assert "new_reason" not in unexplained
    assert "\n\n\n" not in unexplained


def test_what_will_never_come_is_no_fault_of_its_holder_and_they_hear_what_to_do() -> None:
    alone, among = ended(CITIZEN, VOIDED), ended(CITIZEN, replace(VOIDED, documents=3))
    for job in (alone, among):
        assert f"Kartu Keluarga dari permohonan {ABOUT.receipt} tidak jadi terbit" in said(job)
        assert "Ini bukan kesalahan Anda" in said(job)
        assert TEXTS.office in said(job)
        assert "sheet_unprintable" not in said(job)
        assert job.fallback is not None
        assert (job.fallback.name, job.fallback.parameters) == ("dokumen_batal", ("Kartu Keluarga", ABOUT.receipt))
    assert "langsung mengajukannya lagi: ketik *MENU*" in said(alone)
    assert "Dokumen lain dari permohonan yang sama kami kirim bila terbit" in said(among)
    court = ended(COURT, VOIDED).message
    assert isinstance(court, CourtCallback)
    assert (court.type, dict(court.data)["reason"]) == ("document.voided", "sheet_unprintable")


@pytest.mark.parametrize("prints", [1, 2])
def test_where_and_when_a_card_is_fetched_is_told_for_each_print(prints: int) -> None:
    card = ReadyCard("request-1.ktp", "ktp", "3519-KT-24112026-0001", prints, "MPP", "Jl. Contoh", "Senin 08.00-15.00", AT)
    job = notice.card_ready_job(ORIGIN, CITIZEN, ABOUT, card, texts=TEXTS, at=AT)
    assert job.key == f"card_ready:request-1.ktp:{prints}"
    for told in ("KTP-el Anda sudah dicetak", "MPP, Jl. Contoh", "Senin 08.00-15.00", ABOUT.receipt, "3519-KT-24112026-0001"):
        assert told in said(job)
    assert job.fallback is not None
    assert (job.fallback.name, job.fallback.parameters) == ("kartu_siap_diambil", ("KTP-el", ABOUT.receipt, "MPP", "Senin 08.00-15.00"))
    court = notice.card_ready_job(ORIGIN, COURT, ABOUT, card, texts=TEXTS, at=AT).message
    assert isinstance(court, CourtCallback)
    assert (court.type, dict(court.data)["place"], dict(court.data)["ready_at"]) == ("card.ready", "MPP", AT)
    assert isinstance(notice.card_ready_job(ORIGIN, ADAPTER, ABOUT, card, texts=TEXTS, at=AT).message, RecordOnly)


def test_a_note_with_braces_and_no_note() -> None:
    why = TurnedDown(("kk",), (("nik_not_in_kk", "answers.nik"),), "Foto {0} buram", AT)
    with_note = notice.turned_down_job(ORIGIN, CITIZEN, ABOUT, NoticeKind.RETURNED, why, texts=TEXTS, at=AT).message
    without = notice.turned_down_job(ORIGIN, CITIZEN, ABOUT, NoticeKind.RETURNED, replace(why, note=" "), texts=TEXTS, at=AT).message
    assert isinstance(with_note, Reply)
    assert isinstance(without, Reply)
    assert "Foto {0} buram" in with_note.text
    assert "Catatan" not in without.text
    assert "\n\n\n" not in without.text


def test_the_buttons_follow_a_long_text_in_order() -> None:
    first, second = notice.reply_jobs(ORIGIN, CITIZEN, request_id=None, said=Reply("x" * 1025, (Button("a", "A"),)), texts=TEXTS, at=AT)
    assert first.order < second.order
    assert second.order < "01920000-0000-7000-8000-000000000002"
    (alone,) = notice.reply_jobs(ORIGIN, CITIZEN, request_id=None, said=Reply("x" * 1024, (Button("a", "A"),)), texts=TEXTS, at=AT)
    assert alone.message == Reply("x" * 1024, (Button("a", "A"),))


def test_a_list_to_choose_from_stays_with_its_long_text() -> None:
    said = Reply("x" * 2000, rows=(ReplyRow("group:kk", "Kartu Keluarga", "hilang, rusak"),))
    (alone,) = notice.reply_jobs(ORIGIN, CITIZEN, request_id=None, said=said, texts=TEXTS, at=AT)
    assert isinstance(alone.message, Reply)
    assert (alone.message.rows, alone.message.text) == (said.rows, said.text)
    assert 0 < len(alone.message.list_title) <= 20
    assert job_from_doc({"_id": alone.key, **job_to_doc(alone)}) == alone


@pytest.mark.parametrize("code", [code for code, way in ROUTES.items() if way in (CaseRoute.RETURN, CaseRoute.REJECT)])
def test_every_reason_that_verification_gives_by_itself_has_a_sentence(code: str) -> None:
    assert TEXTS.reason(code) != TEXTS.unknown_reason


@pytest.mark.parametrize("name", SPEAKS_OF)
def test_the_templates_are_those_that_are_approved(name: str) -> None:
    wording = TEXTS.wordings[name]
    (approved,) = [each for each in Templates(strict=True).listed() if (each.name, each.language) == (wording.template, wording.language)]
    assert len(approved.variables()) == len(wording.parameters)
    assert (approved.header == "document") is (name in ("document", "card"))


def test_template_parameters_have_no_line_breaks() -> None:
    assert TEXTS.parameters("document", product="Kartu\n  Keluarga", receipt="MDN") == ("Kartu Keluarga", "MDN")


def test_a_text_that_speaks_of_what_it_does_not_know_is_refused() -> None:
    data: dict[str, Any] = {
        "notices": {str(name): {"text": "{nik}", "template": "t", "language": "id"} for name in SPEAKS_OF},
    }
    with pytest.raises(ValueError, match=r"unknown fields \['nik'\]"):
        NoticeTexts.from_data(data)


@pytest.mark.parametrize("contact", [CITIZEN, COURT, ADAPTER], ids=lambda contact: str(contact.channel))
def test_a_job_comes_back_from_the_database_as_it_went_in(contact: Recipient) -> None:
    for job in (
        notice.document_job(ORIGIN, contact, ABOUT, ISSUED, texts=TEXTS, at=AT),
        notice.turned_down_job(
            ORIGIN, contact, ABOUT, NoticeKind.REJECTED, TurnedDown(("kk",), (("other_office", None),), "x", AT), texts=TEXTS, at=AT
        ),
        ended(contact, SUPERSEDED),
        ended(contact, VOIDED),
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


def test_a_document_goes_again_to_whom_it_went_and_to_nobody_else() -> None:
    sent = notice.document_job(ORIGIN, CITIZEN, ABOUT, ISSUED, texts=TEXTS, at=AT)
    later = replace(ORIGIN, message_id="01920000-0000-7000-8000-000000000002")
    assert notice.document_again_job(later, CITIZEN, sent, is_proven=False, at=AT) is None, "it has not been sent once"
    done = replace(sent, state=JobState.DONE)
    again = notice.document_again_job(later, CITIZEN, done, is_proven=False, at=AT)
    assert again is not None
    assert (again.message, again.document_id, again.state) == (sent.message, ISSUED.document_id, JobState.READY)
    assert again.key != sent.key
    assert notice.document_again_job(later, replace(CITIZEN, address="6289999999999"), done, is_proven=False, at=AT) is None
    assert notice.document_again_job(later, ADAPTER, replace(done, channel=Channel.ADAPTER), is_proven=False, at=AT) is None


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.DISCARDED])
def test_a_document_goes_again_to_whoever_is_proven_to_be_the_applicant_wherever_it_went(state: JobState) -> None:
    sent = notice.document_job(ORIGIN, CITIZEN, ABOUT, ISSUED, texts=TEXTS, at=AT)
    later = replace(ORIGIN, message_id="01920000-0000-7000-8000-000000000002")
    there = replace(CITIZEN, address="6289999999999", last_inbound_at=AT)
    assert notice.document_again_job(later, there, sent, is_proven=True, at=AT) is None, "it is on its way"
    again = notice.document_again_job(later, there, replace(sent, state=state), is_proven=True, at=AT)
    assert again is not None
    assert (again.address, again.lane, again.known_at) == ("6289999999999", "whatsapp:6289999999999", AT)
