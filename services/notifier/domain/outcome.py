"""What one call to a provider came to, and what follows from it. The table of codes is data; nothing here reads titles or texts.

Sources: WhatsApp Cloud API error codes (developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes) and its rate-limit page;
Standard Webhooks for the court.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

_SERVER_ERROR: Final = 500  # first HTTP status that says: not your mistake
_TOO_MANY_REQUESTS: Final = 429
_PROXY_STATUSES: Final = frozenset({502, 504})  # a gateway speaks, not the provider: the request may have been carried out


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request the provider took. `provider_id` is its id for the message (WhatsApp: the wamid)."""

    provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A request the other side refused. `status` is the HTTP status; 0 where the refusal came by webhook, or there is nobody to call."""

    status: int
    code: int | None = None
    retry_after_seconds: float | None = None
    subcode: int | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """A request of which no byte reached the provider."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A request that left and got no answer: it may have been carried out."""

    reason: str


Outcome: TypeAlias = Accepted | Refused | NotSent | Unanswered


class Known(StrEnum):
    """The other side's answer to the question whether it has something."""

    YES = "yes"
    NO = "no"
    CANNOT_SAY = "cannot_say"
    UNREACHABLE = "unreachable"


class Action(StrEnum):
    """The action after a call."""

    DONE = "done"
    RETRY = "retry"  # a few times, then park
    MEDIA = "media"  # as retry, with the file uploaded anew
    SLOW_DOWN = "slow_down"  # everyone waits, exponential with jitter
    MAINTENANCE = "maintenance"  # everyone waits some minutes
    DELAY_RECIPIENT = "delay_recipient"  # this recipient waits, the order stays
    UNKNOWN = "unknown"  # wait for a sign before any repeat
    USE_TEMPLATE = "use_template"  # the 24-hour window is closed
    UNDELIVERABLE = "undeliverable"  # no such person on this channel
    STOP = "stop"  # the person or the provider wants no more of it
    PAUSE_SENDER = "pause_sender"  # our account is in trouble: alert, keep the jobs
    OUR_FAULT = "our_fault"  # park and alert


def _table() -> Mapping[int, Action]:
    rows: tuple[tuple[Action, tuple[int, ...]], ...] = (
        (Action.SLOW_DOWN, (4, 80007, 130429)),
        (Action.DELAY_RECIPIENT, (131056,)),
        (Action.RETRY, (1, 2, 131000, 131016, 135000)),
        (Action.MAINTENANCE, (131057, 133016)),
        (Action.USE_TEMPLATE, (131047,)),
        (Action.UNDELIVERABLE, (131021, 131026, 131030)),
        (Action.STOP, (130472, 131049, 131050)),
        (Action.PAUSE_SENDER, (0, 3, 10, 190, *range(200, 300), 368, 131005, 131031, 131042, 131045, 131048)),
        (Action.OUR_FAULT, (100, 131008, 131009, 131051, 131062, *range(132000, 132017))),
        (Action.MEDIA, (131052, 131053)),
    )
    return MappingProxyType({code: action for action, codes in rows for code in codes})


WHATSAPP_CODES: Final = _table()

COURT_STATUSES: Final[Mapping[int, Action]] = MappingProxyType(
    {
        400: Action.OUR_FAULT,
        409: Action.DONE,  # the court has it already
        410: Action.STOP,  # Standard Webhooks: the endpoint wants no more
        413: Action.OUR_FAULT,
        422: Action.OUR_FAULT,
    }
)


@dataclass(frozen=True, slots=True)
class SendVerdict:
    """An action with its stable reason (`meta_131056`, `http_503`, `connect_error`), safe for logs and labels."""

    action: Action
    reason: str
    retry_after_seconds: float | None = None


def judge_whatsapp(outcome: Outcome) -> SendVerdict:
    """Judge an answer of the Cloud API by its code; an unknown code counts by its HTTP status."""
    match outcome:
        case Accepted():
            return SendVerdict(Action.DONE, "accepted")
        case NotSent(reason=reason):
            return SendVerdict(Action.RETRY, reason)
        case Unanswered(reason=reason):
            return SendVerdict(Action.UNKNOWN, reason)
        case Refused(status=status, code=code, retry_after_seconds=after):
            if code is not None:
                return SendVerdict(WHATSAPP_CODES.get(code, _by_status(status)), f"meta_{code}", after)
            if status in _PROXY_STATUSES:
                return SendVerdict(Action.UNKNOWN, f"http_{status}")
            return SendVerdict(_by_status(status), f"http_{status}", after)


def _by_status(status: int) -> Action:
    if status == _TOO_MANY_REQUESTS:
        return Action.SLOW_DOWN
    if status in (401, 403):
        return Action.PAUSE_SENDER
    # 0: by webhook, with a code that is not in the table: worth a few tries before somebody looks.
    if status == 0 or status >= _SERVER_ERROR:
        return Action.RETRY
    return Action.OUR_FAULT


def judge_court(outcome: Outcome) -> SendVerdict:
    """Judge an answer of the court. Anything that an administrator there can repair (401, 404, 5xx) is tried again."""
    match outcome:
        case Accepted():
            return SendVerdict(Action.DONE, "accepted")
        case NotSent(reason=reason):
            return SendVerdict(Action.RETRY, reason)
        case Unanswered(reason=reason):
            return SendVerdict(Action.UNKNOWN, reason)
        case Refused(status=status, retry_after_seconds=after):
            if status == 0:
                return SendVerdict(Action.OUR_FAULT, "court_unknown")
            if status in _PROXY_STATUSES:
                return SendVerdict(Action.UNKNOWN, f"http_{status}")
            return SendVerdict(COURT_STATUSES.get(status, Action.RETRY), f"http_{status}", after)
