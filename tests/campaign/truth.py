"""What really happened, by the world's own ledger: whom each action brought, who was served where, and how each code fared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tests.campaign.acting import Deed
from tests.campaign.clock import TICKS
from tests.campaign.damage import Care, Handling, care_of
from tests.campaign.playing import PlayedYear
from tests.campaign.world import World


@dataclass(frozen=True)
class TrueRequest:
    """A request that was filed. `source`: the code of that by which the person came; "" by nothing. `way`: how the code was handled."""

    receipt: str
    source: str
    way: Handling
    care: Care
    is_ad: bool
    by_registrar: bool
    came_back: bool

    @property
    def has_code(self) -> bool:
        """Return whether its sender came by a source, in a chat."""
        return bool(self.source) and not self.by_registrar


@dataclass(frozen=True)
class CampaignLedger:
    """The truth. By code of the source: `visits`, `brought` (finished, and would not have come); by village: `served`, `brought_in`."""

    requests: tuple[TrueRequest, ...]
    visits: Mapping[str, int]
    seen: Mapping[str, int]
    brought: Mapping[str, int]
    served: Mapping[str, int]
    brought_in: Mapping[str, int]
    finished_in_month: Mapping[int, int]
    chatters: int
    residents: Mapping[str, int]
    codes: Mapping[str, str]


def ledger_of(world: World, played: PlayedYear) -> CampaignLedger:
    """Return the truth of a year that was played."""
    codes, done = played.codes, [deed for deed in played.deeds.values() if deed.receipt]
    brought = Counter(dict.fromkeys(codes.values(), 0))
    served = Counter({place.code: 0 for place in world.places})
    brought_in = Counter({place.code: 0 for place in world.places})
    months: Counter[int] = Counter()
    for deed in done:
        person = deed.person
        served[person.who.village] += 1
        months[(person.tick + deed.came_back) // len(TICKS)] += 1
        if person.brought_by:
            brought[codes[person.brought_by]] += 1
            village = world.actions[person.brought_by].village
            brought_in.update([village] if village else [])
    return CampaignLedger(
        requests=tuple(_request(world, codes, deed) for deed in done),
        visits=Counter(codes[key] for deed in played.deeds.values() for key in deed.person.visits),
        seen={codes[key]: times for key, times in played.seen.items()},
        brought=brought,
        served=served,
        brought_in=brought_in,
        finished_in_month=months,
        chatters=sum(deed.person.comes and not deed.person.by_registrar for deed in played.deeds.values()),
        residents={place.code: world.residents[place.code] for place in world.places},
        codes=codes,
    )


def _request(world: World, codes: Mapping[str, str], deed: Deed) -> TrueRequest:
    person = deed.person
    code = codes[person.comes_by] if person.comes_by else ""
    is_ad = bool(code) and bool(world.actions[person.comes_by].ad)
    return TrueRequest(deed.receipt, code, person.handling, care_of(person.handling), is_ad, person.by_registrar, deed.came_back)


def per_thousand(counts: Mapping[str, int], residents: Mapping[str, int]) -> dict[str, float]:
    """Return counts of each thousand residents."""
    return {village: 1000 * counts.get(village, 0) / people for village, people in residents.items()}
