"""Sheet -> PDF with typst. Runs only in the child process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
import typst
import zxingcpp

from shared.child.fonts import load_fonts

STANDARDS: Final[list[typst.PDFStandard]] = ["a-2a", "ua-1"]  # archivable for ever, and readable by screen readers


class Typesetter:
    """One compiler per template, kept: the second sheet costs a tenth of the first. Fonts of the system are never looked at."""

    def __init__(self, templates: Path, products: tuple[str, ...]) -> None:
        fonts = load_fonts()
        self._compilers = {
            product: typst.Compiler(str(templates / f"{product}.typ"), root=str(templates), font_paths=fonts, ignore_system_fonts=True)
            for product in products
        }

    def products(self) -> tuple[str, ...]:
        """Return the products that have a template."""
        return tuple(self._compilers)

    def typeset(self, product: str, sheet: Mapping[str, Any], *, made_at: datetime) -> bytes:
        """Make the PDF (A4, PDF/A-2a, PDF/UA-1) with the QR code of `sheet["check_url"]`.

        Raises:
            KeyError: no template for the product.
            typst.TypstError: the template can't be set with this sheet.
        """
        data = {**sheet, "qr_svg": qr_svg(sheet["check_url"])}
        pdf = self._compilers[product].compile(
            format="pdf",
            sys_inputs={"sheet": orjson.dumps(data).decode()},
            pdf_standards=STANDARDS,
            timestamp=int(made_at.timestamp()),
        )
        if not isinstance(pdf, bytes):
            raise TypeError("typst gave no single file")
        return pdf


def qr_svg(url: str) -> str:
    """Return a QR code with the quiet zone of ISO/IEC 18004, error correction M: it survives a fold in a printed sheet."""
    code = zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return str(code.to_svg(add_quiet_zones=True))
