"""What a backup or a restore does not do, and why: a stable code, and its sentence in Indonesian."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from shared.errors import AppError

_SENTENCES = Path(__file__).with_name("sentences.toml")


class Refused(AppError):  # noqa: N818 - as in `shared.errors`
    """It was not done. `detail` names what it was about: a file, a setting, a moment; never personal data."""

    status = 409

    @property
    def sentence(self) -> str:
        """Return what the operator reads."""
        return f"{self.code}: {sentences()[self.code]}" + (f" ({self.detail})" if self.detail else "")


@cache
def sentences() -> dict[str, str]:
    """Return the sentence of each code."""
    found: dict[str, str] = tomllib.loads(_SENTENCES.read_text(encoding="utf-8"))
    return found
