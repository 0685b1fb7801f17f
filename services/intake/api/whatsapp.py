"""The webhook of the WhatsApp Business Cloud API: authenticated over the raw bytes, stored, answered; handled afterwards."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse

from services.intake.handlers import receive_webhook
from services.intake.ports import Deps
from shared.errors import Forbidden, Unauthorized
from shared.web import refuses, signed_by

PATH: Final = "/v1/webhooks/whatsapp"
_SIGNATURE: Final = "X-Hub-Signature-256"


@dataclass(frozen=True, slots=True)
class Secrets:
    """The app secrets (the current one and, while it is being changed, the one before) and the token of the handshake."""

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


def routes(deps: Deps, wake: Callable[[], None], secrets: Secrets) -> APIRouter:
    """Return the webhook's two routes. `wake` tells the jobs of this process that something is stored."""
    router = APIRouter(tags=["WhatsApp"])

    async def signed_body(request: Request) -> bytes:
        body = await request.body()
        if not secrets.signed(body, request.headers.get(_SIGNATURE, "")):
            raise Unauthorized("signature_wrong", "X-Hub-Signature-256 does not sign this body.")
        return body

    headers = {_SIGNATURE: "sha256=<hex of HMAC-SHA256 over the body>, with the app secret"}
    signature = signed_by(signed_body, "whatsapp-signature", headers=headers, signature=_SIGNATURE)

    @router.get(PATH, summary="Handshake of the provider", response_class=PlainTextResponse, responses=refuses(403, "verify_token_wrong"))
    async def verify(
        mode: Annotated[str, Query(alias="hub.mode")] = "",
        challenge: Annotated[str, Query(alias="hub.challenge", max_length=1000)] = "",
        token: Annotated[str, Query(alias="hub.verify_token", max_length=1000)] = "",
    ) -> PlainTextResponse:
        if mode != "subscribe" or not hmac.compare_digest(token.encode(), secrets.verify_token):
            raise Forbidden("verify_token_wrong", "hub.mode must be subscribe and hub.verify_token the agreed one.")
        return PlainTextResponse(challenge)

    @router.post(
        PATH,
        summary="Messages and statuses; stored before the answer, handled after it",
        response_class=PlainTextResponse,
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {}}}},
    )
    async def receive(request: Request, body: Annotated[bytes, signature]) -> PlainTextResponse:
        if await receive_webhook(deps, body, request.state.traceparent):
            wake()
        return PlainTextResponse("ok")

    return router
