"""What the image's build takes out of libraries, compiles and measures."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy import image_parts, slim
from deploy.bytecode import NOT_HERE
from deploy.local.parts import ROOT
from shared.reference.printing import FONT_FILES

Made = Callable[..., Path]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Make files of so many bytes below a folder, by their names."""

    def make(**sizes: int) -> Path:
        for name, size in sizes.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"x" * size)
        return tmp_path

    return make


def test_what_is_not_loaded_goes_and_the_rest_stays(made: Made) -> None:
    root = made(**{"fonts/a.ttf": 5, "fonts/b.otf": 3, "fonts/LICENSE.txt": 1, "deep/one.pyi": 2, "deep/one.py": 4})
    assert [path.name for path in slim.find(root, slim.LeftOut("fonts/*", but=frozenset({"a.ttf", "LICENSE.txt"})))] == ["b.otf"]
    assert slim.find(root, slim.LeftOut("**/*.pyi")) == [root / "deep" / "one.pyi"]


@pytest.mark.parametrize("gone", [slim.LeftOut("other/*"), slim.LeftOut("fonts/*", but=frozenset({"b.ttf"}))])
def test_a_library_that_is_another_one_now_ends_the_build(made: Made, gone: slim.LeftOut) -> None:
    with pytest.raises(LookupError, match="not as it was"):
        slim.find(made(**{"fonts/a.ttf": 1}), gone)


def test_every_font_of_the_documents_stays() -> None:
    assert set(FONT_FILES) < slim.FONTS


def test_every_row_finds_something_in_the_libraries_as_they_are_here() -> None:
    spec = importlib.util.find_spec("PIL")
    packages = Path(spec.origin).parents[1] if spec is not None and spec.origin else ROOT
    noted_by_pip = {"*.dist-info/REQUESTED", "*.dist-info/INSTALLER"}
    assert all(slim.find(packages, each) for each in slim.LEFT_OUT if each.pattern not in noted_by_pip)


def test_each_file_belongs_to_a_part_and_counts_once(made: Made) -> None:
    site = "opt/venv/lib/python3.11/site-packages"
    large = 2 * image_parts.SHOWN
    root = made(
        **{
            f"{site}/typst/_typst.so": large,
            f"{site}/typst-0.15.dist-info/METADATA": 7,
            f"{site}/pillow.libs/libjpeg.so": large,
            f"{site}/click/core.py": 11,
            f"{site}/click/__pycache__/core.pyc": 3,
            "app/node_modules/a.js": 5,
            "app/services/a.py": 6,
            "usr/bin/age": 8,
            "usr/lib/python3.11/os.py": 9,
            "usr/bin/ls": 10,
        }
    )
    os.link(root / "usr/bin/ls", root / "usr/bin/dir")
    (root / "usr/bin/list").symlink_to("ls")
    assert image_parts.sizes(image_parts.files(root)) == {
        "library typst": large + 7,
        "library pillow": large,
        "other libraries": 11,
        "bytecode": 3,
        "libraries of the pages": 5,
        "ours": 6,
        "age and sftp": 8,
        "Python": 9,
        "Debian": 10,
    }


def test_the_photo_of_the_build_is_read() -> None:
    assert image_parts.read(ROOT / "deploy" / "images" / "photo.heic") == "a photo of 160 x 120 was read"


def test_bytecode_is_made_of_programs_too_and_what_is_missing_ends_it(made: Made) -> None:
    root = made(**{"whole/__init__.py": 0, "whole/__main__.py": 0, "torn/__init__.py": 0, "torn/part.py": 0, "console/__init__.py": 0})
    (root / "whole/__main__.py").write_text("raise SystemExit('never run')")
    (root / "torn/part.py").write_text("def later():\n    import left_out_of_the_image\n")
    (root / "console/__init__.py").write_text(f"import {min(NOT_HERE)}_is_not_it")

    def compiled(package: str) -> int:
        command = [sys.executable, str(ROOT / "deploy" / "bytecode.py"), package]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return subprocess.run(command, env=environment | {"PYTHONPATH": str(root)}, capture_output=True, check=False).returncode

    assert (compiled("whole"), compiled("torn"), compiled("console")) == (0, 1, 1)
    assert list(root.glob("whole/__pycache__/__main__.*.pyc"))
