"""The front door with TLS, as compose opens it: an authority of its own, HTTP/2, and answers that say so."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from deploy.compose import files
from deploy.local.ports import free_ports
from deploy.waiting import wait_until
from tests.support.front_door import front_door


@dataclass(frozen=True)
class Door:
    """Where it listens, and whom to trust."""

    port: int
    root: Path
    log: Path

    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.root))

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"https://localhost:{self.port}{path}", verify=self.trusting(), trust_env=False, timeout=30)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    (port,) = free_ports(1)
    folder = tmp_path_factory.mktemp("door")
    made = Door(port, folder / "caddy" / "pki" / "authorities" / "local" / "root.crt", folder / "log")
    (nobody,) = free_ports(1)
    away = {"notifier": f"127.0.0.1:{nobody}"}
    files.main([str(folder / "files")])
    with front_door(f"https://localhost:{port}", folder, tls="tls internal", upstreams=away, files=folder / "files"):
        wait_until(lambda: _is_ready(made), 60, "Caddy is ready")
        yield made


def _is_ready(door: Door) -> bool:
    try:
        return door.get("/ready").status_code == httpx.codes.OK
    except (httpx.HTTPError, OSError):
        return False


def test_it_has_a_certificate_of_its_own_and_speaks_http_2(door: Door) -> None:
    context = door.trusting()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", door.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        assert secured.selected_alpn_protocol() == "h2"


def test_browsers_are_told_to_come_by_tls_only(door: Door) -> None:
    answer = door.get("/desk/dokumen")
    assert answer.text == "issuance"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert answer.headers["x-host-seen"] == f"localhost:{door.port}", "by it a form's origin is compared"


@pytest.mark.parametrize("host", ["meja.lain.go.id", "127.0.0.1"])
def test_under_another_name_there_is_nothing_and_it_is_said(door: Door, host: str) -> None:
    url = f"https://localhost:{door.port}/desk/dokumen"
    answer = httpx.get(url, headers={"Host": host}, verify=door.trusting(), trust_env=False, timeout=30)
    assert answer.status_code == httpx.codes.MISDIRECTED_REQUEST
    assert "issuance" not in answer.text


def test_a_service_that_is_away_is_said_in_words_and_nothing_of_the_address_is_logged(door: Door) -> None:
    answer = door.get("/desk/pesan?q=AbCdEfGhIjKlMnOpQrStUv")
    assert answer.status_code == httpx.codes.BAD_GATEWAY
    assert "Tunggu sebentar, lalu muat ulang" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "AbCdEf" not in door.log.read_text()


@pytest.mark.parametrize(("folder", "name"), [("desk/aset", "desk.*.css"), ("desk/aset", "echarts.*.js"), ("aset", "public.*.css")])
def test_what_pages_load_is_given_by_the_door_itself_packed_and_kept_for_a_year(door: Door, folder: str, name: str) -> None:
    (file,) = (door.log.parent / "files" / folder).glob(name)
    answer = door.get(f"/{folder}/{file.name}")
    assert answer.content == file.read_bytes()
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"].partition(";")[0] in ("text/css", "text/javascript", "application/javascript")


def test_what_no_version_laid_out_is_asked_of_a_service(door: Door) -> None:
    assert door.get("/desk/aset/desk.000000000000.css").text == "issuance"
