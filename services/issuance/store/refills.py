"""What documents of an older release lack."""

from __future__ import annotations

from typing import Final

from services.issuance.store.schema import DOCUMENTS, document_from_doc
from shared.mongo import Doc
from shared.refill import Refill, each_row


def _fields(doc: Doc) -> Doc:
    return {"holder_terms": DOCUMENTS.to_doc(document_from_doc(doc))["holder_terms"]}


REFILLS: Final = (Refill("holder_terms.1", DOCUMENTS.collection, each_row(_fields)),)
