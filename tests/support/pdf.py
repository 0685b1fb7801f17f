"""A PDF as other libraries than its makers see it."""

from __future__ import annotations

import asyncio
import io
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import deqr
import pypdf
import pypdfium2
import zxingcpp
from asn1crypto import pem, x509
from PIL.Image import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


def text_of(pdf: bytes) -> str:
    """Every word of it, blanks collapsed."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def poppler_text_of(pdf: bytes) -> str:
    """The same as poppler reads it; what the machine lacks is not compared."""
    if shutil.which("pdftotext") is None:
        return text_of(pdf)
    said = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout
    return " ".join(said.decode().split())


async def signature_of(pdf: bytes, ca: Path) -> Any:
    """What pyHanko's validator says of the first signature, trusting `ca` alone."""
    roots = [x509.Certificate.load(pem.unarmor(await asyncio.to_thread(ca.read_bytes))[2])]
    embedded = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
    return await async_validate_pdf_signature(embedded, ValidationContext(trust_roots=roots, allow_fetching=False))


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code: what it says, and its upper left corner as parts of the page's width and height."""

    text: str
    left: float
    top: float


def pages_of(pdf: bytes) -> list[Image]:
    """Each page as a phone would see it on a screen: rendered at 144 dpi."""
    return [page.render(scale=2).to_pil() for page in pypdfium2.PdfDocument(pdf)]


def links_in(image: Image) -> Sequence[str]:
    """What the QR codes of a picture say, as zxing reads them, which a phone's camera is nearest to."""
    return [found.text for found in zxingcpp.read_barcodes(image)]


def codes_of(pdf: bytes, page: int = 0) -> Sequence[Code]:
    """The QR codes that are seen on a page."""
    return codes_in(pypdfium2.PdfDocument(pdf)[page].render(scale=2).to_pil())


def codes_in(image: Image) -> Sequence[Code]:
    """The QR codes that are seen on the picture of a page."""
    found = deqr.QRdecDecoder().decode(deqr.image.ImageLoader(image))
    return [
        Code(
            text="".join(part.data for part in code.data_entries),
            left=min(x for x, _ in code.corners) / image.width,
            top=min(y for _, y in code.corners) / image.height,
        )
        for code in found
    ]
