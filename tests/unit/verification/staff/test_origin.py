"""The address that an invitation names: the one at which the admin's browser found the desk."""

from types import SimpleNamespace

import pytest
from starlette.requests import Request

from services.verification.desk.room import origin_of


@pytest.mark.parametrize(
    ("secure", "origin"),
    [
        (True, "https://meja.madiunkab.go.id"),  # the front door ends TLS and speaks plain http to us
        (False, "http://meja.madiunkab.go.id"),  # `make run`: no TLS anywhere
    ],
)
def test_it_is_over_tls_wherever_cookies_are(*, secure: bool, origin: str) -> None:
    request = Request(
        {
            "type": "http",
            "scheme": "http",
            "path": "/desk/petugas/undang",
            "query_string": b"",
            "headers": [(b"host", b"meja.madiunkab.go.id")],
            "server": ("verification", 8102),
            "app": SimpleNamespace(state=SimpleNamespace(session_check=SimpleNamespace(secure=secure))),
        }
    )
    assert origin_of(request) == origin
