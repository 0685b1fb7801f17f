"""The chain of the audit log: whatever is changed, taken out, put in or moved is named by its number."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.audit import AuditEntry, AuditRow, SeenPerson, AuditVerdict, verify
from shared.audit.entry import chained, first_link, personal_hash, row_hash

NOW = datetime(2026, 11, 24, 2, 42, tzinfo=UTC)
SERVICE = "verification"


def entry(number: int, **more: object) -> AuditEntry:
    values = {"actor_name": "Rina", "about": f"task/{number}", "roles": ("verifier",), "persons": (SeenPerson("3519082011260001", "SARI"),)}
    return AuditEntry(actor="s-1", act="task.seen", at=NOW, **(values | more))  # type: ignore[arg-type]


def log(count: int = 6) -> list[AuditRow]:
    return chained([entry(number) for number in range(count)], number=0, previous=first_link(SERVICE))


async def judged(rows: Sequence[AuditRow], known: tuple[int, str] | None = None, service: str = SERVICE) -> AuditVerdict:
    async def each() -> AsyncIterator[AuditRow]:
        for row in rows:
            yield row

    return await verify(each(), service, known=known)


def rewritten(row: AuditRow, **changes: object) -> AuditRow:
    """A row that somebody changed and hashed anew."""
    found = replace(row.entry, **changes)  # type: ignore[arg-type]
    personal = personal_hash(found.persons, row.salt)
    return replace(row, entry=found, personal_hash=personal, hash=row_hash(row.number, found, personal, row.previous))


async def test_an_untouched_log_is_whole() -> None:
    rows = log()
    assert await judged(rows) == AuditVerdict(6, rows[-1].hash)
    assert await judged([]) == AuditVerdict(0, first_link(SERVICE))


TAMPERED: dict[str, tuple[Callable[[list[AuditRow]], list[AuditRow]], int]] = {
    "another actor": (lambda rows: [*rows[:2], replace(rows[2], entry=replace(rows[2].entry, actor="s-2")), *rows[3:]], 3),
    "another name": (lambda rows: [*rows[:2], replace(rows[2], entry=replace(rows[2].entry, actor_name="B")), *rows[3:]], 3),
    "another time": (lambda rows: [*rows[:2], replace(rows[2], entry=replace(rows[2].entry, at=NOW.replace(year=2025))), *rows[3:]], 3),
    "other persons": (lambda rows: [*rows[:2], replace(rows[2], entry=replace(rows[2].entry, persons=(SeenPerson("1"),))), *rows[3:]], 3),
    "hashed anew": (lambda rows: [*rows[:2], rewritten(rows[2], actor="s-2"), *rows[3:]], 4),
    "taken out": (lambda rows: [*rows[:2], *rows[3:]], 3),
    "taken out and numbered anew": (lambda rows: [*rows[:2], *(replace(row, number=row.number - 1) for row in rows[3:])], 3),
    "exchanged": (lambda rows: [*rows[:2], rows[3], rows[2], *rows[4:]], 3),
    "put in": (lambda rows: [*rows[:2], replace(rows[1], number=3), *rows[2:]], 3),
    "the first one gone": (lambda rows: rows[1:], 1),
}


@pytest.mark.parametrize("name", TAMPERED)
async def test_what_was_tampered_with_is_named(name: str) -> None:
    tamper, number = TAMPERED[name]
    found = await judged(tamper(log()))
    assert (found.broken, bool(found.why), found.rows) == (number, True, number - 1)


async def test_another_services_log_is_none_of_ours() -> None:
    assert (await judged(log(), service="intake")).broken == 1


async def test_a_cut_end_and_a_chain_made_anew_show_against_what_was_noted() -> None:
    rows = log()
    assert (await judged(rows[:4], known=(6, rows[-1].hash))).broken == 5
    anew = chained([entry(9) for _ in range(6)], number=0, previous=first_link(SERVICE))
    assert (await judged(anew)).broken is None
    assert (await judged(anew, known=(6, rows[-1].hash))).broken == 6
    assert (await judged(rows, known=(6, rows[-1].hash))).broken is None


async def test_persons_can_be_erased_without_breaking_the_chain() -> None:
    rows = log()
    erased = [replace(row, salt="", entry=replace(row.entry, persons=())) if row.number == 2 else row for row in rows]
    found = await judged(erased)
    assert (found.broken, found.erased, found.rows) == (None, 1, 6)


@given(st.text(), st.text(), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
def test_the_hash_covers_every_word(actor: str, about: str, detail: dict[str, str]) -> None:
    plain = entry(1)
    changed = entry(1, about=about, detail=detail)
    same = (about, detail) == (plain.about, {})
    assert (row_hash(1, plain, "", "") == row_hash(1, changed, "", "")) is same
    moved = replace(plain, actor=actor)
    assert (row_hash(1, plain, "", "") == row_hash(1, moved, "", "")) is (actor == plain.actor)
