"""Sign-in by the regency's own accounts, against an OpenID provider in a process of its own."""

import json
import re
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from deploy.local.ports import free_ports
from deploy.waiting import wait_until
from services.verification.adapters.office_accounts import OidcAccounts, OidcSettings
from services.verification.domain.staff.account import AccountState
from services.verification.handlers import staff
from shared.clock import now
from shared.errors import Transient, Unauthorized
from tests.integration.verification.staff.conftest import Desk, StaffOffice, desk_of
from tests.integration.verification.staff.visitor import Visitor

BACK = "http://desk.test/desk/masuk/kantor/balik"
VERIFIER = "v" * 48


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The provider's address; it knows Rina and a stranger."""
    (port,) = free_ports(1)
    address = f"http://127.0.0.1:{port}"
    users = [json.dumps({"sub": f"id-{login}", "preferred_username": login}) for login in ("rina", "stranger")]
    command = [sys.executable, "-m", "oidc_provider_mock", "-p", str(port), "-n", "true"]
    process = subprocess.Popen(
        [*command, *(word for user in users for word in ("--user-claims", user))], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: _answers(address), 60, "the OpenID provider answers")
        yield address
    finally:
        process.terminate()
        process.wait(60)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/.well-known/openid-configuration", trust_env=False).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture
async def accounts(issuer: str) -> AsyncIterator[OidcAccounts]:
    found = OidcAccounts(OidcSettings(issuer, "meja-kerja", "secret", "preferred_username", BACK))
    yield found
    await found.close()


@pytest.fixture
def desk(office: StaffOffice, accounts: OidcAccounts) -> Desk:
    return desk_of(office, accounts)


async def consent(address: str, login: str) -> dict[str, str]:
    """What somebody does over there; the query with which the browser comes back."""
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        answer = await http.post(address, data={"sub": f"id-{login}"})
    assert answer.status_code == httpx.codes.FOUND, answer.text
    back = urlsplit(answer.headers["location"])
    assert back.path == urlsplit(BACK).path
    return {name: values[0] for name, values in parse_qs(back.query).items()}


async def come_back(visitor: Visitor, login: str) -> httpx.Response:
    there = await visitor.get("/desk/masuk/kantor?next=/desk/akun")
    assert there.status_code == 303
    query = await consent(there.headers["location"], login)
    return await visitor.get(f"/desk/masuk/kantor/balik?{httpx.QueryParams(query)}")


async def test_somebody_whom_the_regency_knows_is_in_under_the_same_name(desk: Desk) -> None:
    account, _ = await desk.office.invite("rina")
    visitor = desk.visitor()
    assert "Masuk dengan akun pemerintah kabupaten" in (await visitor.get("/desk/masuk")).text
    inside = await come_back(visitor, "rina")
    assert (inside.status_code, inside.headers["location"]) == (303, "/desk/akun")
    assert "Rina Widya" in (await visitor.get("/desk/akun")).text
    assert (await desk.office.account(account.id)).state is AccountState.ACTIVE
    assert (await desk.office.rows("audit"))[-1]["detail"] == {"second_factor": "office"}


async def test_whom_nobody_invited_is_told_so(desk: Desk) -> None:
    visitor = desk.visitor()
    answer = await come_back(visitor, "stranger")
    assert answer.status_code == 401
    assert "Akun kabupaten Anda tidak terdaftar di sini" in answer.text
    account, _ = await desk.office.invite("rina")
    await desk.office.units.run(lambda tx: staff.close_account(tx, desk.office.deps, account.id, by="x"))
    assert (await come_back(visitor, "rina")).status_code == 401


async def test_an_answer_that_this_browser_did_not_ask_for_is_refused(desk: Desk) -> None:
    """Else somebody could be signed in under another's name without knowing."""
    await desk.office.invite("rina")
    other = desk.visitor()
    there = await other.get("/desk/masuk/kantor")
    query = httpx.QueryParams(await consent(there.headers["location"], "rina"))
    victim = desk.visitor()
    assert (await victim.get(f"/desk/masuk/kantor/balik?{query}")).status_code == 401
    await victim.get("/desk/masuk/kantor")
    assert (await victim.get(f"/desk/masuk/kantor/balik?{query}")).status_code == 401
    assert "desk" not in victim.client.cookies


async def test_a_code_or_a_nonce_of_another_is_refused(accounts: OidcAccounts) -> None:
    address = await accounts.address(state="s", nonce="n", verifier=VERIFIER)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["code_challenge"] == [urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=")]
    assert await accounts.login_of((await consent(address, "rina"))["code"], nonce="n", verifier=VERIFIER) == "rina"
    with pytest.raises(Unauthorized, match="office_refused"):
        await accounts.login_of((await consent(address.replace("nonce=n", "nonce=m"), "rina"))["code"], nonce="n", verifier=VERIFIER)
    with pytest.raises(Unauthorized, match="office_refused"):
        await accounts.login_of("made-up", nonce="n", verifier=VERIFIER)


async def test_another_issuer_an_old_token_and_another_client_are_refused(issuer: str) -> None:
    honest = OidcSettings(issuer, "meja-kerja", "secret", "preferred_username", BACK)
    for settings, clock in (
        (replace(honest, login_claim="employee_number"), now),
        (honest, lambda: now() + timedelta(days=365)),
    ):
        found = OidcAccounts(settings, clock=clock)
        code = (await consent(await found.address(state="s", nonce="n", verifier=VERIFIER), "rina"))["code"]
        with pytest.raises(Unauthorized, match="office_refused"):
            await found.login_of(code, nonce="n", verifier=VERIFIER)
        await found.close()


async def test_an_issuer_that_is_down_is_told(office: StaffOffice) -> None:
    gone = OidcAccounts(OidcSettings("http://127.0.0.1:9", "meja-kerja", "secret", "preferred_username", BACK))
    with pytest.raises(Transient, match="office_unreachable"):
        await gone.address(state="s", nonce="n", verifier=VERIFIER)
    answer = await desk_of(office, gone).visitor().get("/desk/masuk/kantor")
    await gone.close()
    assert answer.status_code == 503


async def test_it_is_off_where_nobody_set_it(office: StaffOffice) -> None:
    visitor = desk_of(office, None).visitor()
    page = await visitor.get("/desk/masuk")
    assert not re.search("akun pemerintah kabupaten", page.text)
    assert (await visitor.get("/desk/masuk/kantor")).status_code == 404
