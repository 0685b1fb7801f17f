"""What production needs from the office, Meta, the court and the certificate authority, and what of that can't be right."""

import json
import os
import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import ValidationError

from deploy.keys import DEMO_KEY, PHONE_NUMBER_ID
from services.intake.settings import Settings as Intake
from services.issuance.adapters.demo_ca import DEMO_MARK
from services.issuance.settings import Settings as Issuance
from services.notifier.settings import Settings as Notifier
from services.verification.settings import Settings as Verification
from shared.clock import now
from shared.settings import ServiceSettings

SETTINGS: Final[Mapping[str, type[ServiceSettings]]] = {
    "intake": Intake,
    "verification": Verification,
    "issuance": Issuance,
    "notifier": Notifier,
}
SIGNER: Final = "issuance/signer"
GENUINE: Final = "issuance/signer_genuine"
CHECK_ADDRESS: Final = "issuance/check_base_url"
SHORTEST_KEY: Final = 16  # characters; whatever Meta, a court or a password maker gives is longer
SHORTEST_WEBHOOK_KEY: Final = 24  # bytes, as Standard Webhooks wants it
FEWEST_CHARACTERS: Final = 6  # different ones: less is a key that somebody held down
FEWEST_WORDS: Final = 3  # of a street with its number
FEWEST_DIGITS: Final = 7  # of a phone with its area code
PLACEHOLDER: Final = re.compile(r"change.?me|ganti.?(ini|saya)|place.?holder|your.?(token|secret|key)|^<.*>$|^todo", re.IGNORECASE)
NOT_PUBLIC: Final = (".local", ".localhost", ".internal", ".test", ".invalid", ".example", ".example.com", ".example.org", ".example.net")
SIMULATORS: Final = ("whatsapp", "court", "graph")  # hosts of the demo

Judge = Callable[[str], str]
"""What is wrong with a text, as the end of a sentence; empty where nothing is."""


def problems(folder: Path) -> Iterator[str]:
    """Yield what is still missing and what can't be right, each with what to do."""
    wrong = False
    for name, (what, judge) in WANTED.items():
        file = folder / name
        found = file.read_text(errors="replace").strip() if file.is_file() else ""
        problem = (judge(found) if judge else "") if found else "is missing"
        if problem:
            wrong = True
            yield f"{name}: {problem}. {what}"
    for name, (what, judge) in OPTIONAL.items():
        file = folder / name
        if file.is_file() and (problem := judge(file.read_text(errors="replace").strip())):
            wrong = True
            yield f"{name}: {problem}. {what}"
    for name in (
        "intake/whatsapp_url",
        "intake/whatsapp_media_hosts",
        "notifier/whatsapp_url",
        "notifier/graph_url",
        "notifier/post_pictures_url",
    ):
        file = folder / name
        if file.is_file() and _leads_nowhere(file.read_text()):
            wrong = True
            yield f"{name}: leads to the demo's simulator. Remove it: Meta's own address is the default."
    yield from genuine_problems(folder)
    if not wrong:  # else the same would be said twice
        yield from _settings_problems(folder)


def address_problem(text: str) -> str:
    """Return what is wrong with the public address of the check page."""
    parts = urlsplit(text)
    host = parts.hostname or ""
    if parts.scheme != "https" or parts.query or parts.fragment or not host:
        return "is no https:// address"
    if not _is_public(host):
        return f"leads to {host}, where nobody outside gets"
    return ""


def genuine_problems(folder: Path) -> Iterator[str]:
    """Yield what the demo's certificate must never be called."""
    file, certificate = folder / GENUINE, folder / SIGNER / "signer.pem"
    if file.is_file() and file.read_text().strip().lower() == "true" and certificate.is_file() and _is_demo(certificate.read_bytes()):
        yield f"{GENUINE}: is true, but the certificate is the demo's. Remove the file, or put the office's certificate in {SIGNER}."


def _key(text: str) -> str:
    if text.startswith(DEMO_KEY):
        return "is the demo's"
    if PLACEHOLDER.search(text) or len(set(text)) < FEWEST_CHARACTERS or len(text) < SHORTEST_KEY:
        return f"is a placeholder, or shorter than {SHORTEST_KEY} characters"
    return ""


def _webhook_key(text: str) -> str:
    try:
        key = b64decode(text.removeprefix("whsec_"), validate=True) if text.startswith("whsec_") else b""
    except ValueError:
        key = b""
    if key.startswith(DEMO_KEY.encode()):
        return "holds the demo's key"
    if len(key) < SHORTEST_WEBHOOK_KEY or len(set(key)) < FEWEST_CHARACTERS:
        return f"holds a key that is no whsec_ and the base64 of {SHORTEST_WEBHOOK_KEY} bytes or more"
    return ""


def _phone_number_id(text: str) -> str:
    if text == PHONE_NUMBER_ID:
        return "is the simulator's"
    return "" if text.isdecimal() else "is no number"


def _office_address(text: str) -> str:
    if PLACEHOLDER.search(text) or len(text.split()) < FEWEST_WORDS:
        return "is a placeholder, or no street"
    return ""


def _office_phone(text: str) -> str:
    digits = [each for each in text if each.isdigit()]
    steps = {int(after) - int(before) for before, after in pairwise(digits)}
    if PLACEHOLDER.search(text) or len(digits) < FEWEST_DIGITS or len(steps) < 2:  # noqa: PLR2004  000000 and 123456
        return "is a placeholder, or no number that citizens can call"
    return ""


def _court_secrets(text: str) -> str:
    secrets = _json(text)
    if not isinstance(secrets, dict) or not secrets:
        return 'is not JSON like {"PA.Kab.Mn": ["whsec_..."]}'
    keys = [key for each in secrets.values() for key in (each if isinstance(each, list) else [each])]
    return next(filter(None, (_webhook_key(str(key)) for key in keys)), "" if keys else "holds no key")


def _court_endpoints(text: str) -> str:
    endpoints = _json(text)
    if not isinstance(endpoints, list) or not endpoints or not all(isinstance(each, dict) for each in endpoints):
        return 'is not JSON like [{"court": "PA.Kab.Mn", "url": "https://...", "secret": "whsec_..."}]'
    for endpoint in endpoints:
        if _leads_nowhere(str(endpoint.get("url", ""))):
            return "leads to the demo's simulator"
        if problem := _webhook_key(str(endpoint.get("secret", ""))):
            return problem
    return ""


def _social_accounts(text: str) -> str:
    accounts = _json(text)
    if not isinstance(accounts, list) or not all(isinstance(each, dict) for each in accounts):
        return 'is not JSON like [{"code": "instagram", "platform": "instagram", "name": "Instagram", "node": "178...", "token": "..."}]'
    tokens = [str(each["token"]) for each in accounts if each.get("token")]
    return next(filter(None, map(_key, tokens)), "")


def _certificate(text: str) -> str:
    try:
        certificates = x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        return "is no certificate in PEM"
    if any(_is_demo_certificate(each) for each in certificates):
        return "is the demo's"
    return "has expired" if certificates[0].not_valid_after_utc < now() else ""


def _private_key(text: str) -> str:
    try:
        load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError):
        return "is no private key in PEM without a password"
    return ""


def _true_or_false(text: str) -> str:
    return "" if text.lower() in ("true", "false") else "is neither true nor false"


WANTED: Final[Mapping[str, tuple[str, Judge | None]]] = {
    "intake/whatsapp_app_secret": ("Meta's console, App settings, Basic: the app secret.", _key),
    "intake/whatsapp_verify_token": ("A random text of your own; the same goes into Meta's console, Webhooks, Verify token.", _key),
    "intake/whatsapp_access_token": ("Meta's console, System users: a token with whatsapp_business_messaging that does not expire.", _key),
    "intake/whatsapp_phone_number_id": ("Meta's console, WhatsApp, API setup: the id of the office's number.", _phone_number_id),
    "intake/court_secrets": ("JSON: the keys by which each court signs its decisions, made together with the court.", _court_secrets),
    "intake/office_address": ("The street of the office as citizens are told it, such as the one on its letters.", _office_address),
    "intake/office_phone": ("The phone of the office that citizens may call; somebody answers it.", _office_phone),
    "notifier/whatsapp_access_token": ("The same token as intake's.", _key),
    "notifier/whatsapp_phone_number_id": ("The same id as intake's.", _phone_number_id),
    "notifier/court_endpoints": ("JSON: where each court is told, and the key that we sign with.", _court_endpoints),
    f"{SIGNER}/signer.pem": ("The certificate of the official who signs, from the certificate authority (BSrE).", _certificate),
    f"{SIGNER}/signer-key.pem": ("Its private key (RSA).", _private_key),
    f"{SIGNER}/ca.pem": ("The authority's certificates above it.", _certificate),
    GENUINE: ("true where that authority is one by law (PSrE); with false every document is printed as a CONTOH.", _true_or_false),
    CHECK_ADDRESS: (
        "The public https:// address of the check page, which stands on every document as a QR code and can never change.",
        address_problem,
    ),
}
"""What only the office, Meta, the court and the authority can give: the file, where it comes from, what may be wrong with it."""

OPTIONAL: Final[Mapping[str, tuple[str, Judge]]] = {
    "notifier/social_accounts": (
        "JSON: the office's accounts on social media; deploy/README.md tells what the token of each may do.",
        _social_accounts,
    ),
    "notifier/graph_app_secret": ("Meta's console, App settings, Basic: the app secret of the app that has these accounts.", _key),
    "notifier/graph_verify_token": ("A random text of your own; the same goes into Meta's console, Webhooks, Verify token.", _key),
}
"""What an office may do without: the file, where it comes from, what may be wrong with it where it is there."""


def _settings_problems(folder: Path) -> Iterator[str]:
    """What the services themselves would refuse at their start."""
    for name, kind in SETTINGS.items():
        more = {"signer_dir": folder / SIGNER} if name == "issuance" else {}
        with _environment(SECRETS_DIR=str(folder / name)):
            try:
                kind(**more)  # type: ignore[arg-type]  # issuance alone has it
            except ValidationError as error:
                for item in error.errors(include_input=False, include_url=False):
                    yield f"{name}/{'.'.join(map(str, item['loc']))}: {item['msg']}."
    yield from _pair_problems(folder)


def _pair_problems(folder: Path) -> Iterator[str]:
    certificate = x509.load_pem_x509_certificates((folder / SIGNER / "signer.pem").read_bytes())[0]
    key = load_pem_private_key((folder / SIGNER / "signer-key.pem").read_bytes(), password=None)
    if certificate.public_key() != key.public_key():
        yield f"{SIGNER}/signer-key.pem: is not the key of signer.pem. Put in the one that its request was made with."


@contextmanager
def _environment(**only: str) -> Iterator[None]:
    """The environment of a service, in which our own variables mean nothing."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(only)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _leads_nowhere(text: str) -> bool:
    """Whether a text names one of the demo's hosts, or this one."""
    hosts = re.findall(r"(?://|\")([A-Za-z0-9.\-]+)(?=[:/\"]|$)", text)
    return any(host in SIMULATORS or host == "localhost" or host.startswith("127.") for host in hosts)


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not f".{host}".endswith(NOT_PUBLIC)


def _is_demo(pem: bytes) -> bool:
    try:
        return any(_is_demo_certificate(each) for each in x509.load_pem_x509_certificates(pem))
    except ValueError:
        return False


def _is_demo_certificate(certificate: x509.Certificate) -> bool:
    return any(DEMO_MARK in name.rfc4514_string() for name in (certificate.subject, certificate.issuer))
