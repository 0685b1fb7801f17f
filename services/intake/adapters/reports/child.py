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


def _worker() -> Worker:
    fonts = load_fonts()
    compilers: dict[str, typst.Compiler] = {}

    def work(order: Mapping[str, Any]) -> Answer:
        name = order["template"]
        if name not in compilers:
            source = str(_TEMPLATES / f"{name}.typ")
            compilers[name] = typst.Compiler(source, root=str(_TEMPLATES), font_paths=fonts, ignore_system_fonts=True)
        made_at = datetime.fromisoformat(order["made_at"])
        inputs = {"sheet": orjson.dumps(order["sheet"]).decode()}
        try:
            pdf = compilers[name].compile(format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"], timestamp=int(made_at.timestamp()))
        except Exception as error:  # noqa: BLE001 - a broken template or sheet: told by code and type, whoever asks decides
            return {"error": "report_unprintable", "detail": type(error).__name__}, b""
        return ({}, pdf) if isinstance(pdf, bytes) else ({"error": "report_unprintable", "detail": "several files"}, b"")

    return work


def _make(_setup: Mapping[str, Any]) -> tuple[Worker, Mapping[str, Any]]:
    return _worker(), {}


if __name__ == "__main__":
    sys.exit(serve(_make))
