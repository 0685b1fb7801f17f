"""The one way to change the broker's layout: `python -m shared.messaging.topology definitions|apply|check|console`.

`definitions` writes the file that a broker loads at boot, `apply` brings it into a running one, `check` looks whether it is there.
`console NAME` makes one more staff console. Services only ever declare passively. No queue is deleted: what the layout no longer names is
for an operator to empty and remove; exchanges and users of an older layout go (`retired`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import orjson

from shared.clock import monotonic_seconds
from shared.messaging.broker.channel import CONNECTION_ERRORS, BrokerChannel, connect, endpoint
from shared.messaging.broker.errors import ConnectionLost
from shared.messaging.layout import consoles, retired
from shared.messaging.layout.definitions import apply_by_ctl, differences, passwords_for, render, render_whole
from shared.messaging.layout.management import Definitions, NotApplied, apply_by_api
from shared.messaging.layout.model import Layout, console, product

CHECK_SECONDS: Final = 30.0  # an import goes on after the broker has said yes
_FAILED: Final = 1


async def declare(url: str, layout: Layout) -> None:
    """Declare exchanges, queues and bindings over AMQP, for a user who may. Policies and users are not AMQP's business: see `apply`.

    Raises:
        ConnectionLost: the broker is not there.
        aiormq.exceptions.ChannelPreconditionFailed: a queue is there with another type.
    """
    session = await connect(endpoint(url), "topology")
    try:
        for exchange in layout.exchanges:
            await session.channel.exchange_declare(exchange.name, exchange_type=exchange.kind, durable=True)
        for queue in layout.queues:
            await session.channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
        for binding in layout.bindings:
            await session.channel.queue_bind(binding.queue, binding.exchange, binding.key)
    finally:
        await session.close()


async def missing(url: str, layout: Layout) -> list[str]:
    """Return exchanges and queues that are not there, found by passive declares; any user may ask.

    Raises:
        ConnectionLost: the broker is not there.
    """
    absent: list[str] = []
    session: BrokerChannel | None = None
    try:
        for kind, name in [*(("exchange", exchange.name) for exchange in layout.exchanges), *(("queue", queue) for queue in layout.queues)]:
            session = session or await connect(endpoint(url), "topology check")
            if not await _there(session, kind, name):
                absent.append(f"{kind}s: {name} is missing")
                await session.close()  # a passive declare that fails closes its channel
                session = None
    finally:
        if session is not None:
            await session.close()
    return absent


async def _there(session: BrokerChannel, kind: str, name: str) -> bool:
    try:
        if kind == "exchange":
            await session.channel.exchange_declare(name, passive=True)
        else:
            await session.channel.queue_declare(name, passive=True)
    except CONNECTION_ERRORS:
        return False
    return True


async def apply(definitions: Definitions, *, ctl: Sequence[str] = (), api: str = "", vhost: str = "/") -> None:
    """Bring definitions into a running broker and wait until they are in force.

    Raises:
        NotApplied: the broker refused, or they are not in force after half a minute.
    """
    await (apply_by_api(definitions, api) if api else apply_by_ctl(definitions, ctl))
    deadline = monotonic_seconds() + CHECK_SECONDS
    while left := await differences(definitions, vhost, ctl, api):
        if monotonic_seconds() > deadline:
            raise NotApplied("; ".join(left))
        await asyncio.sleep(0.2)


async def retire(layout: Layout, *, ctl: Sequence[str] = (), api: str = "", vhost: str = "/") -> None:
    """Remove what an older layout left, now that the new one is in force.

    Raises:
        NotApplied: the broker refused.
    """
    await retired.remove(await retired.find(layout, vhost, ctl, api), vhost, ctl, api)


async def check(layout: Layout, *, url: str = "", ctl: Sequence[str] = (), api: str = "", vhost: str = "/") -> list[str]:
    """Return what is missing or otherwise than laid out, one line each; empty when all is well.

    With `ctl` or `api` policies and bindings are compared too; with `url` alone only presence is known.
    """
    if ctl or api:
        found = await differences(render(layout, vhost), vhost, ctl, api)
        return found + [str(left) for left in await retired.find(layout, vhost, ctl, api)]
    return await missing(url, layout)


def main(words: Sequence[str]) -> int:
    """Run the command line; return the exit code."""
    options = _parser().parse_args(words)
    layout = product()
    ctl = shlex.split(options.ctl)
    try:
        if options.command == "definitions":
            return _definitions(layout, options)
        if options.command == "apply":
            return _apply(layout, options, ctl)
        if options.command == "console":
            return _console(options, ctl)
        found = asyncio.run(check(layout, url=options.url, ctl=ctl, api=options.api, vhost=options.vhost))
    except (NotApplied, ConnectionLost, LookupError, ValueError) as error:
        print(f"topology: {error}", file=sys.stderr)
        return _FAILED
    print("\n".join(found) or f"topology: {len(layout.queues)} antrean dan semua di sekitarnya ada")
    return _FAILED if found else 0


def _definitions(layout: Layout, options: argparse.Namespace) -> int:
    definitions = render(layout, options.vhost) if options.no_users else _whole(layout, options)
    _write(definitions, options.out)
    return 0


def _write(definitions: Definitions, out: Path | None) -> None:
    text = orjson.dumps(definitions, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if out is None:
        sys.stdout.buffer.write(text)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
        handle.write(text)


def _apply(layout: Layout, options: argparse.Namespace, ctl: Sequence[str]) -> int:
    if not _has_way(options, ctl):
        return _FAILED
    definitions = render(layout, options.vhost) if options.no_users else _whole(layout, options)
    asyncio.run(apply(definitions, ctl=ctl, api=options.api, vhost=options.vhost))
    asyncio.run(retire(layout, ctl=ctl, api=options.api, vhost=options.vhost))
    print(f"topology: {len(layout.queues)} antrean dan semua di sekitarnya ada")
    return 0


def _console(options: argparse.Namespace, ctl: Sequence[str]) -> int:
    name = options.name
    layout = console(name)
    if options.out is not None:
        passwords = passwords_for([user.name for user in layout.users], options.secrets)
        _write(consoles.rendered(name, options.vhost, passwords), options.out)
        print(consoles.told(name, options.vhost, options.url, options.secrets), file=sys.stderr)
        return 0
    if not _has_way(options, ctl):
        return _FAILED
    if options.remove:
        asyncio.run(consoles.remove(name, options.vhost, ctl=ctl, api=options.api))
        print(f"topology: konsol {name} dihapus")
        return 0
    passwords = passwords_for([user.name for user in layout.users], options.secrets)
    asyncio.run(apply(consoles.rendered(name, options.vhost, passwords), ctl=ctl, api=options.api, vhost=options.vhost))
    print(consoles.told(name, options.vhost, options.url, options.secrets))
    return 0


def _has_way(options: argparse.Namespace, ctl: Sequence[str]) -> bool:
    if ctl or options.api:
        return True
    print(f"topology: {options.command} memerlukan --ctl (rabbitmqctl) atau --api (API pengelolaan)", file=sys.stderr)
    return False


def _whole(layout: Layout, options: argparse.Namespace) -> Definitions:
    return render_whole(layout, options.vhost, passwords_for([user.name for user in layout.users], options.secrets))


def _parser() -> argparse.ArgumentParser:
    environment = os.environ.get
    parser = argparse.ArgumentParser(prog="python -m shared.messaging.topology")
    parser.add_argument("command", choices=("definitions", "apply", "check", "console"))
    parser.add_argument("name", nargs="?", default="", help="console: namanya, satu kata dari huruf kecil dan angka")
    parser.add_argument("--remove", action="store_true", help="console: hapus lagi, dengan yang menunggu dalam antreannya")
    parser.add_argument("--vhost", default=environment("AMQP_VHOST", "/"), help="vhost (AMQP_VHOST)")
    parser.add_argument("--url", default=environment("AMQP_URL", ""), help="check, console: alamat RabbitMQ (AMQP_URL)")
    parser.add_argument("--ctl", default=environment("RABBITMQ_CTL", ""), help="perintah rabbitmqctl dengan pilihannya (RABBITMQ_CTL)")
    parser.add_argument(
        "--api",
        default=environment("RABBITMQ_API_URL", ""),
        help="API pengelolaan, dengan pengguna; simpulnya dengan koma (RABBITMQ_API_URL)",
    )
    secrets = environment("SECRETS_DIR")
    parser.add_argument("--secrets", type=Path, default=Path(secrets) if secrets else None, help="folder kata sandi; yang belum ada dibuat")
    parser.add_argument("--out", type=Path, default=None, help="definitions, console: berkas yang ditulis, terbaca pemiliknya saja")
    parser.add_argument("--no-users", action="store_true", help="tanpa vhost, pengguna, dan hak: tidak ada rahasia di dalamnya")
    return parser


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
