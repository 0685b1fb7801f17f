"""People who come from another regency with an SKPWNI: into the register, on a card, with a KTP-el or KIA of this address. Pure.

Sources: Permendagri 108/2019, forms F-1.03, F-1.03B and F-1.03C of Permendagri 6/2026. The register can't know them: what stands on their
card is what they say, and an officer compares it with the letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain import hosting, newcomers
from services.verification.domain.families import Home, founded, joined_by
from services.verification.domain.finding import Finding, failure
from services.verification.domain.hosting import CARD, HOST, check_host, host_of
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import OF_THE_HEAD
from services.verification.domain.members import named
from services.verification.domain.newcomers import ROWS, check_newcomers, check_own_card
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.orders import family_cards, person_cards
from services.verification.domain.persons import answers_of, looked_up, new_home
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, Basis, CardWish, People, Plan, RegisterChange, Rules, Wish
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from shared.values import HOME_REGENCY, Malformed, MovingLetterNumber

LETTER: Final = "skpwni"
_OLD_CARD: Final = "old_kk_number"
_JOIN: Final = "join"
_SAME: Final = "same"


def _people(application: Application) -> People:
    return looked_up(application, (HOST,), (CARD, _OLD_CARD), (ROWS,))


def check_arrival(application: Application, register: Register, today: date, practice: OfficePractice = PRACTICE) -> Iterator[Finding]:
    """Check the letter, those who come with it, and the card that they will be on."""
    answers = answers_of(application)
    yield from _check_applicant(application, register, today)
    yield from _check_letter(application, register, practice)
    yield from check_newcomers(answers, register)
    if answers.text("card") == _JOIN:
        yield from check_host(answers, register, named(answers, ROWS), today)
        return
    yield from check_own_card(answers, register, today)
    if answers.text("card") == _SAME and not _is_free(answers.text(_OLD_CARD), register):
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


def _check_letter(application: Application, register: Register, practice: OfficePractice) -> Iterator[Finding]:
    answers, day = answers_of(application), application.first.submitted_on
    try:
        letter = MovingLetterNumber.parse(answers.text("letter_number") or "")
    except Malformed as malformed:
        yield failure(malformed.code, "answers.letter_number")
        return
    if letter.issued_on != answers.date("letter_on"):
        yield failure("letter_date_differs", "answers.letter_on")
    elif letter.issued_on > day:
        yield failure("letter_in_future", "answers.letter_on")
    elif (day - letter.issued_on).days > practice.moving_letter_days:
        yield failure("letter_expired", "answers.letter_on")
    rows = named(answers, ROWS)
    if letter.regency == HOME_REGENCY and not all(_left_with(row.nik, letter, register) for row in rows):
        yield failure("letter_is_ours", "answers.letter_number")
    persons = answers.number("letter_persons")
    if persons is not None and len(rows) != persons:
        yield failure("letter_must_be_split" if len(rows) < persons else "letter_persons_differ", "answers.letter_persons")


def _left_with(nik: str, letter: MovingLetterNumber, register: Register) -> bool:
    """Return whether somebody left with this letter of ours: who did not move after all is taken back."""
    former = register.moved_out(nik)
    return former is not None and former.letter == letter.text


def _is_free(number: str | None, register: Register) -> bool:
    """Return whether a number is nobody's here: unknown, or of a family that moved out whole."""
    family = register.family(number) if number else None
    return family is None or (family.closed_on is not None and not family.members)


def _needs_number(answers: Answers, practice: OfficePractice) -> bool:
    return answers.text("card") == "new" or (answers.text("card") == _SAME and not practice.number_kept_across_districts)


def arrival_wishes(application: Application, register: Register, practice: OfficePractice = PRACTICE) -> tuple[Wish, ...]:
    """Return the number of the new card, where they neither join a family nor bring theirs."""
    answers = answers_of(application)
    home = new_home(answers, register)
    return (CardWish(home.district),) if home is not None and _needs_number(answers, practice) else ()


def plan_arrival(
    application: Application, register: Register, numbers: tuple[str, ...], today: date, practice: OfficePractice = PRACTICE
) -> Plan:
    """Return the card that they are on, a KTP-el or KIA for each, and the register with them.

    Raises:
        DomainError: nothing can follow; the check says why.
    """
    answers = answers_of(application)
    members = newcomers.newcomers(answers, register)
    if not members or any(register.person(member.nik) is not None or register.late(member.nik) is not None for member in members):
        raise DomainError("arriving_lives_here", "Somebody of them is registered here, or died.")
    if answers.text("card") == _JOIN:
        family = _joined(members, answers, register)
    else:
        problem = next(check_own_card(answers, register, today), None)
        if problem is not None:
            raise DomainError(problem.code, f"{problem.field} does not fit.")
        number = numbers[0] if _needs_number(answers, practice) and numbers else answers.text(_OLD_CARD)
        family = _own(members, number, answers, register)
    documents = (*family_cards((family,)), *person_cards(register, (family,), today))
    niks = tuple(member.nik for member in members)
    return Plan(documents, RegisterChange((family,), _basis(answers, today), moved_in=niks))


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
    if home is None or number is None or not _is_free(number, register):
        raise DomainError("old_number_taken", "They need an address, and a number that nobody has.")
    before = register.family(number)
    if before is None:
        return founded(number, home, members)
    return replace(before, members=members, closed_on=None, **{name: getattr(home, name) for name in Home.__slots__})


def _basis(answers: Answers, today: date) -> Basis:
    return Basis(LETTER, answers.date("letter_on") or today, answers.text("letter_number"))


DATANG: Final = Rules(
    people=_people,
    check=check_arrival,
    wishes=arrival_wishes,
    plan=plan_arrival,
    ways=MappingProxyType(
        {
            **dict.fromkeys((*newcomers.FINDINGS, *hosting.FINDINGS), CaseRoute.RETURN),
            **dict.fromkeys(
                ("applicant_does_not_arrive", "letter_date_differs", "letter_in_future", "letter_persons_differ"), CaseRoute.RETURN
            ),
            **dict.fromkeys(("letter_malformed", "letter_date_impossible", "old_number_taken"), CaseRoute.RETURN),
            "letter_must_be_split": CaseRoute.REJECT,
        }
    ),
)
