"""Links: a counter links a phone to the person who stands there with the KTP-el. Numbers travel in bodies, never in a URL."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.intake.domain.contacts import ChatIdentity
from services.intake.domain.links import End, Level, PersonLink
from services.intake.handlers import find_links, grant_link, revoke_link
from services.intake.ports import Deps, Tx
from shared.errors import BadInput, FieldProblem
from shared.messaging.transaction.runner import Context, UnitOfWorkRunner
from shared.values import Malformed, Nik, Phone
from shared.web import Client, refuses, require

PATH: Final = "/v1/people/links"
SCOPE: Final = "people:link"
_FIELDS: Final = (
    *("nik_not_16_digits", "nik_date_impossible", "nik_serial_zero", "phone_malformed"),
    *("contact_missing", "contact_ambiguous", "search_empty"),
)

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class ContactBody(BaseModel):
    """A chat, named by its phone number or its BSUID."""

    model_config = ConfigDict(extra="forbid")

    phone: Annotated[Short | None, Field(description="Number of the phone, in any usual spelling", examples=["081234567890"])] = None
    bsuid: Annotated[Short | None, Field(description="WhatsApp's id of a person who hides the number")] = None

    def identity(self) -> ChatIdentity | None:
        """Return the chat's identity; None where none is given.

        Raises:
            BadInput: `link_refused`.
        """
        if self.phone and self.bsuid:
            raise _refused("phone", "contact_ambiguous", "Name the chat by phone or by bsuid.")
        if self.phone:
            return ChatIdentity(wa_id=_parsed("phone", Phone.parse, self.phone))
        return ChatIdentity(bsuid=self.bsuid) if self.bsuid else None


class LinkBody(ContactBody):
    """A chat, and the person whose chat it is."""

    nik: Annotated[Short, Field(description="NIK of the KTP-el that was looked at")]


class SearchBody(ContactBody):
    """A search for the links of a chat, of a person, or of both."""

    nik: Short | None = None


class LinkView(BaseModel):
    """A link. The NIK is masked."""

    link_id: str
    nik: str
    level: Level
    granted_at: datetime
    granted_by: str
    expires_at: datetime
    valid: bool
    ended_at: datetime | None
    end: Annotated[End | None, Field(description="Why it ended before its time")]
    ended_by: str | None

    @classmethod
    def of(cls, link: PersonLink, at: datetime) -> Self:
        """Build from a link."""
        return cls(
            link_id=link.link_id,
            nik=Nik(link.nik).masked,
            level=link.level,
            granted_at=link.granted_at,
            granted_by=link.granted_by,
            expires_at=link.expires_at,
            valid=link.is_valid(at),
            ended_at=link.ended_at,
            end=link.end,
            ended_by=link.ended_by,
        )


class LinksView(BaseModel):
    """The links that were found, the newest first."""

    links: list[LinkView]


def routes(deps: Deps, units: UnitOfWorkRunner[Tx]) -> APIRouter:
    """Return the routes of links."""
    router = APIRouter(tags=["People"])

    async def changed(request: Request, response: Response, act: Any) -> LinkView:
        response.headers["Cache-Control"] = "no-store"
        link = await units.run(act, context=Context("people", None, request.state.traceparent))
        return LinkView.of(link, deps.clock())

    @router.post(
        PATH,
        status_code=201,
        summary="Link a chat to the person who was looked at",
        response_model=LinkView,
        responses=refuses(422, "link_refused", fields=_FIELDS),
    )
    async def link(request: Request, response: Response, body: LinkBody, client: Annotated[Client, require(SCOPE)]) -> LinkView:
        identity, nik = body.identity(), _parsed("nik", Nik.parse, body.nik)
        if identity is None:
            raise _refused("phone", "contact_missing", "Name the chat by phone or by bsuid.")
        return await changed(request, response, lambda tx: grant_link(tx, deps, identity, nik, client.name))

    @router.post(
        PATH + "/search",
        summary="Find links by chat or by NIK; a body, because both are personal",
        response_model=LinksView,
        responses=refuses(422, "link_refused", fields=_FIELDS),
    )
    async def search(response: Response, body: SearchBody, _client: Annotated[Client, require(SCOPE)]) -> LinksView:
        response.headers["Cache-Control"] = "no-store"
        identity = body.identity()
        nik = _parsed("nik", Nik.parse, body.nik) if body.nik else None
        if identity is None and nik is None:
            raise _refused("nik", "search_empty", "Say a phone, a bsuid or a NIK.")
        found = await units.run(lambda tx: find_links(tx, deps, identity, nik))
        at = deps.clock()
        return LinksView(links=[LinkView.of(link, at) for link in found])

    @router.post(
        PATH + "/{link_id}/revoke",
        summary="End a link before its time",
        response_model=LinkView,
        responses=refuses(404, "link_not_found") | refuses(409, "link_ended"),
    )
    async def revoke(request: Request, response: Response, link_id: str, client: Annotated[Client, require(SCOPE)]) -> LinkView:
        return await changed(request, response, lambda tx: revoke_link(tx, deps, link_id, client.name))

    return router


def _parsed(field: str, parse: Any, text: str) -> str:
    try:
        return str(parse(text))
    except Malformed as malformed:
        raise _refused(field, malformed.code, "") from None


def _refused(field: str, code: str, detail: str) -> BadInput:
    return BadInput("link_refused", "The link can't be accepted.", (FieldProblem(field, code, detail),))
