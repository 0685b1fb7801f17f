"""How the work is shared among the copies of a service."""

from __future__ import annotations

from deploy.cluster.compose import Compose
from tests.containers.project import Project, docker


def shares(made: Project, role: str = "") -> dict[str, list[int]]:
    """Return how many messages each copy of a service has handled. `role`: what follows the service's name where roles are apart."""
    found = {}
    for service in Compose({}).services():
        ask = f"import urllib.request as u; print(u.urlopen('http://127.0.0.1:{service.port}/metrics').read().decode())"
        texts = [docker("exec", container, "python3", "-c", ask) for container in made.containers(service.name + role)]
        lines = [[line for line in text.splitlines() if line.startswith("messages_total{")] for text in texts]
        found[service.name] = [round(sum(float(line.rpartition(" ")[2]) for line in each)) for each in lines]
    return found
