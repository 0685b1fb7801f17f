"""The load is the same for the same seed, and nobody's family changes under somebody else's request."""

from __future__ import annotations

from collections import Counter

import pytest

from services.verification.adapters.registry_csv import write_families
from services.verification.adapters.registry_sample import sample_families
from tests.chaos.history import History
from tests.chaos.load import Drawn, Load, Plan, Sites

COURT = "PA.Kab.Mn"
FAMILIES = 3000


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Sites:
    register = tmp_path_factory.mktemp("register") / "register.csv"
    write_families(register, sample_families(FAMILIES, 1))
    nowhere = "http://127.0.0.1:9"
    return Sites(nowhere, nowhere, nowhere, nowhere, COURT, "key", "key", register)


async def drawn(sites: Sites, seed: int, count: int = 400, mistaken: float = 0.0) -> list[Drawn]:
    load = Load(sites, History(), Plan(seed=seed, per_second=1, mistaken=mistaken))
    return [load.draw(number) for number in range(1, count + 1)]


def who(journey: Drawn) -> tuple[str, str]:
    decision = journey.decision
    return journey.channel, journey.person.nik if decision is None else decision["husband"]["nik"]


async def test_the_same_seed_asks_for_the_same_people_on_the_same_channels(sites: Sites) -> None:
    first, again, other = await drawn(sites, 7), await drawn(sites, 7), await drawn(sites, 8)
    assert [who(journey) for journey in first] == [who(journey) for journey in again]
    assert [who(journey) for journey in first] != [who(journey) for journey in other]


async def test_two_runs_never_share_a_key_a_phone_or_a_case(sites: Sites) -> None:
    first, again = await drawn(sites, 7), await drawn(sites, 7)
    assert not {journey.key for journey in first} & {journey.key for journey in again}
    keys, phones = {journey.key for journey in first}, {journey.phone for journey in first}
    assert len(keys) == len(phones) == len(first)


async def test_the_shares_are_kept(sites: Sites) -> None:
    counts = Counter(journey.channel for journey in await drawn(sites, 7))
    assert 160 < counts["adapter"] < 240
    assert 120 < counts["whatsapp"] < 200
    assert 20 < counts["court"] < 60


async def test_some_adapters_name_the_card_of_another_family(sites: Sites) -> None:
    right = {journey.person.nik: journey.person.kk_number for journey in await drawn(sites, 7)}
    journeys = [journey for journey in await drawn(sites, 7, mistaken=0.5) if journey.channel == "adapter"]
    wrong = [journey for journey in journeys if journey.person.kk_number != right[journey.person.nik]]
    assert 0.4 < len(wrong) / len(journeys) < 0.6
    assert {journey.person.kk_number for journey in wrong} <= set(right.values())


async def test_who_is_divorced_asks_for_nothing_else_and_is_divorced_once(sites: Sites) -> None:
    load = Load(sites, History(), Plan(seed=7, per_second=1, shares={"adapter": 0.05, "whatsapp": 0.05, "court": 0.9}))
    journeys = [load.draw(number) for number in range(1, 2_900)]  # more decisions than couples
    husbands = Counter(journey.decision["husband"]["nik"] for journey in journeys if journey.decision is not None)
    assert husbands
    assert max(husbands.values()) == 1
    cards = {journey.decision["husband"]["kk_number"] for journey in journeys if journey.decision is not None}
    assert not cards & {journey.person.kk_number for journey in journeys}
    assert {journey.channel for journey in journeys[-100:]} == {"adapter", "whatsapp"}
