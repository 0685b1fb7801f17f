"""The office's accounts on social media, and what a link to a post of each looks like. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from shared.errors import DomainError

LINK_LONGEST: Final = 300  # characters of a link that somebody pastes


class Platform(StrEnum):
    """Where an account is. The code is that of the channel of a source (`shared/reference/data/outreach.toml`)."""

    INSTAGRAM = "instagram"
    FACEBOOK = "facebook"
    TIKTOK = "tiktok"
    X = "x"
    YOUTUBE = "youtube"
    TELEGRAM = "telegram"


GRAPH: Final = frozenset({Platform.INSTAGRAM, Platform.FACEBOOK})
"""Platforms whose posts leave through the Graph API; the others are posted by hand."""


@dataclass(frozen=True, slots=True)
class PlatformLimits:
    """What a platform takes: characters, hashtags and pictures of one post, and how wide a picture may be by its height."""

    characters: int
    hashtags: int = 0
    pictures: int = 4
    narrowest: float = 0.0
    widest: float = 100.0


LIMITS: Final[Mapping[Platform, PlatformLimits]] = MappingProxyType(
    {
        # developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media: 2,200 characters, 30 hashtags,
        # 10 pictures in a carousel, 4:5 to 1.91:1.
        Platform.INSTAGRAM: PlatformLimits(2_200, 30, 10, 4 / 5, 1.91),
        Platform.FACEBOOK: PlatformLimits(63_206, pictures=10),
        Platform.TIKTOK: PlatformLimits(4_000, pictures=10),
        Platform.X: PlatformLimits(280),
        Platform.YOUTUBE: PlatformLimits(5_000, pictures=10),
        Platform.TELEGRAM: PlatformLimits(1_024, pictures=10),  # core.telegram.org/bots/api: of a caption
    }
)
_HOSTS: Final[Mapping[Platform, frozenset[str]]] = MappingProxyType(
    {
        Platform.INSTAGRAM: frozenset({"instagram.com"}),
        Platform.FACEBOOK: frozenset({"facebook.com", "fb.watch"}),
        Platform.TIKTOK: frozenset({"tiktok.com"}),
        Platform.X: frozenset({"x.com", "twitter.com"}),
        Platform.YOUTUBE: frozenset({"youtube.com", "youtu.be"}),
        Platform.TELEGRAM: frozenset({"t.me", "telegram.me"}),
    }
)
_HOST: Final = re.compile(r"[a-z0-9.-]+")  # a browser reads a backslash as a slash: then it would lead elsewhere than it says here
_HASHTAG: Final = re.compile(r"#\w")


@dataclass(frozen=True, slots=True)
class SocialAccount:
    """An account of the office. `code`: ours, for ever; `node`: the id that the Graph API has for it, "" where posts are made by hand."""

    code: str
    platform: Platform
    name: str
    node: str = ""

    @property
    def by_hand(self) -> bool:
        """Whether a person posts there."""
        return not self.node


def check_link(account: SocialAccount, link: str) -> str:
    """Return a link to a post of this platform, as it is kept.

    Raises:
        DomainError: `link_wrong`: it is none; `link_foreign`: it leads to another platform.
    """
    text = link.strip()
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").lower()
    except ValueError:
        raise DomainError("link_wrong") from None
    if parts.scheme not in ("http", "https") or len(parts.path) < 2 or len(text) > LINK_LONGEST:  # noqa: PLR2004 - more than "/"
        raise DomainError("link_wrong")
    if _HOST.fullmatch(host) is None or not text.isprintable() or " " in text:
        raise DomainError("link_wrong")
    if not any(host == known or host.endswith(f".{known}") for known in _HOSTS[account.platform]):
        raise DomainError("link_foreign", account.platform)
    return text


def hashtags(text: str) -> int:
    """Return how many hashtags a text has."""
    return len(_HASHTAG.findall(text))
