"""Whether two pictures show the same, whatever library drew the edges of their letters."""

from __future__ import annotations

from typing import Final

from PIL import Image, ImageChops

BLOCK: Final = 8  # pixels that are compared as one: edges of letters may differ from library to library, a word may not
TOLERANCE: Final = 20  # of 255, between two blocks


def distance(one: Image.Image, other: Image.Image) -> int:
    """The difference of the two blocks that differ most; 255 where the pictures have not the same size."""
    if one.size != other.size:
        return 255
    size = (one.width // BLOCK, one.height // BLOCK)
    coarse = [image.convert("L").resize(size, Image.Resampling.BOX) for image in (one, other)]
    return int(ImageChops.difference(*coarse).getextrema()[1])  # type: ignore[arg-type]
