"""Compiles all of ours and what that imports, within functions too: run where bytecode can be written, so that it need not be later.

What can't be imported ends it: something that is needed was left out of the image.
"""

import ast
import importlib
import importlib.util
import pkgutil
import sys
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Final

NOT_HERE: Final = frozenset({"rich", "textual"})  # of the console for a terminal, which is not in the image
LATER: Final = (
    "anyio._backends._asyncio",
    "httpcore",
    "uvicorn.lifespan.off",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.auto",
)
"""Modules that libraries load in the middle of their work, some by a name that they put together."""


def load(name: str) -> ModuleType | None:
    """Import a module; None where it needs what is not in the image.

    Raises:
        ImportError: it can't be imported for another reason.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in NOT_HERE:
            return None
        raise


def compile_alone(spec: ModuleSpec | None) -> None:
    """Compile a program without running it."""
    if spec is not None and isinstance(spec.loader, InspectLoader):
        spec.loader.get_code(spec.name)


def main(roots: list[str]) -> None:
    """Compile everything below these packages."""
    for name in LATER:
        load(name)
    for root in roots:
        package = load(root)
        for found in pkgutil.walk_packages(package.__path__ if package else [], f"{root}."):
            if found.name.endswith("__main__"):
                compile_alone(importlib.util.find_spec(found.name))
                continue
            module = load(found.name)
            if module is None or module.__file__ is None:
                continue
            for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
                for alias in node.names if isinstance(node, ast.Import) else []:
                    load(alias.name)
                if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    load(node.module)


if __name__ == "__main__":
    main(sys.argv[1:])
