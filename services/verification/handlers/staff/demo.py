"""Accounts for a demonstration: their passwords and second factors are known to whoever started it."""

from __future__ import annotations

from dataclasses import dataclass

from services.verification.domain.staff import account as accounts
from services.verification.domain.staff.account import Posting, StaffAccount
from services.verification.domain.staff.second_factor import SecondFactor
from services.verification.handlers.staff.noting import SYSTEM
from services.verification.ports import Tx
from services.verification.ports.staff import StaffDeps


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account as it is wanted. `secret` is that of the authenticator."""

    login: str
    name: str
    roles: frozenset[str]
    area: tuple[str, ...]
    court: str | None
    password: str
    secret: str
    groups: frozenset[str] = frozenset()


async def put_demo_account(tx: Tx, deps: StaffDeps, wanted: DemoAccount, password_hash: str) -> None:
    """Make the account, ready to sign in; nothing where there is one of that name.

    Raises:
        BadInput: `posting_wrong`.
    """
    if await tx.staff.accounts.find_by_login(wanted.login) is not None:
        return
    posting = Posting(wanted.roles, wanted.area, wanted.court, wanted.groups)
    accounts.check_posting(posting, roles=deps.roles, places=deps.places, courts=deps.courts, groups=deps.groups)
    account = StaffAccount(deps.new_id(), wanted.login, wanted.name, posting, invited_by=SYSTEM, invited_at=deps.clock())
    factor = SecondFactor(wanted.secret)
    tx.staff.accounts.add(accounts.set_up(accounts.begun(account, password_hash, factor), factor, at=deps.clock()))
