"""Pieces: what is made for an account, a wall or a voice, out of an idea and the catalogue; each has a source of its own (ADR 51). Pure.

Two wishes that say the same are one piece: its id follows from what it says. What it is offered as (A4, A3, Javanese) shares its source.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.intake.domain.outreach.sources import SourceDescription
from shared.reference.regions import find_village

ID_DIGITS: Final = 16  # hexadecimal: 64 bit, so that two of some thousand pieces never meet
NAME_LONGEST: Final = 80  # characters of a campaign, an account, the name of a source
NOTE_LONGEST: Final = 90  # of what somebody writes on a piece: two lines of the narrowest
_SEPARATOR: Final = "\x1f"
_CUT: Final = "…"


class PieceMedium(StrEnum):
    """What a form of a piece is."""

    PDF = "pdf"
    PICTURE = "picture"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class PieceForm:
    """Something that a piece is offered as. `width`, `height`: millimetres of a PDF, pixels of a picture. `plain`: black on white.

    `template`: of `templates/print`, for a text its table in `texts.toml`. `scale`: how much larger than its layout it is drawn.
    """

    code: str
    name: str
    medium: PieceMedium
    template: str
    width: int = 0
    height: int = 0
    scale: float = 1.0
    plain: bool = False
    pages: int = 1
    language: str = "id"


@dataclass(frozen=True, slots=True)
class PieceKind:
    """A kind of piece. `place` of its source; `channels` by which it may go out. The first form is the one that is shown."""

    code: str
    name: str
    about: str
    icon: str
    place: str
    channels: tuple[str, ...]
    forms: tuple[PieceForm, ...]

    def form(self, code: str) -> PieceForm | None:
        """Return a form by its code."""
        return next((form for form in self.forms if form.code == code), None)

    @property
    def medium(self) -> PieceMedium:
        """What its forms are."""
        return self.forms[0].medium

    @property
    def has_account(self) -> bool:
        """Whether it goes out by an account."""
        return self.medium is PieceMedium.PICTURE


@dataclass(frozen=True, slots=True)
class PieceWish:
    """What a piece says, and where. `service`, `village`, `account`: "" where it has none. `moment`: the day it is for, in words.

    `note`: when and where, as somebody wrote it.
    """

    kind: str
    idea: str
    campaign: str
    channel: str
    account: str = ""
    service: str = ""
    village: str = ""
    moment: str = ""
    note: str = ""

    @property
    def piece_id(self) -> str:
        """The id of the piece that this wish makes: capitals and blanks make no other one."""
        parts = [" ".join(str(getattr(self, name)).split()).casefold() for name in self.__slots__]
        return hashlib.sha256(_SEPARATOR.join(parts).encode()).hexdigest()[:ID_DIGITS]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece that was made. `source`: the code of its source."""

    piece_id: str
    wish: PieceWish
    source: str
    made_at: datetime
    made_by: str


def described(wish: PieceWish, kind: PieceKind, subject: str) -> SourceDescription:
    """Return the source of a piece. `subject`: what it is about."""
    village = find_village(wish.village)
    where = f", {village.name} ({village.district.name})" if village else ""
    room = NAME_LONGEST - len(where)
    head = f"{kind.name}: {subject}"
    name = (head if len(head) <= room else head[: room - 1].rstrip() + _CUT) + where
    return SourceDescription(name, wish.campaign, wish.channel, kind.place, wish.service, wish.village, wish.account)
