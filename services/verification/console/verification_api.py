"""Verification's API as an officer uses it: with a key, or signed in, with a token that is renewed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

import httpx

from shared.clock import now

Json = dict[str, Any]
RENEWED_BEFORE: Final = timedelta(minutes=2)  # of a token's quarter of an hour: nobody's act meets one that has just ended
SESSION_CODES: Final = frozenset({"session_over", "session_invalid", "session_missing", "key_missing"})
"""All say: sign in again."""


class ConsoleError(Exception):
    """What is said in a sentence, by its code (`words.toml`)."""

    def __init__(self, code: str, about: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.about = about or {}


class RefusedError(ConsoleError):
    """The service said no; `about` has what stands in the way."""


class SessionOverError(ConsoleError):
    """Nobody is signed in any more; nothing was done."""


class UnreachableError(ConsoleError):
    """The service did not answer; whether it did anything is to be looked at."""


@dataclass
class Session:
    """Who works here. Without `expires_at` the token is an API key."""

    token: str = field(default="", repr=False)
    expires_at: datetime | None = None
    officer_id: str = ""
    name: str = ""


class VerificationApi:
    """Calls as one officer."""

    def __init__(self, client: httpx.AsyncClient, key: str) -> None:
        self._client = client
        self._turn = asyncio.Lock()
        self.session = Session(key)

    @property
    def signed_in(self) -> bool:
        """Whether there is anything to call with."""
        return bool(self.session.token)

    async def sign_in(self, login: str, password: str, code: str) -> None:
        """Begin a session.

        Raises:
            RefusedError: `sign_in_refused`, `sign_in_paused`.
        """
        body = {"login": login, "password": password, "code": code}
        self._keep(_read(await self._call("POST", "/v1/sessions", json=body)))

    async def sign_out(self) -> None:
        """Give everything back and end the session."""
        await self.send("POST", "/v1/tasks/release-all")
        if self.session.expires_at is not None:
            await self.send("POST", "/v1/sessions/end")

    async def send(self, method: str, path: str, *, by_person: bool = True, **how: Any) -> Json:
        """Call a route; return its answer, empty where it has none.

        Args:
            method: GET or POST.
            path: Of the route.
            by_person: False where nobody pressed a key for it: such calls keep no session alive.
            how: `json` or `params`.

        Raises:
            ConsoleError: `RefusedError`, `SessionOverError` or `UnreachableError`.
        """
        if by_person:
            await self._renew()
        headers = {"Authorization": f"Bearer {self.session.token}"}
        return _read(await self._call(method, path, headers=headers, **how))

    async def names(self, officer_ids: set[str]) -> dict[str, str]:
        """Return what officers are called."""
        if not officer_ids:
            return {}
        answer = await self.send("GET", "/v1/officers", by_person=False, params={"id": sorted(officer_ids)})
        return {each["id"]: each["name"] for each in answer["officers"]}

    async def _renew(self) -> None:
        async with self._turn:
            expires_at = self.session.expires_at
            if expires_at is None or expires_at - now() > RENEWED_BEFORE:
                return
            headers = {"Authorization": f"Bearer {self.session.token}"}
            self._keep(_read(await self._call("POST", "/v1/sessions/renew", headers=headers)))

    def _keep(self, answer: Json) -> None:
        self.session = Session(answer["token"], datetime.fromisoformat(answer["expires_at"]), answer["staff_id"], answer["name"])

    async def _call(self, method: str, path: str, **how: Any) -> httpx.Response:
        try:
            return await self._client.request(method, path, **how)
        except httpx.HTTPError as error:
            raise UnreachableError("unreachable") from error


def _read(answer: httpx.Response) -> Json:
    if answer.is_success:
        return {} if answer.status_code == HTTPStatus.NO_CONTENT else dict(answer.json())
    try:
        problem = dict(answer.json())
    except ValueError:  # something between us and the service answered
        problem = {}
    code = str(problem.get("code", "unreachable"))
    if answer.status_code == HTTPStatus.UNAUTHORIZED and code in SESSION_CODES:
        raise SessionOverError("session_over")
    raise RefusedError(code, problem.get("about"))
