"""The file of compose's variables, `.env`, as programs on the host change it. Nothing but Python's own library is here."""

from __future__ import annotations

import re
import shutil
from pathlib import Path


def text_of(file: Path) -> str:
    """Return what stands in it; nothing where there is none."""
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def value_of(file: Path, name: str) -> str:
    """Return what a variable is; empty where it is not named."""
    return value_in(text_of(file), name)


def value_in(text: str, name: str) -> str:
    """Return what a variable is in such a text; empty where it is not named. The last line holds, as compose reads it."""
    found = _line(name).findall(text)
    return found[-1].strip().strip("'\"") if found else ""


def keep(file: Path, name: str, value: str) -> None:
    """Write a variable, so that the next start takes it: whole or not at all, as a disk may be full."""
    text = text_of(file)
    line, known = f"{name}={value}", _line(name)
    whole = text if not text or text.endswith("\n") else f"{text}\n"
    draft = file.with_name(f"{file.name}.part")
    draft.touch(mode=0o600)
    draft.write_text(known.sub(lambda _: line, whole) if known.search(whole) else f"{whole}{line}\n", encoding="utf-8")
    if file.is_file():
        shutil.copystat(file, draft)
    draft.replace(file)


def _line(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?m)^{name}=(.*)$")
