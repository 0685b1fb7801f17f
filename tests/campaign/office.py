"""The office's side by HTTP: outreach staff who make sources and type how often a piece was seen, and what the desk's report says."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Final, Self

import httpx

from shared.web.desk.forms import HEADER, form_token
from tests.bench.system import System
from tests.campaign.actions import OutreachAction
from tests.support.stack_sessions import StackSessions

ROLE: Final = "outreach"
_HEAD: Final = 1  # lines above the names of the columns
_TIMEOUT_SECONDS: Final = 60.0


class OutreachDesk:
    """Somebody of the office's outreach at the desk. The session is a new one for every call: the clock may have moved by months."""

    def __init__(self, sessions: StackSessions, url: str) -> None:
        self._sessions = sessions
        self._http = httpx.AsyncClient(
            base_url=url, timeout=_TIMEOUT_SECONDS, trust_env=False, headers={"Accept": "text/html", "Origin": url}
        )

    @classmethod
    def of(cls, system: System) -> Self:
        """Return the desk of a running system."""
        return cls(StackSessions.of(system.stack), system.url("intake"))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()
        self._sessions.close()

    async def make(self, action: OutreachAction) -> str:
        """Make the source of an action; return its code."""
        form = {
            "nama": action.name,
            "kampanye": action.campaign,
            "saluran": action.channel,
            "tempat": action.place,
            "layanan": action.service,
            "desa": action.village,
            "akun": action.account,
            "iklan": action.ad,
        }
        answer = await self._post("/desk/sumber/baru", form)
        return answer.headers["location"].rpartition("/")[2].partition("?")[0]

    async def note_seen(self, code: str, day: date, times: int) -> None:
        """Type how often a piece was seen on a day."""
        await self._post(f"/desk/sumber/{code}/tayang", {"hari": day.isoformat(), "kali": str(times)})

    async def report(self, by: str, **filters: str) -> list[Mapping[str, str]]:
        """Return the funnel's file of this year, as the desk gives it: a row of columns by name for each line."""
        query = {"waktu": "tahun", "menurut": by, **filters}
        answer = await self._http.get("/desk/corong/unduh", params=query, headers=self._headers())
        if answer.status_code != HTTPStatus.OK:
            raise RuntimeError(f"the report by {by} was answered {answer.status_code}: {answer.text[:300]}")
        return read_report(answer.text)

    async def _post(self, path: str, form: Mapping[str, str]) -> httpx.Response:
        answer = await self._http.post(path, data=dict(form), headers=self._headers())
        if answer.status_code != HTTPStatus.SEE_OTHER:
            raise RuntimeError(f"{path} was answered {answer.status_code}: {answer.text[:300]}")
        return answer

    def _headers(self) -> dict[str, str]:
        member = self._sessions.member(ROLE)
        return {"Cookie": f"desk={self._sessions.token(member)}", HEADER: form_token(member.session_id)}


def read_report(text: str) -> list[Mapping[str, str]]:
    """Read a file of the desk: below a line about the period stand the names of the columns."""
    lines: Sequence[Sequence[str]] = list(csv.reader(io.StringIO(text.removeprefix("﻿")), delimiter=_delimiter(text)))
    names = lines[_HEAD]
    return [dict(zip(names, line, strict=False)) for line in lines[_HEAD + 1 :] if line]


def _delimiter(text: str) -> str:
    return ";" if ";" in text.partition("\n")[0] else ","
