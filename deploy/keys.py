"""The secrets of a local run: made once, kept in files that only their owner can read."""

import hashlib
import json
import os
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

KEY_BYTES: Final = 24  # 192 bit
OWNER_ONLY: Final = 0o600
DEMO_KEY: Final = "demo-"
"""How every key begins that stands for one from outside, so that production knows it when it meets it."""

PHONE_NUMBER_ID: Final = "106540352242922"  # of the simulated business number
WHATSAPP_NUMBER: Final = "628113519000"  # that number itself
INSTAGRAM_NODE: Final = "17841400008460056"  # of the simulated Instagram account
PAGE_NODE: Final = "106912345678901"  # of the simulated Facebook page
COURT: Final = "PA.Kab.Mn"  # the Religious Court of Kabupaten Madiun
GENERAL_COURT: Final = "PN.Mjy"  # the Pengadilan Negeri beside it, which sends changes of name

_OFFICER: Final = frozenset(
    {"requests:read", "requests:read_all", "files:read", "tasks:read", "tasks:decide", "documents:read", "people:link"}
)
SCOPES: Final[Mapping[str, frozenset[str]]] = {
    "intake": frozenset({"documents:read"}),
    "verification": frozenset({"files:read"}),
    "notifier": frozenset({"documents:read", "pieces:read"}),
    "loket": frozenset({"requests:write", "requests:vouch", "requests:read", "files:write", "people:link"}),
    "kios-01": frozenset({"requests:write", "requests:read", "files:write"}),
    "petugas-01": _OFFICER,
    "petugas-02": _OFFICER,
    "kepala-seksi-01": _OFFICER | {"tasks:approve_second", "tasks:assign"},
    "konsol-01": frozenset({"tasks:read", "tasks:decide"}),
    "admin-01": frozenset(
        {
            *("requests:write", "requests:vouch", "requests:read", "requests:read_all", "files:write", "files:read", "people:link"),
            *("tasks:read", "tasks:decide", "documents:read", "admin"),
        }
    ),
    "operator": frozenset({"admin"}),
}
"""Clients of a local run: three services that call another, two channel adapters (a counter, which looks at people and their KTP-el itself,
and a kiosk, which does not), two officers, the head of their section, an officer at a staff console, an administrator, and
`shared.messaging.admin`."""

GUARDED: Final[Mapping[str, frozenset[str]]] = {
    "intake": frozenset(
        {
            *("requests:write", "requests:vouch", "requests:read", "requests:read_all", "files:write", "files:read"),
            *("people:link", "pieces:read", "admin"),
        }
    ),
    "verification": frozenset({"tasks:read", "tasks:decide", "tasks:approve_second", "tasks:assign", "admin"}),
    "issuance": frozenset({"documents:read", "admin"}),
    "notifier": frozenset({"admin"}),
}
"""Which scopes open something at which service: a service is only told the clients that have business there."""


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Every secret of a local run but RabbitMQ's passwords, which `shared.messaging.topology` makes."""

    whatsapp_app_secret: str
    whatsapp_verify_token: str
    whatsapp_access_token: str
    graph_app_secret: str
    graph_verify_token: str
    graph_access_token: str
    court_decision_secret: str
    court_callback_secret: str
    general_decision_secret: str
    general_callback_secret: str
    desk_session_keys: str
    """PEM; a second key may be put below it, see `deploy/README.md`."""
    clients: Mapping[str, str]
    """Name -> API key in clear."""

    def court_secrets(self) -> str:
        """Return the setting `COURT_SECRETS` of intake."""
        return json.dumps({COURT: [self.court_decision_secret], GENERAL_COURT: [self.general_decision_secret]})

    def court_endpoints(self, url: str) -> str:
        """Return the setting `COURT_ENDPOINTS` of the notifier: both courts are told at this address."""
        secrets_of = {COURT: self.court_callback_secret, GENERAL_COURT: self.general_callback_secret}
        return json.dumps([{"court": court, "url": url, "secret": secret} for court, secret in secrets_of.items()])

    def social_accounts(self) -> str:
        """Return the setting `SOCIAL_ACCOUNTS` of the notifier: two that the simulator has, four that are posted to by hand."""
        graph = {"instagram": INSTAGRAM_NODE, "facebook": PAGE_NODE}
        names = {
            "instagram": "Instagram",
            "facebook": "Facebook",
            "tiktok": "TikTok",
            "x": "X",
            "youtube": "YouTube",
            "telegram": "Telegram",
        }
        rows = [{"code": code, "platform": code, "name": name} for code, name in names.items()]
        keyed = [row | ({"node": graph[row["code"]], "token": self.graph_access_token} if row["code"] in graph else {}) for row in rows]
        return json.dumps(keyed)

    def api_keys(self, service: str) -> str:
        """Return the setting `API_KEYS` of a service: digests, never the keys."""
        rows = [
            {"name": name, "sha256": hashlib.sha256(key.encode()).hexdigest(), "scopes": sorted(SCOPES[name] & GUARDED[service])}
            for name, key in self.clients.items()
            if SCOPES[name] & GUARDED[service]
        ]
        return json.dumps(rows)


def load_keys(folder: Path) -> Keys:
    """Read the keys of a folder; make those that are missing."""
    file = folder / "keys.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    made = {
        "whatsapp_app_secret": DEMO_KEY + secrets.token_hex(KEY_BYTES),
        "whatsapp_verify_token": DEMO_KEY + secrets.token_urlsafe(KEY_BYTES),
        "whatsapp_access_token": DEMO_KEY + secrets.token_urlsafe(KEY_BYTES),
        "graph_app_secret": DEMO_KEY + secrets.token_hex(KEY_BYTES),
        "graph_verify_token": DEMO_KEY + secrets.token_urlsafe(KEY_BYTES),
        "graph_access_token": DEMO_KEY + secrets.token_urlsafe(KEY_BYTES),
        "court_decision_secret": _webhook_secret(),
        "court_callback_secret": _webhook_secret(),
        "general_decision_secret": _webhook_secret(),
        "general_callback_secret": _webhook_secret(),
        "desk_session_keys": _session_key(),
    }
    clients = {name: known.get("clients", {}).get(name) or secrets.token_urlsafe(KEY_BYTES) for name in SCOPES}
    names = {field.name for field in fields(Keys)}
    keys = Keys(**{**made, **{name: value for name, value in known.items() if name in names}, "clients": clients})
    if asdict(keys) != known:
        write_secret(file, json.dumps(asdict(keys), indent=2) + "\n")
    return keys


def write_secret(file: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all: half a secret on a full disk would be kept for good."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "w") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(file)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def keep_secret(file: Path, text: str) -> str:
    """Return what a file holds; `text`, written there, where there is none yet."""
    if not file.exists():
        write_secret(file, text)
    return file.read_text()


def exports(values: Mapping[str, str]) -> str:
    """Shell lines that set the values, for `source`."""
    return "".join(f"export {name}={_quoted(value)}\n" for name, value in values.items())


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"


def _session_key() -> str:
    """As verification wants it: PEM of an EC key on P-256."""
    key = generate_private_key(SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _webhook_secret() -> str:
    """As Standard Webhooks wants it."""
    return "whsec_" + b64encode(DEMO_KEY.encode() + secrets.token_bytes(KEY_BYTES)).decode()
