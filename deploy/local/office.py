"""The office's side of a journey, by verification's API: an officer who decides, and what the register says became of a family."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from deploy.local.travel import ANSWER_SECONDS, JourneyError, Travel

LOOK_SECONDS = 0.1  # between looks at the tasks and at the register


class Officer:
    """An officer at work: looks for the task of a request, claims it, decides it. `key`: another one than the traveller's."""

    def __init__(self, travel: Travel, key: str = "") -> None:
        self._travel = travel
        self._key = {"Authorization": f"Bearer {key}"} if key else travel.key
        self._url = travel.places.verification

    async def approve(self, receipt: str) -> None:
        """Approve a request; where there is a selfie, it is the same person's."""
        await self._decide(receipt, {"action": "approve"})

    async def answer(self, receipt: str, words: str) -> None:
        """End a request with an answer in one's own words."""
        await self._decide(receipt, {"action": "answer", "note": words})

    async def tell(self, receipt: str, words: str, visit_on: date | None = None) -> None:
        """Tell who sent a request something, and the day of a visit, without deciding it."""
        claimed = await self._claimed(receipt)
        body = {"text": words, "version": claimed["version"], "visit_on": visit_on.isoformat() if visit_on else None}
        await self._call("POST", f"/v1/tasks/{claimed['id']}/tell", body)
        self._travel.tell("officer", f"{receipt}: told")

    async def send_back(self, receipt: str, reasons: Sequence[Mapping[str, str]], note: str) -> None:
        """Return a request: each reason is a code with the field that is to be mended."""
        await self._decide(receipt, {"action": "return", "reasons": list(reasons), "note": note})

    async def history(self, kk_number: str, request_id: str) -> dict[str, Any]:
        """Return what a request made of a family in the register, once it is recorded.

        Raises:
            JourneyError: it was not in time.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + ANSWER_SECONDS
        while loop.time() < deadline:
            page = await self._call("POST", "/v1/register/history", {"kk_number": kk_number})
            for change in page["changes"]:
                if change["request_id"] == request_id:
                    found: dict[str, Any] = change
                    return found
            await asyncio.sleep(LOOK_SECONDS)
        raise JourneyError(f"the register has no change by request {request_id}")

    async def _decide(self, receipt: str, decision: Mapping[str, Any]) -> None:
        claimed = await self._claimed(receipt)
        is_compared = decision["action"] in ("approve", "answer") and claimed["identity"]["can_grant_link"]
        seen = {"version": claimed["version"], "grant_link": is_compared}
        decided = await self._call("POST", f"/v1/tasks/{claimed['id']}/decision", {**decision, **seen})
        self._travel.tell("officer", f"{receipt}: {decision['action']}")
        if decided["stage"] == "deciding":
            self._travel.tell("officer", f"{receipt}: can be undone until {decided['effective_at']}")
            await self._closed(claimed["id"])

    async def _claimed(self, receipt: str) -> dict[str, Any]:
        task = await self._task(receipt)
        claimed: dict[str, Any] = await self._call("POST", f"/v1/tasks/{task['id']}/claim", {})
        return claimed

    async def _closed(self, task_id: str) -> None:
        """Wait until a decision takes effect.

        Raises:
            JourneyError: it does not in time.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + ANSWER_SECONDS
        while loop.time() < deadline:
            task = await self._call("GET", f"/v1/tasks/{task_id}", {})
            if task["stage"] != "deciding":
                return
            await asyncio.sleep(LOOK_SECONDS)
        raise JourneyError(f"the decision of task {task_id} does not take effect")

    async def _task(self, receipt: str) -> dict[str, Any]:
        """Wait for the open task of a request.

        Raises:
            JourneyError: there is none in time.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + ANSWER_SECONDS
        while loop.time() < deadline:
            page = await self._call("POST", "/v1/tasks/search", {"text": receipt})
            if page["tasks"]:
                found: dict[str, Any] = page["tasks"][0]
                return found
            await asyncio.sleep(LOOK_SECONDS)
        raise JourneyError(f"there is no task for request {receipt}")

    async def _call(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        return await self._travel.call(method, f"{self._url}{path}", json=body, headers=self._key)


def effects(change: Mapping[str, Any]) -> dict[str, Any]:
    """Return a change of the register in short: on what it rests, how many persons it had which effect on, and which cards it touched.

    `addresses`: how many families live elsewhere since.
    """
    persons = change["personal"]["persons"]
    return {
        "basis": change["basis"],
        "basis_number": change["personal"]["basis_number"],
        "effects": dict(Counter(person["effect"] for person in persons)),
        "families": list(change["personal"]["kk_numbers"]),
        "addresses": len(change["personal"]["addresses"]),
    }
