"""How much of its container's memory MongoDB's cache takes: `MONGO_CACHE_GB`, beside `MONGO_MEMORY`."""

import os
import re
from collections.abc import Iterator
from typing import Final

from deploy.compose.refusals import Fault, Refusal

CACHE: Final = "MONGO_CACHE_GB"
LEAST_GB: Final = 0.25  # what mongod takes at least
SHARE: Final = 0.5  # of the container's: connections, sorting and the files' pages need the rest
_GB: Final = {"": 2**30, "b": 2**30, "k": 2**20, "m": 2**10, "g": 1}
"""How many of a unit, as compose writes sizes, are a GB."""


def refusals() -> Iterator[Refusal]:
    """Yield why the cache that is asked for is not taken: mongod would say it in its own log, or be ended when the cache is full."""
    asked = os.environ.get(CACHE, "")
    size = re.fullmatch(r"(\d+)([bkmg]?)b?", os.environ.get("MONGO_MEMORY", "").lower())
    if not asked or size is None:  # a size that it does not know compose refuses itself
        return
    most = int(size[1]) / _GB[size[2]] * SHARE
    if not re.fullmatch(r"\d+(\.\d+)?", asked) or not LEAST_GB <= float(asked) <= most:
        yield Fault("cache_wrong", f"{most:g}").of(CACHE)
