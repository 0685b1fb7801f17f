"""An officer of the benches, who approves whatever waits: what the rules leave to a person is worked off as fast as it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import orjson

from deploy.simulators.http_wire import Http, request
from tests.bench.system import System

AT_ONCE: Final = 8  # tasks under way
LOOK_SECONDS: Final = 0.1  # between looks at an empty list
OK: Final = 200


class Officer:
    """Approves the open tasks by verification's API."""

    def __init__(self, system: System, http: Http) -> None:
        self._http = http
        self._headers = {"authorization": f"Bearer {system.stack.keys.clients['petugas-01']}", "content-type": "application/json"}

    async def work(self) -> None:
        """Work until cancelled.

        Raises:
            RuntimeError: an answer was not 200.
        """
        while True:
            page = await self._call("GET", f"/v1/tasks?show=available&limit={AT_ONCE}")
            await asyncio.gather(*(self._approve(task["id"]) for task in page["tasks"]))
            if not page["tasks"]:
                await asyncio.sleep(LOOK_SECONDS)

    async def _approve(self, task_id: str) -> None:
        claimed = await self._call("POST", f"/v1/tasks/{task_id}/claim", {})
        decision = {"action": "approve", "version": claimed["version"], "grant_link": claimed["identity"]["can_grant_link"]}
        await self._call("POST", f"/v1/tasks/{task_id}/decision", decision)

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        status, answer = await self._http.send(request(method, path, b"" if body is None else orjson.dumps(body), self._headers))
        if status != OK:
            raise RuntimeError(f"{method} {path.partition('?')[0]} was answered {status}: {answer[:300]!r}")
        return orjson.loads(answer)


@asynccontextmanager
async def on_duty(system: System) -> AsyncIterator[None]:
    """Have an officer at work; what goes wrong there is told at the end."""
    async with Http(system.url("verification")) as http:
        work = asyncio.create_task(Officer(system, http).work())
        try:
            yield
        finally:
            if not work.done():
                work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        if not work.cancelled() and (error := work.exception()) is not None:
            raise error
