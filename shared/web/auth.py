"""Who calls over the API: programs with a key, compared by digest in constant time, and people with the token of their session.

Both come as `Authorization: Bearer …`, and both are asked one thing: whether what they were given has the permission that the route names.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request

from shared.errors import Forbidden, Unauthorized
from shared.reference.roles import permissions_of
from shared.settings import ApiClient
from shared.web.audited import watch
from shared.web.desk.session import SessionCheck, StaffMember
from shared.web.refusals import Demand, demanding, refuses

_BEARER: Final[Mapping[str, str]] = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, or the token of a person's session; the permission it needs is named by the route",
}
_DOTS_OF_A_TOKEN: Final = 2  # a JWT is three parts; a key of ours has no dot


@dataclass(frozen=True, slots=True)
class Client:
    """The authenticated caller: a key with its scopes, or a person with the permissions of their roles. The name is the officer id."""

    name: str
    scopes: frozenset[str]
    member: StaffMember | None = None


class Authenticator:
    """The check of keys, by their digests."""

    def __init__(self, clients: Sequence[ApiClient]) -> None:
        self._clients = tuple(clients)

    @property
    def scopes(self) -> Mapping[str, frozenset[str]]:
        """What each key may, by its name."""
        return {client.name: client.scopes for client in self._clients}

    def client(self, authorization: str | None) -> Client:
        """Find the caller by the header's value.

        Raises:
            Unauthorized: `key_missing` or `key_unknown`.
        """
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise Unauthorized("key_missing", "Send the API key as: Authorization: Bearer <key>.")
        digest = hashlib.sha256(key.strip().encode("utf-8", "surrogateescape")).hexdigest()
        found = None
        for client in self._clients:  # no early end: the time tells nothing
            if hmac.compare_digest(client.sha256, digest):
                found = client
        if found is None:
            raise Unauthorized("key_unknown", "This API key is not known.")
        return Client(found.name, found.scopes)

    def knows(self, authorization: str | None) -> bool:
        """Return whether the header holds a key that is known, whatever it opens."""
        try:
            self.client(authorization)
        except Unauthorized:
            return False
        return True


REVEAL: Final = "persons:reveal"
"""What people need beside, where the answer shows numbers and names that pages mask; programs are given what their scope says."""


def require(scope: str, *, people: str | None = None) -> Any:
    """Return a FastAPI dependency that gives the `Client`, or answers 401 or 403 (`scope_missing`).

    `people`: a permission that people need beside the scope.
    """

    async def authenticated(request: Request) -> Client:
        client = await _caller(request)
        if scope not in client.scopes:
            raise Forbidden("scope_missing", f"This key, or these roles, lack {scope}.")
        if client.member is not None:
            if people is not None and people not in client.scopes:
                raise Forbidden("scope_missing", f"These roles lack {people}.")
            watch(request.scope, client.member, scope)
        return client

    refusals = refuses(401, "key_missing", "key_unknown", "session_invalid", "session_over") | refuses(403, "scope_missing")
    return demanding(authenticated, Demand("api-key", scope, _BEARER, refusals=refusals, people=people))


async def _caller(request: Request) -> Client:
    authorization = request.headers.get("authorization")
    token = (authorization or "").partition(" ")[2].strip()
    check: SessionCheck | None = getattr(request.app.state, "session_check", None)
    if token.count(".") == _DOTS_OF_A_TOKEN and check is not None:
        member = await check.member(token)
        return Client(member.staff_id, permissions_of(member.roles), member)
    client: Client = request.app.state.authenticator.client(authorization)
    return client


def signed_by(check: Callable[..., Awaitable[Any]], name: str, *, headers: Mapping[str, str], signature: str) -> Any:
    """Return a FastAPI dependency that authenticates the raw bytes by a signature instead of a key.

    Args:
        check: Gives what the route needs of the body, or raises `Unauthorized("signature_wrong")`.
        name: Of the security scheme.
        headers: Name -> description of each header that must be there.
        signature: The header that carries the signature.
    """
    definition = {"type": "apiKey", "in": "header", "name": signature, "description": headers[signature]}
    return demanding(check, Demand(name, None, definition, headers, refuses(401, "signature_wrong")))
