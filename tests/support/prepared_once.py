"""Collections and indexes of a kept database that are made once: every test's service would ask for the same forty again.

A test that wants other indexes or times in such a database gets them, and the next one those that it asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pymongo import IndexModel
from pymongo.uri_parser import parse_uri

from shared.mongo import Mongo

_Place = tuple[frozenset[tuple[str, int]], str]
_prepare: Final = Mongo.prepare
_kept: Final[dict[_Place, list[_Asked]]] = {}
"""By server and database, what was asked for and still holds."""


@dataclass(frozen=True)
class _Asked:
    indexes: dict[str, list[Any]]
    retired: dict[str, list[str]]
    days: Mapping[str, float] | None

    def undoes(self, other: _Asked) -> bool:
        """Whether it sets the times that the other set, or removes what the other made."""
        if self.retired.keys() & other.indexes.keys():
            return True
        return None not in (self.days, other.days) and bool(self.indexes.keys() & other.indexes.keys())


def install() -> None:
    """From now on, in this process."""
    Mongo.prepare = _prepare_once  # type: ignore[method-assign]


def keep(url: str, database: str) -> None:
    """Remember what is prepared in a database whose collections and indexes nobody removes."""
    _kept.setdefault((frozenset(parse_uri(url)["nodelist"]), database), [])


async def _prepare_once(
    self: Mongo,
    database: str,
    indexes: Mapping[str, Sequence[IndexModel]],
    retired: Mapping[str, Sequence[str]] | None = None,
    days: Mapping[str, float] | None = None,
) -> None:
    documents = {name: [model.document for model in models] for name, models in indexes.items()}
    asked = _Asked(documents, {name: list(old) for name, old in (retired or {}).items()}, days)
    known = _kept.get((frozenset(self._client.delegate.topology_description.server_descriptions()), database))
    if known is None or asked not in known:
        await _prepare(self, database, indexes, retired or {}, days)
    if known is not None and asked not in known:
        known[:] = [*(each for each in known if not asked.undoes(each)), asked]
