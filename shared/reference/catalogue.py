"""The catalogue of services: what each is called, needs and gives, and whether it may be approved without an officer."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from shared.errors import NotFound


class Offer(StrEnum):
    """The way in which a service may be asked for."""

    ONLINE = "online"
    COURT = "court"
    IN_PERSON = "in_person"


class ProductForm(StrEnum):
    """The form of a product: a signed PDF, a card to be picked up, or a notice."""

    PDF = "pdf"
    CARD = "card"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a service done in person."""

    name: str
    hours: str


@dataclass(frozen=True, slots=True)
class Product:
    """A document the office makes. `code` is the two letters in its document numbers.

    `document` names what is sent, which for a card is the slip to pick it up with; `file_name` begins the name of its file.
    """

    id: str
    name: str
    form: ProductForm
    code: str
    document: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Need:
    """A document the citizen shows: any one of `any_of`. `when` names the case in which it applies; None = always."""

    any_of: tuple[str, ...]
    when: str | None = None

    @property
    def is_required(self) -> bool:
        """Whether every request must meet it."""
        return self.when is None

    def is_met_by(self, kinds: Iterable[str]) -> bool:
        """Return whether one of these attachment kinds meets it."""
        return not set(self.any_of).isdisjoint(kinds)


@dataclass(frozen=True, slots=True)
class CivilService:
    """One row of the catalogue. `promise_hours` are working hours (see `shared.reference.working_hours`)."""

    id: str
    name: str
    offer: Offer
    needs: tuple[Need, ...]
    forms: tuple[str, ...]
    products: tuple[str, ...]
    automatic: bool
    promise_hours: float
    place: Place | None
    witnesses: int
    report_within_days: int | None

    @property
    def promise(self) -> timedelta:
        """The working time from the complete request to its end."""
        return timedelta(hours=self.promise_hours)

    def missing_needs(self, kinds: Iterable[str]) -> tuple[Need, ...]:
        """Return the required needs that none of these attachment kinds meets, in the catalogue's order."""
        held = frozenset(kinds)
        return tuple(need for need in self.needs if need.is_required and not need.is_met_by(held))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All services, products and attachment kinds of the office."""

    services: Mapping[str, CivilService]
    products: Mapping[str, Product]
    attachments: Mapping[str, str] = field(default_factory=dict)
    """Attachment kind -> its Indonesian name."""

    def find(self, service_id: str) -> CivilService | None:
        """Return the service, or None where the catalogue has none of that id."""
        return self.services.get(service_id)

    def get(self, service_id: str) -> CivilService:
        """Return the service.

        Raises:
            NotFound: `unknown_service`.
        """
        service = self.services.get(service_id)
        if service is None:
            raise NotFound("unknown_service")
        return service

    def attachment_name(self, kind: str) -> str:
        """Return what citizens call this kind of attachment; the kind itself where it is unknown."""
        return self.attachments.get(kind, kind)

    def adjusted(self, *, promise_hours: Mapping[str, float] | None = None, automatic: Mapping[str, bool] | None = None) -> Catalogue:
        """Return the catalogue with the settings of this installation laid over it.

        Raises:
            NotFound: `unknown_service` when a setting names a service that is not there: better at start than silently ignored.
        """
        services = dict(self.services)
        for service_id, hours in (promise_hours or {}).items():
            services[service_id] = replace(self.get(service_id), promise_hours=hours)
        for service_id, allowed in (automatic or {}).items():
            services[service_id] = replace(services.get(service_id) or self.get(service_id), automatic=allowed)
        return replace(self, services=services)


@cache
def catalogue() -> Catalogue:
    """Return the catalogue as shipped (`data/services.toml`), read once."""
    document = tomllib.loads(files(__package__).joinpath("data/services.toml").read_text(encoding="utf-8"))
    places = {key: Place(**row) for key, row in document["places"].items()}
    products = {key: _product(key, row) for key, row in document["products"].items()}
    services = {key: _service(key, row, places) for key, row in document["services"].items()}
    return Catalogue(services=services, products=products, attachments=document["attachments"])


def _product(key: str, row: Mapping[str, Any]) -> Product:
    return Product(
        id=key,
        name=row["name"],
        form=ProductForm(row["form"]),
        code=row["code"],
        document=row.get("document", row["name"]),
        file_name=row.get("file_name", key.upper()),
    )


def _service(key: str, row: Mapping[str, Any], places: Mapping[str, Place]) -> CivilService:
    return CivilService(
        id=key,
        name=row["name"],
        offer=Offer(row.get("offer", "online")),
        needs=tuple(Need(any_of=tuple(need["any_of"]), when=need.get("when")) for need in row.get("needs", ())),
        forms=tuple(row.get("forms", ())),
        products=tuple(row.get("products", ())),
        automatic=row.get("automatic", False),
        promise_hours=float(row.get("promise_hours", 0)),
        place=places[row["place"]] if "place" in row else None,
        witnesses=row.get("witnesses", 0),
        report_within_days=row.get("report_within_days"),
    )
