"""A sample of every product, as document and picture in `docs/samples`: a template that looks otherwise shows here.

`make samples` makes both anew; look at the pictures before you commit them.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import pypdf
import pypdfium2
import pytest
from PIL import Image

from services.issuance.adapters.demo_ca import DemoFiles
from services.issuance.domain.products import PRODUCTS
from services.issuance.wiring import TEMPLATES
from tests.integration.issuance.conftest import Press, sheet_of
from tests.support.approvals import CONTENTS, approval, order
from tests.support.pdf import codes_of, signature_of
from tests.support.pictures import TOLERANCE, distance

KEPT: Final = Path(__file__).resolve().parents[3] / "docs/samples"
AT: Final = datetime(2026, 1, 1, 2, 0, tzinfo=UTC)
SCALE: Final = 1.5  # 108 dpi: every line can be read
COLOURS: Final = 64  # a picture of 50 kB


def sample(product: str) -> dict[str, Any]:
    sheet: dict[str, Any] = orjson.loads((TEMPLATES / "samples" / f"{product}.json").read_bytes())
    return sheet


def picture(pdf: bytes) -> Image.Image:
    image: Image.Image = pypdfium2.PdfDocument(pdf)[0].render(scale=SCALE).to_pil()
    return image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)


@pytest.fixture
def rendered(press: Press) -> Callable[[str, Mapping[str, Any]], bytes]:
    """Print a sheet; one renderer does it for all tests that only look."""
    return lambda product, sheet: press(product, sheet, AT)


def shape(found: Any) -> Any:
    """The names in a sheet, without what they say; of a list the names of its first row."""
    if isinstance(found, dict):
        return {name: shape(value) for name, value in found.items()}
    return [shape(found[0])] if isinstance(found, list) else None


def test_every_product_has_a_sample_a_document_and_a_picture() -> None:
    assert {path.stem for path in (TEMPLATES / "samples").glob("*.json")} == set(PRODUCTS)
    assert {path.name for path in KEPT.glob("*.*") if path.suffix in (".pdf", ".png")} == {
        f"{product}.{kind}" for product in PRODUCTS for kind in ("pdf", "png")
    }


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_sample_has_what_the_product_gives_its_template(product: str) -> None:
    assert PRODUCTS[product].template == product
    content = CONTENTS[product][1]
    if product == "lahir_mati":
        content = content | {"father": content["mother"]}
    assert shape(sample(product)) == shape(sheet_of(approval(order(product, content=content))))


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_sample_looks_as_its_picture(rendered: Callable[[str, Mapping[str, Any]], bytes], product: str) -> None:
    pdf = rendered(product, sample(product))
    if folder := os.environ.get("SAMPLES"):
        (Path(folder) / f"{product}.pdf").write_bytes(pdf)
        picture(pdf).save(Path(folder) / f"{product}.png", optimize=True)
    assert distance(picture(pdf), Image.open(KEPT / f"{product}.png")) <= TOLERANCE


@pytest.mark.parametrize("product", PRODUCTS)
async def test_a_kept_document_is_whole_signed_and_its_code_is_read(demo: DemoFiles, product: str) -> None:
    pdf = (KEPT / f"{product}.pdf").read_bytes()
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 1
    status = await signature_of(pdf, demo.ca)  # the authority that it was signed under is thrown away
    assert (status.intact, status.valid) == (True, True)
    [code] = codes_of(pdf)
    assert code.text == sample(product)["check_url"]
    assert (code.left > 0.5, code.top > 0.5) == (True, True)


@pytest.mark.parametrize("product", ["akta_kelahiran", "kk"])
def test_a_word_that_changed_shows_in_the_picture(rendered: Callable[[str, Mapping[str, Any]], bytes], product: str) -> None:
    sheet = sample(product)
    changed = {"akta_kelahiran": {"mother": "SITI CONTOH"}, "kk": {"head_name": "BUDI SANTOSO"}}[product]
    pdf = rendered(product, sheet | changed)
    assert distance(picture(pdf), Image.open(KEPT / f"{product}.png")) > TOLERANCE
