"""The child process: sets one report after another. Started by `printer`, never imported by the service."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
import typst

from shared.child.fonts import load_fonts
from shared.child.serving import Answer, Worker, serve

_TEMPLATES: Final = Path(__file__).parents[2] / "templates" / "print"
_PIXELS_PER_POINT: Final = 1  # a page of a picture is as many points as it has pixels


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
            made = _picture(compilers[name], inputs) if order["made_at"] is None else _pdf(compilers[name], inputs, order["made_at"])
        except Exception as error:  # noqa: BLE001 - a broken template or sheet: told by code and type, whoever asks decides
            return {"error": "report_unprintable", "detail": type(error).__name__}, b""
        return ({}, made) if isinstance(made, bytes) else ({"error": "report_unprintable", "detail": "several files"}, b"")

    return work


def _pdf(compiler: typst.Compiler, inputs: dict[str, str], made_at: str) -> Any:
    stamp = int(datetime.fromisoformat(made_at).timestamp())
    return compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"], timestamp=stamp)


def _picture(compiler: typst.Compiler, inputs: dict[str, str]) -> Any:
    return compiler.compile(format="png", ppi=_PIXELS_PER_POINT * 72.0, sys_inputs=inputs)


def _make(_setup: Mapping[str, Any]) -> tuple[Worker, Mapping[str, Any]]:
    return _worker(), {}


if __name__ == "__main__":
    sys.exit(serve(_make))
