"""The kinds of files that people may send as a document (`data/file_kinds.toml`): what is taken, and what sentences about it say."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

_OR: Final = "atau"


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind. `shown`: browsers show it; `accept`: what a page's file field names it by beside its media type."""

    name: str
    media_type: str
    photo: bool
    shown: bool
    accept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileKinds:
    """All kinds, in the order in which sentences name them."""

    kinds: tuple[FileKind, ...]

    @property
    def sent(self) -> frozenset[str]:
        """The media types that are taken."""
        return frozenset(kind.media_type for kind in self.kinds)

    @property
    def shown(self) -> frozenset[str]:
        """The media types that a file may have once it is kept."""
        return frozenset(kind.media_type for kind in self.kinds if kind.shown)

    @property
    def accept(self) -> str:
        """The `accept` of a page's file field."""
        return ",".join(each for kind in self.kinds for each in (kind.media_type, *kind.accept))

    @property
    def words(self) -> str:
        """All kinds as a sentence names them: `JPG, PNG, HEIC, atau PDF`."""
        return _in_words([kind.name for kind in self.kinds])

    @property
    def photo_words(self) -> str:
        """The kinds of photos as a sentence names them: `JPG, PNG, atau HEIC`."""
        return _in_words([kind.name for kind in self.kinds if kind.photo])


@cache
def file_kinds() -> FileKinds:
    """Return the kinds."""
    document = tomllib.loads(files(__package__).joinpath("data/file_kinds.toml").read_text(encoding="utf-8"))
    return FileKinds(tuple(FileKind(**{**row, "accept": tuple(row.get("accept", ()))}) for row in document["kind"]))


def _in_words(names: Sequence[str]) -> str:
    *first, last = names
    comma = "," if len(first) > 1 else ""
    return f"{', '.join(first)}{comma} {_OR} {last}" if first else last
