"""Sessions at the desk as verification gives them: a key of its own, published over HTTP, and tokens of made-up people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI

from shared.clock import now
from shared.ids import new_id
from shared.web.desk.forms import HEADER, form_token
from shared.web.desk.session import ALGORITHM, LIFE, StaffMember, sign

KEY_ID = "test"


@dataclass(frozen=True)
class SessionIssuer:
    """Signs tokens; `document` is what it publishes."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    key_id: str = KEY_ID

    @property
    def document(self) -> Mapping[str, Any]:
        row = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [row | {"kid": self.key_id, "use": "sig", "alg": ALGORITHM}]}

    async def read(self) -> Mapping[str, Any]:
        """As `session.JwksReader.read`."""
        return self.document

    def member(self, *roles: str, name: str = "Rina Widyastuti", at: datetime | None = None, **other: Any) -> StaffMember:
        """Somebody who is signed in from `at` on."""
        values: dict[str, Any] = {"areas": frozenset(), "court": None, "session_id": new_id(), "expires_at": (at or now()) + LIFE}
        return StaffMember("staff-1", name, frozenset(roles), **(values | other))

    def token(self, member: StaffMember) -> str:
        return sign(member, self.key, self.key_id)


def over(member: StaffMember) -> StaffMember:
    """The same person, a minute after the token ended."""
    return StaffMember(
        member.staff_id, member.name, member.roles, member.areas, member.court, member.session_id, now() - timedelta(minutes=1)
    )


ORIGIN = "https://meja.test"


def browser_of(app: FastAPI, issuer: SessionIssuer, *roles: str, at: datetime | None = None, **other: Any) -> httpx.AsyncClient:
    """A browser of somebody with these roles before an app; what it sends comes from a page of ours."""
    member = issuer.member(*roles, at=at, **other)
    headers = {"Accept": "text/html", "Origin": ORIGIN, HEADER: form_token(member.session_id)}
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, headers=headers)
    client.cookies.set("__Host-desk", issuer.token(member))
    return client
