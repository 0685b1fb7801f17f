"""The control API's sample persons (`/sim/samples`): who they are, and pictures of their papers."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, HTTPException, Response

from deploy.simulators.whatsapp.carrier import Carrier
from deploy.simulators.whatsapp.samples import Picture, picture, read_people


def router(carrier: Carrier) -> APIRouter:
    """Return the routes of the samples. The register is read anew each time: it may come after the start, and is small."""
    api = APIRouter(prefix="/sim/samples", tags=["Simulator"])
    register = carrier.settings.registry_csv

    @api.get("", summary="List sample persons of the synthetic register")
    async def listed() -> dict[str, Any]:
        return {"people": [person.view(number) for number, person in enumerate(read_people(register))]}

    @api.get("/{number}/{kind}.png", summary="Picture a sample person's paper, marked CONTOH", response_class=Response)
    async def paper(number: int, kind: Picture) -> Response:
        people = read_people(register)
        if not 0 <= number < len(people):
            raise HTTPException(404, "sample_unknown")
        drawn = await asyncio.to_thread(picture, people[number], kind)
        return Response(drawn, media_type="image/png", headers={"Cache-Control": "no-cache"})

    return api
