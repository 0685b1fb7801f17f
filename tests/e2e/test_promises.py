"""What must be true after the journeys: everything is accounted for, no log names a person, bad input is answered and leaves no trace."""

import asyncio
import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deploy.local import journeys
from deploy.local.chat import PHOTOS
from deploy.local.database import MongoNode
from deploy.local.parts import ROOT, SERVICES
from deploy.local.stack import Stack
from deploy.local.travel import Places
from tests.support.persons import Persons
from tests.support.slow_callers import post, slow_callers


@pytest.fixture
def adapter(stack: Stack) -> Iterator[httpx.Client]:
    """A channel adapter's client at intake."""
    key = stack.keys.clients["loket"]
    with httpx.Client(base_url=stack.part("intake").url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
        yield client


def a_request(**changed: Any) -> dict[str, Any]:
    return {"service": "kk_hilang", "answers": {"nik": "3519015708850001", "kk_number": "3519012304120001"}, **changed}


async def test_everything_accepted_is_finished_parked_or_in_flight(
    places: Places, persons: Persons, operator_environment: dict[str, str]
) -> None:
    await journeys.whatsapp(places, persons("kk_hilang"))
    command = [sys.executable, "-m", "shared.messaging.admin", "conservation"]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=operator_environment, capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for service in SERVICES:
        assert service in done.stdout


async def test_every_service_tells_an_operator_what_it_gave_up(operator_environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "shared.messaging.admin", "list"]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=operator_environment, capture_output=True, text=True, check=False, timeout=100
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "menunggu" in done.stdout


async def test_i8_no_log_names_a_person(stack: Stack, places: Places, persons: Persons, private_mongo: MongoNode) -> None:
    asking = [persons("kk_hilang") for _ in range(3)]
    decision = await journeys.sample_decision(places, 12)
    for person in asking:  # one after the other: what comes together is logged together
        await journeys.whatsapp(places, person)
    await journeys.court(places, decision)
    personal = {person[name] for person in asking for name in ("nik", "kk_number", "name")} | {decision["case_number"]}
    personal |= {decision[party][name] for party in ("husband", "wife") for name in ("nik", "name")}
    async with httpx.AsyncClient(base_url=stack.part("whatsapp").url, timeout=60) as client:
        chats = (await client.get("/sim/citizens")).json()["citizens"]
    personal |= {chat["phone"] for chat in chats} | {chat["bsuid"] for chat in chats}
    for name, file in {**{service: stack.process(service).log for service in SERVICES}, "MongoDB": private_mongo.log}.items():
        log = file.read_text()
        assert len(log.splitlines()) > 10, f"{name} logs nothing"
        assert not [index for index, value in enumerate(sorted(personal)) if value in log], f"the log of {name} names a person"


def test_a_webhook_with_a_wrong_signature_is_not_let_in(stack: Stack) -> None:
    url = f"{stack.part('intake').url}/v1/webhooks/whatsapp"
    for header in ("sha256=" + "0" * 64, "", "sha256=é"):
        answer = httpx.post(url, content=b'{"entry": []}', headers=[(b"X-Hub-Signature-256", header.encode())], timeout=60)
        assert answer.status_code == 401
        assert answer.json()["code"] == "signature_wrong"


@pytest.mark.parametrize(
    "begin",
    [
        post("/v1/webhooks/whatsapp", 2000),
        post("/v1/court/decisions", 2000),
        post("/v1/requests", 2000),
        post("/v1/files", 2000, "Authorization: Bearer guessed"),
        b"POST /v1/webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    ],
    ids=("webhook", "court", "requests", "files", "headers"),
)
async def test_three_hundred_slow_callers_without_a_key_do_not_close_intake(begin: bytes, stack: Stack) -> None:
    intake = stack.part("intake")
    headers = {"Authorization": f"Bearer {stack.keys.clients['loket']}"}
    async with slow_callers(intake.port, 300, begin), httpx.AsyncClient(base_url=intake.url, timeout=30, trust_env=False) as http:
        for number in range(10):
            body = json.dumps({"object": "whatsapp_business_account", "entry": [], "number": number}).encode()
            signature = hmac.new(stack.keys.whatsapp_app_secret.encode(), body, hashlib.sha256).hexdigest()
            webhook = await http.post("/v1/webhooks/whatsapp", content=body, headers={"X-Hub-Signature-256": f"sha256={signature}"})
            assert webhook.status_code == 200
            request = await http.post(
                "/v1/requests", json=a_request(answers={"nik": "123"}), headers={**headers, "Idempotency-Key": f"slow-{number}"}
            )
            assert request.status_code == 422, "it was not let in to be judged"
        assert (await http.get("/readyz")).status_code == 200


def test_a_body_over_the_limit_is_refused(stack: Stack) -> None:
    answer = httpx.post(f"{stack.part('intake').url}/v1/webhooks/whatsapp", content=b"x" * 20_000_000, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_malformed_json_is_told_apart_from_a_wrong_field(adapter: httpx.Client) -> None:
    headers = {"Idempotency-Key": "malformed", "Content-Type": "application/json"}
    assert adapter.post("/v1/requests", content=b"{", headers=headers).status_code == 400


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"service": "kk_gaib"}, "service"),
        ({"answers": {"nik": "123"}}, "answers.nik"),
        ({"answers": {"witnesses": []}}, "answers.witnesses"),
        ({}, "answers.surat_kehilangan"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named(adapter: httpx.Client, changed: dict[str, Any], field: str) -> None:
    answer = adapter.post("/v1/requests", json=a_request(**changed), headers={"Idempotency-Key": json.dumps(changed)})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert field in {error["field"] for error in problem["errors"]}, problem
    assert "3519015708850001" not in answer.text


def test_a_file_of_a_wrong_type_is_refused_and_named(adapter: httpx.Client) -> None:
    answer = adapter.post("/v1/files", content=b"MZ\x90\x00 a program", headers={"Content-Type": "image/jpeg"})
    assert answer.status_code == 422, answer.text


def test_an_idempotency_key_belongs_to_one_body(adapter: httpx.Client) -> None:
    files = [
        adapter.post("/v1/files", content=(PHOTOS / name).read_bytes(), headers={"Content-Type": "image/jpeg"})
        for name in ("surat-polisi.jpg", "ktp.jpg")
    ]
    assert [file.status_code for file in files] == [201, 201], files[0].text
    body = a_request()
    body["answers"] |= {kind: {"file_id": file.json()["file_id"]} for kind, file in zip(("surat_kehilangan", "ktp"), files, strict=True)}
    first = adapter.post("/v1/requests", json=body, headers={"Idempotency-Key": "once"})
    assert first.status_code == 201, first.text
    again = adapter.post("/v1/requests", json=body, headers={"Idempotency-Key": "once"})
    assert again.json()["receipt"] == first.json()["receipt"]
    other = adapter.post("/v1/requests", json=body | {"reference": "another"}, headers={"Idempotency-Key": "once"})
    assert other.status_code in {409, 422}
    assert "idempotency" in other.json()["code"]
