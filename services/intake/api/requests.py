"""Requests of any channel adapter, and how they stand. Nothing in it is personal but what an officer told (`told`)."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.intake.domain.documents import IssuedState
from services.intake.domain.requests import Request as Filed
from services.intake.domain.requests import RequestState
from services.intake.domain.submission import PROBLEMS, CheckedBody
from services.intake.domain.visit_days import DAY_PROBLEMS
from services.intake.domain.vouching import SenderVouching
from services.intake.handlers import mend_request, submit_request
from services.intake.ports import Deps, RequestSearch, Tx
from shared.errors import NotFound
from shared.messaging.transaction.runner import Context, UnitOfWorkRunner
from shared.reference.reasons import reasons
from shared.values import Channel, Receipt, VouchedBy
from shared.web import IDEMPOTENCY_KEY, Client, refuses, require

PATH: Final = "/v1/requests"
READ_ALL: Final = "requests:read_all"  # beside requests:read: everybody's requests, not only the client's own
VOUCH: Final = "requests:vouch"  # beside requests:write: this client looks at people and their KTP-el itself
_LIMITED: Final = refuses(429, "person_limit_reached")
_UNKNOWN: Final = refuses(404, "request_not_found") | refuses(422, "receipt_malformed", "receipt_check_wrong")
_TURNED_DOWN: Final = frozenset({RequestState.RETURNED, RequestState.REJECTED})
_PAGE: Final = 50  # requests on a page, unless asked for otherwise

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class RequestBody(BaseModel):
    """A complete request."""

    model_config = ConfigDict(extra="forbid", title="RequestSubmission")

    service: Annotated[Short, Field(examples=["kk_hilang"])]
    form_version: Annotated[int | None, Field(ge=1, description="Version of the form that was filled; null: the present one")] = None
    answers: Annotated[
        dict[str, Any],
        Field(
            max_length=100,
            description="By field of `GET /v1/services/{code}`; a document is `{file_id, kind}` of a file from POST /v1/files",
            examples=[{"nik": "3519…", "kk_number": "3519…", "surat_kehilangan": {"file_id": "…"}, "ktp": {"file_id": "…"}}],
        ),
    ]
    reference: Annotated[Short | None, Field(description="Your own name for it; comes back in what you are told")] = None
    outreach_source: Annotated[
        Short | None,
        Field(
            description="Code of the poster, page or registrar that brought the person; one that nobody gave out is passed over",
            examples=["K7Q"],
        ),
    ] = None

    def submission(self) -> CheckedBody:
        """Return the submission as the domain knows it."""
        return CheckedBody(self.service, self.answers, self.form_version, self.reference, self.outreach_source)

    def fingerprint(self) -> str:
        """Return what tells whether it is the same one again; without a source as it was before there were any."""
        named = None if self.outreach_source else {"outreach_source"}
        return hashlib.sha256(self.model_dump_json(exclude=named).encode()).hexdigest()


class StepView(BaseModel):
    """One line of the timeline. `void` with a number tells of that document, whatever became of the others."""

    state: RequestState
    at: datetime
    reasons: list[str] = []
    document_number: str | None = None


class FiledView(BaseModel):
    """A request as the one who filed it may see it at once."""

    request_id: str
    receipt: str
    service: str
    products: list[str]
    state: RequestState
    round: Annotated[int, Field(description="1, then one more each time it was mended")]
    submitted_at: datetime
    promised_at: datetime | None


class IssuedView(BaseModel):
    """An issued document. `number` in a path is its place in this list, from 1. Void ones stand last: they never come."""

    document_id: str
    product: str
    document_number: str
    state: IssuedState


class ReasonView(BaseModel):
    """Why a request was returned or rejected. `field`: what to mend, as in the answers; null: nothing in particular."""

    code: str
    field: str | None
    text: Annotated[str, Field(description="The sentence for people, Indonesian")]


class ToldView(BaseModel):
    """What an officer told who sent a request: words for the person alone, not for a counter's screen."""

    text: str
    at: datetime
    visit_on: Annotated[date | None, Field(description="The day on which an officer meets them, where one was set")]


class RequestView(FiledView):
    """A request with its state and timeline."""

    channel: Channel
    case_id: str | None
    documents: list[IssuedView]
    reasons: Annotated[list[ReasonView], Field(description="Of a returned or rejected request")]
    told: Annotated[ToldView | None, Field(description="What an officer told last; of an answered request the answer. null: nothing")]
    timeline: list[StepView]


class PageView(BaseModel):
    """A page of requests, the newest first; `next` is the cursor of the next page."""

    requests: list[RequestView]
    next: str | None


Act = Callable[[Tx], Awaitable[dict[str, Any]]]


def routes(deps: Deps, units: UnitOfWorkRunner[Tx]) -> APIRouter:
    """Return the routes of requests."""
    router = APIRouter(tags=["Requests"])

    async def once(request: Request, client: Client, key: str, body: RequestBody, act: Act) -> dict[str, Any]:
        return await units.run(
            act,
            context=Context(f"adapter:{client.name}", None, request.state.traceparent),
            key=key,
            fingerprint=body.fingerprint(),
        )

    @router.post(
        PATH,
        status_code=201,
        summary="File a complete request",
        response_model=FiledView,
        responses=refuses(422, "request_refused", "form_outdated", fields=(*PROBLEMS, *DAY_PROBLEMS)) | _LIMITED,
    )
    async def file_request(
        request: Request,
        body: RequestBody,
        client: Annotated[Client, require("requests:write")],
        key: Annotated[str, IDEMPOTENCY_KEY],
    ) -> dict[str, Any]:
        submission, named = body.submission(), f"adapter:{client.name}:{key}"
        return await once(request, client, named, body, lambda tx: submit_request(tx, deps, submission, client.name, _vouching(client)))

    @router.put(
        PATH + "/{receipt}",
        summary="Mend a returned request: the whole of it again, under its receipt",
        response_model=FiledView,
        responses=refuses(404, "request_not_found")
        | refuses(409, "request_not_returned")
        | refuses(422, "receipt_malformed", "receipt_check_wrong", "request_refused", "form_outdated", fields=(*PROBLEMS, *DAY_PROBLEMS))
        | _LIMITED,
    )
    async def mend(
        request: Request,
        receipt: str,
        body: RequestBody,
        client: Annotated[Client, require("requests:write")],
        key: Annotated[str, IDEMPOTENCY_KEY],
    ) -> dict[str, Any]:
        submission, number = body.submission(), Receipt.parse(receipt)
        named = f"mend:{client.name}:{number}:{key}"
        return await once(
            request, client, named, body, lambda tx: mend_request(tx, deps, number, submission, client.name, _vouching(client))
        )

    @router.get(PATH, summary="List and search requests: your own, or all with the scope requests:read_all", response_model=PageView)
    async def search(
        client: Annotated[Client, require("requests:read")],
        state: RequestState | None = None,
        service: Annotated[str | None, Query(max_length=64)] = None,
        channel: Channel | None = None,
        q: Annotated[
            str | None, Query(max_length=64, description="Receipt or document number, or its beginning; case or request id")
        ] = None,
        after: Annotated[str | None, Query(max_length=64, description="`next` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = _PAGE,
    ) -> PageView:
        own = None if READ_ALL in client.scopes else client.name
        page = await deps.register.search(RequestSearch(state, service, channel, q, after, limit, own))
        return PageView(requests=[_view(replace(filed, told=None)) for filed in page.requests], next=page.next)

    @router.get(PATH + "/{receipt}", summary="How a request stands", response_model=RequestView, responses=_UNKNOWN)
    async def show(receipt: str, client: Annotated[Client, require("requests:read")]) -> RequestView:
        filed = await deps.register.find_by_receipt(Receipt.parse(receipt))
        if filed is None or not (READ_ALL in client.scopes or filed.is_of_adapter(client.name)):
            raise NotFound("request_not_found", "No request of yours has this receipt number.")
        return _view(filed)

    return router


def _vouching(client: Client) -> SenderVouching | None:
    return SenderVouching(VouchedBy.ADAPTER) if VOUCH in client.scopes else None


def _view(filed: Filed) -> RequestView:
    return RequestView(
        request_id=filed.request_id,
        receipt=filed.receipt,
        service=filed.service,
        products=list(filed.products),
        state=filed.state,
        round=filed.round,
        submitted_at=filed.submitted_at,
        promised_at=filed.promised_at,
        channel=filed.origin.channel,
        case_id=filed.case_id,
        documents=[
            IssuedView(document_id=each.document_id, product=each.product, document_number=each.number, state=each.state)
            for each in filed.settled
        ],
        reasons=[_reason(reason) for reason in filed.reasons_at] if filed.state in _TURNED_DOWN else [],
        told=ToldView(text=filed.told.text, at=filed.told.at, visit_on=filed.told.visit_on) if filed.told else None,
        timeline=[
            StepView(state=step.state, at=step.at, reasons=list(step.reasons), document_number=step.document_number)
            for step in filed.timeline
        ],
    )


def _reason(text: str) -> ReasonView:
    code, _, place = text.partition(":")
    known = reasons().get(code)
    return ReasonView(code=code, field=place or None, text=known.text if known else code)
