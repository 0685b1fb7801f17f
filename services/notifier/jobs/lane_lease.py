"""The right to send to one recipient: held while its lane is worked off, lost when nobody renews it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from services.notifier.ports import Lane, Lanes
from shared.clock import monotonic_seconds

_MARGIN: Final = 0.5  # no call begins in the last half of a lease: it is renewed before, unless the database is away


class LeaseLost(Exception):  # noqa: N818 - the finding
    """The loss of a lane's lease to another holder."""


class LaneLease:
    """A lane in hand: its token in the database and when, by our own clock, the lease ends at the latest."""

    def __init__(self, lanes: Lanes, lane: Lane, token: str, *, until: float, lease_seconds: float) -> None:
        self._lanes = lanes
        self._margin_seconds = lease_seconds * _MARGIN
        self.lane = lane
        self.token = token
        self.until = until

    @property
    def has_time(self) -> bool:
        """Whether a call may begin."""
        return self.until - monotonic_seconds() > self._margin_seconds

    async def reread(self) -> None:
        """Read the lane as it is now; the tokens drawn meanwhile are ours alone and stay.

        Raises:
            LeaseLost: somebody else has it.
        """
        lane = await self._lanes.reread(self.lane.key, self.token)
        if lane is None:
            raise LeaseLost
        self.lane = replace(lane, pair=self.lane.pair)

    async def lost_at(self) -> datetime | None:
        """Return when the address changed hands last, as it is known now. The revision that we work by stays what it was.

        Raises:
            LeaseLost: somebody else has the lane.
        """
        lane = await self._lanes.reread(self.lane.key, self.token)
        if lane is None:
            raise LeaseLost
        return lane.lost_at

    async def release(self, due_at: datetime | None) -> bool:
        """Release the lane; return False, and reread it, where something was put into it meanwhile.

        Raises:
            LeaseLost: somebody else has it.
        """
        if await self._lanes.release(self.lane, self.token, due_at):
            return True
        await self.reread()
        return False
