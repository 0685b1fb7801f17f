"""The files of the catalogue, held whole when they are read: a service by its own, products, kinds of attachments and places.

What a service's file names must be there: a product, a kind of attachment, a code list, a place, a field. Else it is refused by name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import Any, Final

from shared.errors import NotFound
from shared.reference.calendar import written_week
from shared.reference.civil_service import CivilService, Offer, Place, Product, ProductForm, Stages, Subject, SubjectKind, VisitPlace, When
from shared.reference.forms import Field, Form
from shared.reference.forms.conditions import Condition
from shared.reference.lists import code_list

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")  # as `Code` on the wire
_FORM_KEYS: Final = frozenset({"version", "valid_from", "fields"})
_KEYS: Final = frozenset(each.name for each in fields(CivilService)) - {
    *("id", "automatic", "second", "urgent", "form", "older_forms", "is_answered"),
} | {"review"}
_NEEDED: Final = frozenset({"name", "about", "group", "subject"})
_REVIEW_KEYS: Final = frozenset({"automatic", "second", "urgent"})
_GROUPS: Final = "service_group"  # the code list that `group` is of
_OFFICE: Final = "mpp"
_ASKERS: Final = "may_ask"  # and that of `may_ask`


@cache
def products() -> Mapping[str, Product]:
    """Return what the office makes, by its key (`data/products.toml`)."""
    return {
        key: Product(
            id=key,
            name=row["name"],
            form=ProductForm(row["form"]),
            code=row.get("code", ""),
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
    """Return the places of services done in person (`data/places.toml`), open in the office's week."""
    return {key: Place(**row, hours=written_week()) for key, row in _data("places").items()}


def office_place() -> Place:
    """Return the place where people are helped with everything."""
    return places()[_OFFICE]


def read_service(code: str, text: str, older: Sequence[str] = ()) -> CivilService:
    """Return the service that a file describes, with the files of older versions of its form.

    Raises:
        ValueError: a key, type, list, product, kind of attachment, place or field that there is not; it begins with the file's name.
    """
    try:
        return _checked(_service(code, tomllib.loads(text), tuple(_form(tomllib.loads(each)) for each in older)))
    except (KeyError, TypeError, ValueError, NotFound) as error:
        raise ValueError(f"services/{code}.toml: {error}") from error


def _data(name: str) -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"data/{name}.toml").read_text(encoding="utf-8"))


def _form(row: Mapping[str, Any]) -> Form:
    _refuse("key of a form", set(row) - _FORM_KEYS)
    return Form(**dict(row) | {"fields": tuple(map(Field.of, row.get("fields", ())))})


def _service(code: str, row: Mapping[str, Any], older: tuple[Form, ...]) -> CivilService:
    review = row.get("review", {})
    if missing := _NEEDED - set(row):
        raise ValueError(f"{', '.join(sorted(missing))} missing")
    _refuse("key", set(row) - _KEYS - _FORM_KEYS)
    _refuse("key of review", set(review) - _REVIEW_KEYS)
    _refuse("place", {row["place"]} - set(places()) if "place" in row else set())
    return CivilService(
        id=code,
        name=row["name"],
        about=row["about"],
        group=row["group"],
        offer=Offer(row.get("offer", "online")),
        subject=Subject(**row["subject"] | {"of": SubjectKind(row["subject"]["of"])}),
        may_ask=_texts(row, "may_ask"),
        products=_texts(row, "products"),
        automatic=review.get("automatic", False),
        promise_hours=float(row.get("promise_hours", 0)),
        report_within_days=row.get("report_within_days"),
        law=_texts(row, "law"),
        words=_texts(row, "words"),
        place=places()[row["place"]] if "place" in row else None,
        effect=row.get("effect", code),
        form=_form({key: row[key] for key in _FORM_KEYS & set(row)}),
        ready=row.get("ready", False),
        older_forms=older,
        transition_days=row.get("transition_days", 30),
        second=_when(review.get("second", False)),
        urgent=_when(review.get("urgent", False)),
        is_answered=ProductForm.NOTICE in (products()[each].form for each in row.get("products", ()) if each in products()),
        stages=Stages(**row["stages"]) if "stages" in row else None,
        visits=VisitPlace(row["visits"]) if "visits" in row else None,
        places_a_day=row.get("places_a_day", 0),
        spared_by_qr=row.get("spared_by_qr", False),
        old_card=_yes_no(row, "old_card"),
    )


def _when(value: Any) -> When:
    return value if isinstance(value, bool) else Condition.of(value)


def _yes_no(row: Mapping[str, Any], key: str) -> bool:
    value = row.get(key, True)
    if not isinstance(value, bool):
        raise TypeError(f"{key} is neither true nor false")
    return value


def _texts(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    texts = row.get(key, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise TypeError(f"{key} is not a list of texts")
    return tuple(texts)


def _checked(service: CivilService) -> CivilService:
    if not _CODE.fullmatch(service.id):
        raise ValueError("the name of a file is a code: small letters, digits, underscores")
    if service.promise_hours < 0 or service.transition_days < 0:
        raise ValueError("promise_hours or transition_days too small")
    if service.is_answered and len(service.products) != 1:
        raise ValueError("an answer in words is all that a service gives")
    if bool(service.day_field) != (service.places_a_day > 0):
        raise ValueError("a day to come on is chosen where there are places on it, and only there")
    if (service.offer is Offer.IN_PERSON) != (service.place is not None):
        raise ValueError("a service has a place where it is done in person, and only there")
    if sorted(form.version for form in (*service.older_forms, service.form)) != list(range(1, service.form.version + 1)):
        raise ValueError("the versions of its form are not 1, 2, 3 ..., each in a file of its own")
    _refuse("group", {service.group} - set(code_list(_GROUPS).rows))
    _refuse("asker", set(service.may_ask) - set(code_list(_ASKERS).rows))
    _refuse("product", set(service.products) - set(products()))
    kinds = {kind for form in (service.form, *service.older_forms) for each in _all(form.fields) for kind in each.any_of}
    _refuse("kind of attachment", kinds - set(attachments()))
    own = {each.name for each in service.form.fields}
    _refuse("field of the subject", set(service.subject.fields) - own)
    judged = [when for when in (service.second, service.urgent) if isinstance(when, Condition)]
    _refuse("field of review", {part.field for when in judged for part in when.parts} - own)
    return service


def _all(some: tuple[Field, ...]) -> Iterator[Field]:
    for each in some:
        yield each
        yield from _all(each.fields)


def _refuse(what: str, unknown: set[str]) -> None:
    if unknown:
        raise ValueError(f"no {what}: {', '.join(sorted(unknown))}")
