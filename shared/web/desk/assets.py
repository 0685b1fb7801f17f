"""The files that pages of the desk load: our style and script, the libraries, the font, and a sprite of the icons that are used.

They are read once, at the start, and kept in memory under names that hold their hashes. Every service has all of them, so that the front
door may ask any.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.web.docs import LIBRARY_FILES
from shared.web.libraries import LIBRARIES, hashed_name

STATIC: Final = Path(__file__).parent / "static"
_ROOT: Final = Path(__file__).resolve().parents[3]
_PAGES: Final = (Path(__file__).parent, *sorted(_ROOT.glob("services/*/desk")))
"""Where icons are named. By folder, not by import: one sprite for the four services."""
_ICON: Final = re.compile(r"""\bicon\s*[=(]\s*["']([a-z0-9-]+)["']""")
_ICONS: Final = "@tabler/icons/icons/outline"
_FONT: Final = "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"
_TAKEN: Final[Mapping[str, str]] = {
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "echarts.js": "echarts/dist/echarts.min.js",
}
"""Served as they are: our name -> theirs."""
_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


class MissingIconError(Exception):
    """A page uses an icon that the library does not have."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served."""

    content: bytes
    media_type: str


class DeskAssets:
    """Everything that pages load, by served name."""

    def __init__(self, libraries: Path = LIBRARIES) -> None:
        """Read the files.

        Raises:
            FileNotFoundError: a library is not installed.
            MissingIconError: says which icon there is not.
        """
        self._names: dict[str, str] = {}
        self._assets: dict[str, Asset] = {}
        self.icons = frozenset(used_icons())
        for name, taken in _TAKEN.items():
            self._add(name, _without_map((libraries / taken).read_bytes()))
        self._add("icons.svg", sprite(libraries, self.icons))
        font = self._add("inter.woff2", (libraries / _FONT).read_bytes())
        for path in sorted(STATIC.iterdir()):
            self._add(path.name, path.read_bytes().replace(b"inter.woff2", font.encode()))

    def name(self, name: str) -> str:
        """Return the served name of `desk.css` and the like.

        Raises:
            KeyError: there is no such file.
        """
        return self._names[name]

    def find(self, served: str) -> Asset | None:
        """Return the file under a served name."""
        return self._assets.get(served)

    def all(self) -> Iterator[tuple[str, Asset]]:
        """Yield every file with its served name."""
        yield from self._assets.items()

    def _add(self, name: str, content: bytes) -> str:
        served = self._names[name] = hashed_name(name, content)
        self._assets[served] = Asset(content, _TYPES[Path(name).suffix])
        return served


def used_icons(folders: Iterable[Path] = _PAGES) -> Iterator[str]:
    """Yield every icon that a template or a table names: `icon("search")`, `icon="search"`."""
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.suffix in {".html", ".py", ".toml"} and file != Path(__file__):
                yield from _ICON.findall(file.read_text(encoding="utf-8"))


def sprite(libraries: Path, icons: Iterable[str]) -> bytes:
    """Return one SVG with a symbol for each icon.

    Raises:
        FileNotFoundError: the library is not installed.
        MissingIconError: it has no such icon.
    """
    folder = libraries / _ICONS
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    symbols = []
    for name in sorted(icons):
        file = folder / f"{name}.svg"
        if not file.is_file():
            raise MissingIconError(f"{name}: @tabler/icons has no such icon")
        paths = re.findall(r"<(?:path|circle|rect|line|polyline)[^>]*/>", file.read_text(encoding="utf-8"))
        drawn = "".join(" ".join(path.split()) for path in paths if 'stroke="none"' not in path)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{drawn}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'.encode()


def copy_used(libraries: Path, folder: Path) -> None:
    """Copy to `folder` what is served of the libraries, as it lies there."""
    for name in (*_TAKEN.values(), _FONT, *(f"{_ICONS}/{name}.svg" for name in used_icons()), *LIBRARY_FILES.values()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(libraries / name, folder / name)


def _without_map(content: bytes) -> bytes:
    """Drop the pointer to a file that we do not serve."""
    return re.sub(rb"(?://|/\*)# sourceMappingURL=[^\s*]+(?: ?\*/)?", b"", content)
