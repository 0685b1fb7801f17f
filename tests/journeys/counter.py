"""A counter that files requests by the API, waits for their documents, and hands them out."""

from __future__ import annotations

from typing import Any, Final, Self

import httpx

from deploy.local.applications import Application, today
from deploy.local.chat import PHOTOS
from deploy.local.stack import Stack
from deploy.local.travel import JourneyError
from shared.ids import new_id
from tests.journeys.brought import Sheet
from tests.support.eventually import eventually

TURNED_DOWN: Final = frozenset({"returned", "rejected", "void"})
READY_SECONDS: Final = 60  # from the request to its documents, on a machine that also does other work


class Counter:
    """One counter with its key."""

    def __init__(self, stack: Stack) -> None:
        key = {"Authorization": f"Bearer {stack.keys.clients['loket']}"}
        self.http = httpx.AsyncClient(base_url=stack.part("intake").url, headers=key, timeout=30, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def file(self, application: Application) -> dict[str, Any]:
        """File a request as a counter does: the photos first, each another one.

        Raises:
            JourneyError: it was not taken.
        """
        form, answers = application.catalogued.form, dict(application.answers)
        for field in form.asked(form.values(answers), today()):
            if field.is_document:
                photo = (PHOTOS / "surat-polisi.jpg").read_bytes() + f"{field.name} {new_id()}".encode()
                uploaded = await self._call("POST", "/v1/files", content=photo, headers={"Content-Type": "image/jpeg"})
                answers[field.name] = {"file_id": uploaded.json()["file_id"], "kind": field.any_of[0]}
        body = {"service": application.service, "answers": answers}
        filed: dict[str, Any] = (await self._call("POST", "/v1/requests", json=body, headers={"Idempotency-Key": new_id()})).json()
        return filed

    async def fetch(self, receipt: str) -> tuple[dict[str, Any], list[Sheet]]:
        """Wait for a request's documents; return how it stands, and them.

        Raises:
            JourneyError: it was turned down.
            AssertionError: they did not come in time.
        """
        stands = await self.until(receipt, "ready")
        sheets = []
        for place, document in enumerate(stands["documents"], 1):
            pdf = (await self._call("GET", f"/v1/requests/{receipt}/documents/{place}")).content
            sheets.append(Sheet(document["product"], document["document_number"], pdf))
        return stands, sheets

    async def until(self, receipt: str, state: str) -> dict[str, Any]:
        """Wait until a request is in a state; return how it stands.

        Raises:
            JourneyError: it was turned down.
            AssertionError: it did not come to it in time.
        """

        async def reached() -> dict[str, Any] | None:
            stands: dict[str, Any] = (await self._call("GET", f"/v1/requests/{receipt}")).json()
            if stands["state"] in TURNED_DOWN - {state}:
                raise JourneyError(f"request {receipt} is {stands['state']}: {stands['timeline']}")
            return stands if stands["state"] == state else None

        stands: dict[str, Any] | None = await eventually(reached, READY_SECONDS)
        assert stands is not None
        return stands

    async def _call(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer = await self.http.request(method, path, **options)
        if answer.is_error:
            raise JourneyError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer
