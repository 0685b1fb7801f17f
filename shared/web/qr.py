"""QR codes as vector pictures, for pages and for print. For services whose extra has `zxing-cpp`."""

from __future__ import annotations

import zxingcpp


def qr_svg(text: str) -> str:
    """Return the QR code of a text as SVG, with its quiet zone. Level M: 15 % of it may be covered or dirty."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return str(code.to_svg(add_quiet_zones=True))
