"""Villages of which few are served: why, by what was counted, and which are told first."""

from collections.abc import Mapping

import pytest

from services.intake.desk.next_step_words import LaggingFilter, caution, chosen, next_acts, shown_number
from services.intake.domain.outreach.funnel import FunnelStep, StepCounts
from services.intake.domain.outreach.lagging import LaggingVillage, Why, lagging
from services.intake.domain.outreach.participation import participation
from shared.reference.residents import VillageResidents

V, C, X, S, R, F, L = (
    FunnelStep.VISITED,
    FunnelStep.CHATTED,
    FunnelStep.STOPPED,
    FunnelStep.SUBMITTED,
    FunnelStep.RETURNED,
    FunnelStep.FINISHED,
    FunnelStep.LATE,
)
GOOD, LOW = "3519012001", "3519072001"  # the second one is Sidorejo, Wungu
USUAL = {V: 1000, C: 500, X: 20, S: 200, R: 10, F: 190, L: 5, FunnelStep.SERVED: 190}


def found(counts: StepCounts, others: Mapping[str, StepCounts] | None = None) -> LaggingVillage:
    """What is said of a village beside one where all is well."""
    all_counts = {GOOD: USUAL, LOW: counts} | dict(others or {})
    served = {code: each.get(FunnelStep.SERVED, 0) for code, each in all_counts.items()}
    residents = {code: VillageResidents(4000, 900, 400, 3100, 30) for code in (GOOD, LOW)}
    stands = {row.village: row for row in participation(served, {}, residents)}
    (row,) = lagging(stands, all_counts)
    assert row.stands.village == LOW
    return row


@pytest.mark.parametrize(
    ("counts", "why", "shown"),
    [
        ({}, Why.UNREACHED, "Belum ada yang datang dari 4.000 warga"),
        ({V: 4, C: 4}, Why.UNREACHED, "Baru 4 orang datang dari 4.000 warga"),
        ({V: 120, C: 3}, Why.NO_CHAT, "117 dari 120 orang yang datang tidak memulai percakapan (97,5 %; kabupaten 55,1 %)"),
        ({V: 60, C: 40, X: 20, S: 10}, Why.STOPPING, "20 dari 30 isian berakhir tanpa permohonan (66,7 %; kabupaten 16,0 %)"),
        ({V: 60, C: 40, X: 1, S: 30, R: 20}, Why.RETURNED, "20 dari 30 yang mengajukan perlu melengkapi (66,7 %; kabupaten 13,0 %)"),
        ({V: 60, C: 40, X: 1, S: 30, R: 1, F: 28, L: 20}, Why.LATE, "20 dari 28 yang selesai melewati janji (71,4 %; kabupaten 11,5 %)"),
        ({V: 60, C: 40, X: 1, S: 30, R: 1, F: 28}, Why.FEW, "60 orang datang dari 4.000 warga"),
        ({C: 40, S: 30, F: 28}, Why.FEW, "40 orang datang dari 4.000 warga"),  # by the poster's code, without the page
        ({V: 8, C: 4, X: 3, S: 1}, Why.FEW, "8 orang datang dari 4.000 warga"),  # of four nothing is concluded
    ],
)
def test_the_first_passage_at_which_more_are_lost_than_by_chance_is_why(counts: StepCounts, why: Why, shown: str) -> None:
    row = found(counts)
    assert (row.why, shown_number(row)) == (why, shown)
    assert next_acts(row), "something can be done about each"


def test_who_came_by_no_village_counts_for_what_is_usual() -> None:
    counts = {V: 100, C: 60, X: 20, S: 30}
    assert found(counts).why is Why.STOPPING
    assert found(counts, {"": {X: 900, S: 900}}).why is Why.FEW


def test_a_difference_that_chance_explains_is_said_to_be_one() -> None:
    served = USUAL | {FunnelStep.SERVED: 3}
    residents = {GOOD: VillageResidents(4000, 900, 400, 3100, 30), LOW: VillageResidents(20, 5, 2, 15, 0)}
    stands = {row.village: row for row in participation({GOOD: 200, LOW: 0}, {}, residents)}
    (small,) = lagging(stands, {GOOD: served})
    assert not small.is_clear
    assert "kebetulan" in caution(small)
    assert found({}).is_clear
    assert caution(found({})) == ""
    assert "Kurang dari 5" in caution(found({V: 3}))


def test_rows_are_found_by_name_and_why_and_sorted() -> None:
    rows = [found({}), found({V: 120, C: 3})]
    assert [row.why for row in chosen(rows, LaggingFilter(sebab="no_chat"))] == [Why.NO_CHAT]
    assert [row.came for row in chosen(rows, LaggingFilter(urut="datang"))] == [120, 0]
    for words, count in (("sido", 2), ("wungu SIDO", 2), ("3519072001", 2), ("mejayan", 0)):
        assert len(chosen(rows, LaggingFilter(q=words))) == count
