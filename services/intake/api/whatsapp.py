"""The webhook of the WhatsApp Business Cloud API: authenticated over the raw bytes, stored, answered; handled afterwards."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from services.intake.handlers import receive_webhook
from services.intake.ports import Deps
from shared.web.meta_webhooks import WebhookSecrets

PATH: Final = "/v1/webhooks/whatsapp"


def routes(deps: Deps, wake: Callable[[], None], secrets: WebhookSecrets) -> APIRouter:
    """Return the webhook's two routes. `wake` tells the jobs of this process that something is stored."""
    router = APIRouter(tags=["WhatsApp"])

    signature = secrets.body("whatsapp-signature")
    secrets.install_handshake(router, PATH)

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
