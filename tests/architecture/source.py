"""The project's own source, as the architecture tests read it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PRODUCT: Final = ("services", "shared", "deploy")
ALL: Final = (*PRODUCT, "tests")


def modules(*folders: str) -> Iterator[Path]:
    """Every Python file under the folders, relative to the root."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            if "__pycache__" not in file.parts:
                yield file.relative_to(ROOT)


@cache
def tree(file: Path) -> ast.Module:
    """The syntax tree of a file given relative to the root."""
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(file: Path) -> Iterator[ast.Call]:
    """Everything a file calls."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call):
            yield node
