"""What documents say, in this service's own types; `events.py` makes wire contents of them. Pure.

Villages are codes here; their names are looked up when the content is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from services.verification.domain.contents_abroad import ArrivalLetter as ArrivalLetter
from services.verification.domain.contents_abroad import EventPerson as EventPerson
from services.verification.domain.contents_abroad import ForeignEvent as ForeignEvent
from services.verification.domain.contents_abroad import LeavingLetter as LeavingLetter
from services.verification.domain.register import Family, Member


@dataclass(frozen=True, slots=True)
class FamilyCard:
    """A Kartu Keluarga of this family, with the number it has by then."""

    family: Family


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """A KTP-el of a member, who lives with this family."""

    member: Member
    family: Family


@dataclass(frozen=True, slots=True)
class ChildCard:
    """A KIA of a member. `certificate_key`: the certificate of the same request whose number it shows."""

    member: Member
    family: Family
    today: date
    certificate_key: str | None = None


@dataclass(frozen=True, slots=True)
class ParentNamed:
    """Father or mother as a certificate names them."""

    name: str
    nik: str | None = None
    citizenship: str = "WNI"


@dataclass(frozen=True, slots=True)
class BirthCertificate:
    """A kutipan akta kelahiran. `kind`: 1 of father and mother; 2 the same, marriage not recorded; 3 of a mother; 4 parents unknown.

    `certificate_number`: of the akta that exists already, of which this is a further extract; None: a new one.
    """

    nik: str
    name: str
    sex: str
    born_on: date
    born_at: str | None
    birth_place: str
    birth_order: int
    kind: int
    late: bool
    father: ParentNamed | None = None
    mother: ParentNamed | None = None
    certificate_number: str | None = None


@dataclass(frozen=True, slots=True)
class DeathCertificate:
    """A kutipan akta kematian of a person as the register had them; `certificate_number` as in `BirthCertificate`."""

    member: Member
    died_on: date
    died_at: str | None
    death_place: str
    birth_order: int | None = None
    father: ParentNamed | None = None
    mother: ParentNamed | None = None
    certificate_number: str | None = None


@dataclass(frozen=True, slots=True)
class DeclarantNamed:
    """A person of a form F-2.05."""

    name: str
    nik: str | None
    born_on: date | None
    occupation: str
    citizenship: str
    address: str


@dataclass(frozen=True, slots=True)
class StillbirthLetter:
    """A surat keterangan lahir mati (F-2.05)."""

    sex: str
    stillborn_on: date
    stillborn_at: str | None
    place: str
    plurality: str
    birth_order: int
    months: int
    reporter: DeclarantNamed
    mother: DeclarantNamed
    father: DeclarantNamed | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where people move to, in capitals as printed: villages and districts of other regencies have no code here."""

    street: str
    rt: str
    rw: str
    village: str
    district: str
    regency_code: str


@dataclass(frozen=True, slots=True)
class MovingLetter:
    """An SKPWNI of members of a family. `move_class` to `card_of_movers`: terms of the form F-1.03, in capitals."""

    family: Family
    applicant: Member
    movers: tuple[Member, ...]
    destination: Destination
    reason: str
    move_class: str
    who_moves: str
    card_of_stayers: str
    card_of_movers: str
    planned_on: date
    valid_days: int


@dataclass(frozen=True, slots=True)
class Biodata:
    """A biodata penduduk (F-1.08) of a member, who lives with this family."""

    member: Member
    family: Family
    mother_nik: str | None = None
    father_nik: str | None = None
    former_address: str | None = None


@dataclass(frozen=True, slots=True)
class ParentageCertificate:
    """A kutipan akta pengakuan or pengesahan anak. `deed_number`, `deed_on`: of the akta kelahiran; `basis` and its parts as `SideNote`.

    `married_on`: the day of the marriage on which it rests; `religious_on`: of the one by religion, where that is another one.
    """

    nik: str
    name: str
    sex: str
    birth_place: str
    born_on: date
    deed_number: str
    father: ParentNamed
    mother: ParentNamed
    married_on: date
    basis: str
    deed_on: date | None = None
    religious_on: date | None = None
    marriage_number: str | None = None
    basis_issuer: str | None = None
    basis_number: str | None = None
    basis_on: date | None = None


@dataclass(frozen=True, slots=True)
class NotePerson:
    """Somebody whom a side note names beside the person of the akta. `role` as printed, such as `Ibu angkat`."""

    role: str
    name: str
    nik: str | None = None


@dataclass(frozen=True, slots=True)
class NoteChange:
    """One element of an akta, as printed: what stood there (`-`: nothing), and what holds from now on."""

    element: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SideNote:
    """A catatan pinggir of one event on one akta. `name`: whose akta it is, before the change; texts as printed.

    `basis`: on what it rests; `basis_issuer`: the court that decided, or who made the statement.
    """

    deed: str
    deed_number: str
    name: str
    event: str
    basis: str
    nik: str | None = None
    deed_on: date | None = None
    deed_office: str | None = None
    basis_issuer: str | None = None
    basis_number: str | None = None
    basis_on: date | None = None
    persons: tuple[NotePerson, ...] = ()
    changes: tuple[NoteChange, ...] = ()


Content: TypeAlias = (
    FamilyCard
    | IdentityCard
    | ChildCard
    | BirthCertificate
    | DeathCertificate
    | StillbirthLetter
    | SideNote
    | ParentageCertificate
    | MovingLetter
    | Biodata
    | LeavingLetter
    | ArrivalLetter
    | ForeignEvent
)
