"""What people write below a photo for a kind of document, beside its name (`data/attachment_words.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def _words() -> Mapping[str, tuple[str, ...]]:
    document = tomllib.loads(files(__package__).joinpath("data/attachment_words.toml").read_text(encoding="utf-8"))
    return MappingProxyType({kind: tuple(words) for kind, words in document.items()})


def attachment_words(kind: str) -> tuple[str, ...]:
    """Return the other names of a kind of document: small letters, single blanks, no punctuation."""
    return _words().get(kind, ())
