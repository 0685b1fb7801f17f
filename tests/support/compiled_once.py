"""Templates that are compiled once per process: every test that shows a page would compile the layout and its parts again."""

from __future__ import annotations

from types import CodeType
from typing import Any, Final

from jinja2 import Environment

_compile: Final = Environment.compile
_compiled: Final[dict[tuple[str, str | None, str], CodeType]] = {}


def install() -> None:
    """From now on, in this process."""
    Environment.compile = _compile_once  # type: ignore[method-assign, assignment]  # the one of its overloads that loaders call


def _compile_once(self: Environment, source: Any, name: str | None = None, filename: str | None = None, **options: Any) -> Any:
    """Return the code of a file's template, by its text; of anything else as jinja2 does."""
    if filename is None or not isinstance(source, str) or options:
        return _compile(self, source, name, filename, **options)
    key = (source, name, filename)
    if key not in _compiled:
        _compiled[key] = _compile(self, source, name, filename)
    return _compiled[key]
