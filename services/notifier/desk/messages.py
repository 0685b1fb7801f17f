"""`/desk/pesan`: what was sent to citizens and courts, and how far each message came. The words of a message are not shown here."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.notifier.desk import message_words as words
from services.notifier.domain.job import Job, JobState
from services.notifier.ports import Deps, JobQuery
from shared.values import Channel
from shared.web.desk import Lookout, Pages, StaffMember, WaitingCount, signed_in
from shared.web.desk.words import masked_phone

PATH: Final = "/desk/pesan"
_ROWS: Final = 50
_MOST_NEW: Final = 99  # what is beyond is said as 99+
_LONGEST_SEARCH: Final = 80  # characters
_REFERENCE: Final = "[0-9A-Za-z/:._ -]+"
_IS_REFERENCE: Final = re.compile(_REFERENCE)


class MessageFilter(BaseModel):
    """What the address says. Nothing in it is of a person."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    q: Annotated[str, Field(max_length=_LONGEST_SEARCH, pattern=rf"^({_REFERENCE})?$")] = ""
    keadaan: Annotated[str, Field(max_length=20)] = ""
    sebab: Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9_]*$")] = ""
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
        reason = asked.sebab if asked.keadaan == "gagal" else ""  # few have failed: no index is needed within them
        return JobQuery(words.FILTERS.get(asked.keadaan, ("", ()))[1], asked.q.strip(), asked.setelah, _ROWS, reason)

    async def show(self, request: Request, member: StaffMember, asked: MessageFilter, *, not_a_reference: bool = False) -> Response:
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
            matching=await reader.count(query.states, query.search, query.reason),
            total=await reader.count(()),
            waiting={name: await reader.count(states) for name, (_, states) in words.FILTERS.items() if name in {"gagal", "menunggu"}},
            job=(await reader.get(asked.buka)).job if asked.buka else None,
            sender=await self.deps.sender_limiter.state(),
            filters=words.FILTERS,
            kinds=words.KINDS,
            channels=words.CHANNELS,
            state_of=words.state_of,
            reference_of=words.reference_of,
            result_of=words.result_of,
            recipient=_recipient,
            here=_here,
        )


def router(deps: Deps, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    messages = _Messages(deps, pages)
    lookout = Lookout(deps.job_reader.newest)

    @routes.get(PATH)
    async def listed(request: Request, asked: Filter, member: Reader) -> Response:
        return await messages.show(request, member, asked)

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

    @routes.get(f"{PATH}/jumlah")
    async def waiting(_member: Reader) -> WaitingCount:
        failed = await deps.job_reader.count((JobState.FAILED,))
        return WaitingCount(waiting=failed, urgent=failed > 0)

    @routes.get(f"{PATH}/langsung")
    async def news(request: Request, asked: Filter, _member: Reader, sejak: Annotated[str, Query(max_length=500)]) -> Response:
        query = replace(messages.query(asked), after=None)

        async def count() -> tuple[int, bool]:
            found = await deps.job_reader.count_newer(query, sejak, _MOST_NEW + 1)
            return min(found, _MOST_NEW), found > _MOST_NEW

        await count()  # refuses a place that is none while it still can
        return lookout.answer(request, count)

    return routes


def _recipient(job: Job) -> str:
    return masked_phone(job.address) if job.channel is Channel.WHATSAPP else job.address


def _here(asked: MessageFilter, **changes: Any) -> dict[str, Any]:
    values = asked.model_dump() | {"baris": None if asked.baris == 1 else asked.baris} | changes
    return {name: value for name, value in values.items() if value not in (None, "")}
