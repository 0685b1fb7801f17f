"""The pictures of the funnel: the way as bars, and who chatted and came to the end over time; each under what stands out of it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from services.intake.desk.funnel_words import OF_PERSONS, STEPS
from services.intake.domain.outreach.funnel import FunnelStep, StepCounts
from shared.web.desk.overview import Column, Kind, Lead, Picture, PictureRow, Shade
from shared.web.desk.words import count, day_short, decimal

PEOPLE: Final = (FunnelStep.VISITED, FunnelStep.CHATTED, FunnelStep.BEGAN, FunnelStep.SUBMITTED, FunnelStep.FINISHED)
"""The steps that are drawn: how often something was seen is of another size, and whoever was told is no step further."""
_PERCENT: Final = 100


def funnel_picture(total: StepCounts, by_source_link: str, *, by_person: bool = False) -> Picture:
    """Return the way. `by_person`: of persons of a sex or an age alone, of whom the way is known from their request on."""
    return Picture(
        name="corong",
        finding=finding(total),
        about="Orang menurut langkahnya; tiap orang dihitung sekali di tiap langkah, sumber, dan layanan",
        subject="Langkah",
        columns=(Column("Orang"),),
        lines=tuple(PictureRow(STEPS[step], (total.get(step, 0),)) for step in PEOPLE if not by_person or step in OF_PERSONS),
        lead=Lead("Lihat menurut sumber", by_source_link),
        teaches="Begitu warga datang lewat poster, kiriman, atau percakapan, di sini terlihat sampai mana mereka melangkah.",
        is_wide=True,
    )


def finding(total: StepCounts) -> str:
    """Return how many came to the end, and where most of them stopped."""
    chatted, finished = total.get(FunnelStep.CHATTED, 0), total.get(FunnelStep.FINISHED, 0)
    if not chatted:
        return f"{count(finished)} orang selesai" if finished else _nobody_came(total.get(FunnelStep.SEEN, 0))
    share = (
        f"{count(finished)} dari {count(chatted)} orang yang memulai percakapan sampai selesai ({decimal(_PERCENT * finished / chatted)} %)"
    )
    lost = {after: total.get(before, 0) - total.get(after, 0) for before, after in itertools.pairwise(PEOPLE[1:])}
    most = max(lost, key=lambda step: lost[step])
    return f"{share}; terbanyak berhenti sebelum {STEPS[most].lower()}" if lost[most] > 0 else share


def _nobody_came(seen: int) -> str:
    return f"Dilihat {count(seen)} kali, belum ada yang datang" if seen else "Belum ada yang datang dalam waktu ini"


def trend_picture(
    days: Mapping[str, StepCounts], first: date, last: date, *, by_months: bool, link: str, by_person: bool = False
) -> Picture:
    """Return who chatted (of persons alone: filed) and who came to the end, by day or by month.

    `days`: counts by date; of a month by its first seven letters.
    """
    begun = FunnelStep.SUBMITTED if by_person else FunnelStep.CHATTED
    span = (last - first).days + 1
    if not by_months:
        grouped, words = days, {each.isoformat(): day_short(each) for each in (first + timedelta(days=day) for day in range(span))}
    else:
        grouped, words = _by_month(days), _months(first, last)
    began = sum(counts.get(begun, 0) for counts in days.values())
    return Picture(
        name="perjalanan",
        finding=f"{count(began)} orang {STEPS[begun].lower()}" if began else f"Belum ada yang {STEPS[begun].lower()} dalam waktu ini",
        about=f"Orang yang {STEPS[begun].lower()} dan yang selesai, menurut waktu",
        subject="Waktu",
        columns=(Column(STEPS[begun]), Column("Selesai", Shade.SOON)),
        lines=tuple(
            PictureRow(word, tuple(grouped.get(key, {}).get(step, 0) for step in (begun, FunnelStep.FINISHED)))
            for key, word in words.items()
        ),
        lead=Lead("Menurut hari", link),
        teaches="Begitu ada yang datang, di sini terlihat harinya.",
        kind=Kind.LINES,
        is_wide=True,
    )


def _by_month(days: Mapping[str, StepCounts]) -> Mapping[str, StepCounts]:
    grouped: dict[str, Counter[FunnelStep]] = {}
    for day, counts in days.items():
        grouped.setdefault(day[:7], Counter()).update(counts)
    return grouped


def _months(first: date, last: date) -> dict[str, str]:
    words: dict[str, str] = {}
    month = first.replace(day=1)
    while month <= last:
        words[f"{month:%Y-%m}"] = f"{day_short(month).split()[1]} {month.year}"
        month = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return words
