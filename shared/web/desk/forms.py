"""Forms come from our own pages: each carries a token that follows from the session, and the browser says which page sent it.

The token is a digest of the session's secret, so every service can check it, and it outlives the renewal of the session. Where nobody is
signed in yet it is the digest of a random cookie instead.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import Request

from shared.errors import Forbidden
from shared.web.refusals import Demand, Refusals, demanding, refuses

FIELD: Final = "form_token"
HEADER: Final = "x-form-token"
"""For what a script sends."""
REFUSALS: Final[Refusals] = refuses(403, "origin_foreign", "form_token_wrong")
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def form_token(secret: str) -> str:
    """Return the form token that follows from a session's secret, or from a visitor's cookie."""
    return hashlib.sha256(b"desk form " + secret.encode()).hexdigest()


def visitor_cookie(*, secure: bool) -> str:
    """Return the name of the cookie that stands for a session in the forms of the sign-in."""
    return "__Host-desk-visitor" if secure else "desk-visitor"


async def check_form(request: Request, secret: str) -> None:
    """Refuse what changes something and was not sent by a page of ours, made for this secret.

    Raises:
        Forbidden: `origin_foreign` or `form_token_wrong`.
    """
    if request.method in _SAFE:
        return
    origin = request.headers.get("origin", "")
    if not origin or urlsplit(origin).netloc != request.headers.get("host", ""):
        raise Forbidden("origin_foreign", "The form was sent by a page that is not ours.")
    if not secret or not hmac.compare_digest(await _sent(request), form_token(secret)):
        raise Forbidden("form_token_wrong", "The form is too old, or it was not made for this session.")


async def _sent(request: Request) -> str:
    header = request.headers.get(HEADER)
    value = header if header is not None else (await request.form()).get(FIELD)
    return value if isinstance(value, str) and value.isascii() else ""


async def _visitor_form(request: Request) -> None:
    secure = request.app.state.session_check.secure
    await check_form(request, request.cookies.get(visitor_cookie(secure=secure), ""))


VISITOR_FORM: Final[Any] = demanding(_visitor_form, Demand(refusals=REFUSALS))
"""The dependency of what is sent before somebody is signed in; `signed_in` checks the forms of all others."""
