"""How many messages there are, and how far they came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.values import Channel


@dataclass(frozen=True, slots=True)
class ChannelTally:
    """Messages of one channel by how far they came. `sent`: the provider has them and has not said more."""

    arrived: int = 0
    sent: int = 0
    waiting: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class MessageTally:
    """Messages of a day by channel; what failed and waits for a person, of any day, by its reason.

    `oldest_minutes`: the age of what is in flight the longest; `is_cut`: there were more than are counted, the latest are.
    """

    channels: Mapping[Channel, ChannelTally]
    failures: Mapping[str, int]
    oldest_minutes: int = 0
    is_cut: bool = False
