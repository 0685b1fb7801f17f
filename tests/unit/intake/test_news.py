"""STOP, BERHENTI and MULAI at any moment of a chat: what they mean, to whom, and that nothing that is open is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from services.intake.domain import audiences
from services.intake.domain.assistance import ChatOfficer, take
from services.intake.domain.audiences import PAGE_MOST, Addressee
from services.intake.domain.chat import Conversation, Fact, Say
from services.intake.domain.news import NewsChosen, NewsHow, Reach, chose, why_left_out
from services.intake.domain.requests import RequestOrigin
from services.intake.domain.words import Intent, Meaning
from shared.values import Channel
from tests.unit.intake.talks import AT, NIK, TEXTS, WORDS, WORLD, talk

NEW: Final = Conversation("c-1")
ON, OFF = replace(WORLD, takes_news=True), replace(WORLD, takes_news=False)
STOPS: Final = ("STOP", "berhenti", "Berhenti pak", "stop kabar", "mandheg", "ojo ngirim maneh", "ampun ngirim malih", "emoh dikabari")
BEGINS: Final = ("MULAI KABAR", "mau kabar", "langganan kabar", "gelem dikabari", "purun kabar")


def choices(facts: tuple[Fact, ...]) -> list[bool]:
    return [fact.agreed for fact in facts if isinstance(fact, NewsChosen)]


def said(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.text for fact in facts if isinstance(fact, Say)]


@pytest.mark.parametrize("word", STOPS)
@pytest.mark.parametrize("context", [WORLD, ON, OFF])
def test_stop_is_stop_whatever_they_said_before(word: str, context: object) -> None:
    after, facts = talk(NEW, word, context=context)  # type: ignore[arg-type]
    assert choices(facts) == [False]
    assert said(facts) == ["news_stopped"]
    assert after.draft is None


@pytest.mark.parametrize("word", BEGINS)
def test_who_says_that_they_want_news_gets_them(word: str) -> None:
    _, facts = talk(NEW, word)
    (chosen,) = [fact for fact in facts if isinstance(fact, NewsChosen)]
    assert (chosen.agreed, chosen.how, chosen.words) == (True, NewsHow.TYPED, word)


@pytest.mark.parametrize("word", ["mulai", "MULAI", "wiwit", "start"])
def test_mulai_alone_greets_but_who_stopped_gets_news_again(word: str) -> None:
    assert choices(talk(NEW, word)[1]) == []
    assert said(talk(NEW, word)[1]) == ["menu"]
    assert choices(talk(NEW, word, context=ON)[1]) == []
    assert choices(talk(NEW, word, context=OFF)[1]) == [True]


def test_a_word_about_news_offers_them_and_a_button_agrees() -> None:
    _, facts = talk(NEW, "kabar")
    assert said(facts) == ["news_offer"]
    assert choices(facts) == []
    _, facts = talk(NEW, WORDS.read_choice(Meaning.NEWS_ON, "Ya, kabari saya"))
    (chosen,) = [fact for fact in facts if isinstance(fact, NewsChosen)]
    assert (chosen.agreed, chosen.how) == (True, NewsHow.PRESSED)
    assert said(talk(NEW, "kabar", context=ON)[1]) == ["news_on_already"]


@pytest.mark.parametrize("payload", ["Berhenti", ""])
def test_the_button_under_a_broadcast_stops(payload: str) -> None:
    intent = WORDS.read_choice(payload, "Berhenti")
    assert choices(talk(NEW, intent)[1]) == [False]


def test_a_form_that_is_open_is_kept_and_its_end_is_asked_about() -> None:
    open_form, _ = talk(NEW, "kk hilang", NIK)
    after, facts = talk(open_form, "STOP")
    assert after.draft == open_form.draft
    assert choices(facts) == [False]
    assert said(facts) == ["news_stopped", "cancel_sure"]
    assert talk(open_form, "mulai kabar")[0].draft == open_form.draft
    assert talk(after, WORDS.read_choice("cancel", "Batal"))[0].draft is None


def test_an_officers_chat_is_answered_for_this_alone() -> None:
    held = replace(NEW, assistance=take(NEW.assistance, ChatOfficer("s-1", "Siti"), AT, timedelta(minutes=10)))
    after, facts = talk(held, "BERHENTI")
    assert (choices(facts), said(facts)) == ([False], ["news_stopped"])
    assert after.assistance.is_held(AT)
    assert talk(held, "halo")[1] == ()


def test_a_story_with_the_word_in_it_is_no_stop() -> None:
    for text in ("suami saya berhenti kerja, mau ubah KK", "stopkontak rumah rusak", "kapan mulai rekam ktp"):
        assert choices(talk(NEW, text)[1]) == [], text


def test_the_proof_says_when_how_and_in_which_words() -> None:
    (kept,) = chose((), NewsChosen(agreed=True, how=NewsHow.TYPED, words="MULAI KABAR"), TEXTS.news_version, AT)
    assert (kept.agreed, kept.at, kept.how, kept.words, kept.version) == (True, AT, "typed", "MULAI KABAR", TEXTS.news_version)
    many = chose((kept,) * 20, NewsChosen(agreed=False, how=NewsHow.PRESSED, words="x" * 999), "v", AT)
    assert (len(many), many[-1].agreed, len(many[-1].words)) == (20, False, 200)


@pytest.mark.parametrize(
    ("reach", "takes_news", "why"),
    [
        (Reach.MARKETING, True, None),
        (Reach.MARKETING, None, "no_opt_in"),
        (Reach.MARKETING, False, "opted_out"),
        (Reach.UTILITY, True, None),
        (Reach.UTILITY, None, None),
        (Reach.UTILITY, False, "opted_out"),
    ],
)
def test_who_of_a_segment_may_be_told(reach: Reach, *, takes_news: bool | None, why: str | None) -> None:
    assert why_left_out(reach, takes_news=takes_news) == why


def test_a_long_list_comes_in_pages_and_an_empty_one_too() -> None:
    people = [Addressee(f"c-{number}", RequestOrigin(Channel.WHATSAPP, "6281")) for number in range(PAGE_MOST + 1)]
    first, second = audiences.paged("b-1", people, {"opted_out": 2}, AT)
    assert [(page.page, page.pages, len(page.people)) for page in (first, second)] == [(1, 2, PAGE_MOST), (2, 2, 1)]
    assert (dict(first.left_out), dict(second.left_out)) == ({"opted_out": 2}, {})
    (empty,) = audiences.paged("b-1", [], {"no_opt_in": 9}, AT)
    assert (empty.pages, empty.people, dict(empty.left_out)) == (1, (), {"no_opt_in": 9})


def test_no_command_of_news_is_a_command_of_something_else() -> None:
    assert WORDS.read_text("berhenti") == Intent(Meaning.NEWS_OFF, text="berhenti")
    assert WORDS.read_text("batal").meaning is Meaning.CANCEL
