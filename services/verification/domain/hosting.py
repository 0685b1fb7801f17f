"""The family that takes others into its card: with form F-1.03B, which its head signs, or an adult of it for the head. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from services.verification.domain.finding import Finding, failure
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import OF_THE_HEAD
from services.verification.domain.members import Named
from services.verification.domain.persons import check_card, open_family
from services.verification.domain.register import Family, Register
from services.verification.domain.submission import Answers

CARD: Final = "host_kk_number"
HOST: Final = "host_nik"
FINDINGS: Final = ("host_is_own_card", "host_not_on_card", "relation_not_allowed")
"""What the sender can correct alone."""


def host_of(answers: Answers, register: Register) -> Family | None:
    """Return the open family of the card that is named."""
    return open_family(register, answers.text(CARD))


def check_host(answers: Answers, register: Register, rows: tuple[Named, ...], today: date, own: Family | None = None) -> Iterator[Finding]:
    """Check the card that takes them in, who answers for it, and what they will be there. `own`: the card that they leave."""
    yield from check_card(register, answers.text(CARD), f"answers.{CARD}")
    host = host_of(answers, register)
    if host is None:
        return
    yield from check_answerer(host, answers, today)
    if own is not None and host.kk_number == own.kk_number:
        yield failure("host_is_own_card", f"answers.{CARD}")
    for row in rows:
        if row.relation in OF_THE_HEAD:
            yield failure("relation_not_allowed", f"{row.field}.relation")


def check_answerer(host: Family, answers: Answers, today: date) -> Iterator[Finding]:
    """Check that who answers for the family that takes somebody in is an adult of its card."""
    member = host.member(answers.text(HOST) or "")
    if member is None:
        yield failure("host_not_on_card", f"answers.{HOST}")
    elif not is_adult(member, today=today):
        yield failure("host_is_child", f"answers.{HOST}")
