"""A death, later a second extract of its akta, then a slip in it mended: the register prints what it keeps, older sheets are replaced."""

from __future__ import annotations

import re
from typing import Any

from deploy.local.applications import HOME, Application
from deploy.local.office import Officer
from deploy.local.stack import Stack
from deploy.local.travel import Places, Travel
from tests.journeys.counter import Counter
from tests.support.samples import KINDS
from tests.support.samples.people import Sample

NUMBER = re.compile(r"(3519-KM-\d{8}-\d{4})")
CARD = re.compile(r"No\.\s*(\d{16})")
PLACE = 44  # in the list of people who die: nobody else's application is about them


async def test_what_is_printed_again_of_a_death_has_its_number_and_what_the_register_keeps(stack: Stack, places: Places) -> None:
    sample = Sample.of(stack)
    death = KINDS["akta_mati"].made(sample, PLACE)
    async with Counter(stack) as counter, Travel(places, lambda _who, _what: None) as travel:
        first = (await counter.file(death))["receipt"]
        await Officer(travel).approve(first)
        _, sheets = await counter.fetch(first)
        by_product = {sheet.product: sheet.text for sheet in sheets}
        number, card = _found(NUMBER, by_product["akta_kematian"]), _found(CARD, by_product["kk"])
        late, widow = (sample.picked["akta_mati"][PLACE][role] for role in ("deceased", "spouse"))
        answers = {
            "certificate": "death",
            "nik": widow["nik"],
            "kk_number": card,
            "holder_nik": late["nik"],
            "holder_name": late["name"],
            "certificate_number": number,
            "died_on": death.answers["died_on"],
            "death_place": HOME,
            "reason": "lost",
        }
        again = Application("kutipan_kedua", late["name"], answers)
        second = (await counter.file(again))["receipt"]
        await Officer(travel).approve(second)
        _, (sheet,) = await counter.fetch(second)
        assert sheet.product == "akta_kematian"
        assert _found(NUMBER, sheet.text) == number
        assert late["name"] in sheet.text
        (older,) = (document for document in await travel.documents(first) if document["product"] == "akta_kematian")
        assert older["state"] == "superseded"
        third = (await counter.file(Application("akta_betul", late["name"], _slip(sample, answers))))["receipt"]
        await Officer(travel).approve(third)
        _, sheets = await counter.fetch(third)
        by_product = {sheet.product: sheet.text for sheet in sheets}
        assert _found(NUMBER, by_product["akta_kematian"]) == number
        assert "NGAWI" in by_product["akta_kematian"]
        assert re.search(r"Tempat meninggal\s+MADIUN\s+NGAWI", by_product["catatan_pinggir"])


def _slip(sample: Sample, told: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: value for name, value in told.items() if name not in ("holder_name", "reason")},
        "corrections": [{"element": "death_place", "as_written": "Madiun", "death_place": "3521"}],
        "basis_kind": "court_order",
        "basis_number": "12/Pdt.P/2026/PN Mjy",
        "basis_on": told["died_on"],
        "witnesses": [{"nik": each["nik"], "name": each["name"]} for each in sample.picked["akta_lahir"][0]["witnesses"]],
    }


def _found(form: re.Pattern[str], text: str) -> str:
    found = form.search(text)
    assert found is not None
    return found[1]
