"""What is restarted because it hangs, and what is left alone: a Docker that answers as the real one, on a socket of its own."""

import json
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from deploy.compose.watchdog import PROJECT, SERVICE, Docker, hangs, own_project, restart_hung

BEFORE, STARTED, LATER = "2026-11-29T10:00:00Z", "2026-11-29T11:00:00Z", "2026-11-29T12:00:00Z"


def probe(output: str, code: int = 1, start: str = LATER) -> dict[str, Any]:
    return {"Start": start, "ExitCode": code, "Output": output}


HUNG = [probe("hung\n")] * 3


def state(log: list[dict[str, Any]], *, running: bool = True) -> dict[str, Any]:
    return {"Running": running, "StartedAt": STARTED, "Health": {"Status": "unhealthy", "Log": log}}


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (HUNG, True),
        ([probe("wget: download timed out")] * 3, True),
        ([probe("Health check exceeded timeout (8s)", -1)] * 3, True),
        ([probe("", 0), *HUNG], True),
        (HUNG[:2], False),
        ([*HUNG, probe("", 0)], False),
        ([probe('not ready "checks":{"broker":')] * 3, False),
        ([probe("not listening\n")] * 3, False),
        ([probe("hung\n", start=BEFORE)] * 3, False),
    ],
    ids=["ours", "wget", "Docker gave up", "of late", "twice", "recovered", "the broker is away", "starting", "of the life before"],
)
def test_three_probes_in_a_row_say_that_it_hangs(log: list[dict[str, Any]], *, said: bool) -> None:
    assert hangs(state(log)) is said


def test_what_does_not_run_or_has_no_probe_does_not_hang() -> None:
    assert not hangs(state(HUNG, running=False))
    assert not hangs({"Running": True, "StartedAt": STARTED})


@dataclass
class Host:
    """Containers by id, and what was asked about them."""

    containers: dict[str, dict[str, Any]]
    asked: list[str] = field(default_factory=list)


@contextmanager
def docker_of(host: Host, path: Path) -> Iterator[Docker]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path != "/containers/json":
                found = host.containers.get(parts.path.split("/")[2])
                return self._answer(200 if found else 404, found or {"message": "No such container"})
            filters = json.loads(parse_qs(parts.query)["filters"][0])
            wanted = filters["label"][0].partition("=")[2]
            rows = [
                {"Id": key, "Labels": each["Config"]["Labels"]}
                for key, each in host.containers.items()
                if each["Config"]["Labels"][PROJECT] == wanted and each["State"]["Health"]["Status"] in filters["health"]
            ]
            return self._answer(200, rows)

        def do_POST(self) -> None:
            host.asked.append(self.path)
            self._answer(204, None)

        def _answer(self, status: int, body: object) -> None:
            text = b"" if body is None else json.dumps(body).encode()
            self.send_response_only(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *words: object) -> None:
            """Say nothing."""

        def address_string(self) -> str:
            return "docker"

    with socketserver.ThreadingUnixStreamServer(str(path), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Docker(str(path))
        finally:
            server.shutdown()


def container(service: str, log: list[dict[str, Any]], project: str = "adminduk") -> dict[str, Any]:
    return {"Config": {"Labels": {PROJECT: project, SERVICE: service}}, "State": state(log)}


def test_what_hangs_is_restarted_and_nothing_else(tmp_path: Path) -> None:
    waits = [probe("not ready")] * 3
    host = Host({"a": container("intake", HUNG), "b": container("issuance", waits), "c": container("intake", HUNG, "another")})
    with docker_of(host, tmp_path / "docker.sock") as docker:
        assert list(restart_hung(docker, "adminduk")) == ["intake"]
    assert host.asked == ["/containers/a/restart?t=3"]


def test_it_knows_its_own_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "self")
    with docker_of(Host({"self": container("watchdog", [], "kantor")}), tmp_path / "docker.sock") as docker:
        assert own_project(docker) == "kantor"


def test_a_docker_that_says_no_or_is_away_is_an_error_to_wait_out(tmp_path: Path) -> None:
    with docker_of(Host({}), tmp_path / "docker.sock") as docker, pytest.raises(OSError, match=r"404 .*No such container"):
        docker.call("GET", "/containers/x/json")
    with pytest.raises(OSError, match="No such file"):
        Docker(str(tmp_path / "nobody.sock")).call("GET", "/containers/json")
