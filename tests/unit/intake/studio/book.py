"""The studio as an installation has it, with every service open; and views of pieces that nobody stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from services.intake.domain.cards import ServiceCards, cards_of
from services.intake.domain.forms import ServiceMenu
from services.intake.domain.outreach.codes import checked
from services.intake.domain.outreach.sources import OutreachSource
from services.intake.domain.studio.contents import StudioBook
from services.intake.domain.studio.pieces import Piece, PieceWish, described
from services.intake.handlers import PieceView
from services.intake.handlers.studio.showing import view_of
from services.intake.ports import Deps
from services.intake.wiring import TEMPLATES, read_card_words, read_texts
from services.intake.wiring.studio import read_studio
from shared.reference.catalogue import Catalogue, catalogue
from shared.settings import PublicSettings

AT = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
CODE = checked("W8X4")  # the longest there is
NUMBER, SITE = "628113519000", "https://pakdeon.madiunkab.go.id"


@dataclass(frozen=True)
class StudioDeps:
    """What views of pieces are made with."""

    studio: StudioBook
    cards: ServiceCards
    catalogue: Catalogue
    whatsapp_number: str = NUMBER
    public_url: str = SITE
    clock: Callable[[], datetime] = lambda: AT
    reports: Any = None


def open_studio(number: str = NUMBER) -> Deps:
    """The studio; `number`: that of the office, "" where none is told."""
    menu = ServiceMenu.of(catalogue(), catalogue().online())
    settings = PublicSettings(public_url=SITE, whatsapp_number=number)
    cards = cards_of(menu, read_texts(TEMPLATES), read_card_words(TEMPLATES / "cards.toml"))
    return StudioDeps(read_studio(TEMPLATES / "studio", settings), cards, catalogue(), number)  # type: ignore[return-value]


def view(deps: Deps, wish: PieceWish) -> PieceView:
    """A piece of this wish, with the longest code that there is."""
    kind = deps.studio.kinds[wish.kind]
    source = OutreachSource(CODE, described(wish, kind, "Kartu syarat"), AT, "staff-1")
    return view_of(deps, Piece(wish.piece_id, wish, CODE, AT, "staff-1"), source)


def wish_of(deps: Deps, kind: str, idea: str = "syarat", service: str = "kk_hilang", **more: str) -> PieceWish:
    """A wish that makes a piece."""
    known = deps.studio.kinds[kind]
    account = "@dukcapil.madiun" if known.has_account else ""
    return replace(PieceWish(kind, idea, "KK 2026", known.channels[0], account, service), **more)
