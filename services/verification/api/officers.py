"""What colleagues are called: answers and refusals name an officer by an id."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, FastAPI, Query
from pydantic import BaseModel, Field

from services.verification.ports.staff import StaffReader
from shared.web import Client, require


class OfficersIn(BaseModel):
    """Whose names are asked for."""

    id: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=64)], ...], Field(min_length=1, max_length=100)]


class OfficerOut(BaseModel):
    """An officer."""

    id: Annotated[str, Field(description="As `claimed_by`, `closed_by`, `about.claimed_by` and the like have it")]
    name: Annotated[str, Field(description="As colleagues say it; of an API key its id")]


class OfficersOut(BaseModel):
    """The officers that were asked for, in that order."""

    officers: tuple[OfficerOut, ...]


def install(app: FastAPI, reader: StaffReader) -> None:
    """Add the route to the app."""
    router = APIRouter(prefix="/v1", tags=["tasks"])

    @router.get("/officers")
    async def name_officers(asked: Annotated[OfficersIn, Query()], _client: Client = require("tasks:read")) -> OfficersOut:
        """Return what officers are called, by their ids."""
        ids = tuple(dict.fromkeys(asked.id))
        names = await reader.names(ids)
        return OfficersOut(officers=tuple(OfficerOut(id=each, name=names.get(each, each)) for each in ids))

    app.include_router(router)
