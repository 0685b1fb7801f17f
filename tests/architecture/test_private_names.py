"""Tests use what is public: a name with a leading underscore may change any day without asking a test."""

import ast
from pathlib import Path

from tests.architecture.source import PRODUCT, modules, tree

PUBLIC_ALL_THE_SAME = {"_replace", "_asdict", "_fields"}  # of a named tuple
ALLOWED = {
    ("tests/bench/report.py", "_actions"): "argparse has no other way to ask whether an option is there",
    (
        "tests/integration/issuance/test_pool.py",
        "_renderers",
    ): "two children are stopped once each has a sheet: the pool knows its lines",
    ("tests/integration/messaging/test_consumer.py", "_buffer"): "the batch is held open until so many messages are here, as yet unhandled",
    (
        "tests/integration/messaging/test_traps_connections.py",
        "_link",
    ): "the broker forgets a consumer: said over its own channel",
    ("tests/integration/messaging/test_traps_publishing.py", "_link"): "whether it is still the same channel is nobody's business outside",
    ("tests/support/terminal.py", "_compositor"): "textual shows what stands on the screen as a picture alone",
    ("tests/support/warm_child.py", "_limits"): "an inspector is given another child with the limits of its own",
    ("tests/support/commands.py", "_LISTENERS"): "pymongo registers listeners for ever; this one is taken back",
}
"""Where there is no public way, and why."""


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC_ALL_THE_SAME


def own(file: Path) -> set[str]:
    """Names that the file itself defines or sets on its own objects."""
    names = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self":
            names.add(node.attr)
    return names


def reached_into(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PRODUCT:
            found |= {name for name in (*(node.module or "").split("."), *(alias.name for alias in node.names)) if private(name)}
        elif isinstance(node, ast.Attribute) and private(node.attr) and ast.unparse(node.value) not in {"self", "cls", "super()"}:
            found.add(node.attr)
    return found - own(file)


def test_tests_do_not_reach_into_private_names() -> None:
    found = {(str(file), name) for file in modules("tests") for name in reached_into(file)}
    assert found - set(ALLOWED) == set()
    assert set(ALLOWED) - found == set(), "an exception that nothing needs any more"
