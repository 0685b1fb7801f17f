"""The layout on a real broker: applied, checked, with rights that are as small as they are said to be; and over TLS."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity, DeliveryError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.clock import now
from shared.ids import new_id
from shared.messaging import topology
from shared.messaging.broker.channel import connect, endpoint, with_user
from shared.messaging.broker.errors import BrokerUnavailable, ConnectionLost, PublishRefused
from shared.messaging.broker.publisher import Publisher
from shared.messaging.broker.wire import Outgoing
from shared.messaging.layout import definitions
from shared.messaging.layout import model as layout
from tests.conftest import PrivateBroker
from tests.integration.messaging.conftest import SMALL, TELLER, Room, open_room, publishes
from tests.support.eventually import eventually
from tests.support.servers import Broker
from tests.support.vhosts import Vhost, as_user

PRODUCT = layout.product()


async def test_applied_by_the_api_it_is_in_force_and_a_second_time_changes_nothing(vhost: Vhost, broker: Broker) -> None:
    wanted = definitions.render(PRODUCT, vhost.name)
    assert await topology.check(PRODUCT, api=broker.api_url, vhost=vhost.name) != []
    for _ in range(2):
        await topology.apply(wanted, api=broker.api_url, vhost=vhost.name)
    assert await topology.check(PRODUCT, api=broker.api_url, vhost=vhost.name) == []
    assert await topology.check(PRODUCT, url=vhost.url) == []


async def test_what_is_missing_or_changed_is_named(vhost: Vhost, broker: Broker) -> None:
    await topology.apply(definitions.render(PRODUCT, vhost.name), api=broker.api_url, vhost=vhost.name)
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
        with pytest.raises(PublishRefused, match="access_refused"):
            await publisher.publish(message("events", "issuance.document_issued.v1"))
    assert await topology.check(PRODUCT, url=urls["verification"]) == []
    for user, readable, forbidden in (
        ("verification", "verification", "issuance"),
        ("verification", "verification.dead", "issuance.dead"),  # what it gave up itself is on its page
        ("verification", "verification", "verification.retry.5s"),
        ("console.main", "console.main", "issuance"),
        ("operator", "verification.dead", ""),
    ):
        assert await can_read(urls[user], readable)
        assert not await can_read(urls[user], forbidden or "nothing")
    assert not await can_declare(urls["operator"])
    async with publishing(urls["console.main"]) as publisher:
        with pytest.raises(PublishRefused, match="access_refused"):
            await publisher.publish(message("events", "verification.request_approved.v1"))


@pytest.mark.parametrize("by", ["api", "ctl"])
async def test_an_older_layout_is_brought_over_and_no_message_that_waits_is_lost(by: str, private_broker: PrivateBroker) -> None:
    vhost = private_broker.vhost
    way: dict[str, Any] = {"api": private_broker.node.api_url} if by == "api" else {"ctl": private_broker.node.ctl_command}
    vhost.api.call("POST", "/api/definitions", the_older_layout(vhost.name))
    async with open_room(private_broker.url) as room:
        sent = set()
        for number, (exchange, key) in enumerate(
            (("events", "verification.request_approved.v1"), ("retry", "issuance.retry.5s"), ("dead", "issuance"), ("retry", "issuance"))
        ):
            message = Outgoing(exchange, key, f"{by}-{number}", "verification.request_approved.v1", b"{}")
            await eventually(partial(room.put_as_anybody, message), ignoring=(DeliveryError,))  # until the queue has a leader
            sent.add(message.message_id)
        stale = await topology.check(PRODUCT, vhost=vhost.name, **way)
        for name in ("exchanges: retry", "exchanges: dead", "users: console"):
            assert any(line.startswith(f"{name} is of an older layout") for line in stale), stale
        assert f"policies: {vhost.name} work.issuance differs" in stale
        for _ in range(2 if by == "api" else 1):
            await topology.apply(definitions.render(PRODUCT, vhost.name), vhost=vhost.name, **way)
            await topology.retire(PRODUCT, vhost=vhost.name, **way)
        left = await topology.check(PRODUCT, vhost=vhost.name, **way)
        assert [line.split(" is ")[0] for line in left] == ([] if by == "api" else ["exchanges: retry", "exchanges: dead"])
        found = {await eventually(partial(room.next_of, "issuance", "issuance.dead")) for _ in sent}  # one waits out its five seconds
    assert found == sent


async def test_what_somebody_else_bound_to_an_older_exchange_is_told_and_left(private_broker: PrivateBroker) -> None:
    vhost, api = private_broker.vhost, private_broker.node.api_url
    vhost.api.call("POST", "/api/definitions", the_older_layout(vhost.name))
    await topology.apply(definitions.render(PRODUCT, vhost.name), api=api, vhost=vhost.name)
    async with open_room(private_broker.url) as room:
        await room.declare_queue("theirs", {})
        await room.bind("theirs", "retry", "x")
    await topology.retire(PRODUCT, api=api, vhost=vhost.name)
    [line] = await topology.check(PRODUCT, api=api, vhost=vhost.name)
    assert "retry is of an older layout" in line
    assert "theirs" in line


def the_older_layout(vhost: str) -> dict[str, Any]:
    """The first release's: one exchange to retry and one for the dead, shared by all services; one user for all consoles."""
    old = definitions.render(PRODUCT, vhost)
    for exchange in old["exchanges"]:
        exchange["name"] = exchange["name"].partition(".")[0]
    for binding in old["bindings"]:
        binding["source"] = binding["source"].partition(".")[0]
    for policy in old["policies"]:
        if "dead-letter-exchange" in policy["definition"]:
            policy["definition"]["dead-letter-exchange"] = policy["definition"]["dead-letter-exchange"].partition(".")[0]
    old["exchanges"] = [dict(each) for each in {exchange["name"]: exchange for exchange in old["exchanges"]}.values()]
    console = {"name": "console", "password_hash": definitions.hash_password("x"), "tags": ""}
    rights = {"user": "console", "vhost": vhost, "configure": "^$", "write": "^$", "read": r"^console\."}
    return {**old, "users": [{**console, "hashing_algorithm": "rabbit_password_hashing_sha256"}], "permissions": [rights]}


async def test_each_console_has_its_own_queue_that_its_user_alone_reads(
    private_broker: PrivateBroker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vhost, api = private_broker.vhost, private_broker.node.api_url
    await topology.apply(definitions.render(PRODUCT, vhost.name), api=api, vhost=vhost.name)
    words = ("--vhost", vhost.name, "--api", api, "--url", private_broker.url, "--secrets", str(tmp_path))
    for name in ("counter2", "counter3", "counter2"):
        assert await asyncio.to_thread(topology.main, ("console", name, *words)) == 0
    printed = capsys.readouterr().out
    password = (tmp_path / "amqp_password_console_counter2").read_text().strip()
    assert password not in printed
    assert f"console.counter2@{urlsplit(private_broker.url).hostname}" in printed
    url = with_user(private_broker.url, "console.counter2", password)
    for queue in ("console.counter3", "console.main", "issuance", "issuance.dead"):
        assert not await can_read(url, queue)
    async with publishing(as_user(private_broker.url, "verification")) as publisher:
        await eventually(partial(publishes, publisher, message("staff", "verification.task_opened.v1")), ignoring=(BrokerUnavailable,))
    async with open_room(private_broker.url) as room:
        for queue in ("console.counter2", "console.counter3", "console.main"):
            await eventually(partial(room.depth, queue))
    assert await can_read(url, "console.counter2")
    async with publishing(url) as publisher:
        for exchange, key in (("staff", "verification.task_opened.v1"), ("events", "verification.request_approved.v1")):
            with pytest.raises(PublishRefused, match="access_refused"):
                await publisher.publish(message(exchange, key))
    for _ in range(2):
        assert await asyncio.to_thread(topology.main, ("console", "counter2", "--remove", *words)) == 0
    with pytest.raises(ConnectionLost):
        await connect(endpoint(url), "test")
    for name in ("", "Counter", "a.b", "a-b", "a" * 33, "x;y", "../x", "main"):
        code = await asyncio.to_thread(topology.main, ("console", name, "--remove", *words))
        assert code == 1, name
        assert "console" in capsys.readouterr().err


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
        with pytest.raises(ConnectionLost):
            await connect(endpoint(url), "test")  # the system's authorities do not know ours
        with pytest.raises(ConnectionLost):
            await connect(endpoint(url.replace("localhost", "127.0.0.1"), authority), "test")  # not the name in the certificate
    assert await room.depth("issuance") == 1


def message(exchange: str, key: str) -> Outgoing:
    return Outgoing(exchange, key, new_id(), key, b"{}")


async def publish_fifty(publisher: Publisher) -> None:
    for _ in range(50):  # one after the other: the broker learns of a full queue a moment late
        await publisher.publish(message("events", "verification.request_approved.v1"))


@contextlib.asynccontextmanager
async def publishing(url: str, authority: Path | None = None) -> AsyncIterator[Publisher]:
    publisher = Publisher(endpoint(url, authority), "test", seconds=30)
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
