"""Read a service's whole log and say whether somebody changed it: the first row that is not what was written, by its number."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from shared.audit.entry import AuditRow, first_link, personal_hash, row_hash
from shared.mongo import Doc


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """The end of a look at one log.

    `broken`: number of the first row that is wrong, and `why`; `head`: hash of the last good row, to be compared with what was noted
    elsewhere; `erased`: rows whose persons were removed.
    """

    rows: int
    head: str
    erased: int = 0
    broken: int | None = None
    why: str = ""


async def verify(rows: AsyncIterator[AuditRow | Doc], service: str, *, known: tuple[int, str] | None = None) -> AuditVerdict:
    """Check numbers, links and hashes from the first row on.

    Args:
        rows: Of the log, in their order.
        service: Whose log it is.
        known: Number and hash of a row that were noted earlier: finds rows cut off at the end, and a chain that was made anew.
    """
    number, head, erased = 0, first_link(service), 0
    async for row in rows:
        number += 1
        why = _unreadable(row, number) if isinstance(row, dict) else _wrong(row, number, head)
        if why:
            return AuditVerdict(number - 1, head, erased, number, why)
        assert isinstance(row, AuditRow)  # noqa: S101 - what can't be read was refused above
        erased += bool(row.personal_hash and not row.entry.persons)
        head = row.hash
        if known is not None and known[0] == number and known[1] != head:
            return AuditVerdict(number - 1, head, erased, number, "its hash is not the one that was noted")
    if known is not None and known[0] > number:
        return AuditVerdict(number, head, erased, number + 1, "it was noted once and is gone")
    return AuditVerdict(number, head, erased)


def _unreadable(doc: Doc, number: int) -> str:
    return "a field is missing" if doc.get("_id") == number else f"row {number} is gone"


def _wrong(row: AuditRow, number: int, previous: str) -> str:
    if row.number != number:
        return f"row {number} is gone" if row.number > number else "its number is wrong"
    if row.previous != previous:
        return "it is not linked to the row before"
    if row.entry.persons and personal_hash(row.entry.persons, row.salt) != row.personal_hash:
        return "its persons were changed"
    if row.salt and not row.entry.persons:
        return "its persons were changed"
    if row_hash(row.number, row.entry, row.personal_hash, row.previous) != row.hash:
        return "it was changed"
    return ""
