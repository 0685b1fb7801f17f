"""AMQP 0-9-1 by hand over one socket: no library between the frames and the work, for the floor of the step bench."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence
from typing import Any, Final, Self
from urllib.parse import unquote, urlsplit

from pamqp import commands, frame, header

_HEADER: Final = struct.Struct(">BHI")
_END: Final = b"\xce"
_METHOD, _CONTENT_HEADER, _BODY = 1, 2, 3
_DELIVER: Final = 60 << 16 | 60
_ACK: Final = 60 << 16 | 80
_CHANNEL: Final = 1
_READ_BYTES: Final = 1 << 18


class Wire:
    """A connection with one channel. Deliveries are (tag, body) pairs; everything else is read only as far as it must be."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._rest = b""
        self._replies: asyncio.Queue[Any] = asyncio.Queue()
        self._tag = 0
        self._confirmed = 0
        self._published = 0
        self._confirm_arrived = asyncio.Event()
        self.deliveries: list[tuple[int, bytes]] = []
        self.arrived = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect, log in, open a channel."""
        where = urlsplit(url)
        wire = cls(*await asyncio.open_connection(where.hostname, where.port or 5672))
        wire._writer.write(header.ProtocolHeader().marshal())
        wire._reading = asyncio.create_task(wire._read())
        await wire._replies.get()
        login = f"\0{unquote(where.username or 'guest')}\0{unquote(where.password or 'guest')}"
        tune = await wire.ask(commands.Connection.StartOk({}, "PLAIN", login, "en_US"), channel=0)
        wire.tell(commands.Connection.TuneOk(tune.channel_max, tune.frame_max, 0), channel=0)
        await wire.ask(commands.Connection.Open(unquote(where.path.removeprefix("/")) or "/"), channel=0)
        await wire.ask(commands.Channel.Open())
        return wire

    async def close(self) -> None:
        """Hang up."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        self._writer.close()

    async def ask(self, method: Any, channel: int = _CHANNEL) -> Any:
        """Send a method and wait for the broker's."""
        self.tell(method, channel)
        return await self._replies.get()

    def tell(self, method: Any, channel: int = _CHANNEL) -> None:
        """Send a method."""
        self._writer.write(frame.marshal(method, channel))

    async def publish(self, frames: Sequence[bytes]) -> None:
        """Send messages (as `published` makes them) in one write; return when all are confirmed."""
        self._published += len(frames)
        self._writer.write(b"".join(frames))
        while self._confirmed < self._published:
            self._confirm_arrived.clear()
            await self._confirm_arrived.wait()

    async def _read(self) -> None:
        while data := await self._reader.read(_READ_BYTES):
            self._take(self._rest + data)

    def _take(self, data: bytes) -> None:
        at, end = 0, len(data)
        while end - at >= _HEADER.size:
            kind, _, size = _HEADER.unpack_from(data, at)
            if end - at < _HEADER.size + size + 1:
                break
            begin = at + _HEADER.size
            at = begin + size + 1
            if kind == _METHOD:
                self._method(data, begin, begin + size)
            elif kind == _BODY:  # every body of this bench fits into one frame
                self.deliveries.append((self._tag, data[begin : begin + size]))
                self.arrived.set()
        self._rest = data[at:]

    def _method(self, data: bytes, begin: int, end: int) -> None:
        (number,) = struct.unpack_from(">I", data, begin)
        if number == _DELIVER:
            tag_at = begin + 5 + data[begin + 4]  # after the consumer tag, a short string
            (self._tag,) = struct.unpack_from(">Q", data, tag_at)
        elif number == _ACK:  # confirms come in order or with `multiple`: the highest covers what is below on one queue
            tag, multiple = struct.unpack_from(">QB", data, begin + 4)
            self._confirmed = tag if multiple else self._confirmed + 1
            self._confirm_arrived.set()
        else:
            _, _, method = frame.unmarshal(data[begin - _HEADER.size : end + 1])
            self._replies.put_nowait(method)


def published(exchange: str, key: str, message_id: str, body: bytes) -> bytes:
    """The frames of one persistent, mandatory message."""
    properties = commands.Basic.Properties(content_type="application/json", delivery_mode=2, message_id=message_id, message_type=key)
    return b"".join(
        (
            frame.marshal(commands.Basic.Publish(exchange=exchange, routing_key=key, mandatory=True), _CHANNEL),
            frame.marshal(header.ContentHeader(body_size=len(body), properties=properties), _CHANNEL),
            _HEADER.pack(_BODY, _CHANNEL, len(body)) + body + _END,
        )
    )
