"""Whether somebody wants news of the office (broadcasts), with the proof: when they said so, how, and in which words. Pure.

Law: UU 27/2022 ps 20 (consent), 22 (it is kept as proof), 9 (withdrawn at any time); WhatsApp's opt-in rule for marketing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.intake.domain.requests import RequestOrigin

_CHOICES_KEPT: Final = 20  # of one person, the newest
_WORDS_MOST: Final = 200  # characters of what somebody wrote


class NewsHow(StrEnum):
    """The way in which somebody said whether they want news."""

    TYPED = "typed"
    PRESSED = "pressed"
    PROVIDER = "provider"
    """They stopped us at WhatsApp itself."""


@dataclass(frozen=True, slots=True)
class NewsChosen:
    """Somebody says in the chat that they want news of the office, or none."""

    agreed: bool
    how: NewsHow
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewsChoice:
    """What somebody said about news of the office: when, how, in which words, and the version of the text that says what news are."""

    agreed: bool
    at: datetime
    how: str
    words: str = field(repr=False)
    version: str


@dataclass(frozen=True, slots=True)
class NewsConsentChanged:
    """The fact that somebody wants news, or none any more, as the notifier has to know."""

    contact_id: str
    origin: RequestOrigin
    agreed: bool
    how: NewsHow
    at: datetime
    aliases: tuple[str, ...] = ()


def chose(before: tuple[NewsChoice, ...], chosen: NewsChosen, version: str, at: datetime) -> tuple[NewsChoice, ...]:
    """Return what somebody said so far with what they say now. `version`: of the text that says what news are."""
    choice = NewsChoice(chosen.agreed, at, chosen.how.value, chosen.words[:_WORDS_MOST], version)
    return (*before, choice)[-_CHOICES_KEPT:]


class Reach(StrEnum):
    """The rule of a message's category: to who agreed (marketing), or about something open, to all but who wants none (utility)."""

    MARKETING = "marketing"
    UTILITY = "utility"


def why_left_out(reach: Reach, *, takes_news: bool | None) -> str | None:
    """Return why somebody of a segment gets nothing; None where they may be told."""
    if takes_news is False:
        return "opted_out"
    return "no_opt_in" if reach is Reach.MARKETING and takes_news is None else None
