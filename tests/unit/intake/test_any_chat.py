"""Whatever people send in whatever order, in any service: no draft is lost, every message is answered, nothing breaks."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.answers import OpenQuestion
from services.intake.domain.chat import (
    Act,
    Conversation,
    Draft,
    EditedEarlier,
    FilesDropped,
    FormCompleted,
    OtherContent,
    Say,
    Stage,
)
from services.intake.domain.conversation import decide
from services.intake.domain.drafts import drafts_of
from services.intake.domain.files import FileTrouble, RefusedFile, UnfetchedFile
from services.intake.domain.filled_form import FilledForm
from services.intake.domain.mending import mending_draft, offer_mending
from services.intake.domain.words import Intent, Meaning
from tests.unit.intake.talks import AT, BY_TYPE, KK, MENU, NIK, SERVICES, TEXTS, WORDS, WORLD, photo, question_of, spoken

TYPED = st.one_of(
    st.sampled_from(
        [
            "halo",
            "menu",
            "ya",
            "tidak",
            "salah",
            "ulang",
            "lanjut",
            "lupa",
            "sama",
            "kk rusak",
            "mulai baru",
            "kirim ulang",
            "status",
            "bantuan",
            "kembali",
            "ubah 1",
            "ubah 19",
            "ubah",
            "lewati",
            "perbaiki",
            "batal",
        ]
    ),
    st.sampled_from([*BY_TYPE.values(), NIK, KK, f"nik {NIK} kk {KK}", "legalisir", "akta lahir", "kk pisah", "apa", "1", "2", "3"]),
    st.text(max_size=30),
).map(WORDS.read_text)
OTHERS = st.sampled_from([OtherContent(), UnfetchedFile(), EditedEarlier(), *(RefusedFile(trouble) for trouble in FileTrouble)])
PRESSED = st.builds(
    Intent,
    st.sampled_from(Meaning),
    service=st.sampled_from(["", *SERVICES, "legalisir", "none"]),
    number=st.integers(0, 40),
    topic=st.sampled_from(["", *SERVICES, "nik", "kk_number", "ktp", "surat_kehilangan", "witnesses[0].nik", "+9", "MDN-7K4Q-9F2X"]),
    is_pressed=st.booleans(),
)
RIGHT = "the right answer"
ACTS = st.one_of(st.just(RIGHT), st.just(RIGHT), st.just(RIGHT), st.just(RIGHT), TYPED, OTHERS, PRESSED, st.integers(1, 60).map(photo))
SPECIAL = {"nik": NIK, "kk_number": KK, "length_cm": "49"}
ENDS = {"cancelled", "cancelled_mending", "already_open"}
TAKES_BACK = {Meaning.BACK, Meaning.CHANGE, Meaning.NO}


def right(question: OpenQuestion | None, number: int) -> Act:
    """What the open question wants."""
    if question is None:
        return Intent(Meaning.CONFIRM)
    if question.takes_file:
        return photo(1000 + number)
    return WORDS.read_text("ya" if question.asks_more else SPECIAL.get(question.name) or BY_TYPE[question.field.type])


def check(before: Conversation, act: Act, number: int) -> Conversation:
    after, facts = decide(before, act, replace(WORLD, wamid=f"w-{number}"))
    texts = {fact.text for fact in facts if isinstance(fact, Say)}
    filed = [fact.draft for fact in facts if isinstance(fact, FormCompleted)]
    is_left = before.assistance.leaves_to_officers(AT)
    assert is_left or any(not isinstance(fact, FilesDropped) for fact in facts) or isinstance(act, EditedEarlier)
    assert len(spoken(facts)) <= 4096
    assert all(0 < len(button.title) <= 20 for button in TEXTS.join([fact for fact in facts if isinstance(fact, Say)])[1])
    assert (after.stage is Stage.MENU) == (after.draft is None)
    if after.stage is not Stage.RETURNED:
        assert (after.stage is Stage.CONFIRMING) == (after.draft is not None and question_of(after) is None)
    if filed or ENDS & texts:
        assert len(drafts_of(after)) == len(drafts_of(before)) - 1
    else:
        kept = {draft.service: draft for draft in drafts_of(after)}
        assert len(kept) == len(drafts_of(after))
        for draft in drafts_of(before):
            assert kept[draft.service].began_at == draft.began_at
            if not (isinstance(act, Intent) and act.meaning in TAKES_BACK):
                assert draft.answers.keys() <= kept[draft.service].answers.keys()
                assert set(draft.attachments) <= set(kept[draft.service].attachments)
    for draft in filed:
        form = MENU.forms[draft.service]
        documents = {file.field: {"file_id": file.file_id, "kind": file.kind} for file in draft.attachments}
        assert form.read({**draft.answers, **documents}, WORLD.today)[1] == ()
    return after


@given(st.sampled_from(SERVICES), st.lists(ACTS, max_size=60))
def test_no_draft_is_lost(service: str, acts: list[Act | str]) -> None:
    conversation = check(Conversation("c-1"), WORDS.read_choice(f"service:{service}", ""), 0)
    for number, act in enumerate(acts, start=1):
        conversation = check(conversation, right(question_of(conversation), number) if isinstance(act, str) else act, number)


PLACES = st.one_of(st.sampled_from([field.name for service in SERVICES for field in MENU.forms[service].fields]), st.text(max_size=20))
REASONS = st.builds(
    lambda name, rest: f"name_differs:answers.{name}{rest}", PLACES, st.sampled_from(["", "[0]", "[1].nik", "[0].name", "[99]"])
)


@given(st.sampled_from(SERVICES), st.lists(REASONS, max_size=4), st.lists(ACTS, max_size=20))
def test_no_mending_is_lost_whatever_the_reasons_name(service: str, reasons: list[str], acts: list[Act | str]) -> None:
    form = MENU.forms[service]
    draft = mending_draft("r-1", FilledForm(service, form.version, {"nik": NIK, "kk_number": KK}, ()), form, reasons, AT)
    assert isinstance(draft, Draft)
    conversation = offer_mending(Conversation("c-1"), draft, AT)
    for number, act in enumerate(acts, start=1):
        conversation = check(conversation, right(question_of(conversation), number) if isinstance(act, str) else act, number)
