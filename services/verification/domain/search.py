"""What officers find a task by. Personal."""

from __future__ import annotations

import re

from services.verification.domain.rules import Application


def search_terms(application: Application) -> tuple[str, ...]:
    """Return the receipts, the numbers, the words of names and whole names, in the form of `search_key`."""
    names: list[str | None] = []
    numbers: list[str | None] = []
    for submission in application.submissions:
        numbers += [submission.receipt, submission.kk_number]
        for person in (submission.applicant, *([submission.subject] if submission.subject else [])):
            names.append(person.name)
            numbers += [person.nik, person.kk_number]
    decision = application.first.decision
    if decision is not None:
        names += [decision.husband.name, decision.wife.name]
        numbers += [decision.case_number, decision.deed_number, decision.husband.nik, decision.wife.nik]
    words = [word for name in names if name for word in name.split()]
    return tuple(dict.fromkeys(key for key in map(search_key, [*filter(None, numbers), *words, *filter(None, names)]) if key))


def search_key(text: str) -> str:
    """Return letters and digits only, in capitals: `mdn-7k4q` and `MDN 7K4Q` become the same."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())
