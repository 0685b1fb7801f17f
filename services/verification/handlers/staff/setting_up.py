"""Set an account up with an invitation: a password, then a second factor, which a code confirms."""

from __future__ import annotations

from services.verification.domain.staff import account as accounts
from services.verification.domain.staff import password as passwords
from services.verification.domain.staff import second_factor, session
from services.verification.domain.staff.account import StaffAccount
from services.verification.domain.staff.second_factor import SecondFactor, digest_of, grouped
from services.verification.domain.staff.session import StaffSession
from services.verification.domain.staff.sign_in import normal_code
from services.verification.handlers.staff.noting import noted
from services.verification.ports import Tx
from services.verification.ports.staff import StaffDeps
from shared.errors import BadInput, DomainError, FieldProblem
from shared.messaging.transaction.runner import UnitOfWorkRunner


async def find_invited(tx: Tx, deps: StaffDeps, code: str) -> StaffAccount:
    """Return the account that this invitation sets up.

    Raises:
        DomainError: `invitation_unknown`: there is none, it was used, or its time is over.
    """
    account = await tx.staff.accounts.find_by_invitation(digest_of(code))
    if account is None or not accounts.is_open(account, code, at=deps.clock()):
        raise DomainError("invitation_unknown", "This invitation is not known, was used or has expired.")
    return account


def check_new_password(account: StaffAccount, password: str, again: str) -> None:
    """Check a new password that was typed twice.

    Raises:
        BadInput: `password_refused`, with the field's problem.
    """
    code = passwords.problem(password, login=account.login, name=account.name)
    if code is not None:
        raise BadInput("password_refused", problems=[FieldProblem("password", code)])
    if password != again:
        raise BadInput("password_refused", problems=[FieldProblem("again", "password_differs")])


async def choose_password(units: UnitOfWorkRunner[Tx], deps: StaffDeps, code: str, password: str, again: str) -> StaffAccount:
    """Keep a first password and make a second factor; return the account with that as `pending`. May be done again.

    Raises:
        DomainError: `invitation_unknown`.
        BadInput: `password_refused`.
        Transient: `busy`.
    """
    check_new_password(await units.run(lambda tx: find_invited(tx, deps, code)), password, again)
    hashed = await deps.hasher.hash(password)

    async def keep(tx: Tx) -> StaffAccount:
        account = accounts.begun(await find_invited(tx, deps, code), hashed, SecondFactor(deps.new_code(second_factor.SECRET_BYTES)))
        tx.staff.accounts.save(account)
        return account

    return await units.run(keep)


async def confirm_factor(
    units: UnitOfWorkRunner[Tx], deps: StaffDeps, invitation: str, code: str, *, device: str = ""
) -> tuple[StaffSession, tuple[str, ...]]:
    """Open the account with a code of the new second factor, and begin a session; return it and the recovery codes, shown only now.

    Raises:
        DomainError: `invitation_unknown`, or `factor_not_begun`: there is no password yet.
        BadInput: `code_wrong`.
    """
    codes = tuple(grouped(deps.new_code(second_factor.RECOVERY_BYTES)) for _ in range(second_factor.RECOVERY_CODES))

    async def confirm(tx: Tx) -> StaffSession:
        account, at = await find_invited(tx, deps, invitation), deps.clock()
        if account.pending is None:
            raise DomainError("factor_not_begun", "The password comes first.")
        factor = second_factor.accepted(account.pending, normal_code(code), at=at)
        if factor is None:
            raise BadInput("code_wrong", problems=[FieldProblem("code", "code_wrong")])
        opened = accounts.set_up(account, second_factor.with_recovery(factor, codes), at=at)
        tx.staff.accounts.save(opened)
        begun = session.begin(deps.new_code(session.ID_BYTES), opened, at=at, limits=deps.limits, device=device)
        tx.staff.sessions.add(begun)
        return begun

    begun = await units.run(
        confirm, audit=lambda found: noted(deps, "account.set_up", found.account_id, by=found.account_id, by_name=found.name)
    )
    return begun, codes
