"""The child process: sets one report, picture or piece after another. Started by `printer`, never imported by the service."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
import typst
from PIL import Image

from shared.child.fonts import load_fonts
from shared.child.serving import Answer, Worker, serve

_TEMPLATES: Final = Path(__file__).parents[2] / "templates" / "print"
_JPEG_QUALITY: Final = 90  # of 100: letters have no shadows around them; a picture stays under 400 kB
_PDF: Final = "application/pdf"
_JPEG: Final = "image/jpeg"


def _worker() -> Worker:
    fonts = load_fonts()
    compilers: dict[str, typst.Compiler] = {}

    def work(order: Mapping[str, Any]) -> Answer:
        name = order["template"]
        if name not in compilers:
            source = str(_TEMPLATES / f"{name}.typ")
            compilers[name] = typst.Compiler(source, root=str(_TEMPLATES), font_paths=fonts, ignore_system_fonts=True)
        inputs = {"sheet": orjson.dumps(order["sheet"]).decode()}
        try:
            made = _pdf(compilers[name], inputs, order) if order["media_type"] == _PDF else _picture(compilers[name], inputs, order)
        except Exception as error:  # noqa: BLE001 - a broken template or sheet: told by code and type, whoever asks decides
            return {"error": "report_unprintable", "detail": type(error).__name__}, b""
        return {}, made

    return work


def _pdf(compiler: typst.Compiler, inputs: dict[str, str], order: Mapping[str, Any]) -> bytes:
    stamp = int(datetime.fromisoformat(order["made_at"]).timestamp())
    made = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"], timestamp=stamp)
    return _one(made, 0)


def _picture(compiler: typst.Compiler, inputs: dict[str, str], order: Mapping[str, Any]) -> bytes:
    png = _one(compiler.compile(format="png", ppi=order["pixels_per_inch"], sys_inputs=inputs), order["page"])
    if order["media_type"] != _JPEG:
        return png
    kept = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").save(kept, "JPEG", quality=_JPEG_QUALITY, subsampling=0, optimize=True)
    return kept.getvalue()


def _one(made: Any, page: int) -> bytes:
    """Return a page of what was made: typst returns a list where there are several."""
    chosen = made[page] if isinstance(made, list) else made
    return bytes(chosen)


def _make(_setup: Mapping[str, Any]) -> tuple[Worker, Mapping[str, Any]]:
    return _worker(), {}


if __name__ == "__main__":
    sys.exit(serve(_make))
