"""What a post, or an answer to somebody, comes to on one account: exactly once, or flagged. Pure.

    ready -> running -> done | refused | unknown
    unknown -> done | ready (looked up: not there) | flagged (nobody can say)
    by_hand -> done (the link was pasted)
    refused, flagged -> ready (a person said so) | done (the link was pasted) | cancelled (given up, with a note)

The key names the effect, not the try: `post:<post>:<account>`, `answer:<remark>`. Whatever people see begins as `running` in the database,
so that a crash is seen as a try whose end nobody knows; it is looked up and never blindly repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.notifier.domain.posting.measure import Measure
from services.notifier.domain.posting.verdict import PostAction, PostVerdict
from services.notifier.domain.tries import Try
from shared.backoff import Backoff
from shared.errors import DomainError

POST_KEY: Final = "post:"
ANSWER_KEY: Final = "answer:"
LANE: Final = "posting:"
"""Begins the lane of an account: whoever holds it is the only one to speak there."""
_HISTORY: Final = 20
_RETRY: Final = Backoff(5.0, 300.0, factor=3.0)  # Meta asks for one or two tries in two minutes; an outage lasts longer
_RETRIES: Final = 12  # over half an hour
_LOOK: Final = Backoff(20.0, 300.0, factor=2.0)  # an account's own list shows a new post within seconds
_LOOKS: Final = 12  # without an answer: half an hour, then a person looks
_DOUBTED: Final = "refused_when_repeated"
_NOBODY_KNOWS: Final = "nobody_can_say"
_ABSENT: Final = 2  # answers in a row that it is not there: a call that lay in a queue has had time by then
_STUCK: Final = timedelta(minutes=10)  # Meta asks for no more than five minutes of looking at what it prepares


class EffectState(StrEnum):
    """The state of an effect."""

    BY_HAND = "by_hand"
    READY = "ready"
    RUNNING = "running"
    UNKNOWN = "unknown"
    DONE = "done"
    REFUSED = "refused"
    FLAGGED = "flagged"
    CANCELLED = "cancelled"


OPEN_EFFECTS: Final = frozenset({EffectState.READY, EffectState.RUNNING, EffectState.UNKNOWN})
"""Those that stand in their account's lane."""
IN_FLIGHT: Final = frozenset({EffectState.RUNNING, EffectState.UNKNOWN, EffectState.FLAGGED})
"""Those that may have been seen by people: nothing of them is changed before that is known."""
STOPPED: Final = frozenset({EffectState.REFUSED, EffectState.FLAGGED})
"""Those that wait for a person: nothing becomes of them by itself."""


class EffectKind(StrEnum):
    """What it is that people see."""

    POST = "post"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class PostEffect:
    """One effect on one account. `about`: id of the post or remark; `prepared`: what the provider holds for it (containers, photos).

    `prepared_at`: since when it does. `begun_at`: the first try that may have been seen. `maybe_twice`: repeated because a person said so
    while nobody could know. `note`: why it was given up, and who decided.
    """

    key: str
    kind: EffectKind
    account: str
    about: str
    state: EffectState
    next_at: datetime
    source: str = ""
    revision: int = 1
    prepared: tuple[str, ...] = ()
    prepared_at: datetime | None = None
    attempt: int = 0
    failures: int = 0
    looks: int = 0
    absent: int = 0
    begun_at: datetime | None = None
    reason: str | None = None
    provider_id: str | None = None
    link: str | None = None
    done_at: datetime | None = None
    maybe_twice: bool = False
    history: tuple[Try, ...] = ()
    measured: Measure | None = None
    measure_at: datetime | None = None
    note: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it stands in its lane."""
        return self.state in OPEN_EFFECTS

    @property
    def lane(self) -> str:
        """The lane of its account."""
        return f"{LANE}{self.account}"


def publication(post_id: str, account: str, source: str, revision: int, *, at: datetime, by_hand: bool) -> PostEffect:
    """Return the effect of a post on an account."""
    state = EffectState.BY_HAND if by_hand else EffectState.READY
    return PostEffect(f"{POST_KEY}{post_id}:{account}", EffectKind.POST, account, post_id, state, at, source, revision)


def answer(remark_id: str, account: str, source: str, *, at: datetime) -> PostEffect:
    """Return the effect of an answer."""
    return PostEffect(f"{ANSWER_KEY}{remark_id}", EffectKind.ANSWER, account, remark_id, EffectState.READY, at, source)


def prepared(effect: PostEffect, ids: tuple[str, ...], *, at: datetime) -> PostEffect:
    """Return it with what the provider holds for it."""
    return replace(effect, prepared=ids, prepared_at=at, next_at=at)


def not_ready(effect: PostEffect, *, at: datetime, look_seconds: float) -> PostVerdict:
    """Return what follows where the provider still prepares it: a look a little later; after minutes of that it is prepared anew."""
    if effect.prepared_at is not None and at - effect.prepared_at > _STUCK:
        return PostVerdict(PostAction.ANEW, "container_stuck")
    return PostVerdict(PostAction.LATER, "not_ready_yet", look_seconds)


def start(effect: PostEffect, *, at: datetime) -> PostEffect:
    """Begin a try that people may see: written before the call.

    Raises:
        DomainError: `effect_not_startable`.
    """
    if effect.state is not EffectState.READY:
        raise DomainError("effect_not_startable", effect.state)
    return replace(
        effect, state=EffectState.RUNNING, attempt=effect.attempt + 1, begun_at=effect.begun_at or at, looks=0, absent=0, next_at=at
    )


def lose(effect: PostEffect, *, at: datetime, unknown_seconds: float) -> PostEffect:
    """Note a try whose process is gone."""
    return _unknown(effect, "worker_lost", at=at, seconds=unknown_seconds)


def settle(effect: PostEffect, verdict: PostVerdict, *, at: datetime, jitter: float, unknown_seconds: float) -> PostEffect:
    """Return what follows from an answer. `jitter` in [0, 1)."""
    match verdict.action:
        case PostAction.UNKNOWN:
            return _unknown(effect, verdict.reason, at=at, seconds=unknown_seconds)
        case PostAction.LATER:
            return _again(effect, verdict.reason, at=at, seconds=verdict.wait_seconds)
        case PostAction.REFUSED:
            return _refuse(effect, verdict.reason, at=at)
        case _:
            failures = effect.failures + 1
            if failures >= _RETRIES:
                return _refuse(effect, verdict.reason, at=at)
            held = () if verdict.action is PostAction.ANEW else effect.prepared
            again = replace(effect, failures=failures, prepared=held)
            return _again(again, verdict.reason, at=at, seconds=max(_RETRY.seconds(failures, jitter), verdict.wait_seconds))


def doubted(effect: PostEffect, verdict: PostVerdict) -> PostVerdict:
    """Return the verdict of a call that people may see, in doubt once where an earlier try may be what it was refused for."""
    if verdict.action is not PostAction.REFUSED or effect.attempt < 2 or any(each.result == _DOUBTED for each in effect.history):  # noqa: PLR2004 - a repeat
        return verdict
    return PostVerdict(PostAction.UNKNOWN, _DOUBTED)


def done(effect: PostEffect, provider_id: str, *, at: datetime, link: str | None = None, reason: str = "accepted") -> PostEffect:
    """End it: people see it. It is measured from now on."""
    ended = replace(effect, state=EffectState.DONE, provider_id=provider_id, link=link or effect.link, done_at=at, reason=reason)
    return _noted(replace(ended, measure_at=at if effect.kind is EffectKind.POST else None), reason, at)


def found_absent(effect: PostEffect, *, at: datetime, jitter: float) -> PostEffect:
    """Note that the account was asked and does not have it; after that was said twice it may be tried again.

    A try that ends so again and again is refused at last, for the reason that it ended with: "duplicate" of what nobody finds, "unknown
    error" of every try. A person looks then.
    """
    asked = replace(effect, absent=effect.absent + 1, looks=effect.looks + 1)
    if asked.absent >= _ABSENT:
        failures = asked.failures + 1
        if failures >= _RETRIES:
            return _refuse(asked, asked.reason or "looked_not_there", at=at)
        wait = _RETRY.seconds(failures - 1, jitter) if failures > 1 else 0.0
        return _again(replace(asked, failures=failures), "looked_not_there", at=at, seconds=wait)
    return replace(asked, next_at=at + timedelta(seconds=_LOOK.seconds(asked.looks, jitter)))


def look_later(effect: PostEffect, *, at: datetime, jitter: float) -> PostEffect:
    """Note that nobody could be asked; after half an hour a person looks."""
    asked = replace(effect, looks=effect.looks + 1)
    if asked.looks >= _LOOKS:
        return flag(asked, at=at)
    return replace(asked, next_at=at + timedelta(seconds=_LOOK.seconds(asked.looks, jitter)))


def flag(effect: PostEffect, *, at: datetime) -> PostEffect:
    """Leave it to a person: nobody can say whether people see it."""
    return _noted(replace(effect, state=EffectState.FLAGGED, reason=_NOBODY_KNOWS), _NOBODY_KNOWS, at)


def try_again(effect: PostEffect, *, at: datetime) -> PostEffect:
    """Put it back into its lane because a person says so; one that was flagged may come twice, and says so.

    Raises:
        DomainError: `effect_not_stopped`.
    """
    _stopped(effect)
    twice = effect.maybe_twice or effect.state is EffectState.FLAGGED
    anew = replace(effect, prepared=(), failures=0, maybe_twice=twice)
    return _again(anew, "retried_by_hand", at=at, seconds=0.0)


def give_up(effect: PostEffect, note: str, *, at: datetime) -> PostEffect:
    """End it unpublished because a person says so; the plan can be mended and approved again.

    Raises:
        DomainError: `effect_not_stopped`.
    """
    _stopped(effect)
    return _noted(replace(effect, state=EffectState.CANCELLED, note=note), "given_up", at)


def posted_by_hand(effect: PostEffect, link: str, *, at: datetime) -> PostEffect:
    """End it with the link that a person pasted: it was posted by hand, or is found to be there.

    Raises:
        DomainError: `effect_not_by_hand`.
    """
    if effect.state not in (EffectState.BY_HAND, EffectState.FLAGGED, EffectState.REFUSED):
        raise DomainError("effect_not_by_hand", effect.state)
    return replace(done(effect, "", at=at, link=link, reason="by_hand"), measure_at=None)


def needs_person(effect: PostEffect, *, at: datetime) -> bool:
    """Return whether somebody has to do something now: post it by hand, look, mend. It is so once, until that was done."""
    return effect.state in STOPPED or (effect.state is EffectState.BY_HAND and effect.next_at <= at)


def call_off(effect: PostEffect) -> PostEffect:
    """Take out of the plan what nobody has seen yet; the rest stays as it is.

    Raises:
        DomainError: `post_in_flight`: it may be seen at this moment, or somebody has to look first.
    """
    if effect.state in IN_FLIGHT:
        raise DomainError("post_in_flight", effect.account)
    if effect.state is EffectState.DONE:
        return effect
    return replace(effect, state=EffectState.CANCELLED)


def plan_again(effect: PostEffect, source: str, revision: int, *, at: datetime, by_hand: bool) -> PostEffect:
    """Return a cancelled effect as one of the present revision, under the key that it always had."""
    fresh = publication(effect.about, effect.account, source, revision, at=at, by_hand=by_hand)
    twice = effect.maybe_twice or effect.reason == _NOBODY_KNOWS
    return replace(fresh, attempt=effect.attempt, history=effect.history, maybe_twice=twice)


def _stopped(effect: PostEffect) -> None:
    if effect.state not in STOPPED:
        raise DomainError("effect_not_stopped", effect.state)


def _unknown(effect: PostEffect, reason: str, *, at: datetime, seconds: float) -> PostEffect:
    lost = replace(effect, state=EffectState.UNKNOWN, reason=reason, next_at=at + timedelta(seconds=seconds))
    return _noted(lost, reason, at)


def _again(effect: PostEffect, reason: str, *, at: datetime, seconds: float) -> PostEffect:
    again = replace(effect, state=EffectState.READY, reason=reason, next_at=at + timedelta(seconds=seconds))
    return _noted(again, reason, at)


def _refuse(effect: PostEffect, reason: str, *, at: datetime) -> PostEffect:
    return _noted(replace(effect, state=EffectState.REFUSED, reason=reason), reason, at)


def _noted(effect: PostEffect, result: str, at: datetime) -> PostEffect:
    return replace(effect, history=(*effect.history, Try(effect.attempt, at, result))[-_HISTORY:])
