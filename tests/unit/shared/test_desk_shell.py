"""The shell in an app: headers of every page, problems as pages and as notes, assets for a year, where a day begins."""

import re
from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import Response

from shared.errors import DomainError
from shared.health import Health
from shared.reference.roles import permissions
from shared.settings import ServiceSettings
from shared.web import create_app
from shared.web.desk import StaffMember, shell, signed_in
from shared.web.desk.navigation import navigation, pages_of
from shared.web.desk.pages import Pages
from tests.support.sessions import SessionIssuer, over

PAGE = {"Accept": "text/html,application/xhtml+xml"}


def settings(**values: object) -> ServiceSettings:
    return ServiceSettings.model_validate({"amqp_url": "amqp://x", "mongo_url": "mongodb://x", "port": 8101} | values)


@pytest.fixture
def issuer() -> SessionIssuer:
    return SessionIssuer()


@pytest.fixture
def app(issuer: SessionIssuer) -> FastAPI:
    made = create_app(settings(), Health(), title="test")
    shell.install(made, settings(), Health(), issuer.read)

    @made.get("/desk/perkara")
    async def refusing(_member: Annotated[StaffMember, signed_in("cases:read")]) -> Response:
        raise DomainError("case_closed", "The case is closed.")

    @made.get("/desk/rusak")
    async def broken() -> Response:
        raise RuntimeError("a bug")

    return made


def browser(app: FastAPI, token: str | None = None, **headers: str) -> httpx.AsyncClient:
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://meja.test", headers=PAGE | headers)
    if token is not None:
        client.cookies.set("__Host-desk", token)
    return client


async def test_a_problem_is_a_page_with_a_sentence_and_who_is_there(app: FastAPI, issuer: SessionIssuer) -> None:
    answer = await browser(app, issuer.token(issuer.member("verifier"))).get("/desk/perkara")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Keadaannya sudah berubah" in answer.text
    assert "case_closed" in answer.text
    assert "Rina Widyastuti" in answer.text
    assert "The case is closed" not in answer.text, "details are for programs"


async def test_a_problem_for_htmx_is_a_note_that_stands_where_notes_stand(app: FastAPI, issuer: SessionIssuer) -> None:
    answer = await browser(app, issuer.token(issuer.member("verifier")), **{"HX-Request": "true"}).get("/desk/perkara")
    assert (answer.status_code, answer.headers["hx-retarget"]) == (409, "#kabar")
    assert answer.text.startswith('<p class="note bad"')


async def test_a_program_gets_the_problem_itself(app: FastAPI, issuer: SessionIssuer) -> None:
    answer = await browser(app, issuer.token(issuer.member("verifier")), Accept="application/json").get("/desk/perkara")
    assert answer.json()["code"] == "case_closed"


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [("/desk/tidak-ada", 404, "Halaman tidak ditemukan"), ("/desk/rusak", 500, "Ada yang rusak di pihak kami")],
)
async def test_whoever_refuses_it_is_a_page(app: FastAPI, path: str, status: int, title: str) -> None:
    answer = await browser(app).get(path)
    assert answer.status_code == status
    assert title in answer.text
    assert re.search(r"jejak <span class=\"mono\">[0-9a-f]{32}</span>", answer.text)


async def test_a_session_that_ended_leaves_what_was_typed(app: FastAPI, issuer: SessionIssuer) -> None:
    ended = issuer.token(over(issuer.member("verifier")))
    answer = await browser(app, ended, **{"HX-Request": "true"}).get("/desk/perkara")
    assert answer.status_code == 401
    assert 'href="/desk/masuk" target="_blank"' in answer.text


async def test_no_page_loads_from_elsewhere_is_framed_or_kept(app: FastAPI) -> None:
    answer = await browser(app).get("/desk/tidak-ada")
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", answer.text), "neither inline script nor style"


async def test_assets_are_kept_for_a_year(app: FastAPI) -> None:
    client = browser(app)
    addresses = re.findall(r'(?:src|href)="(/desk/aset/[^"#]+)"', (await client.get("/desk/tidak-ada")).text)
    assert len(addresses) == 5
    for address in addresses:
        answer = await client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await client.get("/desk/aset/..%2Fdesk.css")).status_code == 404


@pytest.mark.parametrize(("role", "goes"), [("section_head", "/desk/pekerjaan"), ("outreach", "/desk/siaran")])
async def test_a_day_begins_at_the_first_page_that_is_open(app: FastAPI, issuer: SessionIssuer, role: str, goes: str) -> None:
    answer = await browser(app, issuer.token(issuer.member(role))).get("/desk")
    assert (answer.status_code, answer.headers["location"]) == (303, goes)


async def test_who_may_go_nowhere_is_told_what_to_do(app: FastAPI, issuer: SessionIssuer) -> None:
    answer = await browser(app, issuer.token(issuer.member("gone"))).get("/desk")
    assert answer.status_code == 200
    assert "tanyakan kepada admin kantor" in answer.text


async def test_a_page_names_the_person_and_nothing_secret(app: FastAPI, issuer: SessionIssuer) -> None:
    member = issuer.member("verifier")
    token = issuer.token(member)
    text = (await browser(app, token).get("/desk/perkara")).text
    assert member.session_id not in text
    assert token not in text


def test_every_page_at_the_side_asks_for_a_permission_that_there_is() -> None:
    assert {page.permission for page in pages_of(navigation())} <= set(permissions())


def test_an_icon_outside_the_sprite_is_found_out() -> None:
    from shared.web.desk.pages import icon  # noqa: PLC0415

    with pytest.raises(KeyError, match="not in the sprite"):
        icon("no" + "-such-icon")


def test_a_status_without_a_sentence_of_its_own_has_one() -> None:
    assert Pages().sentence(418, "teapot")["title"]
