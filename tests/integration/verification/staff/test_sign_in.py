"""Sign in over a real database: codes once, tries counted, pauses told, sessions ended by whatever changes an account."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from services.verification.domain.staff.account import AccountState, Posting
from services.verification.handlers import staff
from services.verification.handlers.staff import Refusal
from services.verification.handlers.staff.signing_in import key_of
from services.verification.ports import Tx
from services.verification.ports.staff import StaffQuery
from shared import metrics
from shared.errors import BadInput, DomainError
from tests.integration.verification.staff.conftest import PASSWORD, StaffOffice
from tests.support.metrics import count_of

ADMIN = "admin-1"


async def test_from_an_invitation_to_a_session(office: StaffOffice) -> None:
    account, session, codes = await office.opened()
    assert (account.state, account.may_sign_in, len(codes)) == (AccountState.ACTIVE, True, 10)
    assert await office.renewed(session) is not None
    assert (await office.sign_in(account)).account_id == account.id
    acts = [row["act"] for row in await office.rows("audit")]
    assert acts == ["account.set_up", "session.begun"]


async def test_an_invitation_opens_an_account_once(office: StaffOffice) -> None:
    _, invitation = await office.invite()
    begun = await staff.choose_password(office.units, office.deps, invitation, PASSWORD, PASSWORD)
    await staff.confirm_factor(office.units, office.deps, invitation.lower().replace("-", " "), office.code(begun))
    with pytest.raises(DomainError, match="invitation_unknown"):
        await staff.choose_password(office.units, office.deps, invitation, PASSWORD, PASSWORD)


async def test_an_invitation_expires(office: StaffOffice) -> None:
    _, invitation = await office.invite()
    office.clock.forward(hours=72)
    with pytest.raises(DomainError, match="invitation_unknown"):
        await office.units.run(lambda tx: staff.find_invited(tx, office.deps, invitation))


async def test_a_code_opens_one_session_however_many_ask_at_once(office: StaffOffice) -> None:
    account, *_ = await office.opened()
    steps = [await office.step() for _ in range(4)]
    code = office.code(account)
    answers = await asyncio.gather(*(staff.check_code(office.units, office.deps, step, code) for step in steps), return_exceptions=True)
    assert sum(getattr(answer, "session", None) is not None for answer in answers) == 1, answers


async def test_a_recovery_code_is_used_up(office: StaffOffice) -> None:
    _, _, codes = await office.opened()
    first = await staff.check_code(office.units, office.deps, await office.step(), codes[0], recovery=True)
    assert (first.session is not None, first.recovery_left) == (True, 9)
    again = await staff.check_code(office.units, office.deps, await office.step(), codes[0], recovery=True)
    assert (again.refusal, again.left) == (Refusal.WRONG, 4)


async def test_a_step_ends_with_its_code_and_its_time(office: StaffOffice) -> None:
    account, *_ = await office.opened()
    step = await office.step()
    office.clock.forward(minutes=10)
    with pytest.raises(DomainError, match="sign_in_over"):
        await staff.check_code(office.units, office.deps, step, office.code(account))
    step = await office.step()
    await staff.check_code(office.units, office.deps, step, office.code(account))
    office.clock.forward(seconds=60)
    with pytest.raises(DomainError, match="sign_in_over"):
        await staff.check_code(office.units, office.deps, step, office.code(account))


@pytest.mark.parametrize("login", ["rina", "nobody.at.all"])
async def test_who_guesses_is_told_the_same_whether_there_is_such_an_account(office: StaffOffice, login: str) -> None:
    await office.opened()
    before = count_of(metrics.SIGN_INS_PAUSED, str(login == "rina").lower())
    answers = [await staff.check_password(office.units, office.deps, login, "wrong password") for _ in range(6)]
    assert [answer.refusal for answer in answers] == [Refusal.WRONG] * 5 + [Refusal.PAUSED]
    assert [answer.left for answer in answers] == [4, 3, 2, 1, 0, 0]
    until = office.clock() + office.deps.first_pause
    assert [answer.paused_until for answer in answers] == [None] * 4 + [until, until]
    assert count_of(metrics.SIGN_INS_PAUSED, str(login == "rina").lower()) == before + 1


async def test_a_pause_is_told_to_the_admins_and_grows(office: StaffOffice) -> None:
    account, *_ = await office.opened()
    for minutes in (15, 30):
        for _ in range(5):
            answer = await staff.check_password(office.units, office.deps, "rina", "wrong password")
        assert answer.paused_until == office.clock() + minutes * (office.deps.first_pause / 15)
        paused = await office.deps.reader.paused([key_of("rina")], at=office.clock())
        assert paused == {key_of("rina"): answer.paused_until}
        assert (await staff.check_password(office.units, office.deps, "rina", PASSWORD)).refusal is Refusal.PAUSED
        office.clock.forward(minutes=minutes)
    rows = [row for row in await office.rows("audit") if row["act"] == "account.paused"]
    assert [row["about"] for row in rows] == [f"staff/{account.id}"] * 2
    await office.sign_in(account)
    assert (await staff.check_password(office.units, office.deps, "rina", "wrong password")).left == 4


async def test_wrong_codes_count_with_wrong_passwords(office: StaffOffice) -> None:
    await office.opened()
    step = await office.step()
    answers = [await staff.check_code(office.units, office.deps, step, "000000x") for _ in range(3)]
    assert [answer.left for answer in answers] == [4, 3, 2]
    assert (await staff.check_password(office.units, office.deps, "rina", "wrong password")).left == 1
    last = await staff.check_code(office.units, office.deps, step, "000000x")
    assert last.paused_until is not None
    assert (await staff.check_code(office.units, office.deps, step, "000000x")).refusal is Refusal.PAUSED


async def test_fifty_guesses_at_once_are_at_most_five(office: StaffOffice) -> None:
    await office.opened()
    guesses = [staff.check_password(office.units, office.deps, "rina", f"guess number {number}") for number in range(30)]
    answers = await asyncio.gather(*guesses, return_exceptions=True)
    looked_at = [answer for answer in answers if getattr(answer, "refusal", None) is Refusal.WRONG]
    assert len(looked_at) <= 5
    [tries] = await office.rows("sign_in_tries")
    assert tries["wrong"] <= 5


async def test_a_locked_account_is_told_to_whom_knows_its_password_alone(office: StaffOffice) -> None:
    account, *_ = await office.opened()
    await office.units.run(lambda tx: staff.lock_account(tx, office.deps, account.id, by=ADMIN))
    assert (await staff.check_password(office.units, office.deps, "rina", "wrong password")).refusal is Refusal.WRONG
    assert (await staff.check_password(office.units, office.deps, "rina", PASSWORD)).refusal is Refusal.LOCKED
    await office.units.run(lambda tx: staff.unlock_account(tx, office.deps, account.id, by=ADMIN))
    await office.sign_in(account)


ACTS: dict[str, Callable[[StaffOffice, Tx, str], Awaitable[Any]]] = {
    "locked": lambda office, tx, account: staff.lock_account(tx, office.deps, account, by=ADMIN),
    "left": lambda office, tx, account: staff.close_account(tx, office.deps, account, by=ADMIN),
    "invited anew": lambda office, tx, account: staff.reset_account(tx, office.deps, account, by=ADMIN),
    "another role": lambda office, tx, account: staff.change_account(
        tx, office.deps, account, by=ADMIN, name="Rina", posting=Posting(frozenset({"operator"}))
    ),
    "sessions ended": lambda office, tx, account: staff.end_sessions(tx, office.deps, account),
}


@pytest.mark.parametrize("name", ACTS)
async def test_what_changes_an_account_ends_its_sessions_at_once(office: StaffOffice, name: str) -> None:
    account, session, _ = await office.opened()
    await office.units.run(lambda tx: ACTS[name](office, tx, account.id))
    assert await office.renewed(session) is None
    assert await office.deps.reader.sessions(account.id, at=office.clock()) == []


async def test_a_session_that_begins_while_the_account_is_locked_does_not_live(office: StaffOffice) -> None:
    """Whichever commits first: there is no session of a locked account."""
    account, *_ = await office.opened()
    for _ in range(5):
        step = await office.step()
        answers = await asyncio.gather(
            staff.check_code(office.units, office.deps, step, office.code(account)),
            office.units.run(lambda tx: staff.lock_account(tx, office.deps, account.id, by=ADMIN)),
        )
        session = answers[0].session
        assert session is None or await office.renewed(session) is None
        await office.units.run(lambda tx: staff.unlock_account(tx, office.deps, account.id, by=ADMIN))
        office.clock.forward(seconds=60)


async def test_a_session_ends_when_nobody_uses_it_and_at_the_latest(office: StaffOffice) -> None:
    _, session, _ = await office.opened()
    office.clock.forward(minutes=58)
    assert await office.renewed(session) is not None
    office.clock.forward(minutes=60)
    assert await office.renewed(session) is None
    account = await office.account(session.account_id)
    fresh = await office.sign_in(account)
    for _ in range(13):
        office.clock.forward(minutes=55)
        assert await office.renewed(fresh) is not None
    office.clock.forward(minutes=10)
    assert await office.renewed(fresh) is None


async def test_a_new_password_ends_the_other_sessions(office: StaffOffice) -> None:
    account, session, _ = await office.opened()
    here = await office.sign_in(account)
    new = "empat sapi merah di ladang"
    refused = await staff.change_password(office.units, office.deps, account, here.id, "wrong password", new, new)
    assert refused is not None
    assert refused.left == 4
    with pytest.raises(BadInput, match="password_refused"):
        await staff.change_password(office.units, office.deps, account, here.id, PASSWORD, new, new + "x")
    assert await staff.change_password(office.units, office.deps, account, here.id, PASSWORD, new, new) is None
    assert await office.renewed(session) is None
    assert await office.renewed(here) is not None
    await office.step("rina", new)


async def test_nobody_does_to_their_own_account_what_another_admin_must(office: StaffOffice) -> None:
    account, *_ = await office.opened("sri", Posting(frozenset({"admin"})))
    for act in (staff.lock_account, staff.close_account, staff.reset_account):
        with pytest.raises(DomainError, match="own_account"):
            await office.units.run(lambda tx, act=act: act(tx, office.deps, account.id, by=account.id))  # type: ignore[misc]


async def test_a_name_is_given_once_even_when_two_admins_invite_at_once(office: StaffOffice) -> None:
    answers = await asyncio.gather(*(office.invite("budi") for _ in range(4)), return_exceptions=True)
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert {type(answer) for answer in answers if isinstance(answer, Exception)} == {BadInput}
    with pytest.raises(BadInput, match="login_taken"):
        await office.invite("BUDI ")


async def test_the_list_is_paged_searched_and_counted(office: StaffOffice) -> None:
    for login in ("ani", "budi", "citra", "dewi", "eko.budiman"):
        await office.invite(login)
    query = staff_query()
    seen: list[str] = []
    while True:
        page = await office.deps.reader.page(query)
        seen += [account.login for account in page.accounts]
        if page.next is None:
            break
        query = replace(query, after=page.next)
    assert seen == ["ani", "budi", "citra", "dewi", "eko.budiman"]
    found = await office.deps.reader.page(replace(staff_query(), text="bud wid"))
    assert [account.login for account in found.accounts] == ["budi", "eko.budiman"]
    assert await office.deps.reader.counts() == {"invited": 5}
    with pytest.raises(BadInput, match="cursor_malformed"):
        await office.deps.reader.page(replace(staff_query(), after="x"))


def staff_query() -> StaffQuery:
    return StaffQuery(limit=2)


async def test_the_regencys_sign_in_opens_accounts_that_are_here(office: StaffOffice) -> None:
    account, _ = await office.invite("rina")
    session = await office.units.run(lambda tx: staff.sign_in_from_office(tx, office.deps, "Rina"))
    assert session.account_id == account.id
    assert (await office.account(account.id)).state is AccountState.ACTIVE
    await office.units.run(lambda tx: staff.lock_account(tx, office.deps, account.id, by=ADMIN))
    for login in ("rina", "stranger"):
        with pytest.raises(DomainError, match="account_unknown"):
            await office.units.run(lambda tx, login=login: staff.sign_in_from_office(tx, office.deps, login))  # type: ignore[misc]
