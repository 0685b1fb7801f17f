"""The documents of an approval, each under its key and with the request that it belongs to. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from services.verification.domain.rules import Application, Ordered, Plan


@dataclass(frozen=True, slots=True)
class KeyedDocument:
    """A document that is to be made. `key`: its product, with `.2`, `.3` … where the request has more of it."""

    request_id: str
    key: str
    ordered: Ordered


@dataclass(frozen=True, slots=True)
class CaseDocument:
    """A document of an approved case: its number once it is issued, or since when it is void. `about` as in `Ordered`."""

    request_id: str
    key: str
    product: str
    about: str
    number: str | None = None
    issued_at: datetime | None = None
    voided_at: datetime | None = None

    @property
    def id(self) -> str:
        """The document's id at issuance."""
        return f"{self.request_id}.{self.key}"

    @property
    def is_settled(self) -> bool:
        """Whether it is issued, or void and will never be."""
        return self.number is not None or self.voided_at is not None


def keyed(application: Application, plan: Plan) -> tuple[KeyedDocument, ...]:
    """Give every document its key, and the request of its holder.

    A document replaces nothing of which the same plan makes a new one: which of them is issued first must not matter.
    """
    fresh = {ordered.about for ordered in plan.documents}
    by_holder = {submission.applicant.nik: submission.request_id for submission in application.submissions}
    seen: Counter[tuple[str, str]] = Counter()
    found: list[KeyedDocument] = []
    for ordered in plan.documents:
        request_id = by_holder.get(ordered.holder_nik, application.first.request_id)
        seen[request_id, ordered.product] += 1
        count = seen[request_id, ordered.product]
        key = ordered.product if count == 1 else f"{ordered.product}.{count}"
        replaces = tuple(dict.fromkeys(about for about in ordered.replaces if about not in fresh))
        found.append(KeyedDocument(request_id, key, replace(ordered, replaces=replaces)))
    return tuple(found)


def awaited(documents: tuple[KeyedDocument, ...]) -> tuple[CaseDocument, ...]:
    """Return what the case waits for."""
    return tuple(CaseDocument(each.request_id, each.key, each.ordered.product, each.ordered.about) for each in documents)
