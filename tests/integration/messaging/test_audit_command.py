"""`admin audit verify` in a process of its own: whole, tampered with, cut off at the end."""

import subprocess
import sys

from pymongo import MongoClient

from shared.audit import AuditEntry, AuditLog
from shared.clock import now
from shared.mongo import Mongo


async def filled(mongo_url: str, database: str, rows: int = 4) -> str:
    """A log of intake; returns what an operator would note."""
    mongo = Mongo.connect(mongo_url)
    log = AuditLog(mongo, f"{database}_intake", "intake")
    await log.prepare()
    entries = [AuditEntry("s-1", "chat.seen", now(), about=f"chat/{number}") for number in range(rows)]
    last = await mongo.transact(lambda session: log.append(entries, session))
    await mongo.close()
    return f"intake:{last.number}:{last.hash}"


def verified(mongo_url: str, database: str, *more: str) -> tuple[int, str]:
    databases = ", ".join(f'"{name}": "{database}_{name}"' for name in ("intake", "verification", "issuance", "notifier"))
    environment = {"MONGO_URL": mongo_url, "AMQP_URL": "amqp://127.0.0.1:1/", "DATABASES": f"{{{databases}}}"}
    command = [sys.executable, "-m", "shared.messaging.admin", "audit", "verify", *more]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)
    return done.returncode, done.stdout + done.stderr


async def test_a_row_that_was_tampered_with_is_named(mongo_url: str, database: str) -> None:
    noted = await filled(mongo_url, database)
    code, text = verified(mongo_url, database)
    assert (code, f"note {noted}" in text, text.count("whole")) == (0, True, 4), text
    with MongoClient[dict[str, object]](mongo_url) as client:
        rows = client[f"{database}_intake"]["audit"]
        rows.delete_one({"_id": 4})
        assert verified(mongo_url, database)[0] == 0
        code, text = verified(mongo_url, database, "--known", noted)
        assert (code, "intake         BROKEN at row 4" in text) == (1, True), text
        rows.update_one({"_id": 2}, {"$set": {"actor": "s-2"}})
        code, text = verified(mongo_url, database, "--service", "intake")
        assert (code, text) == (1, "intake         BROKEN at row 2: it was changed; the 1 before it are whole\n")


async def test_what_was_noted_is_read_or_refused(mongo_url: str, database: str) -> None:
    assert verified(mongo_url, database, "--known", "intake")[0] == 1
