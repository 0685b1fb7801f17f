"""What the search box finds of issuance: documents by number, receipt, or the beginning of a name."""

from __future__ import annotations

from collections.abc import Sequence

from services.issuance.desk import register_words as words
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
        text = sought.text.upper()
        query = RegisterQuery(
            number=text if sought.shape is Shape.DOCUMENT else "",
            receipt=text if sought.shape is Shape.RECEIPT else "",
            holder=text if sought.shape is Shape.NAME else "",
            limit=MOST_FOUND,
        )
        page = await self._deps.register.page(query)
        group = group_of("Dokumen", [_hit(document) for document in page.documents])
        return [HitGroup(group.word, group.hits, page.more)]


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
