"""What somebody changes at their own account."""

from __future__ import annotations

from dataclasses import replace

from services.verification.domain.staff import second_factor
from services.verification.domain.staff.account import StaffAccount
from services.verification.domain.staff.second_factor import grouped
from services.verification.handlers.staff.noting import noted
from services.verification.handlers.staff.setting_up import check_new_password
from services.verification.handlers.staff.signing_in import PasswordAnswer, check_password
from services.verification.ports import Tx
from services.verification.ports.staff import StaffDeps
from shared.messaging.transaction.runner import UnitOfWorkRunner


async def change_password(
    units: UnitOfWorkRunner[Tx], deps: StaffDeps, account: StaffAccount, session_id: str, old: str, new: str, again: str
) -> PasswordAnswer | None:
    """Change one's own password; all other sessions end. The old one counts as a try: return what was wrong with it, None: it is changed.

    Raises:
        BadInput: `password_refused`.
        Transient: `busy`.
    """
    check_new_password(account, new, again)
    answer = await check_password(units, deps, account.login, old)
    if answer.refusal is not None:
        return answer
    hashed = await deps.hasher.hash(new)

    async def change(tx: Tx) -> None:
        present = await tx.staff.accounts.get(account.id)
        tx.staff.accounts.save(replace(present, password_hash=hashed))
        tx.staff.sessions.end(account.id, at=deps.clock(), but=session_id)

    await units.run(change, audit=lambda _: noted(deps, "account.password_changed", account.id, by=account.id, by_name=account.name))
    return None


async def renew_recovery(tx: Tx, deps: StaffDeps, account_id: str) -> tuple[str, ...]:
    """Make new recovery codes and return them, shown only now; the earlier ones end."""
    account = await tx.staff.accounts.get(account_id)
    codes = tuple(grouped(deps.new_code(second_factor.RECOVERY_BYTES)) for _ in range(second_factor.RECOVERY_CODES))
    if account.factor is not None:
        tx.staff.accounts.save(replace(account, factor=second_factor.with_recovery(account.factor, codes)))
    return codes
