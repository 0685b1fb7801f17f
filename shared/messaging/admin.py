"""The operator's commands: `python -m deploy.admin list|show|replay|discard|resend|conservation|sequences|audit`.

What was not handled, whether everything is accounted for, and whether somebody changed who saw whom.

Needs `MONGO_URL`, `AMQP_URL` (the operator's user), `ADMIN_URLS` (JSON: address by service), `ADMIN_KEY` (scope `admin`) and, where
databases are not named like their services, `DATABASES` (JSON, by service).
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final
from urllib.parse import urlsplit

import orjson
import structlog
from pydantic import Field, SecretStr, ValidationError

from shared.clock import now
from shared.contracts.registry import SERVICES as SERVICES
from shared.errors import AppError, BadInput
from shared.messaging.broker.channel import endpoint
from shared.messaging.broker.errors import BrokerUnavailable, ConnectionLost, PublishRefused
from shared.messaging.broker.publisher import Publisher
from shared.messaging.broker.queue_browser import QueueBrowser
from shared.messaging.operations import audit_check, reconciliation, resending, sequences
from shared.messaging.operations.service_api import ServiceApi, ServiceUnreachable
from shared.messaging.operations.stuck_item import StuckItem
from shared.messaging.operations.stuck_messages import StuckMessages
from shared.messaging.operations.stuck_work import StuckWork
from shared.mongo import DatabaseUnavailable, DriverError, Mongo, is_unavailable
from shared.settings import Environment, refused_lines

_FAILED: Final = 1
_USAGE: Final = 2  # as argparse


class DatabaseNames(Environment):
    """Which database each service has, for whoever works on all of them."""

    databases: Annotated[
        dict[str, str], Field(default_factory=dict, description="JSON: database by service, where they are not of one name")
    ]

    def by_service(self) -> dict[str, str]:
        """Return the database by service, for every service."""
        return {service: self.databases.get(service, service) for service in SERVICES}


class AdminSettings(DatabaseNames):
    """The operator's environment."""

    amqp_url: Annotated[SecretStr, Field(description="amqp:// or amqps:// with the operator's user and the product's vhost")]
    mongo_url: Annotated[SecretStr, Field(description="mongodb:// of the replica set with all services' databases")]
    admin_urls: Annotated[
        dict[str, str], Field(default_factory=dict, description="JSON: address by service, whose `/v1/stuck` says what it gave up")
    ]
    admin_key: Annotated[SecretStr, Field(description="API key with the scope admin at each of them")] = SecretStr("")


class Admin:
    """The commands over one connection to each server, and to the services."""

    def __init__(self, settings: AdminSettings) -> None:
        where = endpoint(settings.amqp_url.get_secret_value())
        self._databases = settings.by_service()
        self._mongo = Mongo.connect_command(settings.mongo_url.get_secret_value(), "admin")
        self._publisher = Publisher(where, "admin")
        self._letters = QueueBrowser(where)
        self._messages = StuckMessages(self._mongo, self._databases, self._letters, self._publisher.publish, now)
        self._services = ServiceApi(settings.admin_urls, settings.admin_key.get_secret_value())
        self.stuck = StuckWork(self._messages, self._services, SERVICES)

    async def close(self) -> None:
        """Close all connections."""
        await self._services.close()
        await self._publisher.close()
        await self._mongo.close()

    async def list(self, options: argparse.Namespace) -> int:
        """Print what waits, one line or JSON object each; return 1 where a service could not be asked."""
        found = await self.stuck.waiting(options.service)
        for entry in found.items:
            print(orjson.dumps(_summary(entry)).decode() if options.json else _line(entry))
        if not options.json:
            print(f"{len(found.items)} menunggu")
        return _tell(found.unreachable)

    async def show(self, options: argparse.Namespace) -> int:
        """Print items with their content; personal data only when asked for."""
        for address in options.addresses:
            entry = await self.stuck.show(address, personal=options.personal)
            shown = _summary(entry) | {"body": entry.content(in_full=options.personal)}
            print(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())
        return 0

    async def replay(self, options: argparse.Namespace) -> int:
        """Replay items."""
        return await self._each(options, "dikirim lagi", lambda address: self.stuck.replay(address, vouch=options.vouch))

    async def discard(self, options: argparse.Namespace) -> int:
        """Discard items."""
        return await self._each(options, "dibuang", lambda address: self.stuck.discard(address, options.note))

    async def conservation(self, options: argparse.Namespace) -> int:
        """Print both books, as a table or as JSON; return 1 when unbalanced."""
        found = await reconciliation.settle(self._mongo, self._databases, self._letters, self._messages, options.settle)
        print(orjson.dumps(reconciliation.as_data(found)).decode() if options.json else reconciliation.table(found))
        if not found.balanced:
            print("\n".join(await reconciliation.missing(self._mongo, self._databases, self._letters, found)), file=sys.stderr)
        return 0 if found.balanced else _FAILED

    async def sequences(self, _options: argparse.Namespace) -> int:
        """Print a line for each service; return 1 where a number is missing between the events about one thing."""
        found = await sequences.broken(self._mongo, self._databases, now())
        print("\n".join(sequences.lines(found)))
        return _FAILED if any(found.values()) else 0

    async def resend(self, _options: argparse.Namespace) -> int:
        """Have sent again what was sent and no consumer knows."""
        again = await resending.resend(self._mongo, self._databases)
        print(
            "\n".join(f"{publisher}: {count} pesan dikirim lagi" for publisher, count in again.items())
            or "tidak ada yang perlu dikirim lagi"
        )
        return 0

    async def audit(self, options: argparse.Namespace) -> int:
        """Check the audit logs, print a line for each; return 1 when a row of one was changed, moved or taken away."""
        databases = {name: each for name, each in self._databases.items() if options.service in (None, name)}
        found = await audit_check.check(self._mongo, databases, audit_check.read_known(options.known))
        print("\n".join(audit_check.lines(found)))
        return _FAILED if any(each.broken is not None for each in found.values()) else 0

    async def _each(self, options: argparse.Namespace, done: str, act: Callable[[str], Awaitable[None]]) -> int:
        addresses, failed = options.addresses, 0
        if options.all:
            found = await self.stuck.waiting(options.service)
            addresses, failed = [entry.address for entry in found.items if options.code in (None, entry.code)], _tell(found.unreachable)
        elif not addresses:
            raise BadInput("nothing_named", "sebut alamat seperti yang dicetak `list`, atau --all")
        for address in addresses:
            try:
                await act(address)
            except (AppError, PublishRefused, BrokerUnavailable) as error:
                print(f"{address}: {error}", file=sys.stderr)
                failed = _FAILED
            else:
                print(f"{address}: {done}")
        return failed


def main(words: Sequence[str]) -> int:
    """Run the command line; return the exit code: 0 done, 1 not (or unbalanced), 2 wrong usage."""
    options = _parser().parse_args(words)
    try:
        settings = AdminSettings()  # from the environment
    except ValidationError as error:
        print(refused_lines("admin", error), end="", file=sys.stderr)
        return _USAGE
    try:
        return asyncio.run(_run(settings, options))
    except (DriverError, DatabaseUnavailable) as error:
        if not is_unavailable(error):
            raise
        where, why = _where(settings.mongo_url), error.detail if isinstance(error, DatabaseUnavailable) else type(error).__name__
        print(f"admin: MongoDB tidak menjawab di {where} ({why}). Apakah berjalan? Alamatnya MONGO_URL", file=sys.stderr)
        return _FAILED
    except (BrokerUnavailable, ConnectionLost):
        print(f"admin: RabbitMQ tidak menjawab di {_where(settings.amqp_url)}. Apakah berjalan? Alamatnya AMQP_URL", file=sys.stderr)
        return _FAILED
    except (AppError, PublishRefused) as error:
        print(f"admin: {error}", file=sys.stderr)
        return _FAILED


def _tell(unreachable: Sequence[ServiceUnreachable]) -> int:
    """Print which services could not be asked, a line each; return the exit code."""
    for error in unreachable:
        print(f"admin: {error.code} tidak dapat ditanya: {error.detail}", file=sys.stderr)
    return _FAILED if unreachable else 0


def _where(url: SecretStr) -> str:
    """Return hosts and ports of an address, without user and password."""
    return urlsplit(url.get_secret_value()).netloc.rpartition("@")[2]


async def _run(settings: AdminSettings, options: argparse.Namespace) -> int:
    admin = Admin(settings)
    commands: dict[str, Callable[[argparse.Namespace], Awaitable[int]]] = {
        "list": admin.list,
        "show": admin.show,
        "replay": admin.replay,
        "discard": admin.discard,
        "conservation": admin.conservation,
        "sequences": admin.sequences,
        "resend": admin.resend,
        "audit": admin.audit,
    }
    try:
        return await commands[options.command](options)
    finally:
        await admin.close()


def _line(entry: StuckItem) -> str:
    at = entry.at.isoformat(timespec="seconds") if entry.at else "-"
    return f"{entry.address}  {entry.type}  {entry.code}  x{entry.times}  {at}  {entry.detail}".rstrip()


def _summary(entry: StuckItem) -> dict[str, object]:
    return {
        "address": entry.address,
        "place": entry.place,
        "service": entry.service,
        "id": entry.id,
        "type": entry.type,
        "code": entry.code,
        "detail": entry.detail,
        "times": entry.times,
        "publisher": entry.publisher,
        "at": entry.at,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="admin")
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser(
        "list", help="yang menunggu: pesan ditahan, ditolak, mati, atau tanpa tujuan, dan yang diserahkan layanan"
    )
    listing.add_argument("--json", action="store_true", help="satu objek JSON tiap baris")
    showing = commands.add_parser("show", help="satu dengan isinya, data pribadi ditutup")
    showing.add_argument("--personal", action="store_true", help="data pribadi juga: untuk mata Anda saja")
    replaying = commands.add_parser("replay", help="kirim lagi, atau minta dikerjakan lagi")
    replaying.add_argument("--vouch", action="store_true", help="juga yang tidak menyebut pengirim, seperti rilis pertama: lihat dulu")
    discarding = commands.add_parser("discard", help="putuskan bahwa ini tidak dikerjakan")
    discarding.add_argument("--note", required=True, help="sebabnya, dan siapa yang memutuskan")
    conserving = commands.add_parser("conservation", help="diterima = selesai + ditahan + di jalan; keluar dengan 1 bila tidak")
    conserving.add_argument("--json", action="store_true", help="untuk program: satu objek JSON sebagai ganti tabel")
    conserving.add_argument("--settle", type=float, default=reconciliation.SETTLE_SECONDS, help="berapa detik dibaca lagi selama bekerja")
    commands.add_parser("sequences", help="apakah peristiwa sehari terakhir bernomor tanpa lompatan; keluar dengan 1 bila tidak")
    commands.add_parser("resend", help="sesudah pemulihan: kirim lagi yang terkirim dan tidak dikenal penerimanya")
    showing.add_argument("addresses", nargs="+", metavar="SERVICE/PLACE/ID")
    auditing = commands.add_parser("audit", help="periksa rantai jejak audit, baris demi baris; keluar dengan 1 bila putus")
    auditing.add_argument("what", choices=["verify"])
    auditing.add_argument(
        "--known", action="append", default=[], metavar="SERVICE:NUMBER:HASH", help="yang pernah dicatat: menemukan ujung terpotong"
    )
    for command in (listing, replaying, discarding, auditing):
        command.add_argument("--service", choices=SERVICES, default=None, help="layanan ini saja")
    for command in (replaying, discarding):
        command.add_argument("addresses", nargs="*", metavar="SERVICE/PLACE/ID")
        command.add_argument("--all", action="store_true", help="semua yang menunggu")
        command.add_argument("--code", default=None, help="dengan --all: sebab ini saja")
    return parser


def log_aside() -> None:
    """Send the log to standard error, and only what matters: what is printed is for people and pipes."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING), logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )
    logging.basicConfig(level=logging.CRITICAL, stream=sys.stderr)


if __name__ == "__main__":
    log_aside()
    raise SystemExit(main(sys.argv[1:]))
