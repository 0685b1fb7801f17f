"""A WhatsApp simulator with a business that answers its webhooks, and a court with an intake that answers its decisions."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI, Request, Response
from standardwebhooks import Webhook

from deploy.simulators.court.app import build as build_court
from deploy.simulators.court.courtroom import Courtroom
from deploy.simulators.court.settings import Settings as CourtSettings
from deploy.simulators.whatsapp.app import build as build_whatsapp
from deploy.simulators.whatsapp.carrier import Carrier
from deploy.simulators.whatsapp.settings import Settings as WhatsAppSettings
from shared.clock import now
from tests.support.http_server import free_socket, serving

APP_SECRET = "app-secret-of-the-test"
ACCESS_TOKEN = "token-of-the-test"
DECISION_SECRET = "whsec_ZGVjaXNpb24tc2VjcmV0LW9mLXRoZS10ZXN0"
CALLBACK_SECRET = "whsec_Y2FsbGJhY2stc2VjcmV0LW9mLXRoZS10ZXN0"
API = "/v23.0/106540352242922"


@dataclass
class Business:
    """Takes POSTs and keeps them; ``answers`` are the next statuses, then 200."""

    url: str = ""
    posts: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    body: Any = None

    def changes(self, kind: str) -> list[dict[str, Any]]:
        """Every entry of ``messages`` or ``statuses``, in the order of arrival."""
        found = []
        for raw, _ in self.posts:
            for entry in json.loads(raw)["entry"]:
                for change in entry["changes"]:
                    found += change["value"].get(kind, [])
        return found

    def statuses(self, wamid: str) -> list[str]:
        return [each["status"] for each in self.changes("statuses") if each["id"] == wamid]

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/hook")
        @app.post("/v1/court/decisions")
        async def take(request: Request) -> Response:
            self.posts.append((await request.body(), dict(request.headers)))
            status = self.answers.pop(0) if self.answers else 200
            return Response(json.dumps(self.body), status_code=status, media_type="application/json")

        @app.get("/hook")
        async def handshake(request: Request) -> Response:
            good = request.query_params.get("hub.verify_token") == "verify-token-of-the-test"
            return Response(request.query_params["hub.challenge"] if good else "", status_code=200 if good else 403)

        return app


@dataclass
class Phone:
    """The simulator under test and what stands around it."""

    url: str
    carrier: Carrier
    business: Business
    client: httpx.AsyncClient
    offset: timedelta

    def clock(self) -> datetime:
        return now() + self.offset

    async def citizen(self, phone: str = "081234567890", **rest: Any) -> dict[str, Any]:
        response = await self.client.post("/sim/citizens", json={"phone": phone, **rest})
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def writes(self, citizen: dict[str, Any], text: str = "halo", **rest: Any) -> dict[str, Any]:
        response = await self.client.post(f"/sim/citizens/{citizen['id']}/messages", json={"text": text, **rest})
        assert response.status_code == 201, response.text
        return dict(response.json())

    async def send(self, to: str = "6281234567890", **message: Any) -> httpx.Response:
        message = message or {"text": {"body": "hai"}}
        return await self.client.post(f"{API}/messages", json={"messaging_product": "whatsapp", "to": to, **message})

    async def sent(self, to: str = "6281234567890", **message: Any) -> str:
        response = await self.send(to, **message)
        assert response.status_code == 200, response.text
        return str(response.json()["messages"][0]["id"])

    async def fault(self, kind: str, **order: Any) -> str:
        response = await self.client.post("/sim/faults", json={"kind": kind, **order})
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    async def upload(self, data: bytes, mime_type: str = "application/pdf", name: str = "KK.pdf") -> httpx.Response:
        return await self.client.post(f"{API}/media", data={"messaging_product": "whatsapp"}, files={"file": (name, data, mime_type)})


def good_signature(raw: bytes, headers: dict[str, str]) -> bool:
    expected = "sha256=" + hmac.new(APP_SECRET.encode(), raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, headers["x-hub-signature-256"])


@contextlib.asynccontextmanager
async def whatsapp(**settings: Any) -> AsyncIterator[Phone]:
    """A WhatsApp simulator with fast statuses and retries, and a business that answers 200."""
    business = Business(body={})
    async with serving(business.app()) as business_url:
        place, url = free_socket()
        fast = {"sent_after_ms": 1, "delivered_after_ms": 2, "read_after_ms": 3, "webhook_retry_first_ms": 5}
        secrets = {"app_secret": APP_SECRET, "access_token": ACCESS_TOKEN, "verify_token": "verify-token-of-the-test"}
        chosen = WhatsAppSettings.model_validate({**fast, **secrets, "webhook_url": f"{business_url}/hook", "public_url": url, **settings})
        phone = Phone(url, None, business, None, timedelta(0))  # type: ignore[arg-type]  # set below: the clock is the phone's
        app, phone.carrier = build_whatsapp(chosen, phone.clock)
        async with (
            serving(app, place=place, before_stop=phone.carrier.close),
            httpx.AsyncClient(
                base_url=url, headers={"Authorization": f"Bearer {ACCESS_TOKEN}"}, trust_env=False, timeout=30
            ) as phone.client,
        ):
            yield phone


@dataclass
class Court:
    """The court under test and the intake that it sends to."""

    url: str
    room: Courtroom
    intake: Business
    client: httpx.AsyncClient


@contextlib.asynccontextmanager
async def religious_court(**settings: Any) -> AsyncIterator[Court]:
    """A court with fast retries, and an intake that answers 200."""
    intake = Business(body={"case_id": "case-1", "requests": []})
    async with serving(intake.app()) as intake_url:
        secrets = {"decision_secret": DECISION_SECRET, "callback_secret": CALLBACK_SECRET}
        place = {"decisions_url": f"{intake_url}/v1/court/decisions", "retry_first_ms": 5}
        chosen = CourtSettings.model_validate({**secrets, **place, **settings})
        app, room = build_court(chosen)
        async with serving(app, before_stop=room.close) as url, httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
            yield Court(url, room, intake, client)


async def call_back(
    court: Court,
    number: str = "received:case-1",
    *,
    kind: str = "decision.received",
    secret: str = CALLBACK_SECRET,
    at: datetime | None = None,
    patience: float = 5,
    data: dict[str, str] | None = None,
) -> httpx.Response:
    """Send a callback as the pipeline does."""
    body = json.dumps({"type": kind, "timestamp": now().isoformat(), "data": data or {}})
    moment = at or now()
    headers = {
        "webhook-id": number,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(number, moment, body),
        "content-type": "application/json",
    }
    return await court.client.post("/callbacks", content=body, headers=headers, timeout=patience)
