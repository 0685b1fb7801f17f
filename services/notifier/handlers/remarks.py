"""What people write to the office's accounts: kept once, answered with a link where it asks for a service, or by somebody with a clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.notifier.domain.broadcast import Hand
from services.notifier.domain.posting import effect as effects
from services.notifier.domain.posting import remark as rules
from services.notifier.domain.posting.remark import TEXT_MOST, Remark, RemarkKind, RemarkState
from services.notifier.domain.posting.wording import link_answer
from services.notifier.ports import Deps, Tx

GENERAL: Final = ""
"""Stands for the source of who wrote to an account and not under a post."""


@dataclass(frozen=True, slots=True)
class CameRemark:
    """What a platform told of something that somebody wrote. `media`: its id of the post, "" none."""

    kind: RemarkKind
    account: str
    provider_id: str
    author: str
    author_name: str
    text: str
    written_at: datetime
    media: str = ""
    is_edited: bool = False


@dataclass(frozen=True, slots=True)
class GoneRemark:
    """What a platform told of something that somebody took back."""

    account: str
    provider_id: str


async def take_remark(tx: Tx, deps: Deps, came: CameRemark) -> Remark | None:
    """Keep it, once; None where it is known already. What was edited before somebody answered is what they wrote.

    Who asks for a service by its name under one of our posts is answered with the link that has the post's source, once; other questions
    wait for somebody.
    """
    remark_id = f"{came.account}:{came.provider_id}"
    known = await tx.find_remark(remark_id)
    if known is not None:
        if came.is_edited:
            tx.save_remark(rules.edited(known, came.text))
        return None
    published = await deps.posting.reader.find_published(came.account, came.media)
    at = deps.clock()
    remark = Remark(
        remark_id=remark_id,
        kind=came.kind,
        account=came.account,
        provider_id=came.provider_id,
        author=came.author,
        author_name=came.author_name[:100],
        text=came.text[:TEXT_MOST],
        written_at=came.written_at,
        came_at=at,
        due_at=deps.posting.policy.due(at),
        media=came.media,
        post_id="" if published is None else published.about,
        source=GENERAL if published is None else published.source,
        services=rules.wanted_services(came.text, deps.posting.said),
        state=RemarkState.OPEN if rules.asks(came.text, came.kind) else RemarkState.SILENT,
    )
    if remark.services and remark.source and await _may_get_link(deps, remark):
        remark = replace(remark, state=RemarkState.OPEN)
        remark = rules.answered(remark, link_answer(remark.source, deps.posting.ways), None, at=at)
        await _send(tx, remark, at)
    tx.add_remark(remark)
    return remark


async def _may_get_link(deps: Deps, remark: Remark) -> bool:
    """Return whether the link is given by itself: not again to who has it under this post, or a hundred comments are a hundred answers."""
    if not deps.posting.policy.answers_with_link or not remark.author:
        return False
    return not await deps.posting.reader.has_link(remark.post_id, remark.account, remark.author)


async def forget_remark(tx: Tx, deps: Deps, gone: GoneRemark) -> None:
    """Forget what somebody took back: neither its words nor who wrote stay, and nobody answers it any more.

    A platform tells again what we could not take: that it was written may come after that it was taken back.
    """
    remark_id = f"{gone.account}:{gone.provider_id}"
    known = await tx.find_remark(remark_id)
    if known is not None:
        tx.save_remark(rules.taken_back(known))
    else:
        tx.add_remark(rules.never_kept(remark_id, gone.account, gone.provider_id, at=deps.clock()))


async def answer_remark(tx: Tx, deps: Deps, remark_id: str, text: str, by: Hand) -> Remark:
    """Answer it through the mouth.

    Raises:
        DomainError: `remark_not_open`, `remark_taken`, `answer_missing`, `answer_too_long`.
        NotFound: `remarks_not_found`.
    """
    at = deps.clock()
    remark = rules.answered(await tx.get_remark(remark_id), text, by, at=at)
    tx.save_remark(remark)
    await _send(tx, remark, at)
    return remark


async def own_remark(tx: Tx, remark_id: str, by: Hand) -> Remark:
    """Make somebody its owner.

    Raises:
        DomainError: `remark_not_open`, `remark_taken`.
        NotFound: `remarks_not_found`.
    """
    remark = rules.take(await tx.get_remark(remark_id), by)
    tx.save_remark(remark)
    return remark


async def close_remark(tx: Tx, deps: Deps, remark_id: str, by: Hand) -> Remark:
    """End it without an answer.

    Raises:
        DomainError: `remark_not_open`, `remark_taken`.
        NotFound: `remarks_not_found`.
    """
    remark = rules.close(await tx.get_remark(remark_id), by, at=deps.clock())
    tx.save_remark(remark)
    return remark


async def _send(tx: Tx, remark: Remark, at: datetime) -> None:
    effect = effects.answer(remark.remark_id, remark.account, remark.source, at=at)
    await tx.find_effect(effect.key)
    tx.keep_effect(effect)
