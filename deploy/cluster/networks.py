"""Who may speak to whom, as compose's networks have it: servers and services are reached by their own, and by who watches them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from deploy.cluster.compose import NAMES
from deploy.cluster.door import DOOR
from deploy.cluster.operators import OPERATORS, PORTS
from deploy.cluster.servers import BROKER, BROKER_PORTS, DATABASE
from deploy.cluster.shapes import Object, made

WATCH: Final = {"adminduk-watch": "true"}
"""Label of the namespace in which Prometheus runs."""
SERVERS: Final = (BROKER, DATABASE)


def policies() -> Iterator[Object]:
    """Return them; what a pod is not let into by one of them, another may let it."""
    yield _policy("servers", SERVERS, {"from": [_ours(*NAMES, *SERVERS, *OPERATORS)]})
    yield _policy("services", NAMES, {"from": [_ours(*NAMES, DOOR, *OPERATORS)]})
    told: tuple[object, ...] = ("http", BROKER_PORTS["metrics"], *PORTS.values())
    watcher = {"from": [{"namespaceSelector": {"matchLabels": WATCH}}], "ports": [{"protocol": "TCP", "port": port} for port in told]}
    yield _policy("watched", (*NAMES, BROKER, *OPERATORS), watcher)


def _ours(*apps: str) -> Object:
    return {"podSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": list(apps)}]}}


def _policy(name: str, apps: Sequence[str], rule: Object) -> Object:
    spec = {**_ours(*apps), "policyTypes": ["Ingress"], "ingress": [rule]}
    return made("networking.k8s.io/v1", "NetworkPolicy", name, {"spec": spec})
