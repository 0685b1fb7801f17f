"""The rules of the house (import contracts in pyproject.toml) hold, and each of them notices when it is broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

COPIED = ("services", "shared", "deploy")

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
        "services/notifier/ports/sending.py",
        "import motor.motor_asyncio\n",
        "Only stores and shared.mongo speak MongoDB",
    ),
    "FastAPI in a handler": ("services/verification/handlers.py", "import fastapi\n", "FastAPI stays at the edge"),
    "a wire contract in a handler": (
        "services/verification/handlers.py",
        "import shared.contracts.intake\n",
        "Wire contracts are known only",
    ),
    "a console that knows more than one of another builder": (
        "services/verification/console/words.py",
        "import services.verification.domain.task\n",
        "The terminal console works over HTTP and AMQP alone",
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
    "a service that knows the simulators": (
        "services/intake/adapters/simulated.py",
        "import deploy.simulators.feed\n",
        "Nothing of the product knows how it is deployed",
    ),
    "plumbing that knows how it is deployed": ("shared/health.py", "import deploy.waiting\n", "Nothing of the product knows"),
    "an installation that knows the other": ("deploy/compose/prepare.py", "import deploy.local.stack\n", "Inside deploy: installations"),
    "a module of deploy that is no room": ("deploy/kubernetes.py", "", "deploy.kubernetes"),
    "a server that knows the stack": ("deploy/local/broker.py", "import deploy.local.stack\n", "Inside deploy.local"),
    "a module of deploy.local that is no room": ("deploy/local/servers.py", "", "deploy.local.servers"),
    "a simulator inside the other": (
        "deploy/simulators/court/sender.py",
        "import deploy.simulators.whatsapp.webhooks\n",
        "Simulators share only what stands beside them",
    ),
    "a simulator that knows a service": (
        "deploy/simulators/court/decisions.py",
        "import services.intake.domain.court\n",
        "A simulator is the world outside",
    ),
    "a simulator that knows the events": (
        "deploy/simulators/whatsapp/webhooks.py",
        "import shared.contracts.intake\n",
        "A simulator is the world outside",
    ),
    "a launcher that imports what it starts": (
        "deploy/local/stack.py",
        "import services.intake.settings\n",
        "Services are started, not imported",
    ),
    "deploy that opens a store": ("deploy/docs.py", "import services.intake.store\n", "Only wiring touches the store"),
    "MongoDB in the launcher": ("deploy/local/users.py", "import pymongo\n", "Only stores and shared.mongo speak MongoDB"),
    "FastAPI in the launcher": ("deploy/local/run.py", "import fastapi\n", "FastAPI stays at the edge"),
    "a cycle inside a simulator": (
        "deploy/simulators/court/faults.py",
        "import deploy.simulators.court.api\n",
        "No import cycles between siblings",
    ),
    "a cycle between siblings": ("shared/values/numbers.py", "import shared.errors\n", "Inside shared"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    script = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([script, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False, timeout=250)


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
    broken = " ".join(done.stdout.partition("Broken contracts")[2].split())  # long names are wrapped
    assert words in broken, done.stdout
