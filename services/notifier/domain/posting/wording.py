"""What is published of a post: its text, and how to come to the chat with the code of its source. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from services.notifier.domain.posting.accounts import GRAPH, LIMITS, Platform, length

_NO_LINKS: Final = frozenset({Platform.INSTAGRAM, Platform.TIKTOK})
"""Where a link in a text can't be followed: the number and the code are said instead."""
_SPACE: Final = re.compile(r"\s+")
_SENTENCE: Final = re.compile(r"[.!?](?=\s|$)")
_MUCH: Final = 0.6  # of what fits: an end in the middle of a sentence is worth no more
_LEAST: Final = 40  # characters that are worth reading before a text breaks off
_SHOWN_GROUPS: Final = 4  # digits of a number that are read together


@dataclass(frozen=True, slots=True)
class ContactWays:
    """How people come to us. `number`: of the chat, with 62 and without +, "" none; `sentence`: what a link writes for them."""

    number: str
    public_url: str
    sentence: str

    def chat_link(self, source: str) -> str:
        """Return the link that opens a chat with that code; without a number the page of the source."""
        if not self.number:
            return self.page(source)
        return f"https://wa.me/{self.number}?text={quote(f'{self.sentence} (#{source})', safe='')}"

    def page(self, source: str) -> str:
        """Return the address of the source's page."""
        return f"{self.public_url.rstrip('/')}/m/{source}"


def full_text(text: str, platform: Platform, source: str, ways: ContactWays) -> str:
    """Return what stands under the pictures: the text, and how to come; a text that has the code says so itself.

    Where somebody posts by hand a text that is too long is cut before how to come, so that one post fits everywhere.
    """
    said = text.strip()
    has_code = _names(said, source)
    whole = said if has_code else f"{said}\n\n{_call(platform, source, ways)}"
    most = LIMITS[platform].characters
    if platform in GRAPH or length(whole, platform) <= most:
        return whole
    parts = said.split("\n\n")
    call = "\n\n".join(part for part in parts if _names(part, source)) if has_code else _call(platform, source, ways)
    words = "\n\n".join(part for part in parts if not _names(part, source))
    begin = _beginning(words, most - length(f"…\n\n{call}", platform), platform)
    return f"{begin}\n\n{call}" if begin else whole


def is_cut(text: str, published: str) -> bool:
    """Return whether less than the text is published."""
    return not published.startswith(text.strip())


def link_answer(source: str, ways: ContactWays) -> str:
    """Return what somebody is answered who asks for a service."""
    return f"Terima kasih sudah bertanya. Bisa diurus lewat WhatsApp kami, gratis: {ways.chat_link(source)}"


def spoken_number(number: str) -> str:
    """Return a number as people dial it: 0811-3519-000."""
    local = f"0{number.removeprefix('62')}"
    return "-".join(local[begin : begin + _SHOWN_GROUPS] for begin in range(0, len(local), _SHOWN_GROUPS))


def _names(text: str, source: str) -> bool:
    return f"#{source}" in text or f"%23{source}" in text


def _beginning(text: str, most: int, platform: Platform) -> str:
    """Return as many whole sentences as fit, or words where that is much more; "" where it would say nothing."""
    fits = ""
    for space in _SPACE.finditer(text):
        begin = text[: space.start()]
        if length(begin, platform) > most:
            break
        fits = begin
    if length(fits, platform) < _LEAST:
        return ""
    sentences = max((end.end() for end in _SENTENCE.finditer(fits)), default=0)
    return fits[:sentences].rstrip() if sentences >= _MUCH * len(fits) else f"{fits.rstrip(' .,;:-')}…"


def _call(platform: Platform, source: str, ways: ContactWays) -> str:
    if platform in _NO_LINKS and ways.number:
        return f"Urus lewat WhatsApp {spoken_number(ways.number)}, tulis kode #{source}. Gratis."
    return f"Urus lewat WhatsApp, gratis: {ways.chat_link(source)}"
