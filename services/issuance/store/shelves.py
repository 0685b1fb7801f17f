"""Where held documents lie, and what an operator's decision does to them."""

from __future__ import annotations

from typing import Final

from services.issuance.domain.document import DocumentState
from services.issuance.store.schema import DOCUMENTS
from shared.messaging.operations.shelves import Elsewhere, Move, Shelf

SHELVES: Final = (
    Shelf(
        name="documents",
        collection=DOCUMENTS.collection,
        waits={"state": DocumentState.HELD.value},
        kind="product",
        reason="reason",
        since="reason_at",
        times="attempt",
        replay=Move(({"$set": {"state": DocumentState.RENDERING.value, "due_at": "$$NOW"}},)),  # as `domain.document.retry`
        discard=Elsewhere("its number must end void, with a reason, and its bytes go: POST /v1/documents/{id}/void at issuance"),
        personal=("material", "holder_name", "allocated_kk"),
    ),
)
