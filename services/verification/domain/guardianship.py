"""Who asks for children left alone, because a court gave them the care: a guardian lives on another card than they. Pure.

Sources: KUHPerdata article 383 and UU 1/1974 article 50 (the guardian represents the child); the decision (`perwalian`) is kept when the
court sends it (`recorded.py`).
"""

from __future__ import annotations

from typing import Final

from services.verification.domain.identity import is_adult
from services.verification.domain.register import Family, Register
from services.verification.domain.submission import Submission
from shared.reference.catalogue import CivilService

MOVING: Final = "moving"
"""The group of a form that names who moves."""
JOINING: Final = "joining"
"""The group of a form that names who goes onto another family's card."""
MINORS: Final = "minors"
"""Who is left of a family without its head, where no adult is: a code of the list `remaining_family`."""


def is_guardian_of(submission: Submission, service: CivilService, card: Family | None, register: Register) -> bool:
    """Return whether who asks has by a court the care of every child that it is about: one named, those who move or join, or who are left.

    Whether really nobody else is left, the rules of the service see.
    """
    if card is None:
        return False
    children = {each.nik for each in card.members if not is_adult(each, today=submission.submitted_on)}
    about = {row.text("nik") or "" for group in (MOVING, JOINING) for row in submission.answers.rows(group)}
    if service.subject.nik:
        about = {submission.answers.text(service.subject.nik) or ""}
    elif not about and submission.answers.text("remaining") == MINORS:
        about = children
    return bool(about) and about <= children & register.wards.get(submission.applicant.nik or "", frozenset())
