"""Lists as files that a spreadsheet of the office opens: UTF-8 with its mark, semicolons, and no cell that is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the wide ones, too: OWASP, CSV injection
_MARK: Final = "\ufeff"  # without it Excel reads UTF-8 as something else


def csv_lines(rows: Iterable[Sequence[str]], *, begin: bool = False) -> str:
    """Return rows as lines; `begin`: they are the first of the file."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([_harmless(cell) for cell in row] for row in rows)
    return (_MARK if begin else "") + out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
