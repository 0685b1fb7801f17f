"""One row of the log and its hash. Pure.

What is personal in a row lies apart, and the chain holds only its digest: it can be erased when its time is over without breaking the
chain. The digest is salted, so that nobody finds a NIK by trying all of them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import orjson

SALT_BYTES: Final = 16  # 128 bit: no table of all NIKs helps


@dataclass(frozen=True, slots=True)
class SeenPerson:
    """Somebody whose data was shown or acted upon. `nik`: or the number of a family card, which has sixteen digits too."""

    nik: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What is to be written down.

    `actor`: id of the account, or name of the API key; `actor_name`: as colleagues say it; `act`: `noun.verb`, or method and route;
    `about`: kind and id, such as `task/0193…`;
    `detail`: codes and counts, nothing personal.
    """

    actor: str
    act: str
    at: datetime
    actor_name: str = ""
    about: str = ""
    roles: tuple[str, ...] = ()
    detail: Mapping[str, str] = field(default_factory=dict)
    persons: tuple[SeenPerson, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An entry in its place in the chain. `personal_hash` is empty where it names nobody; `persons` too where they were erased."""

    number: int
    entry: AuditEntry
    salt: str
    personal_hash: str
    previous: str
    hash: str


def first_link(service: str) -> str:
    """Return what the first row of a service is linked to, so that two services' logs can't be exchanged."""
    return hashlib.sha256(f"audit:{service}".encode()).hexdigest()


def chained(entries: Iterable[AuditEntry], *, number: int, previous: str) -> list[AuditRow]:
    """Link entries to the row of this number and hash, in their order."""
    rows: list[AuditRow] = []
    for entry in entries:
        number += 1
        salt = secrets.token_hex(SALT_BYTES) if entry.persons else ""
        personal = personal_hash(entry.persons, salt)
        row = AuditRow(number, entry, salt, personal, previous, row_hash(number, entry, personal, previous))
        rows.append(row)
        previous = row.hash
    return rows


def row_hash(number: int, entry: AuditEntry, personal: str, previous: str) -> str:
    """Return the hash of a row: over all that it says but the persons, whose digest stands for them."""
    return _digest(
        {
            "number": number,
            "at": entry.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "actor": entry.actor,
            "actor_name": entry.actor_name,
            "roles": sorted(entry.roles),
            "act": entry.act,
            "about": entry.about,
            "detail": dict(entry.detail),
            "personal": personal,
            "previous": previous,
        }
    )


def personal_hash(persons: Iterable[SeenPerson], salt: str) -> str:
    """Return the digest of the persons; empty where there are none."""
    named = [[person.nik, person.name] for person in persons]
    return _digest({"salt": salt, "persons": named}) if named else ""


def _digest(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
