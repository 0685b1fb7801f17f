"""Whether our clock and the database's say the same."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from shared.messaging.host import MessagingHost
from shared.mongo import Mongo, connection
from shared.settings import ServiceSettings


def host_of(mongo_url: str) -> MessagingHost:
    settings = ServiceSettings(amqp_url="amqp://guest@127.0.0.1:1/", mongo_url=mongo_url, port=0)
    return MessagingHost(settings, "intake")


@pytest.mark.parametrize(("off", "reason"), [(timedelta(), ""), (timedelta(hours=1), "clock_off"), (timedelta(hours=-1), "clock_off")])
async def test_a_clock_that_is_off_is_told_with_its_seconds(
    mongo_url: str, monkeypatch: pytest.MonkeyPatch, off: timedelta, reason: str
) -> None:
    mongo = Mongo.connect(mongo_url)
    hello = await mongo.database("admin").command("hello")
    theirs: datetime = hello["localTime"]
    clock: Callable[[], datetime] = lambda: (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)) + off  # noqa: E731 - one moment
    monkeypatch.setattr(connection, "now", clock)
    host = host_of(mongo_url)
    try:
        check = await host.check_clock()
        assert (check.ok, check.reason) == (True, reason)
        assert isinstance(check.value, float)
        assert abs(check.value - off.total_seconds()) < 50
    finally:
        await host.close()
        await mongo.close()
