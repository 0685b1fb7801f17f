"""The operator's one command: `python -m deploy.admin COMMAND ...`, or `docker compose run --rm admin COMMAND ...`.

What waits and the books are `shared.messaging.admin`'s, the broker's queues `shared.messaging.topology`'s, the register and the numbers
those of the services; backups and the way of one request are here.
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
_COMMANDS: Final = """\
Perintah operator: docker compose run --rm admin PERINTAH ...

list, show, replay, discard, resend     yang menunggu, dan nasibnya
conservation, sequences, audit verify   apakah semuanya terhitung, berurutan, dan tidak diubah
topology check|apply|console NAMA       antrean di RabbitMQ, dan konsol (docs/consoles.md)
registry import BERKAS                  data penduduk (docs/operations/petugas.md)
numbers audit                           setiap nomor yang pernah diberikan, dan nasibnya
backup key|now|keep|list|status|verify  cadangan (docs/operations/cadangan.md)
restore state|databases|broker, drill   jalan kembali dari cadangan
follow NOMOR LOG ...                    jalan satu permohonan, dari log semua layanan dan jejaknya (docs/operations/mengikuti.md)

PERINTAH --help menyebut pilihannya.
"""
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
            sys.stderr.write(_COMMANDS)
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
