"""What operators have of compose: `admin` to run commands in, backups and checks, and the broker's queues for each version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from deploy.cluster.compose import Compose, Described
from deploy.cluster.door import DOOR
from deploy.cluster.door import PORTS as DOOR_PORTS
from deploy.cluster.shapes import Object, closed, deployed, from_secret, in_memory, made, mounted, needs, pod, probed
from deploy.compose.prepare import SERVICE_UID
from shared.messaging.layout.definitions import password_name
from shared.messaging.layout.model import product

ADMIN, BACKUP, CHECKS, TOPOLOGY = "admin", "backup", "checks", "topology"
OPERATORS: Final = (ADMIN, BACKUP, CHECKS, TOPOLOGY)
PORTS: Final = {BACKUP: 8121, CHECKS: 8120}
"""Where they tell how things are."""
OTHERWISE: Final[Mapping[str, str | None]] = {
    "BACKUP_STATE": None,  # lies with the people who ran `prepare`, and goes into no backup
    "BACKUP_VARIABLES": None,  # as those do
    "PROMETHEUS_URL": None,  # the desk's pages alone ask it
    "FRONT_DOOR": f"{DOOR}:{DOOR_PORTS['https'][0]}",
    "WATCHDOG_BEAT": None,  # Kubernetes starts again what hangs
}
VOLUMES: Final[Mapping[str, Object]] = {
    "SECRETS_DIR": from_secret("operator", "adminduk-operator"),
    "BROKER_PASSWORDS": from_secret("passwords", "adminduk-passwords", [password_name(user.name).lower() for user in product().users]),
    "BACKUP_SCRATCH": {"name": "scratch", "emptyDir": {"sizeLimit": "1Gi"}},  # one part of a backup at a time, of 256 MB at most
}
"""By the setting that says where it is."""


def operators(compose: Compose) -> Iterator[Object]:
    """Return them; backups where compose's variable says where they go."""
    admin, backup, checks = (compose.service(name) for name in (ADMIN, BACKUP, CHECKS))
    yield _topology(admin)
    yield _one(admin, {"command": ["sleep", "infinity"]})
    if backup.environment["BACKUP_TARGET"]:
        yield _one(backup, _command(backup))
    yield _one(checks, _command(checks))


def _command(said: Described) -> Object:
    return ({"command": said.entrypoint} if said.entrypoint else {}) | {"args": said.command}


def _one(said: Described, command: Object) -> Object:
    """One copy, and never two at a time."""
    labels = {"app": said.name}
    told = {"ports": [{"name": "metrics", "containerPort": PORTS[said.name]}], **probed(said.probe)} if said.name in PORTS else {}
    return deployed(said.name, 1, _pod(said, command | told), labels, strategy={"type": "Recreate"})


def _topology(admin: Described) -> Object:
    """Bring the queues of this version into the broker. A Job can't be changed, so each version has its own."""
    tag = admin.image.rpartition("/")[2].partition(":")[2].partition("@")[0]
    name = f"{TOPOLOGY}-{re.sub('[^a-z0-9]+', '-', tag.lower())[:40].strip('-')}"
    once = _pod(admin, {"command": admin.entrypoint, "args": ["topology", "apply"]}) | {"restartPolicy": "OnFailure"}
    labels = {"app": TOPOLOGY}
    spec = {"backoffLimit": 30, "ttlSecondsAfterFinished": 86400, "template": {"metadata": {"labels": labels}, "spec": once}}
    return made("batch/v1", "Job", name, {"spec": spec}, labels)


def _pod(said: Described, command: Mapping[str, object]) -> Object:
    """With the secrets that compose gives it, where it gives them."""
    folders = {name: said.environment[name] for name in VOLUMES if name in said.environment}
    container = {
        "name": said.name,
        "image": said.image,
        **command,
        "env": said.env({name: value for name, value in OTHERWISE.items() if name in said.environment}),
        "resources": needs("50m", "96Mi", said.memory),
        "securityContext": closed(),
        "volumeMounts": [
            *(mounted(path, VOLUMES[name]["name"], is_written="emptyDir" in VOLUMES[name]) for name, path in folders.items()),
            mounted("/tmp", "tmp", is_written=True),  # noqa: S108 - of this container alone
        ],
    }
    return pod(SERVICE_UID, [container], [*(VOLUMES[name] for name in folders), in_memory("tmp", "64Mi")])
