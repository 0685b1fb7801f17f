"""The rules of the house (import contracts in pyproject.toml) hold, and each of them notices when it is broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

COPIED = ("services", "shared")

# What is added to a copy of the tree, and the words of the contract that must refuse it.
BREACHES = {
    "a module that is no room": ("services/intake/utils.py", "", "services.intake.utils"),
    "a room of a service reaching into another service": (
        "services/intake/events.py",
        "import services.notifier.ports\n",
        "Services never import each other",
    ),
    "plumbing that knows a service": ("shared/web/auth.py", "import services.intake.ports\n", "Services sit above shared"),
    "a rule that does I/O": ("services/issuance/domain/clockwork.py", "import asyncio\n", "Domain imports no I/O"),
    "AMQP outside its door": ("services/intake/api/queue.py", "import aio_pika\n", "Only shared.messaging.broker speaks AMQP"),
    "a handler that opens the store": (
        "services/verification/handlers.py",
        "import services.verification.store\n",
        "Only wiring touches the store",
    ),
    "MongoDB outside its door": (
        "services/notifier/ports.py",
        "import motor.motor_asyncio\n",
        "Only stores and shared.mongo speak MongoDB",
    ),
    "FastAPI in a handler": ("services/verification/handlers.py", "import fastapi\n", "FastAPI stays at the edge"),
    "a wire contract in a handler": (
        "services/verification/handlers.py",
        "import shared.contracts.intake\n",
        "Wire contracts are known only",
    ),
    "AMQP in the half that consumes": (
        "shared/messaging/consumer/settlement.py",
        "import aiormq\n",
        "Only shared.messaging.broker speaks AMQP",
    ),
    "a broker that knows the outbox": (
        "shared/messaging/broker/publisher.py",
        "from shared.messaging.transaction import outbox\n",
        "Inside messaging",
    ),
    "a room of messaging that is none": ("shared/messaging/letters.py", "", "shared.messaging.letters"),
    "a cycle between siblings": ("shared/values/numbers.py", "import shared.errors\n", "Inside shared"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    script = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([script, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("house")
    for folder in COPIED:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def test_every_contract_holds() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_turns_it_red(tree: Path, breach: str) -> None:
    name, added, words = BREACHES[breach]
    file = tree / name
    before = file.read_text() if file.exists() else None
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text((before or "") + "\n" + added)
    try:
        done = lint(tree)
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before)
    assert done.returncode != 0, f"{breach} went unnoticed"
    broken = [line for line in done.stdout.splitlines() if "BROKEN" in line or words in line]
    assert any(words in line for line in broken), done.stdout
