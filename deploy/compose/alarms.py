"""What Prometheus and Alertmanager of compose read: written anew by each `prepare`, of variables and of one secret file."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from deploy.compose.judges import JUDGES
from deploy.compose.refusals import Refusal
from deploy.keys import write_secret
from deploy.watch.config import Asked, Mail, Pace, alertmanager, broker, prometheus

FOLDER: Final = "watch"
PASSWORD: Final = "smtp_password"  # noqa: S105 - the name of a file
_MOUNTED: Final = "/etc/watch"
_RULES: Final = ("/etc/rules/limits.yaml", "/etc/rules/rules.yaml")
_PORTS: Final = {"intake": 8101, "verification": 8102, "issuance": 8103, "notifier": 8104}


def write_watch(folder: Path) -> Iterator[Refusal]:
    """Write both files into the state; yield what is wrong with where letters shall go, in which case none go."""
    asked = [Asked(name, names=(name, f"{name}-worker", f"{name}-relay"), port=port) for name, port in _PORTS.items()]
    asked += [Asked("backup", names=("backup",), port=8121), Asked("checks", names=("checks",), port=8120)]
    asked += [Asked("alertmanager", names=("alertmanager",), port=9093), Asked("prometheus", ("127.0.0.1:9090",))]
    asked += broker(_nodes(folder))
    write_secret(folder / FOLDER / "prometheus.yml", prometheus(asked, _RULES, "alertmanager:9093", Pace()))
    refusals = list(_refusals())
    write_secret(folder / FOLDER / "alertmanager.yml", alertmanager(None if refusals else _mail(folder), Pace()))
    yield from refusals


def _nodes(folder: Path) -> list[str]:
    """Return where RabbitMQ tells of itself: each node of a cluster, as `prepare` keeps their names, tells of the queues that it leads."""
    named = folder / "rabbitmq_nodes"
    nodes = named.read_text(encoding="utf-8").strip() if named.is_file() else ""
    return [f"{node.partition(':')[0]}:15692" for node in (nodes or "rabbitmq").split(",")]


def _refusals() -> Iterator[Refusal]:
    if not os.environ.get("ALARM_MAIL_TO", ""):
        return
    for name, judge in (("ALARM_MAIL_TO", "emails"), ("ALARM_MAIL_FROM", "email"), ("ALARM_SMTP", "mail_server")):
        if fault := JUDGES[judge](os.environ.get(name, "")):
            yield fault.of(name)


def _mail(folder: Path) -> Mail | None:
    read = os.environ.get
    to, user = read("ALARM_MAIL_TO", ""), read("ALARM_SMTP_USER", "")
    if not to:
        return None
    if user and not (folder / FOLDER / PASSWORD).exists():
        user = ""  # Alertmanager would not start; a server that asks for one refuses, which is an alarm (MailFails)
    return Mail(
        to=", ".join(each.strip() for each in to.split(",")),
        sender=read("ALARM_MAIL_FROM", ""),
        server=read("ALARM_SMTP", ""),
        user=user,
        password_file=f"{_MOUNTED}/{PASSWORD}" if user else "",
        is_secured=read("ALARM_SMTP_TLS", "") != "false",
    )
