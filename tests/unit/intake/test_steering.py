"""How people steer a chat: yes and no in their words, back, change, again, other wishes, several drafts, what was sent, old buttons."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.chat import (
    Conversation,
    Fact,
    FilesDropped,
    FormCompleted,
    KkNumberUnknown,
    OpenRequest,
    ResendAsked,
    Say,
    Stage,
)
from services.intake.domain.conversation import decide
from services.intake.domain.drafting import kk_number_told
from services.intake.domain.drafts import DRAFT_LIFETIME, carry_over, drafts_of
from services.intake.domain.parking import MOST_DRAFTS
from services.intake.domain.words import Meaning
from tests.unit.intake.talks import AT, BY_TYPE, KK, NIK, TEXTS, WORDS, WORLD, begun, photo, question_of, said, spoken, talk, walk

NEW = Conversation("c-1")
ASKED_KK = talk(begun("kk_hilang"), NIK)[0]
COMPLETE = walk(begun("kk_hilang"), {"nik": NIK, "kk_number": KK})[0]
RETURNED = replace(COMPLETE, stage=Stage.RETURNED)
STAGES = [NEW, begun("kk_hilang"), ASKED_KK, talk(ASKED_KK, KK)[0], COMPLETE, RETURNED]
RECEIPT = "MDN-7K4Q-9F2X"
SENT = replace(WORLD, open_requests=(OpenRequest("kk_hilang", "somebody else", RECEIPT),))


def rows(facts: tuple[Fact, ...]) -> list[str]:
    return [name for name, *_ in TEXTS.rows([fact for fact in facts if isinstance(fact, Say)])]


def press(conversation: Conversation, choice: str) -> tuple[Conversation, tuple[Fact, ...]]:
    return talk(conversation, WORDS.read_choice(choice, "x"))


@pytest.mark.parametrize(
    "yes",
    [
        "ya",
        "nggih pak",
        "sampun leres",
        "iya betul",
        "ok",
        "oke bu",
        "ya pak",
        "sudah benar",
        "inggih sampun",
        "sip",
        "bener pak",
        "nggih leres",
    ],
)
def test_yes_in_the_words_of_people_sends_the_request(yes: str) -> None:
    assert any(isinstance(fact, FormCompleted) for fact in talk(COMPLETE, yes)[1])


@pytest.mark.parametrize("no", ["tidak", "mboten", "mboten pak", "salah", "ada yang salah", "keliru", "belum benar", "ubah", "ora"])
def test_no_to_the_summary_offers_every_answer_for_change(no: str) -> None:
    after, facts = talk(COMPLETE, no)
    assert after.draft == COMPLETE.draft
    assert rows(facts) == ["change:nik", "change:kk_number", "change:surat_kehilangan", "change:ktp"]
    changed, facts = press(after, "change:kk_number")
    assert said(facts) == ["kk_hilang.kk_number.ask"]
    assert said(talk(changed, KK)[1]) == ["summary"]


@pytest.mark.parametrize("no", ["tidak", "mboten pak"])
def test_no_to_what_was_told_begins_nothing(no: str) -> None:
    after, facts = talk(NEW, "pak kartu keluarga saya kecopetan di pasar", no)
    assert (after.draft, said(facts)) == (None, ["no_more"])


@pytest.mark.parametrize("conversation", STAGES)
@pytest.mark.parametrize("word", ["kembali", "ubah", "ulang", "lanjut", "bantuan", "status", "menu", "petugas", "tolong ulangi pak"])
def test_a_word_that_steers_is_heard_in_every_stage_and_loses_nothing(conversation: Conversation, word: str) -> None:
    after, facts = talk(conversation, word)
    assert facts
    assert not [name for name in said(facts) if name.startswith("wrong_")]
    assert len(drafts_of(after)) == len(drafts_of(conversation))


def test_ulang_says_the_question_again() -> None:
    after, facts = talk(ASKED_KK, "ulang")
    assert said(facts) == ["repeated", "kk_hilang.kk_number.ask"]
    assert after.draft == ASKED_KK.draft


def test_an_answer_is_changed_before_the_summary_by_list_by_number_and_by_name() -> None:
    conversation, _ = walk(begun("akta_lahir"), {"nik": NIK, "kk_number": KK, "parents": "1"}, until="weight_grams")
    listed = rows(talk(conversation, "ubah")[1])
    assert len(listed) == 10
    assert listed[-1] == "change:+9"
    assert "change:born_on" in rows(press(conversation, "change:+9")[1])
    for way in (WORDS.read_text("ubah nama anak"), WORDS.read_text("ganti nama anak"), WORDS.read_choice("change:child_name", "Nama anak")):
        changed, facts = talk(conversation, way)
        assert said(facts)[0] == "akta_lahir.child_name.ask"
        changed, _ = talk(changed, "nama anak saya Bintang Wijaya")
        assert changed.draft is not None
        assert changed.draft.answers["child_name"] == "BINTANG WIJAYA"
        question = question_of(changed)
        assert question is not None
        assert question.name == "weight_grams"


def test_another_wish_is_heard_and_both_drafts_stay() -> None:
    conversation, facts = talk(ASKED_KK, "akta kematian")
    assert said(facts) == ["other_wish"]
    assert conversation.draft == ASKED_KK.draft
    conversation, facts = press(conversation, "start:akta_mati")
    assert said(facts)[:2] == ["kept_behind", "akta_mati.start"]
    assert [draft.service for draft in drafts_of(conversation)] == ["akta_mati", "kk_hilang"]
    conversation, facts = talk(conversation, "lanjut")
    assert rows(facts) == ["draft:akta_mati", "draft:kk_hilang"]
    conversation, facts = press(conversation, "draft:kk_hilang")
    assert said(facts) == ["resume", "kk_hilang.kk_number.ask"]
    assert conversation.draft == ASKED_KK.draft
    conversation, facts = talk(conversation, "batal")
    assert said(facts) == ["cancelled", "drafts_left"]
    assert said(talk(conversation, "lanjut")[1])[0] == "resume"


def test_the_typed_words_begin_the_other_wish_too_and_to_go_on_needs_nothing() -> None:
    conversation, _ = talk(ASKED_KK, "ktp saya juga patah pak", "mulai yang baru")
    assert [draft.service for draft in drafts_of(conversation)] == ["ktp_rusak", "kk_hilang"]
    stayed, facts = talk(ASKED_KK, "ktp rusak", KK)
    assert said(facts) == ["kk_hilang.surat_kehilangan.ask"]
    assert len(drafts_of(stayed)) == 1


def test_the_same_service_again_goes_on_with_its_draft() -> None:
    conversation, _ = talk(ASKED_KK, "akta kematian", "mulai baru", "kk hilang")
    conversation, facts = press(conversation, "start:kk_hilang")
    assert conversation.draft == ASKED_KK.draft
    assert [draft.service for draft in drafts_of(conversation)] == ["kk_hilang", "akta_mati"]
    assert said(facts)[0] == "resume"


def test_a_chat_keeps_a_few_drafts_and_says_so() -> None:
    conversation = begun("kk_hilang")
    for service in ("kk_rusak", "ktp_hilang", "ktp_rusak", "akta_lahir", "akta_mati"):
        conversation, facts = press(conversation, f"start:{service}")
    assert len(drafts_of(conversation)) == MOST_DRAFTS
    assert said(facts) == ["too_many_drafts"]
    assert len(rows(facts)) == MOST_DRAFTS


def test_all_drafts_end_by_silence_with_their_files_and_this_is_told_once() -> None:
    conversation, _ = talk(ASKED_KK, KK, photo(1), "akta kematian", "mulai baru")
    late = replace(WORLD, at=AT + DRAFT_LIFETIME + timedelta(seconds=1))
    after, facts = talk(conversation, "halo", context=late)
    assert FilesDropped(("f-1",)) in facts
    assert said(facts) == ["draft_expired", "menu"]
    assert drafts_of(after) == ()
    assert said(talk(after, "halo", context=late)[1]) == ["menu"]


def test_two_chats_of_one_person_become_one_with_the_drafts_of_both() -> None:
    kept, other = carry_over(ASKED_KK, replace(begun("akta_mati"), contact_id="c-2"))
    assert [draft.service for draft in drafts_of(kept)] == ["kk_hilang", "akta_mati"]
    assert drafts_of(other) == ()
    kept, other = carry_over(ASKED_KK, replace(begun("kk_hilang"), contact_id="c-2"))
    assert (len(drafts_of(kept)), len(drafts_of(other))) == (1, 1)


@pytest.mark.parametrize("word", ["batalkan permohonan", "batal", "cabut permohonan"])
def test_what_was_sent_is_taken_back_by_a_person_after_it_was_named(word: str) -> None:
    conversation, facts = talk(NEW, word, context=SENT)
    assert rows(facts) == [f"withdraw:{RECEIPT}", "status"]
    assert conversation.assistance.waiting_since is None
    conversation, facts = talk(conversation, WORDS.read_choice(f"withdraw:{RECEIPT}", "x"), context=SENT)
    assert RECEIPT in spoken(facts)
    assert conversation.assistance.waiting_since is not None
    _, facts = talk(NEW, WORDS.read_choice("withdraw:MDN-2222-2222", "x"), context=SENT)
    assert said(facts) == ["withdraw_which"]


def test_a_draft_is_asked_about_before_a_wish_to_take_something_back_drops_it() -> None:
    after, facts = talk(ASKED_KK, "batalkan permohonan saya", context=SENT)
    assert (after.draft, said(facts)) == (ASKED_KK.draft, ["cancel_sure"])


def test_what_can_be_deleted_is_said_and_a_draft_goes_on() -> None:
    after, facts = talk(ASKED_KK, "tolong hapus data saya pak")
    assert said(facts)[0] == "erase"
    assert "7 hari" in spoken(facts)
    assert "90 hari" in spoken(facts)
    assert after.draft == ASKED_KK.draft


@pytest.mark.parametrize("word", ["kirim ulang", "kirim ulang pdf", "tolong kirim lagi"])
def test_a_document_is_asked_for_again(word: str) -> None:
    assert talk(NEW, word)[1] == (ResendAsked(),)


def test_a_button_of_an_earlier_question_answers_nothing_and_says_so() -> None:
    conversation, _ = walk(begun("akta_lahir"), {"nik": NIK, "kk_number": KK}, until="birth_order")
    after, facts = press(conversation, "answer:L@child_sex")
    assert said(facts)[0] == "answer_stale"
    assert after.draft == conversation.draft
    whole, facts = press(COMPLETE, "answer:L@child_sex")
    assert (whole.draft, said(facts)[0]) == (COMPLETE.draft, "answer_stale")
    assert said(press(NEW, "answer:ya@has_father")[1]) == ["answer_stale_alone"]


def test_a_number_that_nobody_knows_is_found_or_a_person_looks() -> None:
    conversation, facts = talk(ASKED_KK, "lupa nomornya pak")
    assert facts == (KkNumberUnknown(),)
    found, facts = kk_number_told(conversation, KK, WORLD)
    assert said(facts) == ["kk_number_found", "kk_hilang.surat_kehilangan.ask"]
    assert KK not in spoken(facts)
    assert found.draft is not None
    assert found.draft.answers["kk_number"] == KK
    called, facts = kk_number_told(conversation, None, WORLD)
    assert called.assistance.waiting_since is not None
    assert said(facts) == ["kk_number_officer", "officer_turn"]
    assert said(talk(begun("kk_hilang"), "tidak tahu")[1])[:2] == ["unknown_answer", "help_question"]


def test_another_regency_is_told_at_the_number_before_photos() -> None:
    _, facts = talk(ASKED_KK, "3577011203100007")
    assert said(facts) == ["other_regency", "kk_hilang.surat_kehilangan.ask"]
    assert "Kota Madiun" in spoken(facts)
    assert said(talk(ASKED_KK, "9999991203100007")[1]) == ["kk_hilang.surat_kehilangan.ask"], "a region that nobody knows is no reason"


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [*BY_TYPE.values(), NIK, KK, "ya", "tidak", "ubah", "ulang", "lanjut", "kk rusak", "akta kematian", "mulai baru", "lupa"]
            ).map(WORDS.read_text),
            st.sampled_from(
                ["start:kk_rusak", "start:akta_mati", "draft:kk_hilang", "change:nik", "answer:ya@x", "photo:ktp", "confirm", "mend"]
            ).map(lambda choice: WORDS.read_choice(choice, "x")),
            st.integers(1, 9).map(photo),
        ),
        max_size=30,
    )
)
def test_no_chat_is_without_a_way_out(acts: list[object]) -> None:
    conversation = begun("kk_hilang")
    for act in acts:
        is_left = conversation.assistance.leaves_to_officers(WORLD.at)
        conversation, facts = decide(conversation, act, WORLD)  # type: ignore[arg-type]  # one of the acts above
        assert facts or is_left
        called, _ = talk(conversation, "petugas")
        assert called.assistance.waiting_since is not None
        left, _ = talk(conversation, WORDS.read_choice(Meaning.RESUME, "x"))
        for _ in range(MOST_DRAFTS):
            left, _ = talk(left, "batal", WORDS.read_choice(Meaning.RESUME, "x"))
            if left.draft is None and left.parked:
                left, _ = press(left, f"draft:{left.parked[0].service}")
        assert drafts_of(left) == ()
