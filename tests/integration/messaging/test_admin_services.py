"""What services gave up, by the operator's commands: asked of the services over HTTP, beside a real broker and database."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

import pytest
from fastapi import FastAPI

from shared.clock import now
from shared.contracts.registry import SERVICES
from shared.errors import DomainError, NotFound
from shared.messaging import topology
from shared.messaging.admin import main
from shared.messaging.layout import model as layout
from shared.web import stuck
from shared.web.stuck import StuckDetail, StuckEntry, StuckPage
from tests.integration.messaging.conftest import SHORT
from tests.support.http_server import serving
from tests.support.operating import KEY, LESSER_KEY, app_with
from tests.support.vhosts import Vhost, as_user

pytestmark = pytest.mark.usefixtures("environment")


@pytest.fixture
async def environment(vhost: Vhost, mongo_url: str, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator's environment, in which no message waits; each test says where its services are."""
    product = layout.product(SHORT)
    vhost.put_policies(product)
    await topology.declare(vhost.url, product)
    monkeypatch.setenv("MONGO_URL", mongo_url)
    monkeypatch.setenv("AMQP_URL", as_user(vhost.url, layout.OPERATOR))
    monkeypatch.setenv("DATABASES", json.dumps({service: f"{database}_{service}" for service in SERVICES}))
    monkeypatch.setenv("ADMIN_KEY", KEY)


class StuckThings:
    """What a service says of its things that are stuck, and does with them."""

    def __init__(self) -> None:
        self.stuck = {"t:1": "ink", "t:2": "paper", "t:3": "ink"}
        self.replayed: list[str] = []
        self.notes: dict[str, str] = {}

    async def page(self, after: str | None, limit: int) -> StuckPage:
        """One to a page."""
        assert limit > 0
        keys = sorted(key for key in self.stuck if key > (after or ""))
        return StuckPage(stuck=[self._entry(key) for key in keys[:1]], next=keys[0] if len(keys) > 1 else None)

    async def find(self, stuck_id: str) -> StuckDetail | None:
        if stuck_id not in self.stuck:
            return None
        return StuckDetail(**self._entry(stuck_id).model_dump(), content={"holder": "BUDI", "nik": "x", "size": 1})

    async def replay(self, stuck_id: str) -> None:
        if self.stuck.get(stuck_id) == "glued":
            raise DomainError("glued")
        self._take(stuck_id)
        self.replayed.append(stuck_id)

    async def discard(self, stuck_id: str, note: str) -> None:
        self._take(stuck_id)
        self.notes[stuck_id] = note

    def _take(self, stuck_id: str) -> None:
        if self.stuck.pop(stuck_id, None) is None:
            raise NotFound("things_not_found") if stuck_id == "unknown" else DomainError("thing_not_stuck")

    def _entry(self, key: str) -> StuckEntry:
        return StuckEntry(id=key, kind="kk", code=self.stuck[key], since=now(), attempts=3)


async def test_what_a_service_gave_up_stands_in_the_same_list_and_takes_the_same_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    things = StuckThings()
    async with serving(app_with(stuck.routes(things, frozenset({"holder"}), ("glued",)))) as url:
        monkeypatch.setenv("ADMIN_URLS", json.dumps({"issuance": url}))
        assert await run("list", "--json", "--service", "issuance") == 0
        listed = printed(capsys)
        assert [(each["address"], each["type"], each["code"], each["times"]) for each in listed] == [
            ("issuance/stuck/t:1", "kk", "ink", 3),
            ("issuance/stuck/t:2", "kk", "paper", 3),
            ("issuance/stuck/t:3", "kk", "ink", 3),
        ]
        address = listed[0]["address"]
        assert await run("show", address) == 0
        assert shown(capsys)["body"] == {"holder": "[personal]", "nik": "[personal]", "size": 1}
        assert await run("show", "--personal", address) == 0
        assert shown(capsys)["body"]["holder"] == "BUDI"
        assert await run("discard", "issuance/stuck/t:2", "--note", "op says so") == 0
        assert things.notes == {"t:2": "op says so"}
        assert await run("discard", address, "--note", " ") == 1
        assert await run("discard", address, "--note", "x" * 501) == 1
        assert await run("replay", "--all", "--service", "issuance", "--code", "ink") == 0
        assert things.replayed == ["t:1", "t:3"]
        capsys.readouterr()
        for gone in (address, "issuance/stuck/t:2", "issuance/stuck/unknown"):
            assert await run("replay", gone) == 1
            assert f"nothing_waits_there: {gone}" in capsys.readouterr().err
        assert await run("show", "issuance/stuck/unknown") == 1
        things.stuck["t:9"] = "glued"
        assert await run("replay", "issuance/stuck/t:9") == 1
        assert "glued" in capsys.readouterr().err, "it waits still, and is not said to be gone"
        assert "t:9" in things.stuck


async def test_a_service_out_of_reach_is_named_and_the_others_are_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    things = StuckThings()
    async with serving(app_with(stuck.routes(things))) as url, serving(FastAPI()) as stranger:
        urls = {"issuance": url, "intake": "http://somebody:secret@127.0.0.1:1", "verification": stranger}
        monkeypatch.setenv("ADMIN_URLS", json.dumps(urls))
        assert await run("list", "--json") == 1
        said = capsys.readouterr()
        assert [json.loads(line)["address"] for line in said.out.splitlines() if line.startswith('{"address"')] == [
            "issuance/stuck/t:1",
            "issuance/stuck/t:2",
            "issuance/stuck/t:3",
        ]
        assert [line for line in said.err.splitlines() if line.startswith("admin:")] == [
            "admin: intake tidak dapat ditanya: tidak menjawab di 127.0.0.1:1 (ConnectError)",
            "admin: verification tidak dapat ditanya: menjawab 404",
            "admin: notifier tidak dapat ditanya: ADMIN_URLS tidak memuat alamatnya",
        ]
        assert await run("replay", "--all") == 1
        assert things.replayed == ["t:1", "t:2", "t:3"]
        assert await run("replay", "intake/stuck/t:1") == 1
        monkeypatch.setenv("ADMIN_KEY", LESSER_KEY)
        capsys.readouterr()
        assert await run("list", "--service", "issuance") == 1
        assert "admin: issuance tidak dapat ditanya: menjawab 403 scope_missing" in capsys.readouterr().err


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The JSON among what was printed; in a process of its own the command's log goes elsewhere."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]


def shown(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What `show` printed; the log of the test's own servers stands before it, a line each."""
    out = capsys.readouterr().out
    found: dict[str, Any] = json.JSONDecoder().raw_decode(out[out.index("{\n") :])[0]  # the server of the test logs, too
    return found


async def run(*words: str) -> int:
    return await asyncio.to_thread(partial(main, words))
