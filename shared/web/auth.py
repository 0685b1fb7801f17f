"""Who calls: one mechanism for adapters, officers and services. `Authorization: Bearer <key>`, compared by digest in constant time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.errors import Forbidden, Unauthorized
from shared.settings import ApiClient

_SCHEME = HTTPBearer(auto_error=False, description="An API key of API_KEYS. Its scopes are named in each route's answer 403.")
_CREDENTIALS = Security(_SCHEME)  # for the API pages: the key itself is judged below


@dataclass(frozen=True, slots=True)
class Client:
    """The authenticated caller. An officer's name is the officer id."""

    name: str
    scopes: frozenset[str]


class Authenticator:
    """Knows the digests of the keys."""

    def __init__(self, clients: Sequence[ApiClient]) -> None:
        self._clients = tuple(clients)

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
        """Whether the header holds a key that is known, whatever it opens."""
        try:
            self.client(authorization)
        except Unauthorized:
            return False
        return True


def require(scope: str) -> Any:
    """A FastAPI dependency that gives the `Client`, or answers 401 or 403 (`scope_missing`)."""

    async def authenticated(request: Request, _: HTTPAuthorizationCredentials | None = _CREDENTIALS) -> Client:
        client: Client = request.app.state.authenticator.client(request.headers.get("authorization"))
        if scope not in client.scopes:
            raise Forbidden("scope_missing", f"This key lacks the scope {scope}.")
        return client

    authenticated.required_scope = scope  # type: ignore[attr-defined]
    return Depends(authenticated)


def authenticated_by(check: Callable[..., Awaitable[Any]], name: str) -> Any:
    """A FastAPI dependency with an authentication of its own (webhook signatures), marked so that the route counts as authenticated."""
    check.required_scope = name  # type: ignore[attr-defined]
    return Depends(check)
