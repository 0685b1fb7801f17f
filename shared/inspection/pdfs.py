"""PDFs: refused where something in them acts by itself, is hidden, or can't be read. Runs in the child alone.

The bytes are kept as they came: many are signed, and a signature is over the bytes. Source of what acts: ISO 32000-1, 12.6 (actions), 7.11
(files within), 12.7.8 (XFA).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pikepdf

from shared.inspection.refusal import UnfitFileError

_ACTS: Final = frozenset({"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/Movie", "/Sound", "/RichMediaExecute"})
_FILES: Final = frozenset({"/EmbeddedFiles", "/EF", "/AF"})
_SCRIPTS: Final = frozenset({"/JS", "/XFA"})
_DEEPEST: Final = 50  # levels of direct objects within one another; no paper has ten


def inspect_pdf(path: Path, limits: Mapping[str, Any]) -> int:
    """Look through a PDF; return how many pages it has.

    Raises:
        UnfitFileError: `file_damaged`, `pdf_encrypted`, `pdf_too_many_pages`, `pdf_too_complex`, `pdf_has_script`, `pdf_has_files`.
    """
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise UnfitFileError("pdf_encrypted")
            pages = len(pdf.pages)
            if not pages:
                raise UnfitFileError("file_damaged", "no page")
            if pages > limits["max_pages"]:
                raise UnfitFileError("pdf_too_many_pages", f"more than {limits['max_pages']} pages")
            _look_through(pdf, limits["max_objects"])
            return pages
    except pikepdf.PasswordError:
        raise UnfitFileError("pdf_encrypted") from None
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, OSError) as error:  # what qpdf finds in bytes that are no PDF
        raise UnfitFileError("file_damaged", type(error).__name__) from None


def _look_through(pdf: pikepdf.Pdf, most: int) -> None:
    for number, held in enumerate(pdf.objects):
        if number >= most:
            raise UnfitFileError("pdf_too_complex", f"more than {most} objects")
        _look_at(held, 0)


def _look_at(held: Any, depth: int) -> None:
    """Look at an object and the direct ones in it; what it refers to is looked at by itself."""
    if depth > _DEEPEST:
        raise UnfitFileError("pdf_too_complex", f"more than {_DEEPEST} levels")
    if isinstance(held, (pikepdf.Dictionary, pikepdf.Stream)):
        keys = set(held.keys())
        if keys & _SCRIPTS or str(held.get("/S", "")) in _ACTS:
            raise UnfitFileError("pdf_has_script")
        if keys & _FILES or str(held.get("/Type", "")) == "/EmbeddedFile":
            raise UnfitFileError("pdf_has_files")
        inner = [held[key] for key in keys]
    elif isinstance(held, pikepdf.Array):
        inner = list(held)
    else:
        return
    for each in inner:
        if not getattr(each, "is_indirect", True):
            _look_at(each, depth + 1)
