"""What people write to the office's accounts: comments under posts and messages. Pure.

Who wrote is an account of a platform and nothing else: it is never matched to a citizen. What asks something is open until somebody answers
it, with a clock; what asks nothing is kept and needs nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.notifier.domain.broadcast import Hand
from shared.errors import DomainError

TEXT_MOST: Final = 4_000  # characters that are kept
ANSWER_MOST: Final = 1_000  # characters: the limit of a message on Instagram
_ASKS: Final = re.compile(
    r"\?|\b(apa|apakah|bagaimana|gimana|gmn|bgmn|caranya?|syarat(nya)?|berapa|brp|kapan|kpn|di\s?mana|dmn|mana|kenapa|mengapa|knp|"
    r"bisa(kah)?|boleh(kah)?|mau|ingin|pengen|minta|mohon|tolong|tanya|bantu|urus|ngurus|bikin|buat|info|lama|belum|blm|"
    r"piye|pripun|kepriye|kados)\b",
    re.IGNORECASE,
)


class RemarkState(StrEnum):
    """The state of what somebody wrote."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    """A person said that nothing needs to be answered."""
    SILENT = "silent"
    """It asks nothing."""


class RemarkKind(StrEnum):
    """How it was written."""

    COMMENT = "comment"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody wrote. `author`: the platform's id of who wrote, scoped to us; `author_name`: what they call themselves there."""

    remark_id: str
    kind: RemarkKind
    account: str
    provider_id: str
    author: str
    author_name: str
    text: str
    written_at: datetime
    came_at: datetime
    due_at: datetime
    media: str = ""
    post_id: str = ""
    source: str = ""
    services: tuple[str, ...] = ()
    state: RemarkState = RemarkState.OPEN
    owner: Hand | None = None
    answer: str = ""
    answered_by: Hand | None = None
    answered_at: datetime | None = None
    is_taken_back: bool = False
    """Whether whoever wrote it took it back: nothing of it comes again, in whatever order the platform tells."""

    @property
    def by_machine(self) -> bool:
        """Whether it was answered with the link, without anybody having read it."""
        return self.state is RemarkState.ANSWERED and self.answered_by is None


def asks(text: str, kind: RemarkKind) -> bool:
    """Return whether it wants an answer: a message always does."""
    return kind is RemarkKind.MESSAGE or _ASKS.search(text) is not None


def wanted_services(text: str, said: Mapping[str, str]) -> tuple[str, ...]:
    """Return the services that a text names. `said`: code -> what people call it."""
    plain = f" {' '.join(re.findall(r'[a-z0-9]+', text.lower()))} "
    return tuple(code for code, words in said.items() if f" {words.lower()} " in plain)


def take(remark: Remark, by: Hand) -> Remark:
    """Make somebody its owner.

    Raises:
        DomainError: `remark_not_open`; `remark_taken`, by whom as detail.
    """
    _open(remark)
    if remark.owner is not None and remark.owner.staff_id != by.staff_id:
        raise DomainError("remark_taken", remark.owner.name)
    return replace(remark, owner=by)


def answered(remark: Remark, text: str, by: Hand | None, *, at: datetime) -> Remark:
    """Return it as answered. `by` None: the machine, with the link.

    Raises:
        DomainError: `remark_not_open`, `remark_taken`, `answer_missing`, `answer_too_long`.
    """
    owned = take(remark, by) if by is not None else remark
    _open(owned)
    said = text.strip()
    if not said:
        raise DomainError("answer_missing")
    if len(said) > ANSWER_MOST:
        raise DomainError("answer_too_long", str(ANSWER_MOST))
    return replace(owned, state=RemarkState.ANSWERED, answer=said, answered_by=by, answered_at=at)


def close(remark: Remark, by: Hand, *, at: datetime) -> Remark:
    """End it without an answer.

    Raises:
        DomainError: `remark_not_open`, `remark_taken`.
    """
    return replace(take(remark, by), state=RemarkState.CLOSED, answered_by=by, answered_at=at)


def edited(remark: Remark, text: str) -> Remark:
    """Return it with other words; what was answered, or ended, stays as it was read, and what was taken back stays gone."""
    if remark.is_taken_back or remark.state not in (RemarkState.OPEN, RemarkState.SILENT):
        return remark
    state = RemarkState.OPEN if asks(text, remark.kind) else remark.state
    return replace(remark, text=text[:TEXT_MOST], state=state)


def taken_back(remark: Remark) -> Remark:
    """Return what is left of it once whoever wrote it took it back."""
    state = RemarkState.SILENT if remark.state is RemarkState.OPEN else remark.state
    return replace(remark, text="", author="", author_name="", state=state, is_taken_back=True)


def never_kept(remark_id: str, account: str, provider_id: str, *, at: datetime) -> Remark:
    """Return what stands for something that was taken back before it came, so that it is not kept when it does."""
    came = Remark(remark_id, RemarkKind.COMMENT, account, provider_id, "", "", "", at, at, at)
    return taken_back(came)


def _open(remark: Remark) -> None:
    if remark.state is not RemarkState.OPEN:
        raise DomainError("remark_not_open", remark.state)
