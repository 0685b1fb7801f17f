"""What follows where a court changed somebody's name: the row, the side note, and every card on which the name stands. Pure.

One effect for whoever brings the order: the person (service `ubah_nama`) or the District Court itself. The akta goes on saying the old
name, with the note joined to it (UU 23/2006 article 52, Permendagri 108/2019 article 80); so the register keeps the names from before, by
which children's rows and further extracts are read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from services.verification.domain.checks import has_title
from services.verification.domain.contents import NoteChange, SideNote
from services.verification.domain.families import with_rows
from services.verification.domain.finding import Finding, failure
from services.verification.domain.orders import family_cards, person_cards, side_note
from services.verification.domain.persons import needed_home
from services.verification.domain.register import Member, Register
from services.verification.domain.rules import Basis, Plan, RegisterChange
from shared.errors import DomainError

EVENT: Final = "PERUBAHAN NAMA"
DEED: Final = "AKTA KELAHIRAN"
UNCHANGED: Final = "new_name_unchanged"
_APOSTROPHE: Final = "'"  # part of names: NUR'AINI


def check_new_name(row: Member, new: str, field: str) -> Iterator[Finding]:
    """Check a name that is to stand on an akta: another one than before, in Latin letters, without titles, abbreviations and punctuation.

    Source: Permendagri 73/2022 articles 4 and 5. Length and number of words are the form's.
    """
    name = new.upper()
    if name == row.name:
        yield failure(UNCHANGED, field)
    if has_title(name):
        yield failure("new_name_has_title", field)
    elif any(len(word.strip(".")) == 1 for word in name.split()) or re.search(r"[.\-]", name):
        yield failure("new_name_abbreviated", field)
    if not all(unicodedata.name(letter, "").startswith("LATIN") for letter in name if letter.isalpha()):
        yield failure("new_name_not_latin", field)


def renamed(row: Member, new: str) -> Member:
    """Return a row with the new name, and the one before kept."""
    return replace(row, name=new.upper(), former_names=(*row.former_names, row.name))


def plan_renaming(row: Member, new: str, note: SideNote, *, register: Register, request_id: str, basis: Basis, today: date) -> Plan:
    """Plan the side note, the KK, and the KTP-el or KIA of somebody whom a court gave another name.

    Args:
        row: The person's row, with what the request told of the akta.
        new: The new name.
        note: The side note without the change itself.
        register: What was read.
        request_id: The request.
        basis: The order.
        today: The day.

    Raises:
        DomainError: `new_name_unchanged` or `not_in_register`.
    """
    if row.name == new.upper():
        raise DomainError(UNCHANGED, "The register has this name already.")
    after = renamed(row, new)
    family = with_rows(needed_home(register, row.nik), (after,))
    noted = replace(note, changes=(NoteChange("Nama", row.name, after.name),))
    documents = (side_note(noted, request_id), *family_cards((family,)), *person_cards(register, (family,), today))
    return Plan(documents, RegisterChange((family,), basis))
