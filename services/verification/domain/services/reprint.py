"""A lost or worn document is made once more, as the register has the person and the family today. Nothing in the register changes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.finding import Finding
from services.verification.domain.orders import family_card, identity_card
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, Ordered, People, Plan, Rules
from shared.errors import DomainError

_MADE: Final[Mapping[str, Callable[[Member, Family], Ordered]]] = MappingProxyType({"kk": family_card, "ktp": identity_card})
"""Product -> how it is ordered."""


def home_of(application: Application, register: Register) -> tuple[Family, Member]:
    """Return the family of the card that the applicant names, or where they are registered, and their row.

    Raises:
        DomainError: `nik_missing` or `holder_not_in_register`: without the family there is nothing to print.
    """
    submission = application.first
    nik = submission.applicant_nik
    named = register.family(submission.kk_number) if submission.kk_number else None
    family = named if named is not None and named.closed_on is None and named.member(nik) else register.family_of(nik)
    member = family.member(nik) if family is not None else None
    if family is None or member is None:
        raise DomainError("holder_not_in_register", "The register has no family with this person.")
    return family, member


def _people(_application: Application) -> People:
    return People()  # the applicant and the card are looked up for every service


def _check(_application: Application, _register: Register, _today: date) -> Iterator[Finding]:
    return iter(())


def _plan(application: Application, register: Register, _numbers: tuple[str, ...], _today: date) -> Plan:
    family, holder = home_of(application, register)
    return Plan(tuple(_MADE[product](holder, family) for product in application.first.products))


RULES: Final = Rules(people=_people, check=_check, plan=_plan, may_be_automatic=True)
"""The same for every service that makes a document once more: its products say which."""
