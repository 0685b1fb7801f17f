"""The services as everybody reads them."""

from __future__ import annotations

import pytest

from services.intake.domain.cards import at_the_office, cards_of, working_days
from services.intake.domain.forms import ServiceMenu
from services.intake.public.villages import shown, village_file
from services.intake.wiring import TEMPLATES, read_card_words, read_texts
from shared.reference.catalogue import Offer, catalogue
from shared.reference.regions import villages
from shared.web.public.pages import written_number

MENU = ServiceMenu.of(catalogue(), catalogue().online())
TEXTS = read_texts(TEMPLATES)
WORDS = read_card_words(TEMPLATES / "cards.toml")
KNOWN = cards_of(MENU, TEXTS, WORDS)
CARDS = KNOWN.of


@pytest.mark.parametrize(("hours", "days"), [(1, 1), (5.5, 1), (5.6, 2), (8, 2), (12.5, 2), (12.6, 3), (16, 3), (24, 4), (400, 60)])
def test_days_are_enough_whenever_the_clock_begins(hours: float, days: int) -> None:
    """Monday to Thursday seven hours, Friday five and a half: the worst begins on Thursday evening."""
    assert working_days(hours) == days


def test_every_service_says_what_to_prepare_and_what_comes_of_it() -> None:
    for card in CARDS.values():
        assert card.needs or card.bring, card.code
        assert card.gives or card.days is None, card.code
        assert len(card.name) <= 24, card.name


def test_every_case_in_which_a_document_is_asked_for_has_its_words() -> None:
    words = WORDS.cases
    asked = {
        (code, field.name)
        for code in MENU.forms
        for field in catalogue().get(code).form.fields
        if field.type == "document" and field.when is not None
    }
    assert [each for each in asked if not {".".join(each), each[1]} & set(words)] == []
    assert set(words) <= {name for code, field in asked for name in (f"{code}.{field}", field)}, "words for what nobody asks"


def test_every_open_service_stands_in_one_group() -> None:
    held = [card.code for group in KNOWN.groups for card in group.cards]
    assert sorted(held) == sorted(CARDS)


def test_what_the_office_alone_does_is_told_with_what_to_bring() -> None:
    told = dict(at_the_office(MENU, TEXTS))
    closed = {each.name for code, each in catalogue().services.items() if each.offer is Offer.IN_PERSON and code not in CARDS}
    assert set(told) == closed
    assert all(told.values())


def test_a_service_in_a_group_that_is_new_is_not_lost() -> None:
    menu = ServiceMenu.of(catalogue(), ("kk_hilang",))
    (group,) = cards_of(menu, TEXTS, WORDS).groups
    assert [card.code for card in group.cards] == ["kk_hilang"]


@pytest.mark.parametrize(("number", "text"), [("628113519000", "0811-3519-000"), ("", ""), ("6281200003519", "0812-0000-3519")])
def test_a_number_is_written_as_people_say_it(number: str, text: str) -> None:
    assert written_number(number) == text


def test_villages_are_hidden_within_their_kecamatan() -> None:
    first, second, third = sorted(code for code in villages() if code.startswith("351902"))[:3]
    found = shown(2026, {first: 3, second: 9, third: 40})
    rows = {row.village.code: row.served for row in found.of("351902")}
    assert (rows[first], rows[second], rows[third]) == (None, None, 40)
    tiles = {tile.district.code: tile.served for tile in found.tiles}
    assert tiles["351902"] == 52
    assert sum(1 for _ in village_file(found)) == 207
    assert {row.per_thousand for row in found.of("351902")} == {None}, "nobody invents how many people live where"
    assert {len(tile.lines) for tile in found.tiles} <= {1, 2}


def test_a_large_village_does_not_win_by_being_large() -> None:
    first, second, third = sorted(code for code in villages() if code.startswith("351902"))[:3]
    people = dict.fromkeys(villages(), 1000) | {first: 10_000}
    found = shown(2026, {first: 90, second: 30, third: 2}, people)
    rows = {row.village.code: row for row in found.of("351902")}
    assert rows[first].per_thousand == 9.0
    assert (rows[second].per_thousand, rows[third].per_thousand) == (None, None), "a rate would tell what is hidden"
    assert rows[first].share == 100
    assert found.has_rates
