"""Whether somebody changed an audit log, for the operator: every row of every service, from the first on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from shared.audit import AuditLog, AuditVerdict, verify
from shared.errors import BadInput
from shared.mongo import Mongo


def read_known(texts: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Return what was noted of each service, from `SERVICE:NUMBER:HASH`.

    Raises:
        BadInput: `known_malformed`.
    """
    found: dict[str, tuple[int, str]] = {}
    for text in texts:
        match text.split(":"):
            case [service, number, digest] if number.isdecimal() and digest:
                found[service] = (int(number), digest)
            case _:
                raise BadInput("known_malformed", "--known takes SERVICE:NUMBER:HASH, as the log line audit.written has them")
    return found


async def check(mongo: Mongo, databases: Mapping[str, str], known: Mapping[str, tuple[int, str]]) -> dict[str, AuditVerdict]:
    """Return the verdict on the log of each of these services."""
    return {
        service: await verify(AuditLog(mongo, database, service).all(), service, known=known.get(service))
        for service, database in databases.items()
    }


def lines(verdicts: Mapping[str, AuditVerdict]) -> Iterator[str]:
    """Yield a line for each service: what was found, and what to note for the next time."""
    for service, found in verdicts.items():
        erased = f", persons erased in {found.erased}" if found.erased else ""
        if found.broken is None:
            yield f"{service:<14} whole: {found.rows} rows{erased}; note {service}:{found.rows}:{found.head}"
        else:
            yield f"{service:<14} BROKEN at row {found.broken}: {found.why}; the {found.rows} before it are whole"
