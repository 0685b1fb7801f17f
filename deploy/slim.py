"""Takes out of the image's libraries what nothing here loads: `python3 slim.py SITE_PACKAGES`. Only the image's build runs it.

A row that finds nothing ends the build: the library is another one now, and somebody looks what of it is not needed.
"""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True)
class LeftOut:
    """What goes: files and folders that a pattern finds, but for the names that stay."""

    pattern: str
    but: frozenset[str] = frozenset()


FONTS: Final = frozenset({"LICENSE.txt", "SourceSansPro-Bold.ttf", "SourceSansPro-Regular.ttf", "SourceSansPro-Semibold.ttf"})

LEFT_OUT: Final = (
    # For compilers and type checkers.
    *(LeftOut(f"**/*.{kind}") for kind in ("pyi", "pyx", "pxd", "h", "c")),
    # What an installer notes for itself. METADATA, entry points and licences stay.
    *(LeftOut(f"*.dist-info/{name}") for name in ("RECORD", "INSTALLER", "REQUESTED", "WHEEL")),
    LeftOut("certifi/tests"),
    LeftOut("font_source_sans_pro/files/*", but=FONTS),
    # Other countries' days and languages.
    LeftOut("holidays/countries/*.py", but=frozenset({"__init__.py", "indonesia.py"})),
    LeftOut("holidays/financial/*.py", but=frozenset({"__init__.py"})),
    LeftOut("holidays/locale/*", but=frozenset({"id", "en_US"})),
    # XML is read as a tree, neither as objects nor as HTML, and compared with no schema.
    *(LeftOut(f"lxml/{name}") for name in ("html", "includes", "isoschematron/resources", "objectify.*.so")),
    # Other systems' ways to their own certificates.
    *(LeftOut(f"oscrypto/_{system}") for system in ("mac", "win")),
    # AVIF is taken from nobody, and nothing is written onto pictures.
    *(LeftOut(f"PIL/_{name}.*.so") for name in ("avif", "imagingft", "imagingtk")),
    *(LeftOut(f"pillow.libs/lib{name}-*") for name in ("avif", "brotlicommon", "brotlidec", "freetype", "harfbuzz", "png16")),
    LeftOut("pydantic/v1"),
)


def find(packages: Path, each: LeftOut) -> list[Path]:
    """Return what goes.

    Raises:
        LookupError: there is nothing of that pattern, or a name that should stay is not there.
    """
    found = sorted(packages.glob(each.pattern))
    if not found or not each.but <= {path.name for path in found}:
        raise LookupError(f"{each.pattern}: not as it was; look into the library, then change deploy/slim.py")
    return [path for path in found if path.name not in each.but]


def remove(packages: Path) -> Iterator[tuple[str, int]]:
    """Remove all of it; yield each pattern and the bytes that went with it."""
    for each in LEFT_OUT:
        size = 0
        for path in find(packages, each):
            size += sum(file.stat().st_size for file in (path, *path.rglob("*")) if file.is_file())
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        yield each.pattern, size


if __name__ == "__main__":
    for pattern, size in remove(Path(sys.argv[1])):
        print(f"{size / 1e6:6.1f} MB  {pattern}")
