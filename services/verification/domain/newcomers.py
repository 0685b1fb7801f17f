"""People who come from elsewhere, as their form describes them: the rows that they become, and what the register knows of them. Pure.

A NIK is kept for life. Who moved out of here and comes back is compared with the row of then, and keeps what our own certificates said.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from services.verification.domain.birth_columns import BIRTH_COLUMNS
from services.verification.domain.checks import check_against_register, name_key
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import SPOUSES
from services.verification.domain.members import named, relation_of
from services.verification.domain.register import MOVED, Member, Register
from services.verification.domain.register_rules import NOTHING
from services.verification.domain.register_terms import term_of
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from shared.reference.population import MARRIED, Citizenship, KkMarital, Relation, Religion
from shared.reference.printing import is_printable

ROWS: Final = "arriving"
FINDINGS: Final = (
    *("member_named_twice", "arriving_lives_here", "marital_before_birth", "answer_unprintable", "religion_of_foreigners"),
    *("movers_need_one_head", "head_is_child", "relation_not_spouse"),
)
"""What the sender can correct alone."""
_KEPT: Final = ("former_names", "annulled", "disability")  # beside what a certificate of birth says, of who was here before
_WRITTEN: Final = ("name", "birth_place", "father", "mother", "passport")


def newcomers(answers: Answers, register: Register) -> tuple[Member, ...]:
    """Return the rows of those who arrive, the head first.

    Raises:
        DomainError: `answer_missing`, or `member_named_twice`.
    """
    members = tuple(_member(row, register) for row in answers.rows(ROWS))
    if len({member.nik for member in members}) != len(members):
        raise DomainError("member_named_twice", "A person is named in two rows.")
    return tuple(sorted(members, key=lambda member: member.relation is not Relation.HEAD))


def _member(row: Answers, register: Register) -> Member:
    nik, sex, born_on = row.text("nik"), row.text("sex"), row.date("born_on")
    if nik is None or sex is None or born_on is None:
        raise DomainError("answer_missing", ROWS)
    texts = ("name", "birth_place", "religion", "education", "occupation", "blood_type", "father", "mother")
    terms: dict[str, Any] = {name: term_of(name, row.text(name)) for name in texts}
    before = register.moved_out(nik)
    kept = {name: getattr(before.member, name) for name in (*BIRTH_COLUMNS, *_KEPT)} if before else {}
    return Member(
        **terms,
        **kept,
        nik=nik,
        sex=sex,
        born_on=born_on,
        marital=KkMarital(term_of("marital", row.text("marital"))),
        marital_on=row.date("marital_on"),
        relation=relation_of(row.text("relation")),
        citizenship=Citizenship.INDONESIAN.value,  # an SKPWNI and an SKPLN are of citizens alone
        passport=(row.text("passport") or NOTHING).upper(),
    )


def check_newcomers(answers: Answers, register: Register) -> Iterator[Finding]:
    """Check each person who arrives: named once, not here already, the same as before, and as their NIK says."""
    seen: set[str] = set()
    for row, place in zip(answers.rows(ROWS), named(answers, ROWS), strict=True):
        if place.nik in seen:
            yield failure("member_named_twice", f"{place.field}.nik")
        seen.add(place.nik)
        yield from _check_known(place.nik, row, place.field, register)
        if row.text("religion") == Religion.OTHER.name.lower():
            yield failure("religion_of_foreigners", f"{place.field}.religion")
        for name in _WRITTEN:
            if not is_printable((row.text(name) or "").upper()):
                yield failure("answer_unprintable", f"{place.field}.{name}")
        born_on, marital_on = row.date("born_on"), row.date("marital_on")
        if born_on is not None and marital_on is not None and marital_on <= born_on:
            yield failure("marital_before_birth", f"{place.field}.marital_on")


def _check_known(nik: str, row: Answers, field: str, register: Register) -> Iterator[Finding]:
    if register.person(nik) is not None:
        yield failure("arriving_lives_here", f"{field}.nik")
        return
    if nik in register.closed and register.late(nik) is not None:
        yield failure("already_dead", f"{field}.nik")
        return
    gone, before = register.gone(nik), register.moved_out(nik)
    if gone is not None:
        yield warning("arriving_returns" if gone in MOVED else "arriving_was_here", f"{field}.nik")
    if before is not None:
        yield from _check_same(before.member, row, field)
    try:
        member = _member(row, register)
    except DomainError:
        return  # an answer is missing, which the form says
    yield from check_against_register(nik, None, member, f"{field}.")


def _check_same(before: Member, row: Answers, field: str) -> Iterator[Finding]:
    if name_key(row.text("name") or "") != name_key(before.name):
        yield failure("name_differs", f"{field}.name")
    if row.date("born_on") != before.born_on:
        yield failure("birth_date_differs", f"{field}.born_on")
    if row.text("sex") != before.sex:
        yield failure("sex_differs", f"{field}.sex")


def check_own_card(answers: Answers, register: Register, today: date) -> Iterator[Finding]:
    """Check that those who will have a card of their own have one head of 17 years, and who is husband or wife is so."""
    rows = named(answers, ROWS)
    heads = [index for index, row in enumerate(rows) if row.relation is Relation.HEAD]
    if len(heads) != 1:
        yield failure("movers_need_one_head", f"answers.{ROWS}")
        return
    try:
        members = tuple(_member(row, register) for row in answers.rows(ROWS))
    except DomainError:
        return
    head = members[heads[0]]
    if not is_adult(head, today=today):
        yield failure("head_is_child", f"{rows[heads[0]].field}.born_on")
    for row, member in zip(rows, members, strict=True):
        if row.relation in SPOUSES and not (member.sex != head.sex and {member.marital, head.marital} <= MARRIED):
            yield failure("relation_not_spouse", f"{row.field}.relation")
