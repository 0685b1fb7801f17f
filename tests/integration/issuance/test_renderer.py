"""What comes out of the renderer, judged by other libraries than those that made it; and what happens to a renderer that misbehaves."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest
import typst
from pyhanko.sign.diff_analysis import ModificationLevel

from services.issuance.adapters.demo_ca import DemoFiles
from services.issuance.domain.products import PRODUCTS
from services.issuance.wiring import TEMPLATES
from shared.child.fonts import load_fonts
from shared.child.process import ChildLimits
from shared.errors import Permanent, Transient
from shared.reference.printing import FONT_FILES
from tests.integration.issuance.conftest import CHECK_URL, ROOMY, MakePress, sheet_of
from tests.support.approvals import ADDRESS, AT, CARD, approval, order
from tests.support.eventually import eventually
from tests.support.pdf import codes_of, signature_of, text_of

A4_LANDSCAPE, A4_PORTRAIT = (841.89, 595.28), (595.28, 841.89)
MARK = "CONTOH - sertifikat demo, bukan BSrE"


@pytest.mark.parametrize(("product", "size"), [(product, A4_LANDSCAPE if product == "kk" else A4_PORTRAIT) for product in PRODUCTS])
async def test_page_is_a4_and_fonts_are_embedded(printed: Mapping[str, bytes], product: str, size: tuple[float, float]) -> None:
    reader = pypdf.PdfReader(io.BytesIO(printed[product]))
    assert len(reader.pages) == 1
    for page in reader.pages:
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(size, abs=0.5)
        resources: Any = page["/Resources"]
        fonts = [font.get_object()["/DescendantFonts"][0].get_object() for font in resources["/Font"].values()]
        assert fonts
        assert all("SourceSansPro" in font["/BaseFont"] for font in fonts)
        assert all(font["/FontDescriptor"].get_object().keys() & {"/FontFile2", "/FontFile3"} for font in fonts)


@pytest.mark.parametrize("product", PRODUCTS)
async def test_metadata_says_title_language_and_standard(printed: Mapping[str, bytes], product: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(printed[product]))
    assert reader.metadata is not None
    assert "3519-KK-24112026-0001" in str(reader.metadata.title)
    assert reader.metadata.author == "Dinas Kependudukan dan Pencatatan Sipil Kabupaten Madiun"
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/Lang"] == "id-ID"
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    xmp = catalog["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp


@pytest.mark.parametrize("product", PRODUCTS)
async def test_demo_is_marked_and_never_claims_bsre(printed: Mapping[str, bytes], product: str) -> None:
    text = text_of(printed[product])
    assert text.count(MARK) >= 2
    assert "diterbitkan oleh CA Demo Adminduk Kabupaten Madiun" in text
    assert "UU ITE Pasal 5 ayat (1)" in text
    assert "BSrE" not in text.replace("bukan BSrE", "")


async def test_demo_certificate_stays_demo_whatever_the_setting_says(make_renderer: MakePress) -> None:
    signer_identity = await make_renderer(genuine=True).start()
    assert signer_identity.certificate.demo


@pytest.mark.parametrize("product", PRODUCTS)
async def test_qr_code_is_read_from_the_rendered_page_lower_right(printed: Mapping[str, bytes], product: str) -> None:
    [code] = codes_of(printed[product])
    assert code.text == CHECK_URL
    assert code.left > 0.5
    assert code.top > 0.5


@pytest.mark.parametrize("hostile", ['#panic("x")', "*bold* _it_ $x$ <tag> @ref \\ // /* ~", '"}], "demo": false'])
async def test_markup_in_data_is_printed_not_executed(make_renderer: MakePress, hostile: str) -> None:
    card = CARD | {"address": ADDRESS | {"street": hostile}}
    pdf = (await make_renderer().render("kk", sheet_of(approval(order("kk", content=card))), made_at=AT)).content
    assert "".join(hostile.split()) in "".join(text_of(pdf).split())
    assert MARK in text_of(pdf)


@pytest.mark.parametrize("product", PRODUCTS)
async def test_signature_is_valid_against_the_demo_authority(printed: Mapping[str, bytes], demo: DemoFiles, product: str) -> None:
    status = await signature_of(printed[product], demo.ca)
    assert status.bottom_line
    assert status.intact
    assert status.valid
    assert status.trusted
    assert status.modification_level is ModificationLevel.NONE
    assert status.coverage.name == "ENTIRE_FILE"


async def test_one_changed_byte_breaks_the_signature(printed: Mapping[str, bytes], demo: DemoFiles) -> None:
    pdf = bytearray(printed["kk"])
    pdf[len(pdf) // 3] ^= 1
    status = await signature_of(bytes(pdf), demo.ca)
    assert not status.intact


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="needs poppler-utils")
@pytest.mark.parametrize("product", PRODUCTS)
async def test_pdfsig_says_valid(printed: Mapping[str, bytes], tmp_path: Path, product: str) -> None:
    file = tmp_path / f"{product}.pdf"
    file.write_bytes(printed[product])
    said = await asyncio.to_thread(subprocess.run, ["pdfsig", str(file)], capture_output=True, text=True, check=False)
    assert "Signature is Valid" in said.stdout
    assert "ETSI.CAdES.detached" in said.stdout
    assert "Total document signed" in said.stdout


async def test_only_the_three_fonts_are_used_and_all_from_true_type(printed: Mapping[str, bytes]) -> None:
    for template in TEMPLATES.glob("*.typ"):
        assert "fallback: true" not in template.read_text(encoding="utf-8")
    resources: Any = pypdf.PdfReader(io.BytesIO(printed["kk"])).pages[0]["/Resources"]
    fonts = [font.get_object()["/DescendantFonts"][0].get_object() for font in resources["/Font"].values()]
    names = {font["/BaseFont"].partition("+")[2] for font in fonts}
    assert names == {name.removesuffix(".ttf") for name in FONT_FILES}
    assert all("/FontFile2" in font["/FontDescriptor"].get_object() for font in fonts), "the package has each weight as CFF, too"


def test_fonts_are_in_memory_and_leave_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    fonts = load_fonts()
    assert [Path(font.path or "").name for font in sorted(fonts.fonts(), key=lambda font: font.path or "")] == list(FONT_FILES)
    assert list(tmp_path.iterdir()) == []
    text = b'#set text(font: "Source Sans Pro", fallback: false)\n#for weight in (400, 600, 700) { text(weight: weight)[Madiun] }'
    pdf = typst.Compiler(text, font_paths=fonts, ignore_system_fonts=True).compile(format="pdf")
    assert isinstance(pdf, bytes)
    page: Any = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]
    assert len(page["/Resources"]["/Font"]) == len(FONT_FILES)


async def test_sheet_that_can_not_be_printed_is_permanent_and_the_renderer_lives_on(make_renderer: MakePress) -> None:
    renderer = make_renderer()
    sheet = sheet_of(approval("kk"))
    with pytest.raises(Permanent) as caught:
        await renderer.render("kk", {name: value for name, value in sheet.items() if name != "members"}, made_at=AT)
    assert caught.value.code == "sheet_unprintable"
    assert "CONTOH" not in str(caught.value)  # never what the sheet says
    with pytest.raises(Permanent):
        await renderer.render("skpwni", sheet, made_at=AT)
    assert (await renderer.render("kk", sheet, made_at=AT)).content.startswith(b"%PDF")
    assert renderer.starts == 1


async def test_renderer_that_is_killed_is_replaced(make_renderer: MakePress) -> None:
    renderer = make_renderer()
    await renderer.start()
    first = renderer.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: renderer.process_id is None)
    assert (await renderer.render("ktp", sheet_of(approval("ktp")), made_at=AT)).content.startswith(b"%PDF")
    assert renderer.process_id not in (None, first)


async def test_renderer_that_dies_over_a_sheet_is_transient(make_renderer: MakePress) -> None:
    renderer = make_renderer()
    await renderer.start()
    child = renderer.process_id
    assert child is not None
    os.kill(child, signal.SIGSTOP)
    waiting = asyncio.create_task(renderer.render("kk", sheet_of(approval("kk")), made_at=AT))
    await asyncio.sleep(0)
    os.kill(child, signal.SIGKILL)
    with pytest.raises(Transient) as caught:
        await waiting
    assert caught.value.code == "renderer_died"
    assert (await renderer.render("kk", sheet_of(approval("kk")), made_at=AT)).content


async def test_renderer_that_hangs_is_cut_off_and_replaced(make_renderer: MakePress) -> None:
    renderer = make_renderer(replace(ROOMY, order_seconds=0.5))
    await renderer.start()
    child = renderer.process_id
    assert child is not None
    os.kill(child, signal.SIGSTOP)
    with pytest.raises(Transient) as caught:
        await renderer.render("kk", sheet_of(approval("kk")), made_at=AT)
    assert caught.value.code == "renderer_overran"
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert (await make_renderer().render("kk", sheet_of(approval("kk")), made_at=AT)).content


async def test_endless_template_runs_into_the_time_limit(make_renderer: MakePress, tmp_path: Path) -> None:
    templates = shutil.copytree(TEMPLATES, tmp_path / "templates")
    slow = 'let n = 0\n#while sheet.receipt == "SLOW" { n = n + 1; if n > 9e18 { break } }'
    (templates / "ktp.typ").write_text(f'#import "sheet.typ": *\n#show: base.with(title: "x")\n#{{ {slow.replace("#", "")} }}\nx')
    renderer = make_renderer(replace(ROOMY, order_seconds=1.0), templates)
    with pytest.raises((Transient, Permanent)) as caught:
        await renderer.render("ktp", sheet_of(approval("ktp")) | {"receipt": "SLOW"}, made_at=AT)
    assert caught.value.code in {"renderer_overran", "sheet_unprintable"}


async def test_greedy_template_runs_into_the_memory_limit(make_renderer: MakePress, tmp_path: Path) -> None:
    templates = shutil.copytree(TEMPLATES, tmp_path / "templates")
    greedy = '#if sheet.receipt == "BIG" { let s = "0123456789abcdef"; for i in range(40) { s = s + s }; s.len() }'
    (templates / "ktp.typ").write_text(f'#import "sheet.typ": *\n#show: base.with(title: "x")\n{greedy}\nx')
    renderer = make_renderer(replace(ROOMY, memory_mib=512), templates)
    with pytest.raises(Transient) as caught:
        await renderer.render("ktp", sheet_of(approval("ktp")) | {"receipt": "BIG"}, made_at=AT)
    assert caught.value.code == "renderer_died"
    assert (await renderer.render("kk", sheet_of(approval("kk")), made_at=AT)).content


async def test_renderer_is_replaced_after_so_many_sheets(make_renderer: MakePress) -> None:
    renderer = make_renderer(ChildLimits(order_seconds=20, start_seconds=60, memory_mib=768, orders_per_life=2))
    for _ in range(3):
        await renderer.render("ktp", sheet_of(approval("ktp")), made_at=AT)
    assert renderer.starts == 2


async def test_missing_key_is_told_by_name(make_renderer: MakePress, tmp_path: Path) -> None:
    renderer = make_renderer(key=str(tmp_path / "nothing.pem"))
    with pytest.raises(Transient) as caught:
        await renderer.start()
    assert caught.value.code == "certificate_unreadable"
    assert "nothing.pem" in caught.value.detail
    assert renderer.failure == "certificate_unreadable"


async def test_cancelled_caller_leaves_no_half_answer(make_renderer: MakePress) -> None:
    renderer = make_renderer()
    await renderer.start()
    task = asyncio.create_task(renderer.render("kk", sheet_of(approval("kk")), made_at=AT))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    slip = await renderer.render("ktp", sheet_of(approval("ktp")), made_at=AT)
    assert "BUKTI PENGAMBILAN" in text_of(slip.content)
