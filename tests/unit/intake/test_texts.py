import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.intake.desk import chat_words, decision_words
from services.intake.domain import asking
from services.intake.domain.answers import OpenQuestion
from services.intake.domain.asking import MAX_BUTTONS
from services.intake.domain.chat import Draft, Say
from services.intake.domain.files import FileTrouble
from services.intake.domain.forms import SELFIE_FIELD
from services.intake.domain.requests import RequestState
from services.intake.domain.texts import MAX_TEXT_CHARACTERS, MAX_TITLE_CHARACTERS
from services.intake.wiring import TEMPLATES, read_texts
from shared.errors import NotFound
from shared.reference.forms import Field
from shared.reference.lists import code_list
from tests.unit.intake.talks import AT, MENU, SERVICES, TODAY, begun

TEXTS = read_texts(TEMPLATES)


class Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return key


def fields_of(service: str) -> Iterator[tuple[str, Field, Field | None]]:
    """Every field of a form with the name of its sentences, those of rows too, and the selfie."""
    for field in (*MENU.forms[service].fields, SELFIE_FIELD):
        yield field.name, field, None
        yield from ((f"{field.name}.{cell.name}", cell, field) for cell in field.fields)


EVERY = [(service, name, field, group) for service in SERVICES for name, field, group in fields_of(service)]


@pytest.mark.parametrize(("service", "name", "field", "group"), EVERY, ids=[f"{service}.{name}" for service, name, *_ in EVERY])
def test_every_question_has_all_its_sentences(service: str, name: str, field: Field, group: Field | None) -> None:
    draft = replace(begun(service).draft or Draft(service, AT), closed=())
    if field.is_group:
        least, most = field.count
        for row in (0, 1) if least == 0 else (1,) if most > least else ():
            assert TEXTS.join(asking.ask(draft, OpenQuestion(field, f"{name}[]", field, row, asks_more=True), MENU))[0].endswith("?")
    else:
        question = OpenQuestion(field, name, group)
        for said in (asking.ask, asking.again, asking.wants, asking.missing, asking.explain):
            text, buttons = TEXTS.join(said(draft, question, MENU))
            assert 0 < len(text) <= MAX_TEXT_CHARACTERS
            assert len({button.id for button in buttons}) == len(buttons) <= MAX_BUTTONS
            if field.type == "yes_no" or (field.type == "choice" and len(code_list(field.choices).rows) <= MAX_BUTTONS):
                assert buttons or "1. " in text
    assert TEXTS.say(asking.label(draft, field, MENU) if group is None else asking.sentence(draft, name, "label", field.type))


@pytest.mark.parametrize(("service", "name", "field", "group"), EVERY, ids=[f"{service}.{name}" for service, name, *_ in EVERY])
def test_every_example_is_an_answer(service: str, name: str, field: Field, group: Field | None) -> None:
    question = OpenQuestion(field, name, group)
    for said in [] if field.is_group else asking.ask(Draft(service, AT), question, MENU):
        if said.text == "example":
            example = said.values["example"]
            assert isinstance(example, Say)
            assert field.parse(TEXTS.say(example), TODAY) is not None


def test_every_sentence_of_a_form_is_one_that_something_says() -> None:
    known = {"ask", "label", "example", "help", "again", "any", "more"}
    names = {f"{owner}.{name}" for service, name, *_ in EVERY for owner in (service, "common")}
    for text in TEXTS.texts:
        owner, dot, rest = text.partition(".")
        if owner in ("answers", "needs", "kind"):  # of everyday questions, of services without a form, of messages without words
            continue
        if not dot or rest == "start":
            assert not dot or owner in SERVICES
            continue
        name, _, what = text.rpartition(".")
        assert name in names, f"no field for {text}"
        assert what in known, text


def test_every_trouble_with_a_file_has_a_sentence() -> None:
    for trouble in FileTrouble:
        assert "surat" in TEXTS.say(Say(f"file_{trouble}", {"document": "surat"}))


def test_every_state_is_told() -> None:
    for state in RequestState:
        assert TEXTS.state(state, Anything())
    assert set(chat_words.STATES) == set(RequestState)
    assert set(decision_words.STATES) == set(RequestState) - {RequestState.ANSWERED}, "a court's decision is answered by documents alone"


def test_titles_fit_a_button_uncut() -> None:
    document = tomllib.loads((TEMPLATES / "dialogue.toml").read_text())
    assert all(len(title) <= MAX_TITLE_CHARACTERS for title in document["buttons"].values())


def test_a_text_that_is_missing_or_lacks_a_value_is_an_error() -> None:
    with pytest.raises(NotFound):
        TEXTS.say(Say("none"))
    with pytest.raises(KeyError):
        TEXTS.say(Say("submitted"))


def test_moments_are_written_in_indonesian_and_local_time() -> None:
    assert TEXTS.moment(datetime(2026, 11, 24, 17, 5, tzinfo=UTC)) == "Rabu, 25 November 2026 pukul 00.05 WIB"
    assert TEXTS.moment(None) == "-"


def test_several_sentences_are_one_message_with_the_buttons_of_the_last() -> None:
    text, buttons = TEXTS.join([Say("cancelled", buttons=("menu",)), Say("wants_confirm", buttons=("confirm",))])
    assert "\n\n" in text
    assert [(button.id, button.title) for button in buttons] == [("confirm", "Kirim")]


def test_too_long_a_message_loses_its_buttons_and_not_its_text() -> None:
    text, buttons = TEXTS.join([Say("resume", {"service": "x" * 1100}), Say("wants_confirm", buttons=("confirm",))])
    assert "ketik *KIRIM*" in text
    assert buttons == ()


def test_the_street_and_the_phone_of_the_office_are_told_only_where_they_are_known() -> None:
    told = {"place": "Kantor", "hours": "Senin"}
    known = read_texts(TEMPLATES, "Jalan Contoh 1", "(0351) 000-1234")
    assert "Jalan Contoh 1" in known.say(Say("answers.help.place", told))
    assert "(0351) 000-1234" in known.say(Say("answers.help.phone", told))
    assert "{" not in known.say(Say("answers.help.place", told)) + known.say(Say("answers.help.phone", told))
    assert not [letter for letter in TEXTS.say(Say("answers.help.phone", told)) if letter.isdigit()], "no number is made up"
