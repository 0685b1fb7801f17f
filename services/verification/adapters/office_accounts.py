"""The regency's own sign-in by OpenID Connect: code flow with PKCE; the id token is checked with the issuer's published keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared import logs
from shared.clock import Clock, now
from shared.errors import Transient, Unauthorized
from shared.http_client import make_client

_TIMEOUT_SECONDS: Final = 10.0  # a person waits for it
_LEEWAY_SECONDS: Final = 60  # between the issuer's clock and ours
_ALGORITHMS: Final = ["RS256", "ES256", "PS256", "EdDSA"]  # signed with a key of the issuer's; never `none`, never a shared secret

_log = logs.get("staff")


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """Who vouches, and how we are known there. `login_claim`: of the id token, the name of the account here."""

    issuer: str
    client_id: str
    client_secret: str
    login_claim: str
    redirect_uri: str


class OidcAccounts:
    """Implements `ports.staff.OfficeAccounts`. The issuer's addresses are asked for once, its keys when one is met that is not known."""

    def __init__(self, settings: OidcSettings, *, clock: Clock = now, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._http = make_client(_TIMEOUT_SECONDS, connections=4, transport=transport)
        self._addresses: Mapping[str, Any] = {}

    async def address(self, *, state: str, nonce: str, verifier: str) -> str:
        found = await self._discovered()
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._settings.redirect_uri,
            "scope": "openid profile email",
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{found['authorization_endpoint']}?{urlencode(query)}"

    async def login_of(self, code: str, *, nonce: str, verifier: str) -> str:
        found = await self._discovered()
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.redirect_uri,
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret,
            "code_verifier": verifier,
        }
        answer = await self._asked("POST", str(found["token_endpoint"]), data=body)
        claims = await self._claims(str(answer.get("id_token", "")), nonce)
        login = claims.get(self._settings.login_claim)
        if not isinstance(login, str) or not login:
            raise Unauthorized("office_refused", f"The id token has no {self._settings.login_claim}.")
        return login

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        keys = KeySet.import_key_set(dict(await self._asked("GET", str(self._addresses["jwks_uri"]))))  # type: ignore[arg-type]
        try:
            decoded = jwt.decode(token, keys, algorithms=_ALGORITHMS)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {"iss": {"essential": True, "value": self._settings.issuer}, "aud": {"essential": True, "value": self._settings.client_id}},
                {"client_id": self._settings.client_id, "nonce": nonce},
            )
            claims.validate(now=int(self._clock().timestamp()), leeway=_LEEWAY_SECONDS)
        except (JoseError, AuthlibBaseError, ValueError) as error:
            _log.warning("office.refused", reason=type(error).__name__)
            raise Unauthorized("office_refused", "The regency's sign-in gave no valid id token.") from error
        return dict(claims)

    async def _discovered(self) -> Mapping[str, Any]:
        if not self._addresses:
            self._addresses = await self._asked("GET", f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        return self._addresses

    async def _asked(self, method: str, url: str, **more: Any) -> Mapping[str, Any]:
        """Return what the issuer answers.

        Raises:
            Unauthorized: `office_refused`.
            Transient: `office_unreachable`.
        """
        try:
            answer = await self._http.request(method, url, **more)
            found = answer.json()
        except (httpx.HTTPError, json.JSONDecodeError) as error:
            raise Transient("office_unreachable", type(error).__name__) from error
        if answer.is_server_error:
            raise Transient("office_unreachable", str(answer.status_code))
        if answer.is_error or not isinstance(found, dict):
            raise Unauthorized("office_refused", "The regency's sign-in did not take the code.")
        return found
