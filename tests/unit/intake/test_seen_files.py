"""A paper that another family sent before is marked; one's own card, shown again, is not."""

import pytest

from services.intake.domain.files import SeenFile, bands_of, is_alike, marked
from shared.values import Attachment

MINE = Attachment("f-1", "kk", "kk", "image/jpeg", 10, "a" * 64, sent_sha256="b" * 64, looks="0123456789abcdef")
NIK, CARD, OTHER_NIK, OTHER_CARD = "3519081708850003", "3519081203100007", "3519082208110026", "3519081203100015"


def seen(**more: str | None) -> SeenFile:
    return SeenFile(**{"receipt": "K7Q-2222", "as_sent": "c" * 64, "looks": "", "nik": OTHER_NIK, "kk_number": OTHER_CARD} | more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "found"),
    [
        (seen(as_sent="b" * 64), ("K7Q-2222", "")),
        (seen(looks="0123456789abcdee"), ("", "K7Q-2222")),
        (seen(looks="0123456789abc000"), ("", "")),
        (seen(as_sent="b" * 64, looks="0123456789abcdef"), ("K7Q-2222", "")),
        (seen(as_sent="b" * 64, nik=NIK), ("", "")),
        (seen(as_sent="b" * 64, kk_number=CARD), ("", "")),
        (seen(as_sent="b" * 64, nik=None, kk_number=None), ("K7Q-2222", "")),
    ],
)
def test_only_another_family_s_is_marked(before: SeenFile, found: tuple[str, str]) -> None:
    file = marked(MINE, [before], NIK, CARD)
    assert (file.same_file_in, file.same_looks_in) == found


def test_a_pdf_looks_like_nothing() -> None:
    assert not is_alike("", "")
    assert bands_of("") == ()


def test_what_is_alike_shares_a_quarter() -> None:
    for bits in (0b1, 0b1 << 20 | 1, 1 << 60 | 1 << 40 | 1):
        other = f"{int(MINE.looks, 16) ^ bits:016x}"
        assert is_alike(MINE.looks, other)
        assert set(bands_of(MINE.looks)) & set(bands_of(other))
