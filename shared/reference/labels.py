"""What each field of a form is called, for the citizen who filled it in and for the officer who reads it (`data/labels.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

_COMMON: Final = "common"
_ROW: Final = re.compile(r"\[(\d+)\]")


@cache
def labels() -> Mapping[str, str]:
    """Return every label by `<service>.<field>`, or `common.<field>`; of a field in a row of a group by `<service>.<group>.<field>`."""
    tables = tomllib.loads(files(__package__).joinpath("data/labels.toml").read_text(encoding="utf-8"))
    return MappingProxyType({f"{owner}.{name}": text for owner, table in tables.items() for name, text in table.items()})


def field_label(service: str, name: str) -> str | None:
    """Return what a field of a service is called; `witnesses[1].nik` is that of the second row. None where no form has such a field."""
    row = _ROW.search(name)
    plain = _ROW.sub("", name)
    found = labels().get(f"{service}.{plain}") or labels().get(f"{_COMMON}.{plain}")
    return f"{found} {int(row[1]) + 1}" if found and row else found
