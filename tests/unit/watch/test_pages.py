"""The pages of what runs, before a Prometheus that answers as the real one does: alarms, pictures, and what is said where it is silent."""

from __future__ import annotations

import re
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fastapi import FastAPI, Response

from shared.clock import now
from shared.health import Health
from shared.settings import ServiceSettings
from shared.web import create_app
from shared.web.desk import shell
from shared.web.desk.boards import PATH, Drawer, boards
from shared.web.desk.overview import Kind
from shared.web.desk.prometheus import Prometheus
from shared.web.desk.watching import linked
from tests.support.http_server import serving
from tests.support.sessions import SessionIssuer, browser_of

ALARM: dict[str, Any] = {
    "labels": {"alertname": "WorkParked", "severity": "warning", "job": "issuance"},
    "annotations": {
        "summary": "2 pekerjaan macet di issuance",
        "description": "Ada yang <b>macet</b>.",
        "action": "Buka /desk/macet: baca alasannya.",
        "runbook_url": "docs/operations/gangguan.md#macet",
    },
    "state": "firing",
    "activeAt": "2026-11-29T10:00:00.123456789Z",
    "value": "2e+00",
}


def worse(**labels: str) -> dict[str, Any]:
    return ALARM | {"labels": ALARM["labels"] | labels, "annotations": ALARM["annotations"] | {"summary": "Basis data tidak menjawab"}}


class Watcher:
    """What the real one would say."""

    def __init__(self) -> None:
        self.alarms: list[dict[str, Any]] = []
        self.result: list[dict[str, Any]] = []
        self.limits: list[dict[str, Any]] = []
        self.app = FastAPI()

        @self.app.get("/api/v1/alerts")
        async def alerts() -> dict[str, Any]:
            return {"status": "success", "data": {"alerts": self.alarms}}

        @self.app.get("/api/v1/query", response_model=None)
        @self.app.get("/api/v1/query_range", response_model=None)
        async def query(query: str) -> dict[str, Any] | Response:
            if query == "up":
                return self.said([{"metric": {"job": "intake"}, "value": [1, "1"]}, {"metric": {"job": "backup"}, "value": [1, "0"]}])
            if query == "(":
                return Response('{"status":"error","errorType":"bad_data"}', 400, media_type="application/json")
            if query.startswith("limit:"):
                return self.said(self.limits)
            return self.said(self.result)

    @staticmethod
    def said(result: list[dict[str, Any]]) -> dict[str, Any]:
        return {"status": "success", "data": {"resultType": "vector", "result": result}}


@pytest.fixture
async def watcher() -> AsyncIterator[tuple[Watcher, str]]:
    made = Watcher()
    async with serving(made.app) as url:
        yield made, url


def desk(url: str, role: str = "operator") -> httpx.AsyncClient:
    settings = ServiceSettings.model_validate({"amqp_url": "amqp://x", "mongo_url": "mongodb://x", "port": 8101, "prometheus_url": url})
    app, issuer = create_app(settings, Health(), title="test"), SessionIssuer()
    shell.install(app, settings, Health(), issuer.read)
    return browser_of(app, issuer, role)


async def test_alarms_stand_with_the_worst_first_and_say_what_to_do(watcher: tuple[Watcher, str]) -> None:
    known, url = watcher
    known.alarms = [ALARM, worse(severity="critical", alertname="DatabaseAway"), worse(severity="info") | {"state": "pending"}]
    page = (await desk(url, "head").get(PATH)).text
    assert page.index("Basis data tidak menjawab") < page.index("2 pekerjaan macet di issuance")
    assert page.count('<li class="alarm">') == 2
    assert '<a href="/desk/macet">/desk/macet</a>: baca alasannya.' in page
    assert "docs/operations/gangguan.md#macet" in page
    assert "Ada yang &lt;b&gt;macet&lt;/b&gt;." in page
    assert "2 proses diamati, 1 tidak menjawab" in page


async def test_nothing_leads_where_one_may_not_go(watcher: tuple[Watcher, str]) -> None:
    known, url = watcher
    known.alarms, known.result = [ALARM], [{"metric": {"state": "waiting"}, "value": [1, "2"]}]
    for role, leads in (("operator", False), ("head", True)):
        alarms, board = [(await desk(url, role).get(path)).text for path in (PATH, f"{PATH}/kepala")]
        assert "/desk/macet: baca alasannya." in re.sub("<[^>]+>", "", alarms)
        assert ('<a href="/desk/macet">' in alarms, 'href="/desk/pekerjaan"' in board) == (leads, leads)


async def test_the_side_counts_alarms_but_not_what_is_only_to_be_known(watcher: tuple[Watcher, str]) -> None:
    known, url = watcher
    known.alarms = [ALARM, worse(severity="info")]
    assert (await desk(url).get(f"{PATH}/jumlah")).json() == {"waiting": 1, "urgent": False}
    known.alarms = [worse(severity="critical")]
    assert (await desk(url).get(f"{PATH}/jumlah")).json() == {"waiting": 1, "urgent": True}


async def test_where_nothing_rings_the_page_says_so(watcher: tuple[Watcher, str]) -> None:
    assert "Tidak ada alarm" in (await desk(watcher[1]).get(PATH)).text


@pytest.mark.parametrize(("url", "sentence"), [("", "Pemantau belum dipasang"), ("http://127.0.0.1:9", "Prometheus tidak menjawab")])
async def test_a_page_without_prometheus_says_why(url: str, sentence: str) -> None:
    client = desk(url)
    assert sentence in (await client.get(PATH)).text
    board = await client.get(f"{PATH}/operator")
    assert board.status_code == 200
    assert "belum ada angka" in board.text
    assert (await client.get(f"{PATH}/jumlah")).json() == {"waiting": 0, "urgent": False}


async def test_figures_of_now_are_bars_with_words_and_a_table(watcher: tuple[Watcher, str]) -> None:
    known, url = watcher
    known.result = [{"metric": {"state": "submitted"}, "value": [1, "7"]}, {"metric": {"state": "odd"}, "value": [1, "2.345"]}]
    page = (await desk(url, "head").get(f"{PATH}/kepala/berjalan", headers={"HX-Request": "true"})).text
    assert "Permohonan yang berjalan: Diperiksa 7" in page
    assert 'data-value="7.0"' in page
    assert 'data-value="2.35"' in page or 'data-value="2.34"' in page


async def test_figures_over_time_are_lines_of_the_same_moments(watcher: tuple[Watcher, str]) -> None:
    known, url = watcher
    known.result = [
        {"metric": {"job": name}, "values": [[1764500000, low], [1764500900, high]]}
        for name, low, high in (("intake", "1", "NaN"), ("issuance", "4", "12.6"))
    ]
    panel = boards()["operator"].find("kotak-keluar")
    assert panel is not None
    picture = await Drawer(Prometheus(url), "operator").draw(panel, now())
    assert [column.word for column in picture.columns] == ["issuance", "intake"]
    assert [row.values for row in picture.lines] == [(4.0, 1.0), (13.0, None)]
    assert picture.finding == "Kabar tertua yang belum terkirim: issuance 13 detik"


@pytest.mark.parametrize("limits", [[], ["1000"], ["20"]])
async def test_the_line_through_a_picture_is_where_the_limit_of_the_alarm_is_now(limits: list[str], watcher: tuple[Watcher, str]) -> None:
    known, url = watcher
    known.result = [{"metric": {"queue": "intake"}, "value": [1, "7"]}]
    known.limits = [{"metric": {"__name__": "limit:queue_messages"}, "value": [1, limit]} for limit in limits]
    page = (await desk(url).get(f"{PATH}/operator/antrean", headers={"HX-Request": "true"})).text
    assert re.findall(r'data-limit="([^"]*)"', page) == [f"{limit}.0" for limit in limits]


def test_every_line_is_a_limit_that_there_is() -> None:
    file = Path(__file__).resolve().parents[3] / "deploy" / "watch" / "limits.yaml"
    known = {rule["record"] for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]}
    lines = [panel.limit.ask for board in boards().values() for panel in board.panel if panel.limit]
    assert lines
    assert {line.split()[0] for line in lines} <= known


async def test_figures_that_are_all_zero_are_known(watcher: tuple[Watcher, str]) -> None:
    known, url = watcher
    known.result = [{"metric": {"queue": "intake"}, "value": [1, "0"]}]
    picture = await Drawer(Prometheus(url), "operator").draw(boards()["operator"].panel[0], now())
    assert picture.teaches == "Semuanya nol."
    assert picture.finding == "Pesan yang menunggu di antrean: tidak ada"


async def test_a_question_that_is_refused_leaves_one_picture_empty(watcher: tuple[Watcher, str]) -> None:
    panel = boards()["operator"].panel[0].model_copy(update={"ask": "("})
    picture = await Drawer(Prometheus(watcher[1]), "operator").draw(panel, now())
    assert picture.is_empty
    assert picture.teaches == "Prometheus tidak memahami pertanyaannya."


@pytest.mark.parametrize("board", boards())
async def test_every_board_is_a_page_with_all_its_pictures(board: str, watcher: tuple[Watcher, str]) -> None:
    page = (await desk(watcher[1]).get(f"{PATH}/{board}")).text
    assert all(f'id="pic-{board}-{panel.name}"' in page for panel in boards()[board].panel)
    assert all(panel.title in page for panel in boards()[board].panel)


@pytest.mark.parametrize("path", ["/tidak-ada", "/operator/tidak-ada"])
async def test_what_there_is_not_is_not_found(path: str) -> None:
    assert (await desk("").get(PATH + path)).status_code == 404


@pytest.mark.parametrize("role", ["village", "court", "verifier", "outreach"])
async def test_it_is_for_those_who_run_the_office(role: str) -> None:
    assert (await desk("", role).get(PATH)).status_code == 403


def test_every_question_is_one_that_prometheus_understands(tmp_path: Path) -> None:
    panels = [panel for board in boards().values() for panel in board.panel]
    asks = [*(panel.ask for panel in panels), *(panel.limit.ask for panel in panels if panel.limit)]
    rules = tmp_path / "asks.yaml"
    rules.write_text(
        yaml.safe_dump({"groups": [{"name": "asked", "rules": [{"record": f"asked:{n}", "expr": ask} for n, ask in enumerate(asks)]}]})
    )
    done = subprocess.run(["promtool", "check", "rules", str(rules)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_two_pictures_of_a_board_have_one_name_and_four_boards_are_there() -> None:
    assert list(boards()) == ["kepala", "operator", "layanan", "partisipasi"]
    for board in boards().values():
        assert len({panel.name for panel in board.panel}) == len(board.panel)
        assert all(panel.kind in Kind for panel in board.panel)


def test_a_sentence_that_names_no_page_has_no_link() -> None:
    assert str(linked(SessionIssuer().member("head"), "dc ps & tunggu")) == "dc ps &amp; tunggu"
