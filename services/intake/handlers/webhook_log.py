"""The webhook: store what came, then handle statuses. Messages are handled in `chat.py`."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from services.intake.domain.body import read_body
from services.intake.domain.messages import furthest, is_of_broadcast, read_account, read_status
from services.intake.domain.published import BroadcastStatusesReceived, StatusReceived
from services.intake.domain.webhook_log import WebhookItemKind, odd_body, split
from services.intake.ports import Deps, SentMessage, Tx
from shared.logs import get
from shared.metrics import MESSAGES

_log = get("webhook_log")


async def receive_webhook(deps: Deps, body: bytes, traceparent: str) -> int:
    """Store every item of a signed body durably, in one round trip. Nothing signed is refused, whatever it holds.

    Args:
        deps: The dependencies of the process.
        body: The raw bytes.
        traceparent: The trace to which all items of this body belong.

    Returns:
        How many items were new.

    Raises:
        Transient: the database is down; the provider sends it again.
    """
    read, digest = read_body(body), hashlib.sha256(body).hexdigest()
    items = split(read.content, digest, deps.phone_number_id) if read.readable else ()
    if read.raw is not None:
        _log.warning("webhook.mended", readable=read.readable)
        items = (*items, odd_body(read.raw, digest))
    new = await deps.webhook_log.append(items, deps.clock(), traceparent)
    kinds = Counter(item.kind.value for item in items)
    for kind in (WebhookItemKind.ELSEWHERE, WebhookItemKind.UNKNOWN):
        if kinds[kind]:
            MESSAGES.labels(f"whatsapp.{kind}", "kept").inc(kinds[kind])
    _log.info(
        "webhook.stored", new=new, repeated=len(items) - new, **{f"{kind}_count": kinds[kind] for kind in WebhookItemKind if kinds[kind]}
    )
    return new


async def handle_statuses(tx: Tx, keys: Sequence[str]) -> int:
    """Publish delivery statuses of messages of ours, and how our number is rated; what we do not know is not published.

    Of messages of broadcasts one event tells, of each how far it came: nobody waits for each word. An item handled meanwhile is left alone.

    Returns:
        Of how many messages of broadcasts something was told.
    """
    await tx.prefetch_items(keys)
    items = [item for item in [await tx.item(key) for key in keys] if item.is_new]
    read = [read_status(item.content, item.received_at) if item.kind is WebhookItemKind.STATUS else None for item in items]
    told = furthest(fact for fact in read if fact and is_of_broadcast(fact))
    alone = [fact for fact in read if fact and not is_of_broadcast(fact)]
    await tx.prefetch_sent_messages([fact.wamid for fact in (*alone, *told[:1])])
    for item, fact in zip(items, read, strict=True):
        await asyncio.sleep(0)  # what was prefetched waits for nothing: requests are answered in between
        rated = read_account(item.content, item.key, item.received_at) if item.kind is WebhookItemKind.ACCOUNT else None
        if rated is not None:
            tx.emit(rated)
        if fact is not None and not is_of_broadcast(fact):
            await _tell(tx, fact)
        tx.finish_item(item)
    if told:
        await _tell(tx, BroadcastStatusesReceived(told))
    return len(told)


async def _tell(tx: Tx, fact: StatusReceived | BroadcastStatusesReceived) -> None:
    """Publish it under the message that it speaks of first."""
    first = fact if isinstance(fact, StatusReceived) else fact.statuses[0]
    sent = await tx.sent_message(first.wamid) or SentMessage(first.wamid)
    tx.keep_sent_message(replace(sent, statuses=(*sent.statuses, first.status)))
    tx.emit(fact)


async def replay_item(tx: Tx, stuck_id: str) -> None:
    """Release a parked item to be handled again, at its own place in its chat: the order is that of sending.

    Raises:
        NotFound: no parked item has this id.
    """
    tx.renew_item((await tx.parked_item(stuck_id)).item)


async def discard_item(tx: Tx, stuck_id: str, note: str) -> None:
    """Discard a parked item; the note is stored with it.

    Raises:
        NotFound: no parked item has this id.
    """
    tx.discard_item((await tx.parked_item(stuck_id)).item, note)
