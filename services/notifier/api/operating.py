"""What operators do over HTTP: look at jobs, put a parked one back, pause and resume the sender. Scope `admin` throughout."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.notifier.domain.facts import NoticeKind
from services.notifier.domain.job import JobState, Progress
from services.notifier.domain.message import Template
from services.notifier.domain.pacing import SenderState
from services.notifier.ports import Deps, JobQuery, JobRow
from shared.values import Channel
from shared.web import Client, refuses, require

_SHOWN: Final = 3  # last characters of a phone number that an operator sees: enough to tell two people of one case apart
_ADMIN: Final = [require("admin")]
_CONTENDED: Final = refuses(503, "sender_contended")


class TryView(BaseModel):
    """One attempt as it ended."""

    attempt: int
    at: datetime
    result: str


class JobView(BaseModel):
    """A job without what was said; the recipient is masked."""

    model_config = ConfigDict(json_schema_extra={"description": "A notice and how far it came."})

    id: Annotated[str, Field(description="The effect key")]
    version: int
    state: JobState
    channel: Channel
    kind: NoticeKind
    recipient: Annotated[str, Field(description="Court code, or the last characters of the address")]
    request_id: str | None
    references: list[str]
    attempt: int
    progress: Progress
    as_template: bool
    maybe_duplicate: bool
    reason: str | None
    note: Annotated[str | None, Field(description="Why an operator discarded it, and who")]
    provider_ids: list[str]
    created_at: datetime
    next_at: datetime | None
    done_at: datetime | None
    history: list[TryView]

    @classmethod
    def of(cls, row: JobRow) -> Self:
        """Return the view of a job."""
        job = row.job
        return cls(
            id=job.key,
            version=row.version,
            state=job.state,
            channel=job.channel,
            kind=job.kind,
            recipient=job.address if job.channel is not Channel.WHATSAPP else f"…{job.address[-_SHOWN:]}",
            request_id=job.request_id,
            references=list(job.refs),
            attempt=job.attempt,
            progress=job.progress,
            as_template=isinstance(job.outgoing, Template),
            maybe_duplicate=job.maybe_duplicate,
            reason=job.reason,
            note=job.note,
            provider_ids=list(job.provider_ids),
            created_at=job.created_at,
            next_at=job.next_at if job.is_open else None,
            done_at=job.done_at,
            history=[TryView(attempt=each.attempt, at=each.at, result=each.result) for each in job.history],
        )


class JobList(BaseModel):
    """One page, newest first."""

    jobs: list[JobView]
    next: Annotated[str | None, Field(description="Send it as `after` for the next page; null: this was the last")]


class SenderView(BaseModel):
    """The WhatsApp number as a whole."""

    paused: bool
    paused_reason: str | None
    paused_at: datetime | None
    paused_by: Annotated[str | None, Field(description="Who paused; null: the provider's answer")]
    slow_until: datetime | None
    jobs: Annotated[dict[str, int], Field(description="How many jobs are in each state, over all channels")]


class PauseOrder(BaseModel):
    """Why the sender is stopped."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="A code, such as maintenance or wrong_text")] = "operator"


def router(deps: Deps) -> APIRouter:
    """Return the routes of jobs and of the sender."""
    api = APIRouter(prefix="/v1", dependencies=_ADMIN)
    _jobs(api, deps)
    _sender(api, deps)
    return api


def _jobs(api: APIRouter, deps: Deps) -> None:
    @api.get("/jobs", summary="List jobs, newest first", tags=["jobs"], responses=refuses(422, "cursor_malformed"))
    async def listed(
        state: Annotated[list[JobState] | None, Query(description="Only these states; repeat it for several")] = None,
        q: Annotated[
            str, Query(max_length=200, description="Beginning of a request, case, receipt or document number, reference or job id")
        ] = "",
        after: Annotated[str | None, Query(max_length=500, description="`next` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> JobList:
        page = await deps.job_reader.page(JobQuery(tuple(state or ()), q.strip(), after, limit))
        return JobList(jobs=[JobView.of(row) for row in page.rows], next=page.next)

    @api.get("/jobs/{job_id}", summary="Read a job", tags=["jobs"], responses=refuses(404, "jobs_not_found"))
    async def read(job_id: str) -> JobView:
        return JobView.of(await deps.job_reader.get(job_id))


def _sender(api: APIRouter, deps: Deps) -> None:
    async def view(state: SenderState) -> SenderView:
        return SenderView(
            paused=state.is_paused,
            paused_reason=state.paused_reason,
            paused_at=state.paused_at,
            paused_by=state.paused_by,
            slow_until=state.slow_until,
            jobs=dict(await deps.job_reader.counts()),
        )

    @api.get("/sender", summary="Whether WhatsApp is being sent to", tags=["sender"])
    async def state() -> SenderView:
        return await view(await deps.sender_limiter.state())

    @api.post("/sender/pause", summary="Stop sending to WhatsApp; jobs are kept", tags=["sender"], responses=_CONTENDED)
    async def pause(client: Annotated[Client, require("admin")], order: PauseOrder | None = None) -> SenderView:
        return await view(await deps.sender_limiter.pause((order or PauseOrder()).reason, client.name))

    @api.post("/sender/resume", summary="Send again", tags=["sender"], responses=_CONTENDED)
    async def resume() -> SenderView:
        return await view(await deps.sender_limiter.resume())
