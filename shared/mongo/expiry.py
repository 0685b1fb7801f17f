"""After how long rows expire (TTL indexes), as an installation sets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from pymongo import IndexModel

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

_AFTER: Final = "expireAfterSeconds"
_SECONDS_A_DAY: Final = 86_400
_LONGEST_SECONDS: Final = 2**31 - 1  # that MongoDB takes: 68 years


async def expiring(
    room: AsyncIOMotorDatabase[dict[str, Any]], collection: str, models: Sequence[IndexModel], days: Mapping[str, float] | None
) -> list[IndexModel]:
    """Return a collection's indexes as they are to be made; of those that are there already the time is changed here.

    Args:
        room: The database.
        collection: Which must be there.
        models: Its indexes.
        days: By `collection.index`, what an installation sets; others are as their model says. None: whoever asks knows no settings, so
            what is there stays.
    """
    if not any(_AFTER in each.document for each in models):
        return list(models)
    present = await room[collection].index_information()
    found = []
    for model in models:
        if _AFTER not in model.document:
            found.append(model)
            continue
        name, was = model.document["name"], present.get(model.document["name"], {}).get(_AFTER)
        seconds = model.document[_AFTER]
        if seconds and f"{collection}.{name}" in (days or {}):  # without seconds the rows themselves say when
            seconds = seconds_of((days or {})[f"{collection}.{name}"])
        if was is not None and days is None:
            seconds = was
        elif was not in (None, seconds):
            await room.command("collMod", collection, index={"name": name, _AFTER: seconds})
        found.append(_with(model, seconds))
    return found


def seconds_of(days: float) -> int:
    """Return a time of rows as an index has it: what is longer than MongoDB takes ends there, and a service still starts."""
    return round(min(days * _SECONDS_A_DAY, _LONGEST_SECONDS))


def _with(model: IndexModel, seconds: int) -> IndexModel:
    options = {name: value for name, value in model.document.items() if name != "key"}
    return IndexModel(list(model.document["key"].items()), **options | {_AFTER: seconds})
