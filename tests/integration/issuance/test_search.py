"""Issuance's answer to the search box."""

import pytest

from shared.audit import AuditFilter
from shared.web.desk.sought import PATH
from tests.integration.issuance.desk_app import OpenBrowser
from tests.integration.issuance.office import Desk
from tests.integration.issuance.test_desk import held_by

ASKED = {"HX-Request": "true"}


async def test_a_document_is_found_by_number_receipt_and_name_and_is_masked(desk: Desk, browser: OpenBrowser) -> None:
    siti, budi = await desk.issue(held_by("SITI AMINAH"), held_by("BUDI SANTOSO"))
    client = browser()
    for typed in (siti.number.lower(), siti.receipt, "siti am"):
        answer = await client.post(f"{PATH}/dokumen", data={"q": typed}, headers=ASKED)
        assert f'href="/desk/dokumen?buka={siti.document_id}"' in answer.text, typed
        assert "S•••••" in answer.text
        assert "SITI" not in answer.text
        assert budi.number not in answer.text


async def test_it_is_written_down_under_the_name(desk: Desk, browser: OpenBrowser) -> None:
    await browser().post(f"{PATH}/dokumen", data={"q": "siti aminah"}, headers=ASKED)
    page = await desk.parts.units.audit.page(AuditFilter())
    assert [(row.entry.act, row.entry.about, row.entry.persons[0].name) for row in page.rows] == [("search.asked", "", "siti aminah")]


@pytest.mark.parametrize("typed", ["3519014503890001", "081234567890"])
async def test_what_issuance_has_no_number_of_is_said_to_be_sought_elsewhere(browser: OpenBrowser, typed: str) -> None:
    page = await browser().post(PATH, data={"q": typed})
    assert "Bagian ini mencari dengan nomor dokumen, resi, nama" in page.text
