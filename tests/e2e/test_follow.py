"""One receipt followed from the webhook to the delivered document: one trace of all services, and one query of their logs."""

import asyncio
from typing import Any

import httpx
import orjson
import pytest

from deploy.admin.__main__ import main as admin
from deploy.local import applications, journeys
from deploy.local.parts import SERVICES, TRACES
from deploy.local.stack import Stack
from deploy.local.travel import Places
from shared.logs import mask
from tests.support.eventually import eventually
from tests.support.persons import Persons

PATIENCE_SECONDS = 90.0
WAY = (
    ("POST /v1/webhooks/whatsapp", "intake"),
    ("handle whatsapp.message", "intake"),
    ("publish intake.request_submitted.v1", "intake"),
    ("process intake.request_submitted.v1", "verification"),
    ("go on verification.task_claimed.v1", "verification"),
    ("go on verification.request_approved.v1", "verification"),
    ("process verification.request_approved.v1", "issuance"),
    ("print kk", "issuance"),
    ("process issuance.document_issued.v1", "notifier"),
    ("send document", "notifier"),
    ("POST 127.0.0.1", "notifier"),
    ("publish notifier.notice_delivered.v1", "notifier"),
    ("process notifier.notice_delivered.v1", "intake"),
)
"""What one trace has of a request that an officer approves, and of which service."""

TOLD = ("pesan masuk dan disimpan", "permohonan lengkap", "tugas dibuka", "disetujui", "dokumen terbit", "diterima di pihak penerima")


async def test_one_receipt_from_the_webhook_to_the_delivered_document(
    stack: Stack, places: Places, persons: Persons, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    person = persons("kk_rusak")
    result = await journeys.by_chat(places, applications.reprint("kk_rusak", person), journeys.approval)
    (receipt,) = result.receipts

    for name, value in stack.operator_environment().items():
        monkeypatch.setenv(name, value)
    logs = [str(stack.process(name).log) for name in SERVICES]

    async def whole() -> str:
        capsys.readouterr()
        assert await asyncio.to_thread(admin, ["follow", receipt, *logs]) == 0
        shown = capsys.readouterr().out
        rows = shown.splitlines()
        missing = [(name, service) for name, service in WAY if not any(name in row and row.endswith(f" {service}") for row in rows)]
        assert not missing, shown
        return shown

    shown = await eventually(whole, PATIENCE_SECONDS)
    traces = next(row for row in shown.splitlines() if row.startswith("jejak ")).split()[1:]
    assert len(traces) == 1, shown
    for words in (
        "pesan masuk dan disimpan",
        "permohonan lengkap",
        "tugas dibuka",
        "disetujui",
        "dokumen terbit",
        "diterima di pihak penerima",
    ):
        assert words in shown
    async with httpx.AsyncClient(base_url=stack.part(TRACES).url, trust_env=False, timeout=60) as collector:
        spans = (await collector.get("/sim/spans")).json()
    _of_nobody(spans, person)
    _hang_together([span for span in spans if span["traceID"] == traces[0]])


def _of_nobody(spans: list[dict[str, Any]], person: dict[str, Any]) -> None:
    """No span of the whole run, of whichever test, names anybody."""
    everything = orjson.dumps([{"name": span["operationName"], "tags": span["tags"]} for span in spans]).decode()
    assert not [value for value in (person["nik"], person["kk_number"], person["name"]) if str(value) in everything]
    assert mask(everything) == everything, "a number as of a person or a phone"


def _hang_together(spans: list[dict[str, Any]]) -> None:
    """Every span but the first hangs on one that came too."""
    known = {span["spanID"] for span in spans}
    parents = [[each["spanID"] for each in span["references"] if each["refType"] == "CHILD_OF"] for span in spans]
    assert [span["operationName"] for span, parent in zip(spans, parents, strict=True) if not parent] == ["POST /v1/webhooks/whatsapp"]
    lost = [span["operationName"] for span, parent in zip(spans, parents, strict=True) if parent and parent[0] not in known]
    assert not lost
