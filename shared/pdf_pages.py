"""Pages of a PDF as pictures: drawn by pdfium in a process of its own, which may take so much and no more.

`python -m shared.pdf_pages PAGE` reads a PDF and writes a JPEG; page 0 writes how many pages there are.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from collections.abc import Sequence
from typing import Final

from shared.errors import BadInput, NotFound

MOST_PAGES: Final = 30  # shown; a paper has one or two, the card of a very large family three
_WIDTH_PIXELS: Final = 1_400  # text of an A4 page can be read at twice the size of the pane
_MOST_SCALE: Final = 6.0  # of a page that is tiny: a stamp does not become a poster
_MOST_SECONDS: Final = 10  # for one page; a good one takes a fifth of one
_MOST_MEMORY_BYTES: Final = 1 << 30  # with the interpreter; beyond it the process ends
_AT_ONCE: Final = 2  # processes: as many as a small machine has cores
_JPEG_QUALITY: Final = 80
_NO_PAGE: Final = 3  # exit codes
_UNREADABLE: Final = 4


class PdfiumPages:
    """Draws pages of what citizens send and of what the office issues."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def count(self, pdf: bytes) -> int:
        """Return how many pages are shown of a PDF.

        Raises:
            BadInput: `pdf_unreadable`.
        """
        return min(int(await self._run(pdf, 0)), MOST_PAGES)

    async def page(self, pdf: bytes, number: int) -> bytes:
        """Return a page as JPEG.

        Raises:
            NotFound: `page_not_found`.
            BadInput: `pdf_unreadable`.
        """
        if not 1 <= number <= MOST_PAGES:
            raise NotFound("page_not_found")
        return await self._run(pdf, number)

    async def _run(self, pdf: bytes, number: int) -> bytes:
        async with self._room:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", __name__, str(number)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                drawn, _ = await asyncio.wait_for(process.communicate(pdf), _MOST_SECONDS)
            except TimeoutError:
                raise BadInput("pdf_unreadable", "It takes too long to draw.") from None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        if process.returncode == _NO_PAGE:
            raise NotFound("page_not_found")
        if process.returncode != 0:
            raise BadInput("pdf_unreadable", "It is no PDF that can be drawn.")
        return drawn


def main(words: Sequence[str]) -> int:
    """Draw one page from standard input to standard output; return the exit code."""
    import pypdfium2  # noqa: PLC0415 - only the process that draws needs it

    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY_BYTES, _MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    number = int(words[0])
    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
        if number > len(document):
            return _NO_PAGE
        if number == 0:
            sys.stdout.write(str(len(document)))
            return 0
        page = document[number - 1]
        scale = min(_WIDTH_PIXELS / page.get_width(), _MOST_SCALE)
        page.render(scale=scale).to_pil().convert("RGB").save(sys.stdout.buffer, "JPEG", quality=_JPEG_QUALITY)
    except (pypdfium2.PdfiumError, MemoryError, ValueError, ZeroDivisionError):
        return _UNREADABLE
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
