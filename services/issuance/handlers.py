"""The use cases: claim, print, void, retry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.issuance.domain import document as documents
from services.issuance.domain import numbers
from services.issuance.domain.document import Approval, Cause, Certificate, Document, Pdf
from services.issuance.domain.render_input import RenderInput, compose
from services.issuance.ports import Deps, Tx
from shared.clock import WIB
from shared.errors import DomainError


async def prefetch_claims(tx: Tx, deps: Deps, approvals: Sequence[Approval]) -> None:
    """Read at once what `claim_document` will ask for, for many approvals."""
    day = _today(deps)
    counters = {numbers.document_counter(deps.kinds[item.product], day) for item in approvals if item.product in deps.kinds}
    counters |= {numbers.card_counter(item.material.card.district_code, day) for item in approvals if _wants_card_number(item)}
    await tx.prefetch(documents=[documents.document_id(item.request_id, item.product) for item in approvals], counters=counters)


async def claim_document(tx: Tx, deps: Deps, approval: Approval, origin: Cause) -> None:
    """Claim the request's product and reserve its number, in one unit of work. Idempotent: a second approval changes nothing.

    Raises:
        DomainError: `product_unknown`, `holder_not_on_card` or `numbers_exhausted`.
    """
    key = documents.document_id(approval.request_id, approval.product)
    if await tx.find_document(key) is not None:
        return
    kind = deps.kinds.get(approval.product)
    if kind is None:
        raise DomainError("product_unknown")
    documents.holder_name(approval.material)  # before any number is taken
    at, day = deps.clock(), _today(deps)
    serial = await _next(tx, numbers.document_counter(kind, day))
    allocated = None
    if _wants_card_number(approval):
        district = approval.material.card.district_code
        allocated = numbers.card_number(district, day, await _next(tx, numbers.card_counter(district, day)))
    tx.add_document(
        documents.claim(
            approval,
            number=numbers.document_number(kind, day, serial),
            allocated_kk=allocated,
            token=deps.new_token(),
            origin=origin,
            at=at,
        )
    )
    tx.on_commit(deps.wake_renderer)


async def begin_printing(tx: Tx, deps: Deps, document_id: str) -> Document:
    """Take the next attempt of a due document.

    Raises:
        DomainError: `document_not_due`: somebody else has it, or it has ended.
    """
    document = documents.begin(await tx.get_document(document_id), lease=deps.lease, at=deps.clock())
    tx.save_document(document)
    return document


def render_input_of(deps: Deps, document: Document) -> RenderInput:
    """Return the renderer's input. The printed date is the day its number carries.

    Raises:
        DomainError: `product_unknown`, `material_gone` or `holder_not_on_card`.
    """
    return compose(
        document,
        office=deps.office,
        check_url=deps.check_url(document.token),
        issued_on=document.claimed_at.astimezone(WIB).date(),
    )


def file_id(document: Document) -> str:
    """Return the id of the present attempt's file: one per attempt, so that two attempts never write the same one."""
    return f"{document.document_id}.{document.attempt}"


def earlier_file_ids(document: Document) -> tuple[str, ...]:
    """Return the ids of files that failed attempts may have left."""
    kept = document.pdf.file_id if document.pdf else None
    names = [f"{document.document_id}.{attempt}" for attempt in range(1, document.attempt + 1)]
    return tuple(name for name in names if name != kept)


async def discard_leftovers(deps: Deps, document: Document) -> None:
    """Delete the files that no document points to: they are personal. Idempotent."""
    for name in earlier_file_ids(document):
        await deps.archive.delete(name)


async def record_issued(tx: Tx, deps: Deps, document_id: str, attempt: int, pdf: Pdf, certificate: Certificate) -> Document:
    """Record the stored bytes and emit the fact. Idempotent: the same bytes again change nothing (a commit whose answer was lost).

    Raises:
        DomainError: `attempt_superseded`: void meanwhile, or a later attempt took over; the bytes are nobody's.
    """
    present = await tx.get_document(document_id)
    if present.pdf == pdf:
        return present
    check_url = deps.check_url(present.token)
    document, fact = documents.issue(present, attempt=attempt, pdf=pdf, certificate=certificate, check_url=check_url, at=deps.clock())
    tx.save_document(document)
    tx.emit(fact)
    return document


async def record_failure(tx: Tx, deps: Deps, document_id: str, attempt: int, *, reason: str, final: bool) -> Document:
    """Note why an attempt failed, and when the next may be.

    Raises:
        DomainError: `attempt_superseded`, as in `record_issued`.
    """
    document = documents.fail(
        await tx.get_document(document_id),
        attempt=attempt,
        reason=reason,
        final=final,
        most_attempts=deps.most_attempts,
        at=deps.clock(),
    )
    tx.save_document(document)
    return document


async def void_document(tx: Tx, deps: Deps, document_id: str, *, reason: str) -> Document:
    """End a document before issue; its number stays used.

    Raises:
        NotFound: `documents_not_found`.
        DomainError: `document_issued` or `document_void`.
    """
    document = documents.void(await tx.get_document(document_id), reason=reason, at=deps.clock())
    tx.save_document(document)
    return document


async def discard_document(tx: Tx, deps: Deps, document_id: str, *, note: str) -> Document:
    """End a held document unprinted; its number stays used. Follow with `discard_leftovers`.

    Raises:
        NotFound: `documents_not_found`.
        DomainError: `document_not_held`.
    """
    document = documents.discard(await tx.get_document(document_id), note=note, at=deps.clock())
    tx.save_document(document)
    return document


async def retry_document(tx: Tx, deps: Deps, document_id: str) -> Document:
    """Give a held document back to the renderer.

    Raises:
        NotFound: `documents_not_found`.
        DomainError: `document_not_held`.
    """
    document = documents.retry(await tx.get_document(document_id), at=deps.clock())
    tx.save_document(document)
    tx.on_commit(deps.wake_renderer)
    return document


def _today(deps: Deps) -> date:
    return deps.clock().astimezone(WIB).date()


def _wants_card_number(approval: Approval) -> bool:
    return approval.product == "kk" and approval.material.card.kk_number is None


async def _next(tx: Tx, key: str) -> int:
    counter = numbers.advance(await tx.counter(key))
    await tx.keep_counter(counter)
    return counter.last
