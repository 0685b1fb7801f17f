"""Which document takes the place of which. Pure.

Documents about the same follow each other in the order of their approvals, however late each of them is printed. Documents of one
application, all parties of a court case included, never take each other's place. Where a document says that an akta is void, the
documents of that akta are taken back, and a later akta leaves it as it is: it is a note, not an older akta.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.issuance.domain.document import Document, DocumentRevoked, DocumentState, DocumentSuperseded, revoke, supersede
from services.issuance.domain.revocation import Authority, Revocation

ANNULLED: Final = "certificate_annulled"
"""The reason (`shared.reference.revocations`) of what is taken back with an akta that is void."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What follows from an issue. `others` are all to be saved, changed or not: see `settle`."""

    document: Document
    others: tuple[Document, ...]
    facts: tuple[DocumentSuperseded | DocumentRevoked, ...]


def subjects(documents: Iterable[Document]) -> tuple[list[str], list[str]]:
    """Return by what related documents are found: those about one of the first keys, and those that replace one of the second."""
    known = list(documents)
    about = {document.about for document in known}
    return sorted(about.union(*(document.replaces for document in known))), sorted(about)


def are_related(one: Document, other: Document) -> bool:
    """Return whether the newer of two takes the other's place."""
    if one.request_id == other.request_id or (one.case_id is not None and one.case_id == other.case_id):
        return False
    return one.about == other.about or one.about in other.replaces or other.about in one.replaces


def settle(document: Document, related: Iterable[Document], *, at: datetime) -> Settled:
    """Let a document that was just issued take its place among those it is related to.

    Older ones that are issued end now. If a newer one was issued already, this one ends at once. Those that are yet to be issued must be
    saved unchanged: their versions rise, so that of two related documents that two processes issue at one moment, one finds the other's
    issue when it tries again.
    """
    others: list[Document] = []
    facts: list[DocumentSuperseded | DocumentRevoked] = []
    newer: list[Document] = []
    for other in related:
        if _order(other) > _order(document):
            if other.issued_at is not None and _ends(other, document):
                newer.append(other)
        elif other.state is DocumentState.ISSUED and _ends(document, other):
            ended, fact = _ended(other, document, at)
            others.append(ended)
            facts.append(fact)
        if other.issued_at is None and other.state is not DocumentState.VOID:
            others.append(other)
    if newer:
        document, fact = _ended(document, min(newer, key=_order), at)
        facts.append(fact)
    return Settled(document, tuple(others), tuple(facts))


def _ends(newer: Document, older: Document) -> bool:
    """Return whether the newer of two related documents ends the older: all do, but what follows on an annulment."""
    return newer.about == older.about or older.about in newer.replaces or older.annulled_by is None


def _ended(older: Document, by: Document, at: datetime) -> tuple[Document, DocumentSuperseded | DocumentRevoked]:
    """End a document in favour of a newer one, or take it back where the newer one says that it is void."""
    if by.annulled_by is None or older.about not in by.replaces:
        return supersede(older, by, at=at)
    return revoke(older, Revocation(Authority(by.annulled_by), ANNULLED, f"Catatan pinggir {by.number}", by.document_id), at=at)


def _order(document: Document) -> tuple[datetime, str]:
    """Order documents as they were approved; the id decides between two of one moment."""
    return document.approved_at, document.document_id
