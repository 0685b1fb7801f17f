"""The words of the console: its own table (`data/words.toml`), and how an error is said."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from services.verification.console.verification_api import ConsoleError
from shared.clock import now
from shared.web.desk.words import day_words

SOMEBODY: Final = "Petugas lain"
_KEYS_SHOWN: Final = 6  # fit into a line of 80 columns


@cache
def words() -> Mapping[str, Any]:
    """Return the table."""
    return tomllib.loads(files(__package__).joinpath("data/words.toml").read_text(encoding="utf-8"))


def word(table: str, code: str | None) -> str:
    """Return what a code is called; one that has no word yet is shown as it is."""
    return str(words()[table].get(code, code or ""))


def key_line(screen: str) -> str:
    """Return the first keys of a screen in one line, and the one that shows all."""
    keys = list(words()["keys"][screen].items())
    shown = keys if len(keys) <= _KEYS_SHOWN else [*keys[:_KEYS_SHOWN], ("?", "semua")]
    return "  ".join(f"[b]{key}[/b] {does}" for key, does in shown)


def sentence(error: ConsoleError, officers: Mapping[str, str], reasons: Mapping[str, str]) -> str:
    """Return what was refused and what to do now.

    Args:
        error: What was refused.
        officers: Names by officer ids.
        reasons: Sentences by codes of `GET /v1/reasons`: an approval is refused with such a code, too.
    """
    about = error.about
    who = about.get("claimed_by") or about.get("reserved_for") or ""
    until = day_words(datetime.fromisoformat(about["until"]), now()) if about.get("until") else "nanti"
    told = words()["refused"].get(error.code) or reasons.get(error.code) or words()["refused"]["other"]
    return str(told).replace("{who}", officers.get(who, SOMEBODY)).replace("{until}", until).replace("{code}", error.code)
