"""The processes of a local run: which commands, with which environment."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from deploy.keys import COURT, GENERAL_COURT, INSTAGRAM_NODE, PAGE_NODE, PHONE_NUMBER_ID, WHATSAPP_NUMBER, Keys
from deploy.local.ports import HOST
from deploy.local.settings import LocalSettings

ROOT: Final = Path(__file__).resolve().parents[2]
SERVICES: Final = ("intake", "verification", "issuance", "notifier")
SIMULATORS: Final = ("whatsapp", "court", "graph")
FRONT_DOOR: Final = "front-door"
TRACES: Final = "traces"
CADDYFILE: Final = ROOT / "deploy" / "front_door" / "Caddyfile"
NOT_INHERITED: Final = ("AMQP_URL", "MONGO_URL", "MONGO_DATABASE", "HOST", "PORT", "API_KEYS", "SECRETS_DIR", "ONCE")


@dataclass(frozen=True)
class Part:
    """One process: its name, what it is called with, its port and the address that says whether it is ready."""

    name: str
    module: str
    arguments: tuple[str, ...]
    port: int
    ready_path: str
    environment: Mapping[str, str]
    program: Path | None = None
    """What is called instead of a module of ours."""

    @property
    def command(self) -> list[str]:
        """The command line."""
        return [*([str(self.program)] if self.program else [sys.executable, "-m", self.module]), *self.arguments]

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"

    @property
    def ready_url(self) -> str:
        """What answers 200 once it is ready."""
        return self.url + self.ready_path


@dataclass(frozen=True)
class Addresses:
    """Servers as the parts reach them: the URL of each user by name."""

    amqp: Mapping[str, str]
    mongo: Mapping[str, str]


def inherited() -> dict[str, str]:
    """Our own environment without what would mean something else to a part. What is set for a service by hand goes through."""
    return {name: value for name, value in os.environ.items() if name not in NOT_INHERITED} | {"PYTHONUNBUFFERED": "1"}


def parts(settings: LocalSettings, keys: Keys, addresses: Addresses, state: Path) -> tuple[Part, ...]:
    """Return every process, services first."""
    own = {
        "intake": _intake(settings, keys),
        "verification": _verification(settings, keys),
        "issuance": _issuance(settings, state),
        "notifier": _notifier(settings, keys),
    }
    services = tuple(_service(name, settings, own[name], keys, addresses) for name in SERVICES)
    collector = (_traces(settings),) if settings.trace_sample else ()
    return *services, *collector, _whatsapp(settings, keys, state), _court(settings, keys, state), _graph(settings, keys)


def front_door(settings: LocalSettings, program: Path, state: Path) -> Part:
    """Return the process before all services: one origin for the pages of the desk."""
    environment = {
        "FRONT_DOOR_ADDRESS": f"http://{HOST}:{settings.desk_port}",
        "FRONT_DOOR_TLS": "",
        "XDG_DATA_HOME": str(state / "front-door"),
        "XDG_CONFIG_HOME": str(state / "front-door"),
        **{name.upper(): f"{HOST}:{getattr(settings, f'{name}_port')}" for name in SERVICES},
    }
    arguments = ("run", "--config", str(CADDYFILE), "--adapter", "caddyfile")
    return Part(FRONT_DOOR, "", arguments, settings.desk_port, "/ready", environment, program)


def behind_front_door(part: Part) -> Part:
    """Return a service that believes the front door about who calls."""
    if part.name not in SERVICES:
        return part
    return replace(part, environment={**part.environment, "TRUSTED_PROXIES": json.dumps([f"{HOST}/32"])})


def _service(name: str, settings: LocalSettings, own: Mapping[str, str], keys: Keys, addresses: Addresses) -> Part:
    port: int = getattr(settings, f"{name}_port")
    environment = {
        "AMQP_URL": addresses.amqp[name],
        "MONGO_URL": addresses.mongo[name],
        "MONGO_DATABASE": settings.database_prefix + name,
        "HOST": HOST,
        "PORT": str(port),
        "API_KEYS": keys.api_keys(name),
        "DESK_KEYS_URL": f"http://{HOST}:{settings.verification_port}/.well-known/jwks.json",
        "DESK_SECURE": "false",  # a local run is http on this machine
        **_traced(settings),
        **own,
    }
    return Part(name, f"services.{name}", ("all",), port, "/readyz", environment)


def _traced(settings: LocalSettings) -> dict[str, str]:
    if not settings.trace_sample:
        return {}
    return {"TRACE_ENDPOINT": f"http://{HOST}:{settings.traces_port}/v1/traces", "TRACE_SAMPLE": str(settings.trace_sample)}


def _traces(settings: LocalSettings) -> Part:
    environment = {"HOST": HOST, "PORT": str(settings.traces_port)}
    return Part(TRACES, "deploy.simulators.traces", (), settings.traces_port, "/sim/state", environment)


def _intake(settings: LocalSettings, keys: Keys) -> dict[str, str]:
    return {
        **_public(settings),
        "WHATSAPP_APP_SECRET": keys.whatsapp_app_secret,
        "WHATSAPP_VERIFY_TOKEN": keys.whatsapp_verify_token,
        "WHATSAPP_PHONE_NUMBER_ID": PHONE_NUMBER_ID,
        "WHATSAPP_ACCESS_TOKEN": keys.whatsapp_access_token,
        "WHATSAPP_URL": f"http://{HOST}:{settings.whatsapp_port}",
        "WHATSAPP_MEDIA_HOSTS": json.dumps([f"{HOST}:{settings.whatsapp_port}"]),
        "COURT_SECRETS": keys.court_secrets(),
        "ISSUANCE_URL": f"http://{HOST}:{settings.issuance_port}",
        "ISSUANCE_API_KEY": keys.clients["intake"],
        "PUBLIC_URL": f"http://{HOST}:{settings.desk_port}",
        "SURVEY_ONE_IN": str(settings.survey_one_in),
        "SURVEY_DELAY_MINUTES": str(settings.survey_delay_minutes),
        "SURVEY_FROM_HOUR": "0",  # nobody sleeps here
        "SURVEY_UNTIL_HOUR": "24",
        "SURVEY_POLL_SECONDS": "2",
    }


def _verification(settings: LocalSettings, keys: Keys) -> dict[str, str]:
    return {
        "INTAKE_URL": f"http://{HOST}:{settings.intake_port}",
        "INTAKE_API_KEY": keys.clients["verification"],
        "DESK_SESSION_KEYS": keys.desk_session_keys,
        "DESK_ADMIN_CONTACT": "loket 2, telepon dalam 114, Senin sampai Jumat 07.30-15.30 WIB",
        "UNDO_SECONDS": str(settings.undo_seconds),
    }


def _issuance(settings: LocalSettings, state: Path) -> dict[str, str]:
    return {**_public(settings), "SIGNER_DIR": str(state / "ca"), "CHECK_BASE_URL": f"http://{HOST}:{settings.issuance_port}"}


def _public(settings: LocalSettings) -> dict[str, str]:
    """Return what public pages tell: where they are, and the number of the simulator."""
    return {"PUBLIC_URL": f"http://{HOST}:{settings.desk_port}", "WHATSAPP_NUMBER": WHATSAPP_NUMBER}


def _notifier(settings: LocalSettings, keys: Keys) -> dict[str, str]:
    return {
        "WHATSAPP_URL": f"http://{HOST}:{settings.whatsapp_port}",
        "WHATSAPP_PHONE_NUMBER_ID": PHONE_NUMBER_ID,
        "WHATSAPP_ACCESS_TOKEN": keys.whatsapp_access_token,
        "COURT_ENDPOINTS": keys.court_endpoints(f"http://{HOST}:{settings.court_port}/callbacks"),
        "ISSUANCE_URL": f"http://{HOST}:{settings.issuance_port}",
        "ISSUANCE_API_KEY": keys.clients["notifier"],
        **_public(settings),
        "INTAKE_URL": f"http://{HOST}:{settings.intake_port}",
        "INTAKE_API_KEY": keys.clients["notifier"],
        "GRAPH_URL": f"http://{HOST}:{settings.graph_port}",
        "POST_PICTURES_URL": f"http://{HOST}:{settings.notifier_port}",  # with or without a front door
        "GRAPH_APP_SECRET": keys.graph_app_secret,
        "GRAPH_VERIFY_TOKEN": keys.graph_verify_token,
        "SOCIAL_ACCOUNTS": keys.social_accounts(),
        "POST_MEASURE_MINUTES": "0.1",  # here one wants to see numbers grow
        "POST_PREPARED_SECONDS": "1",
        "BROADCAST_FROM": "00:00",  # here one may want to see a broadcast on any evening
        "BROADCAST_UNTIL": "23:59:59",
        "BROADCAST_ON_DAYS_OFF": "true",
    }


def _whatsapp(settings: LocalSettings, keys: Keys, state: Path) -> Part:
    environment = {
        "HOST": HOST,
        "PORT": str(settings.whatsapp_port),
        "APP_SECRET": keys.whatsapp_app_secret,
        "ACCESS_TOKEN": keys.whatsapp_access_token,
        "VERIFY_TOKEN": keys.whatsapp_verify_token,
        "WEBHOOK_URL": f"http://{HOST}:{settings.intake_port}/v1/webhooks/whatsapp",
        "PHONE_NUMBER_ID": PHONE_NUMBER_ID,
        "DISPLAY_PHONE_NUMBER": WHATSAPP_NUMBER,
        "REGISTRY_CSV": str(state / "register.csv"),
    }
    return Part("whatsapp", "deploy.simulators.whatsapp", (), settings.whatsapp_port, "/sim/state", environment)


def _court(settings: LocalSettings, keys: Keys, state: Path) -> Part:
    environment = {
        "HOST": HOST,
        "PORT": str(settings.court_port),
        "COURT_CODE": COURT,
        "DECISIONS_URL": f"http://{HOST}:{settings.intake_port}/v1/court/decisions",
        "DECISION_SECRET": keys.court_decision_secret,
        "CALLBACK_SECRET": keys.court_callback_secret,
        "GENERAL_CODE": GENERAL_COURT,
        "GENERAL_DECISION_SECRET": keys.general_decision_secret,
        "GENERAL_CALLBACK_SECRET": keys.general_callback_secret,
        "REGISTRY_CSV": str(state / "register.csv"),
    }
    return Part("court", "deploy.simulators.court", (), settings.court_port, "/sim/state", environment)


def _graph(settings: LocalSettings, keys: Keys) -> Part:
    environment = {
        "HOST": HOST,
        "PORT": str(settings.graph_port),
        "APP_SECRET": keys.graph_app_secret,
        "ACCESS_TOKEN": keys.graph_access_token,
        "INSTAGRAM_NODE": INSTAGRAM_NODE,
        "PAGE_NODE": PAGE_NODE,
        "WEBHOOK_URL": f"http://{HOST}:{settings.notifier_port}/v1/webhooks/meta",
    }
    return Part("graph", "deploy.simulators.graph", (), settings.graph_port, "/sim/state", environment)
