"""A returned request is mended in the chat: what the officer named is asked again, everything else stays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.intake.domain.chat import Act, Conversation, Draft, FilesDropped, FormCompleted, MendAsked, OtherContent, Stage
from services.intake.domain.drafts import DRAFT_LIFETIME, awaits_file
from services.intake.domain.filled_form import FilledForm
from services.intake.domain.mending import mending_draft, offer_mending
from tests.unit.intake.talks import AT, KK, MENU, NIK, TODAY, WORLD, begun, completed, photo, said, spoken, talk, walk

MAIN = {"nik": NIK, "kk_number": KK, "weight_grams": "3200", "length_cm": "49", "parents": "1"}
OTHER = "3519084502880004"


def filed(service: str) -> Draft:
    return completed(walk(begun(service, replace(WORLD, is_linked=False)), MAIN, replace(WORLD, is_linked=False))[0]).draft


def returned(service: str, *reasons: str) -> Conversation:
    """The chat of somebody whose request came back."""
    draft, form = filed(service), MENU.forms[service]
    filled = FilledForm(service, form.version, form.values(draft.answers), draft.attachments)
    return offer_mending(Conversation("c-1"), mending_draft("r-1", filled, form, reasons, AT), AT)


def mended(conversation: Conversation) -> Draft:
    draft = completed(conversation).draft
    assert draft.mends == "r-1"
    return draft


@pytest.mark.parametrize(
    ("service", "field", "asked"),
    [
        ("kk_hilang", "answers.nik", ["nik"]),
        ("kk_hilang", "answers.surat_kehilangan", ["surat_kehilangan"]),
        ("kk_hilang", "answers.selfie_ktp", ["selfie_ktp"]),
        ("akta_lahir", "answers.born_on", ["born_on"]),
        ("akta_lahir", "answers.witnesses[1].nik", ["witnesses.nik"]),
        ("akta_lahir", "answers.witnesses[0]", ["witnesses.nik", "witnesses.name"]),
        ("akta_lahir", "answers.witnesses", ["witnesses.nik", "witnesses.name"] * 2),
        ("kk_baru", "answers.others", ["others[]"]),
        ("kk_pisah", "answers.leaving", ["leaving.nik", "leaving.relation", "leaving[]"]),
    ],
)
def test_exactly_what_the_reason_names_is_asked_and_the_rest_stays(service: str, field: str, asked: list[str]) -> None:
    before = filed(service)
    conversation, facts = talk(returned(service, f"name_differs:{field}"), "halo")
    assert said(facts)[0] == "resume_returned"
    assert "tidak sama" in spoken(facts)
    conversation, names = walk(conversation, MAIN)
    assert names == asked
    draft = mended(conversation)
    assert draft.answers.keys() == before.answers.keys()
    assert {file.field for file in draft.attachments} == {file.field for file in before.attachments}


def test_a_paper_that_was_passed_over_is_asked_for_when_it_is_needed() -> None:
    draft, form = filed("kia_baru"), MENU.forms["kia_baru"]
    papers = tuple(file for file in draft.attachments if file.field != "akta_kelahiran")
    filled = FilledForm("kia_baru", form.version, form.values(draft.answers), papers)
    mends = mending_draft("r-1", filled, form, ["certificate_paper_needed:answers.akta_kelahiran"], AT)
    conversation, names = walk(talk(offer_mending(Conversation("c-1"), mends, AT), "halo")[0], MAIN)
    assert names == ["akta_kelahiran"]
    assert {file.field for file in mended(conversation).attachments} == {file.field for file in draft.attachments}


def test_the_mended_answer_takes_the_place_of_the_old_one() -> None:
    conversation, _ = talk(returned("akta_lahir", "name_differs:answers.witnesses[1].nik"), "halo", OTHER)
    before, after = filed("akta_lahir"), mended(conversation)
    assert after.answers["witnesses"][1] == {**before.answers["witnesses"][1], "nik": OTHER}
    assert {**after.answers, "witnesses": None} == {**before.answers, "witnesses": None}


@pytest.mark.parametrize(
    "reason", ["office_asks", "office_asks:answers.no_such_field", "office_asks:answers.witnesses[x]", "x:decision.husband.nik"]
)
def test_a_reason_without_a_field_asks_for_the_whole_to_be_confirmed(reason: str) -> None:
    conversation, facts = talk(returned("kk_hilang", reason), "halo")
    assert said(facts) == ["resume_returned", "summary"]
    assert conversation.stage is Stage.CONFIRMING
    conversation, _ = talk(conversation, "ubah 1", OTHER)
    assert mended(conversation).answers["nik"] == OTHER


@pytest.mark.parametrize("act", ["halo", "menu", "terima kasih", "ya", "kembali", "ubah 2", "ulang", "lewati", OtherContent(), "perbaiki"])
def test_whatever_is_written_next_goes_on_with_the_mending(act: Act | str) -> None:
    conversation, facts = talk(returned("kk_hilang", "nik_not_in_kk:answers.nik"), act)
    assert said(facts) == ["resume_returned", "kk_hilang.nik.ask"]
    assert conversation.stage is Stage.ASKING
    assert said(talk(conversation, OTHER)[1]) == ["summary"]


def test_the_right_number_or_photo_needs_no_question_first() -> None:
    _, facts = talk(returned("kk_hilang", "nik_not_in_kk:answers.nik"), f"nik saya {OTHER}")
    assert said(facts) == ["summary"]
    conversation = returned("kk_hilang", "document_not_readable:answers.ktp")
    assert awaits_file(conversation, MENU, TODAY)
    assert said(talk(conversation, photo(77))[1]) == ["summary"]


def test_a_draft_that_is_open_goes_first_and_perbaiki_comes_after_it() -> None:
    busy, _ = talk(Conversation("c-1"), "kk rusak", NIK)
    waiting = returned("kk_hilang", "nik_not_in_kk:answers.nik").draft
    assert waiting is not None
    kept = offer_mending(busy, waiting, AT)
    assert (kept.draft, kept.parked) == (busy.draft, (waiting,))
    assert said(talk(busy, "perbaiki")[1])[0] == "resume"
    mending, facts = talk(kept, "perbaiki")
    assert said(facts)[0] == "resume_returned"
    assert (mending.draft, mending.parked) == (waiting, (busy.draft,))
    assert offer_mending(talk(Conversation("c-1"), "kk hilang")[0], waiting, AT).parked == ()
    assert talk(Conversation("c-1"), "perbaiki")[1] == (MendAsked(),)


def test_a_draft_of_the_same_service_that_was_kept_is_never_one_of_two() -> None:
    kept, _ = talk(Conversation("c-1"), "kk hilang", NIK, "kk rusak", "mulai baru", "batal")
    assert [draft.service for draft in kept.parked] == ["kk_hilang"]
    waiting = returned("kk_hilang", "nik_not_in_kk:answers.nik").draft
    assert waiting is not None
    assert offer_mending(kept, waiting, AT) == kept


def test_cancelling_the_mending_drops_no_file_of_the_request() -> None:
    conversation, facts = talk(returned("kk_hilang", "document_not_readable:answers.ktp"), photo(78), "batal")
    assert conversation.draft is None
    assert said(facts) == ["cancelled_mending"]
    assert not any(isinstance(fact, FilesDropped) for fact in facts)


def test_neither_todays_limit_nor_the_request_itself_stands_in_the_way() -> None:
    full = replace(WORLD, is_at_limit=True)
    conversation, _ = talk(returned("kk_hilang", "nik_not_in_kk:answers.nik"), NIK, context=full)
    assert any(isinstance(fact, FormCompleted) for fact in talk(conversation, "kirim", context=full)[1])


def test_a_mending_that_nobody_comes_back_to_ends_after_a_week_and_not_before() -> None:
    waiting = returned("kk_hilang", "nik_not_in_kk:answers.nik")
    in_time = replace(WORLD, at=AT + DRAFT_LIFETIME)
    assert said(talk(waiting, "halo", context=in_time)[1])[0] == "resume_returned"
    late = replace(WORLD, at=AT + DRAFT_LIFETIME + timedelta(seconds=1))
    assert said(talk(waiting, "halo", context=late)[1]) == ["menu"]
