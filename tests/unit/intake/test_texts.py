import re
import tomllib
from datetime import UTC, datetime

import pytest

from services.intake.domain.chat import FileTrouble, Say
from services.intake.domain.forms import ServiceMenu
from services.intake.domain.requests import RequestState
from services.intake.domain.texts import MAX_TITLE_CHARACTERS
from services.intake.wiring import TEMPLATES, read_texts
from shared.errors import NotFound
from shared.reference.catalogue import Offer, catalogue
from shared.values import KkNumber, Malformed, Nik

TEXTS = read_texts(TEMPLATES / "dialogue.toml")
PLACES = re.compile(r"\{(\w+)\}")


class Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return key


def test_every_service_that_could_be_opened_has_all_its_texts() -> None:
    online = [code for code, service in catalogue().services.items() if service.offer is Offer.ONLINE]
    for form in ServiceMenu.of(catalogue(), online).forms.values():
        for ask in form.asks:
            values = {"document": ask.title} if ask.title else {}
            for prefix in ("ask", "wants", "missing"):
                assert TEXTS.say(Say(f"{prefix}_{ask.name}", values))
        assert TEXTS.title(f"service:{form.service}")


def test_every_trouble_with_a_file_and_every_malformed_number_has_a_sentence() -> None:
    for trouble in FileTrouble:
        assert "surat" in TEXTS.say(Say(f"file_{trouble}", {"document": "surat"}))
    for parse, texts in ((Nik.parse, ("1", "3519083202850003", "3519081708850000")), (KkNumber.parse, ("1", "3519083299100007"))):
        for text in texts:
            with pytest.raises(Malformed) as malformed:
                parse(text)
            assert "16 angka" in TEXTS.say(Say(f"wrong_{malformed.value.code}"))


def test_every_state_is_told() -> None:
    for state in RequestState:
        assert TEXTS.state(state, Anything())


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
    assert "Tekan *Kirim*" in text
    assert buttons == ()
