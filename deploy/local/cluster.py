"""Three RabbitMQ nodes as a cluster and three mongod as a replica set, as plain processes of this machine.

What a province runs on several hosts, so that a node can be lost: for the drill that loses one (`make cluster`). Calls block.
"""

from __future__ import annotations

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_bytes, token_hex, token_urlsafe
from typing import Final
from urllib.parse import quote

from deploy import mongodb
from deploy.local.broker import BOOT_TIMEOUT_SECONDS, RabbitNode, Seat, node_name
from deploy.local.broker_api import USER, RabbitApi
from deploy.local.database import KEYFILE_BYTES, PASSWORD_BYTES, START_TIMEOUT_SECONDS, MongoNode
from deploy.local.ports import HOST, free_ports
from deploy.local.processes import Process
from deploy.local.programs import find_epmd
from deploy.waiting import wait_until

NODES: Final = 3  # the fewest of which one may go


class RabbitCluster:
    """RabbitMQ on several nodes; every queue has a member on each."""

    def __init__(self, folder: Path, nodes: int = NODES) -> None:
        self.folder = folder.resolve()
        (epmd_port,) = free_ports(1)
        ports = free_ports(3 * nodes)
        amqp, api, dist = ports[:nodes], ports[nodes : 2 * nodes], ports[2 * nodes :]
        seat = Seat(tuple(amqp), token_hex(20))
        self.nodes = tuple(
            RabbitNode(
                self.folder / str(number),
                port=amqp[number],
                api_port=api[number],
                dist_port=dist[number],
                epmd_port=epmd_port,
                seat=seat,
            )
            for number in range(nodes)
        )
        self._mapper = Process(
            "epmd",
            [find_epmd(), "-port", str(epmd_port), "-address", HOST],
            pid_file=self.folder / "epmd.pid",
            log=self.folder / "epmd.log",
        )

    @property
    def api_url(self) -> str:
        """The management API of a node that runs."""
        return next(node for node in self.nodes if node.running).api_url

    def url(self, vhost: str = "/") -> str:
        """Return the address of one virtual host, with all nodes in it."""
        hosts = ",".join(f"{HOST}:{node.port}" for node in self.nodes)
        return f"amqp://{USER}:{USER}@{hosts}/{quote(vhost, safe='')}"

    def start(self) -> None:
        """Start every node and wait until they are one cluster.

        Raises:
            CannotStartError: a node ended or did not become ready; carries the end of its log.
            TimeoutError: they do not find each other.
        """
        self._mapper.start()
        self.nodes[0].start()  # makes the cluster; the others join it
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda node: node.start(), self.nodes[1:]))
        wait_until(lambda: len(self.up()) == len(self.nodes), BOOT_TIMEOUT_SECONDS, "RabbitMQ is one cluster")

    def up(self) -> list[str]:
        """Return the names of the nodes that the cluster counts as running."""
        found = RabbitApi(self.api_url).call("GET", "/api/nodes")
        return [node["name"] for node in found if node["running"]]

    def leader_of(self, vhost: str, queue: str) -> RabbitNode:
        """Return the node that leads a queue: the one whose loss is felt."""
        leader = RabbitApi(self.api_url).call("GET", f"/api/queues/{quote(vhost, safe='')}/{queue}")["leader"]
        return next(node for node in self.nodes if node_name(node.port) == leader)

    def members_of(self, vhost: str) -> dict[str, int]:
        """Return how many nodes hold each queue of a virtual host."""
        found = RabbitApi(self.api_url).call("GET", f"/api/queues/{quote(vhost, safe='')}")
        return {queue["name"]: len(queue["members"]) for queue in found}

    def stop(self) -> None:
        """End all of it, in order."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda node: node.stop(), self.nodes))
        self._mapper.kill()

    def kill(self) -> None:
        """End all of it as a power cut would."""
        for node in self.nodes:
            node.kill()
        self._mapper.kill()


class MongoSet:
    """MongoDB as a replica set of several members."""

    def __init__(self, folder: Path, members: int = NODES) -> None:
        self.folder = folder.resolve()
        self.members = tuple(MongoNode(self.folder / str(port), port=port, is_member=True) for port in free_ports(members))
        self._password = token_urlsafe(PASSWORD_BYTES)
        self._key = b64encode(token_bytes(KEYFILE_BYTES)).decode()

    @property
    def url(self) -> str:
        """The address for an administrator, with all members in it."""
        hosts = ",".join(f"{HOST}:{member.port}" for member in self.members)
        door = f"mongodb://{hosts}/?replicaSet={mongodb.REPLICA_SET}"
        return mongodb.url_for(door, mongodb.ADMINISTRATOR, self._password, "admin")

    def start(self) -> None:
        """Start every member and wait until the set takes writes.

        Raises:
            CannotStartError: a member ended or did not become ready; carries the end of its log.
            TimeoutError: the set takes no writes.
        """
        for member in self.members:
            member.share(self._password, self._key)
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda member: member.start(), self.members))
        hosts = [f"{HOST}:{member.port}" for member in self.members]
        for member, host in zip(self.members, hosts, strict=True):  # whichever is the primary makes the administrator
            others = [each for each in hosts if each != host]
            mongodb.make_primary(member.url, host, START_TIMEOUT_SECONDS, others)

    def primary(self) -> MongoNode:
        """Return the member that takes writes.

        Raises:
            TimeoutError: none does, in time.
        """
        found: list[MongoNode] = []

        def seen() -> bool:
            address = mongodb.primary_of(self.url)
            found.extend(member for member in self.members if address == f"{HOST}:{member.port}")
            return bool(found)

        wait_until(seen, START_TIMEOUT_SECONDS, "MongoDB has a primary")
        return found[0]

    def stop(self) -> None:
        """End all of it, in order."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda member: member.stop(), self.members))

    def kill(self) -> None:
        """End all of it as a power cut would."""
        for member in self.members:
            member.kill()
