"""The assembly of accounts: their dependencies, and `python -m services.verification staff …`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import ValidationError

from services.verification import desk
from services.verification.adapters.office_accounts import OidcAccounts, OidcSettings
from services.verification.adapters.passwords import Argon2Passwords
from services.verification.adapters.session_keys import SessionSigningKeys
from services.verification.api import officers, sessions
from services.verification.desk import accounts
from services.verification.desk.office import BACK
from services.verification.desk.room import StaffRoom
from services.verification.desk.tokens import SessionTokens
from services.verification.domain.staff.session import SessionLimits
from services.verification.handlers import staff
from services.verification.handlers.staff.demo import DemoAccount
from services.verification.handlers.staff.noting import SYSTEM, noted
from services.verification.ports import Tx
from services.verification.ports.staff import StaffDeps
from services.verification.settings import Settings, StaffSettings
from services.verification.store import INDEXES, MongoStaffReader, MongoTx, RegistryStore
from shared import clock
from shared.errors import AppError, BadInput, Permanent
from shared.health import Health
from shared.ids import new_code, new_id
from shared.messaging.host import MessagingHost
from shared.messaging.transaction.runner import UnitOfWork, UnitOfWorkRunner
from shared.mongo import Mongo
from shared.reference.catalogue import catalogue
from shared.reference.courts import courts
from shared.reference.regions import districts, villages
from shared.reference.roles import roles
from shared.settings import refused_lines
from shared.web import FastAPI
from shared.web.desk import Pages, shell
from shared.web.desk.session import LIFE

SERVICE: Final = "verification"
_FAILED: Final = 1
_ABOUT: Final = "Undang admin (yang pertama, atau yang kehilangan aksesnya), atau buat akun untuk peragaan."
_SENTENCES: Final = {
    "login_malformed": "nama akun hanya huruf kecil, angka, titik dan garis, atau alamat surel, misalnya sri.lestari",
    "login_taken": "nama akun itu milik orang yang bukan admin; pilih nama lain",
    "name_malformed": "isi nama orangnya (--called), paling panjang 80 huruf",
}
"""What an operator reads of a code."""
_USAGE: Final = 2


def staff_deps(settings: Settings | StaffSettings, mongo: Mongo, database: str, hasher: Argon2Passwords) -> StaffDeps:
    """Return the dependencies of the handlers of accounts."""
    return StaffDeps(
        clock=clock.now,
        new_id=new_id,
        new_code=new_code,
        hasher=hasher,
        reader=MongoStaffReader(mongo, database),
        limits=SessionLimits(
            token=LIFE, idle=timedelta(minutes=settings.desk_idle_minutes), longest=timedelta(hours=settings.desk_session_hours)
        ),
        first_pause=timedelta(minutes=settings.sign_in_pause_minutes),
        invitation_lasts=timedelta(hours=settings.invitation_hours),
        roles=frozenset(roles()),
        places=frozenset(villages()) | frozenset(districts()),
        courts=frozenset(court.code for court in courts().values()),
        groups=frozenset(service.group for service in catalogue().services.values()),
    )


def office_accounts(settings: Settings) -> OidcAccounts | None:
    """Return the regency's own sign-in, where there is one."""
    if not settings.oidc_issuer:
        return None
    secret, back = settings.oidc_client_secret.get_secret_value(), f"{settings.desk_url}{BACK}"
    return OidcAccounts(OidcSettings(settings.oidc_issuer, settings.oidc_client_id, secret, settings.oidc_login_claim, back))


def install_accounts(
    app: FastAPI, units: UnitOfWorkRunner[Tx], settings: Settings, health: Health, host: MessagingHost
) -> tuple[Callable[[], Awaitable[None]], ...]:
    """Add the shell, the pages about people who work here and the sign-in of programs to the app; return what is to be closed."""
    keys = SessionSigningKeys.read(settings.desk_session_keys.get_secret_value())
    hasher, office = Argon2Passwords(), office_accounts(settings)
    deps = staff_deps(settings, host.mongo, host.database, hasher)
    tokens = SessionTokens(keys.signing.key, keys.signing.key_id, deps.limits)
    room = StaffRoom(units, deps, tokens, Pages(desk.TEMPLATES), settings.desk_admin_contact, office)
    shell.install(app, settings, health, keys.read_public, desk.TEMPLATES)
    accounts.install(app, room, keys.read_public)
    sessions.install(app, sessions.SessionsApi(units, deps, tokens))
    officers.install(app, deps.reader)
    return (hasher.close, office.close) if office else (hasher.close,)


def staff_command(words: Sequence[str]) -> int:
    """Invite an admin (the first one, or one who lost everything), or make accounts for a demonstration. Return the exit code."""
    options = _parser().parse_args(words)
    try:
        settings = StaffSettings()  # from the environment
    except ValidationError as error:
        sys.stderr.write(refused_lines("staff", error))
        return _USAGE
    try:
        options.run(settings, options)
    except AppError as error:
        codes = [problem.code for problem in error.problems] if isinstance(error, BadInput) else []
        said = [f"{code}: {_SENTENCES[code]}" for code in codes] or [str(error)]
        sys.stderr.writelines(f"staff: {each}\n" for each in said)
        return _FAILED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.verification staff",
        description=_ABOUT,
    )
    commands = parser.add_subparsers(required=True)
    inviting = commands.add_parser("invite-admin", help="buat akun yang mengelola akun, atau siapkan lagi")
    inviting.add_argument("login", metavar="NAME", help="nama akun, misalnya sri.admin, atau alamat surel")
    inviting.add_argument("--called", default="", help="nama panggilannya di kantor; tanpa ini nama akunnya")
    inviting.set_defaults(run=_invite)
    demo = commands.add_parser("demo", help="buat akun dengan kata sandi yang diketahui; ditolak bila cookie-nya untuk TLS")
    demo.add_argument(
        "file", type=Path, help="JSON: daftar {login, name, roles, area, court, password, secret, groups (boleh tidak ada: semua)}"
    )
    demo.set_defaults(run=_demo)
    return parser


def _invite(settings: StaffSettings, options: argparse.Namespace) -> None:
    code = asyncio.run(_invite_admin(settings, options.login, options.called or options.login))
    sys.stdout.write(f"Buka {settings.desk_url}/desk/undangan?kode={code}\natau ketik kodenya di sana: {code}\n")
    sys.stdout.write(f"Sekali pakai, dalam {settings.invitation_hours:g} jam.\n")


def _demo(settings: StaffSettings, options: argparse.Namespace) -> None:
    if settings.desk_secure:
        raise Permanent("demo_refused", "akun peragaan hanya untuk http di komputer ini: DESK_SECURE=false")
    asyncio.run(_make_demo(settings, orjson.loads(options.file.read_bytes())))


async def _invite_admin(settings: StaffSettings, login: str, name: str) -> str:
    async with _opened(settings) as (units, deps):
        _, code = await units.run(
            lambda tx: staff.invite_admin(tx, deps, login=login, name=name),
            audit=lambda made: noted(deps, "account.invited", made[0].id, by=SYSTEM, detail={"roles": "admin"}),
        )
    return code


async def _make_demo(settings: StaffSettings, rows: Sequence[dict[str, Any]]) -> None:
    async with _opened(settings) as (units, deps):
        for row in rows:
            sets = {"roles": frozenset(row["roles"]), "area": tuple(row["area"]), "groups": frozenset(row.get("groups", ()))}
            wanted = DemoAccount(**row | sets)
            hashed = await deps.hasher.hash(wanted.password)
            await units.run(lambda tx, wanted=wanted, hashed=hashed: staff.put_demo_account(tx, deps, wanted, hashed))  # type: ignore[misc]


@contextlib.asynccontextmanager
async def _opened(settings: StaffSettings) -> AsyncIterator[tuple[UnitOfWorkRunner[Tx], StaffDeps]]:
    mongo, database = Mongo.connect_command(settings.mongo_url.get_secret_value(), "staff"), settings.mongo_database or SERVICE
    hasher = Argon2Passwords()
    units = units_of(mongo, database)
    try:
        await units.prepare()
        await mongo.prepare(database, INDEXES)
        yield units, staff_deps(settings, mongo, database, hasher)
    finally:
        await hasher.close()
        await mongo.close()


def units_of(mongo: Mongo, database: str) -> UnitOfWorkRunner[Tx]:
    """Return a runner of units of work for a command, which has no relay."""
    registry = RegistryStore(mongo, database)

    def make_tx(work: UnitOfWork) -> Tx:
        return MongoTx(work, registry)

    return UnitOfWorkRunner(mongo=mongo, database=database, service=SERVICE, make_tx=make_tx, clock=clock.now)
