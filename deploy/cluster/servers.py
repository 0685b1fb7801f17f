"""RabbitMQ and MongoDB as sets of three: one may be lost, and both go on with what two of them know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from deploy.rabbitmq import formation

Object = dict[str, Any]

BROKER, DATABASE = "rabbitmq", "mongo"
NODES: Final = 3
SERVER_UID: Final = 999  # of both in their official images
BROKER_CONF: Final = (
    formation([f"rabbit@{BROKER}-{number}.{BROKER}" for number in range(NODES)])
    + "load_definitions = /etc/rabbitmq/adminduk/definitions.json\n"
)


def members() -> list[str]:
    """Return how the members of the replica set are reached."""
    return [f"{DATABASE}-{number}.{DATABASE}:27017" for number in range(NODES)]


def broker() -> Iterator[Object]:
    """Return the cluster of RabbitMQ. Cookie and definitions are in the secret `adminduk-rabbitmq`."""
    container = {
        "name": BROKER,
        "image": "rabbitmq:3.13-management",
        "env": [
            {"name": "RABBITMQ_USE_LONGNAME", "value": "true"},
            {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "RABBITMQ_NODENAME", "value": f"rabbit@$(POD).{BROKER}"},
            {"name": "RABBITMQ_ERLANG_COOKIE", "valueFrom": {"secretKeyRef": {"name": "adminduk-rabbitmq", "key": "cookie"}}},
        ],
        "ports": [{"name": "amqp", "containerPort": 5672}, {"name": "metrics", "containerPort": 15692}],
        "resources": {"requests": {"cpu": "500m", "memory": "512Mi"}, "limits": {"memory": "1Gi"}},
        "readinessProbe": {"tcpSocket": {"port": "amqp"}, "periodSeconds": 5},
        "livenessProbe": {"tcpSocket": {"port": "amqp"}, "initialDelaySeconds": 120, "periodSeconds": 30, "failureThreshold": 4},
        "volumeMounts": [
            {"name": "data", "mountPath": "/var/lib/rabbitmq"},
            {"name": "secret", "mountPath": "/etc/rabbitmq/adminduk", "readOnly": True},
            {"name": "conf", "mountPath": "/etc/rabbitmq/conf.d/20-adminduk.conf", "subPath": "adminduk.conf", "readOnly": True},
        ],
    }
    definitions = [{"key": "definitions.json", "path": "definitions.json"}]
    volumes: list[Object] = [
        {
            "name": "secret",
            "secret": {"secretName": "adminduk-rabbitmq", "items": definitions},
        },
        {"name": "conf", "configMap": {"name": "rabbitmq"}},
    ]
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": BROKER}, "data": {"adminduk.conf": BROKER_CONF}}
    ports = [{"name": "amqp", "port": 5672}, {"name": "epmd", "port": 4369}, {"name": "dist", "port": 25672}]
    yield config
    yield from _set(BROKER, [container], volumes, ports, size="20Gi")


def database(image: str) -> Iterator[Object]:
    """Return the replica set of MongoDB; beside each member what puts the set together and makes its users.

    Secrets: `adminduk-mongo`, and `adminduk-passwords` for the second. They share the host's own address, from which MongoDB lets the first
    user be made.
    """
    container = {
        "name": DATABASE,
        "image": "mongo:7.0",
        "command": ["bash", "/etc/mongo/start.sh"],
        "ports": [{"name": "mongo", "containerPort": 27017}],
        "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "2Gi"}},
        "readinessProbe": {"tcpSocket": {"port": "mongo"}, "periodSeconds": 5},
        "volumeMounts": [
            {"name": "data", "mountPath": "/data/db"},
            {"name": "etc", "mountPath": "/etc/mongo", "readOnly": True},
            {"name": "tmp", "mountPath": "/data/configdb"},
        ],
    }
    # MongoDB takes a key file that nobody but its owner may read; of a secret the group may.
    copied = {
        "name": "copied",
        "image": "mongo:7.0",
        "command": ["sh", "-c", "cp /secret/* /etc/mongo/ && chmod 0400 /etc/mongo/*"],
        "volumeMounts": [{"name": "secret", "mountPath": "/secret", "readOnly": True}, {"name": "etc", "mountPath": "/etc/mongo"}],
    }
    volumes: list[Object] = [
        {"name": "secret", "secret": {"secretName": "adminduk-mongo", "defaultMode": 0o440}},
        {"name": "etc", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}},
        {"name": "tmp", "emptyDir": {}},
    ]
    beside = {
        "name": "database",
        "image": image,
        "args": ["deploy.compose.database", "/state", "--stay"],
        "env": [
            {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "MONGO_MEMBER", "value": f"$(POD).{DATABASE}:27017"},
            {"name": "MONGO_OTHERS", "value": ",".join(members())},
        ],
        "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
        "volumeMounts": [{"name": "passwords", "mountPath": "/state/passwords", "readOnly": True}],
    }
    volumes.append({"name": "passwords", "secret": {"secretName": "adminduk-passwords", "defaultMode": 0o440}})
    yield from _set(DATABASE, [container, beside], volumes, [{"name": "mongo", "port": 27017}], size="100Gi", first=[copied])


def _set(
    name: str, containers: list[Object], volumes: list[Object], ports: list[Object], *, size: str, first: Sequence[Object] = ()
) -> Iterator[Object]:
    labels = {"app": name}
    selector = {"matchLabels": labels}
    apart = {"requiredDuringSchedulingIgnoredDuringExecution": [{"labelSelector": selector, "topologyKey": "kubernetes.io/hostname"}]}
    pod = {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 120,
        "securityContext": {"runAsUser": SERVER_UID, "runAsGroup": SERVER_UID, "fsGroup": SERVER_UID},
        "affinity": {"podAntiAffinity": apart},  # two on one host would be lost together
        "initContainers": list(first),
        "containers": containers,
        "volumes": volumes,
    }
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}},
    }
    # They must find each other before they are ready, and all at once.
    service = {"clusterIP": "None", "publishNotReadyAddresses": True, "selector": labels, "ports": ports}
    meta: Object = {"name": name, "labels": labels}
    yield {"apiVersion": "v1", "kind": "Service", "metadata": dict(meta), "spec": service}
    yield {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": dict(meta),
        "spec": {
            "serviceName": name,
            "replicas": NODES,
            "podManagementPolicy": "Parallel",
            "selector": selector,
            "template": {"metadata": {"labels": labels}, "spec": pod},
            "volumeClaimTemplates": [claim],
        },
    }
    budget = {"maxUnavailable": 1, "selector": selector}
    yield {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": dict(meta), "spec": budget}
