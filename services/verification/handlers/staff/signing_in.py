"""Sign in: the password, then the code. A wrong name and a wrong password are told alike, in the same time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.verification.domain.staff import account as accounts
from services.verification.domain.staff import second_factor, session, tries
from services.verification.domain.staff.account import AccountState, StaffAccount
from services.verification.domain.staff.second_factor import digest_of
from services.verification.domain.staff.session import StaffSession
from services.verification.domain.staff.sign_in import CODE_WITHIN, PasswordStep, normal_code
from services.verification.domain.staff.tries import SignInTries
from services.verification.handlers.staff.noting import SYSTEM, noted
from services.verification.ports import Tx
from services.verification.ports.staff import StaffDeps
from shared import logs, metrics
from shared.audit import AuditEntry
from shared.errors import DomainError
from shared.messaging.transaction.runner import UnitOfWorkRunner

STEP_BYTES: Final = 20  # 160 bit: what the browser holds between the two steps
_LONGEST_LOGIN: Final = 200  # characters of a name that are looked at; no account has one so long

_log = logs.get("staff")


class Refusal(StrEnum):
    """Why somebody is not let in."""

    WRONG = "wrong"
    PAUSED = "paused"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class PasswordAnswer:
    """The answer to a name and a password: `step` is what the browser keeps until its code comes; None: `refusal` says why."""

    refusal: Refusal | None
    left: int
    paused_until: datetime | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class CodeAnswer:
    """The answer to a code: the session that begins; None: `refusal` says why."""

    refusal: Refusal | None
    left: int
    paused_until: datetime | None = None
    session: StaffSession | None = None
    recovery_left: int = second_factor.RECOVERY_CODES


def key_of(login: str) -> str:
    """Return the key under which the tries of a name are counted."""
    return hashlib.sha256(login.encode()).hexdigest()


async def check_password(units: UnitOfWorkRunner[Tx], deps: StaffDeps, login: str, password: str) -> PasswordAnswer:
    """Check the first step. Counts a try before it looks at the password, and gives it back where that is right.

    Raises:
        Transient: `busy`: too many passwords are being checked.
    """
    login = login.strip().lower()[:_LONGEST_LOGIN]
    key = key_of(login)
    taken, account = await units.run(lambda tx: _take(tx, deps, key, login))
    if not isinstance(taken, SignInTries):
        return PasswordAnswer(Refusal.PAUSED, 0, taken)
    known = account.password_hash if account is not None and account.state in (AccountState.ACTIVE, AccountState.LOCKED) else None
    if not await deps.hasher.matches(password, known):
        await _tell_pause(units, deps, taken, account)
        return PasswordAnswer(Refusal.WRONG, _left(taken), taken.paused_until)
    if account is None or not account.may_sign_in:
        await units.run(lambda tx: _give_back(tx, key))
        return PasswordAnswer(Refusal.LOCKED, 0)
    step = deps.new_code(STEP_BYTES)
    await units.run(lambda tx: _await_code(tx, deps, key, account.id, step))
    return PasswordAnswer(None, _left(taken), step=step)


async def waiting_account(tx: Tx, deps: StaffDeps, step: str) -> StaffAccount:
    """Return whose code is awaited.

    Raises:
        DomainError: `sign_in_over`.
    """
    found = await tx.staff.sign_ins.find_step(digest_of(step))
    if found is None or deps.clock() >= found.expires_at:
        raise DomainError("sign_in_over", "The password must be given again.")
    return await tx.staff.accounts.get(found.account_id)


async def check_code(
    units: UnitOfWorkRunner[Tx], deps: StaffDeps, step: str, code: str, *, recovery: bool = False, device: str = ""
) -> CodeAnswer:
    """Check the second step, and begin a session. A code is taken once.

    Raises:
        DomainError: `sign_in_over`.
    """

    def note(answer: CodeAnswer) -> AuditEntry | None:
        found = answer.session
        if found is None:
            return None
        detail = {"second_factor": "recovery_code" if recovery else "totp"}
        return noted(deps, "session.begun", found.account_id, by=found.account_id, by_name=found.name, detail=detail)

    async def check(tx: Tx) -> tuple[CodeAnswer, SignInTries | None, StaffAccount]:
        account = await waiting_account(tx, deps, step)
        found = await tx.staff.sign_ins.find_step(digest_of(step))
        assert found is not None  # noqa: S101 - `waiting_account` has refused it otherwise
        before = await tx.staff.sign_ins.tries(found.key)
        at = deps.clock()
        taken = tries.taken(before, at=at, first_pause=deps.first_pause)
        if taken is None:
            return CodeAnswer(Refusal.PAUSED, 0, before.paused_until), None, account
        if not account.may_sign_in or account.factor is None:
            return CodeAnswer(Refusal.LOCKED, 0), None, account
        digits = normal_code(code)
        factor = second_factor.recovered(account.factor, digits) if recovery else second_factor.accepted(account.factor, digits, at=at)
        if factor is None:
            tx.staff.sign_ins.put_tries(taken)
            return CodeAnswer(Refusal.WRONG, _left(taken), taken.paused_until), taken, account
        tx.staff.sign_ins.put_tries(SignInTries(found.key, last_at=at))
        tx.staff.sign_ins.end_step(found)
        begun = _begin(tx, deps, accounts.signed_in(account, factor, at=at), at, device)
        return CodeAnswer(None, tries.TRIES, session=begun, recovery_left=len(factor.recovery)), None, account

    answer, wrong, account = await units.run(check, audit=lambda found: note(found[0]))
    if wrong is not None:
        await _tell_pause(units, deps, wrong, account)
    return answer


async def sign_in_from_office(tx: Tx, deps: StaffDeps, login: str, *, device: str = "") -> StaffSession:
    """Begin a session for somebody whom the regency's own sign-in (OIDC) knows under this name, which has its own second factor.

    Raises:
        DomainError: `account_unknown`: no account of that name is open here.
    """
    account = await tx.staff.accounts.find_by_login(login.strip().lower())
    if account is None or account.state not in (AccountState.ACTIVE, AccountState.INVITED):
        raise DomainError("account_unknown", "No account of this name is open.")
    at = deps.clock()
    return _begin(tx, deps, accounts.came_from_office(account, at=at), at, device)


def _begin(tx: Tx, deps: StaffDeps, account: StaffAccount, at: datetime, device: str) -> StaffSession:
    tx.staff.accounts.save(account)
    begun = session.begin(deps.new_code(session.ID_BYTES), account, at=at, limits=deps.limits, device=device)
    tx.staff.sessions.add(begun)
    return begun


async def _take(tx: Tx, deps: StaffDeps, key: str, login: str) -> tuple[SignInTries | datetime | None, StaffAccount | None]:
    """Take a try and find the account, or say until when there is a pause."""
    before = await tx.staff.sign_ins.tries(key)
    taken = tries.taken(before, at=deps.clock(), first_pause=deps.first_pause)
    if taken is None:
        return before.paused_until, None
    tx.staff.sign_ins.put_tries(taken)
    return taken, await tx.staff.accounts.find_by_login(login)


async def _give_back(tx: Tx, key: str) -> None:
    tx.staff.sign_ins.put_tries(tries.given_back(await tx.staff.sign_ins.tries(key)))


async def _await_code(tx: Tx, deps: StaffDeps, key: str, account_id: str, step: str) -> None:
    await _give_back(tx, key)
    tx.staff.sign_ins.add_step(PasswordStep(digest_of(step), account_id, key, deps.clock() + CODE_WITHIN))


def _left(taken: SignInTries) -> int:
    """Return how many wrong tries remain; none where this one began a pause."""
    return 0 if taken.paused_until is not None else taken.left


async def _tell_pause(units: UnitOfWorkRunner[Tx], deps: StaffDeps, taken: SignInTries, account: StaffAccount | None) -> None:
    """Tell the admins that a name is paused: on the page about staff, in the log and as a number."""
    if taken.paused_until is None:
        return
    metrics.SIGN_INS_PAUSED.labels(known=str(account is not None).lower()).inc()
    _log.warning("sign_in.paused", account_id=account.id if account else None, wrong=taken.wrong, until=taken.paused_until)
    if account is not None:
        detail = {"wrong": str(taken.wrong), "until": taken.paused_until.isoformat()}
        await units.note(noted(deps, "account.paused", account.id, by=SYSTEM, detail=detail))
