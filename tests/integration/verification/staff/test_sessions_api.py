"""Sign-in of programs: a token in one call, renewed while the session lives, believed by the API like a key."""

from typing import Any

import pytest

from services.verification.handlers import staff
from tests.integration.verification.staff.conftest import PASSWORD, Desk
from tests.support.harness import http_of


async def begun(desk: Desk, **changes: str) -> Any:
    account, *_ = await desk.office.opened()
    body = {"login": "rina", "password": PASSWORD, "code": desk.office.code(account)} | changes
    async with http_of(desk.app) as http:
        return await http.post("/v1/sessions", json=body)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_token_is_given_renewed_and_ended(desk: Desk) -> None:
    answer = await begun(desk)
    assert answer.status_code == 200
    assert (answer.headers["cache-control"], answer.json()["roles"]) == ("no-store", ["verifier"])
    token = answer.json()["token"]
    async with http_of(desk.app) as http:
        desk.office.clock.forward(minutes=30)
        renewed = await http.post("/v1/sessions/renew", headers=bearer(token))
        assert renewed.json()["expires_at"] > answer.json()["expires_at"]
        assert (await http.post("/v1/sessions/end", headers=bearer(renewed.json()["token"]))).status_code == 204
        over = await http.post("/v1/sessions/renew", headers=bearer(token))
        assert (over.status_code, over.json()["code"]) == (401, "session_over")


@pytest.mark.parametrize("changes", [{"login": "nobody"}, {"password": "wrong password"}, {"code": "000000"}])
async def test_what_is_wrong_is_refused_in_the_same_words(desk: Desk, changes: dict[str, str]) -> None:
    answer = await begun(desk, **changes)
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_refused")


async def test_a_paused_name_waits(desk: Desk) -> None:
    for _ in range(5):
        await staff.check_password(desk.office.units, desk.office.deps, "rina", "wrong password")
    async with http_of(desk.app) as http:
        answer = await http.post("/v1/sessions", json={"login": "rina", "password": PASSWORD, "code": "000000"})
    assert (answer.status_code, answer.json()["code"]) == (429, "sign_in_paused")


async def test_whoever_left_renews_nothing(desk: Desk) -> None:
    answer = await begun(desk)
    await desk.office.units.run(lambda tx: staff.close_account(tx, desk.office.deps, answer.json()["staff_id"], by="admin"))
    async with http_of(desk.app) as http:
        assert (await http.post("/v1/sessions/renew", headers=bearer(answer.json()["token"]))).status_code == 401
