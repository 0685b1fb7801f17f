"""One case of each kind, scaled to seconds, on one running system under load; then the judge. `make chaos` plays every case."""

import pytest

from shared.faults import POINTS
from tests.chaos.cases import ALL, FAST, rounds
from tests.chaos.scene import HEAL_SECONDS, Case, Result, Scene

pytestmark = pytest.mark.timeout(600)
on_the_stage = pytest.mark.asyncio(loop_scope="module")
_played: dict[str, Result] = {}


def test_the_subset_is_large_enough_to_mean_something() -> None:
    assert len(FAST) >= 30
    assert len({case.name for case in FAST}) == len(FAST)
    assert {case.row for case in FAST} == {case.row for case in ALL}, "every row of the fault table"
    struck = {case.name.split()[-1].partition("/")[0] for case in FAST if case.name.startswith("crash ")}
    assert struck == set(POINTS), "every crash point"


def test_cases_that_are_played_together_strike_different_parts() -> None:
    together = rounds(FAST)
    assert sorted(case.name for cases in together for case in cases) == sorted(case.name for case in FAST)
    for cases in together:
        struck = [part for case in cases for part in case.strikes]
        assert len(struck) == len(set(struck))
        assert len(cases) == 1 or all(case.strikes for case in cases)


@on_the_stage
@pytest.mark.parametrize("case", FAST, ids=lambda case: case.name.replace(" ", "-").replace("/", "."))
async def test_the_system_is_well_after(scene: Scene, case: Case) -> None:
    if case.name not in _played:  # with the others of its round
        cases = next(cases for cases in rounds(FAST) if case in cases)
        _played.update({result.case: result for result in await scene.play_together(cases)})
    result = _played[case.name]
    assert not result.problems
    assert result.heal <= HEAL_SECONDS


@on_the_stage
async def test_the_judge_finds_every_promise_kept(scene: Scene) -> None:
    verdict, problems = await scene.judged()
    assert not problems
    assert verdict.good, verdict.summary()
    assert verdict.journeys > 0
    assert (verdict.lost, verdict.double) == (0, 0)
