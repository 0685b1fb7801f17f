"""`/desk/pesan`: what was sent to citizens and courts, and how far each message came. The words of a message are not shown here."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from services.notifier.desk import message_words as words
from services.notifier.desk.people import recipient
from services.notifier.desk.sender import notice
from services.notifier.domain.facts import NoticeKind
from services.notifier.domain.job import Job, JobState
from services.notifier.handlers import announce
from services.notifier.ports import Deps, JobQuery, Tx
from shared.audit import AuditEntry
from shared.errors import DomainError
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.values import Channel
from shared.web.desk import Lookout, Pages, StaffMember, WaitingCount, signed_in
from shared.web.desk.csv import csv_lines
from shared.web.desk.words import count, moment

PATH: Final = "/desk/pesan"
_ROWS: Final = 50
_MOST_NEW: Final = 99  # what is beyond is said as 99+
_MOST_COUNTED: Final = 10_000  # of a filter by kind or channel, which no index counts: what is beyond is said as "10.000+"
_ROWS_OF_A_FILE: Final = 500  # read at a time while a file is sent
_LATELY: Final = timedelta(hours=24)
_WITH_REASON: Final = ("gagal", "dibuang")  # few enough to be looked through by their code
_LONGEST_SEARCH: Final = 80  # characters
_REFERENCE: Final = "[0-9A-Za-z/:._ -]+"
_IS_REFERENCE: Final = re.compile(_REFERENCE)


class MessageFilter(BaseModel):
    """What the address says. Nothing in it is of a person."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    q: Annotated[str, Field(max_length=_LONGEST_SEARCH, pattern=rf"^({_REFERENCE})?$")] = ""
    keadaan: Annotated[str, Field(max_length=20)] = ""
    saluran: Annotated[str, Field(max_length=20)] = ""
    jenis: Annotated[str, Field(max_length=20)] = ""
    kode: Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9_]*$")] = ""
    setelah: Annotated[str | None, Field(max_length=500)] = None
    baris: Annotated[int, Field(ge=1)] = 1
    buka: Annotated[str | None, Field(max_length=200)] = None


Filter = Annotated[MessageFilter, Query()]
Reader = Annotated[StaffMember, signed_in("messages:read")]


@dataclass(frozen=True, slots=True)
class _Messages:
    """The pages' dependencies, and what they have in common."""

    deps: Deps
    pages: Pages

    @staticmethod
    def query(asked: MessageFilter) -> JobQuery:
        """Return what the filter means; a word that it does not know filters nothing."""
        return JobQuery(
            words.FILTERS.get(asked.keadaan, ("", ()))[1],
            asked.q.strip(),
            asked.setelah,
            _ROWS,
            channel=Channel(asked.saluran) if asked.saluran in words.CHANNELS else None,
            kind=NoticeKind(asked.jenis) if asked.jenis in words.KINDS else None,
            reason=asked.kode if asked.keadaan in _WITH_REASON else "",
        )

    async def show(
        self, request: Request, member: StaffMember, asked: MessageFilter, *, not_a_reference: bool = False, told: str = ""
    ) -> Response:
        """Return the page; `not_a_reference`: what was searched for is no number of a request, document or case."""
        query, reader = self.query(asked), self.deps.job_reader
        page = await reader.page(query)
        return self.pages.show(
            request,
            "messages.html",
            member,
            asked=asked,
            not_a_reference=not_a_reference,
            rows=[row.job for row in page.rows],
            following=page.next,
            newest=await reader.newest() if asked.setelah is None else None,
            matching=await self._matching(query),
            total=await reader.count(()),
            waiting={name: await reader.count(states) for name, (_, states) in words.FILTERS.items() if name in {"gagal", "menunggu"}},
            job=(await reader.get(asked.buka)).job if asked.buka else None,
            pause=notice(await self.deps.sender_limiter.state()),
            lately=words.tally(await reader.progress_since(self.deps.clock() - _LATELY)),
            failures=await reader.failures() if asked.keadaan == "gagal" else {},
            told=told,
            failure_options=_failure_options,
            filters=words.FILTERS,
            kinds=words.KINDS,
            channels=words.CHANNELS,
            state_of=words.state_of,
            reference_of=words.reference_of,
            result_of=words.result_of,
            recipient=recipient,
            here=_here,
        )

    async def _matching(self, query: JobQuery) -> str:
        reader = self.deps.job_reader
        if query.channel or query.kind or query.reason:
            found = await reader.matching(query, _MOST_COUNTED)
            return count(found) + ("+" if found >= _MOST_COUNTED else "")
        return count(await reader.count(query.states, query.search))


def router(units: UnitOfWorkRunner[Tx], deps: Deps, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    messages = _Messages(deps, pages)
    _looking(routes, messages)
    _listening(routes, messages)

    @routes.post(f"{PATH}/{{key}}/ulangi")
    async def retry(request: Request, key: str, member: Annotated[StaffMember, signed_in("stuck:manage")]) -> Response:
        """Have a failed message sent again; where somebody was faster, the page says so."""
        row = AuditEntry(
            actor=member.staff_id,
            actor_name=member.name,
            roles=tuple(sorted(member.roles)),
            act="message.retried",
            at=deps.clock(),
            about=f"message/{key}",
        )
        try:
            await units.run(lambda tx: announce.retry_job(tx, key, at=deps.clock()), audit=lambda _: row)
        except DomainError:
            if not member.may("messages:read"):
                raise
            return await messages.show(request, member, MessageFilter(buka=key), told="not_failed")
        return RedirectResponse(f"{PATH}?{urlencode({'buka': key})}", status_code=303, headers={"Cache-Control": "no-store"})

    return routes


def _looking(routes: APIRouter, messages: _Messages) -> None:
    @routes.get(PATH)
    async def listed(request: Request, asked: Filter, member: Reader) -> Response:
        return await messages.show(request, member, asked)

    @routes.get(f"{PATH}/unduh")
    async def download(asked: Filter, _member: Reader) -> Response:
        """Send the rows of the filter as a file; recipients are masked as on the page."""
        headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="pesan-keluar.csv"'}
        return StreamingResponse(_lines(messages, asked), media_type="text/csv; charset=utf-8", headers=headers)

    @routes.post(f"{PATH}/cari")
    async def search(
        request: Request,
        member: Reader,
        q: Annotated[str, Form(max_length=_LONGEST_SEARCH)] = "",
        keadaan: Annotated[str, Form(max_length=20)] = "",
    ) -> Response:
        """Lead to the address of a search, where what stands in the box is a reference: a NIK, a phone or a name gets into none."""
        text = q.strip()
        if text and not (_IS_REFERENCE.fullmatch(text) and any(map(str.isalpha, text)) and any(map(str.isdigit, text))):
            return await messages.show(request, member, MessageFilter(keadaan=keadaan), not_a_reference=True)
        query = urlencode({name: value for name, value in (("q", text), ("keadaan", keadaan)) if value})
        return RedirectResponse(f"{PATH}?{query}" if query else PATH, status_code=303, headers={"Cache-Control": "no-store"})


def _listening(routes: APIRouter, messages: _Messages) -> None:
    deps = messages.deps
    lookout = Lookout(deps.job_reader.newest)

    @routes.get(f"{PATH}/jumlah")
    async def waiting(_member: Reader) -> WaitingCount:
        failed = await deps.job_reader.count((JobState.FAILED,))
        return WaitingCount(waiting=failed, urgent=failed > 0)

    @routes.get(f"{PATH}/langsung")
    async def news(request: Request, asked: Filter, _member: Reader, sejak: Annotated[str, Query(max_length=500)]) -> Response:
        query = replace(messages.query(asked), after=None)

        async def how_many() -> tuple[int, bool]:
            found = await deps.job_reader.count_newer(query, sejak, _MOST_NEW + 1)
            return min(found, _MOST_NEW), found > _MOST_NEW

        await how_many()  # refuses a place that is none while it still can
        return lookout.answer(request, how_many)


def _here(asked: MessageFilter, **changes: Any) -> dict[str, Any]:
    values = asked.model_dump() | {"baris": None if asked.baris == 1 else asked.baris} | changes
    return {name: value for name, value in values.items() if value not in (None, "")}


def _failure_options(failures: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(code, f"{words.result_of(code)}: {count(number)}") for code, number in failures.items()]


async def _lines(messages: _Messages, asked: MessageFilter) -> AsyncIterator[str]:
    yield csv_lines([["Isi", "Resi atau nomor", "Lewat", "Penerima", "Dibuat", "Keadaan", "Alasan", "Kode", "Dicoba"]], begin=True)
    query = replace(messages.query(asked), after=None, limit=_ROWS_OF_A_FILE)
    while True:
        page = await messages.deps.job_reader.page(query)
        yield csv_lines([_row(row.job) for row in page.rows])
        if page.next is None:
            return
        query = replace(query, after=page.next)


def _row(job: Job) -> list[str]:
    reason = job.reason or ""
    return [
        words.KINDS[job.kind],
        words.reference_of(job),
        words.CHANNELS[job.channel],
        recipient(job),
        moment(job.created_at),
        words.state_of(job).word,
        words.result_of(reason) if reason else "",
        reason,
        str(job.attempt),
    ]
