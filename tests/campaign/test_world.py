"""The world is the same for a seed, and is what it says it is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from services.intake.domain.outreach.codes import CodeCondition, is_code, read_code
from services.verification.adapters.registry_csv import write_families
from services.verification.adapters.registry_sample import sample_families
from tests.campaign.damage import MIX, Care, Handling, care_of, drawn_handling, handled
from tests.campaign.world import OF_HOUSEHOLD, Outcome, World, make_world

WISH = "Saya mau mengurus dokumen"


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register with a dozen families in each village."""
    file = tmp_path_factory.mktemp("register") / "register.csv"
    write_families(file, sample_families(2_472, 1))
    return file


def drawn(register: Path, seed: int = 7) -> World:
    return make_world(register, count_villages=20, people=80, months=3, seed=seed)


def test_a_seed_gives_the_same_world_and_another_one_another(register: Path) -> None:
    assert drawn(register) == drawn(register)
    assert drawn(register).people != drawn(register, 8).people


def test_people_come_by_what_they_can_notice_where_they_live(register: Path) -> None:
    world = drawn(register)
    assert len(world.people) == 80
    for person in world.people:
        if person.comes_by:
            action = world.actions[person.comes_by]
            assert action.village in ("", person.who.village)
            assert action.service in ("", person.service)
            assert person.told_by is not None or (action.runs_at(person.tick) and person.comes_by in person.seen)
        assert person.brought_by in ("", person.comes_by)
        assert person.comes or not person.comes_by


def test_nobody_asks_for_what_a_relative_has_asked_for_and_neighbours_come_after_who_told_them(register: Path) -> None:
    world = drawn(register)
    families = Counter(person.who.kk_number for person in world.people if person.service in OF_HOUSEHOLD)
    assert max(families.values()) == 1
    told = [person for person in world.people if person.told_by is not None]
    assert told
    tellers = {person.number: person for person in world.people}
    for person in told:
        teller = tellers[person.told_by or 0]
        assert teller.files
        assert (teller.who.village, teller.comes_by) == (person.who.village, person.comes_by)
        assert teller.tick < person.tick


def test_there_are_people_of_every_outcome_who_come_by_nothing_and_who_stay_at_home(register: Path) -> None:
    people = make_world(register, count_villages=206, people=600, months=12, seed=1).people
    assert {person.outcome for person in people if person.comes} == set(Outcome)
    assert any(person.comes and not person.comes_by for person in people)
    assert any(person.comes_by and not person.brought_by for person in people)
    assert any(person.by_registrar for person in people)
    assert any(not person.comes and person.visits for person in people)


@pytest.mark.parametrize("code", ["K7Q", "B2Z4", "N7QB2"])
@pytest.mark.parametrize("way", Handling)
def test_what_is_called_intact_has_all_its_characters_and_what_is_called_damaged_has_not(way: Handling, code: str) -> None:
    text = handled(f"{WISH} (#{code})", way, Random(3))
    assert (code in text.upper()) == (care_of(way) is Care.INTACT)
    found = read_code(text).code
    if care_of(way) is Care.GONE:
        assert found is None
    elif is_code(code):
        assert found is not None
        assert (found.condition is CodeCondition.INTACT) == (care_of(way) is Care.INTACT)


def test_handlings_are_drawn_as_their_shares_say() -> None:
    rng = Random(1)
    count = Counter(drawn_handling(rng) for _ in range(20_000))
    assert sum(MIX.values()) == 100
    assert all(abs(count[way] / 200 - share) < 1 for way, share in MIX.items())
