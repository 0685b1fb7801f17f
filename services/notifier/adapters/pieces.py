"""Pieces from intake: `GET {intake}/v1/pieces/{piece_id}` and its picture, with our service key."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final

import httpx
import orjson

from services.notifier.ports.pieces import ReadyPiece
from shared.errors import DomainError, NotFound, Transient

_ID: Final = re.compile(r"[0-9a-f]{16}")


class IntakePieces:
    """`ports.PieceSource`."""

    def __init__(self, http: httpx.AsyncClient, *, base_url: str, api_key: str) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {api_key}"}

    async def fetch(self, piece_id: str) -> ReadyPiece:
        """Return a piece with its picture.

        Raises:
            NotFound: `piece_not_found`.
            DomainError: `piece_over`: its source has ended.
            Transient: `pieces_unavailable`.
        """
        if _ID.fullmatch(piece_id) is None:
            raise NotFound("piece_not_found")
        told: dict[str, Any] = orjson.loads((await self._get(f"/v1/pieces/{piece_id}")).content)
        if not told["is_running"]:
            raise DomainError("piece_over")
        picture = (await self._get(told["pictures"][0]["path"])).content if told["pictures"] else None
        return ReadyPiece(piece_id, told["title"], told["channel"], told["account"], told["source"], told["text"], told["alt"], picture)

    async def _get(self, path: str) -> httpx.Response:
        try:
            response = await self._http.get(f"{self._base_url}{path}", headers=self._headers)
        except httpx.HTTPError as error:
            raise Transient("pieces_unavailable", type(error).__name__) from error
        if response.status_code == HTTPStatus.NOT_FOUND:
            raise NotFound("piece_not_found")
        if not response.is_success:
            raise Transient("pieces_unavailable", f"HTTP {response.status_code}")
        return response
