"""Take requests in, gather those of a court case, and judge what is complete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.verification.domain import case as cases
from services.verification.domain import task as tasks
from services.verification.domain.case import Case, CaseState, Decided
from services.verification.domain.facts import PromiseMoved
from services.verification.domain.policy import CaseRoute, Verdict, route
from services.verification.domain.priority import place_of
from services.verification.domain.register import Register
from services.verification.domain.rules import Application, People
from services.verification.domain.service_clock import started
from services.verification.domain.subjects import persons_of
from services.verification.domain.submission import Submission
from services.verification.domain.task_parts import Claim
from services.verification.domain.tickets import first_due
from services.verification.handlers.planning import Preview, approve, judge, log_decision, log_unclear, people_of, rules_for, today
from services.verification.ports import Deps, Tx
from shared.errors import DomainError, NotFound


async def take_in(tx: Tx, deps: Deps, submission: Submission) -> None:
    """Take a request into its case. When the case is complete it is judged: approved, returned, rejected or given to an officer.

    A returned request that comes in again, mended, begins the next round of its case. While the register is not to be had a complete case
    waits, OPENED.

    Raises:
        NotFound: `unknown_service` or `service_without_rules`.
        DomainError: `product_not_of_service`, or `case_not_returned` when the case is still open or decided.
    """
    rules_for(deps, Application((submission,)))
    service = deps.catalogue.get(submission.service)
    if not set(submission.products) <= set(service.products):
        raise DomainError("product_not_of_service", "The catalogue does not give this product with this service.")
    held = await tx.cases.find(submission.case_key)
    case = cases.take_in(held, submission, at=deps.clock())
    if case is held:
        return
    tx.cases.put(case)
    if case.state is CaseState.OPENED and not deps.gate.is_paused:
        tx.cases.put(await judge_case(tx, deps, case))


async def prefetch(tx: Tx, deps: Deps, submissions: Sequence[Submission]) -> None:
    """Read at once what judging these requests will ask for."""
    await tx.links.ended([each.vouching.link_id for each in submissions if each.vouching is not None and each.vouching.link_id])
    await tx.prefetch((each.case_key for each in submissions), () if deps.gate.is_paused else _people(deps, submissions))


def _people(deps: Deps, submissions: Sequence[Submission]) -> Iterator[People]:
    for each in submissions:
        application = Application((each,))
        try:
            yield people_of(application, rules_for(deps, application), deps.catalogue.get(each.service))
        except NotFound:  # it is refused when its turn comes
            continue


async def judge_case(tx: Tx, deps: Deps, case: Case, *, has_waited: bool = False) -> Case:
    """Judge a complete case, and let follow what its way says. `has_waited`: it stood since it came, for want of the register."""
    case = cases.without_links(case, await tx.links.ended(case.link_ids))
    application, rules = case.application, rules_for(deps, case.application)
    service = deps.catalogue.get(case.first.service)
    register = await tx.register(people_of(application, rules, service))
    findings, known = judge(deps, case, register)
    verdict = route(findings, service, rules.ways, look_again=case.returned_by is not None)
    if register.unclear:
        log_unclear(tx, case, findings)
    return await _settle(tx, deps, cases.judged(case, findings, register.unclear), _Judgement(verdict, register, known, has_waited))


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What a case is settled by."""

    verdict: Verdict
    register: Register
    known: Preview | None
    has_waited: bool


async def _settle(tx: Tx, deps: Deps, case: Case, found: _Judgement) -> Case:
    verdict, register, known = found.verdict, found.register, found.known
    decided = Decided(deps.clock())
    if verdict.route is CaseRoute.APPROVE and known is not None:
        settled = await approve(tx, deps, case, register, decided, known)
    elif verdict.route in (CaseRoute.STAFF, CaseRoute.APPROVE):
        return _to_officers(tx, deps, case, found)
    else:
        turn_down = cases.return_to_sender if verdict.route is CaseRoute.RETURN else cases.reject
        settled, facts = turn_down(case, verdict.reasons, decided)
        for fact in facts:
            tx.emit(fact)
    log_decision(tx, settled)
    return settled


def tell_later(tx: Tx, deps: Deps, case: Case, promised_at: datetime) -> None:
    """Tell the senders of a case that its time is a later one, where they were told one."""
    for submission in case.submissions:
        if submission.promised_at is not None:
            tx.emit(PromiseMoved(submission, promised_at, deps.clock()))


def _to_officers(tx: Tx, deps: Deps, case: Case, found: _Judgement) -> Case:
    verdict, register = found.verdict, found.register
    now, first = deps.clock(), case.first
    service = deps.catalogue.get(first.service)
    due_at = first_due(service, deps.hours, now) or first.promised_at or deps.hours.promise(first.submitted_at, service.promise)
    if found.has_waited and service.stages is None and service.day_field not in first.answers.values:
        # that was not the office's time: what was left when it came is left now
        due_at = deps.hours.promise(now, deps.hours.elapsed(max(each.submitted_at for each in case.submissions), due_at))
        tell_later(tx, deps, case, due_at)
    clock = started(deps.hours, deps.queue.alarms, at=now, due_at=due_at)
    place = place_of(case.application, service, register, today=today(deps), elderly_age=deps.queue.elderly_age)
    preferred = Claim(case.returned_by, now + deps.reserved_for) if case.returned_by else None
    persons = persons_of(case.application, register)
    task, fact = tasks.open_task(
        deps.new_id(), case.application, verdict.reasons, at=now, clock=clock, place=place, preferred=preferred, persons=persons
    )
    tx.tasks.add(task)
    tx.emit(fact)
    return cases.review(case, findings=case.findings, reasons=verdict.reasons, task_id=task.id)
