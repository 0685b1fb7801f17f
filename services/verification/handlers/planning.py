"""What an approval would do and does: the plan by the service's rules, its numbers, and the change that waits for the documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from services.verification.domain import case as cases
from services.verification.domain.askers import GUARDIAN, check_asker
from services.verification.domain.case import Case, Decided
from services.verification.domain.checks import PENDING, check_application, check_pending
from services.verification.domain.documents import keyed
from services.verification.domain.finding import Finding
from services.verification.domain.identity import residence_of
from services.verification.domain.likeness import check_awaited
from services.verification.domain.numbers import placeholders
from services.verification.domain.printing import check_plan, ensure_printable
from services.verification.domain.recording import AwaitedChange, ensure_sound
from services.verification.domain.register import Register
from services.verification.domain.rules import Application, People, Plan, Rules
from services.verification.domain.services import rules_of
from services.verification.domain.tickets import OfficeTime
from services.verification.domain.unclear import UNCLEAR, check_clear
from services.verification.ports import Deps, Tx
from shared.clock import WIB
from shared.errors import DomainError
from shared.logs import get
from shared.reference.catalogue import CivilService

BY_THE_RULES: Final = "rules"  # who decided, in the log, when no officer did

_log = get("decisions")


@dataclass(frozen=True, slots=True)
class Preview:
    """What an approval would make. `is_final`: no number in it is a placeholder."""

    plan: Plan
    is_final: bool


def rules_for(deps: Deps, application: Application) -> Rules:
    """Return the rules of an application's service.

    Raises:
        NotFound: `unknown_service` or `service_without_rules`.
    """
    return rules_of(deps.rules, deps.catalogue.get(application.first.service))


def people_of(application: Application, rules: Rules, service: CivilService) -> People:
    """Return whom to look up: who asks, the card that it is about, and whom the service's rules need."""
    own = rules.people(application)
    niks = [nik for each in application.submissions for nik in (each.applicant.nik, each.sender_nik) if nik]
    cards = [each.kk_number for each in application.submissions if each.kk_number]
    return replace(
        own,
        niks=tuple(dict.fromkeys((*niks, *own.niks))),
        kk_numbers=tuple(dict.fromkeys((*cards, *own.kk_numbers))),
        relying=tuple(dict.fromkeys((*_guardians(application, service), *own.relying))),
    )


def _guardians(application: Application, service: CivilService) -> tuple[str, ...]:
    """Return who asks, where a guardian may."""
    return tuple(filter(None, (each.applicant.nik for each in application.submissions))) if GUARDIAN in service.may_ask else ()


def preview(deps: Deps, application: Application, register: Register) -> Preview:
    """Return what an approval would make, with placeholders for the numbers that it would give.

    Raises:
        DomainError: nothing can follow from the request, for the code of which the checks say why; `registry_answer_unclear`.
    """
    rules, service = rules_for(deps, application), deps.catalogue.get(application.first.service)
    if _rests_on_unclear(application, people_of(application, rules, service), register):
        raise DomainError(UNCLEAR, "What the register says of somebody in this request makes no sense.")
    wishes = rules.wishes(application, register)
    plan = rules.plan(application, register, placeholders(wishes), today(deps))
    if plan.change is not None:
        ensure_sound(plan.change, register.by_kk.values())
    return Preview(plan, is_final=not wishes)


def judge(deps: Deps, case: Case, register: Register) -> tuple[tuple[Finding, ...], Preview | None]:
    """Return what the checks find of a case in this register, and what an approval would make; None where nothing can follow.

    Where an answer of the register makes no sense, what rests on it is not checked before it does.
    """
    application, rules = case.application, rules_for(deps, case.application)
    service = deps.catalogue.get(case.first.service)
    findings = check_application(application, service, register, today=today(deps))
    findings += tuple(check_clear(register.unclear))
    if _rests_on_unclear(application, people_of(application, rules, service), register):
        return findings, None
    findings += tuple(check_asker(case.first, service, rules.concerns, register))
    findings += tuple(rules.check(application, register, today(deps)))
    try:
        known = preview(deps, application, register)
    except DomainError as error:  # a check has mostly said why
        said = any(finding.is_failure for finding in findings)
        return tuple(dict.fromkeys(findings if said else (*findings, Finding(error.code)))), None
    return tuple(dict.fromkeys((*findings, *_check_waiting(case, register, known), *check_plan(known.plan)))), known


async def approve(tx: Tx, deps: Deps, case: Case, register: Register, decided: Decided, known: Preview) -> Case:
    """Approve a case: give its numbers, mark the families that will change, and publish the approval of each of its requests.

    Raises:
        DomainError: as `preview`; `card_too_large`, `village_unknown` or `register_unprintable`; `numbers_exhausted`;
            `register_change_pending`: a family waits for the documents of another case.
    """
    check_approvable(case, register, known)
    plan = known.plan
    if not known.is_final:
        rules = rules_for(deps, case.application)
        numbers = await tx.take_numbers(rules.wishes(case.application, register), today(deps))
        plan = rules.plan(case.application, register, numbers, today(deps))
    change = None
    if plan.change is not None:
        touched = [register.by_kk[each.kk_number] for each in plan.change.families if each.kk_number in register.by_kk]
        change = AwaitedChange(plan.change, await tx.registry.mark(touched, case.id))
    settled, facts = cases.approve(case, keyed(case.application, plan), change, decided)
    for fact in facts:
        tx.emit(replace(fact, residence=residence_of(fact.submission, register)))
    return settled


def _rests_on_unclear(application: Application, people: People, register: Register) -> bool:
    """Return whether an answer that makes no sense is about more than a witness, of whom nothing is changed or printed."""
    if not register.unclear:
        return False
    witnesses = {row.text("nik") for each in application.submissions for row in each.answers.rows("witnesses")}
    return bool(people.everybody_of) or register.is_unclear(*({*people.niks, *people.kk_numbers} - witnesses))


def check_approvable(case: Case, register: Register, known: Preview) -> None:
    """Refuse an approval that could not take effect now.

    Raises:
        DomainError: `card_too_large`, `village_unknown`, `register_unprintable` or `register_change_pending`.
    """
    if any(_check_waiting(case, register, known)):
        raise DomainError(PENDING, "A family of this request, or who comes by it, waits for the documents of another one.")
    ensure_printable(known.plan)


def _check_waiting(case: Case, register: Register, known: Preview) -> Iterator[Finding]:
    yield from check_pending(case.id, case.application, known.plan, register)
    yield from check_awaited(case.id, known.plan, register)


def log_decision(tx: Tx, case: Case) -> None:
    """Log each decision after the commit: of which request, what, by whom, and why in codes."""

    def say() -> None:
        for submission in case.submissions:
            vouching = None if case.is_unproven else submission.vouching
            _log.info(
                "request.decided",
                receipt=submission.receipt,
                request_id=submission.request_id,
                outcome=case.state.value,
                decider=case.officer_id or BY_THE_RULES,
                reasons=[reason.code for reason in case.reasons],
                round=case.round,
                vouched_by=vouching.by if vouching else None,
                link_id=vouching.link_id if vouching else None,
                link_granted=case.link_granted,
            )

    tx.on_commit(say)


def log_unclear(tx: Tx, case: Case, findings: Sequence[Finding]) -> None:
    """Log after the commit that the register's answer makes no sense, with the places of it: nothing that it says."""
    places = [finding.field for finding in findings if finding.code == UNCLEAR]
    tx.on_commit(lambda: _log.warning("register.answer_unclear", case_id=case.id, service=case.first.service, places=places))


def today(deps: Deps) -> date:
    """Return the office's day."""
    return deps.clock().astimezone(WIB).date()


def office_time(deps: Deps) -> OfficeTime:
    """Return the office's clock now."""
    return OfficeTime(deps.hours, deps.queue.alarms, deps.clock(), today(deps))


def day_of(moment: datetime) -> tuple[datetime, datetime]:
    """Return when the office's day of that moment began, and when it ends."""
    began = datetime.combine(moment.astimezone(WIB).date(), time(), WIB)
    return began, began + timedelta(days=1)
