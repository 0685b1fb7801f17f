"""Sessions at the desk as verification gives them: a key of its own, published over HTTP, and tokens of made-up people."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI

from shared.clock import now
from shared.ids import new_id
from shared.web.desk.forms import HEADER, form_token
from shared.web.desk.session import ALGORITHM, JWKS, LIFE, StaffMember, sign

KEY_ID = "test"


@dataclass(frozen=True)
class SessionIssuer:
    """Signs tokens; `document` is what it publishes."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def document(self) -> Mapping[str, Any]:
        row = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [row | {"kid": KEY_ID, "use": "sig", "alg": ALGORITHM}]}

    async def read(self) -> Mapping[str, Any]:
        """As `session.JwksReader.read`."""
        return self.document

    def member(self, *roles: str, name: str = "Rina Widyastuti", at: datetime | None = None, **other: Any) -> StaffMember:
        """Somebody who is signed in from `at` on."""
        values: dict[str, Any] = {"areas": frozenset(), "court": None, "session_id": new_id(), "expires_at": (at or now()) + LIFE}
        return StaffMember("staff-1", name, frozenset(roles), **(values | other))

    def token(self, member: StaffMember) -> str:
        return sign(member, self.key, KEY_ID)

    @contextmanager
    def publishing(self) -> Iterator[str]:
        """Publish the key on a port of this machine; its address."""
        body = json.dumps(self.document).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path == JWKS else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{JWKS}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def over(member: StaffMember) -> StaffMember:
    """The same person, a minute after the token ended."""
    return StaffMember(
        member.staff_id, member.name, member.roles, member.areas, member.court, member.session_id, now() - timedelta(minutes=1)
    )


ORIGIN = "https://meja.test"


def browser_of(app: FastAPI, issuer: SessionIssuer, *roles: str, at: datetime | None = None, **other: Any) -> httpx.AsyncClient:
    """A browser of somebody with these roles before an app; what it sends comes from a page of ours."""
    member = issuer.member(*roles, at=at, **other)
    headers = {"Accept": "text/html", "Origin": ORIGIN, HEADER: form_token(member.session_id)}
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, headers=headers)
    client.cookies.set("__Host-desk", issuer.token(member))
    return client
