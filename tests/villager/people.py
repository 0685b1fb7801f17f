"""Who writes: a person of the sample register with a wish, its answers, words for it, and habits. The same seed gives the same people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Final

from deploy.local.applications import Application, today
from deploy.local.commands import command
from deploy.local.stack import Stack
from services.intake.wiring.texts import TEMPLATES
from shared.reference.catalogue import catalogue
from tests.support.samples import KINDS
from tests.support.samples.people import Sample
from tests.villager.habits import AT_THE_COUNTER, OF_PHOTOS, Habit, drawn, spoilt

PICKED_OF_A_KIND: Final = 8  # services at most whose people come from one list
LINKED: Final = 0.5  # share of people whom a counter has linked to their phone: the others send a selfie


@dataclass(frozen=True)
class Person:
    """Somebody before the first word."""

    number: int
    application: Application = field(repr=False)
    phone: str
    wishes: Sequence[str]
    """What they would say, one way after the other."""
    habits: frozenset[Habit]
    is_linked: bool
    rng: Random = field(repr=False)

    @property
    def wanted(self) -> str:
        """The service, as a report calls it."""
        return "(counter)" if Habit.ELSEWHERE in self.habits else self.application.service


def sample_of(stack: Stack, people: int) -> Sample:
    """Pick enough people of a stack's register for so many wishes."""
    count = PICKED_OF_A_KIND * (people // len(KINDS) + 1)
    picked = json.loads(command("services.verification", "registry", "pick", str(stack.register), "--count", str(count)))
    return Sample.of(stack, picked)


def people(
    sample: Sample, count: int, seed: int, *, first: int = 0, mark: str = "000", habits: Sequence[Habit] = tuple(Habit)
) -> Iterator[Person]:
    """Yield people, the services in turn and the habits in turn; most have others beside.

    Args:
        sample: Whom the register has.
        count: How many.
        seed: Of all chance.
        first: Where in each list of the sample they begin: those before it are somebody else's.
        mark: Three digits of their phones, which nobody else's have.
        habits: Of which everybody has the next.
    """
    taken: Counter[str] = Counter()
    services = list(KINDS)
    for number in range(count):
        rng = Random(f"{seed}/{number}")
        service = services[number % len(services)]
        kind = KINDS[service]
        application = kind.made(sample, _place(sample, kind.of, first, taken[kind.of]))
        taken[kind.of] += 1
        own = drawn(rng, habits[(number + number // len(services)) % len(habits)]) - _impossible(application)
        needs_officer = Habit.RETURNED in own and catalogue().get(service).automatic  # else nobody is there who could return it
        linked = rng.random() < LINKED and not needs_officer
        phone = f"62813{mark}{number:05d}"
        yield Person(number, application, phone, _wishes(service, own, rng), own, linked, rng)


def _place(sample: Sample, of: str, first: int, taken: int) -> int:
    """Return who is next in a list of the sample: of a short one from its end, which tests that begin at its head do not reach.

    People who are in no list are made up, as many as one asks for.
    """
    held = sample.picked.get(of) or getattr(sample, of, None)
    return first + taken if held is None or first + taken < len(held) else len(held) - 1 - taken


def _impossible(application: Application) -> frozenset[Habit]:
    """Return what nobody does who is asked for no photo."""
    form = application.catalogued.form
    is_asked = any(field.is_document for field in form.asked(form.values(application.answers), today()))
    return frozenset() if is_asked else OF_PHOTOS


def _wishes(service: str, habits: frozenset[Habit], rng: Random) -> tuple[str, ...]:
    """Return two ways in which people say it, then its name."""
    if Habit.ELSEWHERE in habits:
        return (rng.choice(AT_THE_COUNTER),)
    known = _phrases()[service]
    said = rng.sample(known, min(2, len(known)))
    name = catalogue().get(service).name
    return (spoilt(said[0], rng) if Habit.TYPOS in habits else said[0], *said[1:], name)


@cache
def _phrases() -> Mapping[str, Sequence[str]]:
    """Return what people call each service: by the examples of the lexicon and the words of the catalogue."""
    lines = (TEMPLATES / "phrases.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t")[:2] for line in lines if line and not line.startswith("#")]
    return {service: [*(said for code, said in rows if code == service), *catalogue().get(service).words] for service in KINDS}
