"""Accounts over a real database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher
from pyotp import TOTP

from services.verification import desk as verification_desk
from services.verification.adapters.passwords import Argon2Passwords
from services.verification.adapters.session_keys import SessionSigningKeys
from services.verification.api import sessions
from services.verification.desk import accounts
from services.verification.desk.room import StaffRoom
from services.verification.desk.tokens import SessionTokens
from services.verification.domain.staff.account import Posting, StaffAccount
from services.verification.domain.staff.session import SessionLimits, StaffSession
from services.verification.handlers import staff
from services.verification.ports import Tx
from services.verification.ports.staff import OfficeAccounts, StaffDeps
from services.verification.settings import Settings
from services.verification.store import INDEXES, MongoStaffReader, MongoTx, RegistryStore
from shared.health import Health
from shared.ids import new_code, new_id
from shared.messaging.transaction.runner import UnitOfWork, UnitOfWorkRunner
from shared.mongo import Doc, Mongo
from shared.reference.catalogue import catalogue
from shared.reference.courts import courts
from shared.reference.regions import districts, villages
from shared.reference.roles import roles
from shared.web import create_app
from shared.web.desk import Pages, audit, shell
from tests.integration.verification.staff.visitor import Visitor
from tests.support.families import NOW
from tests.support.harness import Clock

PASSWORD = "tiga kuda biru di sawah"
VERIFIER = Posting(frozenset({"verifier"}))


@dataclass
class StaffOffice:
    """Accounts, and the phone of each."""

    mongo: Mongo
    database: str
    clock: Clock
    deps: StaffDeps
    units: UnitOfWorkRunner[Tx]

    async def invite(self, login: str = "rina", posting: Posting = VERIFIER) -> tuple[StaffAccount, str]:
        name = f"{login.title()} Widya"
        return await self.units.run(lambda tx: staff.invite_account(tx, self.deps, by="system", login=login, name=name, posting=posting))

    async def opened(self, login: str = "rina", posting: Posting = VERIFIER) -> tuple[StaffAccount, StaffSession, tuple[str, ...]]:
        """An account that was set up, with its session and recovery codes."""
        _, invitation = await self.invite(login, posting)
        begun = await staff.choose_password(self.units, self.deps, invitation, PASSWORD, PASSWORD)
        session, codes = await staff.confirm_factor(self.units, self.deps, invitation, self.code(begun), device="Firefox di Linux")
        self.clock.forward(seconds=60)
        return await self.account(begun.id), session, codes

    async def account(self, account_id: str) -> StaffAccount:
        return await self.units.run(lambda tx: tx.staff.accounts.get(account_id))

    def code(self, account: StaffAccount) -> str:
        """What the phone shows now."""
        factor = account.factor or account.pending
        assert factor is not None
        return TOTP(factor.secret).at(self.clock())

    async def step(self, login: str = "rina", password: str = PASSWORD) -> str:
        """The first step, done right."""
        answer = await staff.check_password(self.units, self.deps, login, password)
        assert answer.step is not None, answer
        return answer.step

    async def sign_in(self, account: StaffAccount) -> StaffSession:
        self.clock.forward(seconds=60)
        answer = await staff.check_code(self.units, self.deps, await self.step(account.login), self.code(account))
        assert answer.session is not None, answer
        return answer.session

    async def renewed(self, session: StaffSession) -> StaffSession | None:
        return await self.deps.reader.renew(session.id, at=self.clock(), idle=self.deps.limits.idle)

    async def rows(self, collection: str) -> list[Doc]:
        found: list[Doc] = await self.mongo.collection(self.database, collection).find({}).sort("_id", 1).to_list(None)
        return found


def runner(mongo: Mongo, database: str, clock: Clock) -> UnitOfWorkRunner[Tx]:
    """Units of work as another process has them."""
    registry = RegistryStore(mongo, database)

    def make_tx(work: UnitOfWork) -> Tx:
        return MongoTx(work, registry)

    return UnitOfWorkRunner(mongo=mongo, database=database, service="verification", make_tx=make_tx, clock=clock)


@pytest.fixture
async def office(mongo_url: str, database: str) -> AsyncIterator[StaffOffice]:
    mongo, clock = Mongo.connect(mongo_url), Clock(NOW)
    hasher = Argon2Passwords(Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1))
    deps = StaffDeps(
        clock=clock,
        new_id=new_id,
        new_code=new_code,
        hasher=hasher,
        reader=MongoStaffReader(mongo, database),
        limits=SessionLimits(token=timedelta(minutes=15), idle=timedelta(minutes=60), longest=timedelta(hours=12)),
        first_pause=timedelta(minutes=15),
        invitation_lasts=timedelta(hours=72),
        roles=frozenset(roles()),
        places=frozenset(villages()) | frozenset(districts()),
        courts=frozenset(court.code for court in courts().values()),
        groups=frozenset(service.group for service in catalogue().services.values()),
    )
    units = runner(mongo, database, clock)
    await units.prepare()
    await mongo.prepare(database, INDEXES)
    yield StaffOffice(mongo, database, clock, deps, units)
    await hasher.close()
    await mongo.close()


class Desk:
    """The pages over accounts, and people in front of them."""

    def __init__(self, office: StaffOffice, app: FastAPI, tokens: SessionTokens) -> None:
        self.office = office
        self.app = app
        self.tokens = tokens

    def visitor(self) -> Visitor:
        return Visitor(self.app)

    async def signed_in(self, login: str, *roles_of: str, area: tuple[str, ...] = ()) -> tuple[Visitor, StaffAccount]:
        """Somebody with these roles, signed in by the forms."""
        account, *_ = await self.office.opened(login, Posting(frozenset(roles_of), area))
        visitor = self.visitor()
        await self.sign_in(visitor, account)
        return visitor, account

    async def sign_in(self, visitor: Visitor, account: StaffAccount, *, to: str = "/desk/akun") -> None:
        self.office.clock.forward(seconds=60)
        await visitor.get(f"/desk/masuk?next={to}")
        first = await visitor.send("/desk/masuk", akun=account.login, sandi=PASSWORD, next=to)
        assert first.status_code == 303, first.text
        await visitor.get(first.headers["location"])
        last = await visitor.send("/desk/masuk/kode", kode=self.office.code(account), next=to)
        assert (last.status_code, last.headers["location"]) == (303, to), last.text


@pytest.fixture
def desk(office: StaffOffice) -> Desk:
    return desk_of(office, None)


def desk_of(office: StaffOffice, regency: OfficeAccounts | None) -> Desk:
    """The pages; `regency`: its own sign-in."""
    settings = Settings.model_validate({"amqp_url": "amqp://unused", "mongo_url": "mongodb://unused", "desk_secure": False})
    keys, health = SessionSigningKeys.read(""), Health()
    app = create_app(settings, health, title="test", public=accounts.PUBLIC | sessions.PUBLIC)
    tokens = SessionTokens(keys.signing.key, keys.signing.key_id, office.deps.limits)
    room = StaffRoom(office.units, office.deps, tokens, Pages(verification_desk.TEMPLATES), "loket 2", regency)
    shell.install(app, settings, health, keys.read_public, verification_desk.TEMPLATES, office.clock)
    audit.install(app, office.units.audit, office.units.note, room.pages, "verifikasi", is_first=True)
    accounts.install(app, room, keys.read_public)
    sessions.install(app, sessions.SessionsApi(office.units, office.deps, tokens))
    return Desk(office, app, tokens)
