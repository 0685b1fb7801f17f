"""What the search box finds of issuance: documents by number, receipt, whom they are about, words of a name, or where they went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.issuance.desk import register_words as words
from services.issuance.domain.claim import subject_key
from services.issuance.domain.document import Document
from services.issuance.ports import Deps, RegisterQuery
from shared.reference.catalogue import catalogue
from shared.web.desk import StaffMember
from shared.web.desk.search import MOST_FOUND, Hit, HitGroup, group_of
from shared.web.desk.sought import Shape, Sought
from shared.web.desk.words import masked_name


class IssuanceSearch:
    """Finds documents."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def find(self, _member: StaffMember, sought: Sought) -> Sequence[HitGroup]:
        """See `shared.web.desk.search.Finder`."""
        page = await self._deps.register.page(_query(sought))
        group = group_of("Dokumen", [_hit(document) for document in page.documents])
        return [HitGroup(group.word, group.hits, page.more)]


def _query(sought: Sought) -> RegisterQuery:
    query = RegisterQuery(limit=MOST_FOUND)
    match sought.shape:
        case Shape.DOCUMENT:
            return replace(query, number=sought.text)
        case Shape.RECEIPT:
            return replace(query, receipt=sought.text)
        case Shape.PHONE:
            return replace(query, phone=sought.text)
        case Shape.NUMBER:  # numbers of persons and cards are kept as digests, by which whole ones are found
            return replace(query, about=tuple(subject_key(f"{product}:{sought.text}") for product in catalogue().products))
        case _:
            return replace(query, holder=sought.text)


def _hit(document: Document) -> Hit:
    product = catalogue().products.get(document.product)
    return Hit(
        title=masked_name(document.holder_name),
        what=product.name if product else document.product,
        link=f"/desk/dokumen?buka={document.document_id}",
        number=document.number,
        state=words.STATES[document.state],
        at=document.claimed_at,
    )
