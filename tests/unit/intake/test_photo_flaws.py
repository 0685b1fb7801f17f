"""A photo that is hard to read: its sender is told once, then it is taken as it is."""

from dataclasses import replace

import pytest

from services.intake.domain.files import PhotoFlaw
from tests.unit.intake.talks import KK, NIK, begun, photo, said, stranger, talk


def test_a_flaw_is_told_once_for_each_paper() -> None:
    asked = talk(begun("kk_hilang"), NIK, KK)[0]
    told, facts = talk(asked, replace(photo(7), flaws=(PhotoFlaw.BLURRED,)))
    assert said(facts) == ["photo_blurred"]
    assert told.draft is not None
    assert told.draft.attachments == ()
    taken, facts = talk(told, replace(photo(8), flaws=(PhotoFlaw.TOO_DARK,)))
    assert taken.draft is not None
    assert [(file.file_id, file.field) for file in taken.draft.attachments] == [("f-8", "surat_kehilangan")]
    assert said(talk(taken, replace(photo(9), flaws=(PhotoFlaw.CUT_OFF,)))[1]) == ["photo_cut_off"]


@pytest.mark.parametrize("flaw", PhotoFlaw)
def test_a_face_has_no_flaws(flaw: PhotoFlaw) -> None:
    world = stranger()
    asked = talk(begun("kk_hilang", world), NIK, KK, photo(1), photo(2), context=world)[0]
    taken, facts = talk(asked, replace(photo(3), flaws=(flaw,)), context=world)
    assert said(facts) == ["summary"]
    assert taken.draft is not None
    assert taken.draft.flaws_told == ()
