"""What became of a family, for officers: who is asked about stands in the body, and each look is audited (UU 27/2022 article 31)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from services.verification.api import noting
from services.verification.api.area import OUTSIDE, refuse_family_outside
from services.verification.domain.families import Home
from services.verification.domain.history import PersonEntry, RegisterEntry
from services.verification.domain.register import Member
from services.verification.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web import REVEAL, Client, require


class HistoryIn(BaseModel):
    """Whose history; in a body, because a number of a family is personal."""

    model_config = ConfigDict(extra="forbid")

    kk_number: Annotated[str, Field(pattern=r"^[0-9]{16}$", description="Number of the family card, a closed one too")]
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class PersonChangeOut(BaseModel):
    """What became of one person: the row before and after. No row before: born; none after: in no family any more."""

    nik: str
    effect: Annotated[str, Field(description="born, died, joined, left, changed, moved_out, moved_in, moved_abroad, came_back")]
    kk_before: str | None
    kk_after: str | None
    before: Member | None
    after: Member | None

    @classmethod
    def of(cls, person: PersonEntry) -> PersonChangeOut:
        """Build from an entry of the history."""
        return cls(
            nik=person.nik,
            effect=person.effect,
            kk_before=person.kk_before,
            kk_after=person.kk_after,
            before=person.before,
            after=person.after,
        )


class AddressChangeOut(BaseModel):
    """A family that lives elsewhere since."""

    model_config = ConfigDict(from_attributes=True)

    kk_number: str
    before: Home
    after: Home


class ChangePersonalOut(BaseModel):
    """Whose rows changed, and the certificate on which it rests."""

    basis_number: str | None
    kk_numbers: tuple[str, ...]
    persons: tuple[PersonChangeOut, ...]
    addresses: tuple[AddressChangeOut, ...]
    given_up: Annotated[str | None, Field(description="Why the change was given up, and who did: nothing of it was applied; null: it was")]


class RegisterChangeOut(BaseModel):
    """One change of the register."""

    id: Annotated[str, Field(description="Of the case that it follows from")]
    request_id: str
    service: str
    officer_id: Annotated[str | None, Field(description="Who approved it; null: the rules alone")]
    basis: Annotated[str, Field(description="On what it rests: akta_kelahiran, akta_cerai, …")]
    basis_on: date
    at: datetime
    personal: ChangePersonalOut

    @classmethod
    def of(cls, entry: RegisterEntry) -> RegisterChangeOut:
        """Build from an entry of the history."""
        persons = tuple(map(PersonChangeOut.of, entry.persons))
        return cls(
            id=entry.id,
            request_id=entry.request_id,
            service=entry.service,
            officer_id=entry.officer_id,
            basis=entry.basis.kind,
            basis_on=entry.basis.on,
            at=entry.at,
            personal=ChangePersonalOut(
                basis_number=entry.basis.number,
                kk_numbers=entry.families,
                persons=persons,
                addresses=tuple(map(AddressChangeOut.model_validate, entry.addresses)),
                given_up=entry.given_up,
            ),
        )


class HistoryOut(BaseModel):
    """The changes that touched a family, the newest first."""

    changes: tuple[RegisterChangeOut, ...]


def router(units: UnitOfWorkRunner[Tx], deps: Deps) -> APIRouter:
    """Return the route."""
    made = APIRouter(prefix="/v1/register", tags=["register"])

    @made.post("/history", responses=OUTSIDE)
    async def family_history(body: HistoryIn, response: Response, client: Client = require("tasks:read", people=REVEAL)) -> HistoryOut:
        """List what became of a family through approved requests. A POST, because whose history it is, is personal."""

        async def read(tx: Tx) -> tuple[RegisterEntry, ...]:
            await refuse_family_outside(tx, client, body.kk_number)
            return await deps.history_reader.of_family(body.kk_number, limit=body.limit)

        found = await units.run(read, audit=lambda entries: noting.of_history(deps, client, body.kk_number, entries))
        response.headers["Cache-Control"] = "no-store"
        return HistoryOut(changes=tuple(map(RegisterChangeOut.of, found)))

    return made
