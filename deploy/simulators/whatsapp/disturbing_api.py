"""The control API's other half (`/sim/...`): order faults, approve templates, subscribe the webhook."""

from __future__ import annotations

from typing import Any, Final, Literal

import httpx
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from deploy.simulators.whatsapp.carrier import Carrier
from deploy.simulators.whatsapp.cloud_api import approve
from deploy.simulators.whatsapp.faults import FaultOrder
from deploy.simulators.whatsapp.templates import Template
from deploy.simulators.whatsapp.webhooks import Change


class NumberRating(BaseModel):
    """The body of POST /sim/quality. Source: Meta, webhooks `phone_number_quality_update` and `account_update`."""

    model_config = ConfigDict(extra="forbid")

    field: Literal["phone_number_quality_update", "account_update"] = "phone_number_quality_update"
    event: str = Field(pattern=r"^[A-Z_]{3,40}$", description="FLAGGED, UNFLAGGED, DOWNGRADE, UPGRADE; ACCOUNT_RESTRICTION, …")
    current_limit: str | None = Field(default=None, pattern=r"^TIER_[A-Z0-9_]{1,20}$")


CHALLENGE: Final = "1158201444"


def router(carrier: Carrier) -> APIRouter:
    """Return the routes that disturb and arrange."""
    api = APIRouter(prefix="/sim", tags=["Simulator"])

    @api.post("/faults", summary="Order a fault", status_code=201)
    async def order(body: FaultOrder) -> dict[str, Any]:
        return carrier.faults.add(body).view()

    @api.get("/faults", summary="List faults and how often each struck")
    async def faults() -> dict[str, Any]:
        return {"faults": carrier.faults.listed()}

    @api.delete("/faults", summary="Lift every fault")
    async def lift_all() -> dict[str, int]:
        return {"lifted": carrier.faults.remove()}

    @api.delete("/faults/{fault_id}", summary="Lift one fault")
    async def lift(fault_id: str) -> dict[str, int]:
        return {"lifted": carrier.faults.remove(fault_id)}

    @api.post("/webhook", summary="Send any bytes to the webhook, well signed; gives the status of the answer")
    async def webhook(request: Request) -> dict[str, int]:
        return {"status": await carrier.postman.send_bytes(await request.body())}

    @api.post("/templates", summary="Approve a template", status_code=201)
    async def template(body: Template) -> dict[str, Any]:
        approve(carrier, body)
        return body.model_dump()

    @api.post("/handshake", summary="Subscribe as Meta does: GET the webhook with hub.challenge")
    async def handshake() -> dict[str, Any]:
        token = carrier.settings.verify_token.get_secret_value() if carrier.settings.verify_token else ""
        params = {"hub.mode": "subscribe", "hub.challenge": CHALLENGE, "hub.verify_token": token}
        async with httpx.AsyncClient(timeout=carrier.settings.webhook_timeout_seconds, trust_env=False) as client:
            try:
                response = await client.get(carrier.postman.url, params=params)
            except httpx.HTTPError as error:
                return {"verified": False, "why": type(error).__name__}
        return {"verified": response.is_success and response.text == CHALLENGE, "why": f"HTTP {response.status_code}"}

    _rating(api, carrier)
    return api


def _rating(api: APIRouter, carrier: Carrier) -> None:
    @api.post("/quality", summary="Tell the business how Meta rates its number, or what becomes of its account", status_code=201)
    async def quality(body: NumberRating) -> dict[str, Any]:
        value = {"display_phone_number": carrier.settings.display_phone_number, "event": body.event}
        value |= {"current_limit": body.current_limit} if body.current_limit else {}
        carrier.postman.post(Change(value, "account", body.field, (), field=body.field))
        return body.model_dump()
