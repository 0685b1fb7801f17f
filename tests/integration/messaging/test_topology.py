"""The layout on a real broker: applied, checked, with rights that are as small as they are said to be; and over TLS."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.clock import now
from shared.ids import new_id
from shared.messaging import definitions, layout, topology
from shared.messaging.connection import Lost, connect, endpoint, with_user
from shared.messaging.outbox import BrokerUnavailable, Refused
from shared.messaging.publisher import Publisher
from shared.messaging.wire import Outgoing
from tests.conftest import PrivateBroker
from tests.integration.messaging.conftest import SMALL, TELLER, Room, publishes
from tests.support.eventually import eventually
from tests.support.servers import Broker
from tests.support.vhosts import Vhost, as_user

PRODUCT = layout.product()


async def test_applied_by_the_api_it_is_in_force_and_a_second_time_changes_nothing(vhost: Vhost, broker: Broker) -> None:
    wanted = topology.render(PRODUCT, vhost.name)
    assert await topology.check(PRODUCT, api=broker.api_url, vhost=vhost.name) != []
    for _ in range(2):
        await topology.apply(wanted, api=broker.api_url, vhost=vhost.name)
    assert await topology.check(PRODUCT, api=broker.api_url, vhost=vhost.name) == []
    assert await topology.check(PRODUCT, url=vhost.url) == []


async def test_what_is_missing_or_changed_is_named(vhost: Vhost, broker: Broker) -> None:
    await topology.apply(topology.render(PRODUCT, vhost.name), api=broker.api_url, vhost=vhost.name)
    session = await connect(endpoint(vhost.url), "test")
    await session.channel.queue_delete("intake.dead")
    await session.channel.queue_unbind("issuance", "events", "verification.request_approved.v1")
    await session.close()
    vhost.api.call(
        "PUT", f"/api/policies/{vhost.name}/work.intake", {"pattern": "^intake$", "definition": {"max-length": 1}, "priority": 10}
    )
    found = await topology.check(PRODUCT, api=broker.api_url, vhost=vhost.name)
    assert f"queues: {vhost.name} intake.dead is missing" in found
    assert f"bindings: {vhost.name} events issuance verification.request_approved.v1 is missing" in found
    assert f"policies: {vhost.name} work.intake differs" in found
    assert await topology.check(PRODUCT, url=vhost.url) == ["queues: intake.dead is missing"]


async def test_users_can_do_their_work_and_nothing_else(private_broker: PrivateBroker) -> None:
    """With the definitions as a broker loads them, users and all."""
    name = private_broker.vhost.name
    passwords = {user.name: f"pw-{user.name}" for user in PRODUCT.users}
    api = private_broker.node.api_url
    await topology.apply(definitions.render_whole(PRODUCT, name, passwords), api=api, vhost=name)
    urls = {user: with_user(private_broker.url, user, password) for user, password in passwords.items()}
    async with publishing(urls["verification"]) as publisher:
        for exchange, key in (
            ("events", "verification.request_approved.v1"),
            ("staff", "verification.task_opened.v1"),
            ("retry.verification", "verification.retry.5s"),
            ("dead.verification", "verification"),
        ):  # a queue that was just made refuses until it has a leader
            await eventually(partial(publishes, publisher, message(exchange, key)), ignoring=(BrokerUnavailable,))
        with pytest.raises(Refused, match="access_refused"):
            await publisher.publish(message("events", "issuance.document_issued.v1"))
    assert await topology.check(PRODUCT, url=urls["verification"]) == []
    for user, readable, forbidden in (
        ("verification", "verification", "issuance"),
        ("verification", "verification", "verification.dead"),
        ("console.main", "console.main", "issuance"),
        ("operator", "verification.dead", ""),
    ):
        assert await can_read(urls[user], readable)
        assert not await can_read(urls[user], forbidden or "nothing")
    assert not await can_declare(urls["operator"])
    async with publishing(urls["console.main"]) as publisher:
        with pytest.raises(Refused, match="access_refused"):
            await publisher.publish(message("events", "verification.request_approved.v1"))


async def test_a_full_queue_is_no_refusal(room: Room, vhost: Vhost) -> None:
    """The publisher keeps the row: a queue at its limit is a matter of time, not of the message."""
    vhost.api.call(
        "PUT",
        f"/api/policies/{vhost.name}/work.issuance",
        {"pattern": "^issuance$", "apply-to": "queues", "priority": 20, "definition": {"max-length": 1, "overflow": "reject-publish"}},
    )
    async with room.publisher() as publisher:
        with pytest.raises(BrokerUnavailable, match="queue_full"):
            await publish_fifty(publisher)
    assert await room.depth("issuance") < 50


async def test_tls_checks_who_the_broker_is(room: Room, tmp_path: Path) -> None:
    authority, server = certificates(tmp_path)
    async with tls_in_front_of(room.url, server) as port:
        parts = urlsplit(room.url)
        url = as_user(f"amqps://guest:guest@localhost:{port}{parts.path}", TELLER)
        async with publishing(url, authority) as publisher:
            await publisher.publish(message("events", SMALL.bindings[0].key))
        with pytest.raises(Lost):
            await connect(endpoint(url), "test")  # the system's authorities do not know ours
        with pytest.raises(Lost):
            await connect(endpoint(url.replace("localhost", "127.0.0.1"), authority), "test")  # not the name in the certificate
    assert await room.depth("issuance") == 1


def message(exchange: str, key: str) -> Outgoing:
    return Outgoing(exchange, key, new_id(), key, b"{}")


async def publish_fifty(publisher: Publisher) -> None:
    for _ in range(50):  # one after the other: the broker learns of a full queue a moment late
        await publisher.publish(message("events", "verification.request_approved.v1"))


@contextlib.asynccontextmanager
async def publishing(url: str, authority: Path | None = None) -> AsyncIterator[Publisher]:
    publisher = Publisher(endpoint(url, authority), "test", seconds=5)
    try:
        yield publisher
    finally:
        await publisher.close()


async def can_read(url: str, queue: str) -> bool:
    session = await connect(endpoint(url), "test")
    try:
        await session.channel.basic_get(queue)
    except (ChannelAccessRefused, ChannelNotFoundEntity):
        return False
    finally:
        await session.close()
    return True


async def can_declare(url: str) -> bool:
    session = await connect(endpoint(url), "test")
    try:
        await session.channel.queue_declare("mine")
    except ChannelAccessRefused:
        return False
    finally:
        await session.close()
    return True


@contextlib.asynccontextmanager
async def tls_in_front_of(url: str, server: Path) -> AsyncIterator[int]:
    parts = urlsplit(url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server)

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        sink.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, onward = await asyncio.open_connection(parts.hostname, parts.port)
        await asyncio.gather(pump(reader, onward), pump(behind, writer))

    listener = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=context)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()


def certificates(folder: Path) -> tuple[Path, Path]:
    """An authority and a certificate with its key for `localhost`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - timedelta(hours=1))
        .not_valid_after(now() + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    authority, server = folder / "authority.pem", folder / "server.pem"
    authority.write_bytes(pem)
    server.write_bytes(private + pem)
    return authority, server
