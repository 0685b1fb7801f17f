"""The judge of what is counted: a right run passes, and whatever is lost, folded twice or not at all is found."""

from __future__ import annotations

import pytest

from tests.chaos.judge import judge
from tests.chaos.specimen import CHAT, COUNTED_ON, Specimen, right

FILED = f"{CHAT}.request.filed"


def fold_as(specimen: Specimen, **counts: bytes) -> None:
    """Let the table of the day say something else."""
    table = specimen.one("intake", "funnel_cells", f"2|figures|{COUNTED_ON}")
    table["columns"] |= {step: {"counts": of, "kind": "B"} for step, of in counts.items()}


def found(specimen: Specimen) -> set[str]:
    verdict = judge(specimen.history, specimen.world)
    assert {finding.promise for finding in verdict.findings} <= {"conservation"}
    return {finding.what for finding in verdict.findings}


def test_a_request_that_no_row_tells_of_is_found() -> None:
    it = right()
    it.world.rows["intake", "funnel_steps"].remove(it.one("intake", "funnel_steps", FILED))
    fold_as(it, filed=bytes([2]))
    assert found(it) == {"not_counted"}


@pytest.mark.parametrize("counts", [bytes([1, 3]), bytes([2]), b""])
def test_a_row_that_was_folded_twice_or_never_is_found(counts: bytes) -> None:
    it = right()
    fold_as(it, done=counts)
    assert found(it) == {"counts_differ"}


def test_tables_of_another_generation_count_for_nothing() -> None:
    it = right()
    it.world.of("intake", "funnel_state")[0]["generation"] = 3
    assert found(it) == {"counts_differ"}


def test_a_row_that_waits_for_its_fold_is_no_fault() -> None:
    it = right()
    it.one("intake", "funnel_steps", FILED)["is_new"] = True
    assert not found(it)
    fold_as(it, filed=bytes([2]))
    assert not found(it)
