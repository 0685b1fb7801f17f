"""RabbitMQ and MongoDB as sets of three: one may be lost, and both go on with what two of them know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deploy import mongodb
from deploy.cluster.compose import Compose, Described
from deploy.cluster.shapes import Object, closed, from_secret, in_memory, kept, made, mounted, needs, pod, probed
from deploy.compose.passwords import DATABASE_USERS
from deploy.compose.prepare import SERVER_UID
from deploy.rabbitmq import formation

BROKER, DATABASE = "rabbitmq", "mongo"
NODES: Final = 3
# Definitions are loaded while nodes still join: a queue that was made by the first alone gets its other members afterwards. RabbitMQ 3.13
# and later do so; an older one refuses these lines, so they are not in `formation`.
BROKER_CONF: Final = (
    formation([f"rabbit@{BROKER}-{number}.{BROKER}" for number in range(NODES)])
    + "load_definitions = /etc/rabbitmq/adminduk/definitions.json\n"
    + "quorum_queue.continuous_membership_reconciliation.enabled = true\n"
    + f"quorum_queue.continuous_membership_reconciliation.target_group_size = {NODES}\n"
)
BROKER_PORTS: Final = {"amqp": 5672, "management": 15672, "metrics": 15692, "epmd": 4369, "dist": 25672}
DATABASE_PORTS: Final = {"mongo": 27017}


def members(name: str, port: int) -> list[str]:
    """Return how those of a set are reached, as `prepare` is told."""
    return [f"{name}-{number}.{name}:{port}" for number in range(NODES)]


def broker(compose: Compose) -> Iterator[Object]:
    """Return the cluster of RabbitMQ. Cookie and definitions are in the secret `adminduk-rabbitmq`."""
    said = compose.service(BROKER)
    container = {
        "name": BROKER,
        "image": said.image,
        "env": [
            {"name": "RABBITMQ_USE_LONGNAME", "value": "true"},
            _POD,
            {"name": "RABBITMQ_NODENAME", "value": f"rabbit@$(POD).{BROKER}"},
        ],
        "ports": _opened(BROKER_PORTS),
        "resources": needs("500m", "512Mi", said.memory),
        **probed(said.probe),
        "securityContext": closed(),
        "volumeMounts": [
            mounted("/var/lib/rabbitmq", "data", is_written=True),
            mounted("/var/log/rabbitmq", "log", is_written=True),
            mounted("/tmp", "tmp", is_written=True),  # noqa: S108 - of this container alone
            mounted("/etc/rabbitmq/adminduk", "secret"),
            mounted("/etc/rabbitmq/conf.d/20-adminduk.conf", "conf") | {"subPath": "adminduk.conf"},
        ],
    }
    volumes = [
        from_secret("secret", "adminduk-rabbitmq", ["definitions.json", "health.sh"]),
        from_secret("cookie", "adminduk-rabbitmq", ["cookie"]),
        {"name": "conf", "configMap": {"name": BROKER}},
        {"name": "log", "emptyDir": {"sizeLimit": "100Mi"}},
        in_memory("tmp", "16Mi"),
    ]
    yield made("v1", "ConfigMap", BROKER, {"data": {"adminduk.conf": BROKER_CONF}}, {"app": BROKER})
    first = _copied(said, "/secret/cookie /var/lib/rabbitmq/.erlang.cookie", mounted("/secret", "cookie"), container["volumeMounts"][0])
    yield from _set(BROKER, [container], volumes, BROKER_PORTS, size="20Gi", first=first)


def database(compose: Compose) -> Iterator[Object]:
    """Return the replica set of MongoDB; beside each member what puts the set together and makes its users."""
    said = compose.service(DATABASE)
    container = {
        "name": DATABASE,
        "image": said.image,
        "command": said.command,
        "env": said.env({}),
        "ports": _opened(DATABASE_PORTS),
        "resources": needs("1", "1Gi", said.memory),
        **probed(said.probe),
        "securityContext": closed(),
        "volumeMounts": [
            mounted("/data/db", "data", is_written=True),
            mounted("/data/configdb", "configdb", is_written=True),
            mounted("/tmp", "tmp", is_written=True),  # noqa: S108 - of this container alone
            mounted("/etc/mongo", "etc"),
        ],
    }
    volumes = [
        from_secret("secret", "adminduk-mongo", ["keyfile", "start.sh", "health.sh"]),
        from_secret("passwords", "adminduk-passwords", [f"mongo_password_{user}" for user in MONGO_USERS]),
        in_memory("etc", "1Mi"),
        in_memory("tmp", "16Mi"),
        {"name": "configdb", "emptyDir": {}},
    ]
    first = _copied(said, "-t /etc/mongo /secret/*", mounted("/secret", "secret"), mounted("/etc/mongo", "etc", is_written=True))
    containers = [container, _beside(compose.service("database"))]
    yield from _set(DATABASE, containers, volumes, DATABASE_PORTS, size="100Gi", first=first)


def _copied(said: Described, what: str, *mounts: Object) -> Object:
    """Return what goes before: a server takes a key that its owner alone may read, and of a secret the group may."""
    return {
        "name": "copied",
        "image": said.image,
        "command": ["sh", "-c", f"install -m 0400 {what}"],
        "resources": needs("10m", "16Mi"),
        "securityContext": closed(),
        "volumeMounts": list(mounts),
    }


def _beside(said: Described) -> Object:
    """Return what shares the host's own address with a member, from which alone MongoDB lets the first user be made."""
    return {
        "name": "database",
        "image": said.image,
        "args": [*said.command, "--stay"],
        "env": [
            _POD,
            {"name": "MONGO_MEMBER", "value": f"$(POD).{DATABASE}:{DATABASE_PORTS['mongo']}"},
            {"name": "MONGO_OTHERS", "value": ",".join(members(DATABASE, DATABASE_PORTS["mongo"]))},
        ],
        "resources": needs("10m", "96Mi", "192Mi"),
        "securityContext": closed(),
        "volumeMounts": [
            mounted("/state/passwords", "passwords"),
            mounted("/tmp", "tmp", is_written=True),  # noqa: S108 - of this pod alone
        ],
    }


MONGO_USERS: Final = (mongodb.ADMINISTRATOR, *DATABASE_USERS, mongodb.OPERATOR, mongodb.BACKUP)
_POD: Final[Object] = {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}


def _opened(ports: dict[str, int]) -> list[Object]:
    return [{"name": name, "containerPort": port} for name, port in ports.items()]


def _set(
    name: str, containers: list[Object], volumes: list[Object], ports: dict[str, int], *, size: str, first: Object
) -> Iterator[Object]:
    labels = {"app": name}
    selector = {"matchLabels": labels}
    apart = {"requiredDuringSchedulingIgnoredDuringExecution": [{"labelSelector": selector, "topologyKey": "kubernetes.io/hostname"}]}
    # Two on one host would be lost together.
    together = pod(
        SERVER_UID, containers, volumes, terminationGracePeriodSeconds=120, affinity={"podAntiAffinity": apart}, initContainers=[first]
    )
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}},
    }
    # They must find each other before they are ready, and all at once.
    service = {"clusterIP": "None", "publishNotReadyAddresses": True, "selector": labels}
    yield made("v1", "Service", name, {"spec": service | {"ports": [{"name": each, "port": port} for each, port in ports.items()]}}, labels)
    spec = {
        "serviceName": name,
        "replicas": NODES,
        "podManagementPolicy": "Parallel",
        "minReadySeconds": 30,  # one that has just come back catches up before the next may go
        "selector": selector,
        "template": {"metadata": {"labels": labels}, "spec": together},
        "volumeClaimTemplates": [claim],
    }
    yield made("apps/v1", "StatefulSet", name, {"spec": spec}, labels)
    yield kept(name, labels, maxUnavailable=1)
