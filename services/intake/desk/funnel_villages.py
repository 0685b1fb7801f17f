"""How each village stands: people served of its residents, and what was met of its needs; whatever else a page narrows down."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from services.intake.desk.room import DeskRoom
from services.intake.domain.outreach.funnel import Facet, FunnelQuestion, FunnelStep
from services.intake.domain.outreach.participation import (
    SERVICES_OF,
    Need,
    NeedMet,
    VillageGroups,
    VillageParticipation,
    needs_met,
    participation,
)
from shared.web.desk.words import decimal

NEEDS: Final[Mapping[Need, str]] = {
    Need.KIA: "Anak tanpa KIA",
    Need.KTP: "Orang dewasa yang belum merekam KTP-el",
    Need.BIRTH: "Kelahiran yang diperkirakan",
    Need.DEATH: "Kematian yang diperkirakan",
}
COLUMNS: Final = ("Dilayani", "Penduduk", "Per 1.000 warga", "Peringkat", "Selisih", "Perubahan")
FILE_COLUMNS: Final = (
    *COLUMNS,
    *(column for word in NEEDS.values() for column in (f"{word}: selesai", word, f"{word}: selesai per 1.000")),
)


@dataclass(frozen=True, slots=True)
class VillageStanding:
    """A village, with its needs in the order of `NEEDS`."""

    served: VillageParticipation
    needs: tuple[NeedMet, ...]

    def need_of(self, service: str) -> NeedMet | None:
        """Return the need that a service meets; None where it is none of them."""
        return next((each for each in self.needs if service in SERVICES_OF[each.need]), None)

    @property
    def cells(self) -> Sequence[str]:
        """What a file says of it, under `FILE_COLUMNS`."""
        one = self.served
        rates = (decimal(one.per_thousand, 2), str(one.rank), decimal(one.gap, 2), decimal(one.trend, 2))
        needs = (cell for each in self.needs for cell in (str(each.met), decimal(each.people), decimal(each.per_thousand, 2)))
        return (str(one.served), str(one.residents), *rates, *needs)


async def standings(room: DeskRoom, asked: FunnelQuestion, scope: Collection[str]) -> Mapping[str, VillageStanding]:
    """Return how these villages stand in the days that are asked for, and against as many days before; of everybody who lives there."""
    everybody = FunnelQuestion(asked.first, asked.last, steps=frozenset({FunnelStep.SERVED}))
    days = asked.last - asked.first + timedelta(days=1)
    earlier = replace(everybody, first=asked.first - days, last=asked.first - timedelta(days=1))
    groups = VillageGroups(room.deps.village_history.together(asked.first), room.deps.village_history.together(earlier.first))
    served, before = [
        {code: counts.get(FunnelStep.SERVED, 0) for code, counts in (await room.deps.funnel.counts(each, Facet.VILLAGE)).items()}
        for each in (everybody, earlier)
    ]
    deps, met = room.deps, await _met(room, asked)
    ranked = {row.village: row for row in participation(served, before, deps.residents.by_village, groups)}
    return {
        code: VillageStanding(
            ranked[code],
            needs_met(met.get(code, {}), [deps.residents.by_village[code]], deps.crude_rates, asked.first, asked.last),
        )
        for code in scope
    }


async def _met(room: DeskRoom, asked: FunnelQuestion) -> Mapping[str, Mapping[str, int]]:
    """Return how many requests of each service that meets a need were finished, by village."""
    found: dict[str, dict[str, int]] = {}
    for service in (service for services in SERVICES_OF.values() for service in services):
        question = FunnelQuestion(asked.first, asked.last, service=service, steps=frozenset({FunnelStep.MET}))
        for code, counts in (await room.deps.funnel.counts(question, Facet.VILLAGE)).items():
            found.setdefault(code, {})[service] = counts.get(FunnelStep.MET, 0)
    return found


def together(found: Collection[VillageStanding]) -> Sequence[NeedMet]:
    """Return the needs of several villages."""
    columns = zip(*(each.needs for each in found), strict=True)
    return [NeedMet(column[0].need, sum(each.met for each in column), sum(each.people for each in column)) for column in columns]
