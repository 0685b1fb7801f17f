"""What pieces say: each idea with each service in each text, filled, within what platforms take, and as the catalogue has it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import pytest

from services.intake.domain.studio.pieces import NAME_LONGEST, PieceMedium, PieceWish
from services.intake.domain.studio.texts import ALT_LONGEST, CAPTION_LONGEST, spoken_code, spoken_number
from services.intake.handlers import PieceView, alt_of_piece, file_name_of, text_of_piece
from services.intake.handlers.studio.showing import view_of
from shared.errors import DomainError
from shared.reference.ideas import ideas, ideas_for
from shared.reference.outreach import outreach_lists
from shared.reference.printing import is_printable
from shared.reference.regions import villages
from tests.unit.intake.studio.book import AT, CODE, open_studio, view, wish_of

STUDIO = open_studio()
LONGEST_VILLAGE = max(villages().values(), key=lambda village: len(village.in_full)).code
SUBJECTS = [
    (idea.code, card.code if card else "")
    for card in (None, *STUDIO.cards.of.values())
    for idea in ideas_for(card.code if card else "", card.report_within_days if card else None)
]
_LINK = re.compile(r"https?://\S+")
NUMBERS = "12.840 dokumen terbit · separuh selesai dalam 120 jam kerja · nilai survei 88,31"
X_LONGEST, X_LINK = 280, 23


def wish(kind: str, idea: str, service: str, **more: str) -> PieceWish:
    known = ideas()[idea]
    filled = {}
    if known.needs_moment:
        filled["moment"] = "Hari Anak Nasional"
    if known.needs_note:
        filled["note"] = "Sabtu 12 Desember, balai desa"
    if known.is_figures:
        filled |= {"moment": "September 2026", "note": NUMBERS}
    return wish_of(STUDIO, kind, idea, service, **(filled | more))


def said(found: PieceView) -> list[str]:
    """Everything that a piece says in words."""
    forms = [text_of_piece(STUDIO, found, form) for form in found.kind.forms if form.medium is PieceMedium.TEXT]
    return [*forms, text_of_piece(STUDIO, found), alt_of_piece(STUDIO, found), found.content.headline]


@pytest.mark.parametrize(("idea", "service"), SUBJECTS)
def test_every_idea_is_said_of_every_service_without_a_gap(idea: str, service: str) -> None:
    for kind in STUDIO.studio.kinds:
        found = view(STUDIO, wish(kind, idea, service, village=LONGEST_VILLAGE))
        for text in said(found):
            assert not re.search(r"[{}]|\bNone\b|\n\n\n|  ", text), text
            assert text == text.strip()
        assert len(text_of_piece(STUDIO, found)) <= CAPTION_LONGEST
        assert len(alt_of_piece(STUDIO, found)) <= ALT_LONGEST
        assert found.content.panel.rows
        drawn = [found.content.headline, found.content.tag, *(f"{row.text}{row.small}" for row in found.content.panel.rows)]
        assert all(map(is_printable, drawn)), drawn


@pytest.mark.parametrize(("idea", "service"), SUBJECTS)
def test_a_post_for_x_is_short_enough_and_leads_to_the_chat(idea: str, service: str) -> None:
    text = text_of_piece(STUDIO, view(STUDIO, replace(wish("card", idea, service), channel="x")))
    assert len(_LINK.sub("x" * X_LINK, text)) <= X_LONGEST, text
    assert f"%23{CODE}" in text


def test_what_is_to_be_prepared_is_that_of_the_catalogue() -> None:
    for card in STUDIO.cards.of.values():
        content = view(STUDIO, wish("poster", "syarat", card.code)).content
        shown = {row.text for row in (*content.panel.rows, *content.panel.more)}
        assert shown == {need.text for need in card.needs} | set(card.bring), card.code
        given = {row.text for row in content.gives.rows} if content.gives else set()
        assert given == {gift.text for gift in card.gives}
        days = "Pilih hari datang" if card.days is None else f"{card.days} hari kerja"
        assert content.points[-1] == days


def test_where_no_link_can_be_opened_the_number_and_the_sentence_are_written() -> None:
    for channel in ("instagram", "tiktok"):
        text = text_of_piece(STUDIO, view(STUDIO, replace(wish("card", "syarat", "kk_hilang"), channel=channel)))
        assert "https://" not in text
        assert f'WhatsApp ke 0811-3519-000, tulis: "Saya mau urus KK hilang (#{CODE})"' in text


def test_a_house_without_a_number_leads_to_the_page() -> None:
    quiet = open_studio(number="")
    found = view(quiet, wish_of(quiet, "poster"))
    assert found.subject.link == f"https://pakdeon.madiunkab.go.id/m/{CODE}"
    assert f"/m/{CODE}" in text_of_piece(quiet, view(quiet, wish_of(quiet, "card")))


def test_the_same_wish_is_the_same_piece_and_each_part_makes_another() -> None:
    one = wish("card", "syarat", "kk_hilang", village=LONGEST_VILLAGE)
    assert replace(one, campaign="  kk   2026", account="@DUKCAPIL.madiun").piece_id == one.piece_id
    others = [replace(one, **{name: f"{getattr(one, name)}x"}) for name in PieceWish.__slots__]
    assert len({each.piece_id for each in (one, *others)}) == len(PieceWish.__slots__) + 1
    assert replace(one, campaign="ab", channel="c").piece_id != replace(one, campaign="a", channel="bc").piece_id


def test_a_source_is_named_so_that_villages_of_one_name_differ() -> None:
    names = set()
    for kind, village in product(STUDIO.studio.kinds, villages().values()):
        found = view(STUDIO, wish(kind, "syarat", "penduduk_nonpermanen", village=village.code))
        name = found.source.what.name
        assert len(name) <= NAME_LONGEST
        names.add(name)
        assert re.fullmatch(r"[A-Za-z0-9-]+\.(pdf|jpg|txt)", file_name_of(found, found.kind.forms[0]))
    assert len(names) == len(villages()) * len(STUDIO.studio.kinds)


def test_nothing_is_said_of_a_service_that_was_closed() -> None:
    found = view(STUDIO, wish("poster", "syarat", "kk_hilang"))
    closed = replace(STUDIO, cards=replace(STUDIO.cards, of={}))
    with pytest.raises(DomainError, match="piece_service_closed"):
        view_of(closed, found.piece, found.source)
    ended = replace(found.source, retired_at=AT)
    assert not view_of(STUDIO, found.piece, ended).is_running


def test_what_is_read_aloud_is_spelled() -> None:
    names = STUDIO.studio.texts["spoken"]["digits"]
    assert spoken_number("628113519000", names) == "nol delapan satu, satu tiga lima, satu sembilan nol, nol nol"
    assert spoken_code("K7Q", names, "angka {digit}") == "K, angka tujuh, Q"
    for form in STUDIO.studio.kinds["radio"].forms:
        text = text_of_piece(STUDIO, view(STUDIO, wish("radio", "syarat", "kk_hilang")), form)
        assert not re.search(r"\d{4}|#", text), "nobody reads a number of eleven digits aloud"


def test_no_idea_promises_what_the_catalogue_does_not_keep() -> None:
    """What is said to be free of a letter from RT, or of legalisation, is what no form asks for."""
    for idea in ideas().values():
        assert idea.panel != "lines" or idea.lines, idea.code
        assert idea.lead_jv, idea.code
    assert outreach_lists().places.keys() >= {kind.place for kind in STUDIO.studio.kinds.values()}
