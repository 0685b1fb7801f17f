"""The route of a judged request: approved automatically, to an officer, back to its sender, or rejected. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from services.verification.domain.finding import Finding, failure
from services.verification.domain.identity import IDENTITY_UNPROVEN
from services.verification.domain.rules import Ways
from services.verification.domain.submission import NIK_MISSING
from services.verification.domain.unclear import UNCLEAR
from shared.reference.catalogue import CivilService


class CaseRoute(StrEnum):
    """The four routes, the strongest last: one refusal outweighs any number of problems that could be corrected."""

    APPROVE = "approve"
    STAFF = "staff"
    RETURN = "return"
    REJECT = "reject"


ROUTES: Final[Mapping[str, CaseRoute]] = MappingProxyType(
    {
        # What the sender can correct alone
        "nik_not_16_digits": CaseRoute.RETURN,
        "nik_date_impossible": CaseRoute.RETURN,
        "nik_serial_zero": CaseRoute.RETURN,
        "kk_not_16_digits": CaseRoute.RETURN,
        "kk_date_impossible": CaseRoute.RETURN,
        "kk_number_differs": CaseRoute.RETURN,
        "nik_not_in_kk": CaseRoute.RETURN,
        "name_empty": CaseRoute.RETURN,
        "name_too_long": CaseRoute.RETURN,
        "name_has_digits": CaseRoute.RETURN,
        "name_has_symbols": CaseRoute.RETURN,
        "attachment_missing": CaseRoute.RETURN,
        "answer_missing": CaseRoute.RETURN,
        # Who may not ask, by the register
        "asker_not_allowed": CaseRoute.RETURN,
        # Who died can't ask, nor witness
        "applicant_is_dead": CaseRoute.RETURN,
        "witness_is_dead": CaseRoute.RETURN,
        # What this office may not do
        "other_office": CaseRoute.REJECT,
    },
)
"""Failure -> route, for every service; a service adds the ways of its own. What is in neither goes to an officer: nothing is refused by
omission."""

FORM: Final = frozenset(
    {
        *("nik_not_16_digits", "nik_date_impossible", "nik_serial_zero", "kk_not_16_digits", "kk_date_impossible"),
        *("name_empty", "name_too_long", "name_has_digits", "name_has_symbols", "attachment_missing", "answer_missing"),
    }
)
"""Failures that are seen in the request alone, without the register."""

TELLS_NOTHING: Final = FORM | {
    *(IDENTITY_UNPROVEN, NIK_MISSING, "attachment_unreadable", "attachment_wrong", "withdrawn_by_applicant"),
    *("too_young_to_record", "visit_done", "visit_missed", "complaint_settled", "complaint_forwarded", "complaint_unclear"),
    *("stay_ends_before", "stay_too_long", "stay_recorded", "stay_not_recorded", "vulnerable_recorded"),
}
"""What an unproven sender may be told: none of it depends on what the register holds. A code that is not listed here may."""

OFFICER_REQUIRED: Final = "officer_required"
NO_WAYS: Final[Ways] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Verdict:
    """The chosen route, and the findings that led to it (empty when approved)."""

    route: CaseRoute
    reasons: tuple[Finding, ...] = ()


def route(findings: tuple[Finding, ...], service: CivilService, ways: Ways = NO_WAYS, *, look_again: bool = False) -> Verdict:
    """Choose the route of a judged request.

    Without failures, and if the service allows it: approved; warnings do not stop that. Otherwise the strongest route that any failure
    asks for, with the failures that asked for it; an officer is shown every failure. An unproven sender's request is returned automatically
    only for its form: any other answer would reveal what the register holds. So is one on which the register's answer makes no sense.

    Args:
        findings: What the checks found.
        service: Whether it may be approved without an officer.
        ways: The routes of the service's own findings.
        look_again: An officer returned the request before, for what the checks may not see: it is never approved without one.
    """
    failures = tuple(finding for finding in findings if finding.is_failure)
    if not failures:
        is_automatic = service.automatic and not look_again
        return Verdict(CaseRoute.APPROVE) if is_automatic else Verdict(CaseRoute.STAFF, (failure(OFFICER_REQUIRED),))
    if any(finding.code in (IDENTITY_UNPROVEN, UNCLEAR) for finding in failures):
        form = tuple(finding for finding in failures if finding.code in FORM)
        return Verdict(CaseRoute.RETURN, form) if form else Verdict(CaseRoute.STAFF, failures)
    for way in (CaseRoute.REJECT, CaseRoute.RETURN):
        reasons = tuple(finding for finding in failures if way_of(finding.code, ways) is way)
        if reasons:
            return Verdict(way, reasons)
    return Verdict(CaseRoute.STAFF, failures)


def way_of(code: str, ways: Ways) -> CaseRoute:
    """Return the route of a failure: that of its service, else the common one, else to an officer."""
    return CaseRoute(ways[code]) if code in ways else ROUTES.get(code, CaseRoute.STAFF)
