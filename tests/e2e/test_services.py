"""Each service that is open, by chat or by API, from the first answer to its signed documents and the register after.

`make journeys` plays the same as a table for people.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import product as pairs

import pytest

from deploy.local import journeys
from deploy.local.answered import answered_by_chat
from deploy.local.applications import Application
from deploy.local.chat import Chat, says
from deploy.local.chat import text_of as said_in
from deploy.local.office import Officer
from deploy.local.stack import Stack
from deploy.local.travel import Places, Travel
from shared.reference.catalogue import catalogue
from tests.journeys.counter import Counter
from tests.journeys.online import Ground
from tests.support.pdf import text_of
from tests.support.samples import KINDS, application_for
from tests.support.samples.births_and_deaths import of_foreign_father
from tests.support.samples.data_and_visits import alone, office_day, visit_at_home
from tests.support.samples.people import Sample, days_ago

BY_CHAT = tuple(service for at, (service, kind) in enumerate(KINDS.items()) if kind.answer or at % 2 == 0)
BY_API = tuple(service for at, (service, kind) in enumerate(KINDS.items()) if kind.answer or at % 2 == 1)
"""What comes of a service is the same whichever way it was asked for, so each is asked for in one way here; `make journeys` has both ways.

Villagers ask for all of them in chats (`test_villagers`). What ends with words of an officer is told to each channel in its own way.
"""


@pytest.fixture(scope="module")
def ground(stack: Stack) -> Ground:
    return Ground(stack, Sample.of(stack))


def test_every_service_that_is_open_is_in_the_table() -> None:
    assert set(KINDS) == set(catalogue().online()) == {*BY_CHAT, *BY_API}


def test_nobody_is_asked_for_by_two_services(ground: Ground) -> None:
    """For one request would change what the other one found."""
    of: dict[str, list[str]] = {}
    for service, at in pairs(KINDS, range(2)):
        applicant = application_for(ground.sample, service, at).answers.get("kk_number")
        of.setdefault(str(applicant or f"{service} {at}"), []).append(service)
    shared = [services for services in of.values() if len(services) > 1 and not all(KINDS[each].answer for each in services)]
    assert not shared


@pytest.mark.parametrize("service", BY_CHAT)
async def test_a_service_by_chat(service: str, ground: Ground) -> None:
    brought = await ground.by_chat(service)
    assert 0 < brought.questions < brought.answers


@pytest.mark.parametrize("service", BY_API)
async def test_a_service_by_api(service: str, ground: Ground) -> None:
    brought = await ground.by_api(service)
    assert len(brought.sheets) == len(KINDS[service].products)


async def test_somebody_without_a_nik_who_lives_alone_gets_a_card_of_their_own(ground: Ground, places: Places) -> None:
    application = alone(ground.sample, "SARMINI PUSPITASARI")
    result = await journeys.by_chat(places, application, ground.approval("biodata"))
    texts = {paper.product: text_of(paper.pdf) for paper in result.papers}
    assert set(texts) == {"biodata", "kk"}
    assert all(application.name in text for text in texts.values())
    assert "KEPALA KELUARGA" in texts["kk"]


async def test_who_can_not_come_is_told_the_day_of_the_visit(ground: Ground, places: Places) -> None:
    day = date.fromisoformat(office_day("ktp_rekam", 3))

    async def visit(travel: Travel, chat: Chat, receipt: str) -> None:
        await Officer(travel).tell(receipt, "Siapkan KK, sekitar pukul 09.00.", day)
        told = await chat.hears(says("datang ke alamat Anda"), "the day of the visit")
        assert f"{day.day} " in said_in(told)
        assert "sekitar pukul 09.00" in said_in(told)
        await chat.type("status")
        assert f"{day.day} " in said_in(await chat.hears(says("menetapkan hari"), "how it stands"))
        assert (await travel.request(receipt))["told"]["visit_on"] == day.isoformat()

    assert "sudah direkam" in await answered_by_chat(places, visit_at_home(ground.sample, 22), "Beliau sudah direkam.", visit)


async def test_who_is_too_young_to_be_recorded_is_told_so_at_once(ground: Ground, stack: Stack) -> None:
    person = ground.sample.picked["kk_rusak"][23]
    born = {"born_on": days_ago(14 * 365), "ever_married": False}
    day = {"needs_visit": False, "visit_day": office_day("ktp_rekam", 4)}
    application = Application("ktp_rekam", person["name"], {"nik": person["nik"], "kk_number": person["kk_number"], **born, **day})
    async with Counter(stack) as counter:
        stands = await counter.until((await counter.file(application))["receipt"], "rejected")
    assert [reason["code"] for reason in stands["reasons"]] == ["too_young_to_record"]


async def test_a_father_who_is_not_in_the_register_stands_on_the_documents(stack: Stack, ground: Ground, places: Places) -> None:
    by_chat = of_foreign_father(ground.sample, 1)
    result = await journeys.by_chat(places, by_chat, journeys.approval)
    _check_father(by_chat, {paper.product: text_of(paper.pdf) for paper in result.papers})
    by_api = of_foreign_father(ground.sample, 0)
    async with Counter(stack) as counter, Travel(places, lambda _who, _what: None) as travel:
        receipt = (await counter.file(by_api))["receipt"]
        await Officer(travel).approve(receipt)
        _, sheets = await counter.fetch(receipt)
        _check_father(by_api, {sheet.product: sheet.text for sheet in sheets})


def _check_father(application: Application, texts: Mapping[str, str]) -> None:
    for product in ("akta_kelahiran", "kk"):
        assert application.answers["elsewhere_name"] in texts[product]
        assert application.answers["child_name"] in texts[product]
