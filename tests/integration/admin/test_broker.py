"""What was made in RabbitMQ while it ran is in a backup, and comes back with it; a broker that is away keeps no backup from being made."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from deploy.admin.__main__ import main
from deploy.admin.keeping import back_up
from deploy.admin.manifest import Manifest
from deploy.admin.sets import BROKER
from shared.ids import new_id
from shared.messaging.broker.channel import connect, endpoint, with_user
from shared.messaging.layout import definitions
from shared.messaging.layout.model import console_queue, product
from tests.integration.admin.conftest import House
from tests.support.servers import Broker
from tests.support.vhosts import Vhost


@pytest.fixture
def operator(house: House, broker: Broker, vhost: Vhost, monkeypatch: pytest.MonkeyPatch) -> House:
    """Somebody with the environment of `admin`, and a broker that has the product's exchanges: its queues take seconds."""
    vhost.api.put_vhost(vhost.name, {"exchanges": definitions.render(product(), vhost.name)["exchanges"]})
    environment = {
        "BACKUP_MONGO_URL": house.url,
        "DATABASES": json.dumps(dict(house.databases)),
        "BACKUP_TARGET": str(house.settings.backup_target),
        "BACKUP_RECIPIENTS_FILE": str(house.settings.backup_recipients_file),
        "BACKUP_SCRATCH": str(house.settings.backup_scratch),
        "BROKER_PASSWORDS": str(house.folder / "passwords"),
        "RABBITMQ_API_URL": broker.api_url,
        "AMQP_VHOST": vhost.name,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return house


@pytest.fixture
def console(vhost: Vhost) -> Iterator[str]:
    """A name that no other test gives: a user is the whole broker's."""
    name = f"c{new_id().replace('-', '').lower()}"[:20]
    yield name
    with suppress(httpx.HTTPStatusError):
        vhost.api.call("DELETE", f"/api/users/{console_queue(name)}")


async def _is_let_in(operator: House, vhost: Vhost, console: str) -> bool:
    """Whether the console gets at its queue with the password it was given in the beginning."""
    password = (operator.folder / "passwords" / f"amqp_password_console_{console}").read_text().strip()
    session = await connect(endpoint(with_user(vhost.url, console_queue(console), password)), "test")
    try:
        return bool((await session.channel.queue_declare(console_queue(console), passive=True)).queue)
    finally:
        await session.close()


def test_a_console_that_was_made_while_the_broker_ran_comes_back(
    operator: House, vhost: Vhost, console: str, capsys: pytest.CaptureFixture[str]
) -> None:
    key = ["--key", str(operator.backup.identity)]
    assert main(["topology", "console", console]) == 0
    assert main(["backup", "now"]) == 0
    assert main(["topology", "console", console, "--remove"]) == 0
    assert main(["restore", "broker", *key]) == 0
    told = capsys.readouterr().out
    assert f"queues: {console_queue(console)}\nusers: {console_queue(console)}\n" in told
    assert asyncio.run(_is_let_in(operator, vhost, console))
    assert main(["restore", "broker", *key]) == 0
    assert " 0 hal kembali" in capsys.readouterr().out, "a second time there is nothing to do"


def test_a_broker_that_is_away_is_left_out_of_a_backup_which_says_so(operator: House, capsys: pytest.CaptureFixture[str]) -> None:
    away = operator.settings.model_copy(update={"rabbitmq_api_url": "http://user:word@127.0.0.1:1,127.0.0.1:2"})
    told: list[str] = []
    made: Manifest = back_up(away, told.append)
    assert made.file(BROKER) is None
    assert told[0].startswith("broker_left_out: ")
    assert main(["restore", "broker", "--key", str(operator.backup.identity)]) == 1
    assert capsys.readouterr().err.startswith("admin: broker_not_backed_up: ")
