"""Acts of the audit log as people say them (`data/acts.toml`); of a route without words of its own, by the page that it belongs to."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from shared.web.desk.navigation import navigation, pages_of

_FILE: Final = Path(__file__).parent / "data" / "acts.toml"
_API: Final = "/v1/"


def act_in_words(act: str) -> str:
    """Return an act as people say it: of a route, `Membuka: Dokumen` where it has no words of its own."""
    document = _document()
    known = document["acts"].get(act) or document["routes"].get(act)
    if known:
        return known
    method, _, path = act.partition(" ")
    does = "Membuka" if method == "GET" else "Mengirim"
    page = next((each for each in pages_of(navigation()) if path == each.path or path.startswith(f"{each.path}/")), None)
    if page is not None:
        return f"{does}: {page.word}"
    return f"{'Membaca' if method == 'GET' else 'Mengirim'} lewat API" if path.startswith(_API) else f"{does}: halaman akun"


def acts_with_words() -> frozenset[str]:
    """Return the acts that code names, without those of routes."""
    return frozenset(_document()["acts"])


@cache
def _document() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
