"""The documents that a case awaits: which are issued, which are void, whether all of them are one or the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from services.verification.domain.case import Case, CaseState
from services.verification.domain.documents import CaseDocument
from services.verification.domain.recording import CONFLICT, DOCUMENT_VOID
from shared.errors import DomainError

_HAS_DOCUMENTS: Final = frozenset({CaseState.APPROVED, CaseState.UNRECORDED, CaseState.ISSUED, CaseState.VOID})


def document_issued(case: Case, document_id: str, number: str, *, at: datetime) -> Case:
    """Record an issued document. The same document again changes nothing; whether it was the last, `is_settled` says.

    Raises:
        DomainError: `case_not_approved`, or `other_document_issued`: no such document was ordered, it has another number, or is void.
    """
    known = _document(case, document_id)
    if known.voided_at is not None or known.number not in (None, number):
        raise _other_document()
    return case if known.number is not None else _with(case, known, replace(known, number=number, issued_at=at))


def document_voided(case: Case, document_id: str, *, at: datetime) -> Case:
    """Record that a document was given up before its issue: it will never come. The same document again changes nothing.

    Raises:
        DomainError: `case_not_approved`, or `other_document_issued`: no such document was ordered, or it is issued.
    """
    known = _document(case, document_id)
    if known.number is not None:
        raise _other_document()
    return case if known.voided_at is not None else _with(case, known, replace(known, voided_at=at))


def is_settled(case: Case) -> bool:
    """Return whether every document of the case is issued or void."""
    return all(document.is_settled for document in case.documents)


def void_documents(case: Case) -> tuple[CaseDocument, ...]:
    """Return the documents of the case that were given up."""
    return tuple(document for document in case.documents if document.voided_at is not None)


def waits_for(case: Case) -> str:
    """Return why a change waits for a person, as a code."""
    return DOCUMENT_VOID if void_documents(case) else CONFLICT


def _document(case: Case, document_id: str) -> CaseDocument:
    if case.state not in _HAS_DOCUMENTS:
        raise DomainError("case_not_approved", f"The case is {case.state.value}.")
    known = next((document for document in case.documents if document.id == document_id), None)
    if known is None:
        raise _other_document()
    return known


def _other_document() -> DomainError:
    return DomainError("other_document_issued", "The approval ordered another document.")


def _with(case: Case, known: CaseDocument, document: CaseDocument) -> Case:
    return replace(case, documents=tuple(document if each is known else each for each in case.documents))
