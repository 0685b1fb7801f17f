"""Works off the lane of an account: publishes what is due, answers who asked, each once or flagged (ADR 52).

What people see begins as `running` in the database before the first byte leaves. Whoever finds one that is `running` asks the account
whether it is there; nothing is repeated before that was answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from services.notifier.domain.outcome import Accepted, Known, Outcome
from services.notifier.domain.posting import effect as effects
from services.notifier.domain.posting.accounts import SocialAccount
from services.notifier.domain.posting.effect import LANE, EffectKind, EffectState, PostEffect
from services.notifier.domain.posting.post import PostState, SocialPost
from services.notifier.domain.posting.verdict import PostAction, PostVerdict, judge
from services.notifier.domain.posting.wording import full_text
from services.notifier.jobs.lane_lease import LaneLease, LeaseLost
from services.notifier.jobs.lane_worker import LaneKeeper
from services.notifier.jobs.recorder import Again, Next, Until
from services.notifier.ports.posting import AnsweredTo, FoundPost, PictureAddress, PreparedCondition, PreparedPost
from shared import logs, metrics
from shared.clock import monotonic_seconds
from shared.errors import Transient

_PAUSE_SECONDS: Final = 0.5  # between tries to write down what a call came to, while the database is away
_LIMIT_SECONDS: Final = 30.0  # then the try counts as lost, and is looked up

_log = logs.get("posting")


class PostPublisher(LaneKeeper):
    """The worker of the accounts' lanes."""

    async def turn(self, lease: LaneLease) -> Next:
        """Do the next step of the effect that is due first."""
        deps = self._deps
        code = lease.lane.key.removeprefix(LANE)
        found = await deps.posting.effects.head(code)
        if found is None:
            return Until(None)
        effect, version = found
        at = deps.clock()
        if effect.state is EffectState.RUNNING:  # we hold the lane, so whoever began this try is gone
            return await self._put(effects.lose(effect, at=at, unknown_seconds=self._unknown), version)
        if effect.next_at > at:
            return Until(effect.next_at)
        account = deps.posting.accounts.get(code)
        if account is None or account.by_hand:
            refused = effects.settle(effect, PostVerdict(PostAction.REFUSED, "account_unknown"), at=at, jitter=0.0, unknown_seconds=0.0)
            return await self._put(refused, version)
        if effect.kind is EffectKind.POST:
            return await self._post(lease, account, effect, version)
        return await self._answer(lease, account, effect, version)

    @property
    def _unknown(self) -> float:
        return self._deps.posting.policy.unknown.total_seconds()

    async def _post(self, lease: LaneLease, account: SocialAccount, effect: PostEffect, version: int) -> Next:
        graph, post = self._deps.posting.graph, await self._deps.posting.reader.find(effect.about)
        if post is None or post.state is not PostState.APPROVED or post.revision != effect.revision:
            return await self._settle(effect, version, PostVerdict(PostAction.REFUSED, "post_changed"))  # unless that took it out already
        text = self._text(post, account, effect)
        if effect.state is EffectState.UNKNOWN:
            since = effect.begun_at or post.written_at
            return await self._found(effect, version, await graph.find(account, text, effect.prepared, since))
        if not effect.prepared:
            return await self._prepare(account, post, text, effect, version)
        condition = await graph.condition(account, effect.prepared)
        if condition is PreparedCondition.SHOWN:
            return await self._put(effects.lose(effect, at=self._deps.clock(), unknown_seconds=0.0), version)
        if condition is not PreparedCondition.READY:
            return await self._not_ready(effect, version, condition)
        return await self._show(lease, effect, version, lambda: graph.publish(account, text, effect.prepared))

    async def _prepare(self, account: SocialAccount, post: SocialPost, text: str, effect: PostEffect, version: int) -> Next:
        pictures = [PictureAddress(self._deps.posting.picture_url(each.file_id), each.alt) for each in post.content.pictures]
        held = await self._deps.posting.graph.prepare(account, text, pictures)
        if isinstance(held, PreparedPost):
            return await self._put(effects.prepared(effect, held.ids, at=self._deps.clock()), version)
        return await self._settle(effect, version, judge(held, visible=False))

    async def _not_ready(self, effect: PostEffect, version: int, condition: PreparedCondition | Outcome) -> Next:
        match condition:
            case PreparedCondition.NOT_YET:
                seconds = self._deps.posting.policy.look_prepared.total_seconds()
                verdict = effects.not_ready(effect, at=self._deps.clock(), look_seconds=seconds)
            case PreparedCondition.GONE:
                verdict = PostVerdict(PostAction.ANEW, "container_gone")
            case PreparedCondition.FULL:
                verdict = PostVerdict(PostAction.LATER, "limit_of_the_day", _FULL_SECONDS)
            case PreparedCondition.READY | PreparedCondition.SHOWN:
                raise AssertionError  # pragma: no cover - asked before
            case _:
                verdict = judge(condition, visible=False)
        return await self._settle(effect, version, verdict)

    async def _answer(self, lease: LaneLease, account: SocialAccount, effect: PostEffect, version: int) -> Next:
        graph, remark = self._deps.posting.graph, await self._deps.posting.reader.remark(effect.about)
        if remark is None:
            return await self._settle(effect, version, PostVerdict(PostAction.REFUSED, "remark_gone"))
        to = AnsweredTo(remark.kind, remark.provider_id, remark.author)
        if effect.state is EffectState.UNKNOWN:
            return await self._found(effect, version, await graph.find_answer(account, to, remark.answer))
        return await self._show(lease, effect, version, lambda: graph.answer(account, to, remark.answer))

    async def _show(self, lease: LaneLease, ready: PostEffect, version: int, call: Callable[[], Awaitable[Outcome]]) -> Next:
        """Write that the try begins, call, write what it came to."""
        if not lease.has_time:
            return Again()
        effect = effects.start(ready, at=self._deps.clock())
        begun = await self._deps.posting.effects.replace(effect, version)
        if begun is None:
            return Again()
        if not lease.has_time:
            raise LeaseLost  # what was written as `running` is found by the next holder of the lane
        began = monotonic_seconds()
        outcome = await call()
        verdict = effects.doubted(effect, judge(outcome, visible=True))
        _tell(effect, verdict, seconds=monotonic_seconds() - began)
        if isinstance(outcome, Accepted):
            return await self._put(effects.done(effect, outcome.provider_id or "", at=self._deps.clock()), begun)
        return await self._settle(effect, begun, verdict)

    async def _found(self, effect: PostEffect, version: int, found: FoundPost | Known) -> Next:
        """Go on by what the account says of a try whose end nobody knows."""
        at, jitter = self._deps.clock(), self._deps.jitter()
        match found:
            case FoundPost():
                after = effects.done(effect, found.provider_id, at=at, link=found.link, reason="looked_there")
            case Known.NO:
                after = effects.found_absent(effect, at=at, jitter=jitter)
            case Known.CANNOT_SAY:
                after = effects.flag(effect, at=at)
            case _:
                after = effects.look_later(effect, at=at, jitter=jitter)
        _log.info("posting.looked", effect=effect.key, state=after.state, reason=after.reason)
        return await self._put(after, version)

    async def _settle(self, effect: PostEffect, version: int, verdict: PostVerdict) -> Next:
        at, jitter = self._deps.clock(), self._deps.jitter()
        after = effects.settle(effect, verdict, at=at, jitter=jitter, unknown_seconds=max(self._unknown, verdict.wait_seconds))
        if after.state is EffectState.REFUSED:
            _log.warning("posting.refused", effect=effect.key, reason=verdict.reason)
        return await self._put(after, version)

    async def _put(self, effect: PostEffect, version: int) -> Next:
        """Store it, also where the lane was lost meanwhile: it is guarded by the version.

        Raises:
            Transient: the database was away for half a minute.
        """
        give_up_at = monotonic_seconds() + _LIMIT_SECONDS
        while True:
            try:
                await self._deps.posting.effects.replace(effect, version)
            except Transient as error:
                if monotonic_seconds() >= give_up_at:
                    raise
                _log.warning("posting.unrecorded", effect=effect.key, reason=error.code)
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return Again()  # the next one of the lane, or this one's next step

    def _text(self, post: SocialPost, account: SocialAccount, effect: PostEffect) -> str:
        return full_text(post.content.text, account.platform, effect.source, self._deps.posting.ways)


_FULL_SECONDS: Final = 900.0  # between looks at whether the account may publish again


def _tell(effect: PostEffect, verdict: PostVerdict, *, seconds: float) -> None:
    metrics.EFFECT_SECONDS.labels("posting").observe(seconds)
    metrics.EFFECTS.labels("posting", str(verdict.action)).inc()
    _log.info(
        "effect.tried",
        job=effect.key,
        kind=effect.kind,
        channel="posting",
        attempt=effect.attempt,
        action=verdict.action,
        reason=verdict.reason,
        maybe_duplicate=effect.maybe_twice,
        ms=round(seconds * 1000, 1),
    )
