"""The persons whom a form names beside the applicant: whether the register knows them, and who may be a witness. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from services.verification.domain.families import Home
from services.verification.domain.finding import Finding, failure
from services.verification.domain.identity import is_adult
from services.verification.domain.names import is_named
from services.verification.domain.register import MOVED, Family, Member, Register
from services.verification.domain.rules import Application, People
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from shared.reference.regions import find_regency, find_village, is_home

_RT_DIGITS: Final = 3


def answers_of(application: Application) -> Answers:
    """Return the answers of a request."""
    return application.first.answers


def looked_up(application: Application, niks: tuple[str, ...], cards: tuple[str, ...] = (), groups: tuple[str, ...] = ()) -> People:
    """Return whom to look up: the applicant, their card, and those whom these fields and the rows of these groups name."""
    answers = answers_of(application)
    named = [application.first.applicant.nik, *map(answers.text, niks)]
    named += [row.text("nik") for group in groups for row in answers.rows(group)]
    numbers = [application.first.applicant.kk_number, *map(answers.text, ("kk_number", *cards))]
    return People(niks=tuple(dict.fromkeys(filter(None, named))), kk_numbers=tuple(dict.fromkeys(filter(None, numbers))))


def card_of(application: Application, register: Register) -> Family | None:
    """Return the open family of the card that the request is about."""
    number = answers_of(application).text("kk_number") or application.first.applicant.kk_number
    return open_family(register, number)


def open_family(register: Register, number: str | None) -> Family | None:
    """Return the family of a card, unless it is closed."""
    family = register.family(number) if number else None
    return family if family is not None and family.closed_on is None else None


def needed_card(application: Application, register: Register) -> Family:
    """Return the family of the card that the request is about.

    Raises:
        DomainError: `not_in_register`.
    """
    family = card_of(application, register)
    if family is None:
        raise DomainError("not_in_register", "The register has no such family, or it is closed.")
    return family


def needed(register: Register, nik: str | None) -> Member:
    """Return the row of a person.

    Raises:
        DomainError: `not_in_register`.
    """
    member = register.person(nik) if nik else None
    if member is None:
        raise DomainError("not_in_register", "The register has no such person.")
    return member


def needed_home(register: Register, nik: str) -> Family:
    """Return the family of a person.

    Raises:
        DomainError: `not_in_register`.
    """
    family = register.family_of(nik)
    if family is None:
        raise DomainError("not_in_register", "The register has no such person.")
    return family


def check_known(register: Register, nik: str | None, field: str) -> Iterator[Finding]:
    """Check that a person is in the register, once."""
    if nik is None:
        return
    if (gone := register.gone(nik)) is not None:
        yield failure(gone, field)
    elif register.person(nik) is None:
        yield failure("not_in_register", field)
    elif nik in register.twice:
        yield failure("nik_registered_twice", field)


def check_card(register: Register, number: str | None, field: str) -> Iterator[Finding]:
    """Check that the family of another card than the request's own is there, and belongs to this office."""
    family = register.family(number) if number else None
    if family is None:
        yield failure("not_in_register", field)
    elif family.closed_on is not None:
        yield failure("family_closed", field)
    elif not is_home(family.village_code):
        yield failure("other_family_other_office", field)


def check_witnesses(application: Application, register: Register, barred: Mapping[str | None, str], today: date) -> Iterator[Finding]:
    """Check the two witnesses: two persons, adult, not the applicant, named as registered. `barred`: who else may not be one, and the code.

    A witness need not be in this register. Source: the witness blocks of form F-2.01A (Permendagri 6/2026); who may not be one: ours.
    """
    seen: set[str] = set()
    for index, row in enumerate(answers_of(application).rows("witnesses")):
        nik, field = row.text("nik") or "", f"answers.witnesses[{index}]"
        if nik in seen:
            yield failure("witnesses_same", f"{field}.nik")
        seen.add(nik)
        if nik == application.first.applicant.nik:
            yield failure("witness_is_applicant", f"{field}.nik")
        elif nik in barred:
            yield failure(barred[nik], f"{field}.nik")
        member = register.person(nik)
        if member is None and register.late(nik) is not None:
            yield failure("witness_is_dead", f"{field}.nik")
        elif (gone := register.gone(nik)) is not None and gone not in MOVED:  # who lives elsewhere may be a witness
            yield failure(gone, f"{field}.nik")
        if member is not None:
            if not is_adult(member, today=today):
                yield failure("witness_under_age", f"{field}.nik")
            if not is_named(row.text("name") or "", member.name):
                yield failure("witness_name_differs", f"{field}.name")


def place_name(code: str | None) -> str:
    """Return a regency as documents print it: its name alone."""
    regency = find_regency(code) if code else None
    return regency.name.removeprefix("KAB. ").removeprefix("KOTA ") if regency else (code or "-")


def address_line(family: Family) -> str:
    """Return the address of a family in one line, as a form has it."""
    village = find_village(family.village_code)
    place = f" {village.name.upper()}, {village.district.name.upper()}" if village else ""
    return f"{family.address} RT {family.rt} RW {family.rw}{place}"


def three_digits(number: int | None) -> str:
    """Return an RT or RW as the register writes it."""
    return str(number or 0).zfill(_RT_DIGITS)


def new_home(answers: Answers, register: Register) -> Home | None:
    """Return the address that a form gives; None where it gives none.

    The postal code is that of a family of the same village that was read; else it stays empty.
    """
    village = answers.text("village")
    if village is None:
        return None
    known = (family.postal_code for family in register.by_kk.values() if family.village_code == village)
    return Home(
        address=(answers.text("street") or "").upper(),
        rt=three_digits(answers.number("rt")),
        rw=three_digits(answers.number("rw")),
        village_code=village,
        postal_code=next(known, ""),
    )
