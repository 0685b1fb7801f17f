"""What RabbitMQ has besides its messages: taken along with each full backup, and brought back where a new one lacks it.

Queues and users of the product itself come with the state; consoles that were made while it ran are in a backup alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import orjson

from deploy.admin.refusal import Refused
from deploy.admin.restoring import Backup
from deploy.admin.sets import BROKER, newest_before, open_set, read_file
from deploy.admin.settings import BackupSettings
from shared.messaging.layout.definitions import lacking
from shared.messaging.layout.management import NotApplied, apply_by_api, export_by_api

_LOOK_SECONDS: Final = 10.0


def definitions(settings: BackupSettings, tell: Callable[[str], None]) -> bytes | None:
    """Return what the broker has; None where no API is named, or, which is told, where none answers: the rest is backed up all the same."""
    if not settings.rabbitmq_api_url:
        return None
    try:
        return orjson.dumps(asyncio.run(export_by_api(settings.rabbitmq_api_url, _LOOK_SECONDS)))
    except NotApplied as error:
        tell(Refused("broker_left_out", str(error)).sentence)
        return None


def restore_broker(backup: Backup, settings: BackupSettings, name: str) -> list[str]:
    """Bring back what a backup (the newest where none is named) has of our vhost and the broker lacks; return what came. Repeatable.

    Raises:
        Refused: `setting_missing`, `broker_not_backed_up`, `broker_unreachable`, and what reading raises.
    """
    url, vhost = settings.rabbitmq_api_url, settings.amqp_vhost
    if not url:
        raise Refused("setting_missing", "RABBITMQ_API_URL")
    name = name or newest_before(backup.target, None)
    file = open_set(backup.target, name, backup.identity, backup.scratch).file(BROKER)
    if file is None:
        raise Refused("broker_not_backed_up", name)
    kept = orjson.loads(read_file(backup.target, name, file, backup.identity, backup.scratch))
    try:
        missing = lacking(kept, vhost, asyncio.run(export_by_api(url)))
        if missing:
            asyncio.run(apply_by_api(missing, url))
    except NotApplied as error:
        raise Refused("broker_unreachable", str(error)) from error
    return sorted(f"{kind}: {item['name']}" for kind, items in missing.items() for item in items if "name" in item)
