"""The services as everybody reads them: what to prepare, what comes of it, and how long it takes, all from the catalogue."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from services.intake.domain.forms import ServiceMenu
from services.intake.domain.texts import DialogueTexts
from shared.reference.calendar import office_week
from shared.reference.catalogue import CivilService, Offer, ProductForm
from shared.reference.forms import Field
from shared.reference.lists import code_list
from shared.reference.outreach import outreach_lists

_OTHERS: Final = {"name": "Layanan lain", "icon": "chat"}
_IN_SOME_CASES: Final = "hanya bila kami minta di chat"
_MAY_BE_LEFT_OUT: Final = "bila ada"


@dataclass(frozen=True, slots=True)
class CardNeed:
    """Something to prepare. `case`: when it is asked for; "" always."""

    text: str
    case: str = ""


@dataclass(frozen=True, slots=True)
class CardGift:
    """Something that comes of it. `form`: how it reaches the person."""

    text: str
    form: ProductForm


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """A service on a public page. `days`: most working days after everything is there; None: people choose the day on which they come.

    `sentence`: the first message of its link. `bring`: what is brought to the office, of a service that is done there. `asks_selfie`: of
    whom we have not compared with their KTP-el yet.
    """

    code: str
    name: str
    title: str
    about: str
    days: int | None
    needs: tuple[CardNeed, ...]
    bring: tuple[str, ...]
    gives: tuple[CardGift, ...]
    asks_selfie: bool
    askers: str
    report_within_days: int | None
    sentence: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CardGroup:
    """Cards that people look for together."""

    name: str
    icon: str
    cards: tuple[ServiceCard, ...]


@dataclass(frozen=True, slots=True)
class CardWords:
    """What the catalogue lacks. `groups`: name, icon and the menu's groups in it; `cases`: when a document of a form is asked for."""

    groups: Sequence[Mapping[str, Any]]
    cases: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ServiceCards:
    """The card of each open service by its code, in the order of the menu; and the cards by what people look for."""

    of: Mapping[str, ServiceCard]
    groups: tuple[CardGroup, ...]


def cards_of(menu: ServiceMenu, texts: DialogueTexts, words: CardWords) -> ServiceCards:
    """Return the cards of the open services."""
    cards = {code: _card(menu.catalogue.get(code), menu, texts, words.cases) for code in menu.forms}
    return ServiceCards(cards, tuple(_groups(cards, menu, words)))


def _groups(cards: Mapping[str, ServiceCard], menu: ServiceMenu, words: CardWords) -> Iterator[CardGroup]:
    rows: list[Mapping[str, Any]] = [*words.groups]
    named = {group for row in rows for group in row["of"]}
    rows.append(_OTHERS | {"of": [group for group in menu.groups() if group not in named]})
    groups = menu.groups()
    for row in rows:
        if held := tuple(cards[each.id] for group in row["of"] for each in groups.get(group, ())):
            yield CardGroup(row["name"], row["icon"], held)


def at_the_office(menu: ServiceMenu, texts: DialogueTexts) -> Sequence[tuple[str, Sequence[str]]]:
    """Return what can be done at the office alone, and not be begun here: name, and what to bring."""
    return [(service.name, _bring(service, texts)) for code, service in menu.in_person.items() if code not in menu.forms]


def working_days(hours: float, week: Mapping[int, Sequence[Any]] | None = None) -> int:
    """Return within how many of the office's days so many working hours have passed, whenever in a week without holidays they begin.

    Counted from the end of a day: the day on which everything came is not one of them.
    """
    lengths = {day: sum((_length(shift) for shift in shifts), timedelta()) for day, shifts in (week or office_week()).items()}
    order = sorted(day for day, length in lengths.items() if length)
    wanted = timedelta(hours=hours)
    rounds = math.ceil(wanted / sum((lengths[day] for day in order), timedelta())) + 1
    return max(_days_from(start, wanted, [lengths[day] for day in order] * rounds) for start in range(len(order)))


def _days_from(start: int, wanted: timedelta, lengths: Sequence[timedelta]) -> int:
    passed, days = timedelta(), 0
    for length in lengths[start:]:
        if passed >= wanted:
            break
        passed, days = passed + length, days + 1
    return days


def _length(shift: Any) -> timedelta:
    return timedelta(hours=shift.closes.hour - shift.opens.hour, minutes=shift.closes.minute - shift.opens.minute)


def _card(service: CivilService, menu: ServiceMenu, texts: DialogueTexts, cases: Mapping[str, str]) -> ServiceCard:
    named = menu.catalogue.products
    products = [named[each] for each in dict.fromkeys(service.products)]
    askers = code_list("may_ask")
    return ServiceCard(
        code=service.id,
        name=texts.buttons.get(f"about:{service.id}", service.name),
        title=service.name,
        about=service.about,
        days=_days(service),
        needs=tuple(_needs(service, menu, cases)),
        bring=_bring(service, texts) if service.offer is Offer.IN_PERSON else (),
        gives=() if service.offer is Offer.IN_PERSON else tuple(CardGift(each.name, each.form) for each in products),
        asks_selfie=service.proves_identity and service.offer is Offer.ONLINE,
        askers=", ".join(askers.label(each)[:1].lower() + askers.label(each)[1:] for each in service.may_ask),
        report_within_days=service.report_within_days,
        sentence=outreach_lists().sentence(service),
        words=service.words,
    )


def _days(service: CivilService) -> int | None:
    if service.offer is Offer.IN_PERSON:
        return None
    return service.stages.finish_days if service.stages else working_days(service.promise_hours)


def _needs(service: CivilService, menu: ServiceMenu, cases: Mapping[str, str]) -> Iterator[CardNeed]:
    for field in service.form.fields:
        if field.type == "document":
            yield CardNeed(menu.document(field), _case(service.id, field, cases))


def _case(service: str, field: Field, cases: Mapping[str, str]) -> str:
    if field.when is None:
        return _MAY_BE_LEFT_OUT if field.optional else ""
    return cases.get(f"{service}.{field.name}") or cases.get(field.name) or _IN_SOME_CASES


def _bring(service: CivilService, texts: DialogueTexts) -> tuple[str, ...]:
    listed = texts.texts.get(f"needs.{service.id}") or texts.texts["needs.unknown"]
    return tuple(line.removeprefix("• ").strip() for line in listed.strip().splitlines())
