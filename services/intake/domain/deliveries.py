"""What became of the documents of a request, and what the request becomes by it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.intake.domain.documents import IssuedDocument, IssuedState, find_document, with_document
from services.intake.domain.requests import Request, RequestState, Step, progress


def issue(request: Request, document: IssuedDocument, expected: int, at: datetime) -> Request:
    """Record an issued document. With the last of them the request is issued; an adapter may fetch from then on, others are sent them."""
    known = find_document(request.documents, document.document_id)
    if known is not None and known.number:
        return request
    merged = replace(document, delivery=known.delivery, is_revoked=known.is_revoked) if known else document
    return _settled(replace(_with(request, merged), expected=expected), at)


def voided(request: Request, document: IssuedDocument, expected: int, at: datetime, reason: str) -> Request:
    """Record a document that was given up before its issue. With the last of all the request is void, so that it may be asked for again."""
    known = find_document(request.documents, document.document_id)
    if known is not None and known.number:
        return request
    noted = replace(_with(request, replace(document, is_void=True)), expected=expected)
    told = progress(noted, Step(RequestState.VOID, at, (reason,), document.number))
    if len(noted.settled) >= expected and not noted.issued:
        return told
    return _settled(replace(told, state=request.state), at)


def delivered(request: Request, document_id: str, state: IssuedState, at: datetime, reasons: tuple[str, ...] = ()) -> Request:
    """Record whether a document was delivered. The request is delivered with the last of them; undelivered as soon as one is."""
    known = find_document(request.documents, document_id) or IssuedDocument(document_id)
    after = known.came(state)
    if after == known:
        return request
    noted = _with(request, after)
    if state is IssuedState.UNDELIVERED:
        return progress(noted, Step(RequestState.UNDELIVERED, at, reasons))
    return _delivered(noted, at, reasons)


def fetched(request: Request, document_id: str, at: datetime) -> Request:
    """Record that the adapter fetched a document. Only the first time counts, and only of a request that is ready."""
    if request.state is not RequestState.READY:
        return request
    return delivered(request, document_id, IssuedState.DELIVERED, at)


def revoked(request: Request, document_id: str) -> Request:
    """Record that the office took a document back. The state of the request stays: it was issued."""
    known = find_document(request.documents, document_id) or IssuedDocument(document_id)
    return _with(request, replace(known, is_revoked=True))


def _with(request: Request, document: IssuedDocument) -> Request:
    return replace(request, documents=with_document(request.documents, document))


def _settled(request: Request, at: datetime) -> Request:
    """Return the request as issued where nothing more comes. An adapter may fetch from then on, others are sent what there is."""
    if len(request.settled) < (request.expected or 1) or not request.issued:
        return request
    state = RequestState.READY if request.origin.fetches else RequestState.ISSUED
    return _delivered(progress(request, Step(state, at, document_number=request.document_number)), at)


def _delivered(request: Request, at: datetime, reasons: tuple[str, ...] = ()) -> Request:
    """Return the request as delivered where all of its documents were."""
    whole = request.expected is not None and len(request.settled) >= request.expected
    if not whole or any(document.delivery is not IssuedState.DELIVERED for document in request.documents if not document.is_void):
        return request
    return progress(request, Step(RequestState.DELIVERED, at, reasons))
