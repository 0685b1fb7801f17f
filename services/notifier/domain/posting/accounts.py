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
    """What a platform takes: characters, hashtags and pictures of one post, and how wide a picture may be by its height.

    `needs_picture`: words alone can't be posted.
    """

    characters: int
    hashtags: int = 0
    pictures: int = 4
    needs_picture: bool = False
    narrowest: float = 0.0
    widest: float = 100.0


LIMITS: Final[Mapping[Platform, PlatformLimits]] = MappingProxyType(
    {
        # developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media: 2,200 characters, 30 hashtags,
        # 10 pictures in a carousel, 4:5 to 1.91:1.
        Platform.INSTAGRAM: PlatformLimits(2_200, 30, 10, needs_picture=True, narrowest=4 / 5, widest=1.91),
        Platform.FACEBOOK: PlatformLimits(63_206, pictures=10),
        Platform.TIKTOK: PlatformLimits(4_000, pictures=10, needs_picture=True),
        Platform.X: PlatformLimits(280),  # docs.x.com/fundamentals/counting-characters: weighed, as `length` does
        Platform.YOUTUBE: PlatformLimits(5_000, pictures=10),
        Platform.TELEGRAM: PlatformLimits(1_024, pictures=10),  # core.telegram.org/bots/api: of a caption
    }
)
_TWEET, _MESSAGE = r"/(\w+|i/web)/status/\d+", r"/(s/)?\w+/\d+|/c/\d+/\d+"
_POSTS: Final[Mapping[Platform, Mapping[str, re.Pattern[str]]]] = MappingProxyType(
    {  # host -> how path and query of a post begin, as "share" gives them; an account's own page is no post
        Platform.INSTAGRAM: {"instagram.com": re.compile(r"(/share)?(/[\w.]+)?/(p|reel|reels|tv)/[\w-]+")},
        Platform.FACEBOOK: {
            "facebook.com": re.compile(r"/(.*/)?(posts|videos|reel|share|photos?|permalink|story|watch)\b.*[/=][\w-]+"),
            "fb.watch": re.compile(r"/[\w-]+"),
        },
        Platform.TIKTOK: {
            "tiktok.com": re.compile(r"/@[\w.]+/(video|photo)/\d+|/t/\w+"),
            "vm.tiktok.com": re.compile(r"/\w+"),
            "vt.tiktok.com": re.compile(r"/\w+"),
        },
        Platform.X: {"x.com": re.compile(_TWEET), "twitter.com": re.compile(_TWEET)},
        Platform.YOUTUBE: {
            "youtube.com": re.compile(r"/(shorts|post|live)/[\w-]+|/watch\?(.*&)?v=[\w-]+|.*[?&]lb=[\w-]+"),
            "youtu.be": re.compile(r"/[\w-]+"),
        },
        Platform.TELEGRAM: {"t.me": re.compile(_MESSAGE), "telegram.me": re.compile(_MESSAGE)},
    }
)
_HOST: Final = re.compile(r"[a-z0-9.-]+")  # a browser reads a backslash as a slash: then it would lead elsewhere than it says here
_LINK: Final = re.compile(r"https?://\S+")
_LINK_ON_X: Final = 23  # characters that X counts for a link, however long it is
_LIGHT_ON_X: Final = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))  # code points that count once there; the others count twice
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
        DomainError: `link_wrong`: it is none, or leads to an account and not to a post; `link_foreign`: it leads to another platform.
    """
    text = link.strip()
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").lower()
    except ValueError:
        raise DomainError("link_wrong") from None
    if parts.scheme not in ("http", "https") or len(text) > LINK_LONGEST or not text.isprintable() or " " in text:
        raise DomainError("link_wrong")
    if _HOST.fullmatch(host) is None:
        raise DomainError("link_wrong")
    posts = [post for known, post in _POSTS[account.platform].items() if host == known or host.endswith(f".{known}")]
    if not posts:
        raise DomainError("link_foreign", account.platform)
    if not any(post.match(f"{parts.path}?{parts.query}") for post in posts):
        raise DomainError("link_wrong")
    return text


def length(text: str, platform: Platform) -> int:
    """Return how long a platform says that a text is."""
    if platform is not Platform.X:
        return len(text)
    plain, links = _LINK.subn("", text)
    heavy = sum(not any(first <= ord(each) <= last for first, last in _LIGHT_ON_X) for each in plain)
    return len(plain) + heavy + links * _LINK_ON_X


def hashtags(text: str) -> int:
    """Return how many hashtags a text has."""
    return len(_HASHTAG.findall(text))
