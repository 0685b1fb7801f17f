"""A death, and later a second extract of its akta: the register prints what it kept, and the first sheet says that it was replaced."""

from __future__ import annotations

import re

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


async def test_a_second_extract_of_a_death_has_the_number_and_the_words_of_the_first(stack: Stack, places: Places) -> None:
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


def _found(form: re.Pattern[str], text: str) -> str:
    found = form.search(text)
    assert found is not None
    return found[1]
