"""One connection to the broker with one channel on it: how it is opened, watched and left. `reconnecting` keeps one open for ever."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import aio_pika
from aio_pika.abc import AbstractConnection
from aiormq.abc import DeliveredMessage
from aiormq.channel import Channel
from aiormq.connection import TCPTransportFactory, TLSTransportFactory, TransportFactory
from aiormq.exceptions import AMQPError, ChannelInvalidStateError
from pamqp.commands import Basic
from pamqp.exceptions import PAMQPException
from yarl import URL

from shared.messaging.broker.errors import ConnectionLost
from shared.messaging.broker.frames import published
from shared.messaging.broker.version import UNSUPPORTED, is_supported
from shared.messaging.broker.wire import Outgoing, receive
from shared.messaging.delivery import Delivery
from shared.messaging.nodes import nodes_of

CONNECT_SECONDS: Final = 10.0  # the library has no limit of its own
HEARTBEAT_SECONDS: Final = 15  # the library's 60 s notice a dead peer after 183 s
ANYBODY: Final = "guest"  # whom the library logs in as where the address names nobody; no consumer believes it anything
CLOSE_SECONDS: Final = 2.0  # a polite close; a hung peer gets no more

CONNECTION_ERRORS: Final = (AMQPError, OSError, RuntimeError, TimeoutError, PAMQPException, EOFError, asyncio.InvalidStateError)
"""What the library raises when the broker can't be reached or goes away. RuntimeError: its channels say so when they are closed."""


Answer: TypeAlias = "asyncio.Future[Any]"
"""What the broker says to one message: done when it has confirmed it, an exception or a cancellation when it will not."""


@dataclass(frozen=True, slots=True)
class BrokerEndpoint:
    """The broker's address and our login. The nodes of a cluster stand in it with commas: `amqp://user:password@one:5672,two:5672/vhost`.

    `tls` is used for amqps:// and must be given then: which authorities are trusted is decided here, never by parameters of the URL.
    """

    url: str = field(repr=False)
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme == "amqps" and self.tls is None:
            raise ValueError("amqps:// needs an explicit TLS context")

    @property
    def user(self) -> str:
        """Our login."""
        return unquote(urlsplit(self.url).username or ANYBODY)

    @property
    def nodes(self) -> tuple[str, ...]:
        """The address of each node, in the order in which they are named."""
        return nodes_of(self.url)


def tls_context(authorities: Path | None = None, certificate: Path | None = None, key: Path | None = None) -> ssl.SSLContext:
    """Make a context that checks the broker's certificate and name; `certificate` and `key` are ours where the broker wants one."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context


def endpoint(url: str, authorities: Path | None = None) -> BrokerEndpoint:
    """Return an endpoint from an address: amqps:// trusts `authorities`, else what the system trusts."""
    return BrokerEndpoint(url, tls_context(authorities) if urlsplit(url).scheme == "amqps" else None)


def with_user(url: str, user: str, password: str, vhost: str | None = None) -> str:
    """Return the same broker for another user, and another vhost where one is given."""
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    path = parts.path if vhost is None else "/" + quote(vhost, safe="")
    return urlunsplit((parts.scheme, f"{quote(user, safe='')}:{quote(password, safe='')}@{address}", path, parts.query, ""))


class _Transport(TransportFactory):
    """Keeps hold of the socket, so that a peer that hangs can be left without waiting for it."""

    def __init__(self, inner: TransportFactory) -> None:
        self._inner = inner
        self._writer: asyncio.StreamWriter | None = None

    async def create(self, url: URL, **kwargs: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, self._writer = await self._inner.create(url, **kwargs)
        return reader, self._writer

    def write(self, data: bytes) -> None:
        assert self._writer is not None  # noqa: S101 - there is no session before there is a connection
        self._writer.write(data)

    def abort(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()


class _Connection(aio_pika.Connection):
    """aio-pika's plain connection, made over our transport."""

    def __init__(self, url: URL, **kwargs: Any) -> None:
        super().__init__(url, **kwargs)
        self.socket = _Transport(TLSTransportFactory() if url.scheme == "amqps" else TCPTransportFactory())
        self.kwargs["transport_factory"] = self.socket

    def __del__(self) -> None:
        """Do nothing: `connect` and `BrokerChannel.close` end it.

        The library would close it wherever it is collected, which is any thread: without a loop there that is a coroutine nobody awaits.
        """


class BrokerChannel:
    """One connection with one channel, until it is lost."""

    def __init__(self, connection: _Connection, channel: Channel, user: str) -> None:
        self._connection = connection
        self._user = user
        self.channel = channel
        self.lost = asyncio.Event()
        self.reason = ""
        self._answers: set[Answer] = set()
        # Observers of the library's own closing futures: whoever closes first, whatever the cause.
        for closing in (channel.closing, channel.connection.closing):
            closing.add_done_callback(self._on_closing)

    def _on_closing(self, closing: asyncio.Future[Any]) -> None:
        error = None if closing.cancelled() else closing.exception()
        self.drop(type(error).__name__ if error is not None else "closed")

    def drop(self, reason: str) -> None:
        """Mark it lost: `ReconnectingChannel` opens a new one, and nobody waits any longer for the broker's answers here."""
        if not self.lost.is_set():
            self.reason = reason
            self.lost.set()
            for answer in tuple(self._answers):
                answer.cancel()

    def put(self, message: Outgoing) -> Answer:
        """Write a message to the socket, in one go; return the broker's answer, which is done when the message is confirmed.

        What the library notes of a publish is noted here in the same way, so that it finds whom a confirm, a return or the end of the
        channel concerns. Nobody else may publish on this channel.

        Raises:
            ChannelInvalidStateError: it is lost.
            TypeError: a header is of a kind that AMQP does not have.
        """
        channel = self.channel
        if self.lost.is_set() or channel.is_closed:
            raise ChannelInvalidStateError("closed")
        most_bytes = channel.connection.connection_tune.frame_max
        frames = published(message, self._user, channel.number, most_bytes)  # first: what fails here was not sent
        answered = channel.create_future()
        channel.delivery_tag += 1
        channel.confirmations[channel.delivery_tag] = answered
        channel.message_id_delivery_tag[message.message_id] = channel.delivery_tag  # an id is never twice in flight (`Publisher`)
        self._answers.add(answered)

        def over(_: Answer) -> None:
            self._answers.discard(answered)
            channel.message_id_delivery_tag.pop(message.message_id, None)

        answered.add_done_callback(over)
        self._connection.socket.write(frames)
        return answered

    async def consume(self, queue: str, take: Callable[[int, Delivery], None]) -> None:
        """Consume a queue: `take` gets the delivery tag and the message, on the event loop, and must not wait."""

        async def on_message(message: DeliveredMessage) -> None:
            delivered = message.delivery
            if isinstance(delivered, Basic.Deliver) and delivered.delivery_tag is not None:
                take(delivered.delivery_tag, receive(message))

        await self.channel.basic_consume(queue, on_message, consumer_tag=queue)

    def blocked(self) -> bool:
        """Return whether the broker takes no publishes now (memory or disk alarm): a state, not a failure of the connection."""
        step = self.channel.connection.ready()  # ends at its first step, unless the broker said connection.blocked
        try:
            step.send(None)
        except StopIteration:
            return False
        step.close()
        return True

    async def close(self) -> None:
        """Close politely for a moment, then by force. Never raises."""
        self.drop("closed")
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._connection.close()
        except CONNECTION_ERRORS:
            pass
        finally:
            self._connection.socket.abort()


async def connect(where: BrokerEndpoint, name: str, *, confirms: bool = True, seconds: float = CONNECT_SECONDS) -> BrokerChannel:
    """Open one connection and one channel on it, to whichever node answers first when they are asked in an order of chance.

    `name` shows in the broker's list of connections. Returned messages raise: nothing that no queue took counts as sent. Of `seconds`
    each node gets its share, so that one that hangs does not keep us from the others.

    Raises:
        ConnectionLost: no node within its time, or all refused.
    """
    nodes = random.sample(where.nodes, len(where.nodes))  # many processes share the nodes
    for node in nodes[:-1]:
        try:
            return await _open(node, where, name, confirms=confirms, seconds=seconds / len(nodes))
        except ConnectionLost:
            continue
    return await _open(nodes[-1], where, name, confirms=confirms, seconds=seconds / len(nodes))


async def _open(node: str, where: BrokerEndpoint, name: str, *, confirms: bool, seconds: float) -> BrokerChannel:
    connection: AbstractConnection | None = None
    try:
        async with asyncio.timeout(seconds):
            connection = await aio_pika.connect(
                node,
                connection_class=_Connection,
                ssl_context=where.tls,
                timeout=seconds,
                heartbeat=HEARTBEAT_SECONDS,
                name=name,
            )
            opened = connection.channel(publisher_confirms=confirms, on_return_raises=confirms)
            await opened.initialize()
            channel = await opened.get_underlay_channel()
            assert isinstance(connection, _Connection)  # noqa: S101 - connection_class above
            assert isinstance(channel, Channel)  # noqa: S101 - the library has no other
            _refuse_version(connection, channel)
            return BrokerChannel(connection, channel, where.user)
    except CONNECTION_ERRORS as error:
        if isinstance(connection, _Connection):
            connection.socket.abort()
        raise ConnectionLost(type(error).__name__) from error


def _refuse_version(connection: _Connection, channel: Channel) -> None:
    """Leave a broker of a release that has not what the layout asks for: messages would be lost there without a word."""
    said = getattr(channel.connection, "server_properties", {}).get("version", "")
    text = said.decode() if isinstance(said, bytes) else str(said)
    if not is_supported(text):
        connection.socket.abort()
        raise ConnectionLost(UNSUPPORTED)
