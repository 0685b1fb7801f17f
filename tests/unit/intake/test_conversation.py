"""The dialogue as a state machine: every transition that matters, and that no chat can get stuck."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.chat import (
    Act,
    Conversation,
    DialogueContext,
    Fact,
    FilesDropped,
    FormCompleted,
    OfficerCalled,
    OpenRequest,
    OtherContent,
    Say,
    Stage,
    StatusAsked,
)
from services.intake.domain.conversation import decide
from services.intake.domain.drafts import DRAFT_LIFETIME, awaits_file, current_question
from services.intake.domain.files import FileTrouble, RefusedFile, SentFile, UnfetchedFile
from services.intake.domain.forms import ServiceMenu
from services.intake.domain.words import Intent, Meaning
from services.intake.wiring import TEMPLATES, read_texts, read_vocabulary
from shared.reference.catalogue import catalogue

NIK, KK = "3519081708850003", "3519081203100007"
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
DESK = ServiceMenu.of(catalogue(), ("kk_hilang", "kk_rusak"))
WORDS = read_vocabulary(TEMPLATES / "words.toml", DESK)
TEXTS = read_texts(TEMPLATES)
TODAY = date(2026, 11, 24)
WORLD = DialogueContext(DESK, AT, TODAY, is_linked=True)
NEW = Conversation("c-1")


def photo(number: int) -> SentFile:
    return SentFile(f"f-{number}", "image/jpeg", 100, f"{number:064x}")


def talk(conversation: Conversation, *acts: Act | str, context: DialogueContext = WORLD) -> tuple[Conversation, tuple[Fact, ...]]:
    """Several messages in a row; the facts of the last."""
    facts: tuple[Fact, ...] = ()
    for act in acts:
        conversation, facts = decide(conversation, WORDS.read_text(act) if isinstance(act, str) else act, context)
    return conversation, facts


def said(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.text for fact in facts if isinstance(fact, Say | OfficerCalled)]


ASKED_NIK = talk(NEW, "kk hilang")[0]
ASKED_KK = talk(ASKED_NIK, NIK)[0]
ASKED_LETTER = talk(ASKED_KK, KK)[0]
ASKED_KTP = talk(ASKED_LETTER, photo(1))[0]
COMPLETE = talk(ASKED_KTP, photo(2))[0]
EVERYWHERE = [NEW, ASKED_NIK, ASKED_KK, ASKED_LETTER, ASKED_KTP, COMPLETE]


def test_the_way_through_the_form() -> None:
    asks = [current_question(conversation, DESK, TODAY) for conversation in EVERYWHERE]
    assert [ask.name if ask else None for ask in asks] == [None, "nik", "kk_number", "surat_kehilangan", "ktp", None]
    assert [conversation.stage for conversation in EVERYWHERE] == [Stage.MENU, *[Stage.ASKING] * 4, Stage.CONFIRMING]
    after, facts = talk(COMPLETE, "ya")
    (completed,) = facts
    assert isinstance(completed, FormCompleted)
    assert completed.draft.answers == {"nik": NIK, "kk_number": KK}
    assert [file.kind for file in completed.draft.attachments] == ["surat_kehilangan", "ktp"]
    assert (after.stage, after.draft) == (Stage.MENU, None)


@pytest.mark.parametrize(
    ("conversation", "act", "expected"),
    [
        (ASKED_NIK, "12345", "wrong_nik_not_16_digits"),
        (ASKED_NIK, "3519083202850003", "wrong_nik_date_impossible"),
        (ASKED_NIK, "3519081708850000", "wrong_nik_serial_zero"),
        (ASKED_NIK, UnfetchedFile(), "wants_text"),
        (ASKED_NIK, RefusedFile(FileTrouble.TOO_LARGE), "wants_text"),
        (ASKED_NIK, OtherContent("voice"), "kind.voice"),
        (ASKED_NIK, "ya", "missing"),
        (ASKED_KK, "satu dua tiga", "wrong_kk_not_16_digits"),
        (ASKED_KK, "3519083299100007", "wrong_kk_date_impossible"),
        (ASKED_KK, "kirim", "missing"),
        (ASKED_LETTER, NIK, "wants_document"),
        (ASKED_LETTER, OtherContent("video"), "kind.video"),
        (ASKED_LETTER, RefusedFile(FileTrouble.WRONG_TYPE), "file_wrong_type"),
        (ASKED_LETTER, RefusedFile(FileTrouble.TOO_LARGE), "file_too_large"),
        (ASKED_LETTER, RefusedFile(FileTrouble.NOT_READABLE), "file_not_readable"),
        (ASKED_LETTER, replace(photo(1), media_type="image/gif"), "file_wrong_type"),
        (ASKED_LETTER, "oke", "missing"),
        (ASKED_KTP, photo(1), "file_same_file"),
        (COMPLETE, "mungkin", "wants_confirm"),
        (COMPLETE, photo(3), "wants_confirm"),
        (COMPLETE, OtherContent(), "kind.unknown"),
        (NEW, "apa saja", "not_understood"),
        (NEW, photo(1), "file_without_draft"),
        (NEW, OtherContent("hologram"), "kind.hologram"),
        (NEW, "batal", "nothing_to_cancel"),
        (NEW, "ya", "nothing_to_confirm"),
        (NEW, "akta kelahiran", "service_not_open"),
        (NEW, "status MDN-2222-2223", "receipt_wrong"),
    ],
)
def test_what_does_not_fit_gets_a_sentence_and_changes_nothing(conversation: Conversation, act: Act | str, expected: str) -> None:
    after, facts = talk(conversation, act)
    assert said(facts)[0] == expected
    assert (after.stage, after.draft) == (conversation.stage, conversation.draft)


@pytest.mark.parametrize("conversation", EVERYWHERE[1:])
@pytest.mark.parametrize("act", ["halo", "menu", "lanjut", "kk hilang"])
def test_a_repeated_chat_joins_the_open_draft(conversation: Conversation, act: str) -> None:
    after, facts = talk(conversation, act)
    assert (after.stage, after.draft) == (conversation.stage, conversation.draft)
    assert said(facts)[0] == "resume"
    assert len(said(facts)) == 2


@pytest.mark.parametrize("conversation", EVERYWHERE)
@pytest.mark.parametrize("act", ["status", "bantuan", "legalisir", "mau rekam ktp dong"])
def test_a_question_on_the_way_loses_nothing(conversation: Conversation, act: str) -> None:
    after, facts = talk(conversation, act)
    assert (after.stage, after.draft) == (conversation.stage, conversation.draft)
    assert facts


@pytest.mark.parametrize("conversation", EVERYWHERE[1:])
def test_batal_drops_the_draft_and_its_files(conversation: Conversation) -> None:
    after, facts = talk(conversation, "batal")
    assert (after.stage, after.draft) == (Stage.MENU, None)
    assert said(facts) == ["cancelled"]
    dropped = [file_id for fact in facts if isinstance(fact, FilesDropped) for file_id in fact.file_ids]
    kept = conversation.draft.attachments if conversation.draft else ()
    assert dropped == [file.file_id for file in kept]


def test_an_in_person_service_is_refused_with_place_and_hours() -> None:
    _, facts = talk(NEW, "mau legalisir akta")
    (fact,) = facts
    assert isinstance(fact, Say)
    assert fact.text == "in_person_spared"
    text = TEXTS.say(fact)
    assert "tidak perlu dilegalisir" in text.split("Tempat:")[0], "most papers need none: that comes first (Permendagri 104/2019)"
    assert "Mal Pelayanan Publik" in text
    assert "Senin" in text


@pytest.mark.parametrize(("conversation", "act"), [(ASKED_NIK, NIK), (COMPLETE, "ya")])
def test_who_has_an_open_request_is_shown_its_receipt(conversation: Conversation, act: str) -> None:
    context = replace(WORLD, open_requests=(OpenRequest("kk_hilang", NIK, "MDN-7K4Q-9F2X"),))
    after, facts = talk(conversation, act, context=context)
    assert (after.stage, after.draft, said(facts)) == (Stage.MENU, None, ["already_open"])


def test_an_open_request_of_another_person_is_no_hindrance() -> None:
    context = replace(WORLD, open_requests=(OpenRequest("kk_hilang", "3519084502880004", "MDN-7K4Q-9F2X"),))
    assert said(talk(ASKED_NIK, NIK, context=context)[1]) == ["kk_hilang.kk_number.ask"]


def test_who_is_linked_to_nobody_is_asked_for_a_selfie_once_and_last() -> None:
    stranger = replace(WORLD, is_linked=False)
    conversation, facts = talk(NEW, "kk hilang", NIK, KK, photo(1), photo(2), context=stranger)
    assert said(facts) == ["kk_hilang.selfie_ktp.ask"]
    assert awaits_file(conversation, DESK, TODAY)
    assert "KTP-el" in TEXTS.say(next(fact for fact in facts if isinstance(fact, Say)))
    assert said(talk(conversation, "ya", context=stranger)[1]) == ["missing", "kk_hilang.selfie_ktp.ask"]
    assert said(talk(conversation, photo(2), context=stranger)[1]) == ["file_same_file"]
    complete, facts = talk(conversation, photo(3), context=stranger)
    assert said(facts) == ["summary"]
    after, facts = talk(complete, "ya", context=stranger)
    (filed,) = (fact for fact in facts if isinstance(fact, FormCompleted))
    assert [file.kind for file in filed.draft.attachments] == ["surat_kehilangan", "ktp", "selfie_ktp"]
    assert after.stage is Stage.MENU


def test_whether_a_selfie_is_asked_is_settled_when_the_draft_begins() -> None:
    begun = talk(NEW, "kk hilang", NIK, KK, photo(1), context=replace(WORLD, is_linked=False))[0]
    assert said(talk(begun, photo(2))[1]) == ["kk_hilang.selfie_ktp.ask"]
    linked = talk(NEW, "kk hilang", NIK, KK, photo(1))[0]
    assert said(talk(linked, photo(2), context=replace(WORLD, is_linked=False))[1]) == ["summary"]


def test_at_its_limit_a_chat_begins_nothing_and_loses_nothing() -> None:
    full = replace(WORLD, is_at_limit=True)
    after, facts = talk(NEW, "kk hilang", context=full)
    assert (after.draft, said(facts)) == (None, ["limit_reached"])
    after, facts = talk(COMPLETE, "ya", context=full)
    assert (after.draft, after.stage, said(facts)) == (COMPLETE.draft, Stage.CONFIRMING, ["limit_reached_later"])
    assert any(isinstance(fact, FormCompleted) for fact in talk(after, "ya")[1])


def test_the_place_is_that_of_the_first_message() -> None:
    later = replace(WORLD, at=AT + timedelta(hours=5), outreach_source="poster")
    after, _ = talk(ASKED_NIK, "halo", NIK, context=later)
    assert after.draft is not None
    assert after.draft.began_at == AT
    assert after.draft.outreach_source is None
    assert after.touched_at == later.at


def test_a_draft_ends_after_a_week_of_silence_and_not_before() -> None:
    on_time = replace(WORLD, at=AT + DRAFT_LIFETIME)
    assert said(talk(ASKED_KTP, "halo", context=on_time)[1])[0] == "resume"
    late = replace(WORLD, at=AT + DRAFT_LIFETIME + timedelta(seconds=1))
    after, facts = talk(ASKED_KTP, "halo", context=late)
    assert facts[0] == FilesDropped(("f-1",))
    assert (after.draft, said(facts)) == (None, ["draft_expired", "menu"])
    assert said(talk(after, "halo", context=late)[1]) == ["menu"]


def test_time_never_runs_backwards_in_a_chat() -> None:
    earlier = replace(WORLD, at=AT - timedelta(hours=1))
    assert talk(ASKED_NIK, NIK, context=earlier)[0].touched_at == AT


def test_a_service_that_was_taken_off_the_menu_lets_its_drafts_finish() -> None:
    closed = replace(WORLD, menu=ServiceMenu.of(catalogue(), ("kk_rusak",)))
    assert said(talk(ASKED_LETTER, "halo", context=closed)[1]) == ["resume", "kk_hilang.surat_kehilangan.ask"]
    after, facts = talk(COMPLETE, "ya", context=closed)
    assert after.draft is None
    assert any(isinstance(fact, FormCompleted) for fact in facts)
    assert said(talk(after, "kk hilang", context=closed)[1]) == ["service_not_open"]


def test_a_service_that_is_no_more_ends_its_draft() -> None:
    without = replace(catalogue(), services={code: service for code, service in catalogue().services.items() if code != "kk_hilang"})
    gone = replace(WORLD, menu=ServiceMenu.of(without, ("kk_rusak",)))
    for conversation, act in ((ASKED_LETTER, "halo"), (ASKED_LETTER, NIK), (COMPLETE, "ya")):
        after, facts = talk(conversation, act, context=gone)
        assert (after.draft, said(facts)) == (None, ["menu"])


def test_files_are_awaited_as_long_as_a_document_is_missing() -> None:
    assert [awaits_file(conversation, DESK, TODAY) for conversation in EVERYWHERE] == [False, True, True, True, True, False]


@pytest.mark.parametrize("conversation", EVERYWHERE[1:])
def test_after_the_status_the_open_question_is_asked_again(conversation: Conversation) -> None:
    after, facts = talk(conversation, "status")
    assert after == conversation
    assert facts[0] == StatusAsked(None)
    assert said(facts[1:]) == said(talk(conversation, "lanjut")[1])[1:], "without being told again what is filled in"


def test_a_second_confirm_tells_the_status() -> None:
    context = replace(WORLD, open_requests=(OpenRequest("kk_hilang", NIK, "MDN-7K4Q-9F2X"),))
    assert talk(NEW, "ya", context=context)[1] == (StatusAsked(None),)


_ACTS = st.one_of(
    st.sampled_from(["halo", "menu", "batal", "ya", "status", "kk hilang", "kk rusak", "legalisir", NIK, KK, "apa", "1", "2"]).map(
        WORDS.read_text
    ),
    st.integers(1, 3).map(photo),
    st.sampled_from([OtherContent(), UnfetchedFile(), *(RefusedFile(trouble) for trouble in FileTrouble)]),
    st.text(max_size=40).map(WORDS.read_text),
    st.builds(Intent, st.sampled_from(Meaning), service=st.sampled_from(["", "kk_hilang", "legalisir", "none"])),
)


@given(st.lists(_ACTS, max_size=25))
def test_whatever_people_send_every_message_is_answered_and_nothing_breaks(acts: list[Act]) -> None:
    conversation = NEW
    for act in acts:
        is_left = conversation.assistance.leaves_to_officers(WORLD.at)
        conversation, facts = decide(conversation, act, WORLD)
        assert is_left or any(not isinstance(fact, FilesDropped) for fact in facts)
        for fact in facts:
            if isinstance(fact, Say):
                assert TEXTS.say(fact)
                assert len(fact.buttons) <= 3
                assert all(0 < len(button.title) <= 20 for button in TEXTS.join([fact])[1])
            if isinstance(fact, FormCompleted):
                assert fact.draft.answers.keys() == {"nik", "kk_number"}
                assert len(fact.draft.attachments) == 2
        assert (conversation.stage is Stage.MENU) == (conversation.draft is None)
        assert (conversation.stage is Stage.CONFIRMING) == (
            conversation.draft is not None and current_question(conversation, DESK, TODAY) is None
        )
