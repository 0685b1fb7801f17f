"""The pages of work over a real database: what stands in the list, what a sheet says, and what decisions do."""

import html
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from services.verification.domain.submission import Submission
from shared.ids import new_id
from shared.web.desk import StaffMember
from tests.integration.verification.conftest import Office
from tests.integration.verification.work_desk import browser_of, officer, work_app
from tests.support import families as people
from tests.support.families import HUSBAND
from tests.support.sessions import SessionIssuer

Sign = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def sign_in(office: Office) -> AsyncIterator[Sign]:
    """A browser of somebody by name, a verifier unless roles are named."""
    issuer = SessionIssuer()
    app = work_app(office, issuer)
    async with AsyncExitStack() as stack:
        opened: list[tuple[httpx.AsyncClient, StaffMember]] = []

        def make(login: str = "rina", *roles: str, **other: Any) -> httpx.AsyncClient:
            member = officer(office, issuer, login, *roles, **other)
            opened.append((browser_of(app, issuer, member), member))
            stack.push_async_callback(opened[-1][0].aclose)
            return opened[-1][0]

        yield make


def lost(**changes: Any) -> Submission:
    """A request that goes to an officer: the name differs from the register's."""
    return people.lost_card(applicant_name="Slamet Darmawanto", request_id=new_id(), **changes)


def text_of(answer: httpx.Response) -> str:
    """What people read."""
    body = re.sub(r"<script.*?</script>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(body).split())


def version_of(answer: httpx.Response) -> str:
    found = re.search(r'name="versi" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


def seen_of(answer: httpx.Response) -> str:
    found = re.search(r'name="terlihat" value="([^"]*)"', answer.text)
    assert found
    return html.unescape(found[1])


async def test_the_list_says_what_is_next_and_the_sheet_says_what_was_found(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    [task_id] = await office.tasks_of(lost())
    browser = sign_in()
    listed = await browser.get("/desk/pekerjaan")
    assert listed.status_code == 200, listed.text
    said = text_of(listed)
    assert "Slamet Darmawan" in said
    assert "1 perlu dilihat" in said
    assert HUSBAND not in listed.text
    sheet = await browser.get(f"/desk/pekerjaan/{task_id}")
    assert sheet.status_code == 200, sheet.text
    said = text_of(sheet)
    assert "Nama pemohon. Nama tidak sama dengan data kependudukan." in said
    assert "3519•••••0001" in said
    assert HUSBAND not in sheet.text
    assert "Ambil pekerjaan ini" in said


async def test_the_next_is_claimed_decided_and_can_be_undone(office: Office, sign_in: Sign) -> None:
    await office.load(people.family())
    await office.tasks_of(lost())
    browser = sign_in()
    pulled = await browser.post("/desk/pekerjaan/berikutnya")
    assert pulled.status_code == 303, pulled.text
    sheet = await browser.get(pulled.headers["location"])
    assert "Anda pegang sampai" in text_of(sheet)
