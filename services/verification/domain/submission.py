"""A request as intake stored it, in this service's own types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from shared.errors import DomainError
from shared.values import Attachment, Contact, Vouching

CERAI_TALAK: Final = "cerai_talak"
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
    """A child of the marriage and the NIK of the party who has custody."""

    nik: str
    custody_nik: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class CourtDecision:
    """A divorce decision of a Religious Court. The office records it and does not try the case again."""

    court_code: str
    case_number: str
    kind: str
    decided_on: date
    final_on: date
    deed_number: str
    deed_on: date
    husband: CourtParty
    wife: CourtParty
    pledge_on: date | None = None
    deed_serial: str | None = None
    marriage_certificate_number: str | None = None
    marriage_certificate_on: date | None = None
    children: tuple[CourtChild, ...] = ()

    @property
    def divorced_on(self) -> date:
        """The day the marriage ended: that of the pledge of a cerai talak, else the day the decision became final.

        Source: PP 9/1975 article 34 (2), UU 7/1989 articles 70-71 and 81.
        """
        return self.pledge_on or self.final_on

    def party(self, nik: str) -> CourtParty | None:
        """Return the party with this NIK; None where there is none."""
        return next((party for party in (self.husband, self.wife) if party.nik == nik), None)

    def other(self, nik: str) -> CourtParty:
        """Return the party who does not have this NIK."""
        return self.wife if self.husband.nik == nik else self.husband

    def custody_of(self, nik: str) -> frozenset[str]:
        """Return the NIKs of the children in this party's custody."""
        return frozenset(child.nik for child in self.children if child.custody_nik == nik)


@dataclass(frozen=True, slots=True)
class Submission:
    """A complete request: one person, one service, one product.

    `nik` is the holder's, the person whose document it is; None where the holder has none yet.
    """

    request_id: str
    receipt: str
    channel: str
    service: str
    product: str
    submitted_at: datetime
    nik: str | None
    contact: Contact
    case_id: str | None = None
    kk_number: str | None = None
    applicant_name: str | None = None
    promised_at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()
    decision: CourtDecision | None = None
    vouching: Vouching | None = None
    """None: nobody vouches for the sender."""
    sender_nik: str | None = None
    """The NIK to which the sender's contact is linked, where a link vouches."""
    repeats: str | None = None
    """The id of the request for the same that ended a short time ago."""

    @property
    def attachment_kinds(self) -> frozenset[str]:
        """The kinds of the attachments."""
        return frozenset(attachment.kind for attachment in self.attachments)

    @property
    def holder_nik(self) -> str:
        """The NIK of the person whose document it is.

        Raises:
            DomainError: `nik_missing`: no document of today's services is for a person without one.
        """
        if self.nik is None:
            raise DomainError(NIK_MISSING, "The request names no NIK.")
        return self.nik

    @property
    def person_niks(self) -> tuple[str, ...]:
        """Everybody who must be looked up in the register: the holder, whoever asks, the parties, the children."""
        asked = [nik for nik in (self.nik, self.sender_nik) if nik is not None]
        decision = self.decision
        if decision is not None:
            asked += [decision.husband.nik, decision.wife.nik, *(child.nik for child in decision.children)]
        return tuple(dict.fromkeys(asked))
