"""Which wishes make a piece: everything that may be wrong with one, by field. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.intake.domain.cards import ServiceCard
from services.intake.domain.studio.pieces import NAME_LONGEST, NOTE_LONGEST, PieceKind, PieceWish
from shared.errors import BadInput, FieldProblem
from shared.reference.ideas import ContentIdea, ideas
from shared.reference.printing import is_printable
from shared.reference.regions import villages


def check_wish(wish: PieceWish, kinds: Mapping[str, PieceKind], cards: Mapping[str, ServiceCard]) -> None:
    """Refuse a wish that makes no piece.

    Raises:
        BadInput: `piece_refused`, with every field that is wrong.
    """
    problems = tuple(_problems(wish, kinds, cards))
    if problems:
        raise BadInput("piece_refused", problems=problems)


def _problems(wish: PieceWish, kinds: Mapping[str, PieceKind], cards: Mapping[str, ServiceCard]) -> Iterator[FieldProblem]:
    kind, idea = kinds.get(wish.kind), ideas().get(wish.idea)
    if kind is None:
        yield FieldProblem("kind", "kind_unknown")
    elif wish.channel not in kind.channels:
        yield FieldProblem("channel", "channel_unsuited")
    elif kind.has_account and not wish.account:
        yield FieldProblem("account", "account_missing")
    if wish.service and wish.service not in cards:
        yield FieldProblem("service", "service_not_open")
    elif idea is None:
        yield FieldProblem("idea", "idea_unknown")
    else:
        yield from _of_idea(wish, idea, cards)
    if wish.village and wish.village not in villages():
        yield FieldProblem("village", "village_unknown")
    yield from _texts(wish)


def _of_idea(wish: PieceWish, idea: ContentIdea, cards: Mapping[str, ServiceCard]) -> Iterator[FieldProblem]:
    card = cards.get(wish.service)
    if not idea.suits(wish.service, card.report_within_days if card else None):
        yield FieldProblem("idea", "idea_unsuited")
    if idea.is_figures and not wish.note:
        yield FieldProblem("idea", "figures_too_few")
    if idea.needs_moment and not wish.moment:
        yield FieldProblem("moment", "moment_missing")
    if idea.needs_note and not wish.note:
        yield FieldProblem("note", "note_missing")


def _texts(wish: PieceWish) -> Iterator[FieldProblem]:
    for name, most in (("campaign", NAME_LONGEST), ("account", NAME_LONGEST), ("moment", NAME_LONGEST), ("note", NOTE_LONGEST)):
        text: str = getattr(wish, name)
        if len(text) > most:
            yield FieldProblem(name, f"{name}_too_long")
        elif not is_printable(text):
            yield FieldProblem(name, f"{name}_unprintable")
    if not wish.campaign:
        yield FieldProblem("campaign", "campaign_missing")
