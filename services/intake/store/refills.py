"""What requests, contacts and cases of an older release lack, or have in another form."""

from __future__ import annotations

from services.intake.store.cases import CASES
from services.intake.store.contacts import CONTACTS
from services.intake.store.requests import requests_of
from shared.reference.catalogue import Catalogue
from shared.refill import Refill, made_again


def refills_of(catalogue: Catalogue) -> tuple[Refill, ...]:
    """Return them; requests are read by the forms of this catalogue."""
    requests = made_again("search_terms.2", requests_of(catalogue), "search_terms", "village_words")
    files = made_again("files_since", requests_of(catalogue), "files_since")
    return requests, files, made_again("name_words.2", CONTACTS, "name_words"), made_again("court_terms", CASES, "court", "terms")
