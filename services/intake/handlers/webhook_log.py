"""The webhook: store what came, then handle statuses. Messages are handled in `chat.py`."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from services.intake.domain.body import read_body
from services.intake.domain.messages import read_account, read_status
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


async def prefetch_statuses(tx: Tx, keys: Sequence[str]) -> None:
    """Read in few queries what `handle_status` will ask for."""
    await tx.prefetch_items(keys)
    items = [await tx.item(key) for key in keys]
    facts = [read_status(item.content, item.received_at) for item in items if item.is_new and item.kind is WebhookItemKind.STATUS]
    await tx.prefetch_sent_messages([fact.wamid for fact in facts if fact])


async def handle_status(tx: Tx, key: str) -> None:
    """Publish the delivery status of a message of ours, or how our number is rated; what we do not know is not published.

    An item handled meanwhile is left alone.
    """
    item = await tx.item(key)
    if not item.is_new:
        return
    if item.kind is WebhookItemKind.ACCOUNT:
        rated = read_account(item.content, item.key, item.received_at)
        if rated is not None:
            tx.emit(rated)
        tx.finish_item(item)
        return
    fact = read_status(item.content, item.received_at)
    if fact is not None:
        sent = await tx.sent_message(fact.wamid) or SentMessage(fact.wamid)
        tx.keep_sent_message(replace(sent, statuses=(*sent.statuses, fact.status)))
        tx.emit(fact)
    tx.finish_item(item)


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
