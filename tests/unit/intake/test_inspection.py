"""What becomes of a file that somebody sent: made anew, judged, or refused with the reason."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pikepdf
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from services.intake.domain.files import is_alike
from services.intake.settings import Settings
from shared.inspection.child import look
from tests.support import photos

LOCAL: Final = Path(__file__).resolve().parents[3] / "deploy" / "local" / "data"
GPS, ORIENTATION, MAKE = 0x8825, 0x0112, 0x010F


def default(name: str) -> Any:
    return Settings.model_fields[name].default


LIMITS: Final = {
    "max_pixels": default("photo_max_pixels"),
    "longest_side": default("photo_longest_side"),
    "dark_below": default("photo_dark_below"),
    "blurred_below": default("photo_blurred_below"),
    "cut_above": default("photo_cut_above"),
    "max_pages": default("pdf_max_pages"),
    "max_objects": default("pdf_max_objects"),
}


@pytest.fixture
def looked(tmp_path: Path) -> Callable[..., tuple[dict[str, Any], bytes]]:
    """Look at bytes as the child does."""

    def ask(content: bytes, media_type: str = "image/jpeg", **limits: Any) -> tuple[dict[str, Any], bytes]:
        path = tmp_path / "sent"
        path.write_bytes(content)
        return look({"path": str(path), "media_type": media_type, "limits": LIMITS | limits})

    return ask


def saved(image: Image.Image, kind: str = "JPEG", **more: Any) -> bytes:
    sink = io.BytesIO()
    image.save(sink, kind, **more)
    return sink.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


Looked = Callable[..., tuple[dict[str, Any], bytes]]


def test_nothing_that_was_hidden_in_a_photo_is_kept(looked: Looked) -> None:
    exif = Image.Exif()
    exif[MAKE], exif[GPS] = "PHONE", {1: "S", 2: (7.0, 37.0, 0.0)}
    sent = saved(photos.picture("rahasia"), exif=exif, comment=b"a comment") + b"<script>alert(1)</script>PK\x03\x04"
    told, kept = looked(sent)
    assert told["media_type"] == "image/jpeg"
    assert dict(opened(kept).getexif()) == {}
    assert not any(each in kept for each in (b"PHONE", b"a comment", b"<script>", b"PK\x03\x04"))
    assert kept.endswith(b"\xff\xd9")


def test_a_photo_is_turned_as_the_camera_was_held(looked: Looked) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # a quarter turn
    _, kept = looked(saved(photos.picture("miring", (300, 200)), exif=exif))
    assert opened(kept).size == (200, 300)


@pytest.mark.parametrize(
    ("kind", "media_type", "mode"),
    [("PNG", "image/png", "RGBA"), ("PNG", "image/png", "P"), ("PNG", "image/png", "I;16"), ("WEBP", "image/webp", "RGB")],
)
def test_every_kind_of_picture_becomes_a_jpeg(looked: Looked, kind: str, media_type: str, mode: str) -> None:
    picture = Image.new(mode, (300, 200)) if mode == "I;16" else photos.picture("kartu", (300, 200)).convert(mode)
    told, kept = looked(saved(picture, kind), media_type)
    assert told["media_type"] == "image/jpeg", told
    assert (opened(kept).format, opened(kept).mode, opened(kept).size) == ("JPEG", "RGB", (300, 200))


def test_a_photo_of_an_iphone_becomes_a_jpeg(looked: Looked) -> None:
    told, kept = looked(photos.heic(), "image/heic")
    assert (told.get("media_type"), opened(kept).size) == ("image/jpeg", (320, 240))


def test_what_is_behind_clear_glass_is_white(looked: Looked) -> None:
    _, kept = looked(saved(Image.new("RGBA", (300, 200), (0, 0, 0, 0)), "PNG"), "image/png")
    assert opened(kept).getpixel((150, 100)) == (255, 255, 255)


def test_a_large_photo_is_made_as_large_as_needed(looked: Looked) -> None:
    told, kept = looked(saved(photos.picture("besar", (4000, 3000))))
    assert opened(kept).size == (told["width"], told["height"]) == (2000, 1500)


@pytest.mark.parametrize(
    ("content", "media_type", "limits", "code"),
    [
        (saved(photos.picture("x", (1200, 1000))), "image/jpeg", {"max_pixels": 1_000_000}, "picture_too_large"),
        (photos.jpeg()[:1500], "image/jpeg", {}, "file_damaged"),
        (b"\xff\xd8\xff" + b"no picture" * 50, "image/jpeg", {}, "file_damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"no picture" * 50, "image/png", {}, "file_damaged"),
        (b"%PDF-1.7 no PDF", "application/pdf", {}, "file_damaged"),
        (photos.pdf(pages=3), "application/pdf", {"max_pages": 2}, "pdf_too_many_pages"),
        (photos.pdf(pages=30), "application/pdf", {"max_pages": 50, "max_objects": 20}, "pdf_too_complex"),
    ],
)
def test_what_can_not_be_read_or_is_too_much_is_refused(
    looked: Looked, content: bytes, media_type: str, limits: dict[str, Any], code: str
) -> None:
    told, kept = looked(content, media_type, **limits)
    assert (told.get("refused"), kept) == (code, b"")


def test_a_bomb_is_refused_before_it_is_opened(looked: Looked) -> None:
    told, _ = looked(saved(Image.new("1", (8_000, 8_000)), "PNG"), "image/png")  # 8 kB that would be 190 MB
    assert told["refused"] == "picture_too_large"


Alive = Callable[[pikepdf.Pdf], None]


def _script(made: pikepdf.Pdf) -> None:
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def _script_of_a_page(made: pikepdf.Pdf) -> None:
    made.pages[0].obj.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=made.make_stream(b"x")))


def _launch(made: pikepdf.Pdf) -> None:
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe"))
    made.pages[0].obj.Annots = pikepdf.Array([made.make_indirect(link)])


def _file(made: pikepdf.Pdf) -> None:
    made.attachments["x.exe"] = b"MZ"


def _form_with_xfa(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = pikepdf.Dictionary(XFA=made.make_stream(b"<xdp/>"), Fields=pikepdf.Array([]))


@pytest.mark.parametrize(
    ("alive", "code"),
    [
        (_script, "pdf_has_script"),
        (_script_of_a_page, "pdf_has_script"),
        (_launch, "pdf_has_script"),
        (_form_with_xfa, "pdf_has_script"),
        (_file, "pdf_has_files"),
    ],
)
def test_a_pdf_that_acts_is_refused(looked: Looked, alive: Alive, code: str) -> None:
    sink = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        alive(made)
        made.save(sink, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    told, _ = looked(sink.getvalue(), "application/pdf")
    assert told.get("refused") == code


@pytest.mark.parametrize("password", ["", "rahasia"])
def test_a_locked_pdf_is_refused(looked: Looked, password: str) -> None:
    sink = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(sink, encryption=pikepdf.Encryption(owner="o", user=password))
    assert looked(sink.getvalue(), "application/pdf")[0].get("refused") == "pdf_encrypted"


def test_a_plain_pdf_is_kept_as_it_came(looked: Looked) -> None:
    told, kept = looked(photos.pdf(pages=2), "application/pdf")
    assert (told, kept) == ({"media_type": "application/pdf", "pages": 2, "looks": "", "flaws": []}, b"")


PAPERS: Final = ("ktp.jpg", "surat-polisi.jpg")


@pytest.mark.parametrize("name", PAPERS)
def test_a_good_photo_has_no_flaw(looked: Looked, name: str) -> None:
    assert list(looked((LOCAL / name).read_bytes())[0]["flaws"]) == []


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize(
    ("spoilt", "flaw"),
    [
        (lambda image: ImageEnhance.Brightness(image).enhance(0.15), "too_dark"),
        (lambda image: image.filter(ImageFilter.GaussianBlur(max(image.size) / 400)), "blurred"),
        (lambda image: image.crop((image.width // 8, image.height // 8, image.width, image.height)), "cut_off"),
    ],
)
def test_a_photo_that_is_hard_to_read_has_its_flaw(
    looked: Looked, name: str, spoilt: Callable[[Image.Image], Image.Image], flaw: str
) -> None:
    assert list(looked(saved(spoilt(Image.open(LOCAL / name))))[0]["flaws"]) == [flaw]


def test_flaws_are_settings(looked: Looked) -> None:
    blurred = saved(Image.open(LOCAL / "ktp.jpg").filter(ImageFilter.GaussianBlur(5)))
    assert list(looked(blurred, blurred_below=0.0)[0]["flaws"]) == []


def test_what_looks_the_same_is_known_again(looked: Looked) -> None:
    card = Image.open(LOCAL / "ktp.jpg")
    first, again = looked(saved(card))[0]["looks"], looked(saved(card.resize((765, 525)), quality=60))[0]["looks"]
    other = looked((LOCAL / "surat-polisi.jpg").read_bytes())[0]["looks"]
    assert (len(first), len(other)) == (16, 16)
    assert (is_alike(first, again), is_alike(first, other)) == (True, False)
