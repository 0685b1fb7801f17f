"""Pictures: made anew without what was hidden in them, and judged. Runs in the child alone.

What comes out is a JPEG of the pixels, turned as the camera said: no EXIF (a photo tells where its sender lives), no second file behind
it, no format that an officer's browser can't show.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageFilter, ImageOps, ImageStat
from pillow_heif import register_heif_opener

from shared.inspection.refusal import UnfitFileError

_QUALITY: Final = 85  # of the JPEG: no difference that somebody reading a paper would see
_JUDGED_SIDE: Final = 1_000  # pixels of the longer side on which flaws are looked for: all pictures alike
_KEPT_MODES: Final = frozenset({"RGB", "RGBA", "L"})  # those that can be made smaller as they are
_LOOKS: Final = (9, 8)  # pixels: eight differences of neighbours in each of eight rows (dHash)
_BRIGHT: Final = 0.9  # share of the pixels below which the brightness of the paper is read: paper is the brightest of a photo
_LAPLACIAN: Final = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
_STRIP: Final = 0.012  # of a side: what lies so near to the edge is cut by it
_INK: Final = 60  # difference of grey between neighbours that is a stroke of writing rather than a shadow

register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # our own limit is asked before anything is decoded


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A picture made anew. `looks`: 16 hex digits that pictures which look the same share; `flaws`: names of `PhotoFlaw`."""

    jpeg: bytes
    width: int
    height: int
    looks: str
    flaws: tuple[str, ...]


def inspect_picture(path: Path, limits: Mapping[str, Any]) -> CleanPicture:
    """Make a picture anew and judge it.

    Raises:
        UnfitFileError: `file_damaged`, `picture_too_large`.
    """
    try:
        with Image.open(path) as opened:
            if opened.width * opened.height > limits["max_pixels"]:
                raise UnfitFileError("picture_too_large", f"more than {limits['max_pixels']} pixels")
            picture = _plain(opened, limits["longest_side"])
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise UnfitFileError("file_damaged", type(error).__name__) from None
    sink = io.BytesIO()
    picture.info.clear()  # a comment would be written again
    picture.save(sink, "JPEG", quality=_QUALITY)
    size, grey = picture.size, picture.convert("L")
    looks = _looks(grey)
    _fit(grey, _JUDGED_SIDE)
    return CleanPicture(sink.getvalue(), *size, looks, tuple(_flaws(grey, limits)))


def _plain(opened: Image.Image, longest_side: int) -> Image.Image:
    """Return the first frame as it is seen: turned, on white, no larger than needed. Made in place: a copy of a photo takes 12 MB."""
    share = min(1.0, longest_side / max(opened.size))
    opened.draft("RGB", (int(opened.width * share), int(opened.height * share)))  # a JPEG is decoded no larger than needed
    seen = opened if opened.mode in _KEPT_MODES else _converted(opened)
    _fit(seen, longest_side)
    ImageOps.exif_transpose(seen, in_place=True)
    if "A" not in seen.getbands() and "transparency" not in seen.info:
        return seen if seen.mode == "RGB" else seen.convert("RGB")
    coloured = seen.convert("RGBA")
    paper = Image.new("RGBA", coloured.size, "white")
    return Image.alpha_composite(paper, coloured).convert("RGB")


def _converted(opened: Image.Image) -> Image.Image:
    """Return a picture in a mode that can be made smaller, with what it says of how it is turned."""
    exif = opened.getexif()
    found = opened.convert("RGBA" if "A" in opened.getbands() or "transparency" in opened.info else "RGB")
    found.getexif().update(exif)
    return found


def _fit(picture: Image.Image, side: int) -> None:
    """Read a picture, and make it no larger than a square."""
    picture.load()
    if max(picture.size) > side:
        picture.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=2.0)


def _looks(grey: Image.Image) -> str:
    small = grey.resize(_LOOKS, Image.Resampling.BOX)
    width, height = _LOOKS
    pixels = small.tobytes()
    bits = (pixels[row * width + at] < pixels[row * width + at + 1] for row in range(height) for at in range(width - 1))
    return f"{sum(bit << place for place, bit in enumerate(bits)):016x}"


def _flaws(grey: Image.Image, limits: Mapping[str, Any]) -> Iterator[str]:
    if _brightness(grey) < limits["dark_below"]:
        yield "too_dark"
    elif _sharpness(grey) < limits["blurred_below"]:
        yield "blurred"
    elif _cut(grey) > limits["cut_above"]:
        yield "cut_off"


def _brightness(grey: Image.Image) -> int:
    """Return how bright the paper is: 0 to 255."""
    counts, seen = grey.histogram(), 0
    wanted = _BRIGHT * grey.width * grey.height
    for level, count in enumerate(counts):
        seen += count
        if seen >= wanted:
            return level
    return 255


def _sharpness(grey: Image.Image) -> float:
    """Return the variance of the Laplacian against that of the picture itself, in percent: writing that is blurred has none."""
    spread = ImageStat.Stat(grey).var[0]
    return float(100 * ImageStat.Stat(grey.filter(_LAPLACIAN)).var[0] / spread) if spread > 1 else 0.0


def _cut(grey: Image.Image) -> float:
    """Return how much writing the worst of the four edges runs through, against the writing within, in percent."""
    strokes = grey.filter(ImageFilter.FIND_EDGES).crop((1, 1, grey.width - 1, grey.height - 1)).point(lambda level: 255 * (level > _INK))
    width, height = strokes.size
    across, down = max(2, round(width * _STRIP)), max(2, round(height * _STRIP))
    within = ImageStat.Stat(strokes).mean[0]
    strips = ((0, 0, width, down), (0, height - down, width, height), (0, 0, across, height), (width - across, 0, width, height))
    worst = max(float(ImageStat.Stat(strokes.crop(strip)).mean[0]) for strip in strips)
    return 100 * worst / within if within > 1 else 0.0
