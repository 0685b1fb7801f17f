"""Collections and indexes of a kept database that are made once: every test's service would ask for the same forty again.

A test that wants other indexes or times in such a database gets them: what was asked for last is what holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pymongo import IndexModel
from pymongo.uri_parser import parse_uri

from shared.mongo import Mongo

_Place = tuple[frozenset[tuple[str, int]], str]
_prepare: Final = Mongo.prepare
_kept: Final[dict[_Place, dict[str, Any]]] = {}
"""By server and database, what was last prepared of each collection."""


def install() -> None:
    """From now on, in this process."""
    Mongo.prepare = _prepare_once  # type: ignore[method-assign]


def keep(url: str, database: str) -> None:
    """Remember what is prepared in a database whose collections and indexes nobody removes."""
    _kept.setdefault((_servers(url), database), {})


def _servers(url: str) -> frozenset[tuple[str, int]]:
    return frozenset(parse_uri(url)["nodelist"])


async def _prepare_once(
    self: Mongo,
    database: str,
    indexes: Mapping[str, Sequence[IndexModel]],
    retired: Mapping[str, Sequence[str]] | None = None,
    days: Mapping[str, float] | None = None,
) -> None:
    wanted = {
        **{name: ([model.document for model in models], days) for name, models in indexes.items()},
        **{f"{name}, retired": list(old) for name, old in (retired or {}).items()},
    }
    known = _kept.get((frozenset(self._client.delegate._topology_settings.seeds), database))
    if known is None or any(known.get(name) != asked for name, asked in wanted.items()):
        await _prepare(self, database, indexes, retired or {}, days)
        (known if known is not None else {}).update(wanted)
