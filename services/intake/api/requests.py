"""Requests of any channel adapter, and how they stand. Answers hold nothing personal: they may be shown on a counter's screen."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.intake.domain.requests import Request as Filed
from services.intake.domain.requests import RequestState
from services.intake.domain.submission import PROBLEMS, CheckedBody, SubmittedDocument
from services.intake.domain.vouching import SenderVouching
from services.intake.handlers import mend_request, submit_request
from services.intake.ports import Deps, RequestSearch, Tx
from shared.errors import NotFound
from shared.messaging.transaction.runner import Context, UnitOfWorkRunner
from shared.values import Channel, Receipt, VouchedBy
from shared.web import IDEMPOTENCY_KEY, Client, refuses, require

PATH: Final = "/v1/requests"
READ_ALL: Final = "requests:read_all"  # beside requests:read: everybody's requests, not only the client's own
VOUCH: Final = "requests:vouch"  # beside requests:write: this client looks at people and their KTP-el itself
_LIMITED: Final = refuses(429, "person_limit_reached")
_UNKNOWN: Final = refuses(404, "request_not_found") | refuses(422, "receipt_malformed", "receipt_check_wrong")
_PAGE: Final = 50  # requests on a page, unless asked for otherwise

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class DocumentBody(BaseModel):
    """A file that was uploaded before, and what it shows."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[Short, Field(description="surat_kehilangan, ktp, … as in the catalogue")]
    file_id: Annotated[Short, Field(description="From POST /v1/files")]


class RequestBody(BaseModel):
    """A complete request."""

    model_config = ConfigDict(extra="forbid", title="RequestSubmission")

    service: Annotated[Short, Field(examples=["kk_hilang"])]
    nik: Annotated[Short, Field(description="NIK of the person whose document it is")]
    kk_number: Short
    applicant_name: Short | None = None
    documents: Annotated[tuple[DocumentBody, ...], Field(max_length=20)] = ()
    reference: Annotated[Short | None, Field(description="Your own name for it; comes back in what you are told")] = None

    def submission(self) -> CheckedBody:
        """Return the submission as the domain knows it."""
        return CheckedBody(
            service=self.service,
            nik=self.nik,
            kk_number=self.kk_number,
            documents=tuple(SubmittedDocument(document.kind, document.file_id) for document in self.documents),
            applicant_name=self.applicant_name,
            reference=self.reference,
        )


class StepView(BaseModel):
    """One line of the timeline."""

    state: RequestState
    at: datetime
    reasons: list[str] = []
    document_number: str | None = None


class FiledView(BaseModel):
    """A request as the one who filed it may see it at once."""

    request_id: str
    receipt: str
    service: str
    product: str
    state: RequestState
    submitted_at: datetime
    promised_at: datetime | None


class SubmittedView(FiledView):
    """The answer to a submission: the first request on top, and all of them (a service may give several documents)."""

    requests: list[FiledView]


class RequestView(FiledView):
    """A request with its state and timeline."""

    channel: Channel
    case_id: str | None
    document_number: str | None
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
            fingerprint=hashlib.sha256(body.model_dump_json().encode()).hexdigest(),
        )

    @router.post(
        PATH,
        status_code=201,
        summary="File a complete request",
        response_model=SubmittedView,
        responses=refuses(422, "request_refused", fields=PROBLEMS) | _LIMITED,
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
        | refuses(422, "receipt_malformed", "receipt_check_wrong", "request_refused", fields=PROBLEMS)
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
        return PageView(requests=[_view(filed) for filed in page.requests], next=page.next)

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
        product=filed.product,
        state=filed.state,
        submitted_at=filed.submitted_at,
        promised_at=filed.promised_at,
        channel=filed.origin.channel,
        case_id=filed.case_id,
        document_number=filed.document_number,
        timeline=[
            StepView(
                state=step.state,
                at=step.at,
                reasons=list(step.reasons),
                document_number=step.document.number if step.document else None,
            )
            for step in filed.timeline
        ],
    )
