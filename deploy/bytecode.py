"""Imports all of ours and what that imports, within functions too: run where bytecode can be written, so that it need not be later."""

import ast
import importlib
import pkgutil
import sys
from pathlib import Path
from types import ModuleType


def load(name: str) -> ModuleType | None:
    """Import a module; None where it, or what it needs, is not in this image."""
    try:
        return importlib.import_module(name)
    except ImportError:  # the console's libraries are left out
        return None


def main(roots: list[str]) -> None:
    """Import everything below these packages."""
    for root in roots:
        package = load(root)
        for found in pkgutil.walk_packages(package.__path__ if package else [], f"{root}."):
            module = None if found.name.endswith("__main__") else load(found.name)
            if module is None or module.__file__ is None:
                continue
            for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
                for alias in node.names if isinstance(node, ast.Import) else []:
                    load(alias.name)
                if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    load(node.module)


if __name__ == "__main__":
    main(sys.argv[1:])
