"""People who come to live here with a letter, from another regency or another country: the card that they will be on. Pure.

Sources: Permendagri 108/2019, forms F-1.03, F-1.03B and F-1.03C of Permendagri 6/2026. The register can't know them: what stands on their
card is what they say, and an officer compares it with their papers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.verification.domain import hosting, newcomers
from services.verification.domain.families import Home, founded, joined_by
from services.verification.domain.finding import Finding, failure
from services.verification.domain.hosting import CARD, HOST, check_host, host_of
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import OF_THE_HEAD
from services.verification.domain.members import Named, named
from services.verification.domain.newcomers import ROWS, check_newcomers, check_own_card
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.orders import family_cards, person_cards
from services.verification.domain.persons import answers_of, looked_up, new_home
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, CardWish, Ordered, People, Wish
from services.verification.domain.submission import Answers
from shared.errors import DomainError

FINDINGS: Final = (*newcomers.FINDINGS, *hosting.FINDINGS, "applicant_does_not_arrive", "old_number_taken")
"""What the sender can correct alone."""
_OLD_CARD: Final = "old_kk_number"
_JOIN: Final = "join"
_SAME: Final = "same"


@dataclass(frozen=True, slots=True)
class NewResidents:
    """Those who arrive, and the family in which they are from then on."""

    members: tuple[Member, ...]
    family: Family

    @property
    def niks(self) -> tuple[str, ...]:
        """Who arrives."""
        return tuple(member.nik for member in self.members)

    def cards(self, register: Register, today: date) -> tuple[Ordered, ...]:
        """Return their card, and a KTP-el or KIA for each of them."""
        return (*family_cards((self.family,)), *person_cards(register, (self.family,), today))


def people_who_arrive(application: Application) -> People:
    """Return whom to look up: those who arrive, and the family that takes them in."""
    return replace(looked_up(application, (HOST,), (CARD, _OLD_CARD), (ROWS,)), newcomers=True)


def check_settling(application: Application, register: Register, today: date) -> Iterator[Finding]:
    """Check who asks, those who arrive, and the card that they will be on."""
    answers = answers_of(application)
    yield from _check_applicant(application, register, today)
    yield from check_newcomers(answers, register)
    if answers.text("card") == _JOIN:
        yield from check_host(answers, register, named(answers, ROWS), today)
        return
    yield from check_own_card(answers, register, today)
    if answers.text("card") == _SAME and not _is_free(answers.text(_OLD_CARD), named(answers, ROWS), register):
        yield failure("old_number_taken", f"answers.{_OLD_CARD}")


def _check_applicant(application: Application, register: Register, today: date) -> Iterator[Finding]:
    """Check that who asks arrives, or is an adult of the family that takes them in."""
    answers, nik = answers_of(application), application.first.applicant.nik
    if nik is None or any(row.nik == nik for row in named(answers, ROWS)):
        return
    host = host_of(answers, register) if answers.text("card") == _JOIN else None
    member = host.member(nik) if host is not None else None
    if member is None or not is_adult(member, today=today):
        yield failure("applicant_does_not_arrive", "answers.nik")


def _is_free(number: str | None, arriving: Iterable[Named | Member], register: Register) -> bool:
    """Return whether those who arrive may bring a number: it is unknown here, or was theirs when they moved out and nobody is left.

    That of a head who died, or of others who moved away, is nobody's to take (UU 23/2006 article 61 (3)).
    """
    family = register.family(number) if number else None
    if family is None:
        return True
    return family.closed_on is not None and not family.members and any(family.moved_out(each.nik) is not None for each in arriving)


def _needs_number(answers: Answers, practice: OfficePractice) -> bool:
    return answers.text("card") == "new" or (answers.text("card") == _SAME and not practice.number_kept_across_districts)


def settling_wishes(application: Application, register: Register, practice: OfficePractice = PRACTICE) -> tuple[Wish, ...]:
    """Return the number of the new card, where they neither join a family nor bring theirs."""
    answers = answers_of(application)
    home = new_home(answers, register)
    return (CardWish(home.district),) if home is not None and _needs_number(answers, practice) else ()


def settled(
    application: Application, register: Register, numbers: tuple[str, ...], today: date, practice: OfficePractice = PRACTICE
) -> NewResidents:
    """Return those who arrive, in the family in which they are from then on.

    Raises:
        DomainError: nothing can follow; the check says why.
    """
    answers = answers_of(application)
    members = newcomers.newcomers(answers, register)
    if not members or any(register.person(member.nik) is not None or register.late(member.nik) is not None for member in members):
        raise DomainError("arriving_lives_here", "Somebody of them is registered here, or died.")
    if answers.text("card") == _JOIN:
        return NewResidents(members, _joined(members, answers, register))
    problem = next(check_own_card(answers, register, today), None)
    if problem is not None:
        raise DomainError(problem.code, f"{problem.field} does not fit.")
    number = numbers[0] if _needs_number(answers, practice) and numbers else answers.text(_OLD_CARD)
    return NewResidents(members, _own(members, number, answers, register))


def _joined(members: tuple[Member, ...], answers: Answers, register: Register) -> Family:
    host = host_of(answers, register)
    if host is None:
        raise DomainError("not_in_register", "The family that takes them in is not in the register.")
    if any(member.relation in OF_THE_HEAD for member in members):
        raise DomainError("relation_not_allowed", "Who joins a family is neither its head nor the head's spouse.")
    return joined_by(host, members)


def _own(members: tuple[Member, ...], number: str | None, answers: Answers, register: Register) -> Family:
    """Return their own card; one under a number that was closed when they moved out is open again."""
    home = new_home(answers, register)
    if home is None or number is None or not _is_free(number, members, register):
        raise DomainError("old_number_taken", "They need an address, and a number that nobody has.")
    before = register.family(number)
    if before is None:
        return founded(number, home, members)
    return replace(before, members=members, closed_on=None, **{name: getattr(home, name) for name in Home.__slots__})
