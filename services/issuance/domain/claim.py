"""From an approval to its numbered documents: all of them or none. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from services.issuance.domain.document import Cause, Document
from services.issuance.domain.numbers import document_counter, extract_counter
from services.issuance.domain.products.spec import Content, Spec
from shared.errors import DomainError
from shared.values import Contact

NEW: Final[Mapping[str, int]] = MappingProxyType({})
"""Every number is new."""


@dataclass(frozen=True, slots=True)
class OrderedDocument:
    """One document of an approval. `about` and `replaces` as they came (`kk:3519…`): personal. `annulled_by` as in `Document`."""

    key: str
    product: str
    content_type: str
    content: Content
    holder_name: str
    about: str
    replaces: tuple[str, ...] = ()
    annulled_by: str | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """The decision that the documents of a request may be made. `announced`: their keys, as told beside what is personal."""

    request_id: str
    receipt: str
    case_id: str | None
    channel: str
    service: str
    approved_at: datetime
    announced: tuple[str, ...]
    orders: tuple[OrderedDocument, ...]
    contact: Contact


@dataclass(frozen=True, slots=True)
class WantedNumber:
    """The number that a document needs: the next one of its kind, or that of the akta of which it is a further extract (`existing`)."""

    kind: str
    existing: str | None = None

    def counter(self, day: date) -> str:
        """Return the key of the counter that is raised for it: of numbers of a day, or of the extracts of one akta."""
        return document_counter(self.kind, day) if self.existing is None else extract_counter(self.existing)


def document_id(request_id: str, key: str) -> str:
    """Return the id that makes a second document of one request and key impossible."""
    return f"{request_id}.{key}"


def document_ids(approval: Approval) -> list[str]:
    """Return the ids of the documents, in order."""
    return [document_id(approval.request_id, order.key) for order in approval.orders]


def subject_key(about: str) -> str:
    """Return what stands for `about` in the database and its indexes, which name nobody: its SHA-256."""
    return hashlib.sha256(about.encode()).hexdigest()


def wanted_numbers(approval: Approval, products: Mapping[str, Spec]) -> list[WantedNumber]:
    """Return which number each document needs, in order; an approval that can't be followed whole is refused here, before any is taken.

    Raises:
        DomainError: `documents_contradict`: the keys are not those announced, or not those of the products, or one stands twice.
        DomainError: `product_unknown`, `content_type_wrong` (not the product's), or `number_unknown` (of a document that is not ordered).
    """
    keys = tuple(order.key for order in approval.orders)
    of_their_products = all(order.key.split(".")[0] == order.product for order in approval.orders)
    if keys != approval.announced or len(set(keys)) != len(keys) or not of_their_products:
        raise DomainError("documents_contradict")
    return [_wanted(order, _spec_of(order, keys, products)) for order in approval.orders]


def _wanted(order: OrderedDocument, spec: Spec) -> WantedNumber:
    return WantedNumber(spec.number_kind(order.content), order.content[spec.extract_of] if spec.extract_of is not None else None)


def _spec_of(order: OrderedDocument, keys: Sequence[str], products: Mapping[str, Spec]) -> Spec:
    spec = products.get(order.product)
    if spec is None:
        raise DomainError("product_unknown", order.product)
    if spec.content_type != order.content_type:
        raise DomainError("content_type_wrong", f"{order.product}: {order.content_type}")
    if spec.number_of is not None and order.content[spec.number_of.key] not in (None, *keys):
        raise DomainError("number_unknown", order.product)
    return spec


def claim(
    approval: Approval,
    products: Mapping[str, Spec],
    numbers: Sequence[str],
    *,
    extracts: Mapping[str, int] = NEW,
    new_token: Callable[[], str],
    origin: Cause,
    at: datetime,
) -> list[Document]:
    """Return the documents of an approval that `wanted_numbers` accepted, each with its number.

    `extracts`: which extract a document of this number is; the first where the number is not in it.
    """
    by_key = {order.key: number for order, number in zip(approval.orders, numbers, strict=True)}
    return [
        Document(
            document_id=document_id(approval.request_id, order.key),
            request_id=approval.request_id,
            receipt=approval.receipt,
            case_id=approval.case_id,
            channel=approval.channel,
            service=approval.service,
            product=order.product,
            documents=len(approval.orders),
            form=products[order.product].form,
            number=by_key[order.key],
            extract=extracts.get(by_key[order.key], 1),
            token=new_token(),
            holder_name=order.holder_name,
            about=subject_key(order.about),
            replaces=tuple(subject_key(about) for about in order.replaces),
            annulled_by=order.annulled_by,
            approved_at=approval.approved_at,
            origin=origin,
            claimed_at=at,
            due_at=at,
            content=_with_number(order.content, products[order.product], by_key),
            contact=approval.contact,
        )
        for order in approval.orders
    ]


def _with_number(content: Content, spec: Spec, by_key: Mapping[str, str]) -> Content:
    """Fill in the number of another document of the request, where this one shows it."""
    shown = spec.number_of
    if shown is None or content[shown.key] is None:
        return content
    return {**content, shown.into: by_key[content[shown.key]]}
