"""The catalogue of services: what each is called, asks and gives. One file per service, `services/<code>.toml`, held whole when it is read.

What citizens show, what the office makes and where it is done in person stand in `data/attachments.toml`, `products.toml`, `places.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

from shared.errors import NotFound
from shared.reference.forms import Field, Form
from shared.reference.lists import code_list


class Offer(StrEnum):
    """The way in which a service may be asked for."""

    ONLINE = "online"
    COURT = "court"
    IN_PERSON = "in_person"


class SubjectKind(StrEnum):
    """Whom a service's documents are about."""

    APPLICANT = "applicant"
    MEMBER = "member"
    NEWBORN = "newborn"
    DECEASED = "deceased"
    HOUSEHOLD = "household"


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
    """A document the office makes. `code`: the two letters in its numbers, `late_code` those where the event was reported late.

    `document` names what is sent, which for a card is the slip to pick it up with; `file_name` begins the name of its file.
    """

    id: str
    name: str
    form: ProductForm
    code: str
    document: str
    file_name: str
    late_code: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a service's documents are about, and the fields that hold that person's NIK, name and day of birth; "" where none does."""

    of: SubjectKind
    nik: str = ""
    name: str = ""
    born_on: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it names."""
        return tuple(name for name in (self.nik, self.name, self.born_on) if name)


@dataclass(frozen=True, slots=True)
class CivilService:
    """One service of the catalogue.

    `about`: what it gives, in a line. `group`: where it stands in the menu. `may_ask`: who may ask for it. `levels`: how many officers
    decide. `words`: how people call it. `promise_hours`: working hours (see `shared.reference.working_hours`). `effect`: the service whose
    rules it follows, itself unless its file names another one: then it has no civil effect of its own.
    """

    id: str
    name: str
    about: str
    group: str
    offer: Offer
    subject: Subject
    may_ask: tuple[str, ...]
    products: tuple[str, ...]
    automatic: bool
    levels: int
    promise_hours: float
    report_within_days: int | None
    law: tuple[str, ...]
    words: tuple[str, ...]
    place: Place | None
    effect: str
    form: Form

    @property
    def promise(self) -> timedelta:
        """The working time from the complete request to its end."""
        return timedelta(hours=self.promise_hours)


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


_KEYS: Final = frozenset(each.name for each in fields(CivilService)) - {"id", "automatic", "levels", "form"} | {
    "review",
    "version",
    "valid_from",
    "fields",
}
_REVIEW_KEYS: Final = frozenset({"automatic", "levels"})
_GROUPS: Final = "service_group"  # the code list that `group` is of
_ASKERS: Final = "may_ask"  # and that of `may_ask`


@cache
def catalogue() -> Catalogue:
    """Return the catalogue as shipped, read once.

    Raises:
        ValueError: a file says what nothing knows; the error begins with the file's name.
    """
    folder = sorted(files(__package__).joinpath("services").iterdir(), key=lambda file: file.name)
    sources = {file.name.removesuffix(".toml"): file.read_text(encoding="utf-8") for file in folder if file.name.endswith(".toml")}
    return Catalogue(
        services={code: read_service(code, text) for code, text in sources.items()}, products=products(), attachments=attachments()
    )


@cache
def products() -> Mapping[str, Product]:
    """Return what the office makes, by its key (`data/products.toml`)."""
    return {
        key: Product(
            id=key,
            name=row["name"],
            form=ProductForm(row["form"]),
            code=row["code"],
            document=row.get("document", row["name"]),
            file_name=row.get("file_name", key.upper()),
            late_code=row.get("late_code"),
        )
        for key, row in _data("products").items()
    }


@cache
def attachments() -> Mapping[str, str]:
    """Return the kinds of documents that citizens show, with what they call them (`data/attachments.toml`)."""
    return _data("attachments")


@cache
def places() -> Mapping[str, Place]:
    """Return the places of services done in person (`data/places.toml`)."""
    return {key: Place(**row) for key, row in _data("places").items()}


def read_service(code: str, text: str) -> CivilService:
    """Return the service that a file describes.

    Raises:
        ValueError: a key, type, list, product, kind of attachment, place or field that there is not; it begins with the file's name.
    """
    try:
        return _checked(_service(code, tomllib.loads(text)))
    except (KeyError, TypeError, ValueError, NotFound) as error:
        raise ValueError(f"services/{code}.toml: {error}") from error


def _data(name: str) -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"data/{name}.toml").read_text(encoding="utf-8"))


def _service(code: str, row: Mapping[str, Any]) -> CivilService:
    review = row.get("review", {})
    _refuse("key", set(row) - _KEYS)
    _refuse("key of review", set(review) - _REVIEW_KEYS)
    _refuse("place", {row["place"]} - set(places()) if "place" in row else set())
    return CivilService(
        id=code,
        name=row["name"],
        about=row["about"],
        group=row["group"],
        offer=Offer(row.get("offer", "online")),
        subject=Subject(**row["subject"] | {"of": SubjectKind(row["subject"]["of"])}),
        may_ask=tuple(row.get("may_ask", ())),
        products=tuple(row.get("products", ())),
        automatic=review.get("automatic", False),
        levels=review.get("levels", 1),
        promise_hours=float(row.get("promise_hours", 0)),
        report_within_days=row.get("report_within_days"),
        law=tuple(row.get("law", ())),
        words=tuple(row.get("words", ())),
        place=places()[row["place"]] if "place" in row else None,
        effect=row.get("effect", code),
        form=Form(fields=tuple(map(Field.of, row.get("fields", ()))), **{key: row[key] for key in ("version", "valid_from") if key in row}),
    )


def _checked(service: CivilService) -> CivilService:
    if (service.offer is Offer.IN_PERSON) != (service.place is not None):
        raise ValueError("a service has a place where it is done in person, and only there")
    _refuse("group", {service.group} - set(code_list(_GROUPS).rows))
    _refuse("asker", set(service.may_ask) - set(code_list(_ASKERS).rows))
    _refuse("product", set(service.products) - set(products()))
    _refuse("kind of attachment", {kind for each in _all(service.form.fields) for kind in each.any_of} - set(attachments()))
    _refuse("field of the subject", set(service.subject.fields) - {each.name for each in service.form.fields})
    return service


def _all(some: tuple[Field, ...]) -> Iterator[Field]:
    for each in some:
        yield each
        yield from _all(each.fields)


def _refuse(what: str, unknown: set[str]) -> None:
    if unknown:
        raise ValueError(f"no {what}: {', '.join(sorted(unknown))}")
