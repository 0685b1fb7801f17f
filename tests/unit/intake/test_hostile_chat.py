"""Whatever a hostile phone sends, at whatever moment: what goes out fits WhatsApp, a service has one draft, nothing is slow or silent."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.assistance import ChatOfficer, give_back, take
from services.intake.domain.chat import (
    Act,
    AskedQuestion,
    Conversation,
    EditedAnswer,
    EditedEarlier,
    OfficerCalled,
    OpenRequest,
    OtherContent,
    Revoked,
    Say,
    Stage,
)
from services.intake.domain.conversation import decide, given_back
from services.intake.domain.correcting import paths_of
from services.intake.domain.drafts import drafts_of
from services.intake.domain.files import FileTrouble as Trouble
from services.intake.domain.files import RefusedFile, UnfetchedFile
from services.intake.domain.filled_form import FilledForm
from services.intake.domain.mending import mending_draft, offer_mending
from services.intake.domain.words import Meaning
from tests.unit.intake.talks import AT, BY_TYPE, KK, MENU, NIK, SERVICES, TEXTS, WORDS, WORLD, begun, photo, question_of, talk

OFFICER = ChatOfficer("staff-1", "Sari")
RECEIPTS = [f"MDN-2222-22{number}" for number in range(22, 34)]
ODD = st.sampled_from(
    [
        "\u202e3519081708850003", "\uff13\uff15\uff11\uff19", "1\ufe0f\u20e3", "\u2460", "\u00b2", "ubah \u00b2", "ubah \uff12",
        "31\u00b2",
                '=HYPERLINK("x")', "<script>", "{place} {0} {nik!r}", "%s %(a)s", "\x00\x1b[31m", "\u200f", "", " ", ",,;;", "\n" * 4000,
        "a" * 4096,
        "1" * 4096, "Nama: \nNIK: ", "sama, idem", "tidak ya", "nama: Siti\nnik: 3519081708850003", "MDN-2222-2222", "saya kecewa",
        "petugas", "kirim ulang", "hapus data saya", "batalkan permohonan", "perbaiki", "lanjut", "batal", "ya", "kk rusak", "mulai baru",
        "kok minta nik buat apa?", *BY_TYPE.values(), NIK, KK,
    ]
)  # fmt: skip
IDS = st.builds(
    "{}{}{}".format,
    st.sampled_from([*(meaning.value for meaning in Meaning), "", ":", "x"]),
    st.sampled_from(
        ["", ":", *(f":{each}" for each in (*SERVICES, "ya", "nik", "+9", "+\u00b2", "+" + "9" * 50, "x" * 300, "help.cost", *RECEIPTS))]
    ),
    st.sampled_from(["", "@nik", "@relations[]", "@", "@x@y"]),
)
SENT = st.one_of(
    st.just("right"),
    st.just("right"),
    st.tuples(st.just("typed"), st.one_of(ODD, ODD, st.text(max_size=60))),
    st.tuples(st.just("pressed"), IDS, ODD),
    st.tuples(st.just("edited"), st.integers(0, 40), ODD),
    st.tuples(st.just("revoked"), st.integers(0, 40)),
    st.tuples(st.just("photo"), st.integers(1, 60), st.one_of(st.sampled_from(["", "ktp", "kk"]), ODD)),
    st.sampled_from([OtherContent("voice"), OtherContent("x"), UnfetchedFile(), *map(RefusedFile, Trouble)]),
)
MEANWHILE = st.sampled_from(["", "", "", "", "asked", "asked unseen", "returned", "taken", "given back", "week", "back in time", "hours"])


def act_of(sent: Any, chat: Conversation) -> Act:
    """What arrives, as the handler would hand it on."""
    if sent == "right":
        return right(chat)
    if not isinstance(sent, tuple):
        return sent  # type: ignore[no-any-return]  # one of the contents
    kind, *rest = sent
    return KINDS[kind](chat, *rest)


def right(chat: Conversation) -> Act:
    question = question_of(chat)
    if question is not None and question.takes_file:
        return photo(1000 + len(drafts_of(chat)))
    return WORDS.read_text("ya" if question is None or question.asks_more else BY_TYPE[question.field.type])


def typed(chat: Conversation, text: str) -> Act:
    return WORDS.in_talk(WORDS.read_text(text), chat.talk)


def pressed(_chat: Conversation, choice: str, title: str) -> Act:
    return WORDS.read_choice(choice, title)


def edited(chat: Conversation, number: int, text: str) -> Act:
    paths = paths_of(chat, f"w-{number}")
    return EditedAnswer(paths, WORDS.read_text(text)) if paths else EditedEarlier()


def revoked(chat: Conversation, number: int) -> Act:
    return Revoked(paths_of(chat, f"w-{number}", f"f-{number}"), f"f-{number}")


def shown(_chat: Conversation, number: int, caption: str) -> Act:
    return replace(photo(number), caption=caption)


KINDS: Mapping[str, Callable[..., Act]] = {"typed": typed, "pressed": pressed, "edited": edited, "revoked": revoked, "photo": shown}


def after(chat: Conversation, what: str, service: str) -> Conversation:
    """The chat after something that is no message of its person."""
    at = chat.touched_at or AT
    if what.startswith("asked"):
        return replace(chat, asked=AskedQuestion("q-1", "r-1", RECEIPTS[0], "Apa?", is_shown=what == "asked"))
    if what == "returned":
        form = MENU.forms[service]
        reason = f"x:answers.{form.fields[0].name}"
        return offer_mending(chat, mending_draft("r-1", FilledForm(service, form.version, {"nik": NIK}, ()), form, [reason], at), at)
    if what == "taken" and chat.assistance.hold is None:
        return replace(chat, assistance=take(chat.assistance, OFFICER, at, timedelta(minutes=30)))
    if what == "given back" and chat.assistance.is_held(at):
        return given_back(replace(chat, assistance=give_back(chat.assistance, OFFICER, at)), replace(WORLD, at=at))[0]
    return chat


def check(chat: Conversation, act: Act, now: timedelta, number: int) -> Conversation:
    requests = tuple(OpenRequest(SERVICES[0], "key", receipt) for receipt in RECEIPTS[: number % 12])
    context = replace(WORLD, at=AT + now, wamid=f"w-{number}", open_requests=requests, is_linked=number % 2 == 0)
    moved, facts = decide(chat, act, context)
    said = [Say(fact.text, {"turn": "x"}, fact.buttons) if isinstance(fact, OfficerCalled) else fact for fact in facts]
    parts = [fact for fact in said if isinstance(fact, Say)]
    assert len("\n\n".join(map(TEXTS.say, parts))) <= 4096
    buttons, rows = TEXTS.join(parts)[1], TEXTS.rows(parts)
    assert len({button.id for button in buttons}) == len({button.title for button in buttons}) == len(buttons) <= 3
    assert all(0 < len(button.title) <= 20 and len(button.id) <= 256 for button in buttons)
    assert len({row[0] for row in rows}) == len(rows) <= 10
    assert all(0 < len(title) <= 24 and len(about) <= 72 and len(choice) <= 200 for choice, title, about in rows)
    assert (moved.stage is Stage.MENU) == (moved.draft is None)
    assert len({draft.service for draft in drafts_of(moved)}) == len(drafts_of(moved))
    is_left = chat.assistance.is_held(context.at) or chat.assistance.leaves_to_officers(context.at)
    assert facts or is_left or isinstance(act, EditedEarlier | Revoked)
    return moved


@given(st.sampled_from(SERVICES), st.lists(st.tuples(SENT, MEANWHILE), max_size=30))
def test_what_goes_out_fits_and_no_draft_is_one_of_two(service: str, sent: list[tuple[Any, str]]) -> None:
    chat, now = Conversation("c-1"), timedelta()
    steps = {"week": timedelta(days=8), "back in time": timedelta(minutes=-3), "hours": timedelta(hours=5)}
    for number, (each, what) in enumerate(sent):
        now += steps.get(what, timedelta(seconds=2))
        chat = after(chat, what, service)
        chat = check(chat, act_of(each, chat), now, number)


@pytest.mark.parametrize(
    "piece", ["hilangkk", "nama: ", "no ", "ubah ", "MDN-2 ", "1,", "desa mejayan, ", "\u00e9", "\u200b", "nama=a\n", "3519 "]
)
def test_the_longest_text_takes_no_longer_than_a_blink(piece: str) -> None:
    """It is read in the process that answers the webhook: half a second of one phone would be half a second of everybody."""
    text = (piece * 4096)[:4096]
    for chat in (Conversation("c-1"), begun("akta_lahir")):
        started = time.process_time()
        talk(chat, text)
        assert time.process_time() - started < 0.3
