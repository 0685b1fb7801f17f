"""What Prometheus and Alertmanager are told, for compose and for a local run alike: whom to ask, how often, and whom to write to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_QUEUES: Final = ("queue_coarse_metrics", "queue_consumer_count")
"""Of each queue, of what RabbitMQ can tell: how much lies in it, and who reads it."""
_KEPT_QUIET: Final = "info"


@dataclass(frozen=True, slots=True)
class Pace:
    """How often, in seconds: to ask, to judge; how long alarms of one kind are gathered, and when an old one is said again."""

    scrape: float = 15
    judge: float = 15
    gather: float = 30
    gather_more: float = 300
    repeat: float = 12 * 3600


@dataclass(frozen=True, slots=True)
class Mail:
    """Where letters go. `password_file`: on the disk of Alertmanager; empty = the server asks nobody who they are."""

    to: str
    sender: str
    server: str
    user: str = ""
    password_file: str = ""
    is_secured: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of process to ask: fixed addresses, or names of which DNS has an address for each copy."""

    job: str
    addresses: Sequence[str] = ()
    names: Sequence[str] = ()
    port: int = 0
    path: str = "/metrics"
    families: Sequence[str] = ()

    def config(self) -> dict[str, Any]:
        """Return it as Prometheus reads it."""
        found: dict[str, Any] = {"job_name": self.job, "metrics_path": self.path}
        if self.families:
            found["params"] = {"family": list(self.families)}
        if self.addresses:
            found["static_configs"] = [{"targets": list(self.addresses)}]
        if self.names:
            found["dns_sd_configs"] = [{"names": list(self.names), "type": "A", "port": self.port, "refresh_interval": "15s"}]
        return found


def broker(addresses: Sequence[str]) -> tuple[Asked, ...]:
    """Return how RabbitMQ is asked: about its nodes, and about each queue."""
    return Asked("rabbitmq", addresses), Asked("rabbitmq-queues", addresses, path="/metrics/detailed", families=_QUEUES)


def prometheus(asked: Sequence[Asked], rules: Sequence[str], alertmanager: str, pace: Pace) -> str:
    """Return the whole of its configuration."""
    return _text(
        {
            "global": {
                "scrape_interval": _seconds(pace.scrape),
                "evaluation_interval": _seconds(pace.judge),
                "scrape_timeout": _seconds(min(10, pace.scrape)),
            },
            "rule_files": list(rules),
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
            "scrape_configs": [each.config() for each in asked],
        }
    )


def alertmanager(mail: Mail | None, pace: Pace) -> str:
    """Return the whole of its configuration. Without `mail` nobody is written to: alarms stand on the page alone."""
    receivers: list[dict[str, Any]] = [{"name": "nobody"}]
    route: dict[str, Any] = {
        "receiver": "nobody" if mail is None else "office",
        "group_by": ["alertname", "job"],
        "group_wait": _seconds(pace.gather),
        "group_interval": _seconds(pace.gather_more),
        "repeat_interval": _seconds(pace.repeat),
        "routes": [{"matchers": [f'severity="{_KEPT_QUIET}"'], "receiver": "nobody"}],
    }
    if mail is not None:
        receivers.append({"name": "office", "email_configs": [_letter(mail)]})
    return _text({"route": route, "receivers": receivers, "inhibit_rules": _inhibited()})


def _letter(mail: Mail) -> dict[str, Any]:
    letter: dict[str, Any] = {
        "to": mail.to,
        "from": mail.sender,
        "smarthost": mail.server,
        "require_tls": mail.is_secured,
        "send_resolved": True,
        "headers": {"Subject": _SUBJECT},
        "text": _BODY,
        "html": "",
    }
    if mail.user:
        letter |= {"auth_username": mail.user, "auth_password_file": mail.password_file}
    return letter


_SUBJECT: Final = (
    '{{ if eq .Status "resolved" }}[SELESAI]{{ else if eq .CommonLabels.severity "critical" }}[PENTING]{{ else }}[PERINGATAN]{{ end }} '
    "{{ with index .Alerts 0 }}{{ .Annotations.summary }}{{ end }}"
)
_BODY: Final = """{{ range .Alerts }}{{ if eq .Status "resolved" }}SELESAI: {{ end }}{{ .Annotations.summary }}

{{ .Annotations.description }}
{{ if eq .Status "firing" }}
Yang harus dilakukan: {{ .Annotations.action }}
Selengkapnya: {{ .Annotations.runbook_url }}
{{ end }}Sejak {{ (.StartsAt.UTC.Add 25200000000000).Format "02-01-2006 15.04.05" }} WIB ({{ .Labels.alertname }})

{{ end }}Semua alarm ada di /desk/pantauan.
"""


def _inhibited() -> list[Mapping[str, Any]]:
    """Return what is only the shadow of something larger: one letter, not ten."""
    database = [
        "CountFails",
        "OutboxStands",
        "NotReady",
        "WorkLate",
        "BooksUnbalanced",
        "OrderBroken",
        "NumbersLost",
        "AuditBroken",
        "BackupOld",
        "ServiceDown",
        "DatabaseRefuses",
    ]
    queues = ["OutboxStands", "NotReady", "QueueUnread", "TopologyDiffers", "BooksUnbalanced"]
    return [
        _shadow("DatabaseAway", database),
        _shadow("BrokerAway", queues),
        _shadow("ServiceMissing", ["ServiceDown", "NotReady", "QueueUnread", "OutboxStands"], "job"),
        _shadow("DiskFull", ["DiskSoonFull"], "place"),
        _shadow("CertificateOver", ["CertificateEnds"], "kind"),
        _shadow("ParkedForADay", ["WorkParked"], "job", "kind"),
    ]


def _shadow(of: str, what: Sequence[str], *same: str) -> Mapping[str, Any]:
    found: dict[str, Any] = {"source_matchers": [f'alertname="{of}"'], "target_matchers": [f'alertname=~"{"|".join(what)}"']}
    return found | ({"equal": list(same)} if same else {})


def _seconds(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"  # which is YAML, too
