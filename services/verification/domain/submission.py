"""A request as intake stored it, in this service's own types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any, Final

from shared.errors import DomainError
from shared.values import Attachment, Contact, Vouching

CERAI_TALAK: Final = "cerai_talak"
OFFICE_ZONE: Final = timezone(timedelta(hours=7))  # Western Indonesian Time, which has no summer time
CASE_FIELDS: Final = ("court_code", "case_number", "kind", "decided_on", "final_on")
"""What every decision of a court carries."""
NIK_MISSING: Final = "nik_missing"  # code of a finding, and of the error for what can't be done without a NIK


@dataclass(frozen=True, slots=True)
class CourtParty:
    """A party of a court decision, as the court wrote it."""

    nik: str
    name: str
    birth_place: str | None = None
    born_on: date | None = None
    address: str | None = None
    occupation: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class CourtChild:
    """A child and the NIK of the party who has custody, where the decision says it."""

    nik: str
    custody_nik: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of a form by field, each read as the type that the service's form gives it. A field that was not asked is absent."""

    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    def text(self, name: str) -> str | None:
        """Return an answer that is text, a code or a number of a person or family; None where it was not given."""
        value = self.values.get(name)
        return None if value is None else str(value)

    def date(self, name: str) -> date | None:
        """Return an answer that is a day."""
        value = self.values.get(name)
        return value if isinstance(value, date) or value is None else date.fromisoformat(str(value))

    def number(self, name: str) -> int | None:
        """Return an answer that is a number."""
        value = self.values.get(name)
        return None if value is None else int(value)

    def is_yes(self, name: str) -> bool:
        """Return whether the answer is yes."""
        return self.values.get(name) is True

    def rows(self, name: str) -> tuple[Answers, ...]:
        """Return the rows of a group, each with its own answers."""
        return tuple(Answers(row) for row in self.values.get(name) or ())


@dataclass(frozen=True, slots=True)
class CourtDecision:
    """What a court decided. The office records it and does not try the case again.

    `parties`: whom it names, by role, those included who get no documents. `answers`: the other fields of its kind.
    """

    court_code: str
    case_number: str
    kind: str
    decided_on: date
    final_on: date
    parties: Mapping[str, CourtParty] = field(default_factory=lambda: MappingProxyType({}))
    answers: Answers = field(default_factory=Answers)

    @property
    def husband(self) -> CourtParty:
        """The husband of a decision about a marriage."""
        return self.parties["husband"]

    @property
    def wife(self) -> CourtParty:
        """The wife of a decision about a marriage."""
        return self.parties["wife"]

    @property
    def children(self) -> tuple[CourtChild, ...]:
        """The children whom it names."""
        rows = self.answers.rows("children")
        return tuple(CourtChild(row.text("nik") or "", row.text("custody_nik"), row.text("name")) for row in rows)

    @property
    def divorced_on(self) -> date:
        """The day the marriage ended: that of the pledge of a cerai talak, else the day the decision became final.

        Source: PP 9/1975 article 34 (2), UU 7/1989 articles 70-71 and 81.
        """
        return self.answers.date("pledge_on") or self.final_on

    def party(self, nik: str) -> CourtParty | None:
        """Return whom it names with this NIK; None where there is none."""
        return next((party for party in self.parties.values() if party.nik == nik), None)

    def custody_of(self, nik: str) -> frozenset[str]:
        """Return the NIKs of the children in this party's custody."""
        return frozenset(child.nik for child in self.children if child.custody_nik == nik)


def decided(sent: Mapping[str, Any]) -> CourtDecision:
    """Return what a court decided, from the fields as they travel: whom it names has fields of their own, a group has rows."""
    parties = {name: CourtParty(**value) for name, value in sent.items() if isinstance(value, Mapping)}
    own = {name: value for name, value in sent.items() if name not in CASE_FIELDS and name not in parties and value is not None}
    return CourtDecision(**{name: sent[name] for name in CASE_FIELDS}, parties=parties, answers=Answers(own))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a request, as the sender named them."""

    nik: str | None = field(default=None, repr=False)
    kk_number: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Submission:
    """A complete request: one applicant, one service, the documents asked for.

    `subject`: whom the documents are about; None: the applicant or their family. `case_requests`: the ids of all requests of a court case.
    """

    request_id: str
    receipt: str
    channel: str
    service: str
    products: tuple[str, ...]
    submitted_at: datetime
    contact: Contact
    applicant: Person
    subject: Person | None = None
    relation: str | None = None
    answers: Answers = field(default_factory=Answers)
    form_version: int = 1
    round: int = 1
    case_id: str | None = None
    case_requests: tuple[str, ...] = ()
    promised_at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()
    decision: CourtDecision | None = None
    vouching: Vouching | None = None
    """None: nobody vouches for the sender."""
    sender_nik: str | None = None
    """The NIK to which the sender's contact is linked, where a link vouches."""
    repeats: str | None = None
    """The id of the request for the same that ended a short time ago."""
    began_at: datetime | None = None
    """The time of the sender's first message about it; None: `submitted_at`."""
    traceparent: str = field(default="", compare=False)
    """The trace context of the event that brought it; empty for one of an older release."""

    @property
    def case_key(self) -> str:
        """The id of the case that judges it: the court's case, else the request itself."""
        return self.case_id or self.request_id

    @property
    def kk_number(self) -> str | None:
        """The number of the family card that the request is about, as the sender gave it."""
        return self.answers.text("kk_number") or self.applicant.kk_number

    @property
    def submitted_on(self) -> date:
        """The day on which it came in, in the office's zone: by it the conditions of the form are judged."""
        return self.submitted_at.astimezone(OFFICE_ZONE).date()

    @property
    def attachment_kinds(self) -> frozenset[str]:
        """The kinds of the attachments."""
        return frozenset(attachment.kind for attachment in self.attachments)

    @property
    def applicant_nik(self) -> str:
        """The NIK of the applicant.

        Raises:
            DomainError: `nik_missing`.
        """
        if self.applicant.nik is None:
            raise DomainError(NIK_MISSING, "The request names no NIK.")
        return self.applicant.nik
