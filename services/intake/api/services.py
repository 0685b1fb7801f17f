"""The services that may be asked for, for adapters that draw forms: a list, and the form of each with its sentences."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.intake.ports import Deps
from shared.clock import WIB
from shared.errors import NotFound
from shared.reference.catalogue import CivilService, Offer
from shared.reference.forms import Field as FormField
from shared.web import Client, refuses, require

PATH: Final = "/v1/services"
_SENTENCES: Final = ("label", "ask", "help", "example", "again")


class ServiceRow(BaseModel):
    """A service of the catalogue."""

    code: str
    name: str
    about: str
    group: str
    offer: Annotated[Offer, Field(description="online, by the court, or in person")]
    open: Annotated[bool, Field(description="Whether POST /v1/requests takes it today")]
    products: list[str]
    promise_hours: Annotated[float, Field(description="Working hours from the complete request to its end; 0: days, or a chosen day")]
    promise_days: Annotated[int | None, Field(description="Working days in place of the hours")]
    place: Annotated[str | None, Field(description="Where it is done in person, and when; `open`: a day for it can be asked for here")]
    form_version: int


class ServiceList(BaseModel):
    """A page of services, sorted by code. `next`: give it as `after` for the following page; null: this is the last."""

    services: list[ServiceRow]
    next: str | None


class ChoiceView(BaseModel):
    """One row of a code list, or one kind of document, with what citizens call it."""

    code: str
    label: str


class FieldView(BaseModel):
    """A field of a form. A condition, where there is one, is in the documents of the services; the schema allows what may be asked."""

    name: str
    type: str
    optional: bool
    conditional: Annotated[bool, Field(description="Asked in some cases only; a POST is told `answer_missing` or `answer_not_asked`")]
    kinds: Annotated[list[ChoiceView], Field(description="Of a document: what it may show")]
    choices: list[ChoiceView]
    fields: Annotated[list[FieldView], Field(description="Of a group: what each row holds")]
    sentences: Annotated[dict[str, str], Field(description="What people are asked and told, Indonesian: label, ask, help, example, again")]


class ServiceView(ServiceRow):
    """A service with its form."""

    may_ask: list[str]
    law: list[str]
    fields: list[FieldView]
    answers_schema: Annotated[dict[str, Any], Field(description="JSON Schema of `answers`")]


def routes(deps: Deps) -> APIRouter:
    """Return the routes of the catalogue."""
    router = APIRouter(tags=["Services"])

    @router.get(PATH, summary="List the services", response_model=ServiceList)
    async def listed(
        _client: Annotated[Client, require("requests:read")],
        after: Annotated[str | None, Query(max_length=64, description="`next` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> ServiceList:
        codes = sorted(code for code in deps.catalogue.services if after is None or code > after)
        rows = [ServiceRow(**_row(deps, deps.catalogue.get(code))) for code in codes[:limit]]
        return ServiceList(services=rows, next=codes[limit - 1] if len(codes) > limit else None)

    @router.get(PATH + "/{code}", summary="The form of a service", response_model=ServiceView, responses=refuses(404, "unknown_service"))
    async def show(code: str, _client: Annotated[Client, require("requests:read")]) -> ServiceView:
        service = deps.catalogue.find(code)
        if service is None:
            raise NotFound("unknown_service")
        today = deps.clock().astimezone(WIB).date()
        return ServiceView(
            **_row(deps, service),
            may_ask=list(service.may_ask),
            law=list(service.law),
            fields=[_field(deps, service.id, each, (), today) for each in service.form.fields],
            answers_schema=service.form.schema(today),
        )

    return router


def _row(deps: Deps, service: CivilService) -> dict[str, Any]:
    return {
        "code": service.id,
        "name": service.name,
        "about": service.about,
        "group": service.group,
        "offer": service.offer,
        "open": service.id in deps.menu.forms,
        "products": list(dict.fromkeys(service.products)),
        "promise_hours": service.promise_hours,
        "promise_days": service.stages.finish_days if service.stages else None,
        "place": f"{service.place.name}, {service.place.hours}" if service.place else None,
        "form_version": service.form.version,
    }


def _field(deps: Deps, service: str, each: FormField, path: tuple[str, ...], today: date) -> FieldView:
    place = ".".join((*path, each.name))
    found = {name: deps.texts.sentence(service, f"{place}.{name}") for name in _SENTENCES}
    return FieldView(
        name=each.name,
        type=each.type,
        optional=each.optional,
        conditional=each.when is not None,
        kinds=[ChoiceView(code=kind, label=deps.catalogue.attachment_name(kind)) for kind in each.any_of],
        choices=[ChoiceView(code=code, label=label) for code, label in each.codes(today).rows.items()] if each.choices else [],
        fields=[_field(deps, service, inner, (*path, each.name), today) for inner in each.fields],
        sentences={name: text for name, text in found.items() if text},
    )
