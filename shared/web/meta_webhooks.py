"""Meta's webhooks, of WhatsApp and of the accounts alike: signed over the raw bytes, and shaken hands over once.

Source: developers.facebook.com/docs/graph-api/webhooks/getting-started (X-Hub-Signature-256, hub.challenge).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse

from shared.errors import Forbidden, Unauthorized
from shared.web import refuses
from shared.web.auth import signed_by

_SIGNATURE: Final = "X-Hub-Signature-256"


@dataclass(frozen=True, slots=True)
class WebhookSecrets:
    """The app secrets (the current one and, while it is being changed, the one before) and the token of the handshake.

    Without an app secret nothing is signed, and without a token no hand is shaken.
    """

    app: tuple[bytes, ...]
    verify_token: bytes

    def signed(self, body: bytes, header: str) -> bool:
        """Return whether the header is a signature of exactly these bytes. Takes constant time; never raises."""
        given = header.encode("latin-1", "replace")
        good = False
        for secret in self.app:
            expected = b"sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest().encode()
            good |= hmac.compare_digest(given, expected)
        return good

    def body(self, name: str) -> Any:
        """Return a FastAPI dependency that gives the body, or raises `Unauthorized("signature_wrong")`. `name`: of the security scheme."""

        async def signed_body(request: Request) -> bytes:
            body = await request.body()
            if not self.signed(body, request.headers.get(_SIGNATURE, "")):
                raise Unauthorized("signature_wrong", "X-Hub-Signature-256 does not sign this body.")
            return body

        headers = {_SIGNATURE: "sha256=<hex of HMAC-SHA256 over the body>, with the app secret"}
        return signed_by(signed_body, name, headers=headers, signature=_SIGNATURE)

    def install_handshake(self, router: APIRouter, path: str) -> None:
        """Add the route by which Meta makes sure that the address is ours."""

        @router.get(
            path, summary="Handshake of the provider", response_class=PlainTextResponse, responses=refuses(403, "verify_token_wrong")
        )
        async def verify(
            mode: Annotated[str, Query(alias="hub.mode")] = "",
            challenge: Annotated[str, Query(alias="hub.challenge", max_length=1000)] = "",
            token: Annotated[str, Query(alias="hub.verify_token", max_length=1000)] = "",
        ) -> PlainTextResponse:
            good = bool(self.verify_token) and hmac.compare_digest(token.encode(), self.verify_token)
            if mode != "subscribe" or not good:
                raise Forbidden("verify_token_wrong", "hub.mode must be subscribe and hub.verify_token the agreed one.")
            return PlainTextResponse(challenge)
