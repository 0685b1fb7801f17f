"""A PDF as other libraries than its makers see it."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import zxingcpp
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


def text_of(pdf: bytes) -> str:
    """Every word of it, blanks collapsed."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


async def signature_of(pdf: bytes, ca: Path) -> Any:
    """What pyHanko's validator says of the first signature, trusting `ca` alone."""
    roots = [x509.Certificate.load(pem.unarmor(await asyncio.to_thread(ca.read_bytes))[2])]
    embedded = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
    return await async_validate_pdf_signature(embedded, ValidationContext(trust_roots=roots, allow_fetching=False))


def codes_of(pdf: bytes) -> list[str]:
    """The QR codes that are seen on the first page, rendered at 144 dpi as a phone would see it on a screen."""
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil()
    return [code.text for code in zxingcpp.read_barcodes(image)]
