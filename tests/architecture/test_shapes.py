"""Every service's rooms have one shape, and a class name means one thing; each rule notices when it is broken."""

import ast
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.shapes import RULES, SERVICES
from tests.architecture.source import ROOT, modules, tree

# What is done to a copy of the services, and the words of the rule that must refuse it: file, text, what stands in its place, words.
BREACHES = {
    "a service that is put together by something else": (
        "services/issuance/wiring.py",
        "def build(settings: Settings) -> Service:",
        "def build(settings: Settings, clock: Clock) -> Service:",
        "issuance: wiring has no build(settings) -> Service",
    ),
    "routes that come in another way": (
        "services/verification/api/routes.py",
        "def install(app: FastAPI, units",
        "def mount(app: FastAPI, units",
        "verification: api has no install(app, units, deps)",
    ),
    "pages that come in another way": (
        "services/issuance/desk/__init__.py",
        "def install(app: FastAPI, units",
        "def mount(app: FastAPI, units",
        "issuance: desk has no install(app, units, deps)",
    ),
    "a page that stands on the API": (
        "services/notifier/desk/messages.py",
        "from services.notifier.ports import Deps, JobQuery",
        "from services.notifier.api import operating\nfrom services.notifier.ports import Deps, JobQuery",
        "a page that stands on the API",
    ),
    "a unit of work that publishes": ("services/issuance/ports.py", "def emit(", "def publish(", "Tx has no emit(fact)"),
    "a fact that is converted by its type": (
        "services/notifier/events.py",
        "assert_never(fact)",
        "raise TypeError(fact)",
        "to_event does not match with assert_never",
    ),
    "another name for the unit of work": (
        "services/intake/store/tx.py",
        "class MongoTx",
        "class IntakeTx",
        "intake: no MongoTx in store/tx.py",
    ),
    "a reader without a port": (
        "services/issuance/ports.py",
        "class DocumentReader(",
        "class Documents(",
        "MongoDocumentReader has no port",
    ),
    "a handler that goes on by itself": (
        "services/notifier/handlers/announce.py",
        "    for job in wanted:\n",
        "    while wanted:\n        job = wanted[0]\n",
        "a loop in a handler",
    ),
    "a consumer that decides": (
        "services/intake/consumers.py",
        '    reasons = ("maybe_duplicate",) if event.maybe_duplicate else ()\n',
        '    reasons = ("maybe_duplicate",) if event.maybe_duplicate else ()\n    if event.channel == "adapter":\n        return\n',
        "a rule in a consumer",
    ),
    "a job that knows the driver": (
        "services/intake/jobs/chats.py",
        "from shared.mongo import DatabaseUnavailable",
        "from shared.mongo import DatabaseUnavailable, DriverError",
        "knows the driver's errors",
    ),
}

# Names of fixed parts of a service, and of a thing that stands in several places because each has its own view of it.
ROOM_NAMES = {"Settings", "Deps", "Tx", "MongoTx"}
ONE_THING = {
    "CourtDecision": "what the court decided: as it came, as it travels, as it is judged",
    "CourtParty": "as CourtDecision",
    "CourtChild": "as CourtDecision",
    "Button": "a reply button: composed by intake, sent by the notifier",
    "Contact": "where the answer goes: its wire shape mirrors `shared.values`",
    "Attachment": "as Contact",
    "Vouching": "as Contact",
    "Person": "who asks, and whom it is about: as filed, as it travels, as it is judged",
}


def problems(root: Path) -> Iterator[str]:
    for rule in RULES:
        yield from rule(root)


def test_every_service_has_the_shape() -> None:
    assert list(problems(ROOT)) == []


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_noticed(tmp_path: Path, breach: str) -> None:
    name, before, after, words = BREACHES[breach]
    for service in SERVICES:
        shutil.copytree(ROOT / "services" / service, tmp_path / "services" / service, ignore=shutil.ignore_patterns("__pycache__", "*.typ"))
    file = tmp_path / name
    text = file.read_text()
    assert before in text, "the place of the breach is gone"
    file.write_text(text.replace(before, after, 1))
    assert [problem for problem in problems(tmp_path) if words in problem]


def declared() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for file in modules("services", "shared"):
        for node in tree(file).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(file))
    return found


def test_a_class_name_means_one_thing() -> None:
    """A fact of a domain has the name of the event that tells it; both are what is published."""
    twice = {name: files for name, files in declared().items() if len(files) > 1}
    told = {name for name, files in twice.items() if any(file.startswith("shared/contracts/") for file in files) and len(files) == 2}
    events = {name for name in told if any("/domain/" in file for file in twice[name])}
    assert set(twice) - ROOM_NAMES - set(ONE_THING) - events == set(), "find another name, or say in ONE_THING what the one thing is"
    assert set(ONE_THING) <= set(twice), "no longer declared twice"
