"""The terminal console at work, against the running system: 80 columns, 24 lines, and a keyboard."""

import contextlib
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from pyotp import TOTP
from textual.pilot import Pilot

from deploy.local.accounts import LocalAccount, load_accounts
from deploy.local.parts import ROOT, inherited
from deploy.local.ports import free_ports
from deploy.local.processes import Process
from deploy.local.stack import Stack
from services.verification.console.app import ConsoleApp
from services.verification.console.settings import ConsoleSettings
from services.verification.console.task_list import TaskList
from services.verification.console.task_sheet import TaskSheet
from shared.clock import now
from tests.support.consoles import console_command, console_url, file_unproven, officer, shell, task_of
from tests.support.eventually import eventually
from tests.support.persons import Persons
from tests.support.terminal import SIZE, Terminal, shows

UNDO_SECONDS = 60  # longer than anything here takes
ROLE = "section_head"  # whose account no other test signs in with


@pytest.fixture(scope="module")
def undoing(stack: Stack) -> Iterator[str]:
    """The address of another process of verification, at which decisions can be undone."""
    part, (port,) = stack.part("verification"), free_ports(1)
    env = inherited() | dict(part.environment) | {"PORT": str(port), "UNDO_SECONDS": str(UNDO_SECONDS)}
    files = {"pid_file": stack.state / "run" / "undoing.pid", "log": stack.state / "log" / "undoing.log"}
    process = Process("undoing", [*part.command[:-1], "api"], env=env, cwd=ROOT, **files)
    process.start()
    url = f"http://127.0.0.1:{port}"
    try:
        process.wait_ready(lambda: ready(f"{url}/readyz"), 180)
        yield url
    finally:
        process.stop(25)


def ready(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(url, trust_env=False).is_success
    return False


@pytest.fixture
async def queue(stack: Stack) -> AsyncIterator[str]:
    """A queue and a user of its own: its address."""
    yield console_url(await shell(console_command(stack, "terminal1")))
    await shell(console_command(stack, "terminal1", "--remove"))


@contextlib.asynccontextmanager
async def console(stack: Stack, queue: str, url: str = "", key: str = "konsol-01") -> AsyncIterator[tuple[ConsoleApp, Pilot[int]]]:
    where = url or stack.part("verification").url
    settings = ConsoleSettings(console_url=queue, verification_url=where, officer_key=stack.keys.clients[key] if key else "")
    app = ConsoleApp(settings)
    async with app.run_test(size=SIZE) as pilot:
        yield app, pilot


async def at_the_list(app: ConsoleApp) -> None:
    """Wait until the list is there to work with: before it is read and has the keys, what is pressed is nobody's."""

    def ready() -> bool:
        return isinstance(app.screen, TaskList) and app.listening and app.screen.was_read and app.screen.focused is not None

    await eventually(ready)


async def found(app: ConsoleApp, pilot: Pilot[int], receipt: str) -> str:
    """Search a request, for the list may be longer than the screen; return the screen."""
    typed = receipt.replace("-", "").lower()
    await pilot.press("slash", *typed, "enter")
    return await shows(app, f'1 menunggu yang cocok dengan "{typed}"', receipt)


async def opened(app: ConsoleApp, pilot: Pilot[int], stack: Stack, person: dict[str, Any]) -> str:
    """File a request and open its task from the search; return the task's id."""
    receipt = await file_unproven(stack, person)
    await at_the_list(app)
    task_id = await eventually(lambda: task_of(stack, receipt))
    await found(app, pilot, receipt)
    await pilot.press("enter")
    await eventually(lambda: isinstance(app.screen, TaskSheet))
    await shows(app, receipt, "Kartu Keluarga hilang", "NIK pemohon")
    return task_id


async def state_of(stack: Stack, task_id: str) -> str:
    async with officer(stack, "petugas-02") as client:
        task = (await client.get(f"/v1/tasks/{task_id}")).json()
    return str(task["outcome"] or task["stage"])


async def test_the_list_follows_what_is_announced_and_nothing_moves_under_the_hand(stack: Stack, persons: Persons, queue: str) -> None:
    async with console(stack, queue) as (app, pilot), officer(stack, "petugas-02") as other:
        await at_the_list(app)
        before = app.screen.query_one("#tasks").row_count  # type: ignore[attr-defined]
        receipt = await file_unproven(stack, persons("kk_hilang"))
        await shows(app, "1 baru: tekan titik (.)")
        assert app.screen.query_one("#tasks").row_count == before  # type: ignore[attr-defined]
        await pilot.press("full_stop")
        await eventually(lambda: app.screen.query_one("#tasks").row_count == before + 1)  # type: ignore[attr-defined]
        screen = await found(app, pilot, receipt)
        assert "menunggu petugas" in screen
        assert all(len(line) <= SIZE[0] for line in screen.splitlines())
        task = (await other.post(f"/v1/tasks/{await task_of(stack, receipt)}/claim")).json()
        await shows(app, "petugas-02")
        body = {"action": "return", "version": task["version"], "reasons": [{"code": "attachment_wrong", "field": "answers.ktp"}]}
        await other.post(f"/v1/tasks/{task['id']}/decision", json=body)
        await shows(app, receipt, "dikembalikan")


async def test_a_request_is_returned_by_keyboard_and_that_is_undone(stack: Stack, persons: Persons, queue: str, undoing: str) -> None:
    async with console(stack, queue, undoing) as (app, pilot):
        task_id = await opened(app, pilot, stack, persons("kk_hilang"))
        await pilot.press("a")
        await shows(app, "Anda memegangnya", "dipegang konsol-01")
        await pilot.press("k", "f2")
        await shows(app, "Pilih paling sedikit satu alasan")
        await pilot.press("space", "tab", *"foto", "enter")
        await shows(app, "Z membatalkan, N membuka yang berikutnya", "diputuskan, masih bisa dibatalkan")
        await pilot.press("z")
        await shows(app, "Putusan dibatalkan", "dipegang konsol-01")
        assert await state_of(stack, task_id) == "first"
        await pilot.press("l")
        await shows(app, "Dilepas untuk petugas lain")


async def test_one_is_approved_and_one_refused_for_good(stack: Stack, persons: Persons, queue: str) -> None:
    async with console(stack, queue) as (app, pilot):
        for keys, outcome in ((("s", "enter"), "disetujui"), (("t", "space", "f2"), "ditolak")):
            person = persons("kk_hilang")
            task_id = await opened(app, pilot, stack, person)
            await pilot.press("o", "a")
            await shows(app, "Anda memegangnya", person["nik"])
            await pilot.press(*keys)
            await shows(app, f"Sudah {outcome}")
            assert await state_of(stack, task_id) == {"disetujui": "approved", "ditolak": "rejected"}[outcome]
            await pilot.press("escape")


async def test_who_has_it_is_said_and_who_can_not_be_asked(stack: Stack, persons: Persons, queue: str) -> None:
    async with console(stack, queue) as (app, pilot), officer(stack, "petugas-02") as other:
        task_id = await opened(app, pilot, stack, persons("kk_hilang"))
        await other.post(f"/v1/tasks/{task_id}/claim")
        await shows(app, "petugas-02 mengambil pekerjaan ini")
        await pilot.press("a")
        await shows(app, "petugas-02 sedang mengerjakannya sampai")
        await other.post(f"/v1/tasks/{task_id}/release")
        await pilot.press("a")
        await shows(app, "Anda memegangnya")
        await pilot.press("w", "f2")
        await shows(app, "Tulis dulu pertanyaannya")
        await pilot.press(*"apa", "f2")
        await shows(app, "tidak bisa ditanya lewat chat")
        await pilot.press("escape")
        await shows(app, "tulisan Anda disimpan")


async def test_a_stale_decision_shows_what_changed_and_loses_nothing_of_what_was_typed(stack: Stack, persons: Persons, queue: str) -> None:
    async with console(stack, queue) as (app, pilot), officer(stack, "petugas-02") as other, officer(stack, "konsol-01") as same:
        task_id = await opened(app, pilot, stack, persons("kk_hilang"))
        await pilot.press("a")
        await shows(app, "Anda memegangnya")
        await pilot.press("k", "space", "tab", *"burem")
        await same.post("/v1/tasks/hand-over", json={"to": "petugas-02"})
        await other.post("/v1/tasks/hand-over", json={"to": "konsol-01", "note": "cocokkan fotonya"})
        await pilot.press("f2")
        await shows(app, "Berubah sejak Anda melihatnya", "Titipan petugas", "sekarang: cocokkan fotonya")
        await pilot.press("enter")
        await shows(app, "Periksa lagi, lalu kirim", "burem", "[x]")
        await pilot.press("f2")
        await shows(app, "Sudah dikembalikan")
        assert await state_of(stack, task_id) == "returned"


async def test_an_officer_signs_in_and_again_when_the_session_is_over(stack: Stack, persons: Persons, queue: str) -> None:
    account = next(each for each in load_accounts(stack.state / "keys") if each.roles == (ROLE,))
    async with console(stack, queue, key="") as (app, pilot):
        await shows(app, "Masuk ke konsol petugas")
        await pilot.press(*account.login, "enter", *"salah", "enter", *"000000", "enter")
        await shows(app, "Nama, kata sandi, atau kode salah")
        await sign_in(app, pilot, account)
        task_id = await opened(app, pilot, stack, persons("kk_hilang"))
        await pilot.press("a")
        await shows(app, "Anda memegangnya", f"dipegang {account.name}")
        await pilot.press("k", "space", "tab", *"terang")
        token = app.api.session.token
        async with httpx.AsyncClient(base_url=stack.part("verification").url, trust_env=False, timeout=60) as elsewhere:
            await elsewhere.post("/v1/sessions/end", headers={"Authorization": f"Bearer {token}"})
        app.api.session.expires_at = now()  # as a quarter of an hour later
        await pilot.press("f2")
        await shows(app, "Sesi Anda berakhir. Masuk lagi")
        await sign_in(app, pilot, account)
        await shows(app, "Kembalikan", "terang", "[x]")
        await pilot.press("f2")
        await shows(app, "Sudah dikembalikan")
        assert await state_of(stack, task_id) == "returned"


async def sign_in(app: ConsoleApp, pilot: Pilot[int], account: LocalAccount) -> None:
    """Type until the code is taken: one that was used is refused, the next one comes within half a minute."""
    for name, value in (("login", account.login), ("password", account.password)):
        app.screen.query_one(f"#{name}").value = value  # type: ignore[attr-defined]
    app.screen.query_one("#code").focus()
    tried: set[str] = set()

    async def done() -> bool:
        code = TOTP(account.secret).at(now())
        if code not in tried:
            tried.add(code)
            await pilot.press(*code, "enter")
        return not app.screen.query("#code")

    await eventually(done, 60)


async def test_announcements_go_on_after_the_connection_was_cut(stack: Stack, persons: Persons, queue: str) -> None:
    async with console(stack, queue) as (app, pilot):
        await at_the_list(app)
        async with httpx.AsyncClient(base_url=stack.operator_environment()["RABBITMQ_API_URL"], timeout=30) as broker:
            names = await eventually(lambda: connections(broker, "console.terminal1"))
            for name in names:
                await broker.delete(f"/api/connections/{quote(name, safe='')}")
            await eventually(lambda: connections(broker, "console.terminal1", without=names))
        receipt = await file_unproven(stack, persons("kk_hilang"))
        await shows(app, "1 baru")
        await found(app, pilot, receipt)


async def connections(broker: httpx.AsyncClient, user: str, without: list[str] | None = None) -> list[str]:
    rows = (await broker.get("/api/connections")).json()
    return [row["name"] for row in rows if row.get("user") == user and row["name"] not in (without or [])]


async def test_every_key_is_told(stack: Stack, queue: str) -> None:
    async with console(stack, queue) as (app, pilot):
        await at_the_list(app)
        await pilot.press("question_mark")
        await shows(app, "Lembar kerja", "tarik pertanyaan")
        await pilot.press("escape")
        for key, words in (("2", "pekerjaan saya"), ("3", "terlambat"), ("4", "persetujuan kedua"), ("5", "menunggu warga")):
            await pilot.press(key)
            await shows(app, f" {words}")


async def test_in_a_process_of_its_own_it_works_with_the_consoles_rights_alone(
    stack: Stack, persons: Persons, queue: str, tmp_path: Path
) -> None:
    receipt = await file_unproven(stack, persons("kk_hilang"))
    task_id = await eventually(lambda: task_of(stack, receipt))
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "CONSOLE_URL": queue,
        "VERIFICATION_URL": stack.part("verification").url,
        "OFFICER_KEY": stack.keys.clients["konsol-01"],
    }
    async with Terminal([sys.executable, "-m", "services.verification", "console"], environment, tmp_path) as terminal:
        await terminal.shows("menunggu", "ambil berikutnya")
        terminal.press("/", receipt, "enter")
        await terminal.shows("1 menunggu yang cocok")
        terminal.press("enter")
        await terminal.shows("NIK pemohon", "belum terbukti orangnya")
        terminal.press("a")
        await terminal.shows("Anda memegangnya")
        terminal.press("k")
        await terminal.shows("Tambahan untuk warga")
        terminal.press("space", "tab", "kirim ulang", "enter")
        await terminal.shows("Sudah dikembalikan")
        assert await state_of(stack, task_id) == "returned"
        terminal.press("escape")
        await terminal.shows("ambil berikutnya")
        terminal.press("q")
        assert await terminal.ended() == 0, terminal.text
