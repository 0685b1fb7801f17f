"""What a piece says, before it has a look: headline, tag, the rows of its panel, what comes of it. Pictures and texts show it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.intake.domain.cards import CardNeed, ServiceCard
from services.intake.domain.studio.pieces import Piece, PieceKind
from shared.reference.catalogue import ProductForm
from shared.reference.ideas import ContentIdea, headlines
from shared.reference.regions import find_village

_REGENCY: Final = "Kabupaten Madiun"
_NEARLY_ALWAYS: Final = "tidak perlu bila"  # how a case begins in which a paper is not asked for
FIGURES_APART: Final = " · "
"""Stands between the numbers of a month in the note of a piece."""
_BOX: Final = "box"
_CHECK: Final = "check"
_NO: Final = "no"


@dataclass(frozen=True, slots=True)
class OfficeFacts:
    """The office as pieces name it. `number`: as people write it, "" where none is told; `digits`: the same; `site`: host of the pages."""

    service: str
    name: str
    place: str
    hours: tuple[str, ...]
    number: str
    digits: str
    site: str


@dataclass(frozen=True, slots=True)
class StudioBook:
    """What the studio makes: kinds of pieces by code, and the texts they are made with (`templates/studio`)."""

    kinds: Mapping[str, PieceKind]
    texts: Mapping[str, Any]
    office: OfficeFacts


@dataclass(frozen=True, slots=True)
class PieceSubject:
    """A piece with what it is about. `cards`: those of the service, or of the office's best known ones where it is about none."""

    piece: Piece
    kind: PieceKind
    idea: ContentIdea
    card: ServiceCard | None
    said: str
    sentence: str
    link: str
    page: str
    cards: Sequence[ServiceCard] = ()


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A line of a panel. `mark`: box, check, no, or a number."""

    mark: str
    text: str
    small: str = ""


@dataclass(frozen=True, slots=True)
class PiecePanel:
    """Rows under a title. `more`: papers that are asked for in some cases alone."""

    title: str
    rows: tuple[PanelRow, ...]
    more: tuple[PanelRow, ...] = ()


@dataclass(frozen=True, slots=True)
class PieceContent:
    """What a piece says. `points`: a few words each; `gives`: what comes of it, None where nothing is told; `note`: of the service."""

    headline: str
    where: str
    tag: str
    points: tuple[str, ...]
    panel: PiecePanel
    gives: PiecePanel | None
    note: str
    asks_selfie: bool


def content_of(subject: PieceSubject, book: StudioBook) -> PieceContent:
    """Return what a piece says."""
    words, card, wish = book.texts["words"], subject.card, subject.piece.wish
    village = find_village(wish.village)
    tells_needs = subject.idea.panel == "needs"
    return PieceContent(
        headline=_filled(subject, subject.idea.headline, words),
        where=village.in_full if village else _REGENCY,
        tag=words["people_of"].format(where=village.in_full) if village else words["everybody"],
        points=tuple(_points(card, words)),
        panel=_panel(subject, book),
        gives=_gives(card, book) if card is not None and tells_needs else None,
        note=_note(card, words) if tells_needs else "",
        asks_selfie=card is not None and card.asks_selfie and tells_needs,
    )


def needs_of(card: ServiceCard, texts: Mapping[str, Any]) -> PiecePanel:
    """Return what is to be prepared for a service: what is always asked for, and what in some cases."""
    if card.days is None:
        return PiecePanel(texts["panel"]["bring"], tuple(PanelRow(_BOX, line) for line in card.bring))
    always = [need for need in card.needs if not need.case or need.case.startswith(_NEARLY_ALWAYS)] or list(card.needs)
    rows = tuple(PanelRow(_BOX, need.text, need.case) for need in always)
    return PiecePanel(texts["panel"]["needs"], rows, tuple(PanelRow(_BOX, need.text, need.case) for need in _others(card, always)))


def filled_lead(subject: PieceSubject, lead: str, words: Mapping[str, str]) -> str:
    """Return the sentence that a text begins with."""
    return _filled(subject, lead, words)


def _others(card: ServiceCard, always: Sequence[CardNeed]) -> Iterator[CardNeed]:
    yield from (need for need in card.needs if need not in always)


def _filled(subject: PieceSubject, text: str, words: Mapping[str, str]) -> str:
    wish, card = subject.piece.wish, subject.card
    ask = headlines().get(wish.service) or words["default_headline"].format(service=subject.said)
    return text.format(
        service=subject.said,
        service_capital=subject.said[:1].upper() + subject.said[1:],
        ask=ask,
        moment=wish.moment,
        note=wish.note,
        report_days=card.report_within_days if card else "",
    )


def _points(card: ServiceCard | None, words: Mapping[str, str]) -> Iterator[str]:
    yield words["free"]
    if card is None:
        yield words["from_home"]
        yield words["chat_first"]
    elif card.days is None:
        yield words["choose_day"]
    else:
        yield words["from_home"]
        yield words["days"].format(days=card.days)


def _panel(subject: PieceSubject, book: StudioBook) -> PiecePanel:
    titles, words, card, panel = book.texts["panel"], book.texts["words"], subject.card, subject.idea.panel
    if card is not None and panel == "needs":
        return needs_of(card, book.texts)
    if card is not None and panel == "askers":
        return PiecePanel(titles["askers"], tuple(PanelRow(_CHECK, who[:1].upper() + who[1:]) for who in card.askers.split(", ")))
    if card is not None and panel == "days":
        lines = book.texts["days"]["lines"] if card.days is not None else book.texts["days"]["chosen"]
        rows = (PanelRow(_CHECK, line.format(days=card.days, place=book.office.place)) for line in lines)
        return PiecePanel(titles["days"], tuple(rows))
    if panel == "figures":
        return PiecePanel(
            titles["lines"], tuple(PanelRow(_CHECK, said[:1].upper() + said[1:]) for said in subject.piece.wish.note.split(FIGURES_APART))
        )
    rows = (PanelRow(line.mark, _filled(subject, line.text, words), line.small) for line in subject.idea.lines)
    return PiecePanel(titles["lines"], tuple(rows))


def _gives(card: ServiceCard, book: StudioBook) -> PiecePanel | None:
    words = book.texts["words"]
    ways = {ProductForm.CARD: words["pickup"], ProductForm.PDF: words["pdf"], ProductForm.NOTICE: words["notice"]}
    rows = tuple(PanelRow(_CHECK, gift.text, ways.get(gift.form, "")) for gift in card.gives)
    return PiecePanel(book.texts["panel"]["gives"], rows) if rows else None


def _note(card: ServiceCard | None, words: Mapping[str, str]) -> str:
    days = card.report_within_days if card else None
    return words["report_within"].format(days=days) if days else ""


def said_rows(panel: PiecePanel) -> Iterator[PanelRow]:
    """Yield the rows of a panel that are true as they stand: what is struck out is left out."""
    yield from (row for row in panel.rows if row.mark != _NO)
