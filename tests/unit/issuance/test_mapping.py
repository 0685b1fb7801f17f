"""Wire to domain, domain to MongoDB and back, facts to wire."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import bson
import pytest

from services.issuance.consumers import approval_of
from services.issuance.domain import document as documents
from services.issuance.domain.document import Certificate, Document, Pdf
from services.issuance.events import to_event
from services.issuance.store.schema import DOCUMENTS
from shared.contracts.issuance import DocumentIssued
from shared.contracts.verification import RequestApproved
from tests.support.approvals import AT, approval, origin, request_approved

GOLDEN = Path(__file__).parents[2] / "contract/golden/verification.request_approved.v1.json"
URL = "https://x/v/t"
CERTIFICATE = Certificate("CA", "b", demo=True)

PDF = Pdf("f", 9, "a" * 64)
CERTIFICATE = Certificate("CA", "b", demo=True)


def lives() -> list[Document]:
    claimed = documents.claim(approval(), number="n", allocated_kk="3519082411260001", token="t", origin=origin(), at=AT)
    running = documents.begin(claimed, lease=timedelta(seconds=9), at=AT)
    issued, _ = documents.issue(running, attempt=1, pdf=Pdf("f", 9, "a" * 64), certificate=CERTIFICATE, check_url=URL, at=AT)
    return [claimed, running, issued, documents.void(claimed, reason="wrong_data", at=AT)]


@pytest.mark.parametrize("document", lives(), ids=lambda document: document.state.value)
def test_document_survives_the_database(document: Document) -> None:
    lying = {"_id": DOCUMENTS.key(document), "version": 1, "seq": 0, **DOCUMENTS.to_doc(document)}
    back: dict[str, Any] = bson.decode(bson.encode(lying), bson.CodecOptions(tz_aware=True))
    assert DOCUMENTS.from_doc(back) == document


def test_every_field_of_the_event_reaches_the_domain() -> None:
    asked = approval()
    assert approval_of(request_approved(asked)) == asked


def test_golden_sample_is_understood() -> None:
    event = RequestApproved.model_validate(json.loads(GOLDEN.read_text(encoding="utf-8"))["data"])
    known = approval_of(event)
    assert known.request_id == event.request_id
    assert documents.holder_name(known.material) == "BUDI SANTOSO"


def test_event_tells_the_bytes_and_keeps_persons_in_personal() -> None:
    running = documents.begin(
        documents.claim(approval(), number="3519-KK-24112026-0001", allocated_kk=None, token="t", origin=origin(), at=AT),
        lease=timedelta(seconds=9),
        at=AT,
    )
    _, fact = documents.issue(running, attempt=1, pdf=Pdf("f", 9, "a" * 64), certificate=CERTIFICATE, check_url=URL, at=AT)
    event = to_event(fact)
    assert isinstance(event, DocumentIssued)
    assert (event.document_number, event.sha256, event.size_bytes) == ("3519-KK-24112026-0001", "a" * 64, 9)
    outside = event.model_dump_json(exclude={"personal"})
    for personal in ("CONTOH", "6281234567890", "3519084509870002", "/v/t"):
        assert personal not in outside
