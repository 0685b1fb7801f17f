"""Small pictures and PDFs that are what they say, each of another text another one."""

from __future__ import annotations

import io
from functools import cache

import pikepdf
from PIL import Image, ImageDraw
from pillow_heif import from_pillow

SIZE = (240, 160)  # pixels


def picture(text: str, size: tuple[int, int] = SIZE) -> Image.Image:
    """Return black writing on white paper, away from its edges."""
    drawn = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(drawn)
    width, height = size
    for line in range(4):
        pen.text((width // 5, height // 4 + line * height // 8), f"{text} {line}", fill="black")
    return drawn


def saved(image: Image.Image) -> bytes:
    """Return a picture as a JPEG."""
    sink = io.BytesIO()
    image.save(sink, "JPEG", quality=90)
    return sink.getvalue()


@cache
def jpeg(text: str = "surat") -> bytes:
    """Return a photo of a paper."""
    return saved(picture(text))


@cache
def png(text: str = "kartu") -> bytes:
    """Return a picture of a card."""
    sink = io.BytesIO()
    picture(text).save(sink, "PNG")
    return sink.getvalue()


@cache
def heic(text: str = "ponsel", size: tuple[int, int] = (320, 240)) -> bytes:
    """Return a photo as phones of Apple keep it."""
    sink = io.BytesIO()
    from_pillow(picture(text, size)).save(sink)
    return sink.getvalue()


@cache
def pdf(text: str = "formulir", pages: int = 1, password: str = "") -> bytes:
    """Return a PDF whose pages are empty; the text is its title. `password`: it is locked with."""
    sink = io.BytesIO()
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page()
        made.docinfo["/Title"] = text
        locked = pikepdf.Encryption(owner=password, user=password) if password else False
        made.save(sink, deterministic_id=not password, encryption=locked)
    return sink.getvalue()
