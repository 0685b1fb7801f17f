"""A second and a third extract of one akta: one number, three documents, the newest alone is valid (ADR 38)."""

from __future__ import annotations

import asyncio

from services.issuance.domain.document import DocumentState
from tests.integration.issuance.office import Desk, FakePress
from tests.support.approvals import AT, BIRTH, approval, order


async def test_further_extracts_have_the_number_of_the_akta_and_take_each_other_s_place(desk: Desk) -> None:
    renderer = FakePress()
    desk = desk.with_renderer(renderer)
    about = f"akta_kelahiran:{BIRTH['nik']}"
    [first] = await desk.issue(approval(order("akta_kelahiran", about=about), approved_at=AT))
    again = order("akta_kelahiran", about=about, content={**BIRTH, "certificate_number": first.number})
    asked = [approval(again, service="kutipan_kedua", approved_at=AT.replace(hour=hour)) for hour in (3, 4)]
    await asyncio.gather(*(desk.take_in(each) for each in asked))
    async with desk.printing():
        for each in asked:
            await desk.reaches(f"{each.request_id}.akta_kelahiran", "superseded" if each is asked[0] else "issued")
    documents = {document.extract: document for document in await desk.documents()}
    assert set(documents) == {1, 2, 3}
    assert {document.number for document in documents.values()} == {first.number}
    assert {sheet["number"] for sheet in renderer.sheets} == {first.number}
    last = await desk.document(f"{asked[1].request_id}.akta_kelahiran")
    assert last.state is DocumentState.ISSUED
    assert {document.state for document in documents.values() if document.document_id != last.document_id} == {DocumentState.SUPERSEDED}
    counters = {row["_id"]: row["last"] for row in await desk.rows("counters")}
    assert counters[f"extracts-{first.number}"] == 2
    assert sum(key.startswith("LU-") for key in counters) == 1, "no further number was given"
