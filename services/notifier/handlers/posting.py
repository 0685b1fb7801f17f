"""Posts: written, judged, mended, called off; what a person says of one that stopped; numbers of those that are out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.notifier.domain.broadcast import Hand
from services.notifier.domain.facts import PostMeasured
from services.notifier.domain.posting import effect as effects
from services.notifier.domain.posting import post as rules
from services.notifier.domain.posting.accounts import check_link
from services.notifier.domain.posting.effect import EffectKind, EffectState, PostEffect
from services.notifier.domain.posting.measure import Counts, check_counts, merged, next_measure
from services.notifier.domain.posting.post import PostContent, PostState, SocialPost
from services.notifier.ports import Deps, Tx
from shared.errors import DomainError
from shared.ids import new_id


async def propose_post(tx: Tx, deps: Deps, content: PostContent, by: Hand) -> SocialPost:
    """Keep a plan; somebody else approves it.

    Raises:
        DomainError: as `post.check_content`.
    """
    at = deps.clock()
    checked = rules.check_content(content, deps.posting.accounts, deps.posting.ways, now=_not_before(content, at))
    post = SocialPost(new_id(), _timely(checked, at), by, at)
    tx.add_post(post)
    return post


async def mend_post(tx: Tx, deps: Deps, post_id: str, content: PostContent, by: Hand, revision: int) -> SocialPost:
    """Write it anew where nobody has seen it yet; it needs another approval. `revision`: the one that was read before.

    Raises:
        DomainError: as `post.check_content`; `post_cancelled`, `post_mended_meanwhile`, `post_in_flight`, `post_published`.
        NotFound: `posts_not_found`.
    """
    at = deps.clock()
    checked = rules.check_content(content, deps.posting.accounts, deps.posting.ways, now=_not_before(content, at))
    known = await tx.post_effects(post_id)
    if known and all(each.state is EffectState.DONE for each in known):
        raise DomainError("post_published")
    post = rules.mend(await tx.get_post(post_id), _timely(checked, at), by, revision, at=at)
    for each in known:
        tx.keep_effect(effects.call_off(each))
    tx.save_post(post)
    return post


async def approve_post(tx: Tx, deps: Deps, post_id: str, revision: int, by: Hand) -> SocialPost:
    """Let it be published at its time, or now where that has passed.

    Raises:
        DomainError: `post_not_proposed`, `post_changed`, `second_person_needed`, `account_unknown`.
        NotFound: `posts_not_found`.
    """
    at = deps.clock()
    post = rules.approve(await tx.get_post(post_id), by, revision, at=at)
    tx.save_post(post)
    known = {each.account: each for each in await tx.post_effects(post_id)}
    for target in post.content.targets:
        account = deps.posting.accounts.get(target.account)
        if account is None:
            raise DomainError("account_unknown", target.account)
        before, due = known.get(target.account), max(post.content.at, at)
        if before is None:
            fresh = effects.publication(post_id, account.code, target.source, post.revision, at=due, by_hand=account.by_hand)
            await tx.find_effect(fresh.key)
            tx.keep_effect(fresh)
        elif before.state is not EffectState.DONE:
            tx.keep_effect(effects.plan_again(before, target.source, post.revision, at=due, by_hand=account.by_hand))
    return post


async def return_post(tx: Tx, deps: Deps, post_id: str, revision: int, note: str, by: Hand) -> SocialPost:
    """Give it back to whoever wrote it.

    Raises:
        DomainError: `post_not_proposed`, `post_changed`, `second_person_needed`, `note_missing`.
        NotFound: `posts_not_found`.
    """
    post = rules.give_back(await tx.get_post(post_id), by, revision, note, at=deps.clock())
    tx.save_post(post)
    return post


async def cancel_post(tx: Tx, post_id: str) -> SocialPost:
    """Call off what nobody has seen yet.

    Raises:
        DomainError: `post_cancelled`, `post_in_flight`.
        NotFound: `posts_not_found`.
    """
    post = rules.cancel(await tx.get_post(post_id))
    for each in await tx.post_effects(post_id):
        tx.keep_effect(effects.call_off(each))
    tx.save_post(post)
    return post


async def retry_effect(tx: Tx, deps: Deps, key: str) -> PostEffect:
    """Try again what was refused, or what a person saw not to be there.

    Raises:
        DomainError: `effect_not_stopped`, `post_not_approved`.
        NotFound: `post_effects_not_found`.
    """
    known = await tx.get_effect(key)
    if known.kind is EffectKind.POST and (await tx.get_post(known.about)).state is not PostState.APPROVED:
        raise DomainError("post_not_approved")
    again = effects.try_again(known, at=deps.clock())
    tx.keep_effect(again)
    return again


async def give_up_effect(tx: Tx, deps: Deps, key: str, note: str) -> PostEffect:
    """End unpublished what was refused, or what a person saw not to be there.

    Raises:
        DomainError: `effect_not_stopped`.
        NotFound: `post_effects_not_found`.
    """
    ended = effects.give_up(await tx.get_effect(key), note, at=deps.clock())
    tx.keep_effect(ended)
    return ended


async def note_link(tx: Tx, deps: Deps, key: str, link: str) -> PostEffect:
    """Count it as published: a person posted it, or saw it there.

    Raises:
        DomainError: `effect_not_by_hand`, `link_wrong`, `link_foreign`, `account_unknown`.
        NotFound: `post_effects_not_found`.
    """
    known = await tx.get_effect(key)
    account = deps.posting.accounts.get(known.account)
    if account is None:
        raise DomainError("account_unknown", known.account)
    posted = effects.posted_by_hand(known, check_link(account, link), at=deps.clock())
    tx.keep_effect(posted)
    return posted


async def note_counts(tx: Tx, deps: Deps, key: str, counts: Counts) -> PostEffect:
    """Take numbers that a person read on the platform; what the platform tells by itself goes on.

    Raises:
        DomainError: `effect_not_published`, `count_missing`, `count_wrong`.
        NotFound: `post_effects_not_found`.
    """
    known = await tx.get_effect(key)
    return await _measured(tx, deps, key, check_counts(counts), next_at=known.measure_at)


async def take_counts(tx: Tx, deps: Deps, key: str, counts: Counts) -> PostEffect:
    """Take the numbers that the platform told, and plan the next look."""
    known = await tx.get_effect(key)
    at = deps.clock()
    following = next_measure(known.done_at or at, at=at, every=deps.posting.policy.measure_every)
    return await _measured(tx, deps, key, counts, next_at=following)


async def put_off_counts(tx: Tx, key: str, until: datetime) -> None:
    """Look at the numbers later: they could not be had."""
    tx.keep_effect(replace(await tx.get_effect(key), measure_at=until))


async def _measured(tx: Tx, deps: Deps, key: str, counts: Counts, *, next_at: datetime | None) -> PostEffect:
    known = await tx.get_effect(key)
    if known.state is not EffectState.DONE or known.kind is not EffectKind.POST:
        raise DomainError("effect_not_published")
    at = deps.clock()
    after = replace(known, measured=merged(known.measured, counts, at=at), measure_at=next_at)
    tx.keep_effect(after)
    if after.measured is not None and (known.measured is None or after.measured.counts != known.measured.counts):
        platform = deps.posting.accounts[known.account].platform if known.account in deps.posting.accounts else known.account
        tx.emit(PostMeasured(key, known.source, str(platform), after.measured.counts, deps.posting.policy.today(at), at))
    return after


def _not_before(content: PostContent, at: datetime) -> datetime:
    """Return the moment before which no time may lie: the minute that has begun, for a form names minutes."""
    return at.replace(second=0, microsecond=0) if content.at <= at else at


def _timely(content: PostContent, at: datetime) -> PostContent:
    return content if content.at >= at else replace(content, at=at)
