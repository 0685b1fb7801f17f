"""Alarms and dashboards ask for what there is: a name that no instrument has would be silent for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from prometheus_client import REGISTRY

from deploy.admin import keeping
from deploy.watch import checks, members
from shared import metrics
from shared.web.desk.boards import boards

WATCH = Path(__file__).resolve().parents[3] / "deploy" / "watch"
OURS = (metrics, checks, members, keeping)
OF_OTHERS = re.compile(r"(rabbitmq_|alertmanager_|process_)[a-z_]+|up|ALERTS")
"""RabbitMQ's plugin, Alertmanager, the client library on Linux, and Prometheus itself."""
QUOTED = re.compile(r'"[^"]*"')
NAME = re.compile(r"\b[a-zA-Z_:][a-zA-Z0-9_:]*\b(?!\s*\()")
WORDS = frozenset({"by", "on", "or", "and", "unless", "offset", "without", "h", "m", "d", "s", "w"})


def questions() -> Iterator[str]:
    for group in yaml.safe_load((WATCH / "rules.yaml").read_text())["groups"]:
        yield from (rule["expr"] for rule in group["rules"])
    for board in boards().values():
        yield from (panel.ask for panel in board.panel)


def names(question: str) -> set[str]:
    """Names of metrics in a question: without what stands in quotes, in braces, in ranges, and after `by`."""
    text = QUOTED.sub("", question)
    text = re.sub(r"\{[^}]*\}|\[[^\]]*\]|offset \S+|limit:[a-z_]+|(by|on)\s*\([^)]*\)", " ", text)
    return {name for name in NAME.findall(text) if name not in WORDS}


def told() -> set[str]:
    """What the instruments of all processes are called on the wire."""
    assert all(OURS)
    ends = ("", "_total", "_bucket", "_count", "_sum")
    return {f"{family.name}{end}" for family in REGISTRY.collect() for end in ends}


def test_every_name_is_of_an_instrument() -> None:
    known = told()
    unknown = {name for question in questions() for name in names(question) if name not in known and not OF_OTHERS.fullmatch(name)}
    assert unknown == set()


def test_the_test_finds_names() -> None:
    assert names('sum by (job) (rate(messages_total{job="x"}[5m])) * 60 > scalar(limit:x)') == {"messages_total"}
