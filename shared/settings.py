"""Settings that every service has. One process, one environment: no prefix.

Secrets may come from files named like the setting in `SECRETS_DIR` (docker and systemd credentials), so that they need not stand in
the environment.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ApiClient(BaseModel):
    """A caller with a key: an adapter, an officer or another service.

    `sha256` is the hex digest of the key, so that the setting itself opens nothing.
    """

    model_config = ConfigDict(frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9_.\-]*$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    scopes: frozenset[str]


class Environment(BaseSettings):
    """Settings from the environment, and from files named like the setting in the folder that `SECRETS_DIR` names."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    def __init__(self, **values: Any) -> None:
        directory = os.environ.get("SECRETS_DIR", "")
        super().__init__(_secrets_dir=directory if directory and Path(directory).is_dir() else None, **values)


class ServiceSettings(Environment):
    """The environment of one process. Subclasses add the service's own."""

    amqp_url: Annotated[
        SecretStr, Field(description="amqp:// or amqps:// with the service's own user and vhost; the nodes of a cluster with commas")
    ]
    amqp_ca_file: Annotated[Path | None, Field(description="PEM file of the authority that amqps:// trusts; empty = the system's")] = None
    mongo_url: Annotated[SecretStr, Field(description="mongodb:// of a replica set")]
    mongo_database: Annotated[str, Field(description="Database of this service; empty = the service's name")] = ""
    host: Annotated[str, Field(description="Address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Port of the HTTP side; every role has /livez, /readyz and /metrics")]
    log_level: Annotated[str, Field(description="DEBUG, INFO, WARNING or ERROR")] = "INFO"
    trace_endpoint: Annotated[
        str,
        Field(
            pattern=r"^(https?://[^?#]+)?$",
            description="Where spans go, OTLP over HTTP, such as http://traces:4318/v1/traces; empty: nothing is measured",
        ),
    ] = ""
    trace_sample: Annotated[float, Field(ge=0, le=1, description="Share of the traces that begin here of which spans are sent")] = 0.1
    api_keys: Annotated[tuple[ApiClient, ...], Field(description="JSON list of {name, sha256, scopes}")] = ()
    max_requests_at_once: Annotated[
        int,
        Field(ge=1, description="HTTP requests in work at a time; others are answered 503 with Retry-After"),
    ] = 256
    max_waiting_bytes: Annotated[
        int, Field(ge=1024, description="Bytes kept of bodies that are on their way without a known key; beyond it 503 with Retry-After")
    ] = 64 * 1024 * 1024
    max_slow_per_address: Annotated[
        int, Field(ge=1, description="Requests of one address that may take more than a second to arrive; others are answered 503")
    ] = 64
    headers_seconds: Annotated[float, Field(gt=0, description="How long the headers of a request may take to arrive, in seconds")] = 10.0
    body_seconds: Annotated[float, Field(gt=0, description="How long a body may take to arrive, in seconds; then 408")] = 60.0
    taking_seconds: Annotated[float, Field(gt=0, description="How long a caller may take to read an answer, in seconds")] = 60.0
    trusted_proxies: Annotated[
        tuple[IPvAnyNetwork, ...],
        Field(description='JSON list of networks whose X-Forwarded-For says who calls, such as ["10.0.0.2/32"]: the proxy before us'),
    ] = ()
    desk_keys_url: Annotated[
        str,
        Field(pattern=r"^https?://[^?#]+$", description="Where verification publishes the keys that sessions at the desk are signed with"),
    ] = "http://127.0.0.1:8102/.well-known/jwks.json"
    desk_secure: Annotated[
        bool,
        Field(description="Cookies of the desk for TLS alone (`__Host-`); false only where there is no front door: http on this machine"),
    ] = True
    prometheus_url: Annotated[
        str, Field(pattern=r"^(https?://[^?#]+)?$", description="Prometheus, for /desk/pantauan; empty = the page says that nobody watches")
    ] = ""
    desk_streams: Annotated[int, Field(ge=1, description="Pages of the desk that may listen for news at a time, for each list")] = 500
    max_body_bytes: Annotated[int, Field(ge=1024, description="Largest request body in bytes, but for file uploads")] = 3 * 1024 * 1024
    batch_messages: Annotated[
        int, Field(ge=1, le=500, description="Most messages in one unit of work (1 = one transaction per message)")
    ] = 50
    batch_wait_seconds: Annotated[float, Field(ge=0, le=1, description="Longest wait for a unit of work to fill, in seconds")] = 0.005
    outbox_poll_seconds: Annotated[float, Field(gt=0, description="How often the relay looks without being woken, in seconds")] = 2.0
    outbox_lease_seconds: Annotated[
        float,
        Field(gt=0, description="How long a claimed event is one relay's, in seconds; consumers know one that two published"),
    ] = 10.0
    outbox_alarm_seconds: Annotated[float, Field(gt=0, description="Age of the oldest unsent event that makes the service not ready")] = (
        60.0
    )
    gauges_seconds: Annotated[
        float, Field(ge=0, description="How old what /metrics counts in the database may be, in seconds: as many who ask share one count")
    ] = 10.0
    drain_seconds: Annotated[float, Field(gt=0, description="How long a stopping process may finish what runs, in seconds")] = 20.0
    storage_least_bytes: Annotated[
        int, Field(ge=0, description="Free bytes of the database's disk below which nothing new is taken in: 503 storage_low")
    ] = 1024 * 1024 * 1024
    storage_least_percent: Annotated[
        float, Field(ge=0, lt=100, description="Free share of it below which nothing new is taken in, in percent; the stricter one holds")
    ] = 2.0
    inbox_days: Annotated[
        float,
        Field(ge=30, description="How long a handled message is known, so that a repeat does nothing, in days; Meta repeats for 7"),
    ] = 90.0
    outbox_sent_days: Annotated[
        float,
        Field(ge=2, lt=30, description="How long an event that was sent is kept, to be sent again after a restore, in days"),
    ] = 7.0  # below what any service may set for INBOX_DAYS: what one sends again, another must still know
    leave_seconds: Annotated[
        float,
        Field(
            ge=0, le=30, description="How long a stopping process still answers what comes, each connection once, while others turn away"
        ),
    ] = 0.0
    transaction_seconds: Annotated[float, Field(gt=0, le=60, description="Time limit of one transaction with its retries, in seconds")] = (
        20.0
    )

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [client.name for client in self.api_keys]
        if len(names) != len(set(names)):
            raise ValueError("API_KEYS: two clients of one name")
        return self


class OfficeDaysSettings(Environment):
    """The days on which the office works, beside the calendar: the same for every service that asks."""

    office_closed_on: Annotated[frozenset[date], Field(description="JSON list of days the office closes beside the holidays")] = frozenset()
    office_open_on: Annotated[frozenset[date], Field(description="JSON list of holidays on which it works")] = frozenset()


class OfficeSettings(OfficeDaysSettings):
    """The office's days and promises: the same for every service that counts them."""

    promise_hours: Annotated[
        dict[str, float], Field(default_factory=dict, description='JSON: working hours promised for a service, such as {"kk_hilang": 4}')
    ]


class PublicSettings(Environment):
    """What pages for everybody tell of us: the same for every service that has some."""

    public_url: Annotated[
        str,
        Field(pattern=r"^https?://[^/?#]+/?$", description="Address under which everybody reaches the public pages: the front door's"),
    ] = "http://127.0.0.1:8100"
    whatsapp_number: Annotated[
        str,
        Field(
            pattern=r"^([1-9][0-9]{7,14})?$",
            description="The number that people write to, with 62 and without +; empty: pages tell of none and lead to the office",
        ),
    ] = ""


class PageSettings(PublicSettings):
    """What those who have pages for everybody tell beside: in their foot, and wherever people are sent to the office."""

    office_address: Annotated[
        str,
        Field(
            max_length=200,
            pattern=r"^[^{}\n]*$",
            description="Street of the office, where cards are handed over, too, as citizens read it; empty: only its name is told",
        ),
    ] = ""


class WhatsappSettings(Environment):
    """Our number at the Cloud API, and its address: the same for what comes in and what goes out."""

    whatsapp_url: Annotated[
        str, Field(pattern=r"^https?://[^?#]+$", description="Graph API, without version; http only for a simulator")
    ] = "https://graph.facebook.com"
    whatsapp_version: Annotated[str, Field(pattern=r"^v[0-9]{1,3}\.[0-9]$", description="Version of the Graph API")] = "v25.0"
    whatsapp_phone_number_id: Annotated[
        str,
        Field(pattern=r"^[0-9]+$", description="Our business number; what comes for another number of the app is kept, not answered"),
    ]
    whatsapp_access_token: Annotated[
        SecretStr, Field(min_length=1, description="Token of a system user with whatsapp_business_messaging, for messages and media")
    ]


def refused_lines(command: str, error: ValidationError) -> str:
    """Return what a command tells its operator of settings that are not taken, a line each. What they held is not repeated."""
    items = error.errors(include_input=False, include_url=False)
    return "".join(f"{command}: pengaturan {'.'.join(map(str, item['loc'])).upper()} tidak diterima: {item['msg']}\n" for item in items)


def describe(settings: type[ServiceSettings]) -> str:
    """Return the settings as a Markdown table, for the service's README (generated by `make docs`)."""
    rows = ["| setting | default | meaning |", "| --- | --- | --- |"]
    for name, field in settings.model_fields.items():
        default = "**required**" if field.is_required() else _shown(field.get_default(call_default_factory=True))
        rows.append(f"| `{name.upper()}` | {default} | {field.description or ''} |")
    return "\n".join(rows) + "\n"


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, frozenset | tuple):
        value = " ".join(sorted(map(str, value)))
    return "" if value in ("", None, {}) else f"`{value}`"
