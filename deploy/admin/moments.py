"""Moments of a MongoDB cluster, and the names that files have by them: sorted by name they are sorted by time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Self

from bson import Timestamp

from deploy.admin.refusal import Refused

_TEXT: Final = re.compile(r"(\d{10})\.(\d{8})")
SETS: Final = "sets"
CHANGES: Final = "changes"
MARKS: Final = "marks"
SEALED: Final = ".age"
SUMS: Final = "SHA256SUMS"
"""The file of a set that is stored last: where it is, the set is whole."""


@dataclass(frozen=True, slots=True, order=True)
class ClusterTime:
    """A moment of the oplog: seconds since 1970 and a count within the second."""

    seconds: int
    count: int = 0

    @classmethod
    def of(cls, timestamp: Timestamp) -> Self:
        """Take it over from BSON."""
        return cls(timestamp.time, timestamp.inc)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read the form that `str` gives, wherever it stands in a name.

        Raises:
            Refused: `moment_outside`: there is none in it.
        """
        match = _TEXT.search(text)
        if match is None:
            raise Refused("moment_outside", text)
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def until(cls, moment: datetime) -> Self:
        """Return the last one of the second in which a moment lies."""
        return cls(int(moment.timestamp()), 99_999_999)

    def __str__(self) -> str:
        return f"{self.seconds:010d}.{self.count:08d}"

    @property
    def timestamp(self) -> Timestamp:
        """Return it as BSON has it."""
        return Timestamp(self.seconds, self.count)

    @property
    def at(self) -> datetime:
        """Return the second."""
        return datetime.fromtimestamp(self.seconds, UTC)


def set_name(moment: ClusterTime) -> str:
    """Return the folder of a full backup, such as `sets/20261129T195345Z-1795982025.00000002`."""
    return f"{SETS}/{moment.at:%Y%m%dT%H%M%SZ}-{moment}"


def changes_name(since: ClusterTime, until: ClusterTime) -> str:
    """Return the name of a file with all that changed after one moment and up to another, in a folder for the day of its end."""
    return f"{changes_folder(until.at.date())}/{since}-{until}.bson{SEALED}"


def changes_folder(day: date) -> str:
    """Return the folder of all files of changes that end on a day (UTC). One a minute is 1,440."""
    return f"{CHANGES}/{day:%Y%m%d}"


def changes_span(name: str) -> tuple[ClusterTime, ClusterTime]:
    """Return the two moments in such a name."""
    since, _, until = name.rpartition("/")[2].partition("-")
    return ClusterTime.read(since), ClusterTime.read(until)


def marks_name(moment: ClusterTime, *, whole: bool) -> str:
    """Return the name of a file of high-water marks: of all counters, or of those that were raised."""
    return f"{MARKS}/{moment}{'-all' if whole else ''}.json{SEALED}"
