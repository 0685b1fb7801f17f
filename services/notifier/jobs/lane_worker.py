"""Works off a lane, one message after the other, while it holds the lane's lease."""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from services.notifier.domain.window import in_window
from services.notifier.handlers.announce import let_out_held
from services.notifier.jobs.job_sender import JobSender, StoredJob
from services.notifier.jobs.lane_lease import LaneLease, LeaseLost
from services.notifier.jobs.recorder import Left, Next, Until
from services.notifier.ports import Deps, Tx
from shared import logs
from shared.clock import monotonic_seconds
from shared.errors import Transient
from shared.ids import new_id

_TROUBLE_SECONDS: Final = 1.0  # before a lane that failed for a reason of ours is tried again

_log = logs.get("lane_worker")


class LaneKeeper(ABC):
    """Holds lanes while their turns are worked off. `stopping` makes it release them after the turn in hand; `warm` runs beside a claim."""

    def __init__(self, deps: Deps, warm: Callable[[], Awaitable[None]] | None = None) -> None:
        self._deps = deps
        self._warm = warm or _nothing
        self._leases: dict[str, LaneLease] = {}
        self.stopping = False

    @abstractmethod
    async def turn(self, lease: LaneLease) -> Next:
        """Do what is due first in the lane; say what that means for it."""

    async def run_lane(self, key: str) -> bool:
        """Send until nothing is due in the lane; return False where another process holds it, or took it over."""
        token, seconds = new_id(), self._deps.lease_seconds
        until = monotonic_seconds() + seconds
        lane, _ = await asyncio.gather(self._deps.lanes.claim(key, token, seconds), self._warm())
        if lane is None:
            return False
        lease = self._leases[key] = LaneLease(self._deps.lanes, lane, token, until=until, lease_seconds=seconds)
        try:
            await self._work_off(lease)
        except LeaseLost:
            _log.warning("lane.lost")
            return False
        except Exception:
            with contextlib.suppress(Exception):  # else the lease ends by itself
                await self._deps.lanes.abandon(key, token, self._deps.clock() + timedelta(seconds=_TROUBLE_SECONDS))
            raise
        finally:
            del self._leases[key]
        return True

    async def renew(self) -> None:
        """Renew the leases of lanes in hand, however long a call takes: so a lease may be short, and a crash is soon over."""
        leases, until = dict(self._leases), monotonic_seconds() + self._deps.lease_seconds
        if not leases:
            return
        try:
            held = await self._deps.lanes.renew({key: lease.token for key, lease in leases.items()}, self._deps.lease_seconds)
        except Transient as error:
            _log.warning("lanes.unrenewed", reason=error.code)
            return
        for key, lease in leases.items():
            lease.until = until if key in held else float("-inf")

    async def _work_off(self, lease: LaneLease) -> None:
        """Send job after job. What is put into the lane meanwhile raises its revision, so that it is not given back."""
        while True:
            step = await self.turn(lease)
            if not isinstance(step, Until) and not self.stopping and lease.has_time:
                continue
            if await lease.release(step.moment if isinstance(step, Until) else self._deps.clock()):
                return


class LaneWorker(LaneKeeper):
    """The worker of a channel's messages. `accepted` is told the provider's id of each message that was taken."""

    def __init__(
        self,
        deps: Deps,
        warm: Callable[[], Awaitable[None]] | None = None,
        accepted: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(deps, warm)
        self._sender = JobSender(deps, accepted or _nobody)

    async def turn(self, lease: LaneLease) -> Next:
        """Let out what was held for the person to write, then send the first message."""
        await self._let_out(lease)
        return await self._send_first(lease)

    async def _send_first(self, lease: LaneLease) -> Next:
        heads = await self._deps.jobs.heads(lease.lane.key)
        if not heads:
            return Until(None)
        step = await self._sender.send(lease, StoredJob(*heads[0]))
        return Until(None) if isinstance(step, Left) and len(heads) == 1 else step

    async def _let_out(self, lease: LaneLease) -> None:
        """Once the person has written, what templates stood for goes before everything else."""
        at, lane = self._deps.clock(), lease.lane
        wrote_at = lane.inbound_at
        if lane.held_since is None or wrote_at is None or wrote_at <= lane.held_since:
            return
        if not in_window(wrote_at, at=at, policy=self._deps.policy):
            return

        async def let_out(tx: Tx) -> None:
            await let_out_held(tx, lane.key, wrote_at, at=at)

        await self._deps.transact(let_out)
        lease.lane = replace(lane, held_since=None)


async def _nothing() -> None:
    return None


def _nobody(_provider_id: str) -> None:
    return None
