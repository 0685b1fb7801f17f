"""What requests and contacts of an older release lack, or have in another form."""

from __future__ import annotations

from typing import Any

from services.intake.store.contacts import CONTACTS
from services.intake.store.requests import requests_of
from shared.mongo import Doc, DocumentMapping
from shared.reference.catalogue import Catalogue
from shared.refill import Refill, each_row


def refills_of(catalogue: Catalogue) -> tuple[Refill, ...]:
    """Return them; requests are read by the forms of this catalogue."""
    requests = requests_of(catalogue)
    return _made_again("search_terms.2", requests, "search_terms", "village_words"), _made_again("name_words.2", CONTACTS, "name_words")


def _made_again(name: str, mapping: DocumentMapping[Any], *names: str) -> Refill:
    def fields(doc: Doc) -> Doc:
        made = mapping.to_doc(mapping.from_doc(doc))
        return {each: made[each] for each in names}

    return Refill(name, mapping.collection, each_row(fields))
