"""Shapes that many objects of a cluster share."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

Object = dict[str, Any]


def made(version: str, kind: str, name: str, body: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> Object:
    """Return an object."""
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "labels": dict(labels or {})}, **body}


def pod(uid: int, containers: Sequence[Object], volumes: Sequence[Object], **more: object) -> Object:
    """Return what runs together, as one user to whom its volumes are open, without a key to Kubernetes and without its variables.

    A volume is given to the user's group once, and not by a walk through a whole database at each start.
    """
    user: Object = {"runAsNonRoot": True, "runAsUser": uid, "runAsGroup": uid, "fsGroup": uid, "fsGroupChangePolicy": "OnRootMismatch"}
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": user | {"seccompProfile": {"type": "RuntimeDefault"}},
        **more,
        "containers": list(containers),
        "volumes": list(volumes),
    }


def closed(*rights: str) -> Object:
    """Return the rights of a container: none, or those that are named."""
    capabilities = {"drop": ["ALL"]} | ({"add": list(rights)} if rights else {})
    return {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": capabilities}


def needs(cpu: str, memory: str, most: str = "") -> Object:
    """Return what a container is sure of; with more memory than `most` it is ended, and not its neighbours."""
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": most or memory}}


def asks(words: Sequence[str], **times: int) -> Object:
    """Return a probe by a command in the container."""
    return {"exec": {"command": list(words)}, "timeoutSeconds": 8} | times


def probed(words: Sequence[str]) -> Object:
    """Return that a container is ready while a probe passes, and is started again when that says `hung`: not while it waits for others."""
    hangs = ["bash", "-c", f"[[ $({shlex.join(words)}) != hung ]]"]
    return {"readinessProbe": asks(words, periodSeconds=5), "livenessProbe": asks(hangs, periodSeconds=10, failureThreshold=3)}


def spread(labels: Mapping[str, str]) -> list[Object]:
    """Return that copies stand on different hosts, as far as there are hosts."""
    selector = {"matchLabels": dict(labels)}
    return [{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": selector}]


def in_memory(name: str, most: str) -> Object:
    """Return a volume that is gone with its pod, and counts as the memory of who writes to it."""
    return {"name": name, "emptyDir": {"medium": "Memory", "sizeLimit": most}}


def from_secret(name: str, secret: str, keys: Sequence[str] = ()) -> Object:
    """Return a volume with what a secret has, or with some of it alone."""
    items = {"items": [{"key": key, "path": key} for key in keys]} if keys else {}
    return {"name": name, "secret": {"secretName": secret, "defaultMode": 0o440, **items}}


def mounted(path: str, name: str, *, is_written: bool = False) -> Object:
    """Return where a container has a volume."""
    return {"name": name, "mountPath": path} | ({} if is_written else {"readOnly": True})


def deployed(name: str, copies: int, pod: Object, labels: Mapping[str, str], **more: object) -> Object:
    """Return a Deployment. `copies`: 0 where something else says how many there are, and an upgrade must not."""
    spec = {"selector": {"matchLabels": dict(labels)}, "template": {"metadata": {"labels": dict(labels)}, "spec": pod}} | more
    return made("apps/v1", "Deployment", name, {"spec": ({"replicas": copies} if copies else {}) | spec}, labels)


def kept(name: str, labels: Mapping[str, str], **least: int) -> Object:
    """Return how many of them have to stay while hosts are emptied."""
    return made("policy/v1", "PodDisruptionBudget", name, {"spec": least | {"selector": {"matchLabels": dict(labels)}}}, labels)
