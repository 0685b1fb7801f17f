"""The fonts of the documents, as typst takes them. Runs only in the child process."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import font_source_sans_pro
import typst

from shared.reference.printing import FONT_FILES

_ONE_WORD_OF_EACH = b'#set text(font: "Source Sans Pro", fallback: false)\n#for weight in (400, 600, 700) { text(weight: weight)[Madiun] }'


def load_fonts() -> typst.Fonts:
    """Return `FONT_FILES` and no other font, read into memory.

    typst takes folders only, and the package's folder has every weight twice (TrueType and CFF): which one it takes would depend on the
    file system. So it is given a folder with links to the files that are meant. It opens a font at its first use, and the folder goes
    after that.
    """
    with TemporaryDirectory(prefix="fonts-") as folder:
        for name in FONT_FILES:
            (Path(folder) / name).symlink_to(Path(font_source_sans_pro.font_directory) / name)
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
        typst.Compiler(_ONE_WORD_OF_EACH, font_paths=fonts, ignore_system_fonts=True).compile(format="pdf")
    return fonts
