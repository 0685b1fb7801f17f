"""What containers said, kept when an upgrade takes them away: a container's log goes with it, and with it the way of each request.

One packed file for each container, beside the file of variables. The folder has bounds: what is over them goes, the oldest first. Runs on
the host, by nothing but Python's own library.
"""

import gzip
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final, cast

FOLDER: Final = "logs"
KEPT_BYTES: Final = 500_000_000  # a log of 100 MB, the most that a container has, is packed to a tenth
KEPT_SECONDS: Final = 90 * 86_400  # as what a chat was about
_ENDING: Final = ".log.gz"
_MOMENT: Final = "%Y%m%d-%H%M%S"  # a name begins with it


def keep(command: Sequence[str], folder: Path, name: str) -> None:
    """Write what a command prints into a file of its own, and make room for the next one.

    Raises:
        OSError: the disk is full, or the command is not there.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{time.strftime(_MOMENT)}-{name}{_ENDING}"
    draft = file.with_suffix(".part")
    try:
        with (
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True) as said,
            gzip.open(draft, "wb", compresslevel=6) as packed,
        ):
            shutil.copyfileobj(cast("IO[bytes]", said.stdout), packed)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    make_room(folder)


def make_room(folder: Path, most: int = KEPT_BYTES, seconds: float = KEPT_SECONDS) -> None:
    """Take away what is over the bounds."""
    oldest = time.strftime(_MOMENT, time.localtime(time.time() - seconds))  # noqa: TID251 - on a host without our own
    for file in sorted(folder.glob(f"*{_ENDING}"), reverse=True):
        most -= file.stat().st_size
        if most < 0 or file.name < oldest:
            file.unlink()
