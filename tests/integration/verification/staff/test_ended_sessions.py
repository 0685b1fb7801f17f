"""A session that was ended opens nothing at verification from that moment on, however new its token is."""

from typing import Any

import pytest

from services.verification.handlers import staff
from shared.web.desk.forms import FIELD, form_token
from tests.integration.verification.staff.conftest import PASSWORD, Desk
from tests.support.harness import http_of

ENDS = ["lock_account", "close_account"]


@pytest.mark.parametrize("end", ENDS)
async def test_an_admin_who_was_locked_a_moment_ago_makes_no_account(desk: Desk, end: str) -> None:
    admin, account = await desk.signed_in("sri", "admin")
    await admin.get("/desk/petugas/undang")
    await desk.office.units.run(lambda tx: getattr(staff, end)(tx, desk.office.deps, account.id, by="other"))
    answer = await admin.send("/desk/petugas/undang", akun="diri.lagi", nama="Diri Lagi", peran="admin")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/desk/masuk?next=")
    assert [row["personal"]["login"] for row in await desk.office.rows("staff")] == ["sri"]
    assert (await admin.get("/desk/petugas/jumlah")).status_code == 303


async def test_a_copy_of_the_cookie_is_worth_nothing_after_the_sign_out(desk: Desk) -> None:
    rina, _ = await desk.signed_in("rina", "verifier")
    copied = dict(rina.client.cookies)
    await rina.get("/desk/akun")
    assert (await rina.send("/desk/keluar")).status_code == 303
    thief = desk.visitor()
    for name, value in copied.items():
        thief.client.cookies.set(name, value)
    led = await thief.get("/desk/akun")
    assert (led.status_code, led.headers.get("location")) == (303, "/desk/masuk?next=%2Fdesk%2Fakun")
    assert "Sesi Anda berakhir" in (await thief.get(led.headers["location"])).text


async def test_a_new_password_ends_the_other_browsers_at_once(desk: Desk) -> None:
    rina, account = await desk.signed_in("rina", "verifier")
    other = desk.visitor()
    await desk.sign_in(other, account)
    await rina.get("/desk/akun")
    new = "empat perahu kuning di sungai"
    assert (await rina.send("/desk/akun/sandi", lama=PASSWORD, sandi=new, ulang=new)).status_code == 303
    assert (await other.get("/desk/akun")).status_code == 303
    assert (await rina.get("/desk/akun")).status_code == 200


async def test_the_token_of_an_ended_session_opens_no_route_of_the_api(desk: Desk) -> None:
    account, session, _ = await desk.office.opened()
    token = {"Authorization": f"Bearer {_token(desk, session)}"}
    async with http_of(desk.app) as http:
        await desk.office.units.run(lambda tx: staff.end_sessions(tx, desk.office.deps, account.id))
        for path in ("/v1/sessions/renew", "/v1/sessions/end"):
            answer = await http.post(path, headers=token)
            assert answer.status_code in (204, 401), path
    browser = desk.visitor()
    browser.client.cookies.set("desk", _token(desk, session))
    body = {FIELD: form_token(session.id)}
    answer = await browser.client.post("/desk/akun/cadangan", data=body, headers={"origin": "http://desk.test"})
    assert answer.status_code == 303


def _token(desk: Desk, session: Any) -> str:
    return desk.tokens.token(session, desk.office.clock())
