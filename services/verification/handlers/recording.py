"""Record what issuance made, and bring the register to what an approved case said once all of it is issued."""

from __future__ import annotations

from dataclasses import replace

from services.verification.domain import case as cases
from services.verification.domain import case_documents
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
    await _keep(tx, deps, held, case_documents.document_issued(held, document_id, number, at=deps.clock()))


async def record_void(tx: Tx, deps: Deps, case_id: str, document_id: str) -> None:
    """Record that a document of a case was given up. Where none was issued the case ends, and its families wait no more.

    Raises:
        NotFound: `cases_not_found`.
        DomainError: `case_not_approved` or `other_document_issued`.
    """
    held = await tx.cases.get(case_id)
    await _keep(tx, deps, held, case_documents.document_voided(held, document_id, at=deps.clock()))


async def _keep(tx: Tx, deps: Deps, held: Case, case: Case) -> None:
    if case is held:
        return
    if case.state is CaseState.APPROVED and case_documents.is_settled(case):
        case = await _finished(tx, deps, case)
    tx.cases.put(case)


async def _finished(tx: Tx, deps: Deps, case: Case) -> Case:
    now, change, void = deps.clock(), case.change, case_documents.void_documents(case)
    if len(void) == len(case.documents):
        if change is not None:
            await tx.registry.release(change, case.id)
        return cases.voided(case)
    if change is None:
        return cases.issued(case, at=now)
    if not void and await _could_apply(tx, deps, case, change):
        return cases.issued(case, at=now)
    # where only some of the documents exist, or the register changed since, a person decides whether the register changes
    tx.on_commit(
        lambda: _log.warning("register.unrecorded", case_id=case.id, service=case.first.service, code=case_documents.waits_for(case))
    )
    return cases.unrecorded(case, at=now)


async def _could_apply(tx: Tx, deps: Deps, case: Case, change: AwaitedChange) -> bool:
    try:
        await _apply(tx, deps, case, change)
    except DomainError as error:
        if error.code != CONFLICT:
            raise
        return False
    return True


async def apply_again(tx: Tx, deps: Deps, case_id: str) -> None:
    """Apply a change that waits for a person, to the register as it is now.

    Raises:
        NotFound: `cases_not_found`.
        DomainError: `change_not_waiting`; `register_conflict`: the register still says something else; `document_void`: it needs the number
            of a document that was given up.
    """
    case = await tx.cases.get(case_id)
    await _apply(tx, deps, case, cases.awaiting(case))
    tx.cases.put(cases.issued(case, at=deps.clock()))


async def give_up(tx: Tx, deps: Deps, case_id: str, *, note: str) -> None:
    """Give up a change that waits for a person: the register stays as it is, its families wait no more, and its history says why.

    Raises:
        NotFound: `cases_not_found`.
        DomainError: `change_not_waiting`.
    """
    case = await tx.cases.get(case_id)
    awaited = cases.awaiting(case)
    await tx.registry.release(awaited, case.id, replace(_entry(deps, case, awaited), given_up=note))
    tx.cases.put(cases.issued(case, at=deps.clock()))
    tx.on_commit(lambda: _log.warning("register.given_up", case_id=case.id))


async def _apply(tx: Tx, deps: Deps, case: Case, change: AwaitedChange) -> None:
    awaited = change.with_numbers(case.documents)
    entry = await tx.registry.record(awaited, _entry(deps, case, awaited), on=today(deps))
    if entry is not None:
        tx.emit(RegisterChanged(case.id, case.first, entry))


def _entry(deps: Deps, case: Case, awaited: AwaitedChange) -> RegisterEntry:
    return RegisterEntry(
        id=case.id,
        request_id=case.first.request_id,
        case_id=case.first.case_id,
        service=case.first.service,
        officer_id=case.officer_id,
        basis=awaited.change.basis,
        at=deps.clock(),
        families=awaited.kk_numbers,
    )
