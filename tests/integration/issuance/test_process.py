"""The whole process between a real broker and a real database."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import psutil
import pytest

from deploy.local.ports import free_ports
from services.issuance.adapters.demo_ca import DemoFiles
from services.issuance.domain.claim import Approval
from shared.messaging import topology
from shared.messaging.layout import model as layout
from tests.integration.issuance.office import sha256
from tests.support.approvals import approval, birth, request_approved
from tests.support.eventually import eventually
from tests.support.harness import api_client, keyed, publish
from tests.support.pdf import codes_of, text_of
from tests.support.vhosts import as_user

RESIDENT_MIB = 130  # what one service may take, idle
OWN_IMPORT_SHARE = 0.5  # of what the plumbing takes, which is a second on a quiet machine; CPU seconds double on one that is busy


@dataclass
class Running:
    process: asyncio.subprocess.Process
    http: httpx.AsyncClient

    async def documents(self) -> list[dict[str, str]]:
        answer = await self.http.get("/v1/documents", headers=keyed("reader"))
        listed: list[dict[str, str]] = answer.json()["documents"]
        return listed


@pytest.fixture
async def environment(demo: DemoFiles, mongo_url: str, database: str, amqp_url: str) -> dict[str, str]:
    """What the process is told, on a broker that knows it."""
    await topology.declare(amqp_url, layout.product())
    (port,) = free_ports(1)
    return {
        **os.environ,
        "AMQP_URL": as_user(amqp_url, "issuance"),
        "MONGO_URL": mongo_url,
        "MONGO_DATABASE": database,
        "PORT": str(port),
        "SIGNER_DIR": str(demo.ca.parent),
        "CHECK_BASE_URL": f"http://127.0.0.1:{port}",
        "API_KEYS": json.dumps([api_client("reader", "documents:read")]),
    }


@asynccontextmanager
async def running(environment: dict[str, str]) -> AsyncIterator[Running]:
    """The process, once it is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.issuance", "all", env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{environment['PORT']}", timeout=60) as http:

            async def ready() -> bool:
                return (await http.get("/readyz")).status_code == 200

            await eventually(ready, ignoring=(httpx.TransportError,))
            yield Running(process, http)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture
async def service(environment: dict[str, str]) -> AsyncIterator[Running]:
    async with running(environment) as service:
        yield service


async def approve(amqp_url: str, asked: Approval | None = None) -> str:
    asked = asked or approval()
    return (await publish(amqp_url, request_approved(asked), asked.request_id)).subject


async def test_approval_on_the_broker_becomes_a_document_whose_qr_code_leads_to_its_page(service: Running, amqp_url: str) -> None:
    request_id = await approve(amqp_url)

    async def issued() -> dict[str, str]:
        [document] = await service.documents()
        assert document["state"] == "issued"
        return document

    document = await eventually(issued, ignoring=(AssertionError, ValueError))
    assert document["request_id"] == request_id
    content = await service.http.get(f"/v1/documents/{document['document_id']}/content", headers=keyed("reader"))
    assert sha256(content.content) == document["sha256"]
    [code] = codes_of(content.content)
    page = await service.http.get(code.text)
    assert page.status_code == 200
    assert document["number"] in page.text
    resident = psutil.Process(service.process.pid).memory_info().rss / 1024**2
    assert resident < RESIDENT_MIB
    service.process.send_signal(signal.SIGTERM)
    printed, _ = await asyncio.wait_for(service.process.communicate(), 60)
    assert service.process.returncode == 0
    log = printed.decode()
    assert '"event":"document.issued"' in log
    for personal in ("CONTOH", "3519084509870002", "6281234567890", code.text.rsplit("/", 1)[1]):
        assert personal not in log


@pytest.mark.parametrize(
    "place", ["in_tx_after_inbox/worker", "before_commit/worker", "after_commit/worker", "after_response_before_save/archive"]
)
async def test_a_process_that_dies_over_a_birth_claims_and_issues_its_three_documents_once(
    environment: dict[str, str], amqp_url: str, place: str
) -> None:
    """Killed within the transaction that claims them, right before and after its commit, and when the bytes are stored but not recorded."""
    async with running({**environment, "CRASH_AT": place}) as service:
        request_id = await approve(amqp_url, birth())
        assert await asyncio.wait_for(service.process.wait(), 60) == -signal.SIGKILL
    async with running(environment) as service:

        async def all_issued() -> list[dict[str, str]]:
            documents = await service.documents()
            assert [each["state"] for each in documents] == ["issued"] * 3
            return documents

        documents = await eventually(all_issued, ignoring=(AssertionError,))
        assert {each["request_id"] for each in documents} == {request_id}
        assert sorted(each["number"][5:7] + each["number"][-4:] for each in documents) == ["KI0001", "KK0001", "LU0001"]
        [akta] = [each["number"] for each in documents if each["product"] == "akta_kelahiran"]
        [kia] = [each["document_id"] for each in documents if each["product"] == "kia"]
        slip = await service.http.get(f"/v1/documents/{kia}/content", headers=keyed("reader"))
        assert akta in text_of(slip.content)


async def test_service_imports_little_beyond_the_plumbing_and_nothing_that_only_the_renderer_needs() -> None:
    code = (
        "import sys, time; begins = time.process_time(); import shared.process, shared.messaging.consumer.consumer;"
        "import shared.messaging.transaction.relay, shared.messaging.transaction.runner;"
        "began = time.process_time(); import services.issuance.wiring;"
        "print((time.process_time() - began) / (began - begins), *sorted({'typst', 'pyhanko', 'zxingcpp'} & set(sys.modules)))"
    )
    said = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code], capture_output=True, text=True, check=True)
    share, *found = said.stdout.split()
    assert found == []
    assert float(share) < OWN_IMPORT_SHARE


async def test_child_of_the_renderer_ends_with_a_service_that_was_killed(service: Running) -> None:
    [renderer] = await eventually(lambda: psutil.Process(service.process.pid).children())
    service.process.kill()
    await eventually(lambda: not renderer.is_running() or renderer.status() == psutil.STATUS_ZOMBIE)
