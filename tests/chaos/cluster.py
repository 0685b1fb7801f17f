"""Three brokers and three databases, of which one is lost while people ask: `python -m tests.chaos.cluster [--rounds N] [--seed N]`.

A table, then a line of JSON; exit code 0 when nothing was lost, nothing double, and everything was well again in time.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import orjson
from pymongo import AsyncMongoClient

from deploy.local.cluster import MongoSet, RabbitCluster
from deploy.local.database import MongoNode
from deploy.local.parts import SERVICES, Part
from deploy.local.stack import Stack
from shared.clock import monotonic_seconds
from tests.chaos.history import History
from tests.chaos.scene import Case, Result, Scene
from tests.chaos.stage import VHOST, Stage
from tests.support.eventually import eventually
from tests.support.servers import Run

SEED: Final = 20_261_129
WHOLE_SECONDS: Final = 120.0  # until a node that was started again has what it missed
JOURNEYS: Final = 4  # of those that begin while a node is gone


class ClusterStage(Stage):
    """The system on a cluster and a set, without proxies: services know every node, and it is nodes that go."""

    def __init__(self, folder: Path, history: History, *, families: int = 4000) -> None:
        super().__init__(folder, history, families=families)
        self.brokers = RabbitCluster(folder / "cluster-broker")
        self.members = MongoSet(folder / "cluster-database")
        servers = {"amqp_url": self.brokers.url(VHOST), "rabbitmq_api_url": self.brokers.nodes[0].api_url, "mongo_url": self.members.url}
        self.settings = self.settings.model_copy(update=servers)
        self.stack = Stack(self.settings, adapt=self._adapt)
        self._rows = AsyncMongoClient(self.members.url, tz_aware=True, serverSelectionTimeoutMS=2000)

    async def start(self) -> None:
        """Servers, services and simulators; ready when it returns."""
        await asyncio.gather(asyncio.to_thread(self.brokers.start), asyncio.to_thread(self.members.start))
        await asyncio.to_thread(self.stack.start)
        self._watch = asyncio.create_task(self._supervise(), name="supervisor")

    async def stop(self) -> None:
        """Everything, whatever state it is in."""
        try:
            await super().stop()
        finally:
            await asyncio.gather(asyncio.to_thread(self.brokers.kill), asyncio.to_thread(self.members.kill))

    @property
    def database_logs(self) -> tuple[Path, ...]:
        """What MongoDB says, each member by itself."""
        return tuple(member.log for member in self.members.members)

    def _adapt(self, part: Part) -> Part:
        if part.name not in SERVICES:
            return part
        return replace(part, environment={**part.environment, "FAULT_FILE": str(self._fault_file(part.name))})


async def _lose_a_broker(scene: Scene) -> None:
    """The node that leads intake's queue."""
    stage = _of(scene)
    node = await asyncio.to_thread(stage.brokers.leader_of, VHOST, "intake")
    async with scene.trouble("broker_node_killed"):
        await asyncio.to_thread(node.kill)
        await _asked_meanwhile(scene)
        await asyncio.to_thread(node.start)
        await eventually(lambda: asyncio.to_thread(lambda: len(stage.brokers.up()) == len(stage.brokers.nodes)), WHOLE_SECONDS)


async def _lose_the_primary(scene: Scene) -> None:
    stage = _of(scene)
    member = await asyncio.to_thread(stage.members.primary)
    async with scene.trouble("database_primary_killed"):
        await asyncio.to_thread(member.kill)
        await _asked_meanwhile(scene)
        await asyncio.to_thread(member.start)
        await eventually(lambda: _follows(stage, member), WHOLE_SECONDS)


async def _lose_both(scene: Scene) -> None:
    """The node that leads issuance's queue and the primary, in one moment."""
    stage = _of(scene)
    node = await asyncio.to_thread(stage.brokers.leader_of, VHOST, "issuance")
    member = await asyncio.to_thread(stage.members.primary)
    async with scene.trouble("broker_node_and_primary_killed"):
        await asyncio.gather(asyncio.to_thread(node.kill), asyncio.to_thread(member.kill))
        await _asked_meanwhile(scene)
        await asyncio.gather(asyncio.to_thread(node.start), asyncio.to_thread(member.start))
        await eventually(lambda: _follows(stage, member), WHOLE_SECONDS)


async def _asked_meanwhile(scene: Scene) -> None:
    """Wait until people are served by what is left; note how long nobody was."""
    began, before = monotonic_seconds(), len(scene.answers_since(0))
    taken = (200, 201)
    scene.load.press(JOURNEYS)
    await eventually(lambda: any(status in taken for status in scene.answers_since(before)), WHOLE_SECONDS)
    scene.notes["first_taken_seconds"] = round(monotonic_seconds() - began, 1)
    await scene.journeys(JOURNEYS)


async def _follows(stage: ClusterStage, member: MongoNode) -> bool:
    """Whether a member is a secondary that the set counts as well."""
    status = await stage.admin(replSetGetStatus=1)
    states = {each["name"].rpartition(":")[2]: each["stateStr"] for each in status["members"]}
    return states[str(member.port)] in ("SECONDARY", "PRIMARY")


def _of(scene: Scene) -> ClusterStage:
    assert isinstance(scene.stage, ClusterStage)
    return scene.stage


CASES: Final = (
    Case("a broker node killed", "cluster", _lose_a_broker),
    Case("the database's primary killed", "cluster", _lose_the_primary),
    Case("a broker node and the primary killed together", "cluster", _lose_both),
)


async def _played(run: Run, rounds: int, seed: int) -> int:
    results: list[Result] = []
    async with Scene(run.folder, seed=seed, stage=ClusterStage) as scene:
        spread = await asyncio.to_thread(_of(scene).brokers.members_of, VHOST)
        print(f"{len(spread)} queues, with members on {min(spread.values())} to {max(spread.values())} nodes", flush=True)
        for _ in range(rounds):
            for case in CASES:
                result = await scene.play(case)
                results.append(result)
                mark = "ok " if result.good else "BAD"
                print(f"{mark} {case.name:48} healed in {result.heal:5.2f} s, {result.journeys:3} journeys {result.notes}", flush=True)
                for problem in result.problems:
                    print(f"        {problem}", flush=True)
        verdict, problems = await scene.judged()
    for problem in problems:
        print(f"        {problem}", flush=True)
    good = verdict.good and not problems and all(result.good for result in results)
    print(f"{verdict.journeys} journeys, {verdict.lost} lost, {verdict.double} double, {verdict.flagged} flagged")
    told = {"good": good, "journeys": verdict.journeys, "lost": verdict.lost, "double": verdict.double, "flagged": verdict.flagged}
    each = [{"case": result.case, "heal_seconds": result.heal, **result.notes} for result in results]
    print(orjson.dumps({**told, "queues_on": min(spread.values()), "cases": each}).decode())
    return 0 if good else 1


def main(words: Sequence[str]) -> int:
    """Play; 0 when every promise was kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.cluster", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2, help="of the three losses")
    parser.add_argument("--seed", type=int, default=SEED, help="of the load")
    options = parser.parse_args(words)
    run = Run.open()
    try:
        return asyncio.run(_played(run, options.rounds, options.seed))
    finally:
        run.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
