"""The inspection as the service sees it: a child process that looks at one file at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from shared.child.process import ChildLimits, ChildProcess
from shared.errors import BadInput, Transient

CHILD_MODULE: Final = "shared.inspection.child"
NAME: Final = "inspector"
_TRIES: Final = 2  # a file that ends the child twice is what is wrong


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """What is kept, and what somebody is told of a photo; all settings.

    `longest_side`: pixels; a larger picture is made smaller. `dark_below`: brightness of the paper, 0 to 255. `blurred_below`: sharpness
    of the writing, in percent of the picture's contrast. `cut_above`: writing at an edge, in percent of that within. `max_pages`,
    `max_objects`: of a PDF.
    """

    max_pixels: int
    longest_side: int
    dark_below: int
    blurred_below: float
    cut_above: float
    max_pages: int
    max_objects: int


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found. `content`: the picture made anew, None: the file is kept as it is; `size`: its pixels across and down."""

    media_type: str
    content: bytes | None
    looks: str
    flaws: tuple[str, ...]
    size: tuple[int, int] | None = None


class Inspector:
    """One child process; further files wait."""

    def __init__(self, photo: PhotoLimits, limits: ChildLimits) -> None:
        self._limits = asdict(photo)
        self._child = ChildProcess(NAME, CHILD_MODULE, {}, limits)

    @property
    def process_id(self) -> int | None:
        """The id of the child that lives now."""
        return self._child.process_id

    async def look(self, path: Path, media_type: str) -> Looked:
        """Look at a file.

        Raises:
            BadInput: `file_damaged`, `picture_too_large`, `pdf_encrypted`, `pdf_too_many_pages`, `pdf_too_complex`, `pdf_has_script`,
                `pdf_has_files`.
            Transient: `inspector_start_failed`: no child can be had now.
        """
        reply, content = await self._ask({"path": str(path), "media_type": media_type, "limits": self._limits})
        if "refused" in reply:
            raise BadInput(reply["refused"], reply.get("detail", ""))
        size = (reply["width"], reply["height"]) if content else None
        return Looked(reply["media_type"], content or None, reply["looks"], tuple(reply["flaws"]), size)

    async def close(self) -> None:
        """Stop the child, after the file that it looks at."""
        await self._child.close()

    async def _ask(self, order: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        for tries in range(1, _TRIES + 1):
            try:
                return await self._child.do(order)
            except Transient as error:
                if error.code.endswith("_start_failed"):
                    raise
                if tries == _TRIES:
                    raise BadInput("file_damaged", error.code) from error
        raise AssertionError  # pragma: no cover - the loop returns or raises
