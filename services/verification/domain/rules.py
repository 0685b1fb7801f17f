"""The shape of what a service means: whom it concerns, what must hold, and what follows from its approval. Pure.

A module of `domain.services` gives one `Rules` per service code; `domain.services.RULES` names them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TypeAlias

from services.verification.domain.contents import (
    Biodata,
    BirthCertificate,
    ChildCard,
    Content,
    DeathCertificate,
    FamilyCard,
    IdentityCard,
    SideNote,
)
from services.verification.domain.finding import Finding
from services.verification.domain.register import Family, Register
from services.verification.domain.submission import Submission
from shared.reference.population import Effect


@dataclass(frozen=True, slots=True)
class Likeness:
    """Somebody who may be in the register under another spelling: born on that day, with a name, or a mother and a sex, like these."""

    name: str
    born_on: date
    sex: str
    mother: str


@dataclass(frozen=True, slots=True)
class People:
    """Whom to look up in the register: persons by NIK, families by the number of their card, and whose `certificates` have these numbers.

    `everybody_of`: cards of which each member is looked up as well, because they may all move: one who is on a second card would stay
    there. That is a second query, for these services alone. `alike`: who is looked for by birth and name, because nobody has a number.
    `relying`: those of whom courts may have decided something that they rely on. `newcomers`: they come into the register by it, so that
    somebody may be on the way by another approval, of which the register knows when its documents are issued.
    """

    niks: tuple[str, ...] = ()
    kk_numbers: tuple[str, ...] = ()
    everybody_of: tuple[str, ...] = ()
    alike: tuple[Likeness, ...] = ()
    relying: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    newcomers: bool = False


@dataclass(frozen=True, slots=True)
class NikWish:
    """A NIK that an approval will need: for somebody born on that day, registered in that district (six digits)."""

    district: str
    born_on: date
    sex: str


@dataclass(frozen=True, slots=True)
class CardWish:
    """A number of a new family card that an approval will need, in that district (six digits)."""

    district: str


Wish: TypeAlias = NikWish | CardWish


@dataclass(frozen=True, slots=True)
class Basis:
    """On what a change of the register rests. `number` None: the number of the certificate that issuance gives, known when it is issued."""

    kind: str
    on: date
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """One document to be made. `about` and `replaces` name what documents are of: `kk:NUMBER`, `ktp:NIK`, `kia:NIK`, `akta_kelahiran:NIK`.

    `annulled_by`: who ordered that what it replaces is void (`head_of_office`, `court`): its documents are taken back then, not superseded.
    `holder_nik` says for whom of several parties it is; the applicant's of a case with one request may be left out.
    """

    product: str
    content: Content
    holder_name: str
    about: str
    replaces: tuple[str, ...] = ()
    holder_nik: str | None = None
    annulled_by: str | None = None


@dataclass(frozen=True, slots=True)
class RegisterChange:
    """What the register becomes, once. `families`: each family as it is afterwards, with the edition that was read (1 of a new one).

    `died_on`, `died_in`: when and in which regency those of `died` died; the register keeps both, with the number of the basis. `moved_out`
    to another regency, `moved_in` from one: the basis is the SKPWNI. `abroad`: to another country, or from one. `cardless`: whose family
    card ends by it and who get no other one with it, because somebody else asked: they are told.
    """

    families: tuple[Family, ...]
    basis: Basis
    born: tuple[str, ...] = ()
    died: tuple[str, ...] = ()
    died_on: date | None = None
    died_in: str | None = None
    moved_out: tuple[str, ...] = ()
    moved_in: tuple[str, ...] = ()
    abroad: bool = False
    cardless: tuple[str, ...] = ()

    def effect_on_leaver(self, nik: str) -> Effect:
        """Return what became of somebody who is in none of its families any more."""
        if nik in self.died:
            return Effect.DIED
        if nik in self.moved_out:
            return Effect.MOVED_ABROAD if self.abroad else Effect.MOVED_OUT
        return Effect.LEFT

    def effect_on_newcomer(self, nik: str) -> Effect:
        """Return what became of somebody who was in none of its families before."""
        if nik in self.moved_in:
            return Effect.CAME_BACK if self.abroad else Effect.MOVED_IN
        return Effect.BORN


@dataclass(frozen=True, slots=True)
class Plan:
    """What follows from an approval: the documents in the order in which they are numbered, and the change of the register, if any."""

    documents: tuple[Ordered, ...]
    change: RegisterChange | None = None

    @property
    def touched(self) -> frozenset[str]:
        """The numbers of the family cards that it changes, or of which its documents show something."""
        changed = self.change.families if self.change is not None else ()
        shown = (ordered.content for ordered in self.documents)
        printed = (content.family for content in shown if isinstance(content, FamilyCard | IdentityCard | ChildCard | Biodata))
        return frozenset(family.kk_number for family in (*changed, *printed))

    @property
    def certified(self) -> frozenset[str]:
        """The persons of whose akta a document says something: an annulment or a correction that is under way would be printed over."""
        shown = tuple(ordered.content for ordered in self.documents)
        of_the_living = (content.nik for content in shown if isinstance(content, BirthCertificate | SideNote))
        of_the_dead = (content.member.nik for content in shown if isinstance(content, DeathCertificate))
        return frozenset((*filter(None, of_the_living), *of_the_dead))


Ways: TypeAlias = Mapping[str, str]
"""Code of a finding of this service -> a `CaseRoute`; what is not listed goes to an officer."""


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that is judged as one: a request, or all requests of a court case. `submissions` has the first one first."""

    submissions: tuple[Submission, ...]

    @property
    def first(self) -> Submission:
        """The request, or the first of the case: they share the service, the answers and the decision."""
        return self.submissions[0]


def no_wishes(_application: Application, _register: Register) -> tuple[Wish, ...]:
    """Return that an approval will need no number."""
    return ()


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one service.

    `check` yields what is not as it should be, beyond form, identity and documents, which are checked for every service. `plan` raises
    DomainError where nothing can follow (the check says why); `wishes` says which numbers it will need, in the order of their use.
    """

    people: Callable[[Application], People]
    check: Callable[[Application, Register, date], Iterator[Finding]]
    plan: Callable[[Application, Register, tuple[str, ...], date], Plan]
    wishes: Callable[[Application, Register], tuple[Wish, ...]] = no_wishes
    ways: Ways = field(default_factory=lambda: MappingProxyType({}))
    concerns: str = ""
    """The group whose rows name whom it is about, where the subject of the service's file does not: who may ask is held against them."""
    may_be_automatic: bool = False
    """Whether a setting may leave it to the rules alone: only where what is said is in the register, or comes from a court."""
