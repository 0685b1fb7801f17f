"""Who may do what: the roles of people who work here, and the permissions that roles and API keys are made of (`data/roles.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any


class Bound(StrEnum):
    """What narrows a role to a part of the work; `OFFICE`: nothing does."""

    OFFICE = "office"
    AREA = "area"
    COURT = "court"


@dataclass(frozen=True, slots=True)
class StaffRole:
    """A role, with its name as people say it."""

    code: str
    name: str
    permissions: frozenset[str]
    bound: Bound


@cache
def permissions() -> Mapping[str, str]:
    """Return every permission with what it opens, in Indonesian."""
    return MappingProxyType({str(code): str(text) for code, text in _document()["permissions"].items()})


@cache
def personal_permissions() -> frozenset[str]:
    """Return the permissions that open data of citizens."""
    return frozenset(_document()["personal"])


@cache
def roles() -> Mapping[str, StaffRole]:
    """Return every role by its code.

    Raises:
        ValueError: a role has a permission that the table does not know.
    """
    found = {
        code: StaffRole(code, row["name"], frozenset(row["permissions"]), Bound(row.get("bound", Bound.OFFICE)))
        for code, row in _document()["roles"].items()
    }
    unknown = {permission for role in found.values() for permission in role.permissions} - set(permissions())
    if unknown:
        raise ValueError(f"data/roles.toml: unknown permissions: {', '.join(sorted(unknown))}")
    return MappingProxyType(found)


def permissions_of(codes: Iterable[str]) -> frozenset[str]:
    """Return what these roles may do together. A role that is not in the table (any more) gives nothing."""
    return frozenset(permission for code in codes if code in roles() for permission in roles()[code].permissions)


@cache
def _document() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("data/roles.toml").read_text(encoding="utf-8"))
