"""Whatever a card may hold fits its sheet: nothing over its neighbour, nothing beyond the page, as many pages as the sheet says."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import pypdf
import pypdfium2
import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.glyphs import FONTS
from services.issuance.adapters.renderer.typesetter import Typesetter
from services.issuance.domain.products import PRODUCTS
from services.issuance.domain.products.spec import RenderInput
from services.issuance.wiring import TEMPLATES
from shared.errors import Permanent
from shared.reference.lists import code_list
from shared.reference.printing import (
    LONGEST,
    LONGEST_ABROAD,
    LONGEST_OF_NOTE,
    MOST_MEMBERS,
    MOST_NOTE_CHANGES,
    MOST_NOTE_PERSONS,
    glyphs,
    is_printable,
)
from shared.reference.regions import districts, regencies, villages
from tests.integration.issuance.conftest import CHECK_URL, MakePress, sheet_of
from tests.support.approvals import ADDRESS, AT, CARD, CONTENTS, HEAD, approval, order
from tests.support.clock_ahead import machine_now
from tests.support.pdf import codes_of, poppler_text_of

OF_CARD: Final = ("address", "rt", "rw", "postal_code")
OF_MEMBER: Final = tuple(column for column in LONGEST if column not in OF_CARD)
LENGTHS: Final = {
    **LONGEST_OF_NOTE,
    **{column: LONGEST[column] for column in OF_MEMBER},
    "head_name": LONGEST["name"],
    "applicant_name": LONGEST["name"],
    "reason": 120,  # of a move, in people's own words
    "death_place": LONGEST["birth_place"],
    "place": 2 * LONGEST["birth_place"],  # of a stillbirth: where, and in which regency
    "street": LONGEST["address"],
    "former_address": 120,  # `rules` of its field
    "birth_certificate_number": 40,  # as people type it where the register has none: `rules` of its field
    **{column: longest for column, longest in LONGEST_ABROAD.items() if column not in ("place", "certificate_number")},
    "certificate_number": LONGEST_ABROAD["certificate_number"],
    "leaving_letter": 60,  # of a list, whose longest is shorter
    "reporter_name": LONGEST["name"],
    "address": LONGEST["address"] + 160,  # of a declarant: the street with village, district, regency in one line
    **dict.fromkeys(("village", "district", "regency", "province", "plurality"), 40),  # ours: of lists, whose longest is shorter
}
"""Most characters of each field of a content that is a text."""

MARKED: Final = {"certified_by": "CA Demo Adminduk Kabupaten Madiun", "demo": True}
ROWS: Final = 10
FIRST_PAGE: Final = {"skpwni": ("movers", 8), "skpln": ("movers", 9), "skdln": ("arrivers", 11)}
"""Letters of several people: the field that has them, and how many stand on the first page."""
MARGIN_POINTS: Final = 24.0  # the templates keep 9 mm and more
WORDS: Final = "MUHAMMAD ABDURRAHMAN WAHYUDIANTO KUSUMANINGRAT SASTROWIJOYO SOEMODIHARDJO "
DIACRITICS: Final = "JOSÉ ÅSA ŁUKASZ ŞÜKRÜ ÑÕ ŐŹ ÇÃ ÐŒ D'ARC "
LONG_DAY: Final = "1999-09-28"  # no day of its century has more words


@cache
def typesetter() -> Typesetter:
    return Typesetter(TEMPLATES, tuple(PRODUCTS))


@cache
def widest() -> str:
    """The widest character that a text may have."""
    font = TTFont(next(path for path in FONTS if path.name == "SourceSansPro-Bold.ttf"))
    names, widths = font.getBestCmap(), font["hmtx"]
    return max(sorted(glyphs()), key=lambda char: int(widths[names[ord(char)]][0]))


def long(content: Any, text: str) -> Any:
    """A content whose texts are as long as they may be, made of repetitions of `text`."""
    if isinstance(content, list):
        return [long(item, text) for item in content]
    if not isinstance(content, dict):
        return content
    return {
        field: (text * LENGTHS[field])[: LENGTHS[field]].strip() if isinstance(value, str) and field in LENGTHS else long(value, text)
        for field, value in content.items()
    }


def card_of(members: int, text: str, **other: str) -> dict[str, Any]:
    """A card on which every text is as long as it may be."""
    rows = [{**long(HEAD, text), "nik": f"351908120385{serial:04d}"} | other for serial in range(1, members + 1)]
    return {**long(CARD, text), "address": {**ADDRESS, "street": long(ADDRESS, text)["street"]}, "members": rows}


def sheet(product: str, content: dict[str, Any], **other: str) -> RenderInput:
    return sheet_of(approval(order(product, content=content)), **other)


def printed(product: str, content: dict[str, Any], *, made_at: datetime = AT) -> bytes:
    return typesetter().typeset(product, sheet(product, content) | MARKED, made_at=made_at)


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def values(card: dict[str, Any], members: Sequence[dict[str, Any]]) -> Iterator[str]:
    address = card["address"]
    yield from (address["street"], f"{address['rt']}/{address['rw']}", address["postal_code"])
    for member in members:
        yield member["nik"]
        yield from (member[column] for column in OF_MEMBER if member[column] not in ("", "-"))


def boxes(pdf: bytes, page: int) -> list[tuple[float, float, float, float]]:
    """Where each visible letter of the sheet stands; the big mark behind it is not counted."""
    text = pypdfium2.PdfDocument(pdf)[page].get_textpage()
    found = (text.get_charbox(index) for index in range(text.count_chars()))
    return [box for box in found if 0.2 < box[3] - box[1] < 40 and box[2] - box[0] > 0.2]


def overlapping(placed: Sequence[tuple[float, float, float, float]]) -> int:
    """How many pairs of letters cover each other by half of the smaller one."""
    cells: dict[tuple[int, int], list[int]] = {}
    pairs = set()
    for index, (left, bottom, right, top) in enumerate(placed):
        for x in range(int(left) // 8, int(right) // 8 + 1):
            for y in range(int(bottom) // 8, int(top) // 8 + 1):
                for other in cells.setdefault((x, y), []):
                    if _covers(placed[index], placed[other]):
                        pairs.add((other, index))
                cells[x, y].append(index)
    return len(pairs)


def _covers(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return False
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return width * height > smaller / 2


def assert_whole(pdf: bytes, card: dict[str, Any]) -> None:
    """Every page says which it is, has its members, the code and the signature, and nothing stands on anything else."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    members = card["members"]
    assert len(pages) == -(-len(members) // ROWS)
    for number, page in enumerate(pages):
        text = bare(page.extract_text())
        assert f"Halaman:{number + 1}dari{len(pages)}" in text
        for word in ("KEPALAKELUARGA", "Ditandatanganisecaraelektronikoleh", "Nomordokumen"):
            assert word in text
        for value in values(card, members[number * ROWS : number * ROWS + ROWS]):
            assert bare(value) in text, value
        placed = boxes(pdf, number)
        assert overlapping(placed) == 0
        assert min(box[0] for box in placed) >= MARGIN_POINTS
        assert min(box[1] for box in placed) >= MARGIN_POINTS
        assert max(box[2] for box in placed) <= float(page.mediabox.width) - MARGIN_POINTS
        [code] = codes_of(pdf, number)
        assert code.text == CHECK_URL
        assert (code.left > 0.8, code.top > 0.8) == (True, True)


@pytest.mark.parametrize("members", [1, 10, 11, MOST_MEMBERS])
@pytest.mark.parametrize("text", ["W", "WIDEST", WORDS, "LM "], ids=["one wide word", "the widest", "words", "short words"])
def test_a_card_of_the_longest_texts_keeps_to_its_places(members: int, text: str) -> None:
    card = card_of(members, widest() if text == "WIDEST" else text)
    assert_whole(printed("kk", card), card)


def test_names_of_places_and_lists_are_no_longer_and_can_be_printed() -> None:
    places = [
        *(regency.name for regency in regencies().values()),
        *(village.name for village in villages().values()),
        *(district.name for district in districts().values()),
    ]
    plurality = code_list("plurality").rows.values()
    for name in (*places, *(regency.province for regency in regencies().values()), *plurality):
        assert len(name) <= LENGTHS["village"], name
        assert is_printable(name.upper()), name


def texts(content: Any) -> Iterator[str]:
    """Every text of a content that has a greatest length."""
    if isinstance(content, list):
        for item in content:
            yield from texts(item)
    elif isinstance(content, dict):
        for field, value in content.items():
            if field in LENGTHS and isinstance(value, str):
                yield value
            else:
                yield from texts(value)


def widest_contents(product: str, text: str) -> dict[str, Any]:
    """A content of the product with the longest texts, the most that may be named, and the days with the most words."""
    most: dict[str, Any] = {"kind": 2, "has_photo": True, "birth_order": 18}
    content = CONTENTS[product][1]
    if product == "lahir_mati":
        person = content["mother"] | {"born_on": LONG_DAY}
        content = content | {"reporter": person, "mother": person, "father": person, "stillborn_at": "23:59"}
    if product in FIRST_PAGE:
        rows, most_rows = FIRST_PAGE[product]
        content = content | {rows: movers(most_rows, product)}
    if product == "lapor_ln":
        content = content | {"persons": (content["persons"] * 2)[:3]}
    if product == "catatan_pinggir":
        content = content | {"persons": content["persons"] * MOST_NOTE_PERSONS, "changes": content["changes"] * MOST_NOTE_CHANGES}
    days = {field: LONG_DAY for field in ("born_on", "died_on", "stillborn_on") if field in content}
    widened: dict[str, Any] = long(content, text)
    return widened | {field: value for field, value in most.items() if field in content} | days


@pytest.mark.parametrize("product", [product for product in PRODUCTS if product != "kk"])
@pytest.mark.parametrize("text", ["W", "WIDEST", WORDS, DIACRITICS], ids=["one wide word", "the widest", "words", "diacritics"])
def test_a_sheet_of_the_longest_texts_stays_one_page_and_shows_them(product: str, text: str) -> None:
    content = widest_contents(product, widest() if text == "WIDEST" else text)
    pdf = printed(product, content)
    [page] = pypdf.PdfReader(io.BytesIO(pdf)).pages
    address = content.get("address", {})
    unseen = {address.get("regency"), address.get("province")}  # of the slips: the office is the regency's
    if product in ("akta_kelahiran", "akta_pengakuan", "akta_pengesahan"):
        unseen |= {content["father"]["citizenship"]}
    for read in (page.extract_text(), poppler_text_of(pdf)):
        assert [value for value in texts(content) if value not in unseen and bare(value) not in bare(read)] == []
    placed = boxes(pdf, 0)
    assert overlapping(placed) == 0
    assert min(box[0] for box in placed) >= MARGIN_POINTS
    assert min(box[1] for box in placed) >= MARGIN_POINTS
    assert max(box[2] for box in placed) <= float(page.mediabox.width) - MARGIN_POINTS
    [code] = codes_of(pdf)
    assert code.text == CHECK_URL


def movers(count: int, product: str) -> list[dict[str, Any]]:
    """So many people of one letter of a move."""
    first = CONTENTS[product][1][FIRST_PAGE[product][0]][0]
    return [first | {"nik": f"351908120385{serial:04d}"} for serial in range(1, count + 1)]


@pytest.mark.parametrize(("product", "more"), [("skpwni", 1), ("skpwni", MOST_MEMBERS), ("skpln", MOST_MEMBERS), ("skdln", MOST_MEMBERS)])
def test_a_letter_of_a_large_family_has_everybody_on_two_pages(product: str, more: int) -> None:
    rows, on_first = FIRST_PAGE[product]
    content = long(CONTENTS[product][1] | {rows: movers(min(MOST_MEMBERS, on_first + more), product)}, WORDS)
    pdf = printed(product, content)
    first, second = pypdf.PdfReader(io.BytesIO(pdf)).pages
    texts_of = [bare(page.extract_text()) for page in (first, second)]
    for page, people in zip(texts_of, (content[rows][:on_first], content[rows][on_first:]), strict=True):
        assert all(mover["nik"] in page and bare(mover["name"]) in page for mover in people)
    assert "Ditandatanganisecaraelektronikoleh" in texts_of[1]
    assert [overlapping(boxes(pdf, page)) for page in (0, 1)] == [0, 0]


LETTERS: Final = st.sampled_from(sorted(char for char in glyphs() if char.isalpha() and char.isascii()) + list("ÉŁŠŒÑÜ '.,-/"))


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_any_family_of_allowed_texts_is_printed_whole(data: st.DataObject) -> None:
    def text(column: str) -> str:
        drawn = data.draw(st.text(LETTERS, min_size=1, max_size=LONGEST[column]))
        return " ".join(drawn.split()) or "A"

    count = data.draw(st.integers(1, 12))
    different = [{column: text(column) for column in OF_MEMBER} for _ in range(min(count, 2))]
    members = [HEAD | different[serial % len(different)] | {"nik": f"351908120385{serial:04d}"} for serial in range(1, count + 1)]
    card = CARD | {"members": members, "head_name": members[0]["name"], "address": ADDRESS | {"street": text("address")}}
    pdf = printed("kk", card)
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) == -(-count // ROWS)
    for number, page in enumerate(pages):
        shown = bare(page.extract_text())
        for value in values(card, members[number * ROWS : number * ROWS + ROWS]):
            assert bare(value) in shown, value


@pytest.mark.parametrize(
    "change", [{"name": "W" * 200}, {"name": "王小明"}, {"birth_place": "W" * 120}], ids=["too wide", "no glyph", "too wide elsewhere"]
)
async def test_what_does_not_fit_or_has_no_glyph_is_never_printed(make_renderer: MakePress, change: dict[str, str]) -> None:
    card = CARD | {"members": [HEAD | change]}
    with pytest.raises(Permanent) as caught:
        await make_renderer().render("kk", sheet("kk", card), made_at=AT)
    assert caught.value.code == "sheet_unprintable"


async def test_a_sheet_that_would_have_other_pages_than_it_says_is_never_printed(make_renderer: MakePress) -> None:
    crowded = sheet("kk", card_of(10, WORDS), check_url=CHECK_URL + "/" + "x " * 900)
    with pytest.raises(Permanent):
        await make_renderer().render("kk", crowded, made_at=AT)


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("hour", [0, 6, 16, 17, 18, 23])
def test_a_sheet_is_made_at_its_moment_at_any_hour(product: str, hour: int) -> None:
    made_at = datetime(2026, 11, 23, hour, 30, 15, tzinfo=UTC)  # 17.30 here is half past midnight in Madiun
    read = pypdf.PdfReader(io.BytesIO(printed(product, CONTENTS[product][1], made_at=made_at)))
    assert read.metadata is not None
    assert read.metadata.creation_date == made_at


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="needs poppler-utils")
async def test_no_sheet_is_made_after_it_was_signed(make_renderer: MakePress, tmp_path: Path) -> None:
    made_at = machine_now()  # the child that signs has none of our environment, the clock of a run a year ahead included
    path = tmp_path / "kk.pdf"
    path.write_bytes((await make_renderer().render("kk", sheet_of(approval("kk")), made_at=made_at)).content)
    read = pypdf.PdfReader(path)
    assert read.metadata is not None
    created = read.metadata.creation_date
    [field] = (read.get_fields() or {}).values()
    signed = field["/V"]["/M"]
    said = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout  # noqa: ASYNC221
    assert "Signature is Valid" in said
    assert created is not None
    assert created <= datetime.strptime(signed.replace("'", ""), "D:%Y%m%d%H%M%S%z")
