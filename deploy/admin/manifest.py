"""What a full backup holds: which collections, how many rows, which files with which hashes. It lies encrypted beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from deploy.admin.moments import ClusterTime
from deploy.admin.refusal import Refused

FORMAT: Final = 1
"""How a set lies. Raised when a program of before could not restore it, or its services could not read the data."""
OLDEST_FORMAT: Final = 1
"""The oldest that is still restored. What is between it and `FORMAT` the services bring up to date themselves when they start."""
NAME: Final = "manifest.json.age"


class SetFile(BaseModel):
    """One encrypted file of a set."""

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: str
    size_bytes: int
    service: str = ""
    collection: str = ""


class SetCollection(BaseModel):
    """One collection as it was. `digest`: the sum of the SHA-256 of its rows, which their order does not change."""

    model_config = ConfigDict(frozen=True)

    service: str
    name: str
    options: dict[str, Any]
    indexes: tuple[dict[str, Any], ...]
    rows: int
    digest: str


class Manifest(BaseModel):
    """A full backup."""

    model_config = ConfigDict(frozen=True)

    format: int
    made_at: datetime
    moment: str
    databases: dict[str, str]
    server_version: str
    collections: tuple[SetCollection, ...]
    files: tuple[SetFile, ...]

    @property
    def cluster_time(self) -> ClusterTime:
        """The moment that all of it is of."""
        return ClusterTime.read(self.moment)

    @property
    def rows(self) -> int:
        """How many rows all collections have."""
        return sum(each.rows for each in self.collections)

    def of(self, service: str, collection: str) -> Sequence[SetFile]:
        """Return the files of a collection, in order."""
        return [each for each in self.files if (each.service, each.collection) == (service, collection)]

    def file(self, name: str) -> SetFile | None:
        """Return one file by its name in the set; None where the set has none of that name."""
        return next((each for each in self.files if each.name == name), None)


def read_manifest(text: bytes) -> Manifest:
    """Return the manifest.

    Raises:
        Refused: `backup_too_old`, `backup_too_new`, `backup_damaged`.
    """
    try:
        kind = _Kind.model_validate_json(text)
        if kind.format > FORMAT:
            raise Refused("backup_too_new", f"format {kind.format} > {FORMAT}")
        if kind.format < OLDEST_FORMAT:
            raise Refused("backup_too_old", f"format {kind.format} < {OLDEST_FORMAT}")
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        raise Refused("backup_damaged", NAME) from error


class _Kind(BaseModel):
    """What any manifest says, whatever its form."""

    model_config = ConfigDict(extra="ignore")

    format: int
