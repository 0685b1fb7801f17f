"""What documents of an older release lack."""

from __future__ import annotations

from typing import Final

from services.issuance.store.schema import DOCUMENTS
from shared.refill import made_again

REFILLS: Final = (made_again("holder_terms.1", DOCUMENTS, "holder_terms"),)
