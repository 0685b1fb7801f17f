"""The child process: looks at one file after another. Started by `inspector`, never imported by the service."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from shared.child.serving import Answer, Worker, serve
from shared.inspection.pictures import inspect_picture
from shared.inspection.refusal import UnfitFileError

_PDF: Final = "application/pdf"


def look(order: Mapping[str, Any]) -> Answer:
    """Look at one file: what is kept of a picture, nothing of a PDF, which stays as it is. An error is told by code and type only."""
    try:
        path, limits = Path(order["path"]), order["limits"]
        if order["media_type"] == _PDF:
            from shared.inspection.pdfs import inspect_pdf  # noqa: PLC0415 - half of the start, which only a PDF costs

            return {"media_type": _PDF, "pages": inspect_pdf(path, limits), "looks": "", "flaws": []}, b""
        picture = inspect_picture(path, limits)
        told = {"media_type": "image/jpeg", "looks": picture.looks, "flaws": picture.flaws}
        return told | {"width": picture.width, "height": picture.height}, picture.jpeg
    except UnfitFileError as refused:
        return {"refused": refused.code, "detail": refused.detail}, b""
    except MemoryError:  # within the decoder's own limits, beyond ours
        return {"refused": "picture_too_large", "detail": "it does not fit into the memory that a file is given"}, b""
    except Exception as error:  # noqa: BLE001 - a decoder's defect on one file
        return {"refused": "file_damaged", "detail": type(error).__name__}, b""


def _make(_setup: Mapping[str, Any]) -> tuple[Worker, Mapping[str, Any]]:
    return look, {}


if __name__ == "__main__":
    sys.exit(serve(_make))
