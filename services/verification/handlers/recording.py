"""Record what issuance made, and bring the register to what an approved case said once all of it is issued."""

from __future__ import annotations

from services.verification.domain import case as cases
from services.verification.domain.case import Case, CaseState
from services.verification.domain.facts import RegisterChanged
from services.verification.domain.history import RegisterEntry
from services.verification.domain.recording import CONFLICT, AwaitedChange
from services.verification.handlers.planning import today
from services.verification.ports import Deps, Tx
from shared.errors import DomainError
from shared.logs import get

_log = get("register")


async def record_document(tx: Tx, deps: Deps, case_id: str, document_id: str, number: str) -> None:
    """Record an issued document of a case; with the last one the register becomes what the case said.

    Raises:
        NotFound: `cases_not_found`.
        DomainError: `case_not_approved` or `other_document_issued`.
    """
    held = await tx.cases.get(case_id)
    case = cases.document_issued(held, document_id, number, at=deps.clock())
    if case is held:
        return
    if cases.is_complete(case) and case.state is not CaseState.ISSUED:  # it is that where the change was given up
        case = await _finished(tx, deps, case)
    tx.cases.put(case)


async def _finished(tx: Tx, deps: Deps, case: Case) -> Case:
    now = deps.clock()
    if case.change is None:
        return cases.issued(case, at=now)
    try:
        await _apply(tx, deps, case, case.change.with_numbers(case.documents))
    except DomainError as error:
        if error.code != CONFLICT:
            raise
        tx.on_commit(lambda: _log.warning("register.conflict", case_id=case.id, service=case.first.service))
        return cases.unrecorded(case, at=now)
    return cases.issued(case, at=now)


async def apply_again(tx: Tx, deps: Deps, case_id: str) -> None:
    """Apply a change that waits for a person, to the register as it is now.

    Raises:
        NotFound: `cases_not_found`.
        DomainError: `register_conflict`: no change waits there, or the register still says something else.
    """
    case = await tx.cases.get(case_id)
    await _apply(tx, deps, case, cases.awaiting(case))
    tx.cases.put(cases.issued(case, at=deps.clock()))


async def give_up(tx: Tx, deps: Deps, case_id: str, *, note: str) -> None:
    """Give up a change that waits for a person, or for a void document: the register stays as it is, its families wait no more.

    Raises:
        NotFound: `cases_not_found`.
        DomainError: `register_conflict`: no change waits there.
    """
    case = await tx.cases.get(case_id)
    await tx.registry.release(cases.given_up(case), case.id)
    tx.cases.put(cases.issued(case, at=deps.clock()))
    tx.on_commit(lambda: _log.warning("register.given_up", case_id=case.id, note=note))


async def _apply(tx: Tx, deps: Deps, case: Case, awaited: AwaitedChange) -> None:
    draft = RegisterEntry(
        id=case.id,
        request_id=case.first.request_id,
        case_id=case.first.case_id,
        service=case.first.service,
        officer_id=case.officer_id,
        basis=awaited.change.basis,
        at=deps.clock(),
        families=awaited.kk_numbers,
    )
    entry = await tx.registry.record(awaited, draft, on=today(deps))
    if entry is not None:
        tx.emit(RegisterChanged(case.id, case.first, entry))
