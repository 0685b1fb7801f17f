"""The front door by our file, before services that answer everything with their names."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from deploy.local.parts import CADDYFILE, SERVICES


@contextmanager
def naming(name: str) -> Iterator[str]:
    """A service that answers with its name, and with who it was told calls; its host and port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(200)
            self.send_header("Content-Length", str(len(name)))
            self.send_header("X-Forwarded-For-Seen", self.headers.get("x-forwarded-for", ""))
            self.send_header("X-Host-Seen", self.headers.get("host", ""))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(name.encode())

        do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = do_PATCH = answer  # noqa: N815 - http.server's names

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except ConnectionError:  # the door gave up a body that was too large
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def front_door(
    address: str, folder: Path, *, tls: str = "", upstreams: Mapping[str, str] | None = None, files: Path | None = None
) -> Iterator[None]:
    """Run Caddy; its data and log lie in `folder`.

    Args:
        address: Where it listens.
        folder: Its own.
        tls: As the file has it.
        upstreams: Host and port of services; those that are not named tell their names.
        files: With what pages load.
    """
    with ExitStack() as ending:
        hosts = {name: (upstreams or {}).get(name) or ending.enter_context(naming(name)) for name in SERVICES}
        places = {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        process = subprocess.Popen(
            ["caddy", "run", "--config", CADDYFILE, "--adapter", "caddyfile"],
            env=os.environ
            | {name.upper(): host for name, host in hosts.items()}
            | {"FRONT_DOOR_ADDRESS": address, "FRONT_DOOR_TLS": tls, "FRONT_DOOR_FILES": str(files or "/nowhere"), **places},
            stdout=subprocess.DEVNULL,
            stderr=ending.enter_context((folder / "log").open("w")),
        )
        ending.callback(process.wait, 20)
        ending.callback(process.terminate)
        yield
