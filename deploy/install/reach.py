"""What only the world outside can say of an answer: the clock, DNS, Meta, and the address that citizens open."""

import hashlib
import hmac
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from ipaddress import ip_address
from secrets import token_hex
from typing import Final
from urllib.parse import urlsplit

import httpx

from deploy.compose.refusals import Fault, Refusal
from deploy.install import letters
from deploy.install.neighbours import is_taken, ports_of
from shared.clock import now

META: Final = "https://graph.facebook.com/v25.0"
ANSWER_SECONDS: Final = 10.0
CLOCK_SECONDS: Final = 60  # what time-based codes at sign-in and signatures bear

Lookup = Callable[[str], list[str]]


def addresses(host: str) -> list[str]:
    """Return the addresses that DNS has for a name; none where it has none."""
    try:
        return [str(row[4][0]) for row in socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)]
    except OSError:
        return []


@dataclass(frozen=True)
class World:
    """Where Meta is and who knows names: the real ones, but for tests."""

    meta: str = META
    lookup: Lookup = addresses
    trust: ssl.SSLContext | bool = True
    taken: Callable[[int], bool] = is_taken
    mail: Callable[..., Iterable[Refusal]] = letters.refusals

    def refusals(self, answers: Mapping[str, str], *, http_port: int = 80, is_new: bool = True, has_tls: bool = True) -> Iterator[Refusal]:
        """Yield what is not taken of all the answers.

        Args:
            answers: By question.
            http_port: Of the front door, for who comes without TLS.
            is_new: Nothing runs here yet; else the ports are our own.
            has_tls: The mail server has TLS; an office may have one inside that has none.
        """
        for port in ports_of(answers["public_url"], http_port) if is_new else ():
            if self.taken(port):
                yield Fault("port_taken", str(port)).of("public_url")
        for name in ("public_url", "check_base_url"):
            host = urlsplit(answers[name]).hostname or ""
            if fault := self._name_fault(host):
                yield fault.of(name)
        yield from self.mail(answers, has_tls=has_tls)
        yield from self._meta(answers)

    def running(self, public_url: str, verify_token: str) -> Iterator[Refusal]:
        """Yield what is wrong with an installation that runs, as seen by who comes from outside."""
        yield from self._webhook(public_url, verify_token)
        try:
            answer = self._get(self.meta)  # refused without a token, and dated
        except httpx.HTTPError as error:
            yield Fault("meta_unreachable", type(error).__name__).of("Meta")
            return
        if off := _clock_off(answer):
            yield Fault("clock_off", str(off)).of("jam")

    def _webhook(self, public_url: str, verify_token: str) -> Iterator[Refusal]:
        challenge = token_hex(8)
        query = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge}
        try:
            answer = self._get(f"{public_url.rstrip('/')}/v1/webhooks/whatsapp", params=query)
        except httpx.HTTPError as error:
            refused = _certificate_refused(error)
            fault = Fault("certificate_refused", refused) if refused else Fault("webhook_unreachable", type(error).__name__)
            yield fault.of("public_url")
            return
        if answer.text != challenge:
            yield Fault("webhook_wrong", str(answer.status_code)).of("public_url")

    def _name_fault(self, host: str) -> Fault | None:
        found = self.lookup(host)
        if not found:
            return Fault("name_unknown", host)
        return None if any(ip_address(each).is_global for each in found) else Fault("name_not_public", host)

    def _meta(self, answers: Mapping[str, str]) -> Iterator[Refusal]:
        token, secret = answers["whatsapp_access_token"], answers["whatsapp_app_secret"]
        proof = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        try:
            answer = self._get(
                f"{self.meta}/{answers['whatsapp_phone_number_id']}",
                params={"fields": "display_phone_number", "appsecret_proof": proof},
                headers={"Authorization": f"Bearer {token}"},
            )
        except httpx.HTTPError as error:
            yield Fault("meta_unreachable", type(error).__name__).of("whatsapp_access_token")
            return
        if off := _clock_off(answer):
            yield Fault("clock_off", str(off)).of("jam")
        if answer.status_code != HTTPStatus.OK:
            yield Fault("token_refused", _reason(answer)).of("whatsapp_access_token")
            return
        number = "".join(each for each in str(answer.json().get("display_phone_number", "")) if each.isdigit())
        if number != answers["whatsapp_number"]:
            yield Fault("number_differs", number).of("whatsapp_number")

    def _get(self, url: str, **more: Mapping[str, str]) -> httpx.Response:
        return httpx.get(url, timeout=ANSWER_SECONDS, verify=self.trust, **more)  # type: ignore[arg-type]  # params and headers


def _certificate_refused(error: BaseException | None) -> str:
    """Return why TLS did not believe the certificate; empty where it was something else."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        error = error.__cause__ or error.__context__
    return ""


def _clock_off(answer: httpx.Response) -> int:
    """Return by how many seconds this host's clock is off; 0 within what is borne, and where the answer tells no time."""
    try:
        told = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return 0
    off = round((now() - (told if told.tzinfo else told.replace(tzinfo=UTC))).total_seconds())
    return off if abs(off) > CLOCK_SECONDS else 0


def _reason(answer: httpx.Response) -> str:
    try:
        error = answer.json()["error"]
        return f"{answer.status_code}, kode {error['code']}"
    except (ValueError, KeyError, TypeError):
        return str(answer.status_code)
