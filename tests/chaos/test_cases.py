"""One case of each kind, scaled to seconds, on one running system under load; then the judge. `make chaos` plays every case."""

import pytest

from shared.faults import POINTS
from tests.chaos.cases import ALL, FAST, rounds, together
from tests.chaos.scene import HEAL_SECONDS, Case, Scene

pytestmark = pytest.mark.timeout(240)
on_the_stage = pytest.mark.asyncio(loop_scope="module")


def test_the_subset_is_large_enough_to_mean_something() -> None:
    assert len(FAST) >= 30
    assert len({case.name for case in FAST}) == len(FAST)
    assert {case.row for case in FAST} == {case.row for case in ALL}, "every row of the fault table"
    struck = {case.name.split()[-1].partition("/")[0] for case in FAST if case.name.startswith("crash ")}
    assert struck == set(POINTS), "every crash point"


@on_the_stage
@pytest.mark.parametrize("cases", rounds(FAST), ids=lambda cases: together(cases).name.replace(" ", "-").replace("/", "."))
async def test_the_system_is_well_after(scene: Scene, cases: tuple[Case, ...]) -> None:
    result = await scene.play(together(cases))
    assert not result.problems
    assert result.heal <= HEAL_SECONDS


@on_the_stage
async def test_the_judge_finds_every_promise_kept(scene: Scene) -> None:
    verdict, problems = await scene.judged()
    assert not problems
    assert verdict.good, verdict.summary()
    assert verdict.journeys > 0
    assert (verdict.lost, verdict.double) == (0, 0)
