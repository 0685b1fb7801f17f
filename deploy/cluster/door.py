"""The front door: the files and settings that compose gives it, two copies, its certificate from the secret `adminduk-tls`."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from deploy.cluster.compose import Compose
from deploy.cluster.shapes import Object, asks, closed, deployed, from_secret, in_memory, kept, made, mounted, needs, pod, spread
from deploy.compose.prepare import SERVICE_UID

DOOR: Final = "front-door"
CERTIFICATE: Final = "tls /tls/tls.crt /tls/tls.key"
PORTS: Final = {"https": (443, 8443), "http": (80, 8080)}
"""By name: as people ask, and as it listens; whoever comes without TLS is sent to it."""
STOP_SECONDS: Final = 50  # as long as what it leads to
FILES: Final = ("Caddyfile", "compose.Caddyfile")
_FOLDER: Final = Path(__file__).parents[1] / "front_door"
OTHERWISE: Final = {"FRONT_DOOR_FILES": None, "FRONT_DOOR_ADMIN": None}  # a volume that all versions fill, and a command on the host


def door(compose: Compose) -> Iterator[Object]:
    """Return it."""
    labels = {"app": DOOR}
    files = {name: (_FOLDER / name).read_text(encoding="utf-8") for name in FILES}
    yield made("v1", "ConfigMap", DOOR, {"data": files}, labels)
    deployment = deployed(DOOR, 2, _pod(compose, labels), labels)
    # It reads its files at its start alone: with others it is made anew.
    changed = sha256("".join(files.values()).encode()).hexdigest()[:16]
    deployment["spec"]["template"]["metadata"]["annotations"] = {"adminduk/files": changed}
    yield deployment
    yield kept(DOOR, labels, minAvailable=1)
    ports = [{"name": name, "port": port, "targetPort": name} for name, (port, _) in PORTS.items()]
    # Local: who calls is seen, by whom slow callers and sign-ins are counted; else each of them is the host that led them here.
    spec = {"type": "LoadBalancer", "externalTrafficPolicy": "Local", "selector": labels, "ports": ports}
    yield made("v1", "Service", DOOR, {"spec": spec}, labels)


def _pod(compose: Compose, labels: dict[str, str]) -> Object:
    said = compose.service(DOOR)
    container = {
        "name": "caddy",
        "image": said.image,
        "args": said.command,
        "ports": [{"name": name, "containerPort": port} for name, (_, port) in PORTS.items()],
        "env": said.env(OTHERWISE),
        "resources": needs("100m", "64Mi", said.memory),
        "readinessProbe": asks(said.probe, periodSeconds=5),
        "livenessProbe": asks(said.probe, initialDelaySeconds=20, periodSeconds=10, failureThreshold=3),
        # Kubernetes leads people to it for some seconds more.
        "lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}},
        # Its image gives the program this right, and Linux starts none that is given a right which is taken from all.
        "securityContext": closed("NET_BIND_SERVICE"),
        "volumeMounts": [
            mounted("/etc/caddy", "files"),
            mounted("/tls", "tls"),
            *(mounted(path, path[1:], is_written=True) for path in ("/data", "/config", "/tmp")),  # noqa: S108 - of this container alone
        ],
    }
    volumes = [
        {"name": "files", "configMap": {"name": DOOR}},
        from_secret("tls", "adminduk-tls"),
        *(in_memory(name, "16Mi") for name in ("data", "config", "tmp")),
    ]
    return pod(SERVICE_UID, [container], volumes, terminationGracePeriodSeconds=STOP_SECONDS, topologySpreadConstraints=spread(labels))
