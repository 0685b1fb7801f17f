"""Decisions of courts, signed by Standard Webhooks (https://www.standardwebhooks.com), recorded before the answer."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from services.intake.api.decision_bodies import CaseBody, bodies_schema, body_of
from services.intake.domain.court import decision_from
from services.intake.domain.decisions import PROBLEMS, jurisdiction
from services.intake.handlers import record_decision
from services.intake.ports import Deps, Tx
from shared.clock import WIB
from shared.errors import Forbidden, Permanent, Unauthorized
from shared.messaging.transaction.runner import Context, UnitOfWorkRunner
from shared.reference.courts import court_key
from shared.web import refuses, signed_by

PATH: Final = "/v1/court/decisions"
_MAX_ID_CHARACTERS: Final = 200  # of a webhook-id; it becomes a key
_HEADERS: Final = {
    "webhook-id": "Names this decision: a repeat under the same id is answered the same",
    "webhook-timestamp": "Seconds since 1970, within five minutes of now",
    "webhook-signature": "Standard Webhooks: v1,<base64 of HMAC-SHA256 over id.timestamp.body>",
}


class CaseRequestView(BaseModel):
    """The request of one party: all documents that follow for it."""

    party: str
    request_id: str
    receipt: str


class ElsewhereView(BaseModel):
    """A party whom another office serves."""

    party: str
    regency_code: str
    regency: str


class CaseView(BaseModel):
    """The case of a decision and its requests."""

    case_id: str
    decision_id: str
    state: str
    received_at: str
    requests: list[CaseRequestView]
    elsewhere: list[ElsewhereView]


@dataclass(frozen=True, slots=True)
class Signed:
    """A body with a valid signature, and the court that signed it."""

    body: bytes
    webhook_id: str
    court: str


class Signatures:
    """The courts' secrets: for each the current one and, while it is being changed, others."""

    def __init__(self, secrets: Mapping[str, Sequence[str]]) -> None:
        self._webhooks = [(court_key(code), Webhook(secret)) for code, known in secrets.items() for secret in known]

    def check(self, body: bytes, headers: Mapping[str, str]) -> str:
        """Return the key of the court whose secret signed these bytes within five minutes of now.

        Raises:
            Unauthorized: `signature_wrong`.
        """
        for court, webhook in self._webhooks:
            try:
                webhook.verify(body, dict(headers), json_parse=False)
            except (WebhookVerificationError, ValueError, TypeError):
                continue  # ValueError, TypeError: what the library lets through of headers and bodies that are no text
            return court
        raise Unauthorized("signature_wrong", "webhook-signature does not sign this body, or webhook-timestamp is not now.")


def routes(deps: Deps, units: UnitOfWorkRunner[Tx], signatures: Signatures) -> APIRouter:
    """Return the court's route."""
    router = APIRouter(tags=["Court"])

    async def signed(request: Request) -> Signed:
        body = await request.body()
        court = signatures.check(body, request.headers)
        webhook_id = request.headers["webhook-id"]
        if len(webhook_id) > _MAX_ID_CHARACTERS:
            raise Permanent("webhook_id_too_long", f"At most {_MAX_ID_CHARACTERS} characters.")
        return Signed(body, webhook_id, court)

    signature = signed_by(signed, "standard-webhooks", headers=_HEADERS, signature="webhook-signature")

    @router.post(
        PATH,
        summary="Record a final decision, or a returned one again, corrected",
        response_model=CaseView,
        responses=refuses(400, "json_malformed", "webhook_id_too_long")
        | refuses(403, "court_not_the_sender")
        | refuses(409, "decision_already_recorded", "decision_closed")
        | refuses(422, "fields_invalid", "decision_refused", "idempotency_key_reused", fields=PROBLEMS),
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _body_schema()}}}},
    )
    async def receive(request: Request, signed: Annotated[Signed, signature]) -> dict[str, Any]:
        body = _parse(signed.body)
        if court_key(body.court_code) != signed.court:
            raise Forbidden("court_not_the_sender", "The signature is another court's than court_code.")
        decision = decision_from(body.model_dump(mode="json"), deps.clock().astimezone(WIB).date())

        async def record(tx: Tx) -> dict[str, Any]:
            return await record_decision(tx, deps, decision)

        return await units.run(
            record,
            context=Context(f"court:{signed.webhook_id}", None, request.state.traceparent),
            key=f"court:{signed.court}:{signed.webhook_id}",
            fingerprint=hashlib.sha256(signed.body).hexdigest(),
        )

    return router


def _parse(body: bytes) -> CaseBody:
    """Return the body by the model of its kind; what every decision carries where its court may not send it, which is told alone."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Permanent("json_malformed", "The body is not JSON.") from error
    try:
        return _model(content).model_validate(content)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        raise RequestValidationError([{**problem, "loc": ("body", *problem["loc"])} for problem in problems]) from None


def _model(content: Any) -> type[CaseBody]:
    court, kind = (content.get("court_code"), content.get("kind")) if isinstance(content, dict) else (None, None)
    if not isinstance(court, str) or not isinstance(kind, str) or jurisdiction(court, kind):
        return CaseBody
    return body_of(kind)


def _body_schema() -> dict[str, Any]:
    """Return what is sent. A reference counts from the top of the whole document."""
    return bodies_schema(f"#/paths/{PATH.replace('/', '~1')}/post/requestBody/content/application~1json/schema")
