"""What was asked for, and the objects that came of it."""

from typing import Any

import pytest

from deploy.cluster.objects import Asked, objects

IMAGE = "registry.example.go.id/adminduk:1.2.3"
ASKED = Asked(IMAGE, "meja.example.go.id", "10.244.0.0/16", prometheus="http://prometheus.monitoring:9090", backup="s3://cadangan/madiun")
OPTIONS = ("--host", ASKED.host, "--pod-network", ASKED.pod_network, "--prometheus", ASKED.prometheus, "--backup", ASKED.backup)
SERVICES = ASKED.compose().services()
ALONE = {"admin", "backup", "checks"}


@pytest.fixture(scope="session")
def found() -> list[dict[str, Any]]:
    return objects(ASKED)


def of(found: list[dict[str, Any]], *kinds: str) -> list[dict[str, Any]]:
    return [each for each in found if each["kind"] in kinds]


def pods(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each["spec"]["template"]["spec"] for each in of(found, "Deployment", "StatefulSet", "Job")}


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod.get("initContainers", ()), *pod["containers"]]


def env(container: dict[str, Any]) -> dict[str, str]:
    return {entry["name"]: entry.get("value", "") for entry in container["env"]}
