"""Modules and functions stay small, names say what things are, and tests wait instead of sleeping."""

import ast
from pathlib import Path

import grimp

from tests.architecture.source import ALL, PRODUCT, ROOT, calls, functions, modules

MODULE_LINES = 300
TEST_LINES = 450
FUNCTION_LINES = 40
EMPTY_WORDS = {"util", "utils", "helper", "helpers", "common", "base", "manager", "impl", "misc"}
# Where tests are waited for, where the machines stand that are slow on purpose, and what measures instead of testing.
MAY_SLEEP = (Path("tests/support"), Path("tests/bench"), Path("tests/chaos"), Path("tests/alarms"))
ROOMS = {
    "domain",
    "ports",
    "events",
    "handlers",
    "store",
    "adapters",
    "api",
    "desk",
    "public",
    "console",
    "consumers",
    "jobs",
    "settings",
    "wiring",
    "__main__",
    "__init__",
}
DATA_FOLDERS = {"templates", "data", "static"}


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without its docstring and without functions defined inside it, each of which counts for itself."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not body:
        return 0
    inner = [child for child in ast.walk(node) if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and child is not node]
    outermost = [child for child in inner if not any(child is not other and _within(child, other) for other in inner)]
    return _span(body[0], body[-1]) - sum(_span(child, child) for child in outermost)


def _within(child: ast.AST, other: ast.AST) -> bool:
    return any(node is child for node in ast.walk(other))


def _span(first: ast.stmt, last: ast.stmt) -> int:
    return (last.end_lineno or last.lineno) - first.lineno + 1


def test_a_module_is_read_in_one_sitting() -> None:
    lines = {file: len((ROOT / file).read_text().splitlines()) for file in modules(*ALL)}
    assert {str(file): long for file, long in lines.items() if long > (TEST_LINES if file.parts[0] == "tests" else MODULE_LINES)} == {}


def test_a_function_fits_on_a_screen() -> None:
    long = {f"{file}:{node.lineno} {node.name}": length(node) for file in modules(*ALL) for node in functions(file)}
    assert {where: lines for where, lines in long.items() if lines > FUNCTION_LINES} == {}


def test_names_say_what_a_module_is_about() -> None:
    empty = [str(file) for file in modules(*ALL) if EMPTY_WORDS & set(file.stem.split("_")) or EMPTY_WORDS & set(file.parts[:-1])]
    assert not empty


def test_tests_wait_for_what_they_expect_and_never_sleep() -> None:
    asleep = [
        f"{file}:{call.lineno}"
        for file in modules("tests")
        if file.name.startswith("test_") or not any(file.is_relative_to(folder) for folder in MAY_SLEEP)
        for call in calls(file)
        if ast.unparse(call.func) in {"asyncio.sleep", "time.sleep", "sleep", "anyio.sleep"} and ast.unparse(call) != "asyncio.sleep(0)"
    ]
    assert not asleep, "wait with tests.support.eventually"


def test_every_file_is_in_the_import_graph() -> None:
    """A folder without `__init__.py` would be invisible to the contracts."""
    graph = grimp.build_graph(*PRODUCT, cache_dir=None)
    seen = set(graph.modules)
    files = {".".join(file.with_suffix("").parts).removesuffix(".__init__") for file in modules(*PRODUCT)}
    assert files <= seen, files - seen


def test_services_have_the_same_rooms() -> None:
    for service in sorted(path for path in (ROOT / "services").iterdir() if path.is_dir() and not path.name.startswith("__")):
        here = {path.stem for path in service.iterdir() if path.suffix == ".py" or (path.is_dir() and (path / "__init__.py").exists())}
        assert here <= ROOMS, f"{service.name} has rooms of its own: {here - ROOMS}"
        assert ROOMS - {"jobs", "desk", "public", "console"} <= here, f"{service.name} lacks {ROOMS - here}"
        assert (service / "README.md").exists(), f"{service.name} has no README"


def test_data_folders_hold_no_code() -> None:
    code = [str(file) for file in modules(*PRODUCT) if DATA_FOLDERS & set(file.parts[:-1])]
    assert not code


def test_every_test_folder_is_a_package() -> None:
    bare = [str(file.parent) for file in modules("tests") if not (ROOT / file.parent / "__init__.py").exists()]
    assert not bare
