"""The operator's one command: `python -m deploy.admin COMMAND ...`, or `docker compose run --rm admin COMMAND ...`.

list, show, replay, discard, resend     what waits, and what becomes of it (shared.messaging.admin)
conservation, sequences, audit verify   whether all is accounted for, in order, and unchanged (the same)
topology check|apply|console NAME       the broker's queues, and consoles (shared.messaging.topology, docs/consoles.md)
registry import FILE                    the population register (services.verification)
numbers audit                           every number that was given, and what became of it (services.issuance)
backup key|now|keep|list|status|verify  backups (docs/operations/cadangan.md)
restore state|databases|broker, drill   the way back from them
follow RECEIPT LOG ...                  the way of one request, from the logs of all services and its traces
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deploy.admin import backups, following
from shared.messaging import admin, topology

USAGE: Final = 2  # as argparse
_OWN: Final = ("list", "show", "replay", "discard", "resend", "conservation", "sequences", "audit")
_SERVICES: Final = {"registry": "verification", "numbers": "issuance"}
_FROM_FILES: Final = ("AMQP_URL", "MONGO_URL", "AMQP_VHOST", "RABBITMQ_API_URL", "DATABASES")


def main(words: Sequence[str]) -> int:
    """Run the command line; return the exit code."""
    match list(words):
        case [command, *_] if command in _OWN:
            admin.log_aside()
            return admin.main(words)
        case ["topology", *rest]:
            passwords = os.environ.get("BROKER_PASSWORDS")
            return topology.main([*rest, "--secrets", passwords] if passwords and "--secrets" not in rest else rest)
        case [command, *_] if command in _SERVICES:
            return _service(_SERVICES[command], words)
        case ["backup" | "restore" | "drill", *_]:
            return backups.main(words)
        case ["follow", *rest]:
            return following.main(rest)
        case _:
            sys.stderr.write(__doc__ or "")
            return USAGE


def _read_files() -> None:
    """Take over what lies in `SECRETS_DIR`: not every part reads files, and the environment of a process is its owner's alone to see."""
    folder = os.environ.get("SECRETS_DIR", "")
    for name in _FROM_FILES if folder else ():
        file = Path(folder) / name.lower()
        if name not in os.environ and file.is_file():
            os.environ[name] = file.read_text().strip()


def _service(service: str, words: Sequence[str]) -> int:
    """Run a service's own command in a process of its own: services are started, not imported."""
    databases = json.loads(os.environ.get("DATABASES") or "{}")
    environment = {**os.environ, "MONGO_DATABASE": databases.get(service, service)}
    return subprocess.run([sys.executable, "-m", f"services.{service}", *words], env=environment, check=False).returncode


if __name__ == "__main__":
    _read_files()
    raise SystemExit(main(sys.argv[1:]))
