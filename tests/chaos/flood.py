"""Strangers at a webhook, in a process of their own: `python -m tests.chaos.flood PORT PATH SECONDS`; prints counts by status as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from typing import Final

from shared.clock import monotonic_seconds

AT_ONCE: Final = 40
BODY: Final = b'{"object":"whatsapp_business_account","entry":[]}' + b" " * 2000


async def _knock(port: int, request: bytes, until: float, statuses: Counter[int]) -> None:
    while monotonic_seconds() < until:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while monotonic_seconds() < until:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            statuses[int(head.split(b" ", 2)[1])] += 1
            lower = head.lower()
            length = int(lower.partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            if b"connection: close" in lower:
                break
        writer.close()


async def main(port: int, path: str, seconds: float) -> None:
    """Knock for so long."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Hub-Signature-256: sha256={'0' * 64}\r\nContent-Length: {len(BODY)}\r\n\r\n"
    statuses: Counter[int] = Counter()
    until = monotonic_seconds() + seconds
    await asyncio.gather(*(_knock(port, head.encode() + BODY, until, statuses) for _ in range(AT_ONCE)))
    sys.stdout.write(json.dumps(statuses) + "\n")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
