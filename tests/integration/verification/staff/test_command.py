"""`python -m services.verification staff …`: once in a process of its own, then as that process calls it."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from services.verification.handlers import staff
from services.verification.wiring import staff_command
from tests.integration.verification.staff.conftest import PASSWORD, StaffOffice

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def environment(office: StaffOffice, mongo_url: str) -> dict[str, str]:
    return {"MONGO_URL": mongo_url, "MONGO_DATABASE": office.database, "DESK_URL": "https://meja.contoh.go.id"}


def run(environment: dict[str, str], *words: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "services.verification", "staff", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)
    return done.returncode, done.stdout, done.stderr


Called = Callable[..., Coroutine[Any, Any, tuple[int, str, str]]]


@pytest.fixture
def call(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Called:
    """The same in this process."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    async def called(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = await asyncio.to_thread(staff_command, words)
        return code, *capsys.readouterr()

    return called


async def test_the_first_admin_is_invited_by_command(office: StaffOffice, environment: dict[str, str], call: Called) -> None:
    code, out, _ = run(environment, "invite-admin", "Sri.Admin", "--called", "Sri Lestari")
    assert code == 0
    link = re.search(r"https://meja\.contoh\.go\.id/desk/undangan\?kode=([A-Z2-7-]+)", out)
    assert link is not None
    office.clock.at = office.clock.at.replace(year=2020)  # whatever day it is, the invitation is open
    account = await office.units.run(lambda tx: staff.find_invited(tx, office.deps, link[1]))
    assert (account.login, account.name, account.posting.roles) == ("sri.admin", "Sri Lestari", frozenset({"admin"}))
    assert (await office.rows("audit"))[0]["act"] == "account.invited"
    again = await call("invite-admin", "sri.admin")
    assert again[0] == 0
    assert link[1] not in again[1]
    await office.invite("rina")
    taken = await call("invite-admin", "rina")
    assert (taken[0], taken[2]) == (1, "staff: login_taken: nama akun itu milik orang yang bukan admin; pilih nama lain\n")
    assert "login_malformed: nama akun hanya huruf kecil" in (await call("invite-admin", "Sri Admin"))[2]
    assert "name_malformed: isi nama orangnya" in (await call("invite-admin", "sri.lain", "--called", " "))[2]


async def test_accounts_for_a_demonstration_are_refused_where_it_is_real(
    office: StaffOffice, call: Called, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {
        "login": "demo",
        "name": "Demo",
        "roles": ["verifier"],
        "area": [],
        "court": None,
        "password": PASSWORD,
        "secret": SECRET,
        "groups": ["ktp"],
    }
    file = tmp_path / "accounts.json"
    file.write_text(json.dumps([row]))
    code, _, said = await call("demo", str(file))
    assert (code, "demo_refused" in said) == (1, True)
    assert await office.rows("staff") == []
    monkeypatch.setenv("DESK_SECURE", "false")
    for _ in range(2):
        assert (await call("demo", str(file)))[0] == 0
    [account] = await office.rows("staff")
    assert (account["state"], account["posting"]["groups"]) == ("active", ["ktp"])
