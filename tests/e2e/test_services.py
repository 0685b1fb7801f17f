"""Each service that is open, by chat and by API, from the first answer to its signed documents and the register after.

`make journeys` plays the same as a table for people.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from deploy.local import journeys
from deploy.local.applications import Application
from deploy.local.office import Officer
from deploy.local.stack import Stack
from deploy.local.travel import Places, Travel
from shared.reference.catalogue import catalogue
from tests.journeys.counter import Counter
from tests.journeys.online import Ground
from tests.support.pdf import text_of
from tests.support.samples import KINDS
from tests.support.samples.births_and_deaths import of_foreign_father
from tests.support.samples.people import Sample


@pytest.fixture(scope="module")
def ground(stack: Stack) -> Ground:
    return Ground(stack, Sample.of(stack))


def test_every_service_that_is_open_is_in_the_table() -> None:
    assert set(KINDS) == set(catalogue().online())


@pytest.mark.parametrize("service", KINDS)
async def test_a_service_by_chat(service: str, ground: Ground) -> None:
    brought = await ground.by_chat(service)
    assert 0 < brought.questions < brought.answers


@pytest.mark.parametrize("service", KINDS)
async def test_a_service_by_api(service: str, ground: Ground) -> None:
    brought = await ground.by_api(service)
    assert len(brought.texts) == len(KINDS[service].products)


async def test_a_father_who_is_not_in_the_register_stands_on_the_documents(stack: Stack, ground: Ground, places: Places) -> None:
    by_chat = of_foreign_father(ground.sample, 1)
    result = await journeys.by_chat(places, by_chat, journeys.approval)
    _check_father(by_chat, {paper.product: text_of(paper.pdf) for paper in result.papers})
    by_api = of_foreign_father(ground.sample, 0)
    async with Counter(stack) as counter, Travel(places, lambda _who, _what: None) as travel:
        receipt = (await counter.file(by_api))["receipt"]
        await Officer(travel).approve(receipt)
        stands, texts = await counter.fetch(receipt)
        _check_father(by_api, dict(zip((document["product"] for document in stands["documents"]), texts, strict=True)))


def _check_father(application: Application, texts: Mapping[str, str]) -> None:
    for product in ("akta_kelahiran", "kk"):
        assert application.answers["elsewhere_name"] in texts[product]
        assert application.answers["child_name"] in texts[product]
