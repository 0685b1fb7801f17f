"""The month that is over in numbers, as a piece says it: nothing of so few people that they would be known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from services.intake.domain.counting import SMALL
from services.intake.domain.figures import Figure, hours_within, months_back
from services.intake.domain.studio.contents import FIGURES_APART
from services.intake.domain.survey.report import report_of
from services.intake.ports import Deps
from shared.clock import WIB
from shared.web.public.words import MONTHS

_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class MonthInNumbers:
    """A month, and what is said of it. `said`: "" where too few documents were issued to say anything."""

    month: str
    said: str


async def month_in_numbers(deps: Deps) -> MonthInNumbers:
    """Return the last month that is over: documents issued, within how many working hours half was finished, index of the survey."""
    last = months_back(deps.clock(), 2, WIB)[0]
    year, _, number = last.partition("-")
    named = f"{MONTHS[int(number) - 1]} {year}"
    cells = [cell for cell in await deps.figures.cells(last) if cell.month == last]
    issued = sum(cell.count for cell in cells if cell.figure is Figure.ISSUED)
    if issued < SMALL:
        return MonthInNumbers(named, "")
    said = [f"{issued:,} dokumen terbit".replace(",", ".")]
    hours: Counter[int] = Counter()
    for cell in cells:
        if cell.figure is Figure.FINISHED:
            hours.update(cell.hours)
    if hours.total() >= SMALL:
        said.append(f"separuh selesai dalam {hours_within(hours, _HALF)} jam kerja")
    survey = report_of(await deps.surveys.tallies(last, last), last, last, "", deps.survey)
    if survey.index is not None:
        said.append(f"nilai survei {survey.index.value}".replace(".", ","))
    return MonthInNumbers(named, FIGURES_APART.join(said))
