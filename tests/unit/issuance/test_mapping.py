"""Wire to domain, domain to MongoDB and back, facts to wire."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import bson
import pytest

from services.issuance.consumers import approval_of
from services.issuance.domain import document as documents
from services.issuance.domain.claim import claim, wanted_numbers
from services.issuance.domain.document import CardReady as CardFact
from services.issuance.domain.document import Certificate, Document, Fact, Pdf
from services.issuance.domain.office import Pickup
from services.issuance.domain.products import PRODUCTS
from services.issuance.domain.revocation import Authority, Revocation
from services.issuance.events import to_event
from services.issuance.store.schema import DOCUMENTS
from shared.contracts.issuance import CardReady, DocumentIssued, DocumentRevoked, DocumentSuperseded, DocumentVoided
from shared.contracts.verification import RequestApproved
from shared.errors import Permanent
from tests.support.approvals import ADDRESS, AT, CARD, CONTACT, HOLDER_NIK, WIFE, approval, birth, order, origin, request_approved

GOLDEN = Path(__file__).parents[2] / "contract/golden/verification.request_approved.v1.json"
URL = "https://x/v/t"
CERTIFICATE = Certificate("CA", "b", demo=True)
PDF = Pdf("f", 9, "a" * 64)
ORDER = Revocation(Authority.HEAD_OF_OFFICE, "data_wrong", "catatan CONTOH", "console")
REPLACING = order("kk", about="kk:3519080101100001", replaces=("kk:3519080101100002",))


def claimed() -> Document:
    [document] = claim(approval(REPLACING), PRODUCTS, ["3519-KK-24112026-0001"], new_token=lambda: "t", origin=origin(), at=AT)
    return document


def issued() -> tuple[Document, Fact]:
    running = documents.begin(claimed(), lease=timedelta(seconds=9), at=AT)
    return documents.issue(running, attempt=1, pdf=PDF, certificate=CERTIFICATE, check_url=URL, at=AT)


def lives() -> list[Document]:
    done, _ = issued()
    return [
        claimed(),
        replace(claimed(), replaces=()),
        replace(claimed(), annulled_by="court"),
        documents.begin(claimed(), lease=timedelta(seconds=9), at=AT),
        done,
        documents.void(claimed(), reason="wrong_data", at=AT)[0],
        documents.supersede(done, claimed(), at=AT)[0],
        documents.revoke(done, ORDER, at=AT)[0],
    ]


@pytest.mark.parametrize("document", lives(), ids=lambda document: document.state.value)
def test_document_survives_the_database(document: Document) -> None:
    lying = {"_id": DOCUMENTS.key(document), "version": 1, "seq": 0, **DOCUMENTS.to_doc(document)}
    back: dict[str, Any] = bson.decode(bson.encode(lying), bson.CodecOptions(tz_aware=True))
    assert DOCUMENTS.from_doc(back) == document


def test_what_is_indexed_names_nobody() -> None:
    doc = DOCUMENTS.to_doc(replace(claimed(), content=None))
    assert len(doc["about"]) == len(doc["replaces"][0]) == 64
    assert "35190801" not in str(doc)
    assert "replaces" not in DOCUMENTS.to_doc(replace(claimed(), replaces=())), "the index holds only what replaces something"


@pytest.mark.parametrize("asked", [approval(), birth(), approval("ktp", "akta_kematian", "lahir_mati")], ids=lambda asked: asked.service)
def test_every_field_of_the_event_reaches_the_domain(asked: Any) -> None:
    assert approval_of(request_approved(asked)) == asked


def test_golden_sample_is_understood() -> None:
    event = RequestApproved.model_validate(json.loads(GOLDEN.read_text(encoding="utf-8"))["data"])
    known = approval_of(event)
    assert known.request_id == event.request_id
    assert len(wanted_numbers(known, PRODUCTS)) == len(event.documents)


@pytest.mark.parametrize(
    ("spoiled", "code", "detail"),
    [
        ({"content_type": "tax_return.v1"}, "content_type_unknown", "tax_return.v1"),
        ({"content": {**CARD, "kk_number": "35190801011O0001"}}, "content_invalid", "kk_number"),
        ({"content": {**CARD, "address": {**ADDRESS, "village_code": "CONTOH"}}}, "content_invalid", "address.village_code"),
    ],
)
def test_content_that_its_type_does_not_allow_is_refused_with_the_field_and_no_value(
    spoiled: dict[str, Any], code: str, detail: str
) -> None:
    event = request_approved()
    [ordered] = event.personal.documents
    broken = event.model_copy(update={"personal": event.personal.model_copy(update={"documents": (ordered.model_copy(update=spoiled),)})})
    with pytest.raises(Permanent) as caught:
        approval_of(broken)
    assert (caught.value.code, caught.value.detail) == (code, detail)


def facts() -> list[tuple[Fact, type[Any]]]:
    done, told = issued()
    return [
        (told, DocumentIssued),
        (documents.supersede(done, claimed(), at=AT)[1], DocumentSuperseded),
        (documents.revoke(done, ORDER, at=AT)[1], DocumentRevoked),
        (documents.void(claimed(), reason="wrong_data", at=AT)[1], DocumentVoided),
        (CardFact(done, 1, Pickup("MPP", "Jl. Contoh", "Senin"), CONTACT, AT), CardReady),
    ]


@pytest.mark.parametrize(("fact", "wire"), facts(), ids=lambda each: each.__name__ if isinstance(each, type) else "")
def test_event_keeps_persons_in_personal(fact: Fact, wire: type[Any]) -> None:
    event = to_event(fact)
    assert isinstance(event, wire)
    said = event.model_dump(mode="json")
    assert (said["document_id"], said["document_number"]) == (fact.document.document_id, "3519-KK-24112026-0001")
    assert said["personal"]["holder_name"] == WIFE["name"]
    assert said["personal"]["contact"]["address"] == "6281234567890"
    outside = event.model_dump_json(exclude={"personal"})
    for personal in ("CONTOH", "6281234567890", HOLDER_NIK, "/v/t"):
        assert personal not in outside


def test_issued_event_tells_the_bytes_the_form_and_how_many_there_are() -> None:
    event = to_event(issued()[1])
    assert isinstance(event, DocumentIssued)
    assert (event.sha256, event.size_bytes, event.form, event.documents) == ("a" * 64, 9, "pdf", 1)
