"""Edits and deletions: an answer of the open draft counts as it stands in the chat; what was filed does not change."""

from dataclasses import replace

from services.intake.domain.chat import Act, Conversation, EditedAnswer, FilesDropped, Revoked, Stage
from services.intake.domain.conversation import decide
from services.intake.domain.correcting import paths_of
from tests.unit.intake.talks import KK, NIK, WORDS, WORLD, begun, photo, question_of, said

OTHER_NIK = "3519085904900002"


def told(conversation: Conversation, *acts: tuple[str, Act | str]) -> Conversation:
    """Messages with their ids."""
    for wamid, act in acts:
        read = WORDS.read_text(act) if isinstance(act, str) else act
        conversation, _ = decide(conversation, read, replace(WORLD, wamid=wamid))
    return conversation


def edited(conversation: Conversation, wamid: str, text: str) -> tuple[Conversation, list[str]]:
    act = EditedAnswer(paths_of(conversation, wamid), WORDS.read_text(text))
    after, facts = decide(conversation, act, replace(WORLD, wamid=wamid))
    return after, said(facts)


ANSWERED = told(begun("kk_hilang"), ("w-1", NIK), ("w-2", KK))
COMPLETE = told(ANSWERED, ("w-3", photo(1)), ("w-4", photo(2)))


def test_an_edited_answer_counts_in_place_of_the_one_before() -> None:
    after, texts = edited(ANSWERED, "w-1", OTHER_NIK)
    assert texts[0] == "edit_taken"
    assert after.draft is not None
    assert after.draft.answers == {"nik": OTHER_NIK, "kk_number": KK}
    assert question_of(after) == question_of(ANSWERED), "the question that was open is asked again"
    again, _ = edited(after, "w-1", NIK)
    assert again.draft is not None
    assert again.draft.answers["nik"] == NIK


def test_an_edit_beside_the_summary_shows_the_new_summary() -> None:
    assert COMPLETE.stage is Stage.CONFIRMING
    after, texts = edited(COMPLETE, "w-1", OTHER_NIK)
    assert texts == ["edit_taken", "summary"]
    assert after.stage is Stage.CONFIRMING
    assert after.draft is not None
    assert len(after.draft.attachments) == 2


def test_an_edit_that_is_no_answer_leaves_the_one_before() -> None:
    after, texts = edited(COMPLETE, "w-1", "eh salah")
    assert texts == ["edit_unclear", "summary"]
    assert (after.draft, after.stage) == (COMPLETE.draft, COMPLETE.stage)


def test_a_deleted_photo_is_not_used_and_asked_for_again() -> None:
    paths = paths_of(COMPLETE, "w-9", "f-1")
    after, facts = decide(COMPLETE, Revoked(paths), WORLD)
    assert FilesDropped(("f-1",)) in facts
    assert said(facts)[0] == "revoked"
    assert after.draft is not None
    assert [file.file_id for file in after.draft.attachments] == ["f-2"]
    question = question_of(after)
    assert question is not None
    assert question.name == "surat_kehilangan"


def test_a_deleted_answer_is_asked_again() -> None:
    after, facts = decide(COMPLETE, Revoked(paths_of(COMPLETE, "w-1")), WORLD)
    assert said(facts)[0] == "revoked"
    assert after.draft is not None
    assert after.draft.answers == {"kk_number": KK}


def test_a_deleted_message_of_which_nothing_was_taken_is_passed_over() -> None:
    for conversation in (Conversation("c-1"), COMPLETE):
        assert paths_of(conversation, "w-77", "f-77") == ()
        assert decide(conversation, Revoked(()), WORLD)[1] == ()


def test_two_numbers_of_one_message_are_both_read_anew() -> None:
    both = told(begun("kk_hilang"), ("w-1", f"nik {NIK} kk {KK}"))
    assert set(paths_of(both, "w-1")) == {"nik", "kk_number"}
    after, _ = edited(both, "w-1", OTHER_NIK)
    assert after.draft is not None
    assert after.draft.answers == {"nik": OTHER_NIK}, "the other number is asked again"


def test_what_was_given_for_another_draft_is_not_changed_by_an_edit() -> None:
    ended = told(ANSWERED, ("w-5", "batal"))
    assert ended.sources == ()
    assert paths_of(told(ended, ("w-6", "kk rusak")), "w-1") == ()


def test_while_an_officer_is_awaited_it_counts_without_a_word() -> None:
    waiting = told(ANSWERED, ("w-7", "petugas"))
    after, texts = edited(waiting, "w-1", OTHER_NIK)
    assert texts == []
    assert after.draft is not None
    assert after.draft.answers["nik"] == OTHER_NIK
    assert after.assistance == waiting.assistance
    after, facts = decide(told(COMPLETE, ("w-7", "petugas")), Revoked(paths_of(COMPLETE, "", "f-1")), WORLD)
    assert facts == (FilesDropped(("f-1",)),)
