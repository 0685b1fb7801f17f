"""Photos and PDFs that people send, as the dialogue sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from shared.values import Attachment


class PhotoFlaw(StrEnum):
    """What makes a photo of a paper hard to read. Somebody is told once; the next photo is taken as it is."""

    TOO_DARK = "too_dark"
    BLURRED = "blurred"
    CUT_OFF = "cut_off"


FILE_REFUSALS: Final = (
    "file_damaged",
    "file_empty",
    "media_type_not_accepted",
    "pdf_encrypted",
    "pdf_has_files",
    "pdf_has_script",
    "pdf_too_complex",
    "pdf_too_many_pages",
    "picture_too_large",
)
"""The codes with which a file is not kept."""


LOOKS_BANDS: Final = 4
"""Quarters of `looks`, four hex digits each."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A photo or PDF that arrived and is stored. `caption`: what was written below it.

    `sha256` is of the bytes that are stored, `sent_sha256` of those that came: a picture is made anew. `looks`: what pictures that look
    the same share.
    """

    file_id: str
    media_type: str
    size_bytes: int
    sha256: str
    caption: str = field(default="", repr=False)
    sent_sha256: str = ""
    looks: str = ""
    flaws: tuple[PhotoFlaw, ...] = ()

    @property
    def as_sent(self) -> str:
        """The digest by which the same file is known again."""
        return self.sent_sha256 or self.sha256


class FileTrouble(StrEnum):
    """Reasons why a file can't be used. For each, a text says what to send instead."""

    WRONG_TYPE = "wrong_type"
    TOO_LARGE = "too_large"
    NOT_READABLE = "not_readable"
    SAME_FILE = "same_file"
    DAMAGED = "damaged"
    LOCKED = "locked"
    TOO_MANY_PAGES = "too_many_pages"
    NOT_PLAIN = "not_plain"


def attachment_of(file: SentFile, field_name: str, kind: str) -> Attachment:
    """Return a file as the answer to a field."""
    return Attachment(
        file.file_id, field_name, kind, file.media_type, file.size_bytes, file.sha256, sent_sha256=file.sent_sha256, looks=file.looks
    )


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file of an earlier request, and whose papers those were."""

    receipt: str
    as_sent: str
    looks: str
    nik: str | None = field(repr=False)
    kk_number: str | None = field(repr=False)


def is_alike(first: str, second: str) -> bool:
    """Return whether two pictures look the same, by their `looks`: made smaller or saved again, three of the 64 bits differ at most."""
    return bool(first and second) and (int(first, 16) ^ int(second, 16)).bit_count() < LOOKS_BANDS


def bands_of(looks: str) -> tuple[str, ...]:
    """Return the four quarters of `looks`, each with its place: pictures that look the same share one at least."""
    return tuple(f"{at}:{looks[at : at + LOOKS_BANDS]}" for at in range(0, len(looks), LOOKS_BANDS))


def marked(file: Attachment, seen: Iterable[SeenFile], nik: str | None, kk_number: str | None) -> Attachment:
    """Return a file with the receipts of other families' requests that came with the same, for the officer who looks at it.

    One's own card is shown for one's own next request: whoever shares the NIK or the family card is no other family.
    """
    others = [each for each in seen if not (each.nik and each.nik == nik) and not (each.kk_number and each.kk_number == kk_number)]
    same = next((each.receipt for each in others if each.as_sent == file.as_sent), "")
    alike = next((each.receipt for each in others if not same and is_alike(file.looks, each.looks)), "")
    return replace(file, same_file_in=same, same_looks_in=alike)


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that arrived and can't be used."""

    trouble: FileTrouble


@dataclass(frozen=True, slots=True)
class UnfetchedFile:
    """A file that arrived when none was asked for: it was left with the provider."""
