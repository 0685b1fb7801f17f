"""What the image is made of, in MB: `docker run --rm IMAGE deploy.image_parts`. Its build runs it with a photo, and ends where it fails.

The build fails where the image is larger than it may be, and where a library can't do any more what it is there for: a photo of a phone is
read, every document is printed and signed. What is loaded only then gets its bytecode by that.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from shared.child.frames import pack
from shared.inspection.pictures import inspect_picture

LARGEST_BYTES: Final = 300_000_000  # what an office with a slow line fetches for each version; Docker counts as `size` does
SHOWN: Final = 1_000_000  # bytes: smaller libraries are one row
LIBRARIES: Final = "opt/venv/lib/"
TEMPLATES: Final = Path(__file__).resolve().parents[1] / "services" / "issuance" / "templates"
SIGNER: Final = {"certificate": "signer.pem", "key": "signer-key.pem", "chain": "ca.pem"}
LIMITS: Final = {"max_pixels": 1_000_000, "longest_side": 1000, "dark_below": 0, "blurred_below": 0, "cut_above": 100}


def files(root: Path) -> Iterator[tuple[str, int]]:
    """Yield each file of a file system, below `root`, with its bytes; a file of two names once."""
    device, seen = root.stat().st_dev, set()
    for folder, within, names in os.walk(root):
        within[:] = [name for name in within if (Path(folder) / name).lstat().st_dev == device]
        for path in (Path(folder) / name for name in names):
            told = path.lstat()
            if told.st_ino not in seen and not path.is_symlink() and told.st_dev == device:
                seen.add(told.st_ino)
                yield str(path.relative_to(root)), told.st_size


def part(name: str) -> str:
    """Return what a file belongs to."""
    if name.endswith(".pyc"):
        return "bytecode"
    if name.startswith(LIBRARIES):
        library = name.removeprefix(LIBRARIES).split("/")[2]
        return f"library {library.removesuffix('.libs').partition('-')[0].lower()}"
    if name.startswith("app/"):
        return "libraries of the pages" if name.startswith("app/node_modules/") else "ours"
    if name.startswith(("usr/bin/age", "usr/bin/ssh", "usr/bin/sftp", "usr/bin/scp", "usr/lib/openssh/")):
        return "age and sftp"
    if name.startswith(("usr/lib/python3", "usr/bin/python3", "usr/local/")):
        return "Python"
    return "Debian"


def sizes(found: Iterator[tuple[str, int]]) -> Counter[str]:
    """Return the bytes of each part; small libraries together."""
    parts: Counter[str] = Counter()
    for name, size in found:
        parts[part(name)] += size
    small = [name for name, size in parts.items() if name.startswith("library ") and size < SHOWN]
    parts["other libraries"] += sum(parts.pop(name) for name in small)
    return parts


def read(photo: Path) -> str:
    """Return what is seen of a photo of a phone. What a decoder raises that can't read it goes through."""
    picture = inspect_picture(photo, LIMITS)
    return f"a photo of {picture.width} x {picture.height} was read"


def print_all() -> str:
    """Print and sign a made-up sheet of every document, as the renderer does before it is ready.

    Raises:
        SystemExit: it can't; says why.
    """
    products = [sheet.stem for sheet in TEMPLATES.glob("samples/*.json")]
    with TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "services.issuance", "demo-ca", "--out", folder], check=True)
        signer = {name: str(Path(folder) / file) for name, file in SIGNER.items()}
        setup = {"templates": str(TEMPLATES), "products": products, "location": "Madiun", "genuine": False, "memory_mib": 1024, **signer}
        renderer = [sys.executable, "-m", "services.issuance.adapters.renderer.child"]
        done = subprocess.run(renderer, input=pack(setup), stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise SystemExit(f"the renderer does not start: {done.stdout!r}")
    return f"{len(products)} documents were printed and signed"


def main(photos: list[str]) -> int:
    """Print the parts; return 1 where they are too much together."""
    for photo in photos:
        print(read(Path(photo)), print_all(), sep="\n")
    parts = sizes(files(Path("/")))
    for name, size in parts.most_common():
        print(f"{size / 1e6:7.1f} MB  {name}")
    print(f"{parts.total() / 1e6:7.1f} MB  of {LARGEST_BYTES / 1e6:.0f}")
    return int(parts.total() > LARGEST_BYTES)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
