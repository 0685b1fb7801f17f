"""Every document of a journey as its recipient can check it: whose signature, and where the code on its picture leads.

With a folder it leaves each document there, and a picture of each page, for somebody to look at.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Self

import httpx
from PIL.Image import Image

from deploy.local.travel import JourneyError
from tests.journeys.brought import Sheet
from tests.support.pdf import codes_in, pages_of, signature_of


class Papers:
    """Checks documents under an authority's certificate. `folder` None: nothing is kept."""

    def __init__(self, authority: Path, folder: Path | None) -> None:
        self._authority = authority
        self._folder = folder
        self._http = httpx.AsyncClient(trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def check(self, sheet: Sheet, name: str) -> None:
        """Check a document, and keep it under a name.

        Raises:
            JourneyError: somebody else signed it, it was changed, or the code that is seen on it does not lead to the page of this number.
        """
        pages = await asyncio.to_thread(pages_of, sheet.pdf)
        if self._folder is not None:
            await asyncio.to_thread(_keep, self._folder, f"{name}-{sheet.number.replace('/', '-')}", sheet.pdf, pages)
        signature = await signature_of(sheet.pdf, self._authority)
        if not (signature.intact and signature.valid and signature.trusted):
            raise JourneyError(f"{sheet.product} {sheet.number}: {signature.summary()}")
        for number, page in enumerate(pages, 1):
            await self._follow(sheet, number, [code.text for code in await asyncio.to_thread(codes_in, page)])

    async def _follow(self, sheet: Sheet, page: int, links: list[str]) -> None:
        if len(links) != 1:
            raise JourneyError(f"{sheet.product} {sheet.number}, page {page}: {len(links)} codes are seen")
        answer = await self._http.get(links[0])
        if answer.status_code != httpx.codes.OK or sheet.number not in answer.text:
            raise JourneyError(f"{sheet.product} {sheet.number}, page {page}: its code leads to a page that does not vouch for it")


def _keep(folder: Path, name: str, pdf: bytes, pages: list[Image]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.pdf").write_bytes(pdf)
    for number, page in enumerate(pages, 1):
        page.save(folder / f"{name}.{number}.png")
