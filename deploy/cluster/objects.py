"""The objects of a cluster: servers as sets of three, services by role, each in as many copies as its queue asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from deploy.cluster import networks, operators
from deploy.cluster.compose import Compose, Described
from deploy.cluster.door import CERTIFICATE, door
from deploy.cluster.servers import broker, database
from deploy.cluster.shapes import Object, closed, deployed, in_memory, kept, made, mounted, needs, pod, spread
from deploy.compose.prepare import SERVICE_UID

NAMESPACE: Final = "adminduk"
SIGNER_FILES: Final = ("signer.pem", "signer-key.pem", "ca.pem")
STOP_SECONDS: Final = 50  # a service leaves for 5 s, and drains for 20 s twice at most
WAITING_EACH: Final = 50  # messages in a queue for each worker: what one handles in a second
WAITING: Final = "rabbitmq_detailed_queue_messages_ready"  # as the alarms ask (deploy/watch/rules.yaml)


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    Attributes:
        image: Of the services, with its version.
        host: The name under which people reach the front door.
        pod_network: Where the front door stands, whose X-Forwarded-For is believed.
        prometheus: Its address, for /desk/pantauan; empty = nobody watches.
        backup: Where backups go; empty = none are made.
        variables: Others of compose.yaml.
    """

    image: str
    host: str
    pod_network: str
    namespace: str = NAMESPACE
    prometheus: str = ""
    backup: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)

    def compose(self) -> Compose:
        """Return compose.yaml as it is meant here.

        Raises:
            UnknownVariableError: see there.
        """
        ours = {"IMAGE": self.image, "DESK_HOST": self.host, "TRUSTED_PROXIES": json.dumps([self.pod_network])}
        return Compose({**self.variables, **ours, "FRONT_DOOR_TLS": CERTIFICATE, "BACKUP_TARGET": self.backup})


@dataclass(frozen=True)
class Role:
    """A part of a service that runs by itself: how many copies at least and at most, and what one of them is sure of.

    That is what one was measured to need (docs/performance.md), with room; the most is what compose gives a container.
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
OTHERWISE: Final = {"intake": {"WEBHOOK_LOG_WATCH": "true"}}  # what the API's processes store, workers elsewhere are to see at once
MEMORY: Final = {"issuance-worker": "512Mi"}  # two children beside it, which draw and sign documents


def objects(asked: Asked) -> list[Object]:
    """Return everything, in the order in which it is needed.

    Raises:
        UnknownVariableError: compose.yaml has no such variable.
    """
    compose = asked.compose()
    # What asks for more rights than it needs is not let in: https://kubernetes.io/docs/concepts/security/pod-security-standards/
    found = [made("v1", "Namespace", asked.namespace, {}, {"pod-security.kubernetes.io/enforce": "restricted"})]
    found += [*networks.policies(), *broker(compose), *database(compose), *operators.operators(compose)]
    for service in compose.services():
        found += _service(service, asked.prometheus)
    found += door(compose)
    for each in found[1:]:
        each["metadata"]["namespace"] = asked.namespace
    return found


def _service(service: Described, prometheus: str) -> Iterator[Object]:
    labels = {"app": service.name}
    port = {"name": "http", "port": service.port, "targetPort": "http"}
    yield made("v1", "Service", service.name, {"spec": {"selector": labels | {"role": "api"}, "ports": [port]}}, labels)
    otherwise = {"PROMETHEUS_URL": prometheus} | OTHERWISE.get(service.name, {})
    for role in ROLES:
        yield from _role(service, role, service.env(otherwise))


def _role(service: Described, role: Role, env: list[dict[str, str]]) -> Iterator[Object]:
    name, labels = f"{service.name}-{role.name}", {"app": service.name, "role": role.name}
    # A new one takes over before an old one goes: old and new understand each other's events for one release.
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    metric = {"api": _BY_CPU, "worker": _by_queue(service.name)}.get(role.name)
    yield deployed(name, 0 if metric else role.least, _pod(service, role, env, labels), labels, strategy=strategy)
    yield kept(name, labels, minAvailable=1)
    if metric:
        yield made("autoscaling/v2", "HorizontalPodAutoscaler", name, {"spec": _scaled(name, role, metric)}, labels)


def _pod(service: Described, role: Role, env: list[dict[str, str]], labels: Mapping[str, str]) -> Object:
    memory = MEMORY.get(f"{service.name}-{role.name}", role.memory)
    container = {
        "name": role.name,
        "image": service.image,
        "args": [service.command[0], role.name],
        "ports": [{"name": "http", "containerPort": service.port}],
        "env": env,
        "resources": needs(role.cpu, memory, service.memory),
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": "http"}, "periodSeconds": 5, "timeoutSeconds": 3},
        "livenessProbe": {"httpGet": {"path": "/livez", "port": "http"}, "periodSeconds": 10, "timeoutSeconds": 5},
        "startupProbe": {"httpGet": {"path": "/livez", "port": "http"}, "periodSeconds": 2, "failureThreshold": 45},
        "securityContext": closed(),
        "volumeMounts": [mounted("/run/secrets", "secrets"), mounted("/tmp", "tmp", is_written=True)],  # noqa: S108 - of this container
    }
    volumes = [{"name": "secrets", "projected": {"sources": _secrets(service), "defaultMode": 0o440}}, in_memory("tmp", "64Mi")]
    return pod(SERVICE_UID, [container], volumes, terminationGracePeriodSeconds=STOP_SECONDS, topologySpreadConstraints=spread(labels))


def _secrets(service: Described) -> list[Object]:
    """The service's secret; below it the signer's, where compose says that it has one."""
    found: list[Object] = [{"secret": {"name": f"adminduk-{service.name}"}}]
    folder = service.environment.get("SIGNER_DIR", "").removeprefix("/run/secrets/")
    if folder:
        found.append({"secret": {"name": "adminduk-signer", "items": [{"key": name, "path": f"{folder}/{name}"} for name in SIGNER_FILES]}})
    return found


_BY_CPU: Final[Object] = {
    "type": "Resource",
    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
}


def _by_queue(queue: str) -> Object:
    """By messages that wait, as Prometheus knows them (scrape.yaml) and its adapter gives them (adapter.yaml)."""
    external = {
        "metric": {"name": WAITING, "selector": {"matchLabels": {"queue": queue}}},
        "target": {"type": "AverageValue", "averageValue": str(WAITING_EACH)},
    }
    return {"type": "External", "external": external}


def _scaled(name: str, role: Role, metric: Object) -> Object:
    return {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "minReplicas": role.least,
        "maxReplicas": role.most,
        "metrics": [metric],
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 300}},
    }
