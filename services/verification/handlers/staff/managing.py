"""What an admin does to accounts. Whatever changes what somebody may do ends their sessions: their browser renews nothing any more."""

from __future__ import annotations

from typing import Final

from services.verification.domain.staff import account as accounts
from services.verification.domain.staff.account import Posting, StaffAccount
from services.verification.domain.staff.second_factor import grouped
from services.verification.domain.staff.tries import SignInTries
from services.verification.handlers.staff.noting import SYSTEM
from services.verification.handlers.staff.signing_in import key_of
from services.verification.ports import Tx
from services.verification.ports.staff import StaffDeps
from shared.errors import BadInput, DomainError, FieldProblem

_ADMIN: Final = "admin"
_INVITATION_BYTES: Final = 15  # 120 bit in six groups of four: can't be guessed, can be typed


async def invite_account(tx: Tx, deps: StaffDeps, *, by: str, login: str, name: str, posting: Posting) -> tuple[StaffAccount, str]:
    """Make an account that waits to be set up; return it and its invitation, which is shown only now.

    Raises:
        BadInput: `login_malformed`, `name_malformed`, `login_taken` or `posting_wrong`.
    """
    login, name = accounts.read_login(login), accounts.read_name(name)
    accounts.check_posting(posting, roles=deps.roles, places=deps.places, courts=deps.courts, groups=deps.groups)
    if await tx.staff.accounts.find_by_login(login) is not None:
        raise BadInput("login_taken", problems=[FieldProblem("login", "login_taken")])
    code, at = deps.new_code(_INVITATION_BYTES), deps.clock()
    account = StaffAccount(deps.new_id(), login, name, posting, invited_by=by, invited_at=at)
    account = accounts.invited(account, code, at=at, lasts=deps.invitation_lasts)
    tx.staff.accounts.add(account)
    return account, grouped(code)


async def invite_admin(tx: Tx, deps: StaffDeps, *, login: str, name: str) -> tuple[StaffAccount, str]:
    """Invite an admin by command: the first one, or one whose password and phone are gone while there is no other.

    Raises:
        BadInput: `login_malformed`, `name_malformed`, or `login_taken`: by somebody who is no admin.
    """
    known = await tx.staff.accounts.find_by_login(accounts.read_login(login))
    if known is not None and _ADMIN in known.posting.roles:
        return await reset_account(tx, deps, known.id, by=SYSTEM)
    return await invite_account(tx, deps, by=SYSTEM, login=login, name=name, posting=Posting(frozenset({_ADMIN})))


async def change_account(tx: Tx, deps: StaffDeps, account_id: str, *, by: str, name: str, posting: Posting) -> StaffAccount:
    """Change how somebody is called, what they may do and where.

    Raises:
        NotFound: `staff_not_found`.
        BadInput: `name_malformed` or `posting_wrong`.
        DomainError: `own_account` or `account_left`.
    """
    account = await _of_somebody_else(tx, account_id, by)
    accounts.check_posting(posting, roles=deps.roles, places=deps.places, courts=deps.courts, groups=deps.groups)
    changed = accounts.posted(account, posting, accounts.read_name(name))
    if changed != account:
        _save(tx, deps, changed)
    return changed


async def lock_account(tx: Tx, deps: StaffDeps, account_id: str, *, by: str) -> StaffAccount:
    """Lock an account.

    Raises:
        NotFound: `staff_not_found`.
        DomainError: `own_account`, `account_left` or `account_not_active`.
    """
    account = accounts.locked(await _of_somebody_else(tx, account_id, by))
    _save(tx, deps, account)
    return account


async def unlock_account(tx: Tx, deps: StaffDeps, account_id: str, *, by: str) -> StaffAccount:
    """Open a locked account.

    Raises:
        NotFound: `staff_not_found`.
        DomainError: `own_account` or `account_not_locked`.
    """
    account = accounts.unlocked(await _of_somebody_else(tx, account_id, by))
    _save(tx, deps, account)
    return account


async def reset_account(tx: Tx, deps: StaffDeps, account_id: str, *, by: str) -> tuple[StaffAccount, str]:
    """Take away password and second factor and invite anew: for a forgotten password, or a lost phone. Return account and invitation.

    Raises:
        NotFound: `staff_not_found`.
        DomainError: `own_account` or `account_left`.
    """
    account = await _of_somebody_else(tx, account_id, by)
    code = deps.new_code(_INVITATION_BYTES)
    account = accounts.invited(account, code, at=deps.clock(), lasts=deps.invitation_lasts)
    _save(tx, deps, account)
    await end_pause(tx, deps, account)
    return account, grouped(code)


async def close_account(tx: Tx, deps: StaffDeps, account_id: str, *, by: str) -> StaffAccount:
    """Close the account of somebody who left.

    Raises:
        NotFound: `staff_not_found`.
        DomainError: `own_account`.
    """
    account = accounts.left(await _of_somebody_else(tx, account_id, by))
    _save(tx, deps, account)
    return account


async def end_pause(tx: Tx, deps: StaffDeps, account: StaffAccount) -> None:
    """Forget the wrong tries under an account's name."""
    await tx.staff.sign_ins.tries(key_of(account.login))
    tx.staff.sign_ins.put_tries(SignInTries(key_of(account.login), last_at=deps.clock()))


async def end_sessions(tx: Tx, deps: StaffDeps, account_id: str, *, only: str | None = None) -> None:
    """End all sessions of an account, or one."""
    tx.staff.sessions.end(account_id, at=deps.clock(), only=only)


def _save(tx: Tx, deps: StaffDeps, account: StaffAccount) -> None:
    tx.staff.accounts.save(account)
    tx.staff.sessions.end(account.id, at=deps.clock())


async def _of_somebody_else(tx: Tx, account_id: str, by: str) -> StaffAccount:
    if account_id == by:
        raise DomainError("own_account", "Another admin must do that.")
    return await tx.staff.accounts.get(account_id)
