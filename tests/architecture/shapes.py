"""What every room of every service looks like. Each rule reads a tree of services and gives what breaks it, one line each.

The rules are functions of a folder, so that `test_shapes` can break each of them on purpose in a copy.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

SERVICES: Final = ("intake", "verification", "issuance", "notifier")


@cache
def parsed(text: str) -> ast.Module:
    """The syntax tree of a text: copies of the services are the same but for one file."""
    return ast.parse(text)


def room(root: Path, service: str, name: str) -> Iterator[tuple[Path, ast.Module]]:
    """The modules of a room, whether it is a file or a package."""
    folder = root / "services" / service
    files = [folder / f"{name}.py"] if (folder / f"{name}.py").exists() else sorted((folder / name).rglob("*.py"))
    for file in files:
        yield file.relative_to(root), parsed(file.read_text(encoding="utf-8"))


def functions(module: ast.Module) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions of a module by name, those of classes left out."""
    return {node.name: node for node in module.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def classes(module: ast.Module) -> dict[str, ast.ClassDef]:
    """Classes of a module by name."""
    return {node.name: node for node in module.body if isinstance(node, ast.ClassDef)}


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Names of what a function must be given."""
    needed = function.args.args[: len(function.args.args) - len(function.args.defaults)]
    return [argument.arg for argument in needed]


def build_makes_the_service(root: Path) -> Iterator[str]:
    """`wiring.build(settings) -> Service`."""
    for service in SERVICES:
        found = [each["build"] for _, module in room(root, service, "wiring") if "build" in (each := functions(module))]
        if not found or parameters(found[0]) != ["settings"] or not found[0].returns or ast.unparse(found[0].returns) != "Service":
            yield f"{service}: wiring has no build(settings) -> Service"


def install_brings_the_routes(root: Path) -> Iterator[str]:
    """`api.install(app, units, deps)`."""
    for service in SERVICES:
        found = [each["install"] for _, module in room(root, service, "api") if "install" in (each := functions(module))]
        if not any(parameters(each)[:3] == ["app", "units", "deps"] for each in found):
            yield f"{service}: api has no install(app, units, deps)"


def install_brings_the_pages(root: Path) -> Iterator[str]:
    """`desk.install(app, units, deps)`, and its templates beside it."""
    for service in SERVICES:
        modules = list(room(root, service, "desk"))
        found = [each["install"] for _, module in modules if "install" in (each := functions(module))]
        if modules and not any(parameters(each)[:3] == ["app", "units", "deps"] for each in found):
            yield f"{service}: desk has no install(app, units, deps)"
        if modules and not (root / "services" / service / "desk" / "templates").is_dir():
            yield f"{service}: desk has no templates"


def pages_stand_on_handlers(root: Path) -> Iterator[str]:
    """Pages and API stand side by side on the handlers, neither on the other."""
    for service in SERVICES:
        for file, module in room(root, service, "desk"):
            for node in ast.walk(module):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"services.{service}.api"):
                    yield f"{file}:{node.lineno}: a page that stands on the API"


def a_unit_of_work_emits(root: Path) -> Iterator[str]:
    """`Tx.emit(fact)`."""
    for service in SERVICES:
        for file, module in room(root, service, "ports"):
            if (tx := classes(module).get("Tx")) is not None:
                methods = {node.name for node in tx.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
                if "emit" not in methods or "publish" in methods:
                    yield f"{file}: Tx has no emit(fact)"


def events_match_every_fact(root: Path) -> Iterator[str]:
    """`events.py`, or the front of that package, converts by `match`: mypy proves by `assert_never` that no fact is forgotten."""
    for service in SERVICES:
        for file, module in room(root, service, "events"):
            convert = functions(module).get("to_event")
            if convert is None:
                if file.stem in ("events", "__init__"):
                    yield f"{file}: no to_event(fact)"
            elif not any(isinstance(node, ast.Match) for node in ast.walk(convert)) or "assert_never" not in ast.unparse(convert):
                yield f"{file}: to_event does not match with assert_never"


def the_store_has_its_modules(root: Path) -> Iterator[str]:
    """`store/schema.py` and `store/tx.py` with `MongoTx`."""
    for service in SERVICES:
        modules = {file.stem: module for file, module in room(root, service, "store")}
        if "schema" not in modules:
            yield f"{service}: no store/schema.py"
        if "tx" not in modules or "MongoTx" not in classes(modules["tx"]):
            yield f"{service}: no MongoTx in store/tx.py"


def readers_are_ports(root: Path) -> Iterator[str]:
    """`MongoXReader` in the store implements `XReader` of the ports."""
    for service in SERVICES:
        ports = {name for _, module in room(root, service, "ports") for name in classes(module)}
        for file, module in room(root, service, "store"):
            for name in classes(module):
                if name.endswith("Reader") and name.removeprefix("Mongo") not in ports:
                    yield f"{file}: {name} has no port"


def handlers_have_no_loops(root: Path) -> Iterator[str]:
    """What starts by itself and goes on is a job."""
    for service in SERVICES:
        for file, module in room(root, service, "handlers"):
            for node in ast.walk(module):
                if isinstance(node, ast.While):
                    yield f"{file}:{node.lineno}: a loop in a handler"


def consumers_hold_no_rule(root: Path) -> Iterator[str]:
    """A consumer converts and calls: it branches on nothing but whether something is there."""
    for service in SERVICES:
        for file, module in room(root, service, "consumers"):
            for node in ast.walk(module):
                if isinstance(node, ast.If | ast.While):
                    yield f"{file}:{node.lineno}: a rule in a consumer"
                if isinstance(node, ast.Compare) and not all(isinstance(each, ast.Is | ast.IsNot) for each in node.ops):
                    yield f"{file}:{node.lineno}: a rule in a consumer"


def driver_errors_end_in_the_store(root: Path) -> Iterator[str]:
    """Whoever is above the store knows `DatabaseUnavailable`, not the driver's errors."""
    above = ("handlers", "jobs", "consumers", "api", "desk", "domain", "ports", "events")
    for service in SERVICES:
        for name in above:
            for file, module in room(root, service, name):
                for node in ast.walk(module):
                    if isinstance(node, ast.ImportFrom) and {alias.name for alias in node.names} & {
                        "DriverError",
                        "reachable",
                        "is_unavailable",
                    }:
                        yield f"{file}:{node.lineno}: knows the driver's errors"


RULES: Final[tuple[Callable[[Path], Iterator[str]], ...]] = (
    build_makes_the_service,
    install_brings_the_routes,
    install_brings_the_pages,
    pages_stand_on_handlers,
    a_unit_of_work_emits,
    events_match_every_fact,
    the_store_has_its_modules,
    readers_are_ports,
    handlers_have_no_loops,
    consumers_hold_no_rule,
    driver_errors_end_in_the_store,
)
