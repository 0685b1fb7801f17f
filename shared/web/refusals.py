"""What a route refuses with, said where the route is: the API document is made of it, and a test holds answers against the document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from fastapi import Depends, Request

from shared.errors import Permanent

CODES: Final = "x-codes"
FIELD_CODES: Final = "x-field-codes"
_MAX_KEY_CHARACTERS: Final = 200  # of an Idempotency-Key: it becomes a key in the database

Refusals = dict[int | str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Demand:
    """The demand of a dependency on the caller.

    `scheme`: name of the security scheme; `scope`: what the key must have; `definition`: the scheme as OpenAPI has it; `headers`: name ->
    description of those that must be there; `refusals`: what it answers otherwise; `people`: the permission that people need beside.
    """

    scheme: str | None = None
    scope: str | None = None
    definition: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    refusals: Refusals = field(default_factory=dict)
    people: str | None = None


def refuses(status: int, *codes: str, fields: tuple[str, ...] = ()) -> Refusals:
    """Return `responses=` of a route: it may answer this status with one of these codes; `fields`: the codes in `errors`."""
    said: dict[str, Any] = {"description": HTTPStatus(status).phrase, CODES: list(codes)}
    return {status: said | ({FIELD_CODES: list(fields)} if fields else {})}


def demanding(check: Callable[..., Awaitable[Any]], demand: Demand) -> Any:
    """Return a FastAPI dependency that carries what it asks, for the document and for the test that no route is open by mistake."""
    check.demand = demand  # type: ignore[attr-defined]
    return Depends(check)


async def _idempotency_key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not key or len(key) > _MAX_KEY_CHARACTERS:
        raise Permanent("idempotency_key_missing", f"Send an Idempotency-Key of 1 to {_MAX_KEY_CHARACTERS} characters.")
    return key


IDEMPOTENCY_KEY: Final = demanding(
    _idempotency_key,
    Demand(
        headers={"Idempotency-Key": "Yours, unique per request; repeat it when you repeat the call: the same answer comes back"},
        refusals=refuses(400, "idempotency_key_missing") | refuses(422, "idempotency_key_reused"),
    ),
)
"""The caller's Idempotency-Key, which must be there."""
