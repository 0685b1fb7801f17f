"""Whether the office can sign now, and why not. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

CERTIFICATE_EXPIRED: Final = "certificate_expired"
CERTIFICATE_UNREADABLE: Final = "certificate_unreadable"
"""A file of the signer's is missing, is none, or is another's."""


def why_unsigned(until: datetime | None, failure: str, at: datetime) -> str:
    """Return why nothing can be signed at a moment, or empty.

    Args:
        until: When the signer's certificate ends; None while nobody knows.
        failure: Why the renderer's last start failed, or empty.
        at: The moment.
    """
    if failure == CERTIFICATE_UNREADABLE:
        return CERTIFICATE_UNREADABLE
    return CERTIFICATE_EXPIRED if until is not None and at >= until else ""
