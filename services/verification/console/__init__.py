"""A staff console for a terminal: example of a console of another builder, and tool for who works over ssh (docs/consoles.md).

It knows what such a console knows, and no more: the queue with its announcements, and verification's API.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final

_FAILED: Final = 1
_USAGE: Final = 2


def console_command(words: Sequence[str]) -> int:
    """Show the console in this terminal until who works there leaves. Return the exit code."""
    if words:
        sys.stderr.write("usage: python -m services.verification console (its settings: docs/consoles.md)\n")
        return _USAGE
    if find_spec("textual") is None:
        sys.stderr.write("console: needs the package textual: pip install 'adminduk-pipeline[console]'\n")
        return _FAILED
    from services.verification.console.start import show  # noqa: PLC0415 - a service runs without what draws in terminals

    return show()
