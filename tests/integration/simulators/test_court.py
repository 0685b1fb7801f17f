"""The court: decisions out, callbacks in, faults."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from deploy.simulators.court.families import read_couples
from shared.clock import WIB, now
from tests.support.simulators import CALLBACK_SECRET, DECISION_SECRET, Court, call_back

HUSBAND = {"nik": "3519010101800001", "name": "BUDI SANTOSO"}
WIFE = {"nik": "3519014202820002", "name": "SITI AMINAH"}
DECISION = {"court_code": "PA.Kab.Mn", "case_number": "40/Pdt.G/2026/PA.Kab.Mn", "kind": "cerai_gugat", "husband": HUSBAND, "wife": WIFE}


async def send(court: Court, **order: Any) -> dict[str, Any]:
    answer = await court.client.post("/sim/decisions", json={"decision": DECISION, **order})
    assert answer.status_code == 202, answer.text
    sent = answer.json()
    return dict((await court.client.get(f"/sim/decisions/{sent['id']}", params={"wait_seconds": 5})).json())


async def test_a_decision_arrives_signed_and_its_answer_is_kept(court: Court) -> None:
    sent = await send(court)
    raw, headers = court.intake.posts[0]
    assert Webhook(DECISION_SECRET).verify(raw, headers) == {"decision_id": sent["id"], **DECISION}
    assert headers["webhook-id"] == sent["id"]
    assert (sent["state"], sent["answer"]["case_id"]) == ("accepted", "case-1")


async def test_a_decision_is_repeated_with_the_same_id_and_bytes_until_answered(court: Court) -> None:
    court.intake.answers = [503, 500, 429]
    sent = await send(court)
    assert [attempt["status"] for attempt in sent["attempts"]] == [503, 500, 429, 200]
    assert len({(raw, headers["webhook-id"]) for raw, headers in court.intake.posts}) == 1


async def test_a_refused_decision_is_not_repeated(court: Court) -> None:
    court.intake.answers = [422]
    sent = await send(court)
    assert (sent["state"], len(court.intake.posts)) == ("refused", 1)


async def test_the_same_id_repeats_a_delivery(court: Court) -> None:
    first = await send(court)
    again = await send(court, id=first["id"])
    assert again["id"] == first["id"]
    assert len(again["attempts"]) == 2
    assert len({raw for raw, _ in court.intake.posts}) == 1


@pytest.mark.parametrize("order", [{"bad_signature": True}, {"age_seconds": 400}])
async def test_a_delivery_can_be_signed_wrongly_or_too_old(court: Court, order: dict[str, Any]) -> None:
    await send(court, **order)
    raw, headers = court.intake.posts[0]
    with pytest.raises(WebhookVerificationError):
        Webhook(DECISION_SECRET).verify(raw, headers)


@pytest.mark.parametrize("reference", ["reference", "case_id"])
async def test_a_callback_is_verified_and_put_to_its_decision(court: Court, reference: str) -> None:
    sent = await send(court)
    value = sent["id"] if reference == "reference" else "case-1"
    answer = await call_back(court, data={reference: value, "document_number": "3519-KK-24112026-0001"})
    assert (answer.status_code, answer.json()["received"]) == (200, True)
    shown = (await court.client.get(f"/sim/decisions/{sent['id']}", params={"callbacks": 1, "wait_seconds": 5})).json()
    assert [(each["id"], each["data"]["document_number"]) for each in shown["callbacks"]] == [("received:case-1", "3519-KK-24112026-0001")]


async def test_a_callback_that_comes_twice_is_kept_once(court: Court) -> None:
    for _ in range(2):
        assert (await call_back(court)).status_code == 200
    listed = (await court.client.get("/sim/callbacks")).json()
    assert (listed["total"], listed["repeated"]) == (1, 1)
    assert [each["deliveries"] for each in listed["callbacks"]] == [2]


@pytest.mark.parametrize("bad", [{"secret": DECISION_SECRET}, {"at": now() - timedelta(minutes=6)}])
async def test_a_callback_with_a_bad_signature_is_refused_and_counted(court: Court, bad: dict[str, Any]) -> None:
    answer = await call_back(court, **bad)
    assert (answer.status_code, answer.json()["code"]) == (401, "signature_invalid")
    listed = (await court.client.get("/sim/callbacks")).json()
    assert (listed["total"], listed["bad_signatures"]) == (0, 1)
    assert (await court.client.get("/callbacks/received:case-1")).status_code == 404


@pytest.mark.parametrize("headers", [{}, {"webhook-id": "x"}, {"webhook-id": "x", "webhook-timestamp": "y", "webhook-signature": "z"}])
async def test_a_callback_without_proper_headers_is_refused(court: Court, headers: dict[str, str]) -> None:
    assert (await court.client.post("/callbacks", content=b"\xff{", headers=headers)).status_code == 401


async def test_the_pipeline_can_ask_whether_a_callback_was_received(court: Court) -> None:
    assert (await court.client.get("/callbacks/document:1")).status_code == 404
    await call_back(court, "document:1")
    answer = await court.client.get("/callbacks/document:1")
    assert (answer.status_code, answer.json()["received"]) == (200, True)


@pytest.mark.parametrize(("secret", "status"), [(CALLBACK_SECRET, 200), (DECISION_SECRET, 401)])
async def test_a_signed_question_must_be_signed_well(court: Court, secret: str, status: int) -> None:
    await call_back(court, "document:1")
    at = now()
    headers = {
        "webhook-id": "document:1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("document:1", at, ""),
    }
    assert (await court.client.get("/callbacks/document:1", headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"kind": "down"}, 502), ({"kind": "server_error"}, 503), ({"kind": "server_error", "http_status": 500, "retry_after": 7}, 500)],
)
async def test_the_court_can_be_down(court: Court, fault: dict[str, Any], status: int) -> None:
    assert (await court.client.post("/sim/faults", json={**fault, "count": 1})).status_code == 201
    answer = await call_back(court)
    assert answer.status_code == status
    assert answer.headers.get("retry-after") == (str(fault["retry_after"]) if "retry_after" in fault else None)
    assert (await call_back(court)).status_code == 200
    assert (await court.client.get("/sim/callbacks")).json()["total"] == 1


async def test_a_timeout_after_success_can_be_reconciled(court: Court) -> None:
    await court.client.post("/sim/faults", json={"kind": "timeout_after_success", "count": 1})
    with pytest.raises(httpx.ReadTimeout):
        await call_back(court, "document:2", patience=0.2)
    assert (await court.client.get("/callbacks/document:2")).json()["received"] is True
    assert (await court.client.get("/sim/callbacks")).json()["callbacks"][0]["answered"] is False


async def test_a_court_can_forget_and_be_silent(court: Court) -> None:
    await court.client.post("/sim/faults", json={"kind": "forget", "count": 1})
    assert (await call_back(court, "document:3")).status_code == 200
    assert (await court.client.get("/callbacks/document:3")).status_code == 404
    await court.client.post("/sim/faults", json={"kind": "no_answer", "operation": "lookup"})
    with pytest.raises(httpx.ReadTimeout):
        await court.client.get("/callbacks/document:3", timeout=0.2)
    assert (await court.client.delete("/sim/faults")).json() == {"lifted": 2}
    assert (await court.client.get("/callbacks/document:3")).status_code == 404


def test_couples_come_from_the_register_with_the_children_that_a_court_gives_custody_of(tmp_path: Path) -> None:
    year = now().astimezone(WIB).year
    path = tmp_path / "register.csv"
    path.write_text(
        "kk_number,nik,name,sex,relation,marital_status,born_on\n"
        "1,11,BUDI,L,KEPALA KELUARGA,KAWIN TERCATAT,1980-01-01\n"
        "1,12,SITI,P,ISTRI,KAWIN TERCATAT,1982-02-02\n"
        f"1,13,ANI,P,ANAK,BELUM KAWIN,{year - 10}-03-03\n"
        f"1,14,ARI,L,ANAK,BELUM KAWIN,{year - 18}-01-01\n"
        f"1,15,AYU,P,ANAK,KAWIN TERCATAT,{year - 16}-12-31\n"
        "2,21,JOKO,L,KEPALA KELUARGA,BELUM KAWIN,1990-01-01\n"
        "3,31,TONO,L,KEPALA KELUARGA,CERAI HIDUP TERCATAT,1970-01-01\n"
        "3,32,TINI,P,ISTRI,KAWIN TERCATAT,1971-01-01\n",
        encoding="utf-8",
    )
    couples = read_couples(path, 10)
    assert [couple["kk_number"] for couple in couples] == ["1"]
    assert couples[0]["husband"] == {"nik": "11", "name": "BUDI", "born_on": "1980-01-01", "kk_number": "1"}
    assert couples[0]["children"] == [{"nik": "13", "name": "ANI", "custody_nik": "12"}]
