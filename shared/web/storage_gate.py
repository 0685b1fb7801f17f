"""A door for what is new, shut while a disk is nearly full: nothing is taken in half, and there is room to finish the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.problems import problem

STORAGE_LOW: Final = "storage_low"
_BRINGS: Final = frozenset({"POST", "PUT"})
AGAIN_SECONDS: Final = 600  # somebody has to make room first


@dataclass(frozen=True, slots=True)
class TakingIn:
    """Where something new comes in. `paths`: prefixes; `is_low`: asks nobody and takes microseconds."""

    paths: tuple[str, ...]
    is_low: Callable[[], bool]


class StorageGate:
    """Answers 503 `storage_low` with `Retry-After` to whoever brings something new. Meta, courts and adapters send it again."""

    def __init__(self, app: ASGIApp, *, taking_in: TakingIn) -> None:
        self._app = app
        self._taking_in = taking_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        if (
            scope["type"] == "http"
            and scope["method"] in _BRINGS
            and scope["path"].startswith(self._taking_in.paths)
            and self._taking_in.is_low()
        ):
            detail = "The disk is nearly full; nothing was taken in. Send it again later."
            refusal = problem(HTTPStatus.SERVICE_UNAVAILABLE, STORAGE_LOW, detail, headers={"Retry-After": str(AGAIN_SECONDS)})
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)
