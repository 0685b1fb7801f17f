"""What the world saw: messages that WhatsApp took, callbacks that the court took, and the bytes of documents as issuance serves them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import httpx

from shared.clock import now
from tests.chaos.history import Effect, History
from tests.chaos.sites import Sites

SETTLED: Final = timedelta(seconds=2)  # a message's failure is told within milliseconds: what is older does not change any more
PAGE: Final = 1000
FETCHED_AT_ONCE: Final = 4


class Outside:
    """Reads the simulators into the history. Reading again is harmless."""

    def __init__(self, sites: Sites, history: History) -> None:
        self._sites = sites
        self._history = history
        self._http = httpx.AsyncClient(timeout=30, trust_env=False)
        self._after = 0

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def read(self) -> None:
        """Everything new at both simulators.

        Raises:
            httpx.HTTPError: a simulator is not there.
        """
        await self.read_whatsapp()
        await self.read_court()

    async def read_whatsapp(self) -> None:
        """Effects since the last time. To be called now and then in a long run: the simulator keeps the last 20,000."""
        after = self._after
        while True:
            page = await self._get(f"{self._sites.whatsapp}/sim/effects", after=after, limit=PAGE)
            settled_before = now() - SETTLED
            for effect in page["effects"]:
                self._history.effect(_message(effect))
                if datetime.fromisoformat(effect["at"]) < settled_before:
                    self._after = max(self._after, effect["sequence"])
            if len(page["effects"]) < PAGE:
                return
            after = page["next_after"]

    async def read_court(self) -> None:
        """Every callback that the court keeps, with how often each was delivered."""
        offset = 0
        while True:
            page = await self._get(f"{self._sites.court}/sim/callbacks", offset=offset, limit=PAGE)
            for callback in page["callbacks"]:
                self._history.effect(_callback(callback))
            if len(page["callbacks"]) < PAGE:
                return
            offset += PAGE

    async def fetch_documents(self, most: int, seed: int = 0) -> None:
        """Fetch documents that the world was told of, the same ones for the same seed; what can't be fetched now is left out."""
        told = sorted({effect.document_id for effect in self._history.effects.values() if effect.document_id})
        picked = told if len(told) <= most else Random(seed).sample(told, most)
        gate = asyncio.Semaphore(FETCHED_AT_ONCE)

        async def fetch(document_id: str) -> None:
            async with gate:
                with contextlib.suppress(httpx.HTTPError):
                    await self._fetch(document_id)

        await asyncio.gather(*(fetch(document_id) for document_id in picked))

    async def fetch_again(self) -> None:
        """Fetch what was fetched before."""
        await asyncio.gather(*(self._fetch(document_id) for document_id in {served.document_id for served in self._history.served_bytes}))

    async def read_messages(self, citizen_id: str, wamids: Iterable[str]) -> None:
        """Note which messages of a citizen the business answered with 2xx."""
        wanted = {wamid for wamid in wamids if not self._history.asked_for[wamid].promised}
        if not wanted:
            return
        url = f"{self._sites.whatsapp}/sim/citizens/{citizen_id}/messages"
        page = await self._get(url, author="citizen", limit=500)
        for message in page["messages"]:
            if message["wamid"] in wanted and message["status"] in {"delivered", "read"}:
                self._history.answered(message["wamid"], 200)

    async def _fetch(self, document_id: str) -> None:
        headers = {"Authorization": f"Bearer {self._sites.reader_key}"}
        answer = await self._http.get(f"{self._sites.issuance}/v1/documents/{document_id}/content", headers=headers)
        if answer.is_success:
            self._history.served(document_id, hashlib.sha256(answer.content).hexdigest(), "reader")

    async def _get(self, url: str, **query: Any) -> Any:
        answer = await self._http.get(url, params=query)
        answer.raise_for_status()
        return answer.json()


def _message(effect: dict[str, Any]) -> Effect:
    key = effect["callback_data"]
    kind, _, rest = (key or "").partition(":")
    media = effect["media"][0] if effect["media"] else {}
    return Effect(
        side="whatsapp",
        id=effect["wamid"],
        key=key,
        at=datetime.fromisoformat(effect["at"]),
        kind=kind,
        failed=effect["error_code"] is not None,
        sha256=media.get("sha256"),
        document_id=rest if kind == "document" else None,
    )


def _callback(callback: dict[str, Any]) -> Effect:
    data = callback["data"]
    return Effect(
        side="court",
        id=callback["id"],
        key=callback["id"],
        at=datetime.fromisoformat(callback["at"]),
        kind=str(callback["type"]),
        times=callback["deliveries"],
        sha256=data.get("sha256"),
        document_id=data.get("document_id"),
    )
