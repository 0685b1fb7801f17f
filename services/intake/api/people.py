"""Who a contact is: what a counter tells, asks and ends. Numbers of people stand in bodies, never in addresses (ADR 15)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.intake.domain.contacts import Identity
from services.intake.domain.links import End, Level
from services.intake.handlers import find_links, link_person, revoke_link
from services.intake.handlers.people import Grant
from services.intake.ports import Deps, Tx
from shared.errors import BadInput, FieldProblem
from shared.messaging.units import Context, Units
from shared.values import Malformed, Nik, Phone
from shared.web import Client, refuses, require

PATH: Final = "/v1/people/links"
SCOPE: Final = "people:link"
_CONTACT_MISSING: Final = "contact_missing"
_ONE_OF: Final = "phone_or_bsuid"
PROBLEMS: Final = (_CONTACT_MISSING, _ONE_OF)

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class ContactBody(BaseModel):
    """A WhatsApp contact: its phone, or its business-scoped user id."""

    model_config = ConfigDict(extra="forbid")

    phone: Annotated[Short | None, Field(description="08…, 62… or +62…")] = None
    bsuid: Annotated[Short | None, Field(description="As WhatsApp names a user without a phone")] = None

    def identity(self) -> Identity | None:
        """What it is known by; None where nothing is said.

        Raises:
            BadInput: `link_refused`.
        """
        if self.phone is None:
            return Identity(bsuid=self.bsuid) if self.bsuid else None
        if self.bsuid is not None:
            raise _refused("bsuid", _ONE_OF)
        try:
            return Identity(wa_id=Phone.parse(self.phone).text)
        except Malformed as malformed:
            raise _refused("phone", malformed.code) from malformed


class LinkBody(ContactBody):
    """Who was proven on which contact."""

    nik: Annotated[Short, Field(description="Of the person who stood at the counter with this phone and their KTP")]


class SearchBody(ContactBody):
    """What is looked for: a contact's links, or a person's."""

    nik: Short | None = None


class LinkView(BaseModel):
    """A link. Whose it is stays unsaid."""

    link_id: str
    level: Level
    granted_by: str
    granted_at: datetime
    expires_at: datetime
    end: End | None
    ended_at: datetime | None


class FoundLinkView(LinkView):
    """A link that was found; `contact`: the end of its phone or account."""

    stands: bool
    contact: str


class LinksView(BaseModel):
    """What was found, the latest first."""

    links: list[FoundLinkView]


def routes(deps: Deps, units: Units[Tx]) -> APIRouter:
    """The routes of links."""
    router = APIRouter(tags=["People"])

    @router.post(
        PATH,
        status_code=201,
        summary="Link a contact to the person who was proven on it, at the counter",
        response_model=LinkView,
        responses=refuses(422, "link_refused", fields=PROBLEMS),
    )
    async def link(request: Request, body: LinkBody, client: Annotated[Client, require(SCOPE)]) -> dict[str, Any]:
        identity = body.identity()
        if identity is None:
            raise _refused("phone", _CONTACT_MISSING)
        grant = Grant(identity, _nik(body.nik), Level.COUNTER, client.name)
        context = Context(f"counter:{client.name}", None, request.state.traceparent)
        return await units.run(lambda tx: link_person(tx, deps, grant), context=context)

    @router.post(
        PATH + "/search",
        summary="Find the links of a contact, or to a person",
        response_model=LinksView,
        responses=refuses(422, "link_refused", fields=PROBLEMS),
    )
    async def search(body: SearchBody, client: Annotated[Client, require(SCOPE)]) -> dict[str, Any]:
        _ = client
        identity, nik = body.identity(), _nik(body.nik) if body.nik else None
        if identity is None and nik is None:
            raise _refused("phone", _CONTACT_MISSING)
        return {"links": await units.run(lambda tx: find_links(tx, deps, identity, nik))}

    @router.post(PATH + "/{link_id}/revoke", summary="End a link", response_model=LinkView, responses=refuses(404, "link_not_found"))
    async def revoke(link_id: str, client: Annotated[Client, require(SCOPE)]) -> dict[str, Any]:
        return await units.run(lambda tx: revoke_link(tx, deps, link_id, client.name))

    return router


def _nik(text: str) -> Nik:
    try:
        return Nik.parse(text)
    except Malformed as malformed:
        raise _refused("nik", malformed.code) from malformed


def _refused(field: str, code: str) -> BadInput:
    return BadInput("link_refused", "The contact can't be linked.", (FieldProblem(field, code),))
