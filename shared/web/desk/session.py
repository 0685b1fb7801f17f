"""Who is at the desk: an ES256 token in a cookie, signed by verification, checked here with its published keys and nothing else.

A page asks no other service who somebody is: the keys that were read last stay known. The token lives for a quarter of an hour; the
session behind it lives in verification, which gives a new token at `SIGN_IN` (by itself, while the session lives) and at `RENEW`.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
import jwt
from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from shared import logs
from shared.clock import Clock, monotonic_seconds
from shared.errors import Forbidden, Transient, Unauthorized
from shared.http_client import make_client
from shared.reference.roles import Bound, permissions_of, roles
from shared.web.audited import watch
from shared.web.desk.forms import REFUSALS, check_form
from shared.web.refusals import Demand, demanding, refuses

SIGN_IN: Final = "/desk/masuk"
"""GET `?next=` a path under /desk: the form; where the session lives still, a new token and back at once."""
SIGN_OUT: Final = "/desk/keluar"
"""POST: ends the session."""
RENEW: Final = "/desk/sesi"
"""POST with the form token: 204 with a new cookie, 401 where the session has ended."""
JWKS: Final = "/.well-known/jwks.json"
LIFE: Final = timedelta(minutes=15)
"""Of a token."""
ALGORITHM: Final = "ES256"
_REQUIRED: Final = ["sub", "name", "roles", "area", "sid", "exp"]
_FRESH_SECONDS: Final = 300.0  # a key that was taken back is refused after this long; new ones are asked for when they are met
_PAUSE_SECONDS: Final = 5.0  # between two tries: a made-up key id can't make us ask all the time
_ANSWER_SECONDS: Final = 2.0  # for a few hundred bytes in one network
_INSIDE: Final = re.compile(r"/desk(?:[/?][!-\[\]-~]*)?")  # printable ASCII without the backslash, which browsers take for a slash
_LONGEST_NEXT: Final = 2_000  # characters of an address to come back to

_log = logs.get("desk")


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person who is signed in.

    `areas`: codes of villages (10 digits) and districts (6 digits), without dots; empty: the whole regency, but nothing for roles that
    are bound to an area. `groups`: of services that they are given work of; empty: all. `session_id` is a secret of at least 128 bits:
    form tokens follow from it, so lists of sessions name another id.
    """

    staff_id: str
    name: str
    roles: frozenset[str]
    areas: frozenset[str]
    court: str | None
    session_id: str
    expires_at: datetime
    groups: frozenset[str] = frozenset()

    def may(self, permission: str) -> bool:
        """Return whether one of the roles has the permission."""
        return permission in permissions_of(self.roles)

    def covers(self, village: str, permission: str) -> bool:
        """Return whether what belongs to this village is within the account's area, for the roles that give the permission."""
        inside = any(village.replace(".", "").startswith(area) for area in self.areas)
        unbound = any(
            permission in roles()[code].permissions and roles()[code].bound is not Bound.AREA for code in self.roles if code in roles()
        )
        return self.may(permission) and (inside or (unbound and not self.areas))

    @property
    def role_names(self) -> str:
        """The roles as people say them."""
        return ", ".join(role.name for code, role in roles().items() if code in self.roles)

    @property
    def initials(self) -> str:
        """Two letters that stand for the name."""
        words = self.name.split() or ["?"]
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()


def sign(member: StaffMember, key: Any, key_id: str) -> str:
    """Return the token of a person, valid until `expires_at`. `key`: the private key, as PyJWT takes it. Verification alone has one."""
    claims = {
        "sub": member.staff_id,
        "name": member.name,
        "roles": sorted(member.roles),
        "area": sorted(member.areas),
        "court": member.court,
        "groups": sorted(member.groups),
        "sid": member.session_id,
        "exp": int(member.expires_at.timestamp()),
    }
    return jwt.encode(claims, key, ALGORITHM, headers={"kid": key_id})


class JwksReader:
    """The keys as verification publishes them."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._url = url
        self._client = make_client(_ANSWER_SECONDS, connections=1, transport=transport)

    async def read(self) -> Mapping[str, Any]:
        """Return the key set.

        Raises:
            Transient: `session_keys_unreachable`.
        """
        try:
            answer = await self._client.get(self._url)
            answer.raise_for_status()
            found: Mapping[str, Any] = answer.json()
        except (httpx.HTTPError, json.JSONDecodeError) as error:
            raise Transient("session_keys_unreachable", type(error).__name__) from error
        return found

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()


class SessionKeys:
    """The public keys by their ids, the last known ones while they can't be asked for. Belongs to one event loop."""

    def __init__(self, read: Callable[[], Awaitable[Mapping[str, Any]]]) -> None:
        """`read` returns a JSON Web Key Set (RFC 7517), or raises `Transient`: `JwksReader.read`, or verification's own keys."""
        self._read = read
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._read_at = self._tried_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        """Return the key; None where no such key is published.

        Raises:
            Transient: `session_keys_unreachable`: there has been no answer yet.
        """
        known = self._keys.get(key_id)
        if known is None or monotonic_seconds() - self._read_at > _FRESH_SECONDS:
            reading = self._refresh()
            if known is None and reading is not None:
                await asyncio.shield(reading)
                known = self._keys.get(key_id)
        if known is None and not self._keys:
            raise Transient("session_keys_unreachable", "The keys of sessions are not known yet.")
        return known

    def _refresh(self) -> asyncio.Task[None] | None:
        """Begin to read them, or join who reads them; None where they were asked for just now."""
        if self._reading is None or self._reading.done():
            if monotonic_seconds() - self._tried_at < _PAUSE_SECONDS:
                return None
            self._tried_at = monotonic_seconds()
            self._reading = asyncio.create_task(self._fetch(), name="session keys")
        return self._reading

    async def _fetch(self) -> None:
        try:
            document = await self._read()
            self._keys = {row["kid"]: jwt.PyJWK(row, ALGORITHM) for row in document["keys"]}
            self._read_at = monotonic_seconds()
        except (Transient, KeyError, TypeError, jwt.PyJWTError) as error:
            _log.warning("session_keys.unreadable", reason=type(error).__name__)


@dataclass(frozen=True, slots=True)
class SessionCheck:
    """How a service finds out who is at the desk; stands in `app.state.session_check`."""

    keys: SessionKeys
    clock: Clock
    secure: bool
    """Over TLS: cookies are then bound to one host (`__Host-`), which browsers refuse over plain http."""
    is_alive: Callable[[str], Awaitable[bool]] | None = None
    """Where sessions are kept: whether this one was not ended. Other services believe a token for as long as it lasts."""

    @property
    def cookie(self) -> str:
        """The name of the session's cookie."""
        return "__Host-desk" if self.secure else "desk"

    async def member(self, token: str | None, *, expired: bool = False) -> StaffMember:
        """Return whose token this is; `expired`: also of one that is too old to open anything, for what asks whether its session lives.

        Raises:
            Unauthorized: `session_missing`, `session_invalid` or `session_over`.
            Transient: `session_keys_unreachable`.
        """
        if not token:
            raise Unauthorized("session_missing", "Nobody is signed in.")
        try:
            key = await self.keys.find(str(jwt.get_unverified_header(token).get("kid", "")))
            if key is None:
                raise Unauthorized("session_invalid", "This session is not ours.")
            options: Any = {"require": _REQUIRED, "verify_exp": False}  # by our clock, below
            claims = jwt.decode(token, key, [ALGORITHM], options=options)
            member = _member(claims)
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise Unauthorized("session_invalid", "This session is not ours.") from error
        if not expired and (member.expires_at <= self.clock() or (self.is_alive and not await self.is_alive(member.session_id))):
            raise Unauthorized("session_over", "The session has ended.")
        return member


class SignInNeeded(Exception):  # noqa: N818 - it leads to the form, it is no failure
    """A page was asked for by nobody we know."""

    def __init__(self, address: str) -> None:
        super().__init__(SIGN_IN)
        self.location = f"{SIGN_IN}?{urlencode({'next': address})}"


async def _signed_in(request: Request) -> StaffMember:
    check: SessionCheck = request.app.state.session_check
    try:
        member = await check.member(request.cookies.get(check.cookie))
    except Unauthorized:
        if not wants_page(request):
            raise
        raise SignInNeeded(_came_from(request)) from None
    await check_form(request, member.session_id)
    request.state.staff = member
    return member


def wants_page(request: Request) -> bool:
    """Return whether a person looks at a whole page; what a script asks for is answered with a status instead."""
    return "text/html" in request.headers.get("accept", "") and "hx-request" not in request.headers


def safe_next(address: str | None) -> str:
    """Return where to go after the sign-in: a path of the desk, whatever was asked for."""
    if not address or len(address) > _LONGEST_NEXT or not _INSIDE.fullmatch(address):
        return "/desk"
    return address


def _came_from(request: Request) -> str:
    """Return the page to come back to: this one, or the one whose form was sent."""
    if request.method in {"GET", "HEAD"}:
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    referrer = urlsplit(request.headers.get("referer", ""))
    return safe_next(referrer.path + (f"?{referrer.query}" if referrer.query else ""))


async def to_sign_in(_request: Request, error: Exception) -> Response:
    """Lead to the form: the handler of `SignInNeeded`."""
    assert isinstance(error, SignInNeeded)  # noqa: S101 - how FastAPI types handlers
    return RedirectResponse(error.location, HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


_SCHEME: Final[Mapping[str, str]] = {"type": "apiKey", "in": "cookie", "name": "__Host-desk", "description": "Of a person at the desk"}
_REFUSALS: Final = refuses(401, "session_missing", "session_invalid", "session_over") | REFUSALS


def signed_in(permission: str | None = None) -> Any:
    """Return a FastAPI dependency that gives the `StaffMember`.

    Without a session a page leads to the sign-in, anything else is 401; without the permission it is 403 (`permission_missing`). What
    changes something must come from a form of ours (`forms.check_form`).
    `permission`: of `shared/reference/data/roles.toml`; None: whoever is signed in.
    """

    async def checked(request: Request) -> StaffMember:
        member = await _signed_in(request)
        if permission is not None and not member.may(permission):
            raise Forbidden("permission_missing", f"Your roles lack {permission}.")
        watch(request.scope, member, permission)
        return member

    refusals = _REFUSALS | (refuses(403, "origin_foreign", "form_token_wrong", "permission_missing") if permission else {})
    return demanding(checked, Demand("session", permission, _SCHEME, refusals=refusals))


def _member(claims: Mapping[str, Any]) -> StaffMember:
    return StaffMember(
        staff_id=str(claims["sub"]),
        name=str(claims["name"]),
        roles=frozenset(map(str, claims["roles"])),
        areas=frozenset(map(str, claims["area"])),
        court=None if claims.get("court") is None else str(claims["court"]),
        session_id=str(claims["sid"]),
        expires_at=datetime.fromtimestamp(int(claims["exp"]), UTC),
        groups=frozenset(map(str, claims.get("groups", ()))),
    )
