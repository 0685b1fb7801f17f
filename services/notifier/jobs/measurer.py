"""Reads the numbers of what was published, and the addresses that were not told at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Final

from services.notifier.domain.posting.effect import PostEffect
from services.notifier.domain.posting.measure import Counts
from services.notifier.domain.posting.verdict import judge
from services.notifier.handlers import posting as handlers
from services.notifier.ports import Deps, Tx
from shared import logs
from shared.errors import AppError
from shared.mongo import DatabaseUnavailable
from shared.poller import Poller

_POLL_SECONDS: Final = 2.0
_AT_A_TIME: Final = 20
_REST: Final = timedelta(minutes=15)  # before numbers that could not be had are asked for again

_log = logs.get("posting")


class Measurer:
    """The job that reads numbers."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`."""
        await Poller("numbers of posts", self._turn, poll_seconds=_POLL_SECONDS).run(stop)

    async def _turn(self) -> None:
        try:
            await self.measure()
        except AppError as error:
            if isinstance(error, DatabaseUnavailable):
                raise  # waited for by the poller
            _log.warning("posting.unmeasured", reason=error.code)

    async def measure(self) -> int:
        """Read what is due; return how many were read."""
        due = await self._deps.posting.reader.to_measure(self._deps.clock(), _AT_A_TIME)
        for effect in due:
            await self._one(effect)
        return len(due)

    async def _one(self, effect: PostEffect) -> None:
        deps, key = self._deps, effect.key
        account = deps.posting.accounts.get(effect.account)
        provider_id = effect.provider_id or ""
        if account is None or account.by_hand or not provider_id:
            await deps.transact(lambda tx: handlers.put_off_counts(tx, key, deps.clock() + timedelta(days=1)))
            return
        link = effect.link or await deps.posting.graph.link_of(account, provider_id)
        counts = await deps.posting.graph.measure(account, provider_id)

        async def take(tx: Tx) -> None:
            if link and not (known := await tx.get_effect(key)).link:
                tx.keep_effect(replace(known, link=link))
            if isinstance(counts, Counts):
                await handlers.take_counts(tx, deps, key, counts)
            else:
                await handlers.put_off_counts(tx, key, deps.clock() + _REST)

        await deps.transact(take)
        if not isinstance(counts, Counts):
            _log.warning("posting.unmeasured", effect=key, reason=judge(counts, visible=False).reason)
