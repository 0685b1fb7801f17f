"""Which way a judged request goes: approved by itself, to an officer, back to whoever sent it, or refused. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from services.verification.domain.finding import Finding, failure
from services.verification.domain.identity import IDENTITY_UNPROVEN
from shared.reference.catalogue import Service


class Route(StrEnum):
    """The four ways, the strongest last: one refusal outweighs any number of things that could be mended."""

    APPROVE = "approve"
    STAFF = "staff"
    RETURN = "return"
    REJECT = "reject"


ROUTES: Final[Mapping[str, Route]] = MappingProxyType(
    {
        # What the sender can mend alone
        "nik_not_16_digits": Route.RETURN,
        "nik_date_impossible": Route.RETURN,
        "nik_serial_zero": Route.RETURN,
        "kk_not_16_digits": Route.RETURN,
        "kk_date_impossible": Route.RETURN,
        "kk_number_differs": Route.RETURN,
        "nik_not_in_kk": Route.RETURN,
        "name_empty": Route.RETURN,
        "name_too_long": Route.RETURN,
        "name_has_digits": Route.RETURN,
        "name_has_symbols": Route.RETURN,
        "attachment_missing": Route.RETURN,
        "custody_unknown": Route.RETURN,
        "decision_missing": Route.RETURN,
        "decision_not_final": Route.RETURN,
        "holder_not_party": Route.RETURN,
        "parties_same": Route.RETURN,
        "pledge_missing": Route.RETURN,
        # What this office may not do
        "other_office": Route.REJECT,
        "court_not_competent": Route.REJECT,
    },
)
"""Failure -> way. A failure that is not named here goes to an officer: never a refusal by omission."""

FORM: Final = frozenset(
    {
        *("nik_not_16_digits", "nik_date_impossible", "nik_serial_zero", "kk_not_16_digits", "kk_date_impossible"),
        *("name_empty", "name_too_long", "name_has_digits", "name_has_symbols", "attachment_missing"),
    }
)
"""What is seen of the request alone, without the register."""

TELLS_NOTHING: Final = FORM | {IDENTITY_UNPROVEN, "attachment_unreadable", "attachment_wrong"}
"""What an unproven sender may be told: none of it depends on what the register holds. A code that is not named here may."""

OFFICER_REQUIRED: Final = "officer_required"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The way, and the findings that led there (empty when approved)."""

    route: Route
    reasons: tuple[Finding, ...] = ()


def route(findings: tuple[Finding, ...], service: Service) -> Verdict:
    """Choose the way.

    Everything green and the service allows it: approved. Warnings alone do not stop that. Otherwise the strongest way that any failure
    asks for, with the failures that asked for it; an officer is shown every failure. A request of an unproven sender goes back by itself
    for its form alone: any other answer would say what the register holds.
    """
    failures = tuple(finding for finding in findings if finding.is_failure)
    if not failures:
        return Verdict(Route.APPROVE) if service.automatic else Verdict(Route.STAFF, (failure(OFFICER_REQUIRED),))
    if any(finding.code == IDENTITY_UNPROVEN for finding in failures):
        form = tuple(finding for finding in failures if finding.code in FORM)
        return Verdict(Route.RETURN, form) if form else Verdict(Route.STAFF, failures)
    for way in (Route.REJECT, Route.RETURN):
        reasons = tuple(finding for finding in failures if ROUTES.get(finding.code) is way)
        if reasons:
            return Verdict(way, reasons)
    return Verdict(Route.STAFF, failures)
