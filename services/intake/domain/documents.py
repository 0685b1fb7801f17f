"""A document of a request: how far it came, and the notices that tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from shared.values import Channel

_FETCHING: Final = frozenset({Channel.ADAPTER.value, Channel.DESK.value})
"""Channels to which nothing is sent: whoever filed fetches the documents."""
_DOCUMENT: Final = "document"  # the kind of notice that carries a document


class IssuedState(StrEnum):
    """How far a document of a request came."""

    ISSUED = "issued"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    REVOKED = "revoked"
    VOID = "void"


_LATER: Final[Mapping[IssuedState, frozenset[IssuedState]]] = {
    IssuedState.ISSUED: frozenset({IssuedState.DELIVERED, IssuedState.UNDELIVERED}),
    IssuedState.UNDELIVERED: frozenset({IssuedState.DELIVERED}),  # the person was reached after all
}
"""The outcomes of its delivery that may follow each other."""


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """A document as issuance announced it; its bytes are fetched from there by `document_id`. `sha256` is hex.

    A document whose delivery or revocation was told before its issue has no number yet (`number` ""). `delivery` goes on while a document
    is revoked: its notice may be on its way. One that is void was given up before its issue: it never comes, and has no `sha256`.
    """

    document_id: str
    number: str = ""
    sha256: str = ""
    product: str = ""
    delivery: IssuedState = IssuedState.ISSUED
    is_revoked: bool = False
    is_void: bool = False

    @property
    def state(self) -> IssuedState:
        """How far it came; what was revoked or is void is that and nothing else."""
        if self.is_void:
            return IssuedState.VOID
        return IssuedState.REVOKED if self.is_revoked else self.delivery

    def came(self, state: IssuedState) -> IssuedDocument:
        """Return the document after an outcome of its delivery; unchanged where it came as far before."""
        return replace(self, delivery=state) if state in _LATER.get(self.delivery, ()) else self


def find_document(documents: Iterable[IssuedDocument], document_id: str) -> IssuedDocument | None:
    """Return the document of this id; None where there is none."""
    return next((document for document in documents if document.document_id == document_id), None)


def in_order(documents: Iterable[IssuedDocument], products: Sequence[str]) -> tuple[IssuedDocument, ...]:
    """Return what was issued, by the order of the products, then what is void; without what is not known to be either."""
    places = {product: place for place, product in enumerate(products)}

    def order(document: IssuedDocument) -> tuple[bool, int, str]:
        return document.is_void, places.get(document.product, len(places)), document.document_id

    return tuple(sorted((document for document in documents if document.number), key=order))


def with_document(documents: tuple[IssuedDocument, ...], document: IssuedDocument) -> tuple[IssuedDocument, ...]:
    """Return documents with this one, in the place of its earlier state where there is one."""
    if all(each.document_id != document.document_id for each in documents):
        return (*documents, document)
    return tuple(document if each.document_id == document.document_id else each for each in documents)


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice of the notifier: its kind and channel, and the document that it brings, where it brings one."""

    kind: str
    channel: str
    document_id: str | None = None

    def document_of(self, state: IssuedState) -> str | None:
        """Return the document whose delivery the notice's outcome changes; None where it changes none.

        Only a notice with the document does, not a chat reply or a receipt. What is fetched counts as delivered once it was.
        """
        is_fetched = self.channel in _FETCHING and state is IssuedState.DELIVERED
        return self.document_id if self.kind == _DOCUMENT and not is_fetched else None
