"""Decisions of the Religious Court, signed by Standard Webhooks (https://www.standardwebhooks.com), recorded before the answer."""

import contextlib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from services.intake.domain.court import CourtChild, CourtDecision, CourtParty
from services.intake.domain.decisions import PROBLEMS
from services.intake.handlers import record_decision
from services.intake.ports import Deps, Tx
from shared.errors import Forbidden, Permanent, Unauthorized
from shared.messaging.transaction.runner import Context, UnitOfWorkRunner
from shared.reference.courts import court_key
from shared.typed import compact_number, visible
from shared.values import KkNumber, Malformed, Nik, PersonName, Phone
from shared.web import refuses, signed_by

PATH: Final = "/v1/court/decisions"
_MAX_ID_CHARACTERS: Final = 200  # of a webhook-id; it becomes a key
_HEADERS: Final = {
    "webhook-id": "Names this decision: a repeat under the same id is answered the same",
    "webhook-timestamp": "Seconds since 1970, within five minutes of now",
    "webhook-signature": "Standard Webhooks: v1,<base64 of HMAC-SHA256 over id.timestamp.body>",
}

_PARSERS: Final[Mapping[str, Callable[[str], Nik | KkNumber | PersonName | Phone]]] = {
    "nik": Nik.parse,
    "custody_nik": Nik.parse,
    "kk_number": KkNumber.parse,
    "name": PersonName.parse,
    "phone": Phone.parse,
}

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Digits = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
VillageCode = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{10}$"), BeforeValidator(lambda code: compact_number(code) if isinstance(code, str) else code)
]


class PartyBody(BaseModel):
    """Husband or wife, as the court wrote it."""

    nik: Digits
    name: Line
    birth_place: Line | None = None
    born_on: date | None = None
    address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None
    village_code: Annotated[VillageCode | None, Field(description="Kemendagri code of where the party lives now, ten digits")] = None
    kk_number: Digits | None = None
    occupation: Line | None = None
    phone: Digits | None = None


class ChildBody(BaseModel):
    """A child and who has custody."""

    nik: Digits
    custody_nik: Annotated[Digits, Field(description="NIK of the party that has custody")]
    name: Line | None = None


class DecisionBody(BaseModel):
    """A final decision. Fields that are not known here are ignored."""

    model_config = ConfigDict(title="CourtDecision")

    decision_id: Annotated[Line, Field(description="The court's own reference; comes back in every callback")]
    court_code: Annotated[Line, Field(description="PA.Kab.Mn, …", examples=["PA.Kab.Mn"])]
    case_number: Annotated[Line, Field(examples=["40/Pdt.G/2026/PA.Kab.Mn"])]
    kind: Annotated[Line, Field(description="cerai_gugat or cerai_talak")]
    decided_on: date
    notified_on: Annotated[date | None, Field(description="When notice reached the party that was absent at the reading")] = None
    final_on: Annotated[date, Field(description="BHT, berkekuatan hukum tetap")]
    pledge_on: Annotated[date | None, Field(description="Ikrar talak: only and always with cerai_talak")] = None
    deed_number: Annotated[Line, Field(description="Akta cerai", examples=["194/AC/2026/PA.Kab.Mn"])]
    deed_on: date
    deed_serial: Line | None = None
    marriage_certificate_number: Line | None = None
    marriage_certificate_on: date | None = None
    husband: PartyBody
    wife: PartyBody
    children: Annotated[tuple[ChildBody, ...], Field(max_length=30)] = ()


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
        summary="Record a final divorce decision, or a returned one again, corrected",
        response_model=CaseView,
        responses=refuses(400, "json_malformed", "webhook_id_too_long")
        | refuses(403, "court_not_the_sender")
        | refuses(409, "decision_already_recorded", "decision_closed")
        | refuses(422, "fields_invalid", "decision_refused", "idempotency_key_reused", fields=PROBLEMS),
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _body_schema()}}}},
    )
    async def receive(request: Request, signed: Annotated[Signed, signature]) -> dict[str, Any]:
        decision = _decision(_parse(signed.body))
        if court_key(decision.court_code) != signed.court:
            raise Forbidden("court_not_the_sender", "The signature is another court's than court_code.")

        async def record(tx: Tx) -> dict[str, Any]:
            return await record_decision(tx, deps, decision, _fingerprint(decision))

        return await units.run(
            record,
            context=Context(f"court:{signed.webhook_id}", None, request.state.traceparent),
            key=f"court:{signed.court}:{signed.webhook_id}",
            fingerprint=hashlib.sha256(signed.body).hexdigest(),
        )

    return router


def _parse(body: bytes) -> DecisionBody:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Permanent("json_malformed", "The body is not JSON.") from error
    try:
        return DecisionBody.model_validate(content)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        raise RequestValidationError([{**problem, "loc": ("body", *problem["loc"])} for problem in problems]) from None


def _decision(body: DecisionBody) -> CourtDecision:
    """Return the domain's decision: fields in their normal form; those that can't be read as they came, to be refused by name."""
    values = {name: getattr(body, name) for name in DecisionBody.model_fields}
    values |= {name: visible(values[name]).strip() for name in ("court_code", "case_number", "deed_number")}  # they are printed
    return CourtDecision(
        **{
            **values,
            "husband": CourtParty(**_normal(body.husband)),
            "wife": CourtParty(**_normal(body.wife)),
            "children": tuple(CourtChild(**_normal(child)) for child in body.children),
        },
    )


def _normal(body: BaseModel) -> dict[str, Any]:
    values = body.model_dump()
    for name, parse in _PARSERS.items():
        if values.get(name) is not None:
            with contextlib.suppress(Malformed):
                values[name] = parse(values[name]).text
    return values


def _fingerprint(decision: CourtDecision) -> str:
    """Hash the content without what may differ when the same is sent twice: the court's reference and the spelling of the number."""
    content = {**asdict(decision), "decision_id": "", "case_number": "", "court_code": court_key(decision.court_code)}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _body_schema() -> dict[str, Any]:
    """Return what is sent. Its parts stand in the schema itself, and a reference counts from the top of the whole document."""
    own = f"#/paths/{PATH.replace('/', '~1')}/post/requestBody/content/application~1json/schema"
    return DecisionBody.model_json_schema(ref_template=f"{own}/$defs/{{model}}")
