"""What the catalogue says of a service and of what the office makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, Self, TypeAlias

from shared.errors import BadInput, NotFound
from shared.reference.forms import Form
from shared.reference.forms.conditions import Condition, holds
from shared.reference.lists import UsedFrom

ANYONE: Final = "anyone"
OFFICE_DAY: Final = "office_day"  # the type of a field
When: TypeAlias = bool | Condition
"""Always, never, or where a condition on the answers holds."""


class Offer(StrEnum):
    """The way in which a service may be asked for."""

    ONLINE = "online"
    COURT = "court"
    IN_PERSON = "in_person"


class SubjectKind(StrEnum):
    """Whom a service's documents are about."""

    APPLICANT = "applicant"
    MEMBER = "member"
    CHILD = "child"
    """A child of whom a parent asks something, who may live on another card."""
    NEWBORN = "newborn"
    DECEASED = "deceased"
    HOUSEHOLD = "household"
    NEWCOMER = "newcomer"
    """Somebody who comes from another regency: neither they nor their card are in the register."""


class ProductForm(StrEnum):
    """The form of a product: a signed PDF, a card to be picked up, or a notice: an officer's answer in words, which has no number."""

    PDF = "pdf"
    CARD = "card"
    NOTICE = "notice"


class VisitPlace(StrEnum):
    """Where an officer meets people on a day that the officer sets: at their home, or at the office."""

    HOME = "home"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a service done in person."""

    name: str
    hours: str


@dataclass(frozen=True, slots=True)
class Product:
    """What the office gives. `code`: the two letters in a document's numbers, `late_code` those where the event was reported late.

    `document` names what is sent, which for a card is the slip to pick it up with; `file_name` begins the name of its file.
    """

    id: str
    name: str
    form: ProductForm
    code: str
    document: str
    file_name: str
    late_code: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a service's documents are about, and the fields that hold that person's NIK, name and day of birth; "" where none does."""

    of: SubjectKind
    nik: str = ""
    name: str = ""
    born_on: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it names."""
        return tuple(name for name in (self.nik, self.name, self.born_on) if name)


@dataclass(frozen=True, slots=True)
class Stages:
    """Working days from the complete request to each stage of an answer: read, answered first, finished without and with work outside."""

    read_days: int
    reply_days: int
    finish_days: int
    field_days: int


@dataclass(frozen=True, slots=True)
class CivilService:
    """One service of the catalogue.

    `about`: what it gives, in a line. `group`: where it stands in the menu. `may_ask`: who may ask for it. `words`: how people call
    it. `promise_hours`: working hours (see `shared.reference.working_hours`). `effect`: the service whose
    rules it follows, itself unless its file names another one: then it has no civil effect of its own. `transition_days`: how long answers
    to an older version of the form are still taken. `ready`: every part of the product implements it, so that it may be opened. `second`:
    when an approval needs a second one, by the head of the section. `urgent`: when it comes before others for somebody's health.
    `is_answered`: it ends with an officer's answer in words and no document. `stages`: the days of such an answer, in place of the hours.
    `visits`: where an officer may set a day to meet people; None: nowhere. `places_a_day`: how many may come on a day that they choose.
    `spared_by_qr`: whether documents with an electronic signature, and a KTP-el, do without it.
    `old_card`: whether whoever fetches a card of this service has an older one, which the office takes back.
    """

    id: str
    name: str
    about: str
    group: str
    offer: Offer
    subject: Subject
    may_ask: tuple[str, ...]
    products: tuple[str, ...]
    automatic: bool
    promise_hours: float
    report_within_days: int | None
    law: tuple[str, ...]
    words: tuple[str, ...]
    place: Place | None
    effect: str
    form: Form
    ready: bool = False
    older_forms: tuple[Form, ...] = ()
    transition_days: int = 30
    second: When = False
    urgent: When = False
    is_answered: bool = False
    stages: Stages | None = None
    visits: VisitPlace | None = None
    places_a_day: int = 0
    spared_by_qr: bool = False
    old_card: bool = True

    @property
    def promise(self) -> timedelta:
        """The working time from the complete request to its end, where no stages are counted in days."""
        return timedelta(hours=self.promise_hours)

    @property
    def is_for_anyone(self) -> bool:
        """Whether anybody may ask for it, so that nobody is proven and nothing of the register is told."""
        return self.may_ask == (ANYONE,)

    @property
    def proves_identity(self) -> bool:
        """Whether who asks has to be proven: not where anybody may ask, nor where who asks has no NIK to be proven by."""
        return not self.is_for_anyone and any(field.name == "nik" for field in self.form.fields)

    @property
    def day_field(self) -> str:
        """The field in which people choose the day on which they come; "": they choose none."""
        return next((field.name for field in self.form.fields if field.type == OFFICE_DAY), "")

    def using(self, used_from: UsedFrom) -> Self:
        """Return the service as an installation offers it that uses versions of code lists since these days."""
        return replace(self, form=self.form.using(used_from), older_forms=tuple(form.using(used_from) for form in self.older_forms))

    def needs_second(self, answers: Mapping[str, Any], today: date) -> bool:
        """Return whether an approval of these answers needs a second one."""
        return _applies(self.second, answers, today)

    def is_urgent(self, answers: Mapping[str, Any], today: date) -> bool:
        """Return whether these answers come before others for somebody's health."""
        return _applies(self.urgent, answers, today)

    def form_kept(self, version: int) -> Form:
        """Return a version of the form, however old, to read answers that were accepted.

        Raises:
            NotFound: `unknown_form_version`.
        """
        found = next((form for form in (self.form, *self.older_forms) if form.version == version), None)
        if found is None:
            raise NotFound("unknown_form_version")
        return found

    def form_of(self, version: int, today: date) -> Form:
        """Return a version of the form to check new answers with: an older one is taken until `transition_days` after the newer one began.

        Raises:
            BadInput: `form_outdated`, also of a version that there never was.
        """
        newer = next((form for form in (*self.older_forms, self.form) if form.version == version + 1), None)
        if version != self.form.version and (newer is None or today > newer.valid_from + timedelta(days=self.transition_days)):
            raise BadInput("form_outdated", f"version {self.form.version} is asked with")
        try:
            return self.form_kept(version)
        except NotFound:
            raise BadInput("form_outdated", f"version {self.form.version} is asked with") from None


def _applies(when: When, answers: Mapping[str, Any], today: date) -> bool:
    return when if isinstance(when, bool) else holds(when, answers, today)
