"""The use cases: claim, print, void, retry, revoke."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Final

from services.issuance.domain import claim as claims
from services.issuance.domain import document as documents
from services.issuance.domain import numbers
from services.issuance.domain.claim import Approval
from services.issuance.domain.document import Cause, Certificate, Document, DocumentState, Fact, Pdf
from services.issuance.domain.products.spec import RenderInput, Spec
from services.issuance.domain.render_input import compose
from services.issuance.domain.revocation import Revocation
from services.issuance.domain.supersession import settle
from services.issuance.ports import Deps, Tx
from shared.clock import WIB
from shared.errors import DomainError

NUMBER_VOID: Final = "number_void"
"""Why a document is held whose sheet shows the number of a certificate that was voided."""

NUMBER_SHOWN: Final = "number_shown"
"""Why a document can't be made void: an issued one of its request shows its number."""


async def prefetch_claims(tx: Tx, deps: Deps, approvals: Sequence[Approval]) -> None:
    """Read at once what `claim_documents` will ask for, for many approvals; what one of them lacks is said when it is claimed."""
    day = _today(deps)
    counters: set[str] = set()
    for approval in approvals:
        with suppress(DomainError):
            counters.update(wanted.counter(day) for wanted in claims.wanted_numbers(approval, deps.products))
    await tx.prefetch(documents=[key for approval in approvals for key in claims.document_ids(approval)], counters=counters)


async def claim_documents(tx: Tx, deps: Deps, approval: Approval, origin: Cause) -> None:
    """Claim all documents of a request and number each, in one unit of work. Idempotent: a second approval changes nothing.

    Raises:
        DomainError: what `wanted_numbers` raises, or `numbers_exhausted`.
        Transient: `certificate_expired`, `certificate_unreadable`: nothing is numbered that could not be signed.
    """
    await prefetch_claims(tx, deps, [approval])  # asks for nothing that was read before
    for key in claims.document_ids(approval):
        if await tx.find_document(key) is not None:
            return
    deps.refuse_unsigned()  # before a number is given
    day = _today(deps)
    given: list[str] = []
    extracts: dict[str, int] = {}
    for wanted in claims.wanted_numbers(approval, deps.products):
        count = await _next(tx, wanted.counter(day))
        given.append(wanted.existing or numbers.document_number(wanted.kind, day, count))
        if wanted.existing is not None:
            extracts[wanted.existing] = 1 + count
    made = claims.claim(approval, deps.products, given, extracts=extracts, new_token=deps.new_token, origin=origin, at=deps.clock())
    for document in made:
        tx.add_document(document)
    tx.on_commit(deps.wake_renderer)


async def begin_printing(tx: Tx, deps: Deps, document_id: str) -> Document:
    """Take the next attempt of a due document; one that shows the number of a document that is void is held for a person instead.

    Raises:
        DomainError: `document_not_due`: somebody else has it, or it has ended.
    """
    document = documents.begin(await tx.get_document(document_id), lease=deps.lease, at=deps.clock())
    if await _shows_a_void_number(tx, deps, document):
        document = documents.fail(document, attempt=document.attempt, reason=NUMBER_VOID, final=True, most_attempts=1, at=deps.clock())
    tx.save_document(document)
    return document


async def _shows_a_void_number(tx: Tx, deps: Deps, document: Document) -> bool:
    spec = deps.products.get(document.product)
    if spec is None or spec.number_of is None or document.content is None:
        return False
    key = document.content[spec.number_of.key]
    other = await tx.find_document(claims.document_id(document.request_id, key)) if key is not None else None
    return other is not None and other.state is DocumentState.VOID


def spec_of(deps: Deps, document: Document) -> Spec:
    """Return how the document is made.

    Raises:
        DomainError: `product_unknown`: it was claimed by a newer version of this service.
    """
    spec = deps.products.get(document.product)
    if spec is None:
        raise DomainError("product_unknown", document.product)
    return spec


def render_input_of(deps: Deps, document: Document) -> RenderInput:
    """Return the renderer's input. The printed date is that of the claim: the day that a new number carries.

    Raises:
        DomainError: `product_unknown` or `content_gone`.
    """
    return compose(
        document,
        spec_of(deps, document),
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


async def record_issued(tx: Tx, deps: Deps, begun: Document, pdf: Pdf, certificate: Certificate) -> Document:
    """Record the bytes of an attempt, let the document take its place among those about the same, and emit what became of each.

    Idempotent: the same bytes again change nothing (a commit whose answer was lost).

    Raises:
        DomainError: `attempt_superseded`: void meanwhile, it or what it shows the number of, or a later attempt took over; the bytes are
            nobody's.
    """
    related = await tx.related(begun)  # reads the document itself, too
    present, at = await tx.get_document(begun.document_id), deps.clock()
    if present.pdf == pdf:
        return present
    if await _shows_a_void_number(tx, deps, present):
        raise DomainError("attempt_superseded")
    check_url = deps.check_url(present.token)
    issued, fact = documents.issue(present, attempt=begun.attempt, pdf=pdf, certificate=certificate, check_url=check_url, at=at)
    settled = settle(issued, related, at=at)
    for document in (settled.document, *settled.others):
        tx.save_document(document)
    told: tuple[Fact, ...] = (fact, *settled.facts)
    for each in told:
        tx.emit(each)
    return settled.document


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
    """End a document before issue and emit the fact; its number stays used.

    Raises:
        NotFound: `documents_not_found`.
        DomainError: `document_issued`, `document_superseded`, `document_revoked`, `document_void` or `number_shown`.
    """
    document, fact = documents.void(await tx.get_document(document_id), reason=reason, at=deps.clock())
    await _check_not_shown(tx, deps, document)
    tx.save_document(document)
    tx.emit(fact)
    return document


async def revoke_document(tx: Tx, deps: Deps, document_id: str, revocation: Revocation) -> Document:
    """Take an issued document back and emit the fact. Idempotent: the same authority and reason again change nothing.

    Raises:
        NotFound: `documents_not_found`.
        DomainError: `document_not_issued`, `document_superseded` or `document_revoked`.
    """
    present = await tx.get_document(document_id)
    if present.revocation is not None and present.revocation.is_same_order(revocation):
        return present
    document, fact = documents.revoke(present, revocation, at=deps.clock())
    tx.save_document(document)
    tx.emit(fact)
    return document


async def discard_document(tx: Tx, deps: Deps, document_id: str, *, note: str) -> Document:
    """End a held document unprinted and emit the fact; its number stays used. Follow with `discard_leftovers`.

    Raises:
        NotFound: `documents_not_found`.
        DomainError: `document_not_held` or `number_shown`.
    """
    document, fact = documents.discard(await tx.get_document(document_id), note=note, at=deps.clock())
    await _check_not_shown(tx, deps, document)
    tx.save_document(document)
    tx.emit(fact)
    return document


async def _check_not_shown(tx: Tx, deps: Deps, document: Document) -> None:
    """Refuse to make a document void while an issued one of its request may show its number: that one is revoked first.

    Those that are yet to be issued are saved unchanged: their versions rise, so that of a void and an issue at the same moment one finds
    the other's work when it tries again.
    """
    for other in await tx.of_request(document.request_id):
        spec = deps.products.get(other.product)
        if spec is None or spec.number_of is None or other.document_id == document.document_id:
            continue
        if other.state is DocumentState.ISSUED:
            raise DomainError(NUMBER_SHOWN, "An issued document of this request shows its number: revoke that one first.")
        if other.issued_at is None and other.state is not DocumentState.VOID:
            tx.save_document(other)


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


async def _next(tx: Tx, key: str) -> int:
    counter = numbers.advance(await tx.counter(key))
    await tx.keep_counter(counter)
    return counter.last
