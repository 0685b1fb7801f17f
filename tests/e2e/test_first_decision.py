"""A system in which nobody has an account: a command makes the first admin, who invites a verifier, who decides what came by chat."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

from deploy.local import applications, journeys
from deploy.local.broker import RabbitNode
from deploy.local.commands import command
from deploy.local.database import MongoNode
from deploy.local.parts import SERVICES, SIMULATORS
from deploy.local.ports import free_ports
from deploy.local.programs import MissingServerError
from deploy.local.settings import LocalSettings
from deploy.local.stack import Stack
from deploy.local.travel import Places
from tests.support.at_work import AtWork
from tests.support.browser import DESK, visit
from tests.support.containers import BrokerContainer
from tests.support.pdf import text_of
from tests.support.servers import Run
from tests.support.signing_in import Authenticator, set_up, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
ADMIN, VERIFIER = ("sri.admin", "kebun kopi di lereng wilis"), ("budi.santoso", "perahu kecil di waduk widas")
"""Names of accounts, and passwords."""


@pytest.fixture(scope="module")
def servers(worker_id: str) -> Iterator[tuple[RabbitNode | BrokerContainer, MongoNode]]:
    """Servers of its own: a second system would give the users of the first one other passwords."""
    run = Run.open()
    try:
        node = run.private_broker(f"fresh-broker-{worker_id}")
    except MissingServerError as error:
        pytest.skip(str(error))
    database = run.private_database(f"fresh-database-{worker_id}")
    node.start()
    database.start()
    yield node, database
    node.kill()
    database.kill()


@pytest.fixture(scope="module")
def fresh(servers: tuple[RabbitNode | BrokerContainer, MongoNode], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system as it is after its installation."""
    node, database = servers
    names = [f"{name}_port" for name in (*SERVICES, *SIMULATORS, "desk")]
    settings = LocalSettings(
        undo_seconds=0,  # decisions take effect at once: what is looked at comes after them
        local_state=tmp_path_factory.mktemp("fresh"),
        amqp_url=node.url("fresh"),
        rabbitmq_api_url=node.api_url,
        mongo_url=database.url,
        **dict(zip(names, free_ports(len(names)), strict=True)),  # type: ignore[arg-type]  # all of them are ports
    )
    running = Stack(settings, front_door=True, demo_accounts=False)
    try:
        running.start()
        yield running
    finally:
        running.stop()


async def invited_admin(browser: Browser, stack: Stack) -> Authenticator:
    where = stack.operator_environment()  # as README has it: `source .local/env`
    said = command("services.verification", "staff", "invite-admin", ADMIN[0], "--called", "Sri Lestari", environment=where)
    link = re.search(rf"{stack.desk_page}/undangan\?kode=\S+", said)
    assert link is not None, said
    async with visit(browser, link[0], size=DESK) as page:
        return await set_up(page, ADMIN[1])


async def invited_verifier(browser: Browser, stack: Stack, phone: Authenticator) -> Authenticator:
    async with visit(browser, f"{stack.desk_page}/petugas/undang", size=DESK) as page:
        await sign_in(page, *ADMIN, phone)
        await page.get_by_label("Nama akun").fill(VERIFIER[0])
        await page.get_by_label("Nama", exact=True).fill("Budi Santoso")
        await page.get_by_label("Verifikator").check()
        await page.get_by_role("button", name="Buat undangan").click()
        link = await page.locator("#tautan").inner_text()
    async with visit(browser, link, size=DESK) as page:
        return await set_up(page, VERIFIER[1])


async def test_from_the_first_admin_to_the_first_decision(browser: Browser, fresh: Stack) -> None:
    admin_phone = await invited_admin(browser, fresh)
    verifier_phone = await invited_verifier(browser, fresh, admin_phone)
    person = fresh.people()["kk_rusak"][0]
    async with visit(browser, f"{fresh.desk_page}/pekerjaan", size=DESK) as page:
        await sign_in(page, *VERIFIER, verifier_phone)
        await expect(page.get_by_role("heading", level=1)).to_have_text("Pekerjaan saya")
        places = Places.of(fresh.parts, fresh.keys.clients["petugas-01"])
        work = AtWork(fresh, page)
        result = await journeys.by_chat(
            places, applications.reprint("kk_rusak", person), lambda _travel, _chat, receipt: work.approve(receipt)
        )
    (paper,) = result.papers
    assert person["kk_number"] in text_of(paper.pdf)
    assert "BROKEN" not in command("shared.messaging.admin", "audit", "verify", environment=fresh.operator_environment())
