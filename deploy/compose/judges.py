"""What may be wrong with an answer, by looking at it alone: placeholders, the demo's keys, addresses where nobody gets."""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from functools import partial
from ipaddress import ip_address
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from deploy.compose.certificates import FINGERPRINT_LETTERS, bare, certificate_fault
from deploy.compose.refusals import Fault
from deploy.keys import DEMO_KEY, PHONE_NUMBER_ID, WHATSAPP_NUMBER

SHORTEST_KEY: Final = 16  # characters; whatever Meta, a court or a password maker gives is longer
SHORTEST_PASSWORD: Final = 6  # characters; others chose it
SHORTEST_WEBHOOK_KEY: Final = 24  # bytes, as Standard Webhooks wants it
FEWEST_CHARACTERS: Final = 6  # different ones: less is a key that somebody held down
FEWEST_WORDS: Final = 3  # of a street with its number
FEWEST_DIGITS: Final = 7  # of a phone with its area code
PLACEHOLDER: Final = re.compile(r"change.?me|ganti.?(ini|saya)|place.?holder|your.?(token|secret|key)|^<.*>$|^todo", re.IGNORECASE)
NOT_PUBLIC: Final = (".local", ".localhost", ".internal", ".test", ".invalid", ".example", ".example.com", ".example.org", ".example.net")
SIMULATORS: Final = ("whatsapp", "court", "graph")  # hosts of the demo
SECRETS_FORM: Final = '{"PA.Kab.Mn": ["whsec_..."]}'
ENDPOINTS_FORM: Final = '[{"court": "PA.Kab.Mn", "url": "https://...", "secret": "whsec_..."}]'
ACCOUNTS_FORM: Final = '[{"code": "instagram", "platform": "instagram", "name": "Instagram", "node": "178...", "token": "..."}]'
TLS_WAYS: Final = ("berkas", "otomatis")

Judge = Callable[[str], Fault | None]


def leads_nowhere(text: str) -> bool:
    """Whether a text names one of the demo's hosts, or this one."""
    hosts = re.findall(r"(?://|\")([A-Za-z0-9.\-]+)(?=[:/\"]|$)", text)
    return any(host in SIMULATORS or host == "localhost" or host.startswith("127.") for host in hosts)


def not_demo(text: str) -> Fault | None:
    """Look whether an address is one of the demo's."""
    return Fault("demo_address") if leads_nowhere(text) else None


def _address(text: str) -> Fault | None:
    parts = urlsplit(text)
    host = parts.hostname or ""
    if parts.scheme != "https" or parts.query or parts.fragment or not host:
        return Fault("no_https")
    return None if _is_public(host) else Fault("not_public", host)


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not f".{host}".endswith(NOT_PUBLIC)


def _key(text: str) -> Fault | None:
    if text.startswith(DEMO_KEY):
        return Fault("demo_key")
    if PLACEHOLDER.search(text) or len(set(text)) < FEWEST_CHARACTERS or len(text) < SHORTEST_KEY:
        return Fault("placeholder", str(SHORTEST_KEY))
    return None


def _webhook_key(text: str) -> Fault | None:
    try:
        key = b64decode(text.removeprefix("whsec_"), validate=True) if text.startswith("whsec_") else b""
    except ValueError:
        key = b""
    if key.startswith(DEMO_KEY.encode()):
        return Fault("demo_key")
    if len(key) < SHORTEST_WEBHOOK_KEY or len(set(key)) < FEWEST_CHARACTERS:
        return Fault("court_key_weak", str(SHORTEST_WEBHOOK_KEY))
    return None


def _phone_number_id(text: str) -> Fault | None:
    if text == PHONE_NUMBER_ID:
        return Fault("demo_number")
    return None if text.isdecimal() else Fault("no_number")


def _whatsapp_number(text: str) -> Fault | None:
    if text == WHATSAPP_NUMBER:
        return Fault("demo_number")
    return None if re.fullmatch(r"62[0-9]{8,13}", text) else Fault("no_whatsapp_number")


def _office_address(text: str) -> Fault | None:
    return Fault("no_street") if PLACEHOLDER.search(text) or len(text.split()) < FEWEST_WORDS else None


def _office_phone(text: str) -> Fault | None:
    digits = [each for each in text if each.isdigit()]
    steps = {int(after) - int(before) for before, after in pairwise(digits)}
    counted = len(digits) < FEWEST_DIGITS or len(steps) < 2  # noqa: PLR2004  000000 and 123456
    return Fault("no_phone") if PLACEHOLDER.search(text) or counted else None


def _court_secrets(text: str) -> Fault | None:
    secrets = _json(text)
    if not isinstance(secrets, dict) or not secrets:
        return Fault("no_json", SECRETS_FORM)
    keys = [key for each in secrets.values() for key in (each if isinstance(each, list) else [each])]
    return next(filter(None, (_webhook_key(str(key)) for key in keys)), None if keys else Fault("no_court_key"))


def _court_endpoints(text: str) -> Fault | None:
    endpoints = _json(text)
    if not isinstance(endpoints, list) or not endpoints or not all(isinstance(each, dict) and each.get("court") for each in endpoints):
        return Fault("no_json", ENDPOINTS_FORM)
    for endpoint in endpoints:
        url, secret = (str(endpoint.get(name, "")) for name in ("url", "secret"))
        if fault := not_demo(url) or _with_tls(url) or _webhook_key(secret):
            return fault
    return None


def _with_tls(url: str) -> Fault | None:
    return None if urlsplit(url).scheme == "https" and urlsplit(url).hostname else Fault("no_https")


def _social_accounts(text: str) -> Fault | None:
    accounts = _json(text)
    if not isinstance(accounts, list) or not all(isinstance(each, dict) for each in accounts):
        return Fault("no_json", ACCOUNTS_FORM)
    tokens = [str(each["token"]) for each in accounts if each.get("token")]
    return next(filter(None, map(_key, tokens)), None)


def _private_key(text: str) -> Fault | None:
    try:
        load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError):
        return Fault("no_private_key")
    return None


def _fingerprint(text: str) -> Fault | None:
    digits = bare(text)
    return None if len(digits) == FINGERPRINT_LETTERS and not set(digits) - set("0123456789abcdef") else Fault("no_fingerprint")


def _nip(text: str) -> Fault | None:
    return None if re.fullmatch(r"[0-9]{18}", text) else Fault("no_nip")


def _tls(text: str) -> Fault | None:
    return None if text in TLS_WAYS else Fault("no_choice", ", ".join(TLS_WAYS))


def _email(text: str) -> Fault | None:
    return None if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) else Fault("no_email")


def _emails(text: str) -> Fault | None:
    return next(filter(None, (_email(each.strip()) for each in text.split(","))), None)


def _mail_server(text: str) -> Fault | None:
    return None if re.fullmatch(r"[A-Za-z0-9.\-]+:[0-9]{1,5}", text) else Fault("no_mail_server")


def _mail_user(text: str) -> Fault | None:
    return None if re.fullmatch(r"[A-Za-z0-9.@_+\-]+", text) else Fault("no_mail_user")


def _password(text: str) -> Fault | None:
    return Fault("placeholder", str(SHORTEST_PASSWORD)) if PLACEHOLDER.search(text) or len(text) < SHORTEST_PASSWORD else None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


JUDGES: Final[Mapping[str, Judge]] = {
    "address": _address,
    "key": _key,
    "phone_number_id": _phone_number_id,
    "whatsapp_number": _whatsapp_number,
    "office_address": _office_address,
    "office_phone": _office_phone,
    "court_secrets": _court_secrets,
    "court_endpoints": _court_endpoints,
    "social_accounts": _social_accounts,
    "certificate": partial(certificate_fault, fewest_days=0),
    "private_key": _private_key,
    "fingerprint": _fingerprint,
    "nip": _nip,
    "tls": _tls,
    "email": _email,
    "emails": _emails,
    "mail_server": _mail_server,
    "mail_user": _mail_user,
    "password": _password,
}
"""By the name that a question gives."""
