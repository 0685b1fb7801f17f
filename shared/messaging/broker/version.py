"""Which releases of RabbitMQ the layout works on: quorum queues with a delivery limit, dead letters at least once (3.10 and 4.x)."""

from __future__ import annotations

import re
from typing import Final

OLDEST: Final = (3, 10)
UNSUPPORTED: Final = "version_unsupported"
_RELEASE: Final = re.compile(r"(\d+)\.(\d+)")


def is_supported(said: str) -> bool:
    """Return whether a broker that says so of itself can be worked with; one that says nothing readable is tried."""
    found = _RELEASE.match(said)
    return found is None or (int(found.group(1)), int(found.group(2))) >= OLDEST
