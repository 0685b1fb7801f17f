"""What can go wrong between us and the broker."""

from __future__ import annotations


class PublishRefused(Exception):  # noqa: N818 - what the broker did
    """The broker answered and does not want this message: no queue takes it, no such exchange, too big. `code` is stable."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class BrokerUnavailable(Exception):  # noqa: N818 - what the broker is
    """No confirm: the broker is down, blocked or slow. It may have the message all the same; the inbox absorbs the repeat."""


class ConnectionLost(Exception):  # noqa: N818 - what happened
    """The connection is gone, or never came. `reason` is stable and holds no address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
