"""What officers find a task by. Personal."""

from __future__ import annotations

import re
from typing import Final

from services.verification.domain.rules import Application
from shared.values import RECEIPT_PREFIX, phone_term
from shared.values.name_terms import name_beginnings, name_terms

_ANONYMOUS: Final = "anonymous"  # the answer of who wants to be unknown: nothing leads from their number to what they said


def search_terms(application: Application) -> tuple[str, ...]:
    """Return the receipts and numbers in the form of `search_key`, the words of names, and phone numbers with their plus."""
    names: list[str | None] = []
    numbers: list[str | None] = []
    for submission in application.submissions:
        numbers += [submission.receipt, submission.kk_number]
        for person in (submission.applicant, *([submission.subject] if submission.subject else [])):
            names.append(person.name)
            numbers += [person.nik, person.kk_number]
    decision = application.first.decision
    if decision is not None:
        names += [party.name for party in decision.parties.values()]
        numbers += [decision.case_number, decision.answers.text("deed_number"), *(party.nik for party in decision.parties.values())]
    told = (each for each in application.submissions if not each.answers.is_yes(_ANONYMOUS))
    phones = filter(None, (phone_term(each.contact.address) for each in told))
    words = (word for name in names if name for word in name_terms(name))
    return tuple(dict.fromkeys([*filter(None, map(search_key, filter(None, numbers))), *words, *phones]))


def search_key(text: str) -> str:
    """Return letters and digits only, in capitals: `mdn-7k4q` and `MDN 7K4Q` become the same."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def search_beginnings(text: str) -> tuple[tuple[str, ...], ...]:
    """Return for each word of what somebody types the beginnings of which a term of a task must have one."""
    found = (_word_beginnings(word) for word in text.split())
    return tuple(dict.fromkeys(each for beginnings in found for each in beginnings if each))


def _word_beginnings(word: str) -> tuple[tuple[str, ...], ...]:
    if word.startswith("+"):
        return ((f"+{search_key(word)}",),)
    key = search_key(word)
    if any(map(str.isdigit, key)) or key.startswith(RECEIPT_PREFIX):  # one receipt in eight has no digit, and is no name for all that
        return ((key, *filter(None, [phone_term(word)])),)
    return tuple(tuple(dict.fromkeys((search_key(each[0]), *each))) for each in name_beginnings(word))
