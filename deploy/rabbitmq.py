"""How RabbitMQ nodes become one cluster wherever they run (compose, Kubernetes, this machine): lines of rabbitmq.conf."""

from __future__ import annotations

from collections.abc import Sequence


def formation(nodes: Sequence[str]) -> str:
    """Return what makes a node look for the others; one that is parted from most of them stops until it finds them again.

    Args:
        nodes: Names of all of them, such as `rabbit@rabbitmq-2`.
    """
    lines = ["cluster_formation.peer_discovery_backend = classic_config", "cluster_partition_handling = pause_minority"]
    lines += [f"cluster_formation.classic_config.nodes.{number} = {name}" for number, name in enumerate(nodes, 1)]
    lines += [f"cluster_formation.target_cluster_size_hint = {len(nodes)}", "queue_leader_locator = balanced"]
    return "".join(f"{line}\n" for line in lines)
