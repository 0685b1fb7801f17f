"""Pieces in print, as other libraries than their maker see them: nothing cut, nothing over another, and codes that a phone can read."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import pytest_asyncio
from PIL import Image, ImageFilter

from services.intake.domain.studio.pieces import PieceWish
from services.intake.handlers import preview_piece, print_piece
from services.intake.handlers.studio.showing import PDF, print_as
from services.intake.ports import Deps, PrintedAs
from services.intake.wiring.outside import report_printer
from shared.errors import Transient
from shared.reference.printing import FONT_FILES
from shared.reference.regions import villages
from tests.integration.intake.rig import settings
from tests.support.eventually import eventually
from tests.support.pdf import links_in, pages_of, poppler_text_of
from tests.support.pictures import TOLERANCE, distance
from tests.unit.intake.studio.book import CODE, open_studio, view, wish_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
STUDIO = open_studio()
LONGEST_VILLAGE = max(villages().values(), key=lambda village: len(village.in_full)).code
LONGEST_MOMENT = "18 sampai 24 Maret 2026 (Hari Suci Nyepi dan Hari Raya Idul Fitri)"
NUMBERS = "12.840 dokumen terbit · separuh selesai dalam 120 jam kerja · nilai survei 88,31"
LONGEST_NOTE = "Selasa 24 November 2026 pukul 08.00 sampai 14.30, Balai Desa Pilangkenceng, lantai dua kiri"
BY_NEEDS = sorted(STUDIO.cards.of.values(), key=lambda card: -sum(len(need.text) + len(need.case) for need in card.needs))
VILLAGE = "3519072001"  # Sidorejo, Wungu
SAMPLES = Path(__file__).resolve().parents[3] / "docs/samples/studio"
COLOURS = 64
SERVICES = sorted({*(card.code for card in BY_NEEDS[:4]), "kk_hilang", "ktp_rekam", "pengaduan", "penduduk_nonpermanen"})
FREE_STRIPES = {"account_picture": (-140.0, -124.0), "poster": (258.5, 261.0)}
"""Of a layout: a stripe across its width in which no letter may stand, from its top in pixels or millimetres; below 0 from its bottom."""
MM = 72 / 25.4


@dataclass(frozen=True)
class Letter:
    """A letter with its box: points from the left and from the top."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def is_over(self, other: Letter) -> bool:
        """Whether it covers more than a fifth of the smaller one of both. Letters in one box are a ligature."""
        if abs(self.top - other.top) < 0.01 and abs(self.right - other.right) < 0.01:
            return False
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide > 0 and high > 0 and wide * high > 0.2 * min(self.area, other.area)

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)


def letters_of(page: Any) -> list[Letter]:
    """The letters of a page, blanks left out."""
    words, height = page.get_textpage(), page.get_height()
    found: list[Letter] = []
    for index in range(words.count_chars()):
        text = words.get_text_range(index, 1)
        if text.strip():
            left, bottom, right, top = words.get_charbox(index)
            found.append(Letter(text, left, height - top, right, height - bottom))
    return found


def overlaps(letters: list[Letter]) -> Iterator[str]:
    """Yield pairs of letters that lie over each other."""
    rows: dict[int, list[Letter]] = {}
    for letter in letters:
        for row in range(int(letter.top // 20), int(letter.bottom // 20) + 1):
            rows.setdefault(row, []).append(letter)
    for near in rows.values():
        pairs = (pair for pair in combinations(near, 2) if pair[0].is_over(pair[1]))
        yield from (f"{one.text}{other.text} at {one.left:.0f},{one.top:.0f}" for one, other in pairs)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def deps() -> AsyncIterator[Deps]:
    """The studio with a printer."""
    printer = report_printer(settings("mongodb://127.0.0.1:1", "none"))
    yield replace(STUDIO, reports=printer)
    await printer.close()


def wishes() -> Iterator[PieceWish]:
    """Pieces with the longest names that there are."""
    for kind in STUDIO.studio.kinds.values():
        if kind.forms[0].width:
            for service in SERVICES:
                yield wish_of(STUDIO, kind.code, "syarat", service, village=LONGEST_VILLAGE)
            yield wish_of(STUDIO, kind.code, "syarat", SERVICES[0], village=LONGEST_VILLAGE, note=LONGEST_NOTE)
            for idea in ("pembuka", "penipuan", "cetak_sendiri"):
                yield wish_of(STUDIO, kind.code, idea, "", village=LONGEST_VILLAGE)
            yield wish_of(STUDIO, kind.code, "jemput_bola", "", note=LONGEST_NOTE)
            yield wish_of(STUDIO, kind.code, "angka_bulan", "", moment="September 2026", note=NUMBERS)
            yield wish_of(STUDIO, kind.code, "lama", "penduduk_nonpermanen")
            yield wish_of(STUDIO, kind.code, "libur", "", moment=LONGEST_MOMENT)


@pytest.mark.parametrize("wish", list(wishes()), ids=lambda wish: f"{wish.kind}-{wish.idea}-{wish.service}")
async def test_no_letter_is_cut_or_lies_over_another(deps: Deps, wish: PieceWish) -> None:
    form = STUDIO.studio.kinds[wish.kind].forms[0]
    document = pypdfium2.PdfDocument(await print_as(deps, view(deps, wish), form, PrintedAs(PDF)))
    assert len(document) == form.pages
    for page in document:
        letters = letters_of(page)
        assert letters
        wide, high = page.get_width(), page.get_height()
        assert [each for each in letters if min(each.left, each.top) < 0 or each.right > wide or each.bottom > high] == []
        assert list(overlaps(letters)) == []
        if form.template in FREE_STRIPES:
            unit = MM if form.template == "poster" else 1.0
            top, bottom = (edge * unit + (high if edge < 0 else 0) for edge in FREE_STRIPES[form.template])
            assert [each.text for each in letters if each.bottom > top and each.top < bottom] == []


async def test_a_poster_has_every_paper_that_is_always_asked_for_and_is_read_by_machines(deps: Deps) -> None:
    for service in SERVICES:
        found = view(deps, wish_of(STUDIO, "poster", "syarat", service, village=LONGEST_VILLAGE))
        for form in found.kind.forms:
            pdf, media_type = await print_piece(deps, found, form)
            said = poppler_text_of(pdf)
            assert media_type == PDF
            assert [row.text for row in found.content.panel.rows if row.text not in said] == []
            assert found.content.tag in said
            assert "0811-3519-000" in said
            with pikepdf.open(io.BytesIO(pdf)) as document:
                box = [float(each) / MM for each in document.pages[0].MediaBox]
                assert [round(box[2]), round(box[3])] == [form.width, form.height]
                assert document.Root.MarkInfo.Marked
                assert str(document.docinfo.Title) == f"Poster: {found.content.headline}"
                assert {str(font).rpartition("+")[2] for font in fonts_of(document)} <= {name.removesuffix(".ttf") for name in FONT_FILES}


def fonts_of(document: pikepdf.Pdf) -> Iterator[Any]:
    for each in document.objects:
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font" and "/FontDescriptor" in each:
            yield each.BaseFont


def worn(picture: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """What becomes of a picture of a poster on the way to a phone's camera."""
    yield "as it is", picture
    small = picture.resize((int(picture.width * 0.4), int(picture.height * 0.4)), Image.Resampling.LANCZOS)
    yield "at 40 %", small
    yield "turned", picture.rotate(12, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    yield "blurred", picture.filter(ImageFilter.GaussianBlur(2))
    sixty = picture.resize((int(picture.width * 0.6), int(picture.height * 0.6)), Image.Resampling.LANCZOS)
    kept = io.BytesIO()
    sixty.save(kept, "JPEG", quality=15)
    yield "as a bad JPEG", Image.open(kept).convert("RGB")
    yield "faded", Image.blend(picture.convert("L").convert("RGB"), Image.new("RGB", picture.size, "#888"), 0.65)


@pytest.mark.parametrize("kind", ["poster", "leaflet", "table_tent"])
async def test_a_code_in_print_is_read_however_it_is_photographed(deps: Deps, kind: str) -> None:
    found = view(deps, wish_of(STUDIO, kind, "syarat", "penduduk_nonpermanen", village=LONGEST_VILLAGE))
    assert f"%23{CODE}" in found.subject.link
    for form in found.kind.forms:
        pdf, _ = await print_piece(deps, found, form)
        for how, picture in worn(pages_of(pdf)[0].convert("RGB")):
            links = set(links_in(picture))
            assert links == {found.subject.link}, (form.code, how)


async def test_a_picture_is_what_its_account_takes(deps: Deps) -> None:
    for kind in ("card", "card_portrait", "story"):
        found = view(deps, wish_of(STUDIO, kind, "syarat", SERVICES[0], village=LONGEST_VILLAGE))
        form = found.kind.forms[0]
        made, media_type = await print_piece(deps, found, form)
        picture = Image.open(io.BytesIO(made))
        assert (media_type, picture.format, picture.size) == ("image/jpeg", "JPEG", (form.width, form.height))
        assert len(made) < 1_000_000
        assert (await print_piece(deps, found, form))[0] == made


def samples() -> Iterator[tuple[str, PieceWish]]:
    """The pieces that are shown in the documents: one of each kind that has a picture."""
    for kind in STUDIO.studio.kinds.values():
        if kind.forms[0].width:
            wish = wish_of(STUDIO, kind.code, "pembuka" if kind.code in ("leaflet", "table_tent") else "syarat", "akta_lahir")
            yield kind.code, replace(wish, village=VILLAGE, service="" if wish.idea == "pembuka" else wish.service)


@pytest.mark.parametrize(("name", "wish"), list(samples()))
async def test_a_sample_looks_as_its_picture(deps: Deps, name: str, wish: PieceWish) -> None:
    found = view(deps, wish)
    made, _ = await preview_piece(deps, found, found.kind.forms[0], 0)
    picture = Image.open(io.BytesIO(made)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    if folder := os.environ.get("SAMPLES"):
        picture.save(Path(folder, "studio", f"{name}.png"), optimize=True)
    assert distance(picture, Image.open(SAMPLES / f"{name}.png")) <= TOLERANCE


async def test_a_child_without_orders_ends_and_one_that_hangs_is_replaced(deps: Deps) -> None:
    found, configured = view(deps, wish_of(STUDIO, "card")), settings("mongodb://127.0.0.1:1", "none")
    idle = report_printer(configured.model_copy(update={"report_idle_seconds": 0.2}))
    for _ in range(2):
        await print_piece(replace(STUDIO, reports=idle), found, found.kind.forms[0])
        await eventually(lambda: idle.process_id is None)
    await idle.close()
    hasty = report_printer(configured.model_copy(update={"report_seconds": 0.001}))
    with pytest.raises(Transient, match="reports_overran"):
        await print_piece(replace(STUDIO, reports=hasty), found, found.kind.forms[0])
    assert hasty.process_id is None
    await hasty.close()
