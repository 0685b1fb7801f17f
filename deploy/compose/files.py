"""`python -m deploy.compose.files FOLDER`: what browsers load of the pages (styles, scripts, font, icons), laid out for the front door.

Names hold hashes: nothing is ever overwritten, and what an older version had stays for as long as somebody may have its pages open. So
pages of two versions find their files, whichever copy of a service they came from.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from shared.clock import now
from shared.web.desk.assets import DeskAssets
from shared.web.desk.pages import ASSETS
from shared.web.public.pages import ASSET_PATH, static_files

KEPT: Final = timedelta(days=30)  # a page that is open longer is loaded anew
PACKED: Final = ".gz"
READABLE: Final = 0o644


def main(words: list[str]) -> int:
    """Lay them out; take away what no version has had for a month."""
    folder = Path(words[0])
    known = dict(_files())
    for path, content in known.items():
        for name, text in ((path, content), (path + PACKED, gzip.compress(content, mtime=0))):
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text)  # its time is how long it is kept
            file.chmod(READABLE)
    gone = list(_out_of_date(folder, known))
    for file in gone:
        file.unlink()
    sys.stdout.write(f"{len(known)} files for pages, {len(gone)} of older versions taken away\n")
    return 0


def _files() -> Iterator[tuple[str, bytes]]:
    """Yield paths as browsers ask for them, without the first slash."""
    for name, asset in DeskAssets().all():
        yield f"{ASSETS[1:]}/{name}", asset.content
    for name, (content, _) in static_files().items():
        yield ASSET_PATH[1:].replace("{name}", name), content


def _out_of_date(folder: Path, known: Mapping[str, bytes]) -> Iterator[Path]:
    since = (now() - KEPT).timestamp()
    for file in folder.rglob("*"):
        name = file.relative_to(folder).as_posix().removesuffix(PACKED)
        if file.is_file() and name not in known and file.stat().st_mtime < since:
            yield file


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
