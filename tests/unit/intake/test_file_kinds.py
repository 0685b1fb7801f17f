"""The kinds of files that people may send: one list, which the doors take and every sentence names."""

import tomllib
from pathlib import Path

import pytest

from services.intake.desk.question_words import FILE_PROBLEMS
from services.intake.domain.drafting import DOCUMENT_TYPES, SENT_TYPES
from services.intake.wiring import TEMPLATES, read_texts
from shared.reference.file_kinds import FileKind, FileKinds, file_kinds

ROOT = Path(__file__).parents[3]
TEXTS = read_texts(TEMPLATES)
SAID = file_kinds().words


def test_a_photo_of_an_iphone_is_taken_and_never_shown_as_it_came() -> None:
    assert "image/heic" in SENT_TYPES
    assert "image/heic" not in DOCUMENT_TYPES
    assert DOCUMENT_TYPES < SENT_TYPES
    assert {"image/heic", ".heic", ".heif"} <= set(file_kinds().accept.split(","))


@pytest.mark.parametrize(
    ("names", "words"), [(("PDF",), "PDF"), (("JPG", "PDF"), "JPG atau PDF"), (("JPG", "PNG", "HEIC", "PDF"), "JPG, PNG, HEIC, atau PDF")]
)
def test_kinds_are_named_as_a_sentence_names_them(names: tuple[str, ...], words: str) -> None:
    assert FileKinds(tuple(FileKind(name, f"x/{name}", photo=True, shown=True) for name in names)).words == words


def test_every_sentence_names_all_of_them() -> None:
    told = {name: text for name, text in TEXTS.texts.items() if "JPG" in text or "PNG" in text or "HEIC" in text}
    assert len(told) > 80, "else this test can't fail"
    assert not {name for name, text in told.items() if SAID not in text and file_kinds().photo_words not in text}
    assert not {name for name, text in TEXTS.texts.items() if "_kinds}" in text}
    assert f"foto ({file_kinds().photo_words}) atau PDF" in TEXTS.texts["file_wrong_type"]
    assert SAID in TEXTS.texts["answers.help.photo"]
    assert SAID in FILE_PROBLEMS["media_type_not_accepted"]


def test_no_template_names_them_by_hand() -> None:
    files = [*TEMPLATES.glob("*.toml"), *(TEMPLATES / "forms").glob("*.toml")]
    by_hand = [file.name for file in files if "JPG" in str(tomllib.loads(file.read_text(encoding="utf-8")))]
    pages = [file.name for file in (ROOT / "services").glob("*/desk/templates/village*.html") if "JPG" in file.read_text(encoding="utf-8")]
    assert (by_hand, pages) == ([], [])


@pytest.mark.parametrize("page", ["docs/adapters.md", "services/intake/README.md"])
def test_pages_about_the_upload_name_all_of_them(page: str) -> None:
    *first, last = (kind.name for kind in file_kinds().kinds)
    assert f"{', '.join(first)} or {last}" in (ROOT / page).read_text(encoding="utf-8")
