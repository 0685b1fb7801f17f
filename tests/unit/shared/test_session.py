"""The session at the desk: whose token it is, which keys are believed, where somebody without one is led."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI

from shared.errors import Transient, Unauthorized
from shared.web import problems
from shared.web.desk.forms import FIELD, HEADER, form_token
from shared.web.desk.session import ALGORITHM, SessionCheck, SessionKeys, SignInNeeded, StaffMember, safe_next, sign, signed_in, to_sign_in

NOW = datetime(2026, 11, 24, 2, 42, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())
RINA = StaffMember(
    "s-1",
    "Rina Widyastuti",
    frozenset({"verifier"}),
    frozenset({"351908"}),
    None,
    "a" * 32,
    NOW + timedelta(minutes=15),
    frozenset({"ktp"}),
)


def published(key: ec.EllipticCurvePrivateKey = KEY, key_id: str = "k1") -> dict[str, Any]:
    row = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    return {"keys": [row | {"kid": key_id, "use": "sig", "alg": ALGORITHM}]}


class Verification:
    """What publishes the keys, and can be down."""

    def __init__(self) -> None:
        self.document: Mapping[str, Any] | None = published()
        self.asked = 0

    async def read(self) -> Mapping[str, Any]:
        self.asked += 1
        if self.document is None:
            raise Transient("session_keys_unreachable")
        return self.document


def check(verification: Verification | None = None, at: datetime = NOW) -> SessionCheck:
    return SessionCheck(SessionKeys((verification or Verification()).read), lambda: at, secure=True)


async def test_a_token_says_who_somebody_is() -> None:
    assert await check().member(sign(RINA, KEY, "k1")) == RINA


async def test_a_token_of_before_there_were_groups_is_of_all() -> None:
    claims = jwt.decode(sign(RINA, KEY, "k1"), options={"verify_signature": False})
    del claims["groups"]
    assert (await check().member(jwt.encode(claims, KEY, ALGORITHM, headers={"kid": "k1"}))).groups == frozenset()


@pytest.mark.parametrize("court", [None, "PA.Kab.Mn"])
async def test_a_court_is_told_or_not(court: str | None) -> None:
    assert (await check().member(sign(replace(RINA, court=court), KEY, "k1"))).court == court


async def test_a_token_ends_by_our_clock() -> None:
    token = sign(RINA, KEY, "k1")
    assert await check(at=NOW + timedelta(minutes=15, seconds=-1)).member(token) == RINA
    with pytest.raises(Unauthorized, match="session_over"):
        await check(at=NOW + timedelta(minutes=15)).member(token)


def forged() -> dict[str, str]:
    claims = {"sub": "s-1", "name": "x", "roles": ["head"], "area": [], "court": None, "sid": "b", "exp": int(RINA.expires_at.timestamp())}
    secret = "as long as a secret of HMAC has to be, at least"
    return {
        "another key": sign(RINA, ec.generate_private_key(ec.SECP256R1()), "k1"),
        "a key nobody publishes": sign(RINA, KEY, "k2"),
        "no signature": jwt.encode(claims, "", "none", headers={"kid": "k1"}),
        "another algorithm": jwt.encode(claims, secret, "HS256", headers={"kid": "k1"}),
        "no roles": jwt.encode({name: claims[name] for name in claims if name != "roles"}, KEY, ALGORITHM, headers={"kid": "k1"}),
        "no end": jwt.encode({name: claims[name] for name in claims if name != "exp"}, KEY, ALGORITHM, headers={"kid": "k1"}),
        "no token": "not.a.token",
    }


@pytest.mark.parametrize("how", forged())
async def test_a_forged_token_is_nobodys(how: str) -> None:
    with pytest.raises(Unauthorized, match="session_invalid"):
        await check().member(forged()[how])


async def test_pages_work_while_verification_is_down() -> None:
    verification = Verification()
    at_work = check(verification)
    await at_work.member(sign(RINA, KEY, "k1"))
    verification.document = None
    assert await at_work.member(sign(RINA, KEY, "k1")) == RINA


async def test_without_any_keys_nobody_is_refused_for_good() -> None:
    verification = Verification()
    verification.document = None
    with pytest.raises(Transient, match="session_keys_unreachable"):
        await check(verification).member(sign(RINA, KEY, "k1"))


async def test_keys_that_nobody_knows_are_not_asked_for_again_and_again() -> None:
    verification = Verification()
    at_work = check(verification)
    for key_id in ("k1", "x", "y", "z"):
        try:
            await at_work.member(sign(RINA, KEY, key_id))
        except Unauthorized:
            assert key_id != "k1"
    assert verification.asked == 1


async def test_what_is_no_key_set_is_not_believed() -> None:
    verification = Verification()
    verification.document = {"keys": [{"kid": "k1", "kty": "oct", "k": "c2VjcmV0"}]}
    with pytest.raises(Transient, match="session_keys_unreachable"):
        await check(verification).member(sign(RINA, KEY, "k1"))


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        ("/desk/dokumen?q=KK", "/desk/dokumen?q=KK"),
        ("/desk", "/desk"),
        (None, "/desk"),
        ("https://else.where/desk", "/desk"),
        ("//else.where/desk", "/desk"),
        ("/desk\\@else.where", "/desk"),
        ("/v1/documents", "/desk"),
        ("/desktop", "/desk"),
        ("/desk/" + "x" * 3_000, "/desk"),
    ],
)
def test_a_sign_in_leads_nowhere_else(asked: str | None, goes: str) -> None:
    assert safe_next(asked) == goes


@pytest.fixture
def app() -> FastAPI:
    made = FastAPI()
    problems.install(made)
    made.add_exception_handler(SignInNeeded, to_sign_in)
    made.state.session_check = check()

    @made.get("/desk/tugas")
    async def page(member: Annotated[StaffMember, signed_in("tasks:read")]) -> str:
        return member.name

    @made.post("/desk/tugas")
    async def act(member: Annotated[StaffMember, signed_in("tasks:decide")]) -> str:
        return member.name

    @made.get("/desk/dokumen/cabut")
    async def other(member: Annotated[StaffMember, signed_in("documents:revoke")]) -> str:
        return member.name

    return made


def browser(app: FastAPI, token: str | None = None) -> httpx.AsyncClient:
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://meja.test", headers={"Accept": "text/html"})
    if token:
        client.cookies.set("__Host-desk", token)
    return client


async def test_a_page_leads_to_the_sign_in_and_back(app: FastAPI) -> None:
    answer = await browser(app).get("/desk/tugas?q=a b")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/desk/masuk?next=%2Fdesk%2Ftugas%3Fq%3Da%2520b"


@pytest.mark.parametrize("headers", [{"Accept": "text/event-stream"}, {"Accept": "*/*"}, {"Accept": "text/html", "HX-Request": "true"}])
async def test_a_script_is_told_by_status(app: FastAPI, headers: dict[str, str]) -> None:
    answer = await browser(app).get("/desk/tugas", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "session_missing")


async def test_a_permission_opens_a_page_and_its_lack_does_not(app: FastAPI) -> None:
    client = browser(app, sign(RINA, KEY, "k1"))
    assert (await client.get("/desk/tugas")).json() == "Rina Widyastuti"
    refused = await client.get("/desk/dokumen/cabut")
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_missing")


OURS = {"Origin": "https://meja.test"}


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (OURS, {FIELD: form_token(RINA.session_id)}, 200),
        (OURS | {HEADER: form_token(RINA.session_id)}, {}, 200),
        (OURS, {}, 403),
        (OURS, {FIELD: form_token("b" * 32)}, 403),
        (OURS, {FIELD: "ä"}, 403),
        ({"Origin": "https://else.where"}, {FIELD: form_token(RINA.session_id)}, 403),
        ({"Origin": "null"}, {FIELD: form_token(RINA.session_id)}, 403),
        ({}, {FIELD: form_token(RINA.session_id)}, 403),
    ],
)
async def test_only_a_form_of_ours_acts(app: FastAPI, headers: dict[str, str], body: dict[str, str], status: int) -> None:
    client = browser(app, sign(RINA, KEY, "k1"))
    assert (await client.post("/desk/tugas", headers=headers, data=body)).status_code == status


async def test_a_form_without_a_session_leads_back_to_its_page(app: FastAPI) -> None:
    answer = await browser(app).post("/desk/tugas", headers=OURS | {"Referer": "https://meja.test/desk/tugas?q=1"})
    assert answer.headers["location"] == "/desk/masuk?next=%2Fdesk%2Ftugas%3Fq%3D1"
