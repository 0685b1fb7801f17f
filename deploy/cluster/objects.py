"""The objects of a cluster: servers as sets of three, services by role, each in as many copies as its queue asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from deploy.cluster.compose import Described, services
from deploy.cluster.servers import BROKER, DATABASE, broker, database

Object = dict[str, Any]

NAMESPACE: Final = "adminduk"
UID: Final = 10001  # as in deploy/images/Dockerfile
SIGNER_FILES: Final = ("signer.pem", "signer-key.pem", "ca.pem")
STOP_SECONDS: Final = 50  # a service leaves for 5 s, and drains for 20 s twice at most
APART: Final = {"WEBHOOK_LOG_WATCH": "true"}  # the API's processes store what workers elsewhere are to see at once
WAITING_EACH: Final = 50  # messages in a queue for each worker: what one handles in a second


@dataclass(frozen=True)
class Role:
    """A part of a service that runs by itself: how many copies at least and at most, and what one of them needs.

    Requests are what one was measured to need (docs/growing.md); memory is its limit too, so that one that leaks is ended and not its
    neighbours.
    """

    name: str
    least: int
    most: int
    cpu: str
    memory: str


ROLES: Final = (
    Role("api", 2, 8, "250m", "256Mi"),
    Role("worker", 2, 12, "500m", "320Mi"),
    Role("relay", 2, 2, "100m", "160Mi"),
)
"""Two of each at least: one may go. A relay sends what any process wrote; two are enough for every rate that was measured."""


def objects(image: str, namespace: str = NAMESPACE) -> list[Object]:
    """Return everything, in the order in which it is needed.

    Args:
        image: Of the services, with its version.
        namespace: Where they are put.
    """
    found = [_object("v1", "Namespace", namespace, {})]
    found += [_denied(), *broker(), *database(image)]
    for service in services():
        found += _service(service, image)
    found += _door()
    for each in found[1:]:
        each["metadata"]["namespace"] = namespace
    return found


def _object(version: str, kind: str, name: str, body: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "labels": dict(labels or {})}, **body}


def _service(service: Described, image: str) -> Iterator[Object]:
    labels = {"app": service.name}
    port = {"name": "http", "port": service.port, "targetPort": "http"}
    yield _object("v1", "Service", service.name, {"spec": {"selector": labels | {"role": "api"}, "ports": [port]}}, labels)
    for role in ROLES:
        yield from _role(service, role, image)


def _role(service: Described, role: Role, image: str) -> Iterator[Object]:
    name, labels = f"{service.name}-{role.name}", {"app": service.name, "role": role.name}
    yield _object(
        "apps/v1",
        "Deployment",
        name,
        {
            "spec": {
                "replicas": role.least,
                "selector": {"matchLabels": labels},
                # A new one takes over before an old one goes: old and new understand each other's events for one release.
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
                "template": {"metadata": {"labels": labels}, "spec": _pod(service, role, image, labels)},
            }
        },
        labels,
    )
    yield _object("policy/v1", "PodDisruptionBudget", name, {"spec": {"minAvailable": 1, "selector": {"matchLabels": labels}}}, labels)
    if role.name == "api":
        yield _object("autoscaling/v2", "HorizontalPodAutoscaler", name, {"spec": _by_cpu(name, role)}, labels)
    if role.name == "worker":
        yield _object("autoscaling/v2", "HorizontalPodAutoscaler", name, {"spec": _by_queue(name, service.name, role)}, labels)


def _pod(service: Described, role: Role, image: str, labels: Mapping[str, str]) -> Object:
    return {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": STOP_SECONDS,
        "securityContext": {"runAsNonRoot": True, "runAsUser": UID, "runAsGroup": UID, "fsGroup": UID},
        "topologySpreadConstraints": spread(labels),
        "containers": [
            {
                "name": role.name,
                "image": image,
                "args": [service.module, role.name],
                "ports": [{"name": "http", "containerPort": service.port}],
                "env": [{"name": name, "value": value} for name, value in (service.environment | APART).items()],
                "resources": {"requests": {"cpu": role.cpu, "memory": role.memory}, "limits": {"memory": role.memory}},
                "readinessProbe": {"httpGet": {"path": "/readyz", "port": "http"}, "periodSeconds": 5, "timeoutSeconds": 3},
                "livenessProbe": {"httpGet": {"path": "/livez", "port": "http"}, "periodSeconds": 10, "timeoutSeconds": 5},
                "startupProbe": {"httpGet": {"path": "/livez", "port": "http"}, "periodSeconds": 2, "failureThreshold": 45},
                "securityContext": closed(),
                "volumeMounts": [
                    {"name": "secrets", "mountPath": "/run/secrets", "readOnly": True},
                    {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - of this container alone
                ],
            }
        ],
        "volumes": [
            {"name": "secrets", "projected": {"sources": _secrets(service), "defaultMode": 0o440}},
            {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
        ],
    }


def _secrets(service: Described) -> list[Object]:
    """The service's secret; below it the signer's, where compose says that it has one."""
    found: list[Object] = [{"secret": {"name": f"adminduk-{service.name}"}}]
    folder = service.environment.get("SIGNER_DIR", "").removeprefix("/run/secrets/")
    if folder:
        found.append({"secret": {"name": "adminduk-signer", "items": [{"key": name, "path": f"{folder}/{name}"} for name in SIGNER_FILES]}})
    return found


def closed() -> Object:
    """Return the rights of a container that needs none."""
    return {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def spread(labels: Mapping[str, str]) -> list[Object]:
    """Return that copies stand on different hosts, as far as there are hosts."""
    selector = {"matchLabels": dict(labels)}
    return [{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": selector}]


def _by_cpu(name: str, role: Role) -> Object:
    metric = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}
    return _scaled(name, role, metric)


def _by_queue(name: str, queue: str, role: Role) -> Object:
    """By messages that wait, which the adapter of Prometheus gives as `rabbitmq_queue_messages_ready`."""
    metric = {
        "type": "External",
        "external": {
            "metric": {"name": "rabbitmq_queue_messages_ready", "selector": {"matchLabels": {"queue": queue}}},
            "target": {"type": "AverageValue", "averageValue": str(WAITING_EACH)},
        },
    }
    return _scaled(name, role, metric)


def _scaled(name: str, role: Role, metric: Object) -> Object:
    return {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "minReplicas": role.least,
        "maxReplicas": role.most,
        "metrics": [metric],
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 300}},
    }


def _door() -> Iterator[Object]:
    """The front door: the file that compose uses, two copies, its certificate from the secret `adminduk-tls`."""
    labels = {"app": "front-door"}
    pod = {
        "automountServiceAccountToken": False,
        "topologySpreadConstraints": spread(labels),
        "containers": [
            {
                "name": "caddy",
                "image": "caddy:2.8",
                "args": ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"],
                "ports": [{"name": "https", "containerPort": 8443}],
                "envFrom": [{"configMapRef": {"name": "front-door"}}],
                "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
                "readinessProbe": {"tcpSocket": {"port": "https"}, "periodSeconds": 5},
                "securityContext": closed() | {"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}},
                "volumeMounts": [
                    {"name": "file", "mountPath": "/etc/caddy", "readOnly": True},
                    {"name": "tls", "mountPath": "/tls", "readOnly": True},
                    {"name": "data", "mountPath": "/data"},
                    {"name": "config", "mountPath": "/config"},
                ],
            }
        ],
        "volumes": [
            {"name": "file", "configMap": {"name": "caddyfile"}},
            {"name": "tls", "secret": {"secretName": "adminduk-tls"}},
            {"name": "data", "emptyDir": {}},
            {"name": "config", "emptyDir": {}},
        ],
    }
    spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}}
    ports = [{"name": "https", "port": 443, "targetPort": "https"}]
    yield _object("apps/v1", "Deployment", "front-door", {"spec": spec}, labels)
    yield _object(
        "policy/v1", "PodDisruptionBudget", "front-door", {"spec": {"minAvailable": 1, "selector": {"matchLabels": labels}}}, labels
    )
    yield _object("v1", "Service", "front-door", {"spec": {"type": "LoadBalancer", "selector": labels, "ports": ports}}, labels)


def _denied() -> Object:
    """Servers are reached by services alone, and services by each other and the front door."""
    return _object(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        "servers",
        {
            "spec": {
                "podSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": [BROKER, DATABASE]}]},
                "policyTypes": ["Ingress"],
                "ingress": [{"from": [{"podSelector": {}}]}],
            }
        },
    )
