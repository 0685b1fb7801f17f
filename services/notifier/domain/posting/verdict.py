"""What a call to the Graph API came to, and what follows. The tables of codes are data; nothing here reads titles or texts.

Sources: developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes (codes -2 to 36004 with their subcodes),
developers.facebook.com/docs/graph-api/guides/error-handling (1, 2, 4, 10, 17, 102, 190, 200-299, 341, 368, 506).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from services.notifier.domain.outcome import Accepted, NotSent, Outcome, Refused, Unanswered

_SERVER_ERROR: Final = 500
_TOO_MANY: Final = 429


class PostAction(StrEnum):
    """The action after a call."""

    DONE = "done"
    RETRY = "retry"  # a few times, then it counts as refused
    LATER = "later"  # a limit: wait, as often as it takes
    ANEW = "anew"  # what was prepared is gone: prepare it again
    REFUSED = "refused"  # a person mends it, or the account
    UNKNOWN = "unknown"  # it may be there: look before anything else


@dataclass(frozen=True, slots=True)
class PostVerdict:
    """An action with its stable reason (`meta_9_2207042`, `http_503`), safe for logs and labels."""

    action: PostAction
    reason: str
    wait_seconds: float = 0.0


HOUR: Final = 3600.0
_CODES: Final[Mapping[int, tuple[PostAction, float]]] = MappingProxyType(
    {
        -2: (PostAction.RETRY, 0.0),  # downloading the picture took too long
        -1: (PostAction.RETRY, 0.0),  # server error
        1: (PostAction.RETRY, 0.0),
        2: (PostAction.RETRY, 0.0),
        4: (PostAction.LATER, 900.0),  # calls of the app
        17: (PostAction.LATER, 900.0),  # calls of the user
        32: (PostAction.LATER, 900.0),  # calls of the page
        341: (PostAction.LATER, HOUR),  # application limit
        613: (PostAction.LATER, 900.0),
        9: (PostAction.LATER, HOUR),  # posts of 24 hours
        24: (PostAction.ANEW, 0.0),  # the container is not there (any more)
        506: (PostAction.UNKNOWN, 0.0),  # "duplicate post": the page says it has it
        9007: (PostAction.RETRY, 0.0),  # the container is not ready
        9004: (PostAction.RETRY, 0.0),  # the picture could not be fetched from us
    }
)
_SUBCODES: Final[Mapping[int, tuple[PostAction, float]]] = MappingProxyType(
    {
        2207051: (PostAction.REFUSED, 0.0),  # code 4, but it is suspected to be spam: nothing that passes by itself
        2207008: (PostAction.RETRY, 0.0),  # code 24, but a passing error of publishing
        2207020: (PostAction.ANEW, 0.0),  # code -2, but the container has expired
        2207032: (PostAction.ANEW, 0.0),
        2207053: (PostAction.ANEW, 0.0),
    }
)


def judge(outcome: Outcome, *, visible: bool) -> PostVerdict:
    """Judge an answer. `visible`: the call makes something that people see, so that one which may have been carried out is looked up."""
    match outcome:
        case Accepted():
            return PostVerdict(PostAction.DONE, "accepted")
        case NotSent(reason=reason):
            return PostVerdict(PostAction.RETRY, reason)
        case Unanswered(reason=reason):
            return PostVerdict(_if(visible), reason)
        case Refused(status=status, code=code, retry_after_seconds=after, subcode=subcode):
            return _refused(status, code, subcode, after or 0.0, visible=visible)


def _refused(status: int, code: int | None, subcode: int | None, after: float, *, visible: bool) -> PostVerdict:
    if code is None:
        if status == _TOO_MANY:
            return PostVerdict(PostAction.LATER, f"http_{status}", max(after, 60.0))
        return PostVerdict(_if(visible) if status >= _SERVER_ERROR else PostAction.REFUSED, f"http_{status}", after)
    reason = f"meta_{code}" if subcode is None else f"meta_{code}_{subcode}"
    known = _SUBCODES.get(subcode or 0) or _CODES.get(code)
    if known is None:
        return PostVerdict(_if(visible) if status >= _SERVER_ERROR else PostAction.REFUSED, reason, after)
    action, seconds = known
    if visible and (action is PostAction.ANEW or code in (-1, 1, 2)):
        action = PostAction.UNKNOWN  # "possible server error", or a container that is gone because it was published
    return PostVerdict(action, reason, max(seconds, after))


def _if(visible: bool) -> PostAction:  # noqa: FBT001 - one fact
    return PostAction.UNKNOWN if visible else PostAction.RETRY
